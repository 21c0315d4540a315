"""A side that is asked now: by the library itself, or at the address of a Classify that answers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from pegasus_classify.cli.terminal import said
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import HandledReply, read_call
from pegasus_classify.contract.asks import AskFailure, Video
from pegasus_classify.errors import APIConnectionError, APIStatusError
from pegasus_classify.planning.price_bound import expected
from pegasus_classify.recordings.format import RecordedCall, RecordedFailure
from pegasus_classify.settings import Settings

__all__ = ["Requests", "asked_calls", "fetched_calls", "price_of"]

Requests: TypeAlias = "Sequence[tuple[str, Mapping[str, Any]]]"
"""Path and body of each request."""

_TIME_LIMIT = 600.0


def price_of(requests: Requests, settings: Settings) -> tuple[int, float, float]:
    """Return how many videos, how many seconds of video and about how many US dollars asking once would take.

    Raises:
        APIStatusError: A request is wrong, or its videos are unknown.
    """
    videos, seconds, usd = 0, 0.0, 0.0
    with Classifier(settings=settings) as classifier:
        for path, body in requests:
            request = read_call("POST", path, body, settings).request
            plan = classifier.plan(request)
            located = [each for each in classifier.locate(request) if isinstance(each, Video)]
            bound = expected(plan, [each for each in located if not isinstance(plan.asks(each), AskFailure)])
            videos, seconds, usd = videos + len(located), seconds + bound.video_seconds, usd + bound.usd
    return videos, seconds, usd


def asked_calls(requests: Requests, settings: Settings, times: int) -> list[RecordedCall]:
    """Ask the model, once or again as further independent samples, and return the answers as recorded calls."""
    calls: list[RecordedCall] = []
    for time in range(times):
        first = settings.first_sample + time * settings.samples
        with Classifier(settings=settings.model_copy(update={"first_sample": first})) as classifier:
            for path, body in requests:
                calls.extend(_asked(classifier, path, body, f"sample {first}"))
    return calls


def _asked(classifier: Classifier, path: str, body: Mapping[str, Any], source: str) -> Iterator[RecordedCall]:
    reply = classifier.reply("POST", path, dict(body))
    if reply.error is not None and not isinstance(reply.error, APIStatusError):
        raise reply.error
    yield _recorded(path, body, reply, source)
    token = _next_token(reply.body)
    while token:
        version = path.partition("/classify")[0]
        following = classifier.reply("GET", f"{version}/classify/{token}")
        yield RecordedCall(path=f"{version}/classify/{token}", status=following.status, response=following.body)
        token = _next_token(following.body)


def _recorded(path: str, body: Mapping[str, Any], reply: HandledReply, source: str) -> RecordedCall:
    result = reply.result
    if result is None:
        return RecordedCall(path=path, request=dict(body), status=reply.status, response=reply.body)
    return RecordedCall(
        path=path,
        request=dict(body),
        status=reply.status,
        response=reply.body,
        source=source,
        model=result.model or None,
        prompt_version=result.prompt_version or None,
        prompt_hash=result.prompt_hash or None,
        cost={name: float(value) for name, value in asdict(result.cost).items()},
        failed=tuple(
            RecordedFailure(video_id=each.video_id, kind=each.kind, reason=each.reason) for each in result.failed
        ),
    )


def fetched_calls(requests: Requests, address: str, key: str, times: int) -> list[RecordedCall]:
    """Send the requests to a Classify that answers, page by page.

    Args:
        requests: What is sent.
        address: Without version and path.
        key: Sent as `x-api-key`; empty for none.
        times: How often everything is asked; a server that keeps its answers gives the same again.
    """
    calls: list[RecordedCall] = []
    for _ in range(times):
        for path, body in requests:
            calls.extend(_fetched(address.rstrip("/"), path, body, key))
    return calls


def _fetched(address: str, path: str, body: Mapping[str, Any], key: str) -> Iterator[RecordedCall]:
    status, answer = _send(f"{address}{path}", key, body)
    yield RecordedCall(path=path, request=dict(body), status=status, response=answer, source=address)
    token = _next_token(answer)
    version = path.partition("/classify")[0]
    while token:
        page = f"{version}/classify/{token}"
        status, answer = _send(f"{address}{page}", key)
        yield RecordedCall(path=page, status=status, response=answer, source=address)
        token = _next_token(answer)


def _send(url: str, key: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **({"x-api-key": key} if key else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=_TIME_LIMIT) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        said().print(f"{url}: status {error.code}", style="yellow", markup=False)
        return error.code, None
    except (urllib.error.URLError, TimeoutError) as error:
        raise APIConnectionError(f"{url}: {getattr(error, 'reason', error)}") from None
    except ValueError:
        raise UsageProblem(f"{url}: the answer is no JSON") from None


def _next_token(body: Any) -> str:
    info = body.get("page_info") if isinstance(body, Mapping) else None
    if not isinstance(info, Mapping):
        return ""
    return str(info.get("next_page_token") or info.get("next_token") or "")
