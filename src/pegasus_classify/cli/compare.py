"""`compare`: two sides held against each other, with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pegasus_classify.cli.compare_choices import CompareChoices
from pegasus_classify.cli.options import Common, with_common
from pegasus_classify.cli.wrong_usage import UsageProblem

__all__ = ["compare"]

_SIDE = "a recording (or files to import), run:ID, an address that answers, ask, ask:MODEL,PROMPT, or stand-in"


@with_common
def compare(
    left: Annotated[str, typer.Argument(help=f"The side compared with: {_SIDE}.")],
    right: Annotated[str, typer.Argument(help=f"The side judged: {_SIDE}; asked what LEFT was asked.")] = "ask",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report, one file that needs no network.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON on standard output.")] = False,
    fail_if: Annotated[
        str | None,
        typer.Option("--fail-if", metavar="CONDITION", help="Exit code 1 when it holds: 'kappa<0.8 or flips>3%'."),
    ] = None,
    twice: Annotated[
        bool,
        typer.Option("--twice", help="Ask the new side again, which tells its noise; the price is shown before."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether the price is right.")] = False,
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="FILE", help="Write what was asked now as a recording.")
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option(
            "--after", metavar="FILE", help="The JSON of the look before; the chance of a false alarm is shared out."
        ),
    ] = None,
    noise: Annotated[
        str | None,
        typer.Option("--noise", metavar="SHARE", help="Share of videos taken for noise where no repeat tells: 2%."),
    ] = None,
    margin: Annotated[
        str, typer.Option("--margin", metavar="SHARE", help="Share of videos that may differ and still be the same.")
    ] = "5%",
    by_video: Annotated[
        bool,
        typer.Option(
            "--by-video", help="Ask about the videos an answer lists instead of its index, which may be gone."
        ),
    ] = False,
    show: Annotated[int, typer.Option("--videos", min=0, help="Most videos drawn in the report.")] = 1000,
    *,
    common: Common,
) -> None:
    """Say whether two sides answer alike, beyond the noise: same, different, or cannot tell.

    Exit codes: 0 compared, 1 --fail-if holds, 2 nothing could be read or compared.

    Example: pegasus-classify compare old.jsonl new.jsonl --html report.html --fail-if 'kappa<0.8 or flips>3%'
    """
    choices = CompareChoices(
        left, right, html, as_json, fail_if, twice, yes, keep, after, noise, margin, show, by_video
    )
    try:
        # Needs an extra; everything else on the command line works without it.
        from pegasus_classify.cli.comparing import run_comparison  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("numpy", "scipy"):
            raise
        raise UsageProblem(f"this needs {missing.name}: pip install 'pegasus-classify[cli,compare]'") from None
    run_comparison(choices, common)
