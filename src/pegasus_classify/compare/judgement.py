"""Same, different, or cannot tell: one test that stays honest when it is looked at again and again.

The counts of `noise` are held against their binomial distributions. The smallest p-value counts, multiplied by the
number of tests (Bonferroni), and again by two for all classes together, by twice the number of classes for each class:
so the chance that anything at all is called different although both sides answer alike stays below what this look may
spend. Looks may spend 6 / (π² k²) of 5 %: the first 3.0 %, the second 0.8 %, and all that ever follow together not
more than 5 %; how many there will be need not be known before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betainc, betaincinv

from pegasus_classify.compare.columns import Reals
from pegasus_classify.compare.noise import Count, Noticed
from pegasus_classify.contract.quantities import Ratio
from pegasus_classify.contract.verdicts import Estimate, SideVerdict, SideWord

__all__ = ["Judging", "judge", "spent"]

_GROWTH = np.concatenate(([1.0], 1.0 + 1.12 ** np.arange(-24, 48)))
"""How many times the videos at hand are tried when asking how many would settle it: up to about two hundred times."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How the judgement is made.

    Attributes:
        alpha: Chance of ever calling two sides different that answer alike, 0 to 1.
        margin: Share of videos that may differ noticeably beyond the noise while the sides are still the same, 0 to 1.
        look: Which look at the growing data this is, 1 for the first.
        assumed_noise: Share of videos in which the right side is taken to differ from itself where no repeat tells;
            None: nothing is assumed, and differences that go both ways prove nothing.
    """

    alpha: Ratio = 0.05
    margin: Ratio = 0.05
    look: int = 1
    assumed_noise: Ratio | None = None


def spent(alpha: Ratio, look: int) -> float:
    """Return what a look may spend of `alpha`; over all looks it adds up to `alpha`.

    Args:
        alpha: 0 to 1.
        look: 1 or more.
    """
    return alpha * 6 / (math.pi**2 * look**2)


def judge(
    classes: Sequence[str], counts: Sequence[Sequence[Count]], noticed: Sequence[Noticed], judging: Judging
) -> tuple[SideVerdict, tuple[SideVerdict, ...]]:
    """Judge all classes together and each class.

    Args:
        classes: Names.
        counts: Of all classes together, then of each class.
        noticed: Likewise.
        judging: How.
    """
    alone = [
        _Scope(name, tuple(counts[place + 1]), noticed[place + 1], 2 * len(classes), judging).verdict()
        for place, name in enumerate(classes)
    ]
    whole = _Scope(None, tuple(counts[0]), noticed[0], 2, judging).verdict()
    return _together(whole, alone), tuple(alone)


def _together(whole: SideVerdict, alone: Sequence[SideVerdict]) -> SideVerdict:
    """Let all classes together be different when any class is, and the same only when every class is."""
    different = [each for each in alone if each.word == "different"]
    if different or whole.word == "different":
        named = tuple(f"{each.scope}: {each.reasons[0]}" for each in sorted(different, key=lambda each: each.p_value))
        p_value = min((whole.p_value, *(each.p_value for each in different)))
        own = tuple(f"all classes: {each}" for each in whole.reasons) if whole.word == "different" else ()
        return replace(whole, word="different", p_value=p_value, more_videos=None, reasons=(*named, *own))
    if alone and all(each.word == "same" for each in alone):
        return replace(whole, word="same", more_videos=None, reasons=("every class is the same",))
    open_ones = [each for each in alone if each.word == "cannot_tell"]
    needed = [each.more_videos for each in open_ones]
    more = max((each for each in needed if each is not None), default=None) if None not in needed else None
    reasons = tuple(f"{each.scope}: {each.reasons[0]}" for each in open_ones) or ("nothing could be compared",)
    return replace(whole, word="cannot_tell", more_videos=more, reasons=reasons)


@dataclass(frozen=True)
class _Scope:
    name: str | None
    given: tuple[Count, ...]
    noticed: Noticed
    shares: int
    judging: Judging

    @property
    def counts(self) -> tuple[Count, ...]:
        """All counts that say something, the one against an assumed noise included."""
        assumed = self.judging.assumed_noise
        more: tuple[Count, ...] = ()
        if self.noticed.floor is None and assumed is not None:
            more = (Count("noise", self.noticed.total, self.noticed.videos, assumed, both_ways=False),)
        return tuple(each for each in (*self.given, *more) if each.of)

    def verdict(self) -> SideVerdict:
        level = spent(self.judging.alpha, self.judging.look)
        counts, ones = self.counts, np.ones(1)
        values: list[float] = self._corrected(ones)[:, 0].tolist()
        order = sorted(range(len(counts)), key=lambda place: values[place])
        p_value = min(values, default=1.0)
        low, high = (float(each[0]) for each in self._bounds(ones, level))
        telling = tuple(_said(counts[place]) for place in order if values[place] <= level)
        word: SideWord = "different" if telling else "same" if high < self.judging.margin else "cannot_tell"
        beyond = Estimate(self._beyond(), low, high) if self.noticed.videos else Estimate(None)
        return SideVerdict(
            word,
            self.name,
            self.noticed.videos,
            p_value,
            level,
            self.judging.look,
            beyond,
            self._more() if word == "cannot_tell" else None,
            telling or (self._unsettled(word, high),),
        )

    def _beyond(self) -> float:
        floor = self.judging.assumed_noise or 0.0 if self.noticed.floor is None else 0.0
        return (self.noticed.between - self.noticed.within) / self.noticed.videos - floor

    def _corrected(self, growth: Reals) -> Reals:
        """Return corrected p-values, counts × growth, for so many times the videos in the same proportions."""
        counts = self.counts

        def column(values: Iterable[float]) -> Reals:
            return np.array([float(each) for each in values])[:, None]

        chance, both_ways = column(each.chance for each in counts), column(each.both_ways for each in counts)
        hits = np.round(column(each.hits for each in counts) * growth)
        of = np.round(column(each.of for each in counts) * growth)
        above = _at_least(hits, of, chance)
        below = 1 - _at_least(hits + 1, of, chance)
        p_value = np.where(both_ways > 0, 2 * np.minimum(above, below), above)
        return np.asarray(np.minimum(1.0, p_value * len(counts) * self.shares))

    def _bounds(self, growth: Reals, level: float, unseen: int = 0) -> tuple[Reals, Reals]:
        """Return exact bounds for the share of videos that differ beyond the noise (Clopper and Pearson)."""
        videos = np.round(self.noticed.videos * growth)
        if not self.noticed.videos:
            return np.full_like(growth, -1.0), np.ones_like(growth)
        between = np.round(self.noticed.between * growth + unseen * self._surprise(growth))
        between = np.minimum(between, videos)
        within = np.round(self.noticed.within * growth)
        if self.noticed.floor is None:
            low, high = _exact(between, videos, level / 2)
            assumed = self.judging.assumed_noise or 0.0
            return low - assumed, high - assumed
        # Both bounds must hold at once, so each may be wrong half as often.
        low, high = _exact(between, videos, level / 4)
        least, most = _exact(within, videos, level / 4)
        return low - most, high - least

    def _surprise(self, growth: Reals) -> Reals:
        """Return how many more differences than expected further videos may well bring."""
        return np.asarray(1 + np.sqrt(self.noticed.between * np.maximum(growth - 1, 0)))

    def _more(self) -> int | None:
        if not self.noticed.videos:
            return None
        level = spent(self.judging.alpha, self.judging.look + 1)
        settled = self._bounds(_GROWTH, level, unseen=1)[1] < self.judging.margin
        settled |= (self._corrected(_GROWTH) <= level).any(axis=0)
        enough = np.flatnonzero(settled)
        if not len(enough):
            return None
        return max(1, math.ceil(self.noticed.videos * (float(_GROWTH[enough[0]]) - 1)))

    def _unsettled(self, word: SideWord, high: float) -> str:
        if word == "same":
            return f"at most {100 * high:.1f} % of the videos differ beyond the noise"
        if not self.noticed.videos:
            return "no video was asked about on both sides"
        seen = f"{self.noticed.total} of {self.noticed.videos} videos differ noticeably"
        if self.noticed.floor is None:
            return f"{seen}, and without a repeat nobody knows how much of it is noise"
        return f"{seen}, {self.noticed.floor} when the new side is only asked again"


def _at_least(hits: Reals, of: Reals, chance: Reals) -> Reals:
    """Return the chance of at least so many hits; both may be 0."""
    inside = (hits > 0) & (hits <= of)
    tail = betainc(np.maximum(hits, 1), np.maximum(of - hits, 0) + 1, chance)
    return np.where(inside, tail, np.where(hits <= 0, 1.0, 0.0))


def _exact(hits: Reals, of: Reals, tail: float) -> tuple[Reals, Reals]:
    low = np.where(hits > 0, betaincinv(np.maximum(hits, 1), of - hits + 1, tail), 0.0)
    high = np.where(hits < of, betaincinv(hits + 1, np.maximum(of - hits, 1), 1 - tail), 1.0)
    return low, high


_SAID = {
    "flips": ("keeps {more} videos more and {less} fewer", "keeps {less} videos fewer and {more} more"),
    "scores": ("scores {more} videos higher, {less} lower", "scores {less} videos lower, {more} higher"),
    "times": (
        "has its clips later in {more} videos, earlier in {less}",
        "has its clips earlier in {less} videos, later in {more}",
    ),
    "extent": ("covers more of {more} videos, less of {less}", "covers less of {less} videos, more of {more}"),
}

_ODD = {
    "flips_odd": "decisions",
    "scores_odd": "scores",
    "clips_odd": "clips",
}


def _said(count: Count) -> str:
    if count.name in _SAID:
        less = count.of - count.hits
        more_first, less_first = _SAID[count.name]
        return "the right side " + (more_first if count.hits >= less else less_first).format(more=count.hits, less=less)
    if count.name in _ODD:
        return (
            f"{_ODD[count.name]} of the left side stand apart from every answer of the right side in {count.hits} of "
            f"{count.of} videos, chance would give {100 * count.chance:.0f} %"
        )
    return f"{count.hits} of {count.of} videos differ noticeably, {100 * count.chance:g} % are taken for noise"
