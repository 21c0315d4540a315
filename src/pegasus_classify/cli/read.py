"""`read`: what a generated text says about the classes of an old request."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pegasus_classify.cli.request_file import read_call_file, text_of
from pegasus_classify.cli.terminal import print_json, said, shown
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.read_face import read_text
from pegasus_classify.contract.evidence import Evidence, Reading

__all__ = ["read_generated"]


def read_generated(
    text: Annotated[
        str, typer.Argument(help="A file with the generated text, the text itself, or - for standard input.")
    ],
    request: Annotated[str, typer.Option("--request", help="A file with the old request that was asked.")],
    duration: Annotated[float | None, typer.Option("--duration", min=0, help="Length of the video, seconds.")] = None,
    finish_reason: Annotated[
        str | None, typer.Option("--finish-reason", help="length when the model was cut off.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Read a generated text as the answer to an old request; asks nothing.

    Exit code 1 when the text can be read as no answer at all.

    Example: pegasus-classify read answer.txt --request request.json --duration 120
    """
    body = read_call_file(request).body
    written = _written(text)
    reading = read_text(written, body, duration=duration, finish_reason=finish_reason)
    if as_json:
        print_json(_as_json(reading))
    else:
        _show(reading)
    if reading.verdict == "unreadable":
        raise typer.Exit(1)


def _written(text: str) -> str:
    if text != "-" and not Path(text[:1000]).is_file():
        if "\n" not in text and Path(text).suffix in {".txt", ".json", ".md"}:
            raise UsageProblem(f"{text}: there is no such file")
        return text
    return text_of(text)


def _as_json(reading: Reading) -> dict[str, object]:
    return {
        "verdict": reading.verdict,
        "cut": reading.cut,
        "repairs": list(reading.repairs),
        "evidence": [_evidence_json(each) for each in reading.evidence],
    }


def _evidence_json(each: Evidence) -> dict[str, object]:
    return {
        "class_name": each.class_name,
        "prompt": each.prompt,
        "option": each.option,
        "start": each.start,
        "end": each.end,
        "confidence": each.confidence,
        "repairs": list(each.repairs),
    }


def _show(reading: Reading) -> None:
    table = Table("class", "prompt", "option", "start", "end", "confidence", "mended", box=None, pad_edge=False)
    for each in reading.evidence:
        cells = (each.class_name, each.prompt, each.option, each.start, each.end, each.confidence)
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in cells), ", ".join(each.repairs))
    if reading.evidence:
        shown().print(table)
    cut = ", cut off" if reading.cut else ""
    mended = f"; mended: {', '.join(reading.repairs)}" if reading.repairs else ""
    said().print(f"{reading.verdict}{cut}, {len(reading.evidence)} pieces of evidence{mended}")
    sys.stdout.flush()
