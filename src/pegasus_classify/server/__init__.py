"""The old API over HTTP: Classify calls answered here, everything else passed through.

Law of this folder: no rule of classification is decided here; and a caller's key goes upstream and nowhere else.
"""

from __future__ import annotations

from importlib.util import find_spec

from pegasus_classify.errors import SettingsError

__all__ = ["MissingServerError"]


class MissingServerError(SettingsError, ImportError):
    """A package the server needs is not installed; the message says how to install it."""


for _needed in ("starlette", "uvicorn"):
    if find_spec(_needed) is None:
        raise MissingServerError(f"The server needs the package {_needed}: pip install 'pegasus-classify[server]'")
