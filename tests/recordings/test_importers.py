"""Old calls are found in what people kept, with what belongs to them, and nothing is run."""

# ruff: noqa: E501 - programs and logs stand as they were written

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pegasus_classify.recordings.format import line_of, write_lines
from pegasus_classify.recordings.importers.answers import calls_in
from pegasus_classify.recordings.importers.files import calls_in_text
from pegasus_classify.recordings.importers.lines import calls_in_lines
from pegasus_classify.recordings.importers.notebooks import calls_in_notebook
from pegasus_classify.recordings.importers.printed import values_printed
from pegasus_classify.recordings.importers.program import Program

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
VIDEO = {"video_id": "v1", "classes": [{"name": "Cars", "score": 90, "duration_ratio": 0.6}]}
ANSWER = {"data": [VIDEO], "page_info": {"limit_per_page": 1, "total_results": 1, "page_expired_at": ""}}
REQUEST = {"video_ids": ["v1"], "options": ["visual"], "classes": [{"name": "Cars", "prompts": ["Cars"]}]}
ERROR = {"code": "too_many_requests", "message": "Later."}


def only(recording):
    """The one call of a recording without complaints."""
    assert recording.complaints == ()
    (call,) = recording.calls
    return call


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("v1.*/*/*.json")), ids=lambda path: path.parent.name)
def test_every_recorded_sample_imports_as_it_is(path):
    """Request, answer, status and address come out as they stand in the file."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    call = only(calls_in_text(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}"))
    assert call.path == kept["path"]
    assert call.request == kept.get("request")
    assert call.response == kept["response"]
    assert call.status == int(path.stem)
    assert call.source == f"{path.parent.name}/{path.name}"


def test_every_recorded_answer_of_the_reference_material_imports(shared_folder):
    """All of it: both dialects, errors, illustrations without a request."""
    files = sorted((shared_folder / "legacy" / "recorded").glob("*.json"))
    assert len(files) >= 19
    for file in files:
        kept = json.loads(file.read_text(encoding="utf-8"))
        call = only(calls_in_text(file.read_text(encoding="utf-8"), file.name))
        assert (call.request, call.response, call.status) == (kept["request"], kept["response"], kept["status"])
        assert call.path == f"/{kept['api']}{kept['path']}"


SHAPES = {
    "an answer alone": (ANSWER, "/v1.2/classify/bulk", None, 200),
    "with its request": ({"request": REQUEST, "response": ANSWER}, "/v1.2/classify", REQUEST, 200),
    "input and output": (
        {"input": {"index_id": "i", **REQUEST}, "output": ANSWER},
        "/v1.2/classify/bulk",
        {"index_id": "i", **REQUEST},
        200,
    ),
    "wrapped twice": (
        {"request": {"url": "https://h/v1.1/classify", "body": REQUEST}, "response": {"status": 200, "body": ANSWER}},
        "/v1.1/classify",
        REQUEST,
        200,
    ),
    "as texts": ({"req": json.dumps(REQUEST), "res": json.dumps(ANSWER)}, "/v1.2/classify", REQUEST, 200),
    "side by side": ({**REQUEST, "answer": ANSWER}, "/v1.2/classify", REQUEST, 200),
    "an error": ({"request": REQUEST, "response": ERROR}, "/v1.2/classify", REQUEST, 429),
    "an error with its address": (
        {"url": "/v1.2/classify/token-1", "response": {"code": "x", "message": "y"}},
        "/v1.2/classify/token-1",
        None,
        400,
    ),
    "an error with a status": ({"request": REQUEST, "status": 503, "response": ERROR}, "/v1.2/classify", REQUEST, 503),
    "an error without words": ({"request": REQUEST, "status": 429, "response": ""}, "/v1.2/classify", REQUEST, 429),
    "an address without version": (
        {"path": "/classify/bulk", "api": "v1.1", "response": ANSWER},
        "/v1.1/classify/bulk",
        None,
        200,
    ),
    "an odd version": ({"path": "classify", "api": 2, "response": ANSWER}, "/v1.2/classify", None, 200),
    "no classify address": ({"url": "/v1.2/search", "response": ANSWER}, "/v1.2/classify/bulk", None, 200),
    "the old SDK's dump": (
        {
            "data": {"root": [{**VIDEO, "classes": [{**VIDEO["classes"][0], "clips": None}]}]},
            "page_info": ANSWER["page_info"],
        },
        "/v1.2/classify/bulk",
        None,
        200,
    ),
    "the JavaScript SDK's dump": (
        {
            "data": [{"videoId": "v1", "classes": [{"name": "Cars", "score": 90, "durationRatio": 0.6}]}],
            "pageInfo": {"limitPerPage": 1, "totalResults": 1, "pageExpiredAt": "", "nextPageToken": None},
        },
        "/v1.2/classify/bulk",
        None,
        200,
    ),
    "an answer with details of the exchange": (
        {"status": 200, "exchange": {"body": REQUEST, "result": ANSWER}, "x": {"y": {"z": 1}}},
        "/v1.2/classify",
        REQUEST,
        200,
    ),
    "in a list": ([[{"answer": ANSWER}]], "/v1.2/classify/bulk", None, 200),
}


@pytest.mark.parametrize("name", SHAPES)
def test_an_answer_is_found_in(name):
    """However a program kept it."""
    value, path, request, status = SHAPES[name]
    call = only(calls_in(value))
    assert (call.path, call.request, call.status) == (path, request, status)
    assert call.response in (ANSWER, {"code": "x", "message": "y"}, ERROR, None)


def test_a_list_of_videos_alone_is_a_page_without_its_info():
    """What iterating the old SDK's result gave."""
    assert only(calls_in([VIDEO, VIDEO])).response == {"data": [VIDEO, VIDEO], "page_info": {}}


