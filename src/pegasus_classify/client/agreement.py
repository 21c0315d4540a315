"""What both sides said about the same videos, collected until it can be judged."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, ClassResult, VideoResult
from pegasus_classify.contract.verdicts import SideVerdict
from pegasus_classify.errors import SettingsError
from pegasus_classify.rollout.policy import LadderRules

__all__ = ["Agreement", "Pair", "check_can_judge", "pairs_of", "seen_line"]

_MOST_PAIRS = 20_000


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


def check_can_judge() -> None:
    """Refuse a ladder that could never be climbed.

    Raises:
        SettingsError: What judges is not installed.
    """
    if find_spec("numpy") is None or find_spec("scipy") is None:
        raise SettingsError("a ladder is climbed by comparisons: install pegasus-classify[compare]")


class Agreement:
    """Pairs since the last change, and the latest judgement about them. Safe from several threads.

    It is looked at again whenever the pairs have doubled, so that the looks stay few.

    Attributes:
        verdict: The latest; None before the first look.
    """

    def __init__(self, rules: LadderRules) -> None:
        self._rules = rules
        self._pairs: dict[str, Pair] = {}
        self._looks = 0
        self._lock = threading.Lock()
        self.verdict: SideVerdict | None = None

    def add(self, pairs: list[Pair]) -> None:
        """Add pairs; judges when it is time, which takes up to some hundred milliseconds."""
        with self._lock:
            # The first pair of a video alone: a kept answer given again would tell of a noise that is not there.
            for pair in pairs if len(self._pairs) < _MOST_PAIRS else ():
                self._pairs.setdefault(pair.old.video_id, pair)
            if len(self._pairs) < self._rules.videos * 2**self._looks:
                return
            self._looks += 1
            taken, look = list(self._pairs.values()), self._looks
        verdict = _judged(taken, self._rules, look)
        with self._lock:
            if look == self._looks:
                self.verdict = verdict


def _judged(pairs: list[Pair], rules: LadderRules, look: int) -> SideVerdict:
    from pegasus_classify.compare.comparison import Rules, compare  # noqa: PLC0415 - an extra
    from pegasus_classify.compare.judgement import Judging  # noqa: PLC0415 - an extra
    from pegasus_classify.compare.side import Observation, side_of  # noqa: PLC0415 - an extra

    old = side_of("old", (Observation(each.old, each.request) for each in pairs))
    new = side_of("new", (Observation(each.new, each.request) for each in pairs))
    # Half of the chance of a false alarm; the other half is the watched shares'.
    noise = rules.differences / 2
    judging = Judging(alpha=rules.false_alarm / 2, margin=rules.differences, look=look, assumed_noise=noise)
    return compare(old, new, Rules(judging, draws=0)).verdict


def seen_line(at: Seconds, pairs: list[Pair], usd: float) -> str:
    """Return a line that tells a shadow's outcome: how many videos, and of those that differ what each side said."""
    flips = [
        {"video": pair.old.video_id, "old": _told(pair.old), "new": _told(pair.new)} for pair in pairs if pair.differs
    ]
    return json.dumps({"at": at, "videos": len(pairs), "usd": usd, "flips": flips}, ensure_ascii=False) + "\n"


def _told(video: VideoResult) -> dict[str, list[list[float]]]:
    return {each.name: _spans(each) for each in video.classes}


def _spans(found: ClassResult) -> list[list[Any]]:
    return [[clip.start, clip.end] for clip in found.clips or ()]
