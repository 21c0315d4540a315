"""One side of a comparison, in columns: millions of clips fit where objects would not."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from pegasus_classify.compare.columns import Bools, Ints, Reals
from pegasus_classify.contract.intervals import Span, clipped
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.request import ClassifyRequest, EffectiveClass, Thresholds, effective_classes
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult

__all__ = ["OPTION_CODES", "AskedClass", "Layer", "Observation", "Side", "side_of"]

OPTION_CODES: Mapping[str | None, int] = {None: 0, "visual": 1, "conversation": 2, "text_in_video": 3, "logo": 4}
"""Number of each option in the column of options."""

_NAMED_COMPLAINTS = 100


@dataclass(frozen=True, slots=True)
class Observation:
    """One video's result, and the request it answers.

    Attributes:
        result: `classes` is empty when the video was asked about and nothing was found.
        request: None when it is not known; then the classes found are taken for those asked.
    """

    result: VideoResult
    request: ClassifyRequest | None = None


@dataclass(frozen=True, slots=True)
class AskedClass:
    """What was asked about a class, by the first request that names it."""

    definition: EffectiveClass
    thresholds: Thresholds
    include_clips: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """One answer per video and class, as columns. A number that the answer does not show is NaN.

    Attributes:
        video: Per cell, the index of its video.
        label: Per cell, the index of its class.
        kept: Per cell, whether the class is in the answer.
        score: Per cell, class score 0 to 100.
        top: Per cell, highest clip score 0 to 100.
        ratio: Per cell, share of the video covered, 0 to 1.
        clip_count: Per cell, how many clips; -1 when the answer shows none on principle.
        start: Per clip, in the order of the cells, seconds.
        end: Per clip, seconds.
        clip_score: Per clip, 0 to 100.
        option: Per clip, its number in `OPTION_CODES`.
        prompt: Per clip, the index of its prompt; -1 for none.
    """

    video: Ints
    label: Ints
    kept: Bools
    score: Reals
    top: Reals
    ratio: Reals
    clip_count: Ints
    start: Reals
    end: Reals
    clip_score: Reals
    option: Ints
    prompt: Ints


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes:
        name: For people.
        videos: Ids, in the order of first mention.
        classes: Names, those asked and those found, in the order of first mention.
        prompts: Texts that clips refer to.
        layers: The answers; further ones are repeats of the same question, and tell how much this side differs from
            itself.
        asked: What was asked about each class, where it is known.
        durations: Seconds per video, where known.
        open: True when videos without any class are left out of the answers, so that a video which is not there was
            asked about too.
        failed: Videos without an answer, with the reason.
        about: Words for people: model, prompt version, costs.
        complaints: What could not be used as it stood, the first hundred by name.
        complaint_count: How many there were.
    """

    name: str
    videos: tuple[str, ...]
    classes: tuple[str, ...]
    prompts: tuple[str, ...]
    layers: tuple[Layer, ...]
    asked: Mapping[str, AskedClass] = field(default_factory=dict)
    durations: Mapping[str, Seconds] = field(default_factory=dict)
    open: bool = False
    failed: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()
    complaint_count: int = 0

    @property
    def repeats(self) -> int:
        """How many further answers to the same questions there are."""
        return max(0, len(self.layers) - 1)


def side_of(
    name: str,
    observations: Iterable[Observation],
    *,
    requests: Iterable[ClassifyRequest] = (),
    durations: Mapping[str, Seconds] | None = None,
    whole: bool = False,
    failed: Mapping[str, str] | None = None,
) -> Side:
    """Make a side from results, which are read once and may be a stream.

    A second result of an equal request about the same video is a repeat of the question, not a correction. Of different
    requests that ask about one class of one video, the first is used.

    Args:
        name: For people.
        observations: In any order.
        requests: What was asked, also where no video was found to speak of.
        durations: Seconds per video, where known; clips beyond the end are shortened to it and complained about.
        whole: See `Side.open`.
        failed: Videos without an answer, with the reason.
    """
    columns = _Columns(dict(durations or {}))
    for request in requests:
        columns.ask(request)
    for observation in observations:
        columns.take(observation)
    return Side(
        name,
        tuple(columns.videos),
        tuple(columns.classes),
        tuple(columns.prompts),
        tuple(each.frozen() for each in columns.layers) or (_Growing().frozen(),),
        columns.asked,
        columns.durations,
        whole,
        dict(failed or {}),
        complaints=tuple(columns.complaints),
        complaint_count=columns.complaint_count,
    )


class _Growing:
    """A layer that is still being filled."""

    def __init__(self) -> None:
        self.whole = {name: array("q") for name in ("video", "label", "kept", "clip_count", "option", "prompt")}
        self.real = {name: array("d") for name in ("score", "top", "ratio", "start", "end", "clip_score")}

    def frozen(self) -> Layer:
        def ints(name: str) -> Ints:
            return np.array(self.whole[name], dtype=np.int64)

        def reals(name: str) -> Reals:
            return np.array(self.real[name], dtype=np.float64)

        return Layer(
            ints("video"),
            ints("label"),
            ints("kept").astype(np.bool_),
            reals("score"),
            reals("top"),
            reals("ratio"),
            ints("clip_count"),
            reals("start"),
            reals("end"),
            reals("clip_score"),
            ints("option"),
            ints("prompt"),
        )


