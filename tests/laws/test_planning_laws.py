"""What holds for the questions made from any request."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.contract.asks import AskFailure, Video, VideoSource
from pegasus_classify.contract.evidence import Reading
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, effective_classes
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.errors import BadRequestError
from pegasus_classify.models import MODELS
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.planning.answer_size import max_tokens
from pegasus_classify.planning.class_ids import canonical_vocabulary
from pegasus_classify.planning.follow_up import follow_up
from pegasus_classify.planning.packing import pack
from pegasus_classify.planning.plan import Asking, Plan, plan
from pegasus_classify.planning.price_bound import expected, upper_bound
from pegasus_classify.planning.way import way_for
from pegasus_classify.prompting.render import render_question
from pegasus_classify.prompting.schema_rules import refused_keywords
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.prompting.token_count import fits
from pegasus_classify.prompting.token_count import upper_bound as most_tokens

BOOK = TemplateBook(packaged_prompts())
P15 = MODELS["pegasus1.5"]
VERSIONS = ("classify.v1", "schema_in_prompt.v1", "again.v1", "segments.v1")
HOSTILE = (
    "{{ 7*7 }}",
    "{% raw %}",
    "{# x #}",
    '"""',
    "```\n]",
    "R&B",
    "</s>",
    "c1",
    "C 1",
    "c1.p1",
    "P2 k3",
    "ｃ１",
    "日本語",
    "a\u2028b",
)

texts = st.text(min_size=1, max_size=10) | st.sampled_from(HOSTILE)
options = st.lists(st.sampled_from(["visual", "conversation", "text_in_video", "logo"]), min_size=1, max_size=4)
speech = st.sampled_from(["semantic", "exact_match"])
durations = st.floats(4, 14_400)


def classes_of(names: st.SearchStrategy[str]) -> st.SearchStrategy[list[ClassDefinition]]:
    definition = st.builds(
        ClassDefinition,
        name=names,
        prompts=st.lists(names, min_size=1, max_size=5).map(tuple),
        options=st.none() | options.map(tuple),
        conversation_option=st.none() | speech,
    )
    return st.lists(definition, min_size=1, max_size=6)


requests = st.builds(
    ClassifyRequest,
    classes=classes_of(texts).map(tuple),
    options=options.map(tuple),
    conversation_option=speech,
    video_ids=st.just(("v",)),
)


def video(seconds: float) -> Video:
    return Video("v", VideoSource("asset_id", "a"), seconds)


def list_in(prompt: str) -> list[dict[str, Any]]:
    """Read the list of classes back from a prompt, as the first JSON array that starts a line."""
    value, _ = json.JSONDecoder().raw_decode(prompt, prompt.index("\n[\n") + 1)
    assert isinstance(value, list)
    return value


def words_around(prompt: str) -> str:
    """Return a prompt without its list of classes, which ends at the first line that closes it."""
    return re.sub(r"\n\[\n.*?\n\]\n", "\n<list>\n", prompt, count=1, flags=re.DOTALL)


def tight(room: int, request: ClassifyRequest) -> Any:
    """Return the model's row with room for so many tokens of a request's classes in a prompt."""
    whole = canonical_vocabulary(request)
    around = max(most_tokens(words_around(render_question(BOOK, version, whole))) for version in VERSIONS)
    return replace(P15, prompt_tokens=around + room)


@given(requests)
def test_the_list_in_a_prompt_reads_back_to_exactly_the_names_and_prompts(request: ClassifyRequest) -> None:
    vocabulary = canonical_vocabulary(request)
    wanted = {each.name: (sorted(each.prompts), list(each.options)) for each in effective_classes(request)}
    for version in VERSIONS:
        rows = list_in(render_question(BOOK, version, vocabulary))
        found = {row["name"]: ([prompt["text"] for prompt in row["prompts"]], row["evidence"]) for row in rows}
        assert found == wanted
        assert [row["id"] for row in rows] == list(vocabulary.class_ids)


