"""Old requests asked again, so that what the model says of every video is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

from pegasus_classify.calibrate.pairs import asked_in
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import ReadCall, read_call
from pegasus_classify.contract.evidence import Evidence
from pegasus_classify.contract.result import ClassifyResult, Failure, VideoResult
from pegasus_classify.errors import ClassifyError
from pegasus_classify.judging.assemble import Provenance, assemble
from pegasus_classify.recordings.format import RecordedCall, RecordedEvidence, RecordedFailure

__all__ = ["Refused", "ask_again"]


class Refused:
    """An old request that could not be carried out, and why."""

    def __init__(self, call: RecordedCall, reason: str) -> None:
        self.call = call
        self.reason = reason


def ask_again(old: Iterable[RecordedCall], classifier: Classifier) -> Iterator[RecordedCall | Refused]:
    """Carry out the requests of old calls, each different one once, and yield them as calls that keep evidence.

    What the ledger has is not paid again. A request that fails as a whole is yielded with its reason, and the next one
    is begun.

    Args:
        old: Calls with their requests; the others are passed over.
        classifier: Asks.
    """
    for call, _ in asked_in(old):
        try:
            read = read_call("POST", call.path, call.request, classifier.settings)
            yield _asked(call, read, classifier)
        except ClassifyError as error:
            yield Refused(call, str(error))


def _asked(call: RecordedCall, read: ReadCall, classifier: Classifier) -> RecordedCall:
    plan = classifier.plan(read.request)
    outcomes = list(classifier.work(read.request))
    results = [each for each in outcomes if isinstance(each, VideoResult)]
    failed = [each for each in outcomes if isinstance(each, Failure)]
    result = assemble(
        read.request,
        results,
        failed,
        asked_order=read.request.video_ids or (),
        provenance=Provenance(plan.model.name, plan.prompt_version, plan.prompt_hash),
    )
    reply = classifier.answer_with(result, read)
    return RecordedCall(
        path=call.path,
        request=call.request,
        status=reply.status,
        response=reply.body,
        recorded_at=datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z"),
        source="asked again by calibrate",
        model=result.model,
        prompt_version=result.prompt_version,
        prompt_hash=result.prompt_hash,
        cost=_cost(result),
        failed=tuple(RecordedFailure(video_id=each.video_id, kind=each.kind, reason=each.reason) for each in failed)
        or None,
        durations={each.video_id: each.length for each in results if each.length} or None,
        evidence={each.video_id: tuple(map(_evidence, each.evidence)) for each in results} or None,
    )


def _cost(result: ClassifyResult) -> dict[str, float]:
    cost = result.cost
    return {"calls": cost.calls, "kept": cost.kept, "video_seconds": cost.video_seconds, "usd": cost.usd}


def _evidence(each: Evidence) -> RecordedEvidence:
    return RecordedEvidence(
        class_name=each.class_name,
        prompt=each.prompt,
        option=each.option,
        start=each.start,
        end=each.end,
        confidence=each.confidence,
    )
