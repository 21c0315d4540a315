"""A comparison as plain JSON, for programs and for the next look."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pegasus_classify.compare.comparison import Comparison
from pegasus_classify.compare.measures import QUANTILES, Measures
from pegasus_classify.compare.rows import flips_of
from pegasus_classify.compare.side import Side
from pegasus_classify.contract.verdicts import SideVerdict

__all__ = ["FORMAT", "comparison_json", "look_after"]

FORMAT = "pegasus-classify-comparison"
"""What the JSON calls itself."""


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return everything but the clips: verdicts, measures, findings, flips by name, what each side alone has."""
    return {
        "format": FORMAT,
        "version": 1,
        "look": comparison.verdict.look,
        "verdict": _verdict(comparison.verdict),
        "left": _side(comparison.left),
        "right": _side(comparison.right),
        "score_compared": comparison.grid.score_name,
        "notes": list(comparison.grid.notes),
        "measures": _measures(comparison.measures),
        "noise": _noise(comparison),
        "classes": [
            {"name": each.name, "verdict": _verdict(each.verdict), "measures": _measures(each.measures)}
            for each in comparison.classes
        ],
        "findings": [asdict(each) for each in comparison.findings],
        "flips": [asdict(each) for each in flips_of(comparison)],
        "only_left": asdict(comparison.grid.only_left),
        "only_right": asdict(comparison.grid.only_right),
    }


def look_after(previous: Any) -> int:
    """Return the number of the look that follows a comparison told as JSON.

    Raises:
        ValueError: It is no such JSON.
    """
    if not isinstance(previous, dict) or previous.get("format") != FORMAT or not isinstance(previous.get("look"), int):
        raise ValueError(f"no comparison of ours: format is not {FORMAT}, or look is missing")
    return int(previous["look"]) + 1


def _verdict(verdict: SideVerdict) -> dict[str, Any]:
    told = asdict(verdict)
    return {"word": told.pop("word"), **told}


def _measures(measures: Measures) -> dict[str, Any]:
    return {**asdict(measures), "quantiles": list(QUANTILES)}


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "videos": len(side.videos),
        "repeats": side.repeats,
        "failed": dict(side.failed),
        "about": dict(side.about),
        "complaints": list(side.complaints),
        "complaint_count": side.complaint_count,
    }


def _noise(comparison: Comparison) -> dict[str, Any]:
    noticed = comparison.noticed
    return {**asdict(noticed), "known": noticed.floor is not None}
