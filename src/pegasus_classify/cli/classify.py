"""`classify`: an old request in, the old answer out."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TextIO

import typer

from pegasus_classify.cli.answering import show_reply, tell_cut_short, told_when_interrupted, with_all_pages
from pegasus_classify.cli.options import Common, settings_of, with_common
from pegasus_classify.cli.request_file import LegacyCall, read_call_file
from pegasus_classify.cli.terminal import Watch
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import HandledReply, ReadCall, read_call
from pegasus_classify.contract.result import ClassifyResult, Failure
from pegasus_classify.legacy.answers import write_video
from pegasus_classify.legacy.shown import shown

__all__ = ["classify"]


@dataclass(frozen=True)
class _Shard:
    """Every video belongs to exactly one of `count` shards, by a hash of its id; `number` counts from 1."""

    number: int
    count: int

    def holds(self, video_id: str) -> bool:
        digest = hashlib.sha256(video_id.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


@with_common
def classify(
    request: Annotated[
        str | None,
        typer.Argument(help="A file with an old request body, or with path and body; - is standard input."),
    ] = None,
    all_pages: Annotated[bool, typer.Option("--all-pages", help="Put all pages together into one answer.")] = False,
    page: Annotated[
        str | None, typer.Option("--page", metavar="TOKEN", help="Fetch a page of an earlier answer instead.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also say what each score rests on and what was left out.")
    ] = False,
    jsonl: Annotated[
        str | None,
        typer.Option("--jsonl", metavar="OUT", help="Write each video as a line of JSON as soon as it is finished."),
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="I/N", help="Only the I-th of N equal parts of the videos.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The old answer alone on standard output.")] = False,
    *,
    common: Common,
) -> None:
    """Carry out an old Classify request on Pegasus and answer in the old schema.

    Example: pegasus-classify classify request.json --json
    """
    settings = settings_of(common, lasting=True)
    part = None if shard is None else _shard(shard)
    call = _call(request, page, settings.store)
    if call.method == "GET" and (jsonl or part):
        raise UsageProblem("--page fetches a finished answer; --jsonl and --shard do not go with it")
    with told_when_interrupted(settings), Watch() as watch, Classifier(settings=settings, on_progress=watch) as client:
        if jsonl is not None:
            _write_lines(client, _part_of(client, call, part), jsonl)
            return
        reply = _reply(client, call, part)
        if all_pages and reply.error is None:
            reply = with_all_pages(client, reply)
    show_reply(reply, settings, as_json=as_json, explain=explain)


def _call(request: str | None, page: str | None, store: str) -> LegacyCall:
    if (request is None) == (page is None):
        raise UsageProblem("give a request file (- for standard input), or --page TOKEN")
    if request is not None:
        return read_call_file(request)
    if store == "memory:":
        raise UsageProblem(
            "--page needs the store the token was made in, and memory: ends with its process; use --all-pages, or a "
            "lasting --store for both calls"
        )
    return LegacyCall(f"/v1.2/classify/{page}", method="GET")


def _shard(text: str) -> _Shard:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise UsageProblem(f"--shard {text}: give I/N with I from 1 to N, such as 2/4")
    return _Shard(int(found[1]), int(found[2]))


def _reply(classifier: Classifier, call: LegacyCall, part: _Shard | None) -> HandledReply:
    if part is None:
        return classifier.reply(call.method, call.path, call.body)
    read = _part_of(classifier, call, part)
    if read.request.video_ids is None:
        return classifier.answer_with(ClassifyResult(), read)
    return classifier.answer(read)


def _part_of(classifier: Classifier, call: LegacyCall, part: _Shard | None) -> ReadCall:
    """Read a request and keep the shard's videos; none left is a request without videos."""
    read = read_call(call.method, call.path, call.body, classifier.settings)
    if part is None:
        return read
    listed = read.request.video_ids
    if listed is None:
        listed = tuple(video.video_id for video in classifier.locate(read.request))
    mine = tuple(video_id for video_id in listed if part.holds(video_id))
    return replace(read, request=read.request.model_copy(update={"video_ids": mine or None, "index_id": None}))


def _write_lines(classifier: Classifier, call: ReadCall, out: str) -> None:
    """Write videos as they are finished; a failed one is a line with `error`, and the exit code is 1 if all failed."""
    answered = 0
    failures: list[Failure] = []
    with _opened(out) as lines:
        outcomes = (
            classifier.work(call.request, call.spelling) if call.request.video_ids or call.request.index_id else ()
        )
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                failures.append(outcome)
                line = {"video_id": outcome.video_id, "error": {"code": outcome.code, "message": outcome.reason}}
            else:
                answered += 1
                line = write_video(shown(outcome, call.request), call.spelling)
            lines.write(json.dumps(line, ensure_ascii=True) + "\n")
            lines.flush()
    sys.stderr.write(f"{answered} videos answered, {len(failures)} failed\n")
    if tell_cut_short(failures, classifier.settings) or (failures and not answered):
        raise typer.Exit(1)


@contextmanager
def _opened(out: str) -> Iterator[TextIO]:
    if out == "-":
        yield sys.stdout
    else:
        with Path(out).open("w", encoding="utf-8") as lines:
            yield lines
