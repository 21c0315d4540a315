"""All commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

import pegasus_classify
from pegasus_classify.cli import (
    calibrate,
    classify,
    compare,
    demo,
    emulate,
    import_,
    plan,
    prompts,
    read,
    record,
    rollout,
    runs,
    serve,
)

__all__ = ["about", "app"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pegasus-classify {pegasus_classify.__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Keeps programs written for Twelve Labs' switched-off Classify API running on Pegasus.

    Exit codes: 0 done, 1 a failure or a finding, 2 wrong usage.
    """


app.command("classify")(classify.classify)
app.command("serve")(serve.serve)
app.command("plan")(plan.plan_request)
app.add_typer(runs.runs_app, name="runs")
app.add_typer(prompts.prompts_app, name="prompts")
app.command("read")(read.read_generated)
app.command("demo")(demo.demo)
app.command("emulate")(emulate.emulate)
app.command("compare")(compare.compare)
app.command("record")(record.record)
app.command("import")(import_.import_calls)
app.command("calibrate")(calibrate.calibrate)
app.add_typer(rollout.rollout_app, name="rollout")
