"""The old SDK's `classify` for asynchronous programs; the thin twin of `classifier`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from pegasus_classify.client.by_policy import reply_by_async, rollout_of
from pegasus_classify.client.choices import Choices, chosen_settings
from pegasus_classify.client.handle import HandledReply, handle, handle_page, read_call
from pegasus_classify.client.performing import perform_all_async
from pegasus_classify.client.request_body import ClassLike, MoreOptions, address_of, call_body
from pegasus_classify.client.result import AsyncClassifyPageResult, async_page_of

if TYPE_CHECKING:
    # Only annotations need it, and it would be a dependency of its own.
    from typing_extensions import Unpack

    from pegasus_classify.carrying.progress import Progress
    from pegasus_classify.client.account import AsyncWork
    from pegasus_classify.contract.request import ClassifyRequest
    from pegasus_classify.contract.result import Failure, VideoResult
    from pegasus_classify.settings import Settings

__all__ = ["AsyncClassifier"]


class AsyncClassifier:
    """Takes the old SDK's classify calls and answers them with Pegasus.

    Belongs to the event loop it is first used in. Use it with `async with`, or await `aclose`.

    Args:
        api_key: The platform's key; else `PEGASUS_CLASSIFY_API_KEY`, `TWELVE_LABS_API_KEY` or `TWELVELABS_API_KEY`.
        base_url: The platform's address; else `PEGASUS_CLASSIFY_UPSTREAM`, else the real one.
        settings: Further settings; the other arguments go before them.
        on_progress: Called with a `Progress` while a request goes on.
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
        from pegasus_classify.client.account import AsyncAccount  # noqa: PLC0415 - loaded late

        self.settings = chosen_settings(api_key, base_url, settings, choices, os.environ)
        self._rollout = rollout_of(self.settings)
        self._account = AsyncAccount(self.settings, on_progress=on_progress)

    @property
    def classify(self) -> AsyncClassifier:
        """The object itself, so that `client.classify.videos(...)` reads as before."""
        return self

    async def videos(
        self,
        video_ids: Iterable[str],
        options: Iterable[str],
        classes: Iterable[ClassLike] | None = None,
        **more: Unpack[MoreOptions],
    ) -> AsyncClassifyPageResult:
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
        return await self._post(call_body({"video_ids": video_ids}, options, classes, more))

    async def index(
        self,
        index_id: str,
        options: Iterable[str],
        classes: Iterable[ClassLike] | None = None,
        **more: Unpack[MoreOptions],
    ) -> AsyncClassifyPageResult:
        """Classify every video of an index; arguments and errors are those of `videos`."""
        return await self._post(call_body({"index_id": index_id}, options, classes, more))

    async def by_page_token(self, page_token: str, **_: Any) -> AsyncClassifyPageResult:
        """Return a page of an earlier answer, free; transport arguments of the old SDK have no effect.

        Raises:
            BadRequestError: The token is unknown, another key's, or expired (300 s after the call).
        """
        return self._page(await perform_all_async(handle_page(page_token), self._account.perform))

    def stream(
        self,
        video_ids: Iterable[str] | None = None,
        options: Iterable[str] = ("visual", "conversation"),
        classes: Iterable[ClassLike] | None = None,
        *,
        index_id: str | None = None,
        **more: Unpack[MoreOptions],
    ) -> AsyncIterator[VideoResult | Failure]:
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

    async def handle(
        self, method: str, path: str, body: bytes | str | Mapping[str, Any] | None = None
    ) -> tuple[int, Any]:
        """Answer a raw legacy call with status and JSON body; a wrong call is an answer too, nothing is raised."""
        reply = await self.reply(method, path, body)
        return reply.status, reply.body

    async def reply(self, method: str, path: str, body: bytes | str | Mapping[str, Any] | None = None) -> HandledReply:
        """Answer a raw legacy call with everything there is to tell: status, body, headers, notes."""
        steps = handle(method, path, body, settings=self.settings)
        return await reply_by_async(self._rollout, self._account, steps)

    async def work(self, request: ClassifyRequest) -> AsyncWork:
        """Start a request that is already in canonical form; iterate it, wait for it, or cancel it."""
        return await self._account.start(request)

    async def aclose(self) -> None:
        """End what is under way and give back threads and connections."""
        if self._rollout is not None:
            await asyncio.to_thread(self._rollout.close)
        await self._account.aclose()

    async def __aenter__(self) -> AsyncClassifier:
        """Return the classifier."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.aclose()

    async def _post(self, body: dict[str, Any]) -> AsyncClassifyPageResult:
        return self._page(await self.reply("POST", address_of(body), body))

    def _page(self, reply: HandledReply) -> AsyncClassifyPageResult:
        if reply.error is not None:
            raise reply.error
        return async_page_of(reply.body, reply.notes, self.by_page_token)

    async def _results(self, request: ClassifyRequest) -> AsyncGenerator[VideoResult | Failure, None]:
        work = await self._account.start(request)
        ended = False
        try:
            async for each in work:
                yield each
            ended = True
        finally:
            # An asynchronous loop that is left early does not close the loop inside it at once.
            if not ended:
                work.cancel()
