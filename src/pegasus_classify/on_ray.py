"""Classification of a Ray Data set of video ids over a cluster: the extra `ray`.

Every worker is a classifier of its own on the same store, so that no ask is paid twice, whoever is given which video.
A worker keeps the pace of its account for itself: divide `concurrency` and the limits per minute by their number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import ray
from ray.data import ActorPoolStrategy, Dataset

from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import ReadCall, read_call
from pegasus_classify.client.request_body import address_of
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import Failure, VideoResult
from pegasus_classify.errors import ClassifyError, SettingsError
from pegasus_classify.legacy.answers import write_video
from pegasus_classify.legacy.shown import shown
from pegasus_classify.settings import Settings

__all__ = ["classify"]

_TOLD = ("result", "error")


def classify(
    videos: Dataset | Sequence[str],
    body: Mapping[str, Any],
    settings: Settings,
    *,
    workers: int = 2,
    column: str = "video_id",
) -> Dataset:
    """Classify every video of a data set, lazily, as Ray's own transformations are.

    Args:
        videos: A data set with a column of video ids, or the ids themselves.
        body: A legacy request: classes, options, thresholds …; its own `video_ids` or `index_id` is left out.
        settings: The key, and a store that all machines reach: `postgresql://…`, or `sqlite:///…` on one machine.
            Budget and hours hold for each batch of 64 videos.
        workers: How many classifiers work at the same time, 1 or more.
        column: Where the ids stand.

    Returns:
        A row per video: the id; `result`, its entry of the legacy answer as JSON; `error`, why there is none, or empty.

    Raises:
        SettingsError: The store ends with its process, so that a worker that is started again would pay again.
        BadRequestError: The request is wrong.
    """
    if settings.store == "memory:":
        raise SettingsError("on_ray needs a store that all workers share: sqlite:///path or postgresql://…")
    asked = {name: value for name, value in body.items() if name not in {"video_id", "index_id"}}
    asked["video_ids"] = ["any"]
    call = read_call("POST", address_of(asked), asked)
    rows = videos if isinstance(videos, Dataset) else ray.data.from_items([{column: each} for each in videos])
    return rows.map_batches(
        _Worker,
        fn_constructor_args=(settings, call, column),
        batch_size=64,
        compute=ActorPoolStrategy(size=workers),
        # A worker waits nearly all its time; a processor of its own would be taken from whoever feeds it.
        num_cpus=0,
    )


class _Worker:
    """One classifier, in a process of Ray's."""

    def __init__(self, settings: Settings, call: ReadCall, column: str) -> None:
        self._client = Classifier(settings=settings)
        self._call = call
        self._column = column

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[str]]:
        """Classify a batch of ids."""
        ids = [str(each) for each in batch[self._column]]
        told = self._told(tuple(dict.fromkeys(ids)))
        return {self._column: ids, **{name: [told[each][place] for each in ids] for place, name in enumerate(_TOLD)}}

    def _told(self, ids: tuple[str, ...]) -> dict[str, tuple[str, str]]:
        """Return result and error of each; what would end a whole request ends one id here."""
        request = self._call.request.model_copy(update={"video_ids": ids})
        try:
            return {each.video_id: self._row(each, request) for each in self._client.work(request)}
        except ClassifyError as error:
            if len(ids) == 1:
                return {ids[0]: ("", str(error))}
            return {name: told for each in ids for name, told in self._told((each,)).items()}

    def _row(self, outcome: VideoResult | Failure, request: ClassifyRequest) -> tuple[str, str]:
        if isinstance(outcome, Failure):
            return "", outcome.reason
        return json.dumps(write_video(shown(outcome, request), self._call.spelling)), ""
