"""The SDK that is installed beside this library: found, or asked for."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from pegasus_classify.errors import SettingsError

__all__ = ["MissingSdkError", "installed_sdk"]

_TO_INSTALL = "pip install 'pegasus-classify[sdk]' brings it."


class MissingSdkError(SettingsError, ImportError):
    """The package `twelvelabs` is not installed, or its version is too old; the message says what to do."""


def installed_sdk() -> ModuleType:
    """Return the module `twelvelabs`.

    Raises:
        MissingSdkError: It is not installed, or older than 1.0.
    """
    try:
        sdk = import_module("twelvelabs")
    except ModuleNotFoundError as error:
        if error.name != "twelvelabs":
            raise
        raise MissingSdkError(f"The package twelvelabs is not installed. {_TO_INSTALL}") from None
    if not hasattr(sdk, "AsyncTwelveLabs"):
        raise MissingSdkError(
            "The installed twelvelabs is older than 1.0. With 0.3 and older, point TWELVELABS_BASE_URL at "
            f"`pegasus-classify serve` and change nothing else; for a current one: {_TO_INSTALL}"
        )
    return sdk
