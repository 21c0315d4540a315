"""In which manner a video is asked about."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pegasus_classify.contract.asks import AskFailure, Window
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.models import ModelCapabilities

__all__ = ["Way", "way_for"]


@dataclass(frozen=True, slots=True)
class Way:
    """A manner of asking.

    Attributes:
        kind: `analyze` (the synchronous call) or `task`.
        windows: Parts of the video that are asked about one after the other, without gap or overlap; empty when it
            is asked about whole.
    """

    kind: Literal["analyze", "task"]
    windows: tuple[Window, ...] = ()


_WHOLE: dict[bool, Way] = {True: Way("analyze"), False: Way("task")}


def way_for(model: ModelCapabilities, duration: Seconds) -> Way | AskFailure:
    """Return how a model is asked about a video of a length, or why it cannot be.

    Args:
        model: A row of the capability table.
        duration: Seconds.
    """
    if not duration >= model.shortest:
        return AskFailure("too_short", _too_short(model, duration), 400, "parameter_invalid")
    if duration <= model.longest:
        return _WHOLE[duration <= model.sync_up_to or not model.tasks]
    if duration <= model.longest_with_window:
        windows = _windows(model, duration)
        synchronous = windows[0].end - windows[0].start <= model.sync_up_to or not model.tasks
        return Way("analyze" if synchronous else "task", windows)
    return AskFailure("too_long", _too_long(model, duration), 400, "parameter_invalid")


def _windows(model: ModelCapabilities, duration: Seconds) -> tuple[Window, ...]:
    parts = math.ceil(duration / model.longest_window)
    borders = [round(duration * part / parts, 3) for part in range(parts)]
    return tuple(Window(start, end) for start, end in zip(borders, [*borders[1:], duration], strict=True))


def _too_short(model: ModelCapabilities, duration: Seconds) -> str:
    return (
        f"The video is {duration:g} seconds long; {model.name} takes videos of at least {model.shortest:g} seconds. "
        "Extend it, or leave it out."
    )


def _too_long(model: ModelCapabilities, duration: Seconds) -> str:
    return (
        f"The video is {duration / 3600:.2f} hours long; {model.name} takes videos of at most "
        f"{model.longest_with_window / 3600:g} hours. Cut it into parts."
    )
