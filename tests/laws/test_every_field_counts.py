"""No request field is without effect in silence: it changes what is asked or answered, or the fidelity table names it.

Proved by mutation over 60 videos in which something is always found: a request is changed in one field, and the asks,
the bytes of every page, or else the table's rows for that field must tell.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import strategies as some
from hypothesis import assume, given
from hypothesis import strategies as st

from pegasus_classify.contract.asks import AskFailure, Video, VideoSource
from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.pages import Page
from pegasus_classify.contract.request import ClassifyRequest, effective_classes
from pegasus_classify.contract.result import VideoResult
from pegasus_classify.errors import BadRequestError
from pegasus_classify.judging.assemble import assemble
from pegasus_classify.judging.judge import Judge
from pegasus_classify.legacy.answers import write_answer
from pegasus_classify.legacy.coverage import ENTRIES, entries_for
from pegasus_classify.legacy.detect import DIALECTS, dialect_of
from pegasus_classify.legacy.shown import shown
from pegasus_classify.legacy.spelling import Kind
from pegasus_classify.legacy.wire import field_rules, item_rules, read_request
from pegasus_classify.models import capabilities
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.paging.pages import cut
from pegasus_classify.planning.plan import Asking, plan
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.scoring.curve import DEFAULT_CURVE

Body = dict[str, Any]
Observed = tuple[Any, ...]

BOOK = TemplateBook(packaged_prompts())
INDEXES = {name: [f"{name}-{number}" for number in range(60)] for name in ("parks", "races")}
VIDEOS = INDEXES["parks"] + INDEXES["races"]
DURATION = 100.0

# --- what a caller and the platform can see of a request


def observed(body: Mapping[str, Any], kind: Kind) -> Observed:
    """Everything asked and every page answered, as bytes."""
    request, spelling = read_request(body, kind)
    named = list(dict.fromkeys(request.video_ids or INDEXES[request.index_id or ""]))
    videos = [Video(name, VideoSource("asset_id", f"asset-of-{name}"), DURATION) for name in named]
    planned = plan(request, capabilities("auto"), BOOK, Asking())
    asks: list[Any] = []
    for video in videos:
        pairs = planned.asks(video)
        assert not isinstance(pairs, AskFailure)
        asks += [(ask.source.value, ask.question.fingerprint, ask.max_tokens, ask.window) for _, ask in pairs]
    judge = Judge(request, DEFAULT_CURVE)
    result = assemble(request, [judge.judge(each, [found_in(each, request)]) for each in videos], asked_order=named)
    listed = shown(result, request).videos or ((VideoResult(named[0]),) if spelling.single else ())
    pages = cut(listed, request.page_limit, "snapshot", "then")
    return tuple(asks), [json.dumps(write_answer(Page(page.items, page.info), spelling)).encode() for page in pages]


def found_in(video: Video, request: ClassifyRequest) -> Reading:
    """What the model would report: every class somewhere, in places and with confidences of the video's own."""
    chance = random.Random(video.video_id)
    evidence = []
    for asked in effective_classes(request):
        for _ in range(3):
            start = chance.uniform(0, 60)
            evidence.append(
                Evidence(
                    asked.name,
                    chance.choice(asked.prompts),
                    chance.choice(asked.options),
                    start,
                    start + chance.uniform(5, 40),
                    chance.choice([20, 40, 55, 70, 80, 90, 97]),
                )
            )
        evidence.append(Evidence(asked.name, asked.prompts[0], asked.options[0], 1.0, 99.0, chance.uniform(95, 99)))
    return Reading(tuple(evidence), "evidence")


# --- requests and their mutations

_options = {"classes": some.CLASS_OPTIONS, "labels": some.LABEL_OPTIONS}


def other(strategy: st.SearchStrategy[Any]) -> Callable[[st.DataObject, Any], Any]:
    """A new value of a field: anything valid but the old one."""
    return lambda data, old: data.draw(strategy.filter(lambda new: new != old))


