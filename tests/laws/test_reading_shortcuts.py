"""Laws of reading fast: what is read at once is what the long way reads, and what is remembered changes nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.contract.evidence import Reading
from pegasus_classify.contract.request import EffectiveClass
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.reading.read import read

_SHORTCUTS = ("plain_answer", "plain_entry", "plain_clip")


def _asked(name: str, *prompts: str) -> EffectiveClass:
    return EffectiveClass(name=name, prompts=prompts, options=("visual", "logo"), conversation_option="semantic")


CLASSES = (_asked("Truck", "delivery van", "semi trailer"), _asked("clips", "Dog"), _asked("classes", "open bed"))
IDS = Vocabulary(CLASSES[:1], {"c1": "Truck"}, {"c1.p1": ("Truck", "delivery van")})
ASKED = st.sampled_from([IDS, *(Vocabulary(CLASSES[:count]) for count in (1, 2, 3))])

NAMES = st.sampled_from(["Truck", "truck", "Trucks", "c1", "delivery van", "Truck, Dog", "Dog", "Boat", "", 3, None])
PROMPTS = st.sampled_from(["delivery van", "Semi Trailer", "c1.p1", "p1", "Dog", "boat", "", 7, None])
OPTIONS = st.sampled_from(["visual", "Visual", "audio", "logo", "smell", "", 7, None])
CONFIDENCES = st.one_of(
    st.integers(-1, 101), st.floats(0, 1), st.sampled_from([None, True, "high", "none", "80 %", 1e300, 10**400])
)
TIMES = st.one_of(st.integers(-5, 700), st.floats(0, 700), st.sampled_from([None, False, "0:10", "soon", 1e9, 10**400]))


def _often(draw: st.DrawFn, key: str, value: st.SearchStrategy[Any]) -> list[tuple[str, Any]]:
    """Return a member as it was wanted, rarely missing, given twice or under another key."""
    key = draw(st.sampled_from([key] * 12 + [key.upper(), "note", "label", "time"]))
    return [(key, draw(value)) for _ in range(draw(st.sampled_from([1] * 12 + [0, 2])))]


@st.composite
def _clips(draw: st.DrawFn) -> list[tuple[str, Any]]:
    pairs = [*_often(draw, "start", TIMES), *_often(draw, "end", TIMES)]
    pairs += [*_often(draw, "prompt", PROMPTS), *_often(draw, "option", OPTIONS)]
    return draw(st.permutations([*pairs, *_often(draw, "confidence", CONFIDENCES)]))


@st.composite
def _entries(draw: st.DrawFn) -> list[tuple[str, Any]]:
    clips = st.lists(_clips() | _clips() | _clips() | TIMES, max_size=3)
    pairs = [*_often(draw, "class", NAMES), *_often(draw, "confidence", CONFIDENCES), *_often(draw, "clips", clips)]
    return draw(st.permutations(pairs))


@st.composite
def _answers(draw: st.DrawFn) -> list[tuple[str, Any]]:
    entries = st.lists(_entries() | _entries() | _entries() | NAMES, max_size=3)
    return [*_often(draw, "classes", entries), *draw(st.just([]) | st.just([("note", "clear")]))]


def _written(value: Any) -> str:
    """Return JSON in which an object may give a key twice."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return "{" + ", ".join(f"{json.dumps(key)}: {_written(inner)}" for key, inner in value) + "}"
    return "[" + ", ".join(map(_written, value)) + "]" if isinstance(value, list) else json.dumps(value)


def _the_long_way(text: str, vocabulary: Vocabulary) -> Reading:
    with pytest.MonkeyPatch.context() as patch:
        for shortcut in _SHORTCUTS:
            patch.setattr(f"pegasus_classify.reading.shapes._Walk.{shortcut}", lambda *_: False)
        return read(text, vocabulary, 600.0)


@given(tree=_answers() | st.lists(_entries(), max_size=3), vocabulary=ASKED, data=st.data())
def test_what_is_read_at_once_is_what_the_long_way_reads(
    tree: list[Any], vocabulary: Vocabulary, data: st.DataObject
) -> None:
    text = _written(tree)
    quotes = data.draw(st.sampled_from(['"', '"', "'"]))
    text = text.replace('"', quotes)[: data.draw(st.just(len(text)) | st.integers(0, len(text)))]
    now = read(text, vocabulary, 600.0)
    assert now == (long := _the_long_way(text, vocabulary))
    assert [each.where for each in now.evidence] == [each.where for each in long.evidence]


@given(texts=st.lists(_answers().map(_written), max_size=2), vocabulary=ASKED)
def test_what_was_read_before_changes_nothing(texts: list[str], vocabulary: Vocabulary) -> None:
    together = [read(text, vocabulary, 600.0) for text in texts]
    apart = [
        read(text, Vocabulary(vocabulary.classes, vocabulary.class_ids, vocabulary.prompt_ids), 600.0) for text in texts
    ]
    assert together == apart


def test_threads_that_read_for_one_question_do_not_disturb_each_other() -> None:
    texts = [
        f"- {name}: 0:0{at}-0:1{at}, {prompt}"
        for at, name in enumerate(("truck", "Trucks", "Boat", "Dogs"))
        for prompt in ("semi-trailer", "Delivery Van", "dog", "boats")
    ]
    alone = [read(text, Vocabulary(CLASSES), 600.0) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            vocabulary = Vocabulary(CLASSES)
            assert list(pool.map(lambda text, asked=vocabulary: read(text, asked, 600.0), texts)) == alone


def test_more_names_than_are_kept_in_memory_are_read() -> None:
    clips = [{"start": at, "end": at + 1, "prompt": f"boat {at}" + at // 900 * 500 * "!"} for at in range(1200)]
    entries = [{"class": f"Boat {at}", "confidence": 80, "clips": clips[:1]} for at in range(1200)]
    found = read(json.dumps({"classes": [*entries, {"class": "Truck", "confidence": 80, "clips": clips}]}), IDS, None)
    assert len(found.evidence) == 1200
    assert {(each.class_name, each.prompt, each.option) for each in found.evidence} == {("Truck", None, None)}
