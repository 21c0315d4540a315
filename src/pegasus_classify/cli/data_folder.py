"""Where commands keep answers and pages when nobody says where."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["data_folder", "lasting_store"]


def data_folder(environment: Mapping[str, str], platform: str, home: Path) -> Path:
    """Return the folder for this program's data by the platform's custom.

    Args:
        environment: Usually `os.environ`; `XDG_DATA_HOME` and `LOCALAPPDATA` are looked at.
        platform: As `sys.platform` spells it.
        home: The user's home folder.
    """
    if platform == "win32":
        local = environment.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / "pegasus-classify"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "pegasus-classify"
    chosen = environment.get("XDG_DATA_HOME", "")
    # The specification of these folders says that a relative path is to be ignored.
    base = Path(chosen) if Path(chosen).is_absolute() else home / ".local" / "share"
    return base / "pegasus-classify"


def lasting_store(environment: Mapping[str, str]) -> str:
    """Return the address of the store in the user's data folder, which is made where it is missing.

    Answers say what somebody's videos show, so nobody else may look into the folder. Where no such folder can be
    made, as in a container without a home, nothing lasts: `memory:`.
    """
    try:
        folder = data_folder(environment, sys.platform, Path.home())
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return "memory:"
    return f"sqlite:///{(folder / 'store.db').as_posix()}"