def options_of(dialect: str) -> st.SearchStrategy[list[str]]:
    """Sets of options, so that two different ones mean different things."""
    return st.sets(st.sampled_from(_options[dialect]), min_size=1).map(sorted)


SAYING = some.thresholds_of_classes.filter(lambda threshold: threshold != {})
"""Thresholds that say something: an empty object is a way of being silent."""

_prompts = st.sets(some.texts, min_size=1, max_size=4).map(sorted)
_video_ids = st.sets(st.sampled_from(VIDEOS), min_size=1).map(sorted)


def mutations(dialect: str) -> dict[str, Callable[[st.DataObject, Any], Any]]:
    """How each field of a body is changed."""
    threshold = SAYING if dialect == "classes" else some.thresholds_of_labels
    return {
        "video_ids": other(_video_ids),
        "video_id": other(st.sampled_from(VIDEOS)),
        "index_id": other(st.sampled_from(sorted(INDEXES))),
        "options": other(options_of(dialect)),
        "conversation_option": other(some.conversation_options),
        "page_limit": other(st.integers(1, 50)),
        "include_clips": lambda _, old: not old,
        "show_detailed_score": lambda _, old: not old,
        "threshold": other(threshold),
    }


def item_mutations(dialect: str) -> dict[str, Callable[[st.DataObject, Any], Any]]:
    """How each field of an entry of `classes` or `labels` is changed."""
    return {
        "name": other(some.texts),
        "prompts": other(_prompts),
        "options": other(options_of(dialect)),
        "conversation_option": other(some.conversation_options),
    }


@st.composite
def calls(draw: st.DrawFn) -> tuple[Body, Kind]:
    """A valid body with all its optional fields, or some, over the known videos, and its call."""
    body, kind = draw(some.request_calls)
    dialect = dialect_of(body)
    known = {
        "video_ids": _video_ids,
        "video_id": st.sampled_from(VIDEOS),
        "index_id": st.sampled_from(sorted(INDEXES)),
        "options": options_of(dialect),
    }
    body = {name: draw(known[name]) if name in known else value for name, value in body.items()}
    for item in body[dialect]:
        item["prompts"] = draw(_prompts)
    # Thresholds that hide everything would hide every effect as well; the fixture's best clips pass these.
    if "threshold" in body and dialect == "classes":
        body["threshold"] = draw(some.thresholds_of_classes.filter(_lets_through))
    return body, kind


def _lets_through(threshold: Any) -> bool:
    limits = threshold if isinstance(threshold, dict) else {"min_video_score": threshold}
    return limits.get("min_video_score", 0) <= 75 and limits.get("min_duration_ratio", 0) <= 0.9 and (
        limits.get("min_clip_score", 0) <= 75
    )  # fmt: skip


def rows_for(field: str, bodies: list[Body], kind: Kind) -> set[str]:
    """The rows that name a field and apply to one of the bodies, exact ones apart: those promise an effect."""
    applying = {name for body in bodies for name in entries_for(*read_request(body, kind))}
    return {name for name in applying if ENTRIES[name].where == "request" and _about(name, field)}


def _about(row: str, field: str) -> bool:
    # What a default means is named for every request that is silent; it explains no field that was sent.
    return row == field or (row.startswith(f"{field}.") and not row.endswith(".default"))


def counts(before: Body, after: Body, kind: Kind, field: str, see: Callable[..., Observed] = observed) -> bool:
    """The law: a changed field is seen, or named."""
    return see(before, kind) != see(after, kind) or bool(rows_for(field, [before, after], kind))


# --- the laws


@given(calls(), st.data())
def test_a_changed_field_is_seen_or_named(call: tuple[Body, Kind], data: st.DataObject) -> None:
    """For every field of the body, whatever the others hold."""
    body, kind = call
    dialect = dialect_of(body)
    fields = [name for name in (*field_rules(DIALECTS[dialect], kind), "threshold") if name != dialect]
    field = data.draw(st.sampled_from([name for name in fields if name in body or _may_be_added(name)]))
    changed = {**body, field: mutations(dialect)[field](data, body.get(field))}
    assert counts(body, changed, kind, field), field


