"""Where the command starts: exit codes, one-line errors, and what to install when something is missing."""

from __future__ import annotations

import os
import sys

from pegasus_classify.errors import ClassifyError, SettingsError

__all__ = ["main"]

_CLI_PACKAGES = frozenset({"typer", "rich", "click", "shellingham"})


def main() -> None:
    """Run the command line and leave with 0 (done), 1 (finding or failure) or 2 (wrong usage)."""
    try:
        # The commands need an extra; without it the reader of this message learns how to get it.
        from pegasus_classify.cli.app import app  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _CLI_PACKAGES:
            raise
        _leave("the command line needs one more package: pip install 'pegasus-classify[cli]'", 2)
    try:
        app(prog_name="pegasus-classify")
    except SettingsError as error:
        _leave(str(error), 2)
    except ClassifyError as error:
        _leave(str(error), 1)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); nothing is left to be said, also not while closing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _leave(f"{error.filename or 'input/output'}: {error.strerror or error}", 1)


def _leave(message: str, code: int) -> None:
    sys.stderr.write(f"pegasus-classify: {' '.join(message.split())}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
