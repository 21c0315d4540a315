"""Laws of reading: never raise, never invent, a part says a part of the whole, what was written is read."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.contract.evidence import Evidence, Reading
from pegasus_classify.contract.request import EffectiveClass
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.reading.read import read
from pegasus_classify.reading.source import source_of

_FOLDER = Path(__file__).resolve().parents[1] / "reading"


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"reading_{name}", _FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


styles = _loaded("styles")

OPTIONS = ("visual", "conversation", "text_in_video")


def _asked(name: str, *prompts: str) -> EffectiveClass:
    return EffectiveClass(name=name, prompts=prompts, options=OPTIONS, conversation_option="semantic")


CLASSES = (
    _asked("Truck", *("delivery van on a road", "semi trailer")),
    _asked("Pickup Truck", *("open bed", "off-road")),
    _asked("Drugs & Alcohol", *("drinking", "smoking")),
    _asked("Café", *("espresso",)),
)
OTHERS = ("Volcano", "Harbour Seal", "Quilting Bee", "Opera")
BY_NAME = Vocabulary(CLASSES)
LENGTH = 600


def _with_ids() -> Vocabulary:
    prompts = {
        f"c{n}.p{m}": (each.name, prompt)
        for n, each in enumerate(CLASSES, 1)
        for m, prompt in enumerate(each.prompts, 1)
    }
    return Vocabulary(CLASSES, {f"c{n}": each.name for n, each in enumerate(CLASSES, 1)}, prompts)


BY_ID = _with_ids()


@st.composite
def clips(draw: st.DrawFn) -> list[Any]:
    """Up to six clips, each class at most once with a given confidence."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        each = draw(st.sampled_from(CLASSES))
        start = draw(st.integers(0, LENGTH))
        found.append(
            styles.Clip(
                each.name,
                start,
                draw(st.integers(start, LENGTH)),
                draw(st.none() | st.sampled_from(each.prompts)),
                draw(st.none() | st.sampled_from(OPTIONS)),
                draw(st.integers(1, 100)),
            )
        )
    return found


def _key(each: Evidence) -> tuple[object, ...]:
    return each.class_name, each.prompt, each.option, each.start, each.end, each.confidence


def _keys(reading: Reading) -> set[tuple[object, ...]]:
    return {_key(each) for each in reading.evidence}


def _is_part(part: set[tuple[object, ...]], whole: set[tuple[object, ...]]) -> bool:
    """Return whether all of one reading is in another, where a confidence behind the cut may still be unknown."""
    unsure = {(*each[:-1], None) for each in whole}
    return part <= whole | unsure


def _wanted(found: list[Any]) -> set[tuple[object, ...]]:
    return {(c.name, c.prompt, c.option, float(c.start), float(c.end), float(c.confidence)) for c in found}


@pytest.mark.parametrize("style", sorted(styles.STYLES))
@given(found=clips())
def test_what_was_written_in_any_style_is_read_back(style: str, found: list[Any]) -> None:
    reading = read(styles.STYLES[style](found), BY_NAME, float(LENGTH), "stop")
    assert _keys(reading) == _wanted(found)
    assert reading.verdict == "found"


@pytest.mark.parametrize("style", sorted(styles.DOCUMENTS))
@given(found=clips(), data=st.data())
def test_a_prefix_of_one_document_says_a_part_of_the_whole(style: str, found: list[Any], data: st.DataObject) -> None:
    text = styles.DOCUMENTS[style](found)
    at = data.draw(st.integers(0, len(text)))
    for reason in ("stop", "length", None):
        part = read(text[:at], BY_NAME, float(LENGTH), reason)
        assert _is_part(_keys(part), _keys(read(text, BY_NAME, float(LENGTH), reason)))


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 120),
    st.floats(0, 1),
    st.sampled_from(
        [
            "c1",
            "c2",
            "c1.p1",
            "c3.p2",
            "Truck",
            "Pickup Truck",
            "open bed",
            "visual",
            "0:10",
            "5s - 9s",
            "high",
            "not found",
            "",
        ]
    ),
)
_KEYS_OF_ENTRIES = st.sampled_from(
    ["class", "confidence", "clips", "start", "end", "prompt", "option", "note", "label", "segments", "c1", "Café"]
)
_TREES = st.recursive(
    _VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS_OF_ENTRIES, inner, max_size=5),
    max_leaves=25,
)


@given(
    found=st.lists(
        st.fixed_dictionaries(
            {"class": st.sampled_from(["c1", "c2", "c3", "c4", "Truck"])},
            optional={
                "confidence": st.integers(0, 100) | st.floats(0.01, 1),
                "clips": st.lists(
                    st.fixed_dictionaries(
                        {"start": st.integers(0, 99), "end": st.integers(0, 99)},
                        optional={
                            "confidence": st.integers(0, 100) | st.floats(0.01, 1),
                            "prompt": st.sampled_from(["c1.p1", "c2.p1", "x"]),
                        },
                    ),
                    max_size=3,
                ),
            },
        ),
        max_size=4,
        unique_by=lambda each: "c1" if each["class"] == "Truck" else each["class"],
    ),
    flip=st.booleans(),
)
def test_every_prefix_of_a_wanted_answer_says_a_part_of_it(found: list[dict[str, Any]], flip: bool) -> None:
    text = json.dumps({"classes": found}, sort_keys=flip)
    whole = _keys(read(text, BY_ID, 100.0))
    for at in range(len(text)):
        part = _keys(read(text[:at], BY_ID, 100.0))
        assert _is_part(part, whole), text[:at]


