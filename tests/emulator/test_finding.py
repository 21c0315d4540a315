"""What is found follows from the prompt alone: its words, its ids, its modalities and its window."""

from __future__ import annotations

import json

import pytest

from pegasus_classify.emulator import MAIN_INDEX_ID, packaged_library

PROMPTS = {"c1.p1": "SUV", "c1.p2": "Hatchback", "c1.p3": "Dog"}


def as_block(prompts):
    rows = [{"id": key, "text": text} for key, text in prompts.items()]
    classes = {"classes": [{"id": "c1", "name": "Things", "prompts": rows}]}
    return f"Tell every stretch.\n{json.dumps(classes)}"


def as_list(prompts):
    return "Which of these are there?\n" + "\n".join(f"- {key}: {text}" for key, text in prompts.items())


def as_sentence(prompts):
    return "Please look for " + " and ".join(f"{text} ({key})" for key, text in prompts.items()) + "."


def clips(caller, prompt, **more):
    answer = json.loads(caller.text(prompt, **more))
    assert [found["class"] for found in answer["classes"]] in (["c1"], [])
    return [clip for found in answer["classes"] for clip in found["clips"]]


@pytest.mark.parametrize("wording", [as_block, as_list, as_sentence])
def test_the_wording_does_not_matter(plain, wording):
    """Three ways to write the same question find the same clips under the same ids."""
    found = clips(plain, wording(PROMPTS))
    assert {clip["prompt"] for clip in found} == set(PROMPTS)
    assert found == clips(plain, as_block(PROMPTS))


@pytest.mark.parametrize("wording", [as_block, as_list, as_sentence])
@pytest.mark.parametrize("gone", PROMPTS)
def test_a_prompt_that_is_left_out_removes_its_clips_and_no_others(plain, wording, gone):
    """Only what stands in the text is found."""
    rest = {key: text for key, text in PROMPTS.items() if key != gone}
    everything = clips(plain, wording(PROMPTS))
    assert clips(plain, wording(rest)) == [clip for clip in everything if clip["prompt"] != gone]
    assert any(clip["prompt"] == gone for clip in everything)


def test_ids_are_taken_from_the_prompt(plain):
    """Other ids give the same clips under the other ids."""
    renamed = clips(plain, as_block({"c1.p7": "SUV"}))
    assert [clip["prompt"] for clip in renamed] == ["c1.p7"] * len(renamed)
    assert len(renamed) == len([clip for clip in clips(plain, as_block(PROMPTS)) if clip["prompt"] == "c1.p1"])


def test_an_unknown_word_finds_nothing(plain):
    """The answer is empty, not a guess."""
    assert clips(plain, as_block({"c1.p1": "Submarine"})) == []


def test_a_window_limits_what_is_found(plain):
    """Clips are cut at the window's ends; their times count from the start of the file."""
    found = clips(plain, as_block({"c1.p1": "SUV"}), start_time=210, end_time=230)
    assert [(clip["start"], clip["end"]) for clip in found] == [(210, 230)]


def test_times_can_count_from_the_window(start):
    """The undocumented alternative is a setting."""
    found = clips(start(relative_windows=True), as_block({"c1.p1": "SUV"}), start_time=210, end_time=230)
    assert [(clip["start"], clip["end"]) for clip in found] == [(0, 20)]


@pytest.mark.parametrize(
    ("stated", "options"),
    [
        ("- c1.p1: SUV (seen)", {"visual"}),
        ("- c1.p1: SUV (spoken)", {"conversation"}),
        ("- c1.p1: SUV (written)", set()),
        ("Only what is said counts.\nc1.p1: SUV", {"conversation"}),
        ("c1.p1: SUV", {"visual", "conversation"}),
    ],
)
def test_modalities_asked_for_are_honoured(plain, stated, options):
    """A car that is only spoken of is not seen."""
    assert {clip["option"] for clip in clips(plain, stated)} == options


