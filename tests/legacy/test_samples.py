"""Traffic of every generation comes back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from legacy_samples import Sample, cut_scores, recorded, samples, schema_errors
from same_json import fractions_without_need, same_json

from pegasus_classify.legacy.answers import read_answer, write_answer
from pegasus_classify.legacy.failures import failure_answer, read_failure
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.legacy.wire import read_request, write_request

OURS = samples()


def spelling_of(sample: Sample) -> Spelling:
    """Of the request; the call for a page has none of its own."""
    if sample.request is None:
        return Spelling("classes", "video_ids")
    return read_request(sample.request, sample.kind)[1]


def check_answer(sample: Sample) -> Any:
    if sample.status != 200:
        reply = failure_answer(read_failure(sample.status, sample.response))
        assert (reply.status, reply.body) == (sample.status, sample.response)
        return reply.body
    written = write_answer(read_answer(sample.response), spelling_of(sample))
    assert same_json(written, cut_scores(sample.response) if sample.uncut else sample.response)
    assert fractions_without_need(written) == []
    return written


def test_there_are_samples_of_both_versions_and_of_errors() -> None:
    assert {sample.path.split("/classify")[0] for sample in OURS} >= {"/v1.1", "/v1.2", "/p/v1.1"}
    assert {sample.status for sample in OURS} == {200, 400, 429}


@pytest.mark.parametrize("sample", [each for each in OURS if each.request and each.status != 400], ids=lambda s: s.name)
def test_a_request_is_written_as_it_was_sent(sample: Sample) -> None:
    request, spelling = read_request(sample.request, sample.kind)
    assert same_json(write_request(request, spelling), sample.request)


@pytest.mark.parametrize("sample", [each for each in OURS if each.status != 400], ids=lambda s: s.name)
def test_an_answer_is_written_as_it_came_and_obeys_its_schema(sample: Sample) -> None:
    written = check_answer(sample)
    if sample.status != 200:
        assert schema_errors("error", written) == []
    elif "data" not in written:
        assert schema_errors("labels_single_answer", written) == []
    else:
        dialect = "labels" if isinstance(sample.request, dict) and "labels" in sample.request else "classes"
        assert schema_errors(f"{dialect}_answer", written) == []


@pytest.mark.parametrize("sample", [each for each in OURS if each.status == 400], ids=lambda s: s.name)
def test_a_refused_request_is_refused_in_the_same_words(sample: Sample) -> None:
    with pytest.raises(Exception, match="parameter") as caught:
        read_request(sample.request, sample.kind)
    assert failure_answer(caught.value).body == sample.response


def test_uncut_scores_are_cut_and_never_rounded() -> None:
    sample = next(each for each in OURS if each.uncut)
    (answered,) = check_answer(sample)["data"][0]["classes"]
    assert answered["score"] == 94.91
    assert answered["duration_ratio"] == 0.51
    assert answered["detailed_scores"] == {
        "max_score": 84.28,
        "avg_score": 82.66,
        "normalized_score": 53.676360924683074,
        "duration_weighted_score": 71,
    }


def test_the_real_recorded_calls_come_back_too(shared_folder: Path) -> None:
    real = recorded(shared_folder)
    assert len(real) == 19
    for sample in real:
        if sample.request is not None:
            request, spelling = read_request(sample.request, sample.kind)
            assert same_json(write_request(request, spelling), sample.request), sample.name
        check_answer(sample)


def test_written_answers_are_json() -> None:
    sample = next(each for each in OURS if each.name.startswith("bulk-clips"))
    written = write_answer(read_answer(sample.response), spelling_of(sample))
    assert '"score": 88,' in json.dumps(written)
