"""Reading takes time linear in the text: judged by counting what is done, and for what C does inside by the clock."""

from __future__ import annotations

import json
import time

import pytest
from corpus import vocabulary_of_case
from counted_work import work_of
from hostile import FEW, PATTERNS, repeated

from pegasus_classify.contract.evidence import Reading
from pegasus_classify.reading.read import LONGEST, read

ASKED = vocabulary_of_case({"request_ref": "sports"})


def _read(text: str) -> Reading:
    return read(text, ASKED, 600.0)


def _assert_linear(pattern: str, length: int) -> None:
    assert not _failed(repeated(pattern, 4 * length))
    once, four_times = (work_of(lambda size=size: _read(repeated(pattern, size))) for size in (length, 4 * length))
    # Where work grows with the square it is sixteen times as much.
    assert four_times <= 4.6 * once, (once, four_times)


@pytest.mark.parametrize("pattern", FEW, ids=repr)
def test_four_times_the_text_takes_four_times_the_work(pattern: str) -> None:
    _assert_linear(pattern, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS, ids=repr)
def test_four_times_any_hostile_text_takes_four_times_the_work(pattern: str) -> None:
    _assert_linear(pattern, 3000)


def test_work_that_grows_with_the_square_is_seen() -> None:
    def nested(size: int) -> int:
        return work_of(lambda: [sum(1 for _ in range(size)) for _ in range(size)])

    assert nested(80) > 4.6 * nested(20)


def _seconds(text: str) -> float:
    before = time.process_time()
    assert not _failed(text)
    return time.process_time() - before


def _failed(text: str) -> bool:
    """Return whether the reader gave a text up: what it raises inside, a `RecursionError` too, ends as this repair."""
    return "reader_failed" in _read(text).repairs


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS, ids=repr)
def test_no_pattern_makes_a_search_take_the_square_of_its_time(pattern: str) -> None:
    """What one call into C does is not counted above: a search that tries every part of a run, a text copied again."""
    short, long = repeated(pattern, 8_000), repeated(pattern, 64_000)
    # Eight times the text in sixty-four times the time would be the square; between lies room for a busy machine.
    for _ in range(3):
        least, most = min(_seconds(short) for _ in range(2)), _seconds(long)
        if most <= 20 * least + 0.2:
            break
    assert most <= 20 * least + 0.2


@pytest.mark.slow
@pytest.mark.parametrize("pattern", FEW, ids=repr)
def test_ten_megabytes_take_less_than_a_second_each(pattern: str) -> None:
    """Processor time: only the first `LONGEST` signs of what is no clean JSON are read the costly way."""
    text = repeated(pattern, 10_000_000)
    assert min(_seconds(text) for _ in range(2)) < 10


@pytest.mark.slow
def test_a_clean_answer_of_megabytes_is_read_to_its_end() -> None:
    clips = [{"start": at % 500, "end": at % 500 + 1, "confidence": at % 50 + 50} for at in range(60_000)]
    entry = {"class": "Baseball", "confidence": 80, "clips": clips}
    last = {"class": "Soccer", "confidence": 80, "clips": [{"start": 1, "end": 2}]}
    text = json.dumps({"classes": [entry, last]})
    assert len(text) > 10 * LONGEST
    reading = _read(text)
    assert not reading.cut
    assert "Soccer" in {each.class_name for each in reading.evidence}


_NAMED = ("a", "data", "details", "Baseball", "time", "clips", "class", "visual", "analysis", "start", "MLB")


@pytest.mark.parametrize("key", _NAMED)
@pytest.mark.parametrize("levels", [58, 150, 500, 900, 20_000])
def test_no_depth_of_objects_ends_in_a_recursion_error(key: str, levels: int) -> None:
    assert not _failed(f'{{"{key}":' * levels + "1" + "}" * levels)
    assert not _failed(f'{{"{key}":' * levels)


@pytest.mark.parametrize("levels", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("pattern", ["[", "{", "[{", "(", "<a>", "- ", ">", '{"a":[', '{"Baseball":{"', '"', "dict(a="])
def test_many_thousand_levels_end_in_no_recursion_error(pattern: str, levels: int) -> None:
    assert not _failed(pattern * levels)


@pytest.mark.parametrize("key", ["data", "Baseball", "a"])
def test_answers_in_strings_in_answers_end_in_no_recursion_error(key: str) -> None:
    """Seven strings inside one another, each nested deep in objects of its own."""
    text = "1"
    for _ in range(7):
        text = f'{{"{key}":' * 45 + json.dumps(text) + "}" * 45
        assert not _failed(text)


def test_entries_that_name_two_classes_at_every_level_are_read_in_bounded_time() -> None:
    """Each is read once for each class around it: at every level twice as often, were there no bound."""
    levels = 12
    text = '{"class":"Baseball, Soccer","start":1,"end":2,"x":' * levels + "1" + "}" * levels
    deeper = text.replace('"x":1', '"x":' + '{"class":"Baseball, Soccer","x":' * levels + "1" + "}" * levels)
    assert {each.class_name for each in _read(text).evidence} == {"Baseball", "Soccer"}
    assert work_of(lambda: _read(deeper)) < 10 * work_of(lambda: _read(text))


def test_signs_that_are_read_the_costly_way_are_bounded_inside_strings_too() -> None:
    keys = ("data", "message", "result", "text", "output", "response", "content", "answer")
    texts = {key: f"Baseball is seen at 0:1{at}. {'word ' * (LONGEST // 20)}" for at, key in enumerate(keys)}
    assert not _read(json.dumps(dict([*texts.items()][:2]))).cut
    assert _read(json.dumps(texts)).cut