def test_an_answer_of_2022_about_one_video_is_taken():
    """It had no data around it; with its request it is the call for one video."""
    answer = {"labels": [{"name": "Cars", "max_score": 80.5, "duration": 3}]}
    request = {"video_id": "v1", "labels": [{"name": "Cars", "prompts": ["Cars"]}]}
    assert only(calls_in(answer)).path == "/v1.1/classify"
    call = only(calls_in({"request": request, "response": answer}))
    assert (call.path, call.request, call.response) == ("/v1.1/classify", request, answer)


def test_what_a_log_tells_about_a_call_is_kept():
    """Time, source and the length of videos; secrets are not."""
    value = {
        "calls": [
            {"timestamp": "2024-01-01T00:00:00Z", "source": "job 7", "request": REQUEST, "response": ANSWER},
            {
                "headers": {"x-api-key": "k"},
                "request": REQUEST,
                "response": {"data": [], "page_info": {"total_count": 0}},
            },
        ],
        "videos": [
            {"_id": "v1", "metadata": {"duration": 12}},
            {"id": 5, "metadata": {"duration": 12}},
            {"id": "v3", "metadata": {"duration": "long"}},
        ],
    }
    first, second = calls_in(value, "file").calls
    assert (first.recorded_at, first.source, first.durations) == ("2024-01-01T00:00:00Z", "job 7", {"v1": 12.0})
    assert (second.recorded_at, second.source, second.status) == (None, "file", 200)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"data": []},
        {"data": [1], "page_info": {"total_results": 1}},
        {"data": [{"video_id": "v1"}]},
        {"classes": [{"name": "x"}], "data": "y"},
        {"code": "x", "message": "y"},
        {"request": REQUEST, "status": 429},
        {"search": {"data": [{"video_id": "v", "score": 5}]}},
        "{not json",
        7,
    ],
)
def test_what_is_no_answer_is_passed_over(value):
    """Nothing is made up from something similar."""
    assert calls_in(value).calls == ()


def test_a_value_nested_without_end_is_given_up():
    """A file cannot exhaust the reader."""
    value = ANSWER
    for _ in range(200):
        value = [value]
    assert calls_in(value).calls == ()


def test_the_sample_log_is_read_line_by_line():
    """Requests and answers in lines of their own are put together by the id of the call."""
    recording = calls_in_text((SAMPLES / "logs" / "service.log").read_text(encoding="utf-8"), "service.log")
    first, second = recording.calls
    assert [first.request["video_ids"], second.request["video_ids"]] == [["64f0a1c2d3e4f5a6b7c8d9e0"], ["64f0a1c2d3e4f5a6b7c8d9e1"]]  # fmt: skip
    assert (first.status, second.status) == (200, 429)
    assert first.recorded_at == "2024-01-09T10:00:02Z"
    assert [complaint.line for complaint in recording.complaints] == [6]
    assert recording.lost == 1


def lines(*values):
    """Some lines of a log."""
    return [value if isinstance(value, str) else json.dumps(value) for value in values]


