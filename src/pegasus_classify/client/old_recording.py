"""The old side where it is gone: what it answered once, from recordings.

An answer is found again by what was asked: the same classes, prompts, options and thresholds about the same video,
whatever else the recorded request was about. Nothing is made up for a question that was never asked.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pegasus_classify.client.recorded_calls import Chain, Chains
from pegasus_classify.contract.request import ClassifyRequest, effective_classes
from pegasus_classify.contract.result import ClassifyResult, Failure, VideoResult
from pegasus_classify.errors import ClassifyError, NotFoundError, SettingsError
from pegasus_classify.legacy.old_calls import OLD_MODEL
from pegasus_classify.legacy.spelling import Spelling
from pegasus_classify.recordings.format import read_recording
from pegasus_classify.rollout.policy import OldSide
from pegasus_classify.scoring.ordering import ordered_videos

__all__ = ["NotRecordedError", "OldRecording", "question_of"]

_LOG = logging.getLogger("pegasus_classify.rollout")


class NotRecordedError(NotFoundError):
    """The recordings hold no answer to a question about an index."""


def question_of(request: ClassifyRequest) -> str:
    """Return a name for what is asked, without about which videos, in which order, and what of it is shown."""
    classes = sorted(
        [each.name, sorted(each.prompts), sorted(each.options), each.conversation_option]
        for each in effective_classes(request)
    )
    # 75 and 75.0 are one threshold.
    thresholds = {name: float(value) for name, value in request.thresholds.model_dump().items()}
    told = [classes, thresholds, request.order]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@dataclass
class _Answers:
    """Answers to one question.

    Attributes:
        videos: By video and by what is shown of it (clips, mean scores); the latest goes before.
        indexes: By index, the videos that a whole answer about it lists.
    """

    videos: dict[str, dict[tuple[bool, bool], VideoResult]] = field(default_factory=dict)
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, video: str, request: ClassifyRequest) -> VideoResult | None:
        """Return what is known of a video, if it shows at least what is to be shown."""
        fitting = [
            result
            for (clips, detailed), result in self.videos.get(video, {}).items()
            if clips >= request.include_clips and detailed >= request.show_detailed_score
        ]
        return fitting[-1] if fitting else None


class OldRecording:
    """Recorded answers of a Classify that is gone. Safe from several threads; close it when done.

    The files are read in a thread of its own; whoever asks before that is done waits.

    Args:
        side: Names the files.
        folder: What their names are relative to.

    Raises:
        SettingsError: A file cannot be opened.
    """

    def __init__(self, side: OldSide, folder: Path) -> None:
        self.side = side
        paths = [folder / each for each in side.recording or ()]
        for path in paths:
            _check(path)
        self._thread = ThreadPoolExecutor(1, "pegasus-classify-recorded")
        self._known = self._thread.submit(_read, paths)

    def ask(self, request: ClassifyRequest, spelling: Spelling, key: str) -> Future[ClassifyResult]:  # noqa: ARG002
        """Begin to look; the future brings the answer or the error. The key is not looked at: nothing is asked.

        Raises:
            ClassifyError: It was closed.
        """
        if self._known.done():
            told: Future[ClassifyResult] = Future()
            try:
                told.set_result(self.answer(request))
            except ClassifyError as error:
                told.set_exception(error)
            return told
        try:
            return self._thread.submit(self.answer, request)
        except RuntimeError:
            raise ClassifyError("the client was closed") from None

    def answer(self, request: ClassifyRequest) -> ClassifyResult:
        """Return what was recorded; videos that were not are failures, named one by one.

        Raises:
            NotRecordedError: Nothing was recorded about the index.
            SettingsError: The recordings turned out not to be readable.
        """
        known = self._known.result()
        answers = known.get(question_of(request), _NO_ANSWERS)
        videos = request.video_ids if request.index_id is None else answers.indexes.get(request.index_id)
        if videos is None:
            raise NotRecordedError(
                f"The old side is a recording, and it holds no whole answer to this question about the index "
                f"{request.index_id}. {_WHAT_TO_DO}"
            )
        found = {video: answers.of(video, request) for video in dict.fromkeys(videos)}
        kept = [each for each in found.values() if each is not None and each.classes]
        failed = tuple(_not_recorded(video) for video, each in found.items() if each is None)
        return ClassifyResult(
            tuple(ordered_videos(kept, request.order, tuple(found))),
            failed,
            answered=len(found) - len(failed),
            model=OLD_MODEL,
        )

    def close(self) -> None:
        """End reading."""
        self._thread.shutdown(wait=False, cancel_futures=True)


_NO_ANSWERS = _Answers()

_WHAT_TO_DO = "Record it, send it to Pegasus, or let Pegasus answer what is not recorded (fallback = true)."


def _not_recorded(video: str) -> Failure:
    return Failure(
        video,
        "not_recorded",
        f"The old side is a recording, and it holds no answer to this question about the video. {_WHAT_TO_DO}",
        404,
        "resource_not_exists",
    )


def _check(path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except OSError as error:
        raise SettingsError(f"the recording {path} cannot be read: {error.strerror}") from None


def _read(paths: Sequence[Path]) -> Mapping[str, _Answers]:
    known: dict[str, _Answers] = {}
    for path in paths:
        for chain in _chains(path):
            _learn(known, chain)
    return known


def _chains(path: Path) -> Iterator[Chain]:
    chains = Chains()
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            recording = read_recording(file)
    except OSError as error:
        raise SettingsError(f"the recording {path} cannot be read: {error.strerror}") from None
    for number, call in enumerate(recording.calls, 1):
        chains.take(number, call)
    unused = [*map(str, recording.complaints), *chains.complaints]
    if unused:
        _LOG.warning("the recording %s: %d complaints, such as %s", path.name, len(unused), unused[0])
    yield from chains.chains


def _learn(known: dict[str, _Answers], chain: Chain) -> None:
    request = chain.request
    if request is None:
        return
    answers = known.setdefault(question_of(request), _Answers())
    shows = request.include_clips, request.show_detailed_score
    listed = {each.video_id: each for each in chain.videos}
    if chain.whole and request.index_id is not None and not chain.failed:
        answers.indexes[request.index_id] = tuple(listed)
    if chain.whole:
        # What was asked about and is not listed was answered with nothing.
        listed |= {each: VideoResult(each) for each in request.video_ids or () if each not in listed}
    for video, result in listed.items():
        if video in chain.failed:
            continue
        # Put in anew, so that the latest stands last.
        answers.videos.setdefault(video, {}).pop(shows, None)
        answers.videos[video][shows] = replace(result, evidence=())