def test_without_ids_the_answer_uses_words(plain):
    """Class and phrase come back in the prompt's spelling."""
    answer = json.loads(plain.text("Label the video. Labels:\n1. suv\n2. Hatchback"))
    assert [found["class"] for found in answer["classes"]] == ["suv", "Hatchback"]


def test_a_schema_of_another_form_is_filled_by_its_names(plain):
    """Flat segments with a nested name, bounds and times of another spelling."""
    row = {
        "type": "object",
        "properties": {
            "label_id": {"type": "string"},
            "phrase": {"type": "string", "enum": ["c1.p1"]},
            "start_time": {"type": "timestamp", "format": "hh:mm:ss"},
            "end_time": {"type": "integer"},
            "score": {"type": "integer", "minimum": 0, "maximum": 80},
            "modality": {"type": "string"},
            "remark": {"type": "string"},
            "kind": {"type": "string", "const": "clip"},
            "sure": {"type": "boolean"},
            "none": {"type": "null"},
            "loudness": {"type": "number"},
            "maybe": {"anyOf": [{"type": "integer", "exclusiveMinimum": 3}, {"type": "null"}]},
        },
    }
    schema = {
        "type": "object",
        "properties": {"segments": {"type": "array", "items": {"$ref": "#/$defs/row"}}},
        "$defs": {"row": {**row, "properties": {**row["properties"], "start_time": {"type": "string"}}}},
    }
    form = {"type": "json_schema", "json_schema": schema}
    answer = json.loads(plain.text(as_block(PROMPTS), response_format=form))
    assert answer["segments"][1] == {
        "label_id": "c1",
        "phrase": "c1.p1",
        "start_time": "00:03:21.000",
        "end_time": 262,
        "score": 80,
        "modality": "visual",
        "remark": "",
        "kind": "clip",
        "sure": True,
        "none": None,
        "loudness": 0,
        "maybe": 4,
    }
    assert len(answer["segments"]) == 3


def test_a_schema_with_a_property_per_class_and_lists_of_names(plain):
    """Classes as keys hold their own clips; a list of strings holds names."""
    clip = {"type": "object", "properties": {"begin": {"type": "number"}, "until": {"type": "number"}}}
    one = {"type": "object", "properties": {"found": {"type": "boolean"}, "times": {"type": "array", "items": clip}}}
    schema = {
        "type": "object",
        "properties": {"c1": one, "labels": {"type": "array", "items": {"type": "string"}}, "c2": one},
    }
    form = {"type": "json_schema", "json_schema": schema}
    answer = json.loads(plain.text(as_block({"c1.p2": "Hatchback"}), response_format=form))
    assert answer["c1"] == {
        "found": True,
        "times": [{"begin": 60, "until": 96.4}, {"begin": 412.08, "until": 415.73}],
    }
    assert answer["labels"] == ["c1"]
    assert answer["c2"]["found"] is False


def test_the_whole_library_can_be_found():
    """Every annotation of the packaged library lies inside its video and answers to its own words."""
    library = packaged_library()
    main = next(index for index in library.indexes if index.id == MAIN_INDEX_ID)
    assert len(main.videos) == 13
    for index in library.indexes:
        for video in index.videos:
            for note in video.annotations:
                assert note.modality in ("seen", "said", "written")
                assert 0 <= note.certainty <= 100
                assert list(note.stretches) == sorted(note.stretches)
                assert all(0 <= first < last <= video.duration for first, last in note.stretches)
                assert all(note in video.by_word[word.lower()] for word in note.words)


@pytest.mark.parametrize(
    "video_id",
    [
        "63996232ce36463e0199c8c3",
        "639963fcce36463e0199c8cc",
        "63a2a2a7ce36463e0199c8e5",
        "63a09373ce36463e0199c8de",
        "63996203ce36463e0199c8c2",
        "63996246ce36463e0199c8c4",
        "63996260ce36463e0199c8c5",
    ],
)
def test_the_ids_of_the_old_guide_are_in_the_main_index(video_id):
    """All seven are there, each with an asset of its own."""
    video = packaged_library().video(MAIN_INDEX_ID, video_id)
    assert video is not None
    assert video.asset_id not in (None, video_id)
