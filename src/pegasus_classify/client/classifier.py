"""The old SDK's `classify`, blocking."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pegasus_classify.client.by_policy import reply_by, rollout_of
from pegasus_classify.client.choices import Choices, chosen_settings
from pegasus_classify.client.handle import (
    HandledReply,
    ReadCall,
    answer_call,
    answer_result,
    handle,
    handle_page,
    read_call,
)
from pegasus_classify.client.performing import perform_all
from pegasus_classify.client.request_body import ClassLike, MoreOptions, address_of, call_body
from pegasus_classify.client.result import ClassifyPageResult, page_of
from pegasus_classify.legacy.spelling import Spelling

if TYPE_CHECKING:
    # Only annotations need it, and it would be a dependency of its own.
    from typing_extensions import Unpack

    from pegasus_classify.carrying.progress import Progress
    from pegasus_classify.client.account import Work
    from pegasus_classify.client.cancelling import Cancelled
    from pegasus_classify.contract.asks import Video
    from pegasus_classify.contract.request import ClassifyRequest
    from pegasus_classify.contract.result import ClassifyResult, Failure, VideoResult
    from pegasus_classify.planning.plan import Plan
    from pegasus_classify.settings import Settings

__all__ = ["Classifier"]

_PLAIN = Spelling()


class Classifier:
    """Takes the old SDK's classify calls and answers them with Pegasus.

    Safe to use from several threads and inside a running event loop. Use it as a context manager, or call `close`.

    Args:
        api_key: The platform's key; else `PEGASUS_CLASSIFY_API_KEY`, `TWELVE_LABS_API_KEY` or `TWELVELABS_API_KEY`.
        base_url: The platform's address; else `PEGASUS_CLASSIFY_UPSTREAM`, else the real one.
        settings: Further settings; the other arguments go before them.
        on_progress: Called with a `Progress` while a request goes on, from a thread of ours.
        **choices: See `Choices`: `model`, `index_ids`, `video_map`, `store`, `calibration`, `budget` …

    Raises:
        SettingsError: A setting is unknown or out of range.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        settings: Settings | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        **choices: Unpack[Choices],
    ) -> None:
        # Everything that asks and reads comes with the first client, not with the import.
        from pegasus_classify.client.account import Account  # noqa: PLC0415 - loaded late

        self.settings = chosen_settings(api_key, base_url, settings, choices, os.environ)
        self._rollout = rollout_of(self.settings)
        self._account = Account(self.settings, on_progress=on_progress)

    @property
    def classify(self) -> Classifier:
        """The object itself, so that `client.classify.videos(...)` reads as before."""
        return self

    def videos(
        self,
        video_ids: Iterable[str],
        options: Iterable[str],
        classes: Iterable[ClassLike] | None = None,
        **more: Unpack[MoreOptions],
    ) -> ClassifyPageResult:
        """Classify some videos.

        Args:
            video_ids: As the old API named them.
            options: Where evidence may come from: `visual`, `conversation`, `text_in_video`.
            classes: At least one: name and 1 to 100 prompts, perhaps own options.
            **more: See `MoreOptions`: `include_clips`, `threshold`, `page_limit` …

        Raises:
            BadRequestError: The request is wrong, or a video is unknown; nothing was asked.
            APIStatusError: Every video failed (or one, with `on_failed_video="error"`).
        """
        return self._post(call_body({"video_ids": video_ids}, options, classes, more))

    def index(
        self,
        index_id: str,
        options: Iterable[str],
        classes: Iterable[ClassLike] | None = None,
        **more: Unpack[MoreOptions],
    ) -> ClassifyPageResult:
        """Classify every video of an index; arguments and errors are those of `videos`."""
        return self._post(call_body({"index_id": index_id}, options, classes, more))

    def by_page_token(self, page_token: str, **_: Any) -> ClassifyPageResult:
        """Return a page of an earlier answer, free; transport arguments of the old SDK have no effect.

        Raises:
            BadRequestError: The token is unknown, another key's, or expired (300 s after the call).
        """
        return self._page(perform_all(handle_page(page_token), self._account.perform))

    def stream(
        self,
        video_ids: Iterable[str] | None = None,
        options: Iterable[str] = ("visual", "conversation"),
        classes: Iterable[ClassLike] | None = None,
        *,
        index_id: str | None = None,
        **more: Unpack[MoreOptions],
    ) -> Iterator[VideoResult | Failure]:
        """Give each video's result as it is finished, in no order, also of videos in which nothing was found.

        A failed video comes as a `Failure`. Numbers are uncut and clips always there. Asking begins with the first
        step; leaving the loop early ends it.

        Args:
            video_ids: The videos, or None together with `index_id`.
            options: As in `videos`.
            classes: As in `videos`.
            index_id: The index, or None together with `video_ids`.
            **more: As in `videos`.

        Raises:
            BadRequestError: The request is wrong; at once, before the first step.
        """
        target = {"video_ids": video_ids, "index_id": index_id}
        body = call_body(target, options, classes, more)
        return self._results(read_call("POST", address_of(body), body, self.settings).request)

    def handle(self, method: str, path: str, body: bytes | str | Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Answer a raw legacy call with status and JSON body; a wrong call is an answer too, nothing is raised."""
        reply = self.reply(method, path, body)
        return reply.status, reply.body

    def reply(self, method: str, path: str, body: bytes | str | Mapping[str, Any] | None = None) -> HandledReply:
        """Answer a raw legacy call with everything there is to tell: status, body, headers, notes."""
        steps = handle(method, path, body, settings=self.settings)
        return reply_by(self._rollout, self._account, steps)

    def work(self, request: ClassifyRequest, spelling: Spelling = _PLAIN) -> Work:
        """Start a request that is already in canonical form; iterate it, wait for it, or cancel it.

        Args:
            request: What is asked.
            spelling: How it was asked, noted beside the run so that it can be answered in kind later.
        """
        return self._account.start(request, spelling)

    def answer(self, call: ReadCall) -> HandledReply:
        """Answer a request that was read before."""
        return reply_by(self._rollout, self._account, answer_call(call, self.settings))

    def answer_with(self, result: ClassifyResult, call: ReadCall) -> HandledReply:
        """Answer a request with a result obtained before; nothing is asked."""
        return perform_all(answer_result(result, call, self.settings), self._account.perform)

    def locate(self, request: ClassifyRequest) -> list[Video | Failure]:
        """Find the videos of a request and their lengths, then those that cannot be asked about; asks nothing.

        Raises:
            BadRequestError: A video or index is unknown.
        """
        return self._account.locate(request)

    def plan(self, request: ClassifyRequest) -> Plan:
        """Return what would be asked about each video; needs no connection."""
        return self._account.asker.plan_of(request)

    def run_id(self, request: ClassifyRequest) -> str:
        """Return the name under which `runs` knows a request; needs no connection."""
        from pegasus_classify.client.run_log import run_id_of  # noqa: PLC0415 - loaded late

        return run_id_of(self._account.account, request, self.plan(request))

    def cancel(self, request: ClassifyRequest) -> Cancelled:
        """Cancel upstream the tasks and batches that were submitted for a request, by whatever process.

        Raises:
            BadRequestError: A video or index is unknown.
        """
        return self._account.cancel(request)

    def close(self) -> None:
        """End what is under way and give back threads and connections."""
        if self._rollout is not None:
            self._rollout.close()
        self._account.close()

    def __enter__(self) -> Classifier:
        """Return the classifier."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def _post(self, body: dict[str, Any]) -> ClassifyPageResult:
        return self._page(self.reply("POST", address_of(body), body))

    def _page(self, reply: HandledReply) -> ClassifyPageResult:
        if reply.error is not None:
            raise reply.error
        return page_of(reply.body, reply.notes, self.by_page_token)

    def _results(self, request: ClassifyRequest) -> Iterator[VideoResult | Failure]:
        yield from self._account.start(request)