def test_without_ids_an_answer_belongs_to_the_last_request_that_it_fits():
    """Classes and videos tell."""
    other = {**REQUEST, "classes": [{"name": "Pets", "prompts": ["Dog"]}]}
    elsewhere = {**REQUEST, "video_ids": ["v9"]}
    recording = calls_in_lines(lines(REQUEST, {"body": other}, elsewhere, "no json", ANSWER, ANSWER))
    assert [call.request for call in recording.calls] == [REQUEST, None]


def test_a_number_that_is_none_is_named_with_its_line():
    """The class without a usable score is left out."""
    text = json.dumps({"request": REQUEST, "response": ANSWER}).replace("90", "NaN")
    recording = calls_in_lines(["words " + text])
    assert recording.calls[0].response["data"][0]["classes"] == []
    assert [str(each) for each in recording.complaints] == [
        "line 1, response.data.0.classes.0.score: is no number; what it belongs to is left out"
    ]


@pytest.mark.parametrize("call_id", [{"traceId": 7}, {"meta": {"request_id": "7"}}])
def test_ids_are_looked_for_one_level_down_too(call_id):
    """Loggers put them at different places."""
    recording = calls_in_lines(
        lines({**call_id, "body": REQUEST}, {"body": {**REQUEST, "page_limit": 2}}, {**call_id, "out": ANSWER})
    )
    assert [call.request for call in recording.calls] == [REQUEST]


def test_a_list_of_calls_on_one_line_is_read():
    """The bracket may come first."""
    assert len(calls_in_lines(["x " + json.dumps([{"request": REQUEST, "response": ANSWER}])]).calls) == 1


def test_the_sample_notebook_gives_its_four_calls():
    """Requests from the source, answers from what was printed, nothing run, no key and no signature kept."""
    text = (SAMPLES / "notebooks" / "kitchen.ipynb").read_text(encoding="utf-8")
    recording = calls_in_text(text, "kitchen.ipynb")
    assert recording.complaints == ()
    first, second, third, fourth = recording.calls
    assert [call.path for call in recording.calls] == ["/p/v1.2/classify/bulk"] * 2 + [
        "/p/v1.2/classify",
        "/v1.2/classify",
    ]
    assert [call.status for call in recording.calls] == [200, 200, 400, 200]
    assert first.request["index_id"] == "<INDEX_ID>"
    assert first.request["classes"] == [{"name": "Cooking", "prompts": ["Chef's knife", "Stirring a pot"]}]
    assert first.request["include_clips"] is True
    assert [each["name"] for each in second.request["classes"]] == ["Cooking", "Gardening"]
    assert second.request["include_clips"] is False
    assert third.request["threshold"] == 500
    assert fourth.request["classes"] == [{"name": "Traffic", "prompts": ["Trucks"]}]
    assert first.durations == {"64f0a1c2d3e4f5a6b7c8d9e0": 92.5}
    assert first.source == "kitchen.ipynb, cell 5"
    written = "".join(write_lines(recording.calls))
    assert "tlk_" in text
    assert "X-Amz" in text
    assert "tlk_" not in written
    assert "X-Amz" not in written
    assert "https://thumbnails.example/64f0a1c2d3e4f5a6b7c8d9e0/13.jpeg" in written


def cell(source, *printed, **more):
    """A code cell that printed something."""
    outputs = [{"output_type": "stream", "name": "stdout", "text": text} for text in printed]
    return {"cell_type": "code", "source": source, "outputs": outputs, **more}


def notebook(*cells):
    """A notebook."""
    return {"nbformat": 4, "cells": list(cells)}


def test_an_answer_printed_further_down_finds_its_request():
    """In whatever order answers are looked at: the request must have asked for what they show."""
    pets = {**REQUEST, "classes": [{"name": "Pets", "prompts": ["Dog"]}]}
    made = notebook(
        cell(f"a = requests.post(url + '/classify', json={REQUEST})"),
        cell(f"b = requests.post(url + '/classify', json={pets})"),
        cell("print(a.json())", repr(ANSWER)),
        cell("print(b.json())", repr(ERROR), repr(ANSWER)),
    )
    assert [call.request for call in calls_in_notebook(made).calls] == [REQUEST, None]


