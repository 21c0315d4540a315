"""What is asked by whoever runs the server: does it live, is it ready, what has it done, what does it speak."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pegasus_classify.errors import ClassifyError
from pegasus_classify.legacy.openapi import openapi_document
from pegasus_classify.server.headers import answer, json_bytes
from pegasus_classify.server.heard import Heard
from pegasus_classify.server.metrics import CONTENT_TYPE, Metrics
from pegasus_classify.stores.protocol import Store

__all__ = ["Health"]

_NOBODY = "0" * 64
_NO_TOKEN = "00000000-0000-4000-8000-000000000000-0"


@dataclass
class Health:
    """The routes that are the server's own; none makes a call upstream and none needs a key."""

    store: Store
    heard: Heard
    metrics: Metrics

    def routes(self) -> list[Route]:
        """Return them."""
        described = json_bytes(openapi_document())

        async def openapi(_: Request) -> Response:
            return answer(200, described)

        async def healthz(_: Request) -> Response:
            return answer(200, json_bytes({"status": "ok"}))

        async def metrics(_: Request) -> Response:
            return answer(200, self.metrics.text().encode(), {"Content-Type": CONTENT_TYPE})

        return [
            Route("/healthz", healthz),
            Route("/readyz", self._readyz),
            Route("/metrics", metrics),
            Route("/openapi.json", openapi),
        ]

    async def _readyz(self, _: Request) -> Response:
        """Answer 200 when calls can be answered; an upstream that is down would be so for every other server too."""
        usable = await asyncio.to_thread(self._store_is_usable)
        age = self.heard.age
        told = {
            "status": "ready" if usable else "not ready",
            "store": "usable" if usable else "failing",
            "upstream": self.heard.standing,
            "upstream_heard_seconds_ago": None if age is None else round(age, 1),
        }
        return answer(200 if usable else 503, json_bytes(told))

    def _store_is_usable(self) -> bool:
        try:
            self.store.fetch_page(_NOBODY, _NO_TOKEN, time.time())
        except ClassifyError:
            return False
        return True
