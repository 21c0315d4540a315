"""The stand-in for the Pegasus API, loaded only by the commands that run it."""

from __future__ import annotations

from types import ModuleType

from pegasus_classify.cli.wrong_usage import UsageProblem

__all__ = ["stand_in"]


def stand_in() -> ModuleType:
    """Return the package `pegasus_classify.emulator`.

    Raises:
        UsageProblem: The extra `server` is not installed; the message says how to install it.
    """
    try:
        from pegasus_classify import emulator  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise UsageProblem(f"this needs {missing.name}: pip install 'pegasus-classify[cli,server]'") from None
    return emulator