@given(tree=_TREES)
def test_any_tree_is_read_within_the_request_and_the_video(tree: Any) -> None:
    _assert_inside(read(json.dumps(tree), BY_ID, 100.0))
    _assert_inside(read(repr(tree), BY_ID, 100.0))


_PIECES = st.lists(
    st.sampled_from(
        [
            '{"class":"c1"',
            ',"clips":[',
            '{"start":1,"end":2}',
            "]",
            "}",
            "{",
            "[",
            '"',
            "\\",
            "'",
            "```json\n",
            "Truck",
            ": ",
            "0:10-0:20",
            " from 5s to 9s",
            "\n",
            "- ",
            "| Truck | 1 | 2 |\n",
            "<clip>",
            "</clip>",
            "not ",
            ",",
            "87%",
            "\u200b",
            "classes:\n",
        ]
    )
    | st.text(max_size=6),
    max_size=30,
)


@given(pieces=_PIECES, length=st.none() | st.floats(0, 1000), reason=st.sampled_from([None, "stop", "length"]))
def test_reading_never_raises_and_never_invents(pieces: list[str], length: float | None, reason: str | None) -> None:
    reading = read("".join(pieces), BY_ID, length, reason)
    _assert_inside(reading, length)
    assert (reading.verdict == "found") == bool(reading.evidence)


def _assert_inside(reading: Reading, length: float | None = 100.0) -> None:
    assert "reader_failed" not in reading.repairs
    asked = {each.name: each for each in CLASSES}
    for each in reading.evidence:
        assert each.prompt is None or each.prompt in asked[each.class_name].prompts
        assert each.option is None or each.option in OPTIONS
        assert (each.start is None) == (each.end is None)
        assert each.confidence is None or 0 <= each.confidence <= 100
        if each.start is not None and each.end is not None:
            assert 0 <= each.start <= each.end
            assert length is None or each.end <= length
    assert reading.finished <= asked.keys()


@pytest.mark.parametrize("style", sorted(styles.STYLES))
@given(found=clips(), order=st.permutations(OTHERS))
def test_renaming_the_classes_renames_the_evidence(style: str, found: list[Any], order: list[str]) -> None:
    new = dict(zip((each.name for each in CLASSES), order, strict=True))
    renamed = [styles.Clip(new[c.name], c.start, c.end, c.prompt, c.option, c.confidence) for c in found]
    vocabulary = Vocabulary(tuple(_asked(new[each.name], *each.prompts) for each in CLASSES))
    before = read(styles.STYLES[style](found), BY_NAME, float(LENGTH), "stop")
    after = read(styles.STYLES[style](renamed), vocabulary, float(LENGTH), "stop")
    assert {(new[str(name)], *rest) for name, *rest in map(_key, before.evidence)} == _keys(after)


_FILLERS = "we looked over every scene with care and wrote down what matters below so here goes thank you"
_NEUTRAL = st.lists(st.sampled_from(_FILLERS.split()), min_size=1, max_size=12).map(
    lambda words: " ".join(words).capitalize() + "."
)


@pytest.mark.parametrize("style", ["clean", "fenced", "table", "csv", "yaml", "python"])
@given(found=clips(), before=_NEUTRAL, after=_NEUTRAL)
def test_neutral_prose_around_an_answer_changes_nothing(style: str, found: list[Any], before: str, after: str) -> None:
    text = styles.STYLES[style](found)
    around = read(f"{before}\n\n{text}\n\n{after}", BY_NAME, float(LENGTH), "stop")
    assert _keys(around) == _keys(read(text, BY_NAME, float(LENGTH), "stop"))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 50_000,
        "{" * 50_000,
        '{"a":' * 50_000,
        '{"class":["' * 20_000,
        "- " * 50_000,
        "<a>" * 30_000,
        '{"data":"' * 20_000,
        "\\" * 50_000,
    ],
    ids=["brackets", "braces", "objects", "strings", "bullets", "tags", "envelopes", "escapes"],
)
def test_hostile_nesting_gives_nothing_and_no_recursion_error(text: str) -> None:
    reading = read(text, BY_ID, 100.0)
    assert reading.evidence == ()
    assert "reader_failed" not in reading.repairs


@given(
    note=st.text(alphabet='[]{}",:\\ab1 c', max_size=20),
    clip=st.fixed_dictionaries(
        {"start": st.integers(0, 9), "end": st.integers(0, 9), "confidence": st.integers(2, 99)}
    ),
)
def test_signs_inside_strings_do_not_change_what_a_prefix_says(note: str, clip: dict[str, Any]) -> None:
    entry = {"class": "c1", "confidence": 80, "note": note, "clips": [{**clip, "note": note}, clip]}
    text = json.dumps({"classes": [entry, {**entry, "class": "c2"}]})
    whole = _keys(read(text, BY_ID, 100.0))
    assert whole
    for at in range(len(text)):
        assert _keys(read(text[:at], BY_ID, 100.0)) <= whole, text[:at]


@given(text=st.text(alphabet="ßÖÜÄÅÉÈÊËÀÇÑÓéèêëàçñöüäîôû”“’–—…« ab.", max_size=40))
def test_letters_of_other_languages_beside_curly_marks_are_left_as_they_are(text: str) -> None:
    """An "ß" before a closing quote is as bytes another letter of UTF-8: only what cannot be meant is read anew."""
    assert source_of(text).text == text
