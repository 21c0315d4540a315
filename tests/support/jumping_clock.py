"""The command line in a process whose clock is set forward and back: by as many seconds as a file says.

`python jumping_clock.py FILE WORD...` runs `pegasus-classify WORD...`; monotonic time goes on as it does.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

__all__: list[str] = []


def _main(file: str) -> None:
    told, real = Path(file), time.time

    def shown() -> float:
        return real() + float(told.read_text() or 0)

    time.time = shown
    from pegasus_classify.cli.main import main

    sys.argv[:2] = ["pegasus-classify"]
    main()


if __name__ == "__main__":
    _main(sys.argv[1])
