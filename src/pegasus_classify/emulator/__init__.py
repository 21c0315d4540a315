"""A stand-in for the Pegasus side of the v1.3 API: a strict HTTP server over a library of annotated videos.

It sees only what Pegasus sees. It searches a prompt for the words of its own annotations and the ids standing beside
them, and writes down what it finds in one of several handwritings, well or badly. It imports nothing else of this
package, so that the shim and the stand-in cannot be wrong together. It needs the extra `server`.
"""

from __future__ import annotations

from .app import create_app
from .counters import EmulatorState
from .generated import generated
from .library import EDGE_INDEX_ID, MAIN_INDEX_ID, packaged_library
from .running import RunningEmulator, running_emulator, serve_emulator
from .settings import ASSET_FAULTS, FAIL_KINDS, STYLES, EmulatorSettings

__all__ = [
    "ASSET_FAULTS",
    "EDGE_INDEX_ID",
    "FAIL_KINDS",
    "MAIN_INDEX_ID",
    "STYLES",
    "EmulatorSettings",
    "EmulatorState",
    "RunningEmulator",
    "create_app",
    "generated",
    "packaged_library",
    "running_emulator",
    "serve_emulator",
]
