"""What both sides said about the same videos: as text that can be kept, and as a judgement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from typing import Any

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, Clip, VideoResult
from pegasus_classify.contract.verdicts import SideVerdict
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.policy import LadderRules

__all__ = ["MOST_PAIRS", "Pair", "check_can_judge", "flip_text", "judgement", "pair_of", "pair_text", "pairs_of"]

MOST_PAIRS = 20_000
"""How many compared videos a judgement rests on at most."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One video, seen by both sides.

    Attributes:
        request: What was asked.
        old: The old side's result; without classes when it found nothing.
        new: Pegasus' result.
    """

    request: ClassifyRequest
    old: VideoResult
    new: VideoResult

    @property
    def differs(self) -> bool:
        """True when the sides name other classes."""
        return _names(self.old) != _names(self.new)


def _names(video: VideoResult) -> set[str]:
    return {each.name for each in video.classes}


def pairs_of(request: ClassifyRequest, old: ClassifyResult, new: ClassifyResult) -> Iterator[Pair]:
    """Give every video that both sides answered; of an index, those that at least one of them lists."""
    failed = {each.video_id for each in (*old.failed, *new.failed)}
    olds = {each.video_id: each for each in old.videos}
    news = {each.video_id: each for each in new.videos}
    for video in dict.fromkeys(request.video_ids or (*olds, *news)):
        if video not in failed:
            left, right = olds.get(video, VideoResult(video)), news.get(video, VideoResult(video))
            yield Pair(request, left, replace(right, evidence=(), dropped=()))


def pair_text(pair: Pair) -> str:
    """Return a pair as text; everything a comparison looks at is in it."""
    told = {
        "request": pair.request.model_dump(mode="json", exclude_defaults=True, exclude={"video_ids"}),
        "old": _video_told(pair.old),
        "new": _video_told(pair.new),
    }
    return json.dumps(told, ensure_ascii=False)


def pair_of(text: str) -> Pair | None:
    """Read a pair from text; None when it is none."""
    try:
        told = json.loads(text)
        request = ClassifyRequest.model_validate_json(json.dumps(told["request"]))
        return Pair(request, _video_of(told["old"]), _video_of(told["new"]))
    except (ValueError, TypeError, KeyError):
        return None


def _video_told(video: VideoResult) -> dict[str, Any]:
    # What the comparison does not look at would only make the store larger.
    classes = [{name: value for name, value in asdict(each).items() if value is not None} for each in video.classes]
    return {"video_id": video.video_id, "classes": classes, "length": video.length}


def _video_of(told: dict[str, Any]) -> VideoResult:
    classes = tuple(
        ClassResult(**{**each, "clips": None if "clips" not in each else tuple(Clip(**clip) for clip in each["clips"])})
        for each in told["classes"]
    )
    return VideoResult(told["video_id"], classes, length=told["length"])


def flip_text(pair: Pair, at: Seconds) -> str:
    """Return what is shown of a video that differs: when it was seen, and the clips of each class on either side."""
    told = {"at": at, "video": pair.old.video_id, "length": pair.new.length, "old": _shown(pair.old)}
    return json.dumps({**told, "new": _shown(pair.new)}, ensure_ascii=False)


def _shown(video: VideoResult) -> dict[str, list[list[float]]]:
    return {each.name: [[clip.start, clip.end] for clip in each.clips or ()] for each in video.classes}


def check_can_judge() -> None:
    """Refuse a ladder that could never be climbed.

    Raises:
        SettingsError: What judges is not installed.
    """
    if find_spec("numpy") is None or find_spec("scipy") is None:
        raise SettingsError("a ladder is climbed by comparisons: install pegasus-classify[compare]")


def judgement(pairs: Iterable[Pair], rules: LadderRules, look: int) -> SideVerdict:
    """Compare both sides; takes up to some seconds.

    Args:
        pairs: One of each video.
        rules: The policy's.
        look: The how many-th look at these data it is, from 1.
    """
    from pegasus_classify.compare.comparison import Rules, compare  # noqa: PLC0415 - an extra
    from pegasus_classify.compare.judgement import Judging  # noqa: PLC0415 - an extra
    from pegasus_classify.compare.side import Observation, side_of  # noqa: PLC0415 - an extra

    kept = list(pairs)
    old = side_of("old", (Observation(each.old, each.request) for each in kept))
    new = side_of("new", (Observation(each.new, each.request) for each in kept))
    # Half of the chance of a false alarm; the other half is the watched shares'.
    noise = rules.differences / 2
    judging = Judging(alpha=rules.false_alarm / 2, margin=rules.differences, look=look, assumed_noise=noise)
    return compare(old, new, Rules(judging, draws=0)).verdict