@given(requests, st.sampled_from(VERSIONS))
def test_label_text_never_changes_the_words_around_it(request: ClassifyRequest, version: str) -> None:
    vocabulary = canonical_vocabulary(request)
    plain = {name: f"name {number}" for number, name in enumerate(vocabulary.class_ids.values())}
    other = Vocabulary(
        tuple(each.model_copy(update={"name": plain[each.name], "prompts": ("x",)}) for each in vocabulary.classes),
        {key: plain[name] for key, name in vocabulary.class_ids.items()},
        {key: (plain[name], "x") for key, (name, _) in vocabulary.prompt_ids.items()},
    )
    hostile = render_question(BOOK, version, vocabulary)
    assert words_around(hostile) == words_around(render_question(BOOK, version, other))
    assert hostile.encode("utf-8")


@given(requests, st.randoms(use_true_random=False))
def test_a_request_in_another_order_is_the_same_plan(request: ClassifyRequest, random: Any) -> None:
    def shuffled(items: Any) -> tuple[Any, ...]:
        return tuple(random.sample(list(items), len(items)))

    classes = [
        each.model_copy(update={"prompts": shuffled(each.prompts), "options": each.options and shuffled(each.options)})
        for each in request.classes
    ]
    other = request.model_copy(update={"classes": shuffled(classes), "options": shuffled(request.options)})
    left, right = plan(request, P15, BOOK, Asking()), plan(other, P15, BOOK, Asking())
    assert left.groups == right.groups
    assert [group.question.fingerprint for group in left.groups] == [
        group.question.fingerprint for group in right.groups
    ]


@given(requests)
def test_an_id_is_never_a_word_of_the_request(request: ClassifyRequest) -> None:
    vocabulary = canonical_vocabulary(request)
    ids = {key.casefold() for key in (*vocabulary.class_ids, *vocabulary.prompt_ids)}
    for each in request.classes:
        for text in (each.name, *each.prompts):
            assert text.casefold() not in ids
            assert not ids.intersection(text.casefold().split())
            assert not ids.intersection(re.findall(r"[^\W_]+", text.casefold()))
    assert len(ids) == len(vocabulary.class_ids) + len(vocabulary.prompt_ids)


@given(requests, st.integers(60, 400))
def test_groups_hold_every_class_and_prompt_once_and_fit_the_limit(request: ClassifyRequest, room: int) -> None:
    model = tight(room, request)
    try:
        planned = plan(request, model, BOOK, Asking())
    except BadRequestError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert any(repr(each.name) in refused for each in request.classes)
        return
    whole = canonical_vocabulary(request)
    held = [item for group in planned.groups for item in group.vocabulary.prompt_ids.items()]
    assert sorted(held) == sorted(whole.prompt_ids.items())
    for group in planned.groups:
        asked = group.vocabulary
        assert fits(group.question.prompt, model.prompt_tokens)
        assert [each.name for each in asked.classes] == list(asked.class_ids.values())
        assert {name: key for key, name in asked.class_ids.items()}.items() <= {
            name: key for key, name in whole.class_ids.items()
        }.items()
        texts_asked = {(each.name, text) for each in asked.classes for text in each.prompts}
        assert texts_asked == set(asked.prompt_ids.values())


@given(requests)
def test_the_platform_takes_every_schema(request: ClassifyRequest) -> None:
    for group in plan(request, P15, BOOK, Asking()).groups:
        form = group.question.response_format
        assert form is not None
        assert refused_keywords(form["json_schema"]) == []


@given(st.lists(st.integers(0, 12), max_size=9))
def test_packing_uses_the_fewest_boxes(sizes: list[int]) -> None:
    boxes = pack(sizes, 12)
    assert sorted(position for box in boxes for position in box) == list(range(len(sizes)))
    assert all(sum(sizes[position] for position in box) <= 12 for box in boxes)
    if sizes:
        assert len(boxes) == fewest(tuple(sorted(sizes, reverse=True)), ())


