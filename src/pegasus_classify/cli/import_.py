"""`import`: old answers out of JSON files, logs and notebooks, into a recording."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from pegasus_classify.cli.terminal import print_json
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.recordings.format import Complaint, RecordedCall, Recording, write_lines
from pegasus_classify.recordings.importers.files import calls_in_text

__all__ = ["import_calls"]

_ENDINGS = frozenset({".json", ".jsonl", ".ndjson", ".log", ".txt", ".ipynb"})
_MOST_SHOWN = 20


def import_calls(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders that are searched through.", exists=True)],
    out: Annotated[
        str, typer.Option("--out", metavar="RECORDING", help="The recording to write; - is standard output.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Tell what was found as JSON on standard output.")] = False,
) -> None:
    """Find old Classify calls with their answers in JSON files, JSON Lines logs, notebooks and dumped SDK objects.

    Nothing found is run. Keys, cookies and the queries of signed links are left out. Exit code 1 when a part could not
    be used, 2 when nothing could.

    Example: pegasus-classify import answers/ --out old.jsonl
    """
    if as_json and out == "-":
        raise UsageProblem("--json and --out - would both write to standard output")
    files = list(_files(paths))
    found = [(name, _read(path, name)) for path, name in files]
    calls = [call for _, recording in found for call in recording.calls]
    if calls:
        _write(calls, out)
    if as_json:
        print_json(_told(found, calls))
    else:
        _tell(found, calls, out)
    if not calls:
        raise typer.Exit(2)
    if any(recording.complaints for _, recording in found):
        raise typer.Exit(1)


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Yield each file with the name it is told by: as given, or from its folder on."""
    for path in paths:
        if not path.is_dir():
            yield path, path.name
            continue
        for inner in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in inner.relative_to(path).parts)
            if inner.is_file() and inner.suffix.lower() in _ENDINGS and not hidden:
                yield inner, inner.relative_to(path).as_posix()


def _read(path: Path, name: str) -> Recording:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "is no text in UTF-8"
        return Recording((), (Complaint(0, "", str(told), lost=True),))
    return calls_in_text(text, name)


def _write(calls: Iterable[RecordedCall], out: str) -> None:
    if out == "-":
        sys.stdout.writelines(write_lines(calls))
        sys.stdout.flush()
        return
    with Path(out).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(write_lines(calls))


def _told(found: list[tuple[str, Recording]], calls: list[RecordedCall]) -> dict[str, object]:
    return {
        "files": len(found),
        "calls": len(calls),
        "with_request": sum(call.request is not None for call in calls),
        "statuses": {str(status): count for status, count in sorted(Counter(call.status for call in calls).items())},
        "complaints": [
            {"file": name, "line": each.line, "field": each.field, "problem": each.problem}
            for name, recording in found
            for each in recording.complaints
        ],
    }


def _tell(found: list[tuple[str, Recording]], calls: list[RecordedCall], out: str) -> None:
    complaints = [f"{name}: {each}" for name, recording in found for each in recording.complaints]
    for complaint in complaints[:_MOST_SHOWN]:
        sys.stderr.write(f"{complaint}\n")
    if len(complaints) > _MOST_SHOWN:
        sys.stderr.write(f"and {len(complaints) - _MOST_SHOWN} more; --json shows all\n")
    without = sum(call.request is None for call in calls)
    where = f", written to {out}" if calls and out != "-" else ""
    alone = f", {without} of them without their request" if without else ""
    sys.stderr.write(f"{len(calls)} calls in {len(found)} files{alone}{where}\n")
