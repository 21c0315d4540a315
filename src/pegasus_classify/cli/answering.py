"""The end of every command that answers a request: pages put together, the answer shown, what is left to be done."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import typer

from pegasus_classify.cli.answer_view import explain_result, show_answer, tell_notes
from pegasus_classify.cli.terminal import print_json
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import HandledReply
from pegasus_classify.contract.result import Failure
from pegasus_classify.errors import APIStatusError
from pegasus_classify.runs.request_run import CUT_SHORT
from pegasus_classify.settings import Settings

__all__ = ["show_reply", "tell_cut_short", "told_when_interrupted", "with_all_pages"]

_REASONS = {
    "quota_used_up": "the account's quota is used up",
    "over_budget": "the request has used up its budget or hours",
    "key_rejected": "the platform refuses the key",
    "stopped": "it was stopped",
}


def with_all_pages(classifier: Classifier, reply: HandledReply) -> HandledReply:
    """Fetch every following page and put all into one answer, as the old API showed an answer of one page."""
    if "data" not in reply.body:
        return reply
    data = list(reply.body["data"])
    info = reply.body["page_info"]
    token = info.get("next_page_token") or info.get("next_token")
    while token:
        following = classifier.reply("GET", f"/v1.2/classify/{token}")
        if following.error is not None:
            return following
        data.extend(following.body["data"])
        token = following.body["page_info"].get("next_page_token") or following.body["page_info"].get("next_token")
    return replace(reply, body={"data": data, "page_info": _single_page(info, len(data))})


def _single_page(info: dict[str, Any], count: int) -> dict[str, Any]:
    sizes = {"limit_per_page": count, "limit": count}
    blanks = {"next_page_token": "", "next_token": ""}
    return {name: sizes.get(name, blanks.get(name, value)) for name, value in info.items()}


@contextmanager
def told_when_interrupted(settings: Settings) -> Iterator[None]:
    """Say after Ctrl-C how to go on, where anything was kept; nothing that was submitted is cancelled."""
    try:
        yield
    except KeyboardInterrupt:
        if settings.store != "memory:":
            sys.stderr.write(f"pegasus-classify: interrupted; {_how_to_go_on(settings)}\n")
        raise


def tell_cut_short(failures: Iterable[Failure], settings: Settings) -> bool:
    """Say which videos wait for another time, and how to go on; return whether there are any."""
    kinds = Counter(each.kind for each in failures if each.kind in CUT_SHORT)
    for kind, count in kinds.items():
        videos = f"{count} video{'s' if count != 1 else ''} not answered"
        sys.stderr.write(f"pegasus-classify: {_REASONS[kind]}, {videos}; {_how_to_go_on(settings)}\n")
    return bool(kinds)


def _how_to_go_on(settings: Settings) -> str:
    if settings.store == "memory:":
        return "send the request again; with a lasting --store, what is answered costs nothing then"
    return "what is answered is kept: go on with the same command, or with `runs list` and `runs resume`"


def show_reply(reply: HandledReply, settings: Settings, *, as_json: bool, explain: bool) -> None:
    """Write an answer to standard output and everything said about it to standard error.

    Raises:
        Exit: With 1, the request failed or was cut short.
        ClassifyError: It failed without the old API having a word for it.
    """
    if as_json:
        print_json(reply.body)
    elif reply.error is None:
        show_answer(reply.body)
    if explain and reply.result is not None:
        explain_result(reply.result, aside=as_json)
    tell_notes(reply, quiet=settings.coverage == "lenient")
    # A page of an earlier answer is itself complete.
    cut_short = reply.result is not None and tell_cut_short(reply.notes.failed, settings)
    if isinstance(reply.error, APIStatusError):
        sys.stderr.write(f"pegasus-classify: {reply.status} {reply.error.code}: {reply.error.message}\n")
        raise typer.Exit(1)
    if reply.error is not None:
        raise reply.error
    if cut_short:
        raise typer.Exit(1)
