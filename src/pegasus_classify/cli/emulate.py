"""`emulate`: a local stand-in for the Pegasus API."""

from __future__ import annotations

from typing import Annotated

import typer

from pegasus_classify.cli.stand_in import stand_in
from pegasus_classify.cli.wrong_usage import UsageProblem

__all__ = ["emulate"]


def emulate(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 picks a free one.")] = 0,
    style: Annotated[
        str, typer.Option("--style", help="Handwriting: clean, fenced, prose, messy, cut or mixed.")
    ] = "clean",
    seed: Annotated[int, typer.Option("--seed", help="Changes what the handwriting does; same seed, same text.")] = 0,
    rate_limit: Annotated[
        int | None, typer.Option("--rate-limit", min=1, help="Analyze calls per minute and key.")
    ] = None,
    day_quota: Annotated[int | None, typer.Option("--day-quota", min=1, help="Analyze calls per key and day.")] = None,
    fail_every: Annotated[
        int | None, typer.Option("--fail-every", min=1, help="Every N-th analyze call fails.")
    ] = None,
    fail_kind: Annotated[
        str | None, typer.Option("--fail-kind", help="How it fails; without, the kinds take turns.")
    ] = None,
    latency: Annotated[float, typer.Option("--latency", min=0, help="Seconds an analyze call takes.")] = 0.0,
    key: Annotated[list[str] | None, typer.Option("--key", help="A key that is taken; else any.")] = None,
) -> None:
    """Run a stand-in for the Pegasus API over a small library of annotated videos, for trials without key and cost.

    The first line on standard output says where it listens. Its main index, 639961aace36463e0199c8b0, holds the
    videos of the old guide.

    Example: pegasus-classify emulate --style messy --rate-limit 60
    """
    emulator = stand_in()
    try:
        settings = emulator.EmulatorSettings(
            style=style,
            seed=seed,
            rate_limit=rate_limit,
            day_quota=day_quota,
            fail_every=fail_every,
            fail_kind=fail_kind,
            latency=latency,
            keys=tuple(key) if key else None,
        )
    except ValueError as error:
        raise UsageProblem(str(error)) from None
    emulator.serve_emulator(settings, host, port)