def test_a_page_fetched_by_token_has_an_address_and_no_request():
    """As it was called."""
    made = notebook(cell("requests.get(f'{URL}/v1.2/classify/{token}', headers=h).json()", repr(ANSWER)))
    call = only(calls_in_notebook(made))
    assert (call.path, call.request) == ("/v1.2/classify/<token>", None)
    made = notebook(cell("r = requests.get('https://h/v1.2/classify/t-1')"), cell("r.json()", repr(ANSWER)))
    assert only(calls_in_notebook(made)).path == "/v1.2/classify/t-1"


def test_an_output_cut_off_is_named():
    """An answer that was cut is no answer; anything else cut is nobody's business."""
    made = notebook(cell("x", repr(ANSWER)[:-9]), cell("y", "{'weather': ['fine'"))
    recording = calls_in_notebook(made)
    assert recording.calls == ()
    assert [str(each) for each in recording.complaints] == ["cell 0: the output ends inside a value; it is left out"]


def test_an_output_that_is_no_number_is_named():
    """With its cell."""
    made = notebook(cell("x", json.dumps(ANSWER).replace("90", "NaN")))
    recording = calls_in_notebook(made)
    assert [str(each) for each in recording.complaints] == [
        "cell 0, data.0.classes.0.score: is no number; what it belongs to is left out"
    ]


def test_the_older_form_of_notebooks_is_read():
    """With worksheets, inputs, and outputs of their own kind."""
    old = {
        "nbformat": 3,
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "input": [f"requests.post(u, json={REQUEST})"],
                        "outputs": [{"output_type": "pyout", "text": [repr(ANSWER)]}, "?"],
                    },
                    "?",
                ]
            },
            "?",
        ],
    }
    call = only(calls_in_text(json.dumps(old), "old.ipynb"))
    assert (call.request, call.response) == (REQUEST, ANSWER)


def test_a_shown_json_object_is_read():
    """Colab keeps it as JSON beside its text."""
    made = notebook(
        {
            "cell_type": "code",
            "source": ["x"],
            "outputs": [{"output_type": "display_data", "data": {"application/json": ANSWER}}],
        },
        {"cell_type": "code", "source": "x", "outputs": [{"output_type": "display_data", "data": {}}]},
        {"cell_type": "markdown", "source": "x"},
    )
    assert only(calls_in_notebook(made)).response == ANSWER


PROGRAMS = {
    "json": f"requests.post(URL, json={REQUEST})",
    "data": f"requests.post(URL, data=json.dumps({REQUEST}))",
    "a JSON text": f"http.request('POST', '/v1.2/classify', '''{json.dumps(REQUEST)}''')",
    "names": "o = ['visual']\nids: list = ['v1']\nc = [dict(name='Cars', prompts=['Cars'])]\nrequests.post(URL, json={'video_ids': ids, 'options': o, 'classes': c})",
    "sums and members": "ids = ['v0', 'v1']\nn = {'a': 'Ca'}\nname = n['a'] + 'rs'\nrequests.post(URL, json={'video_ids': [ids[-1]], 'options': ['visual'], 'classes': [{'name': f'{name}', 'prompts': [name]}]})",
    "update": "d = {'video_ids': ['v1']}\nd.update({'options': ['visual']})\nd.update(classes=[{'name': 'Cars', 'prompts': ['Cars']}])\nrequests.post(URL, json=d)",
    "itself": "d = {'video_ids': ['v1'], 'options': ['visual']}\nd = {**d, 'classes': [{'name': 'Cars', 'prompts': ['Cars']}]}\nrequests.post(URL, json=d)",
    "unpacking": "d = {'video_ids': ['v1'], **more}\ne = {**d, 'options': ('visual',), 'classes': [{'name': 'Cars', 'prompts': ['Cars']}]}\nrequests.post(URL, json=copy.deepcopy(e))",
    "the environment": "%env V=v1\nimport os\nrequests.post(URL, json={'video_ids': [os.environ['V']], 'options': [os.getenv('O')] and ['visual'], 'classes': []})",
    "the old SDK": "r = client.classify.videos(['v1'], ['visual'], classes=[ClassifyClassParams(name='Cars', prompts=['Cars'])])",
    "in blocks": f"with x as y:\n  if z:\n    for i in j:\n      try:\n        requests.post(URL, json={REQUEST})\n      finally:\n        pass",
    "awaited": f"r = await session.post(URL, json={REQUEST})",
}


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "the environment"])
def test_a_request_is_read_from_a_program_that_writes_it_as(name):
    """Its value is worked out without running anything."""
    (call,) = Program().requests_in(PROGRAMS[name])
    assert call.request == REQUEST


