"""`prompts`: which words are put to the model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pegasus_classify.cli.options import Common, settings_of, with_common
from pegasus_classify.cli.request_file import read_request_file
from pegasus_classify.cli.terminal import print_json, shown
from pegasus_classify.client.asking import Asker, prompt_texts
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.settings import Settings

__all__ = ["list_prompts", "prompts_app", "render_prompt", "show_prompt"]

prompts_app = typer.Typer(no_args_is_help=True, help="List, show and render the versioned prompts.")

_Folder = Annotated[
    Path | None,
    typer.Option("--prompts", exists=True, file_okay=False, help="Folder laid over the packaged templates."),
]


@prompts_app.command("list")
def list_prompts(
    prompts: _Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List every prompt with its hash.

    Example: pegasus-classify prompts list
    """
    book = TemplateBook(prompt_texts(prompts))
    default = Settings().prompt
    rows = [
        {"version": version, "hash": book.hash(version), "default": version == default} for version in book.versions()
    ]
    if as_json:
        print_json(rows)
        return
    table = Table("version", "hash", "", box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(
            str(row["version"]), str(row["hash"]), "used when nothing else is asked" if row["default"] else ""
        )
    shown().print(table)


@prompts_app.command("show")
def show_prompt(
    version: Annotated[str, typer.Argument(help="Such as classify.v1.")] = "classify.v1", prompts: _Folder = None
) -> None:
    """Show the template of a prompt.

    Example: pegasus-classify prompts show classify.v1
    """
    sys.stdout.write(TemplateBook(prompt_texts(prompts)).source(version).rstrip("\n") + "\n")


@prompts_app.command("render")
@with_common
def render_prompt(
    request: Annotated[str, typer.Argument(help="A file with an old request; - is standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="With the response format, as JSON.")] = False,
    *,
    common: Common,
) -> None:
    """Show exactly what an old request would put to the model, for each call of a video.

    Example: pegasus-classify prompts render request.json
    """
    settings = settings_of(common)
    plan = Asker(settings).plan_of(read_request_file(request, settings).request)
    questions = [group.question for group in plan.groups]
    if as_json:
        print_json([{"prompt": each.prompt, "response_format": each.response_format} for each in questions])
        return
    sys.stdout.write("\n\n--- next call ---\n\n".join(each.prompt for each in questions) + "\n")
