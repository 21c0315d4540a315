"""The recording format: what is written reads back, and what is broken is named and left out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.recordings.format import (
    Complaint,
    RecordedCall,
    RecordedEvidence,
    RecordedFailure,
    header_line,
    line_of,
    read_recording,
    write_lines,
)
from pegasus_classify.recordings.scrub import scrubbed

HEADER = '{"format": "pegasus-classify-recording", "version": 1}'
ANSWER = {"data": [{"video_id": "v1", "classes": [{"name": "Cars", "score": 90, "duration_ratio": 0.6}]}]}


def line(**fields):
    """A call's line; None takes a field away."""
    call = {"path": "/v1.2/classify", "status": 200, "response": ANSWER, **fields}
    return json.dumps({name: value for name, value in call.items() if value is not None})


def told(recording):
    """The complaints as people see them."""
    return [str(complaint) for complaint in recording.complaints]


def test_a_recording_reads_back_as_it_was_written():
    """Every field survives."""
    calls = [
        RecordedCall(
            path="/v1.2/classify/bulk",
            status=200,
            response={"data": [], "page_info": {"next_page_token": None}},
            request={"index_id": "i", "classes": []},
            recorded_at="2023-10-13T09:00:00Z",
            source="a notebook, cell 3",
            model="pegasus1.5",
            prompt_version="classify.v1",
            prompt_hash="abc",
            cost={"usd": 0.25, "calls": 3},
            failed=(RecordedFailure(video_id="v9", kind="refused", reason="No."),),
            durations={"v1": 12.5},
            evidence={"v1": (RecordedEvidence(class_name="Cars", start=1, end=2, confidence=80),), "v2": ()},
        ),
        RecordedCall(path="/v1.2/classify/token-1", status=429, response=None),
    ]
    lines = list(write_lines(calls))
    assert lines[0] == header_line()
    assert all(each.endswith("\n") for each in lines)
    recording = read_recording(lines)
    assert list(recording.calls) == calls
    assert recording.complaints == ()
    assert recording.lost == 0


_TEXT = st.text(alphabet=st.characters(blacklist_characters=":=/"), max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(_JSON, max_size=3))
def test_every_answer_survives_the_way_to_text_and_back(answers):
    """Any text of any script stands on one line, whatever it holds."""
    calls = [RecordedCall(path="/x", status=200, response=scrubbed(answer)) for answer in answers]
    lines = list(write_lines(calls))
    whole = "".join(lines)
    assert whole.encode("utf-8").decode("utf-8").splitlines(keepends=True) == lines
    assert list(read_recording(lines).calls) == calls


def test_two_recordings_can_be_put_together():
    """A header in the middle is none too many, nor are empty lines and a byte order mark."""
    text = ["\ufeff" + HEADER, line(), "", HEADER, line(path="/v1.1/classify")]
    recording = read_recording(text)
    assert [call.path for call in recording.calls] == ["/v1.2/classify", "/v1.1/classify"]
    assert recording.complaints == ()


def test_a_recording_cut_in_the_middle_keeps_what_was_written_before():
    """The line that was being written is lost and named."""
    recording = read_recording([HEADER, line(), line()[:-20]])
    assert len(recording.calls) == 1
    assert recording.lost == 1
    assert told(recording)[0].startswith("line 3: is no JSON: ")
    assert "(cut off?); the line is left out" in told(recording)[0]


def test_an_empty_recording_has_nothing_to_complain_about():
    """No line, no call, no complaint."""
    assert read_recording([]) == read_recording([HEADER])


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ('{"format": "pegasus-classify-recording", "version": 2}', "line 1, version: is 2, this reader knows 1"),
        ('{"format": "pegasus-classify-recording"}', "line 1, version: is null, this reader knows 1"),
        ('{"format": "har", "version": 1}', 'line 1, format: is "har", not "pegasus-classify-recording"'),
    ],
)
def test_another_version_is_named_and_read_as_far_as_it_fits(header, complaint):
    """A newer file is not thrown away."""
    recording = read_recording([header, line()])
    assert len(recording.calls) == 1
    assert told(recording)[0].startswith(complaint)


