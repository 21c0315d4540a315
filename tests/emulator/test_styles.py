"""The handwritings: the same findings, written well or badly, the same way every time."""

from __future__ import annotations

import json
import re

import pytest

from pegasus_classify.emulator import STYLES, packaged_library

PROMPT = json.dumps(
    {
        "classes": [
            {
                "id": "c1",
                "name": "Car shapes",
                "prompts": [{"id": "c1.p1", "text": "SUV"}, {"id": "c1.p2", "text": "Sedan"}],
            },
            {"id": "c2", "name": "Pets", "prompts": [{"id": "c2.p1", "text": "Dog"}]},
        ]
    }
)
NOTHING = "c1: Submarine"


@pytest.mark.parametrize("style", STYLES)
def test_equal_seeds_give_equal_texts(start, style):
    """Another stand-in of the same seed writes the same; the seed changes some hands."""
    texts = {start(style=style, seed=3).text(PROMPT) for _ in range(2)}
    assert len(texts) == 1


def test_clean_is_json_sometimes_after_two_line_breaks(start):
    """Both beginnings occur, and both are the same JSON."""
    texts = [start(style="clean", seed=seed).text(PROMPT) for seed in range(12)]
    assert {text[:2] == "\n\n" for text in texts} == {True, False}
    assert len({json.dumps(json.loads(text)) for text in texts}) == 1


def test_fenced_is_json_between_fences_and_chatter(start):
    """What stands between the fences is the clean answer."""
    text = start(style="fenced").text(PROMPT)
    inside = re.search(r"```(?:json|JSON)?\n(.*)\n```", text, re.DOTALL)
    assert inside is not None
    assert not text.startswith("```")
    assert json.loads(inside.group(1)) == json.loads(start().text(PROMPT))


def test_prose_names_classes_phrases_and_native_times(start):
    """No JSON, every id and every phrase, and in some answers the model's own idiom for times."""
    texts = [start(style="prose", seed=seed).text(PROMPT) for seed in range(8)]
    for text in texts:
        assert "{" not in text
        assert all(name in text for name in ("Car shapes (c1)", "SUV (c1.p1)", "Dog (c2.p1)"))
    assert any("[201s (03:21)~262s (04:22)]" in text for text in texts)


def test_messy_names_everything_once_and_varies(start):
    """Each scribble has class or id, phrase or id; the ways differ from seed to seed."""
    texts = [start(style="messy", seed=seed).text(PROMPT) for seed in range(24)]
    for text in texts:
        assert "c1.p1" in text or "SUV" in text
        assert len(re.findall(r"\bc1\.p2\b|\bSedan\b", text)) == 2
    beginnings = {re.sub(r"\W*(\w+).*", r"\1", text, flags=re.DOTALL) for text in texts}
    assert {"Answer", "Found", "Class"} <= beginnings
    assert any("|---|" in text for text in texts)
    assert any(re.search(r",\s*[}\]]", text) for text in texts)
    assert any("'" in text for text in texts)
    assert any(re.search(r"\b0\.87\b", text) for text in texts)
    assert any("high" in text for text in texts)
    assert any("03:21" in text for text in texts)
    assert any("//" in text for text in texts)
    assert any(re.search(r"\{\s*class:", text) for text in texts)


def test_messy_keeps_another_schema_and_spoils_its_punctuation(start):
    """A form the stand-in does not know is not rewritten."""
    schema = {"type": "object", "properties": {"labels": {"type": "array", "items": {"type": "string"}}}}
    form = {"type": "json_schema", "json_schema": schema}
    texts = [start(style="messy", seed=seed).text(PROMPT, response_format=form) for seed in range(8)]
    assert all("c2" in text for text in texts)


@pytest.mark.parametrize("style", ["clean", "fenced", "prose", "messy"])
def test_nothing_found_is_said_in_every_hand(start, style):
    """An empty answer names no class."""
    text = start(style=style).text(NOTHING)
    assert "c1" not in text
    assert text


def test_cut_stops_before_the_end_and_warns(start):
    """Status 200, `length`, a warning under `error`, and a text that is the beginning of the clean one."""
    reply = start(style="cut").analyze(PROMPT).json()
    assert reply["finish_reason"] == "length"
    assert reply["error"]["message"]
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply["data"])


def test_max_tokens_cut_for_real(start):
    """Four characters to a token; the same warning, in the sync reply, the stream and the task."""
    caller = start(task_seconds=0)
    prompt = "\n".join(f"c{number}.p1: Cars\nc{number}.p2: SUV\nc{number}.p3: Sedan" for number in range(12))
    whole = caller.analyze(prompt, max_tokens=4096).json()
    cut = caller.analyze(prompt, max_tokens=512).json()
    assert whole["finish_reason"] == "stop"
    assert "error" not in whole
    assert whole["usage"]["output_tokens"] > 512
    assert (cut["finish_reason"], cut["usage"]["output_tokens"], len(cut["data"])) == ("length", 512, 2048)
    assert whole["data"].startswith(cut["data"])
    assert "max" in cut["error"]["message"]


def test_mixed_uses_several_hands_over_the_library(start):
    """Over 13 videos there are fences, prose, cuts and clean answers."""
    caller = start(style="mixed", seed=1)
    prompt = "c1: Dog, Cat, Food, Cars, Lion\nc2: Outfits, NBA, AWS, Dance tutorial"
    replies = [caller.analyze(prompt, video.id).json() for video in packaged_library().indexes[0].videos]
    texts = [reply["data"] for reply in replies]
    assert any("```" in text for text in texts)
    assert any(text.lstrip().startswith("{") for text in texts)
    assert {reply["finish_reason"] for reply in replies} == {"stop", "length"}
    assert texts == [caller.text(prompt, video.id) for video in packaged_library().indexes[0].videos]
