"""What a command says when it was called in a way that cannot work."""

from __future__ import annotations

from pegasus_classify.errors import SettingsError

__all__ = ["UsageProblem"]


class UsageProblem(SettingsError):
    """A file, option or combination of options cannot work; exit code 2."""
