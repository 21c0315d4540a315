"""From the evidence of one class in one video to scored clips.

Every clip of the old API named one prompt and one option that were asked, and had a score. A model may leave any of
these out. What can be known is filled in (a class with one prompt means that prompt); what cannot is filled in by a
fixed rule and named in the result's repairs, because the documented answer has no way to leave it out:

    confidence_of_class   the clip takes the highest confidence said of its class as a whole
    confidence_unknown    nothing was said at all, the clip counts as 60
    prompt_assumed        the class has several prompts, the first one asked stands in
    option_assumed        the class has several options, the first in the old API's list stands in

A moment (start equal to end) is a clip like any other: listed, scored, 0 seconds long. The recorded answers show
none, but widening it would invent time and leaving it out would lose what the model found.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pegasus_classify.contract.evidence import Evidence, Repair
from pegasus_classify.contract.intervals import Span, clipped
from pegasus_classify.contract.quantities import Percent, Seconds
from pegasus_classify.contract.request import EffectiveClass, Option
from pegasus_classify.scoring.curve import ON_SCREEN_TEXT, Curve

__all__ = ["UNKNOWN_CONFIDENCE", "AskedClass", "ClassEvidence", "ScoredClip", "merged", "scored"]

UNKNOWN_CONFIDENCE: Percent = 60
"""What a clip counts as when the model says nothing about its confidence: just `medium` on the default curve."""


class ScoredClip(NamedTuple):
    """A clip while it is being judged; sorts by time, then by what was asked first.

    Attributes:
        start: Seconds, inside the video.
        end: Seconds, inside the video, not below `start`.
        prompt: Place of the prompt among the class's prompts.
        option: Place of the option among the class's options.
        score: 0 to 100, uncut.
    """

    start: Seconds
    end: Seconds
    prompt: int
    option: int
    score: Percent


@dataclass(frozen=True, slots=True)
class AskedClass:
    """One class of a request, prepared so that judging a video only looks things up.

    Attributes:
        name: As asked.
        prompts: As asked, each once.
        options: What may count as evidence, each once.
        prompt_places: Prompt → its place in `prompts`.
        option_places: Option → its place in `options`.
    """

    name: str
    prompts: tuple[str, ...]
    options: tuple[Option, ...]
    prompt_places: Mapping[Hashable, int]
    option_places: Mapping[Hashable, int]

    @classmethod
    def prepared(cls, asked: EffectiveClass) -> AskedClass:
        """Prepare a class once per request."""
        return cls(
            asked.name,
            asked.prompts,
            asked.options,
            {prompt: place for place, prompt in enumerate(asked.prompts)},
            {option: place for place, option in enumerate(asked.options)},
        )


@dataclass(frozen=True, slots=True)
class ClassEvidence:
    """What the evidence of one class in one video amounts to.

    Attributes:
        clips: All clips with times, scored, in no particular order, overlaps included.
        said_present: True when the model said of the class as a whole that it is there, without times inside the
            video. A confidence of 0 says the opposite.
        repairs: Names of what had to be assumed.
    """

    clips: tuple[ScoredClip, ...]
    said_present: bool
    repairs: frozenset[Repair]


def scored(evidence: Sequence[Evidence], asked: AskedClass, curve: Curve, length: Seconds) -> ClassEvidence:
    """Score all evidence of one class in one video.

    Args:
        evidence: Of this class only, any order.
        asked: The class. A prompt or option that is none of its own counts as not named.
        curve: Of the model and prompt that answered.
        length: The video's length, seconds, above 0. Times beyond it are cut off; a clip wholly beyond it has no
            usable time and only says that the class is present.
    """
    bounds = [_bounds(each, length) for each in evidence]
    said = [each.confidence for each, times in zip(evidence, bounds, strict=True) if times is None]
    of_class = max((confidence for confidence in said if confidence is not None), default=None)
    repairs: set[Repair] = set()
    clips: list[ScoredClip] = []
    for each, times in zip(evidence, bounds, strict=True):
        if times is None:
            continue
        prompt = _place(each.prompt, asked.prompt_places, "prompt_assumed", repairs)
        option = _place(each.option, asked.option_places, "option_assumed", repairs)
        on_screen = asked.options[option] == "text_in_video"
        score = ON_SCREEN_TEXT if on_screen else curve.score(_confidence(each, of_class, repairs))
        clips.append(ScoredClip(*times, prompt, option, score))
    return ClassEvidence(tuple(clips), any(confidence != 0 for confidence in said), frozenset(repairs))


def _bounds(evidence: Evidence, length: Seconds) -> tuple[Seconds, Seconds] | None:
    start, end = evidence.start, evidence.end
    if start is None or end is None:
        return None
    if start >= 0 and end <= length:
        return start, end
    inside = clipped(Span(start, end), length)
    return None if inside is None else (inside.start, inside.end)


def _place(named: Hashable, places: Mapping[Hashable, int], repair: Repair, repairs: set[Repair]) -> int:
    place = places.get(named)
    if place is not None:
        return place
    if len(places) > 1:
        repairs.add(repair)
    return 0


def _confidence(evidence: Evidence, of_class: Percent | None, repairs: set[Repair]) -> Percent:
    if evidence.confidence is not None:
        return evidence.confidence
    if of_class is not None:
        repairs.add("confidence_of_class")
        return of_class
    repairs.add("confidence_unknown")
    return UNKNOWN_CONFIDENCE


def merged(clips: Iterable[ScoredClip]) -> list[ScoredClip]:
    """Merge clips of one prompt and option that overlap, with the higher score.

    Clips that only touch stay apart (the recorded answers list 16 such neighbours with scores of their own), and so
    do clips of different prompts or options. A moment belongs to the clip that starts with it or runs across it.

    Returns:
        Sorted by time; the clips of one prompt and option do not overlap.
    """
    done: list[ScoredClip] = []
    latest: dict[tuple[int, int], ScoredClip] = {}
    for clip in sorted(clips):
        key = (clip.prompt, clip.option)
        before = latest.get(key)
        if before is None:
            latest[key] = clip
        elif clip.start < before.end or clip.start == before.start:
            latest[key] = before._replace(end=max(before.end, clip.end), score=max(before.score, clip.score))
        else:
            done.append(before)
            latest[key] = clip
    return sorted([*done, *latest.values()])
