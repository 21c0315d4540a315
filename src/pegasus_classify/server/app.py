"""The application: routes of its own, Classify, and everything else."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from pegasus_classify.client.asking import Asker
from pegasus_classify.client.by_policy import rollout_of
from pegasus_classify.drivers.forwarding import Forwarder
from pegasus_classify.errors import error_of_status
from pegasus_classify.server.accounts import Accounts
from pegasus_classify.server.bodies import CallerGone
from pegasus_classify.server.callers import Callers
from pegasus_classify.server.classify import ClassifyCalls, is_classify
from pegasus_classify.server.headers import EXPOSED, error_answer
from pegasus_classify.server.health import Health
from pegasus_classify.server.heard import Heard
from pegasus_classify.server.metrics import Gauge, Metrics
from pegasus_classify.server.pass_through import PassThrough
from pegasus_classify.server.rollout_gauges import count_event, rollout_gauges
from pegasus_classify.server.settings import ServeSettings
from pegasus_classify.steps import NoReply, Reply
from pegasus_classify.stores.opening import open_store

__all__ = ["create_app"]

_LOG = logging.getLogger("pegasus_classify.server")


def create_app(settings: ServeSettings | None = None) -> Starlette:
    """Return the old API as an ASGI application. Its store is open when this returns.

    Args:
        settings: None for the defaults: callers bring their keys, everything else is passed through, answers and
            pages end with the process.

    Raises:
        SettingsError: The store, the model, a template, the calibration, the policy or the video map is not usable.
    """
    settings = settings or ServeSettings()
    # Each account reads this anew; here what is wrong with it is found out before the first caller is.
    Asker(settings.settings)
    store = open_store(settings.settings.store)
    metrics, heard = Metrics(), Heard()

    def hear(outcome: Reply | NoReply) -> None:
        heard.hear(outcome)
        metrics.upstream.add("none" if isinstance(outcome, NoReply) else f"{outcome.status // 100}xx")

    callers = Callers(settings)
    accounts = Accounts(settings, store, hear)
    forwarder = Forwarder(settings.settings.upstream.rstrip("/"))
    rollout = rollout_of(settings.settings, store)
    if rollout is not None:
        rollout.listeners.append(partial(count_event, metrics))
    calls = ClassifyCalls(settings, callers, accounts, store, metrics, rollout)
    metrics.gauges += [
        Gauge(
            "classify_under_way",
            "Calls being worked on, also for callers gone.",
            lambda: float(calls.under_way),
        ),
        Gauge("classify_accounts", "Upstream accounts that are open.", lambda: float(len(accounts))),
        *([] if rollout is None else rollout_gauges(rollout)),
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await calls.close()
            if rollout is not None:
                await asyncio.to_thread(rollout.close)
            await accounts.close()
            await forwarder.close()
            store.close()

    app = Starlette(
        routes=Health(store, heard, metrics).routes(),
        middleware=_cors(settings),
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.router.default = _Everything(calls, PassThrough(settings, callers, forwarder, metrics))
    return app


def _cors(settings: ServeSettings) -> list[Middleware]:
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("*",),
            expose_headers=EXPOSED,
            max_age=3600,
        )
    ]


async def _refused(_: Request, error: Exception) -> Response:
    """Put the framework's own refusals into the old API's form."""
    assert isinstance(error, HTTPException)
    code = "method_not_allowed" if error.status_code == 405 else None
    return error_answer(error_of_status(error.status_code, f"{error.detail}.", code=code), error.headers)


class _Everything:
    """Calls that are none of the server's own routes."""

    def __init__(self, calls: ClassifyCalls, pass_through: PassThrough) -> None:
        self._calls = calls
        self._pass_through = pass_through

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, whatever happens; an error nobody foresaw is told without its text, which may hold a key."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        started = False

        async def noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if is_classify(scope["path"]):
                response = await self._calls.answer(scope, receive)
                await response(scope, receive, noticed)
            else:
                await self._pass_through(scope, receive, noticed)
        except CallerGone:
            return
        except Exception as error:  # noqa: BLE001 - a server answers
            where = "".join(traceback.format_tb(error.__traceback__))
            _LOG.error("%s while answering a %s:\n%s", type(error).__name__, scope["method"], where)
            if not started:
                await error_answer(error)(scope, receive, send)
