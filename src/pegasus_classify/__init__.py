"""Runs programs written for the Classify API on Pegasus."""

from __future__ import annotations

from importlib import import_module

# Type checkers take this name for true; importing it would cost more than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pegasus_classify.client.async_classifier import AsyncClassifier
    from pegasus_classify.client.classifier import Classifier
    from pegasus_classify.client.experiment import Experiment
    from pegasus_classify.client.read_face import read_answer
    from pegasus_classify.contract.evidence import Evidence
    from pegasus_classify.contract.request import ClassifyRequest
    from pegasus_classify.contract.result import ClassifyResult, Dropped, Failure, VideoResult
    from pegasus_classify.errors import (
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ClassifyError,
        ConflictError,
        InternalServerError,
        NotFoundError,
        PermissionDeniedError,
        RateLimitError,
        SettingsError,
        UnprocessableEntityError,
    )
    from pegasus_classify.sdk.install import install, uninstall
    from pegasus_classify.sdk.transport import AsyncClassifyTransport, ClassifyTransport
    from pegasus_classify.server.thread import serve_in_thread
    from pegasus_classify.settings import Settings

    __version__: str

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncClassifier",
    "AsyncClassifyTransport",
    "AuthenticationError",
    "BadRequestError",
    "Classifier",
    "ClassifyError",
    "ClassifyRequest",
    "ClassifyResult",
    "ClassifyTransport",
    "ConflictError",
    "Dropped",
    "Evidence",
    "Experiment",
    "Failure",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "Settings",
    "SettingsError",
    "UnprocessableEntityError",
    "VideoResult",
    "__version__",
    "install",
    "read_answer",
    "serve_in_thread",
    "uninstall",
]

_HOMES = {
    "AsyncClassifier": "client.async_classifier",
    "AsyncClassifyTransport": "sdk.transport",
    "Classifier": "client.classifier",
    "ClassifyRequest": "contract.request",
    "ClassifyResult": "contract.result",
    "ClassifyTransport": "sdk.transport",
    "Dropped": "contract.result",
    "Evidence": "contract.evidence",
    "Experiment": "client.experiment",
    "Failure": "contract.result",
    "Settings": "settings",
    "VideoResult": "contract.result",
    "install": "sdk.install",
    "read_answer": "client.read_face",
    "serve_in_thread": "server.thread",
    "uninstall": "sdk.install",
}
"""Where each name is defined; the errors, all in one place, need no entry."""


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: importing the package alone costs next to nothing."""
    if name == "__version__":
        value: Any = import_module("importlib.metadata").version("pegasus-classify")
    elif name in __all__:
        value = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
