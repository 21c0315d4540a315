"""One changed import: `from pegasus_classify.twelvelabs import TwelveLabs`.

The two clients have the old `classify`; every other name is the installed SDK's, or one that its releases before 1.0
had (`APIStatusError`, `RateLimitError`, `models` …). Importing this needs the extra `sdk`.
"""

from __future__ import annotations

from typing import Any

from pegasus_classify.sdk.installed import installed_sdk
from pegasus_classify.sdk.names import error_names, legacy_modules
from pegasus_classify.sdk.twelvelabs import AsyncTwelveLabs, TwelveLabs

__all__ = ["AsyncTwelveLabs", "TwelveLabs"]


def __getattr__(name: str) -> Any:
    """Return a name of the installed SDK, or of the one before 1.0."""
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    sdk = installed_sdk()
    if hasattr(sdk, name):
        return getattr(sdk, name)
    old = {**error_names(sdk), **{module.rpartition(".")[2]: each for module, each in legacy_modules(sdk).items()}}
    if name not in old or name == "classify":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = old[name]
    return old[name]
