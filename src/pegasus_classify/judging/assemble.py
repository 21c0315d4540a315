"""The answer to a whole request, from the results of its videos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.contract.result import ClassifyResult, Cost, Failure, VideoResult
from pegasus_classify.scoring.ordering import ordered_videos, places_of

__all__ = ["Provenance", "assemble"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who answered, and what is known about how faithful the answer can be.

    Attributes:
        model: The model that answered.
        prompt_version: Such as `classify.v1`.
        prompt_hash: Hash of the template's text.
        coverage: Ids of the fidelity table's entries that apply to the request.
    """

    model: str = ""
    prompt_version: str = ""
    prompt_hash: str = ""
    coverage: tuple[str, ...] = ()


_UNKNOWN = Provenance()


def assemble(
    request: ClassifyRequest,
    results: Sequence[VideoResult],
    failed: Sequence[Failure] = (),
    *,
    asked_order: Sequence[str] = (),
    provenance: Provenance = _UNKNOWN,
) -> ClassifyResult:
    """Put the results of all videos together.

    Args:
        request: Its order decides how the videos stand.
        results: One per answered video, in any order.
        failed: Videos that could not be answered, in any order.
        asked_order: All video ids as the request or the index lists them; it settles ties between equal scores and
            orders failures and drops. Ids not in it come last.
        provenance: Passed on.

    Returns:
        Videos without any class left are not listed, but what was dropped in them and what they cost is.
    """
    as_asked = ordered_videos(results, "as_asked", asked_order)
    places = places_of(asked_order)
    answered = [video for video in as_asked if video.classes]
    return ClassifyResult(
        videos=tuple(ordered_videos(answered, request.order, asked_order)),
        failed=tuple(sorted(failed, key=lambda failure: places.get(failure.video_id, len(asked_order)))),
        dropped=tuple(dropped for video in as_asked for dropped in video.dropped),
        coverage=provenance.coverage,
        cost=sum([*(video.cost for video in as_asked), *(failure.cost for failure in failed)], Cost()),
        answered=len(as_asked),
        model=provenance.model,
        prompt_version=provenance.prompt_version,
        prompt_hash=provenance.prompt_hash,
    )