def fewest(sizes: tuple[int, ...], left: tuple[int, ...]) -> int:
    """Count boxes of 12 by trying every placement."""
    if not sizes:
        return len(left)
    first, rest = sizes[0], sizes[1:]
    counts = [
        fewest(rest, tuple(sorted((*left[:number], free - first, *left[number + 1 :]))))
        for number, free in enumerate(left)
        if first <= free and free not in left[:number]
    ]
    if first in left:
        # An exact fit is never worse than another place.
        return fewest(rest, tuple(sorted((*left[: left.index(first)], 0, *left[left.index(first) + 1 :]))))
    return min([*counts, fewest(rest, tuple(sorted((*left, 12 - first))))])


@given(st.sampled_from(list(MODELS.values())), st.floats(0, 20_000))
def test_windows_cover_the_video_without_gap_and_keep_the_longest(model: Any, seconds: float) -> None:
    way = way_for(model, seconds)
    if isinstance(way, AskFailure):
        assert (way.kind == "too_short") == (seconds < model.shortest)
        assert seconds < model.shortest or seconds > model.longest_with_window
    elif way.windows:
        assert (way.windows[0].start, way.windows[-1].end) == (0, seconds)
        assert all(before.end == after.start for before, after in zip(way.windows, way.windows[1:], strict=False))
        assert all(0 < window.end - window.start <= model.longest_window + 0.001 for window in way.windows)
    else:
        assert seconds <= model.longest


@given(
    st.sampled_from(list(MODELS.values())),
    st.integers(1, 100),
    st.integers(0, 99),
    st.floats(1, 7200),
    st.floats(0, 60),
)
def test_room_for_an_answer_keeps_the_bounds_and_grows_with_time(
    model: Any, classes: int, more_prompts: int, seconds: float, longer: float
) -> None:
    prompts = classes + more_prompts
    room = max_tokens(model, classes, prompts, seconds)
    assert model.min_answer_tokens <= room <= model.max_answer_tokens
    assert room <= max_tokens(model, classes, prompts, seconds + longer)
    assert room <= max_tokens(model, classes + 1, prompts + 1, seconds)


def planned(request: ClassifyRequest, **asking: Any) -> Plan:
    return plan(request, P15, BOOK, Asking(**asking))


@given(requests, st.lists(durations, max_size=3), st.integers(0, 4), st.integers(1, 3))
def test_the_expected_price_never_passes_the_bound(
    request: ClassifyRequest, lengths: list[float], retries: int, samples: int
) -> None:
    decided = planned(request, samples=samples)
    videos = [video(seconds) for seconds in lengths]
    likely, most = expected(decided, videos), upper_bound(decided, videos, retries)
    assert likely.calls * 2 * (retries + 1) == most.calls
    assert likely.prompt_tokens <= most.prompt_tokens
    assert likely.answer_tokens <= most.answer_tokens
    assert likely.usd <= most.usd
    assert math.isclose(likely.video_seconds, samples * sum(lengths), abs_tol=0.01)


@given(requests, st.data())
def test_a_follow_up_asks_about_exactly_the_unfinished_classes(request: ClassifyRequest, data: Any) -> None:
    decided = planned(request)
    asks = decided.asks(video(60.0))
    assert not isinstance(asks, AskFailure)
    for group, ask in asks:
        names = [each.name for each in group.vocabulary.classes]
        finished = frozenset(data.draw(st.lists(st.sampled_from(names), unique=True)))
        again = follow_up(decided, group, ask, Reading(verdict="found", cut=True, finished=finished))
        if again is None:
            assert finished == set(names)
            continue
        asked, second = again
        assert set(asked.vocabulary.class_ids.values()) == set(names) - finished
        assert asked.vocabulary.class_ids.items() <= group.vocabulary.class_ids.items()
        assert {row["name"] for row in list_in(second.question.prompt)} == set(names) - finished
        assert second.max_tokens >= ask.max_tokens
        assert second.question.fingerprint != ask.question.fingerprint
