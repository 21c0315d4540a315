"""A comparison told in plain values: JSON, rows of videos, flips, dots."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from two_sides import LENGTH, World, request_of

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.judgement import Judging
from pegasus_classify.compare.rows import flips_of, score_points, video_rows
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.compare.telling import comparison_json, look_after
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult

WORLD = World(3, videos=40)


def comparison(**judging):
    """Compare two answers of one world, a repeat included."""
    sides = WORLD.side("a", WORLD.answers(0)), WORLD.side("b", WORLD.answers(1), WORLD.answers(2))
    return compare(*sides, Rules(judging=Judging(**judging), draws=20))


def test_everything_is_plain_json():
    """It is written and read again; flips are named; the noise is told."""
    told = json.loads(json.dumps(comparison_json(comparison()), allow_nan=False))
    assert told["verdict"]["word"] in ("same", "different", "cannot_tell")
    assert [each["name"] for each in told["classes"]] == list(WORLD.classes)
    assert len(told["flips"]) == told["measures"]["left_only"] + told["measures"]["right_only"]
    assert told["noise"]["known"] is True
    assert told["right"]["repeats"] == 1


def test_the_next_look_counts_on():
    """The JSON of a look says which it was; anything else is refused."""
    assert look_after(comparison_json(comparison(look=4))) == 5
    for wrong in ({}, [], {"format": "pegasus-classify-comparison"}, {"format": "x", "look": 1}):
        with pytest.raises(ValueError, match="no comparison of ours"):
            look_after(wrong)


def test_flips_are_named_with_their_way():
    """What only the left side keeps is lost, what only the right side keeps is gained."""
    request = request_of(["Dogs", "Cars"])
    left = side_of("a", [Observation(VideoResult("v", (ClassResult("Dogs", 90.0),)), request)])
    right = side_of("b", [Observation(VideoResult("v", (ClassResult("Cars", 90.0),)), request)])
    flips = [(each.video_id, each.class_name, each.way) for each in flips_of(compare(left, right))]
    assert flips == [("v", "Dogs", "lost"), ("v", "Cars", "gained")]


def test_rows_show_clips_as_they_were_given_and_who_matches_whom():
    """Times, scores, options and prompts; a clip without a partner says so."""
    request = request_of(["Dogs"])

    def side(*clips):
        return side_of("s", [Observation(VideoResult("v", (ClassResult("Dogs", 90.0, clips=clips),)), request)])

    alone = Clip(100.0, 110.0, None, None, "conversation")
    left = side(Clip(0.0, 10.0, 80.0, "A dog", "visual"), alone)
    right = side(Clip(0.0, 20.0, 81.5, "A dog", "visual"), Clip(50.0, 50.0, 70.0, None, "visual"))
    (row,) = video_rows(compare(left, right), 10)
    (cell,) = row.cells
    assert row.length is None
    assert [each.partner for each in cell.left_clips] == [0.5, None]
    assert cell.left_clips[1].option == "conversation"
    assert cell.left_clips[1].score is None
    assert cell.right_clips[0].prompt == "A dog"
    assert cell.right_clips[0].score == 81.5
    (same,) = video_rows(compare(right, right), 10)
    assert same.cells[0].left_clips[1].partner == 1.0


def test_the_most_different_videos_come_first():
    """Those with a flip before all others, and no more than asked for."""
    compared = comparison()
    flipped = {each.video_id for each in flips_of(compared)}
    rows = video_rows(compared, 1000)
    assert len(rows) == 40
    assert {row.video_id for row in rows[: len(flipped)]} == flipped
    assert rows[0].length == LENGTH
    assert video_rows(compared, 3) == rows[:3]


def test_dots_are_chosen_evenly_when_there_are_too_many():
    """Cells that neither side keeps are none."""
    compared = comparison()
    every = score_points(compared, 1000)
    kept = compared.measures.both_kept + compared.measures.left_only + compared.measures.right_only
    assert len(every) == kept
    few = score_points(compared, 10)
    assert len(few) == 10
    assert set(few) <= set(every)
    assert {each.left is None for each in every} == {True, False}


def test_a_side_names_its_repeats():
    """The number of further answers, not of all."""
    assert replace(WORLD.side("a", WORLD.answers(0)), layers=()).repeats == 0