def test_a_missing_header_is_named_once():
    """The calls are used all the same."""
    recording = read_recording([line(), line()])
    assert len(recording.calls) == 2
    assert told(recording) == ['line 1, format: missing: the first line should name "pegasus-classify-recording"']


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[1, 2]", "line 2: is no JSON object; the line is left out"),
        ("{]", "line 2: is no JSON: "),
        ("[" * 100_000, "line 2: is nested too deep"),
        ("[" + "9" * 5000 + "]", "line 2: holds a number with too many digits"),
        (line(path=None), "line 2, path: field required; the line is left out"),
        (line(path="classify"), "line 2, path: string should match pattern"),
        (line(status="200"), "line 2, status: input should be a valid integer; the line is left out"),
        (line(status=99), "line 2, status: input should be greater than or equal to 100"),
        (line(response=None), "line 2, response: field required; the line is left out"),
    ],
)
def test_a_line_that_cannot_be_used_is_lost_and_named(text, complaint):
    """The lines around it are used."""
    recording = read_recording([HEADER, text, line()])
    assert len(recording.calls) == 1
    assert recording.lost == 1
    assert told(recording)[0].startswith(complaint)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"request": [1]}, "line 2, request: input should be a valid dictionary; the field is left out"),
        ({"recorded_at": 5}, "line 2, recorded_at: input should be a valid string; the field is left out"),
        ({"durations": {"v1": -1}}, "line 2, durations.v1: input should be greater than 0; the field is left out"),
        ({"failed": [{}]}, "line 2, failed.0.video_id: field required; the field is left out"),
        ({"colour": "red"}, "line 2, colour: is not known to this version; passed over"),
    ],
)
def test_an_optional_field_that_is_wrong_is_left_out_and_named(fields, complaint):
    """The call itself is used."""
    recording = read_recording([HEADER, line(**fields, source="s")])
    assert [call.source for call in recording.calls] == ["s"]
    assert told(recording) == [complaint]
    assert recording.lost == 0


NO_NUMBERS = {
    "a clip's score": ('{"data": [{"clips": [{"score": NaN}, {"score": 80}]}]}', "data.0.clips.0.score"),
    "a class's details": ('{"data": [{"classes": [{"d": {"max": -Infinity}}, {"n": 1}]}]}', "data.0.classes.0.d.max"),
    "a number beyond all": ('{"data": [1e999, 2]}', "data.0"),
    "outside any list": ('{"score": NaN, "name": "x"}', "score"),
    "the answer itself": ("NaN", ""),
}

LEFT = {
    "a clip's score": {"data": [{"clips": [{"score": 80}]}]},
    "a class's details": {"data": [{"classes": [{"n": 1}]}]},
    "a number beyond all": {"data": [2]},
    "outside any list": {"score": None, "name": "x"},
    "the answer itself": None,
}


@pytest.mark.parametrize("name", NO_NUMBERS)
def test_what_is_no_number_takes_its_entry_away(name):
    """A score that is none does not stand as one, and what stands beside it is used."""
    response, place = NO_NUMBERS[name]
    text = '{"path": "/x", "status": 200, "response": ' + response + "}"
    recording = read_recording([HEADER, text])
    assert [call.response for call in recording.calls] == [LEFT[name]]
    place = f"response.{place}".rstrip(".")
    assert told(recording) == [f"line 2, {place}: is no number; what it belongs to is left out"]


def test_text_that_only_looks_like_no_number_stays():
    """The word in a label is a word."""
    recording = read_recording([HEADER, line(response={"name": "NaN, Infinity and 1e999"})])
    assert recording.calls[0].response == {"name": "NaN, Infinity and 1e999"}
    assert recording.complaints == ()


def test_no_line_is_written_that_is_no_json():
    """A number that is none is left out while writing too."""
    written = line_of(RecordedCall(path="/x", status=200, response={"data": [float("inf"), 1]}))
    assert json.loads(written, parse_constant=pytest.fail)["response"] == {"data": [1]}


def test_secrets_are_left_out_of_every_line():
    """Whoever writes a line need not think of it."""
    call = RecordedCall(path="/x", status=200, response={"key": "my-own-secret"}, request={"x-api-key": "k", "a": 1})
    assert json.loads(line_of(call, ["my-own-secret"])) == {
        "path": "/x",
        "request": {"a": 1},
        "status": 200,
        "response": {"key": "***"},
    }


def test_a_complaint_without_a_line_is_its_problem_alone():
    """Files without lines have complaints too."""
    assert str(Complaint(0, "", "is empty")) == "is empty"
    assert str(Complaint(0, "cell 3", "is empty")) == "cell 3: is empty"