def test_what_cannot_be_known_stands_as_its_name():
    """Nothing is made up, and what is known is kept."""
    source = """
%env V=v1
ids = os.environ["V"]
other = os.environ["W"]
deep = os.environ.get("V")
gone = ["a"]
gone = compute()
low = -5
odd = -"x"
less = 5 - 3
far = ["a"][7]
none = 5["x"]
holder[0] = 5
a, b = 1, 2
d = {}
d["video_ids"] = [ids, other, deep]
d[5] = "no"
d.update(5)
d.update
requests.post(URL, json={**d, "page_limit": low, "threshold": [odd, less, far, none, gone, str(1), -'x'],
    "classes": [{"name": fetch(), "prompts": [x for x in y]}], 5: len([])})
def f():
    requests.post(URL, json={"classes": [{"prompts": []}]})
"""
    (call,) = Program().requests_in(source)
    assert call.request == {
        "video_ids": ["v1", "<other>", "v1"],
        "page_limit": -5,
        "threshold": ["<odd>", "<less>", "<far>", "<none>", "<gone>", 1, "<-'x'>"],
        "classes": [{"name": "<fetch()>", "prompts": "<[x for x in y]>"}],
    }


@pytest.mark.parametrize(
    "source",
    [
        "this is no python",
        "(" * 5000,
        "x = 5",
        "requests.get('https://h/v1.2/indexes')",
        "client.classify.videos(5)",
        "requests.post(URL, json='{broken')",
        "classify(1)",
        "@decorated\nclass A: pass",
    ],
)
def test_a_program_without_a_classify_call_has_none(source):
    """And nothing is raised."""
    assert Program().requests_in(source) == []


def test_nothing_in_a_notebook_is_run(tmp_path):
    """A program that would leave a trace leaves none."""
    trace = tmp_path / "trace"
    source = f"open({str(trace)!r}, 'w').write('x')\nrequests.post(URL, json={{'a': __import__('os').mkdir({str(trace)!r})}})"
    made = notebook(cell(source, f"{{'data': open({str(trace)!r}, 'w')}}"))
    calls_in_text(json.dumps(made), "bad.ipynb")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Status code: 200\n{'a': (1, 2), 'b': {3}, 'c': b'x'}", [({"a": [1, 2], "b": [3], "c": "b'x'"}, 200)]),
        (
            '[INFO] {"a": null} status 404 {"b": NaN}',
            [({"a": None}, None), ({"b": pytest.approx(float("nan"), nan_ok=True)}, 404)],
        ),
        ("{'a': 'it\\'s {', \"b\": \"}'\"}", [({"a": "it's {", "b": "}'"}, None)]),
        ("{'a': ('long '\n      'text')}", [({"a": "long text"}, None)]),
        ("{broken} [1]", [([1], None)]),
        ("nothing", []),
        ("{'a': }", []),
    ],
)
def test_printed_values_are_read(text, values):
    """JSON and Python's own spelling, with the status printed before them."""
    assert [(printed.value, printed.status) for printed in values_printed(text)] == values


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is no JSON: Expecting value at column 1 (cut off?); it is left out"),
        ("words\nand words", "is no JSON: Expecting value at column 1; it is left out"),
        ("{}", "holds no answer of the Classify API"),
        ('{"nbformat": 4, "cells": []}', "holds no answer of the Classify API"),
    ],
)
def test_a_file_without_calls_says_so(text, complaint):
    """Every file given is accounted for."""
    recording = calls_in_text(text, "x.json")
    assert recording.calls == ()
    assert [str(each) for each in recording.complaints] == [complaint]
    assert recording.lost == 1


def test_a_recording_is_taken_as_it_is():
    """Importing twice is importing once."""
    calls = calls_in({"request": REQUEST, "response": ANSWER}).calls
    assert calls_in_text("\ufeff" + "".join(write_lines(calls)), "x.jsonl").calls == calls


def test_a_number_that_is_none_in_a_file_is_named():
    """The rest of the file is used."""
    text = json.dumps({"request": REQUEST, "response": ANSWER}).replace("0.6", "Infinity")
    recording = calls_in_text(text, "x.json")
    assert len(recording.calls) == 1
    assert line_of(recording.calls[0])
    assert [each.field for each in recording.complaints] == ["response.data.0.classes.0.duration_ratio"]
