"""A second table of answers, beside the corpus: one text per rule of the stages.

Written down from the reader's own results and then looked through: it keeps rules from changing unnoticed, and is no
measure of how well the reader reads; that is the corpus.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest, effective_classes
from pegasus_classify.contract.vocabulary import Vocabulary, vocabulary_of
from pegasus_classify.reading.read import LONGEST, read

_FOLDER = Path(__file__).parent
_REQUESTS = json.loads((_FOLDER / "cases" / "requests.json").read_text(encoding="utf-8"))
_ANSWERS = [json.loads(line) for line in (_FOLDER / "answers.jsonl").read_text(encoding="utf-8").splitlines()]


def _request(name: str) -> ClassifyRequest:
    body = _REQUESTS[name]
    return ClassifyRequest(
        classes=tuple(ClassDefinition(name=each["name"], prompts=tuple(each["prompts"])) for each in body["classes"]),
        options=tuple(body["options"]),
    )


@pytest.mark.parametrize("answer", _ANSWERS, ids=lambda answer: answer["text"][:40])
def test_answer_is_read_as_the_table_says(answer: dict[str, Any]) -> None:
    vocabulary = Vocabulary(effective_classes(_request(answer["request_ref"])), answer["ids"] or {})
    reading = read(answer["text"], vocabulary, answer["duration"], answer["finish_reason"])
    got = [
        [each.class_name, each.prompt, each.option, each.start, each.end, each.confidence] for each in reading.evidence
    ]
    assert got == answer["expect"]
    assert reading.verdict == answer["verdict"]


WEATHER = vocabulary_of(_request("weather"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"class":"Rain","start":1,"end":2}', '{"class":"Rain","start":1,"end":2}'),
        ('{"classes":[{"class":"Rain","clips":[{"start":1,"end":2}]}]}', '{"start":1,"end":2}'),
        ('Look: {"class":"Rain","start":1,"end":2} done', '{"class":"Rain","start":1,"end":2}'),
        ("\ufeff{'class':'Rain','start':1,\u200b'end':2}", "{'class':'Rain','start':1,\u200b'end':2}"),
        ("> {'class':'Rain',\n> 'start':1,'end':2}", "{'class':'Rain',\n> 'start':1,'end':2}"),
        ('{"a":"}","class":"Rain","start":1,"end":2', None),
        ("Snow: no\nRain: 0:10-0:20", "0:10-0:20"),
    ],
)
def test_evidence_says_where_in_the_text_as_it_came_it_stands(text: str, place: str | None) -> None:
    evidence = read(text, WEATHER, 100.0).evidence
    if place is None:
        assert evidence == ()
        return
    assert evidence[0].where is not None
    start, end = evidence[0].where
    assert text[start:end] == place


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ('{"class":"Rain","start":1,"end":2,}', None),
        ("{'class':'Rain','start':1,'end':2}", "quotes"),
        ('{class:"Rain","start":1,"end":2}', "unquoted"),
        ('{"class":"Rain","start":1,"end":2 // x\n}', "comment"),
        ('{"class"="Rain","start":1,"end":2}', "separator"),
        ('"class":"Rain","start":1,"end":2}', "missing_bracket"),
        ('{"class":"Rain","start":NaN,"start":1,"end":2}', "foreign_word"),
        ('{"class":"Rain","note":"a "b" c","start":1,"end":2}', "inner_quotes"),
        ('{"class":"Rain","note":"a\nb","start":1,"end":2,}', "bare_newline"),
        ('{"class":"Rain,"start":1,"end":2}', "missing_quote"),
        ('\ufeff{"class":"Rain","start":1,"end":2}', "byte_order_mark"),
        ('{"class":"Rain"，"start"：1,"end":2}', "full_width"),
        ('{"class":"Ra\u200bin","start":1,"end":2}', "invisible_characters"),
        ("{&quot;class&quot;:&quot;Rain&quot;,&quot;start&quot;:1,&quot;end&quot;:2}", "html_entities"),
        ('{""class"":""Rain"",""start"":1,""end"":2}', "doubled_quotes"),
        ('> {"class":"Rain",\n> "start":1,"end":2}', "block_quote"),
        ('{\\"class\\":\\"Rain\\",\\"start\\":1,\\"end\\":2}', "over_escaped"),
        ('Clip(class="Rain", start=1, end=2)', "printed_objects"),
        ('{"class":"Rain","start":1,"end":2,"n":"x\\"}\\"}]}\\"}]}\\"}]}', "runaway_tail"),
    ],
)
def test_what_was_mended_in_the_text_has_a_name(text: str, repair: str | None) -> None:
    reading = read(text, WEATHER, 100.0)
    assert [(each.class_name, each.start, each.end) for each in reading.evidence] == [("Rain", 1.0, 2.0)]
    assert repair is None or repair in reading.repairs


@pytest.mark.parametrize(
    ("text", "repair"),
    [
        ('{"class":"rains","start":1,"end":2}', "folded_name"),
        ('{"class":"Rain","start":2,"end":1}', "reversed_times"),
        ('{"class":"Rain","start":1,"end":200}', "clamped_times"),
        ('{"class":"Rain","start":"01:00:00","end":"01:10:00"}', "minutes_not_hours"),
        ('{"class":"Rain","start":1,"end":2,"confidence":0.5}', "fraction"),
        ('[{"class":"Rain"},{"start":1}]', None),
        ('[{"class":"Rain"},{"confidence":80},{"clips":[[1,2]]}]', None),
        ('{"class":"Rain","start":1,"class":"Fog","start":3}', "missing_bracket"),
    ],
)
def test_what_was_mended_in_an_entry_has_a_name(text: str, repair: str | None) -> None:
    evidence = read(text, WEATHER, 100.0).evidence
    assert evidence
    assert repair is None or repair in evidence[0].repairs


@pytest.mark.parametrize(
    ("text", "reason", "cut", "finished"),
    [
        ('{"classes":[{"class":"Rain","confidence":80,"clips":[]},{"class":"Fog","con', None, True, {"Rain"}),
        ('{"classes":[]}', "stop", False, {"Rain", "Snow", "Fog", "Sunshine"}),
        ('{"Rain":[[1,2]],"Fog":[[1', None, True, {"Rain"}),
        ("hello", "stop", False, set()),
        ("I cannot view the video.", "stop", False, set()),
    ],
)
def test_a_cut_answer_says_which_classes_it_finished(
    text: str, reason: str | None, cut: bool, finished: set[str]
) -> None:
    reading = read(text, WEATHER, 100.0, reason)
    assert (reading.cut, reading.finished) == (cut, finished)


def test_what_is_longer_than_any_answer_is_read_to_a_limit_unless_it_is_clean() -> None:
    tail = "x" * LONGEST
    assert read(f"Rain: 0:10-0:20\n{tail}", WEATHER, 100.0).cut
    clean = '{"note":"' + tail + '","class":"Rain","start":1,"end":2}'
    reading = read(clean, WEATHER, 100.0)
    assert not reading.cut
    assert len(reading.evidence) == 1


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ('{"classes":[{"class":"Rain","confidence":80,"clips":[{"start":1,"end":2}]}]}', (1, 2)),
        ('{"classes":[{"class":"Rain","confidence":80,"clips":[{"seen":"yes"}]}]}', (None, None)),
        ('{"classes":[{"class":"Rain","confidence":0,"clips":[{"seen":"yes"}]}]}', None),
        ('{"0:10-0:20":[{"class":"Rain","confidence":80,"clips":[{"seen":"yes"}]}]}', (10, 20)),
        ('{"classes":[{"class":"Hail","confidence":80,"clips":[{"start":1,"end":2}]}]}', None),
        ('{"classes":[{"class":"Rain","confidence":80,"clips":[[1,2]]}]}', (1, 2)),
    ],
)
def test_an_entry_in_the_wanted_form_is_read_like_any_other(text: str, times: tuple[float, float] | None) -> None:
    turned = text.replace('"confidence":', '"note":"","confidence":')
    read_both = [read(each, WEATHER, 100.0).evidence for each in (text, turned)]
    for evidence in read_both:
        assert [(each.start, each.end) for each in evidence] == ([] if times is None else [times])


@pytest.mark.parametrize("text", ['{"a":NaN,"class":"Rain","start":1,"end":2}', "{'class':'Rain','start':1,'end':2"])
def test_what_is_no_strict_json_and_not_cut_is_mended(text: str) -> None:
    for tail in ("", " " * 300, "\n" + "x" * 300):
        evidence = read(f"{text}}}{tail}" if text[-1] != "}" else text + tail, WEATHER, 100.0).evidence
        assert [(each.class_name, each.start, each.end) for each in evidence] == [("Rain", 1.0, 2.0)]


def test_real_answers_are_read_without_a_crash_and_within_their_labels(shared_folder: Path) -> None:
    for path in sorted((shared_folder / "pegasus" / "outputs").glob("*.json")):
        sample = json.loads(path.read_text(encoding="utf-8"))
        labels = sample.get("allowed_labels")
        names = labels if isinstance(labels, list) else ["Lipstick", "goals", "lipsync", "scenes"]
        request = ClassifyRequest(classes=tuple(ClassDefinition(name=name, prompts=(name,)) for name in names))
        reading = read(str(sample["output"]), vocabulary_of(request), sample.get("video_duration"))
        assert {each.class_name for each in reading.evidence} <= set(names)
        if isinstance(labels, list):
            assert {each.class_name for each in reading.evidence} == {sample["output"].strip()} & set(labels)


def test_names_without_any_letter_are_found_where_they_stand_alone() -> None:
    request = ClassifyRequest(
        classes=(ClassDefinition(name="🔥", prompts=("flames",)), ClassDefinition(name="Fog Bank", prompts=("mist",)))
    )
    reading = read("🔥: 0:10-0:20\nFog, a Bank robbery at 0:30", vocabulary_of(request), 100.0)
    assert [(each.class_name, each.start) for each in reading.evidence] == [("🔥", 10.0)]


def test_a_class_may_be_called_like_a_key_of_the_format() -> None:
    request = ClassifyRequest(classes=tuple(ClassDefinition(name=name, prompts=("x",)) for name in ("Speech", "Logo")))
    for text in ('{"Speech":[{"start":1,"end":2}]}', "Speech: 1s-2s", '{"class":"Speech","start":1,"end":2}'):
        evidence = read(text, vocabulary_of(request), 100.0).evidence
        assert [(each.class_name, each.start, each.end) for each in evidence] == [("Speech", 1.0, 2.0)]


def test_two_names_that_look_alike_are_told_apart_only_by_exact_spelling() -> None:
    request = ClassifyRequest(classes=tuple(ClassDefinition(name=name, prompts=("x",)) for name in ("Pet", "Pets")))
    text = "Pet from 0:10 to 0:20 and Pets from 0:30 to 0:40 and pETS' from 0:50 to 0:55"
    evidence = read(text, vocabulary_of(request), 100.0).evidence
    assert [(each.class_name, each.start) for each in evidence] == [("Pet", 10.0), ("Pets", 30.0), ("Pets", 50.0)]
    assert read('{"class":"a pet","start":1,"end":2}', vocabulary_of(request), 100.0).evidence == ()
    marked = ClassifyRequest(classes=tuple(ClassDefinition(name=name, prompts=("x",)) for name in ("Dog!", "Dog?")))
    assert read("A dog is seen at 0:10", vocabulary_of(marked), 100.0).evidence == ()


def test_a_closing_tag_without_its_opening_one_is_passed_over() -> None:
    text = '<x><y></z><clip class="Rain" start="1" end="2"/>'
    assert [(each.start, each.end) for each in read(text, WEATHER, 100.0).evidence] == [(1.0, 2.0)]


def test_a_fault_of_the_reader_itself_makes_a_text_unreadable_and_says_so() -> None:
    broken: Any = None
    reading = read("Rain: 0:10-0:20", broken, 60.0)
    assert reading.verdict == "unreadable"
    assert reading.repairs == ("reader_failed",)


def test_two_prompts_that_look_alike_are_told_apart_only_by_exact_spelling() -> None:
    request = ClassifyRequest(classes=(ClassDefinition(name="Pets", prompts=("Dog", "dog")),))
    text = '{"class":"Pets","clips":[{"start":1,"end":2,"prompt":"dog"},{"start":3,"end":4,"prompt":"DOG"}]}'
    evidence = read(text, vocabulary_of(request), 100.0).evidence
    assert [each.prompt for each in evidence] == ["dog", None]


def test_names_inside_names_are_read_to_a_depth_that_no_answer_has() -> None:
    text = '{"Rain":' * 90 + "[[1,2]]" + "}" * 90
    reading = read(text, WEATHER, 100.0)
    assert reading.repairs != ("reader_failed",)
    assert all(each.start is None for each in reading.evidence)