def _may_be_added(field: str) -> bool:
    return field not in ("video_ids", "video_id", "index_id")


@given(calls(), st.data())
def test_a_field_that_is_left_out_is_seen_or_named(call: tuple[Body, Kind], data: st.DataObject) -> None:
    """Sending a field is never the same as not sending it, unless the table says what sending it means."""
    body, kind = call
    optional = [name for name in ("conversation_option", "threshold") if body.get(name, {}) != {}]
    assume(optional)
    field = data.draw(st.sampled_from(optional))
    assert counts(body, {name: value for name, value in body.items() if name != field}, kind, field), field


@given(calls(), st.data())
def test_a_changed_field_of_a_class_is_seen_or_named(call: tuple[Body, Kind], data: st.DataObject) -> None:
    """For every field of every entry of `classes` or `labels`."""
    body, kind = call
    dialect = dialect_of(body)
    place = data.draw(st.integers(0, len(body[dialect]) - 1))
    field = data.draw(st.sampled_from(sorted(item_rules(DIALECTS[dialect]))))
    entries = [dict(each) for each in body[dialect]]
    entries[place][field] = item_mutations(dialect)[field](data, entries[place].get(field))
    changed = {**body, dialect: entries}
    named = field if field in ("name", "prompts") else f"classes.{field}"
    assert counts(body, changed, kind, named), field


@given(calls(), st.data())
def test_a_class_more_or_less_is_seen_or_named(call: tuple[Body, Kind], data: st.DataObject) -> None:
    """A class that is asked for reaches the model; one of a name that is there already is named in the table."""
    body, kind = call
    dialect = dialect_of(body)
    added = data.draw(some.class_entries if dialect == "classes" else some.label_entries)
    changed = {**body, dialect: [*body[dialect], {**added, "prompts": data.draw(_prompts)}]}
    assert counts(body, changed, kind, "name"), "an added class"


@given(calls(), some.texts, some.json_values)
def test_a_field_that_nobody_knows_is_refused(call: tuple[Body, Kind], name: str, value: Any) -> None:
    """It is never read over."""
    body, kind = call
    assume(name not in field_rules(DIALECTS[dialect_of(body)], kind))
    with pytest.raises(BadRequestError) as refused:
        read_request({**body, f"{name}_": value}, kind)
    assert refused.value.code == "parameter_unknown"


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda each: each.name)
def test_every_field_that_is_read_is_also_changed_here(dialect: Any) -> None:
    """A new field cannot be forgotten."""
    assert set(field_rules(dialect, None)) - {dialect.list_field} <= set(mutations(dialect.name))
    assert set(item_rules(dialect)) <= set(item_mutations(dialect.name))


@pytest.mark.parametrize("field", ["page_limit", "include_clips", "show_detailed_score", "index_id", "classes"])
def test_the_law_notices_a_field_that_is_ignored(field: str) -> None:
    """A reader that passes over a field, held against the law: it fails, so the law says something."""
    body = {
        "index_id": "parks",
        "options": ["visual"],
        "classes": [{"name": "Dog", "prompts": ["a dog"]}],
        "page_limit": 7,
        "include_clips": True,
        "show_detailed_score": True,
    }
    change = {
        "page_limit": 8,
        "include_clips": False,
        "show_detailed_score": False,
        "index_id": "races",
        "classes": [{"name": "Dog", "prompts": ["a cat"]}],
    }
    changed = {**body, field: change[field]}
    assert counts(body, changed, "bulk", field)
    blind = lambda seen, kind: observed({**seen, field: body[field]}, kind)  # noqa: E731
    assert not counts(body, changed, "bulk", field, blind)


def test_the_fixture_shows_sixty_results() -> None:
    """Otherwise an effect could hide."""
    body = {"index_id": "parks", "options": ["visual"], "classes": [{"name": "Dog", "prompts": ["a dog"]}]}
    _, pages = observed(body, "bulk")
    assert len(pages) == 6
    assert json.loads(pages[0])["page_info"]["total_results"] == 60
