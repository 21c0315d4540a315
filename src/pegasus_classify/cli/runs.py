"""`runs`: requests that were carried out, are under way or wait to go on."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from pegasus_classify.cli.answering import show_reply, told_when_interrupted, with_all_pages
from pegasus_classify.cli.options import Common, settings_of, with_common
from pegasus_classify.cli.terminal import Watch, print_json, shown
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.account import account_hash
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import ReadCall
from pegasus_classify.client.run_log import Asked, read_asked
from pegasus_classify.errors import ClassifyError, api_key_invalid
from pegasus_classify.legacy.coverage import entries_for
from pegasus_classify.settings import Settings
from pegasus_classify.stores.opening import open_store
from pegasus_classify.stores.protocol import Store
from pegasus_classify.stores.run_notes import RunNote, state_seen

__all__ = ["cancel_run", "list_runs", "prune_runs", "resume_run", "runs_app", "show_run"]

runs_app = typer.Typer(no_args_is_help=True, help="See, go on with, cancel and forget runs kept in the store.")

_SHORT = 12
"""Digits of an id that are shown; any beginning that fits one run alone is taken."""

_Id = Annotated[str, typer.Argument(metavar="ID", help="The beginning of a run's id, as `runs list` shows it.")]
_Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@runs_app.command("list")
@with_common
def list_runs(
    most: Annotated[int, typer.Option("--most", min=1, help="How many, the latest first.")] = 20,
    as_json: _Json = False,
    *,
    common: Common,
) -> None:
    """List the runs of this key, the latest first.

    Example: pegasus-classify runs list
    """
    settings = settings_of(common, lasting=True)
    with _store(settings) as store:
        notes = store.runs.newest(_account(settings), most)
    if as_json:
        print_json([_as_json(note) for note in notes])
        return
    table = Table("run", "state", "videos", "failed", "price", "last seen", box=None, pad_edge=False)
    for note in notes:
        total = "?" if note.total is None else str(note.total)
        seen = datetime.fromtimestamp(note.updated).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        state = state_seen(note, time.time())
        table.add_row(
            note.run_id[:_SHORT], state, f"{note.done} of {total}", str(note.failed), f"${note.usd:.2f}", seen
        )
    shown().print(table if notes else "no runs")


@runs_app.command("show")
@with_common
def show_run(run: _Id, as_json: _Json = False, *, common: Common) -> None:
    """Show one run with what it was asked.

    Example: pegasus-classify runs show 3fa9c1
    """
    settings = settings_of(common, lasting=True)
    with _store(settings) as store:
        note = _found(store, settings, run)
    asked = json.loads(note.asked)
    if as_json:
        print_json({**_as_json(note), "request": asked["request"], "settings": asked["settings"]})
        return
    for name, value in _as_json(note).items():
        shown().print(f"{name.replace('_', ' ')}: {'' if value is None else escape(str(value))}")
    shown().print(f"request: {escape(json.dumps(asked['request'], ensure_ascii=False))}", soft_wrap=True)


@runs_app.command("resume")
@with_common
def resume_run(
    run: _Id,
    all_pages: Annotated[bool, typer.Option("--all-pages", help="Put all pages together into one answer.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also say what each score rests on and what was left out.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The old answer alone on standard output.")] = False,
    *,
    common: Common,
) -> None:
    """Go on with a run and answer its request; what is answered already costs nothing.

    Options given here go before those of the run. A video map is not kept: give --video-map again.

    Example: pegasus-classify runs resume 3fa9c1 --json
    """
    settings = settings_of(common, lasting=True)
    with _store(settings) as store:
        note = _found(store, settings, run)
        asked = read_asked(note.asked)
        # What it has paid for is its own, also when it had come to its end.
        store.runs.reopen(note.account, note.run_id)
    settings = _settings_of_run(settings, asked)
    call = ReadCall(asked.request, asked.spelling, entries_for(asked.request, asked.spelling))
    with told_when_interrupted(settings), Watch() as watch, Classifier(settings=settings, on_progress=watch) as client:
        reply = client.answer(call)
        if all_pages and reply.error is None:
            reply = with_all_pages(client, reply)
    show_reply(reply, settings, as_json=as_json, explain=explain)


@runs_app.command("cancel")
@with_common
def cancel_run(run: _Id, as_json: _Json = False, *, common: Common) -> None:
    """Cancel upstream what a run has submitted and not yet heard of. Answers that are there stay.

    Exit code 1 when something could not be cancelled.

    Example: pegasus-classify runs cancel 3fa9c1
    """
    settings = settings_of(common, lasting=True)
    with _store(settings) as store:
        note = _found(store, settings, run)
        asked = read_asked(note.asked)
        with Classifier(settings=_settings_of_run(settings, asked)) as client:
            came = client.cancel(asked.request)
        if not came.problems:
            store.runs.mark(note.account, note.run_id, "cancelled", time.time())
    told = {"run": note.run_id, "tasks": came.tasks, "batches": came.batches, "ended_before": came.over}
    if as_json:
        print_json({**told, "problems": list(came.problems)})
    else:
        words = f"{came.tasks} tasks and {came.batches} batches cancelled, {came.over} had ended"
        shown().print(words)
    if came.problems:
        raise ClassifyError(f"{len(came.problems)} could not be cancelled: {came.problems[0]}")


@runs_app.command("prune")
@with_common
def prune_runs(
    older_than: Annotated[
        float | None, typer.Option("--older-than", min=0, metavar="DAYS", help="Instead of --keep-texts.")
    ] = None,
    as_json: _Json = False,
    *,
    common: Common,
) -> None:
    """Delete texts, runs, pages and places of videos that were kept long enough: 30 days, or as --keep-texts says.

    Example: pegasus-classify runs prune --older-than 7
    """
    settings = settings_of(common, lasting=True)
    with _store(settings) as store:
        seconds = settings.keep_texts if older_than is None else older_than * 86_400.0
        count = store.prune(seconds, time.time())
    if as_json:
        print_json({"asks": count})
    else:
        sys.stdout.write(f"{count} answers deleted\n")


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    if settings.store == "memory:":
        raise UsageProblem("memory: keeps no runs; name a lasting --store")
    store = open_store(settings.store, keep_texts=settings.keep_texts)
    try:
        yield store
    finally:
        store.close()


def _account(settings: Settings) -> str:
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    if not key:
        raise api_key_invalid()
    return account_hash(settings.upstream.rstrip("/"), key)


def _found(store: Store, settings: Settings, beginning: str) -> RunNote:
    notes = store.runs.find(_account(settings), beginning.lower())
    if len(notes) != 1:
        many = "more than one run begins" if notes else "no run of this key and upstream begins"
        raise UsageProblem(f"{many} with {beginning!r}; `pegasus-classify runs list` shows them")
    return notes[0]


def _settings_of_run(settings: Settings, asked: Asked) -> Settings:
    chosen = {name: getattr(settings, name) for name in settings.model_fields_set}
    return Settings.model_validate({**asked.settings, **chosen})


def _as_json(note: RunNote) -> dict[str, Any]:
    return {
        "run": note.run_id,
        "state": state_seen(note, time.time()),
        "reason": note.reason or None,
        "model": note.model,
        "prompt_version": note.prompt_version,
        "started": note.started,
        "updated": note.updated,
        "found": note.found,
        "total": note.total,
        "done": note.done,
        "failed": note.failed,
        "calls": note.calls,
        "video_minutes": round(note.video_seconds / 60, 2),
        "usd": round(note.usd, 4),
    }
