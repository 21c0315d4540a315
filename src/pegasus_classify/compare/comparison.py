"""Two sides in, everything that can be said about them out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pegasus_classify.compare.findings import Finding, findings_of
from pegasus_classify.compare.grid import Grid, grid_of
from pegasus_classify.compare.judgement import Judging, judge
from pegasus_classify.compare.measures import Measures, class_measures, overall_measures
from pegasus_classify.compare.noise import Noticed, Tolerances, counts_of, noticed_of
from pegasus_classify.compare.resampling import bootstrap
from pegasus_classify.compare.side import Side
from pegasus_classify.compare.tally import Tally, tally_of
from pegasus_classify.contract.verdicts import SideVerdict

__all__ = ["ClassComparison", "Comparison", "Rules", "compare"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How two sides are compared.

    Attributes:
        judging: How the judgement is made.
        tolerances: What is too small to matter.
        draws: Resamples for the intervals; 0 for none.
        seed: Equal seeds give equal intervals.
    """

    judging: Judging = field(default_factory=Judging)
    tolerances: Tolerances = field(default_factory=Tolerances)
    draws: int = 500
    seed: int = 0


@dataclass(frozen=True)
class ClassComparison:
    """One class.

    Attributes:
        name: As asked.
        measures: How much the sides agree.
        verdict: The judgement.
        noticed: In how many videos a reader would notice a difference.
    """

    name: str
    measures: Measures
    verdict: SideVerdict
    noticed: Noticed


@dataclass(frozen=True)
class Comparison:
    """Everything about two sides.

    Attributes:
        left: The side compared with.
        right: The side judged.
        grid: Both on one grid.
        tally: What was counted.
        measures: All classes together.
        verdict: All classes together.
        noticed: In any class.
        classes: In the left side's order.
        findings: Differences that have a name.
    """

    left: Side
    right: Side
    grid: Grid = field(repr=False)
    tally: Tally = field(repr=False)
    measures: Measures
    verdict: SideVerdict
    noticed: Noticed
    classes: tuple[ClassComparison, ...]
    findings: tuple[Finding, ...]


def compare(left: Side, right: Side, rules: Rules = Rules()) -> Comparison:
    """Compare two sides.

    Args:
        left: The side compared with, usually the old answers.
        right: The side judged; its repeats tell its noise.
        rules: How.
    """
    grid = grid_of(left, right)
    tally = tally_of(grid, rules.tolerances.score_points)
    per_class, overall = bootstrap(tally.sums, rules.seed, rules.draws)
    noticed = noticed_of(grid, tally, rules.tolerances)
    verdict, verdicts = judge(grid.classes, counts_of(grid, tally, rules.tolerances), noticed, rules.judging)
    findings = findings_of(left, right, grid, tally, verdicts)
    measures = class_measures(grid, tally, per_class)
    return Comparison(
        left,
        right,
        grid,
        tally,
        overall_measures(grid, tally, overall),
        _with_renames(verdict, findings),
        noticed[0],
        tuple(
            ClassComparison(name, measures[place], verdicts[place], noticed[place + 1])
            for place, name in enumerate(grid.classes)
        ),
        findings,
    )


def _with_renames(verdict: SideVerdict, findings: tuple[Finding, ...]) -> SideVerdict:
    """Answers that name another class are different whatever the other classes do: no program finds the old name."""
    renamed = tuple(each.message for each in findings if each.kind in ("class_renamed", "class_case"))
    if not renamed:
        return verdict
    kept = verdict.reasons if verdict.word == "different" else ()
    return replace(verdict, word="different", more_videos=None, reasons=(*renamed, *kept))