class _Columns:
    def __init__(self, durations: dict[str, Seconds]) -> None:
        self.durations = durations
        self.videos: dict[str, int] = {}
        self.classes: dict[str, int] = {}
        self.prompts: dict[str, int] = {}
        self.layers: list[_Growing] = []
        self.asked: dict[str, AskedClass] = {}
        self.complaints: list[str] = []
        self.complaint_count = 0
        self._unasked: set[str] = set()
        self._times: dict[tuple[int, int], tuple[ClassifyRequest | None, int]] = {}
        self._otherwise: set[str] = set()
        self._read: dict[int, tuple[ClassifyRequest, tuple[str, ...]]] = {}

    def ask(self, request: ClassifyRequest) -> None:
        for name in self._asked_names(request):
            self.classes.setdefault(name, len(self.classes))

    def take(self, observation: Observation) -> None:
        result = observation.result
        if observation.request is None:
            if result.video_id in self._unasked:
                # Without the request nobody knows which classes the second answer left out.
                self.complain(f"video {result.video_id}: answered again without a known request, the first is used")
                return
            self._unasked.add(result.video_id)
        video = self.videos.setdefault(result.video_id, len(self.videos))
        found: dict[str, ClassResult] = {}
        for each in result.classes:
            if each.name in found:
                self.complain(f"video {result.video_id}, class {each.name}: listed twice, the first is used")
            found.setdefault(each.name, each)
        for name in dict.fromkeys((*self._asked_names(observation.request), *found)):
            label = self.classes.setdefault(name, len(self.classes))
            first, time = self._times.get((video, label), (observation.request, 0))
            if first is not observation.request and first != observation.request:
                self._asked_otherwise(name)
                continue
            self._times[video, label] = (first, time + 1)
            if time == len(self.layers):
                self.layers.append(_Growing())
            self._cell(self.layers[time], (video, label), result.video_id, found.get(name))

    def _asked_otherwise(self, name: str) -> None:
        if name not in self._otherwise:
            self._otherwise.add(name)
            self.complain(f"class {name}: asked about by several requests, the first about each video is used")

    def complain(self, complaint: str) -> None:
        self.complaint_count += 1
        if len(self.complaints) < _NAMED_COMPLAINTS:
            self.complaints.append(complaint)

    def _asked_names(self, request: ClassifyRequest | None) -> tuple[str, ...]:
        if request is None:
            return ()
        known = self._read.get(id(request))
        if known is None:
            definitions = effective_classes(request)
            for each in definitions:
                self.asked.setdefault(each.name, AskedClass(each, request.thresholds, request.include_clips))
            # The request is kept beside its names, so that its id is not given to another one.
            known = self._read[id(request)] = (request, tuple(each.name for each in definitions))
        return known[1]

    def _cell(self, layer: _Growing, place: tuple[int, int], video_id: str, found: ClassResult | None) -> None:
        whole, real = layer.whole, layer.real
        whole["video"].append(place[0])
        whole["label"].append(place[1])
        whole["kept"].append(found is not None)
        where = "" if found is None else f"video {video_id}, class {found.name}"
        real["score"].append(self._number(None if found is None else found.score, where, "score", 100))
        real["top"].append(self._number(None if found is None else found.max_score, where, "max_score", 100))
        real["ratio"].append(self._number(None if found is None else found.duration_ratio, where, "duration_ratio", 1))
        if found is None:
            whole["clip_count"].append(0)
        elif found.clips is None:
            whole["clip_count"].append(-1)
        else:
            whole["clip_count"].append(self._clips(layer, found.clips, video_id, where))

    def _number(self, value: float | None, where: str, name: str, most: float) -> float:
        if value is None:
            return math.nan
        if not 0 <= value <= most:
            self.complain(f"{where}: {name} {value!r} is not between 0 and {most} and is left out")
            return math.nan
        return float(value)

    def _clips(self, layer: _Growing, clips: Iterable[Clip], video_id: str, where: str) -> int:
        whole, real = layer.whole, layer.real
        length = self.durations.get(video_id, math.inf)
        count = 0
        for clip in clips:
            start, end = clip.start, clip.end
            if not 0 <= start <= end <= length:
                span = self._mended(clip, length, where)
                if span is None:
                    continue
                start, end = span.start, span.end
            count += 1
            real["start"].append(start)
            real["end"].append(end)
            score = clip.score
            real["clip_score"].append(
                score if score is not None and 0 <= score <= 100 else self._number(score, where, "clip score", 100)
            )
            whole["option"].append(OPTION_CODES[clip.option])
            prompt = clip.prompt
            whole["prompt"].append(-1 if prompt is None else self.prompts.setdefault(prompt, len(self.prompts)))
        return count

    def _mended(self, clip: Clip, length: Seconds, where: str) -> Span | None:
        shown = f"{where}: clip {clip.start!r} to {clip.end!r}"
        if not (math.isfinite(clip.start) and math.isfinite(clip.end) and clip.start <= clip.end):
            self.complain(f"{shown} is no stretch of time and is left out")
            return None
        span = clipped(Span(clip.start, clip.end), length)
        if span is None:
            self.complain(f"{shown} lies outside the video of {length:g} s and is left out")
        else:
            self.complain(f"{shown} reaches beyond the video of {length:g} s and is shortened")
        return span
