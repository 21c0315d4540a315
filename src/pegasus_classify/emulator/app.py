"""The stand-in as an ASGI application: which path leads where, and what every answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from . import analyze, batches, listing, tasks
from .api_error import ApiError
from .core import Core
from .settings import EmulatorSettings
from .wire import error_response, json_response

__all__ = ["create_app"]

Handler: TypeAlias = Callable[[Core, Request, str], Awaitable[Response]]

_VERSION = "/v1.3"
_ROUTES: tuple[tuple[str, str, str, Handler], ...] = (
    ("POST", "/analyze", "analyze", analyze.analyze),
    ("POST", "/analyze/tasks", "tasks.create", tasks.create_task),
    ("GET", "/analyze/tasks", "tasks.list", tasks.list_tasks),
    ("GET", "/analyze/tasks/{task_id}", "tasks.get", tasks.get_task),
    ("DELETE", "/analyze/tasks/{task_id}", "tasks.delete", tasks.delete_task),
    ("POST", "/analyze/tasks/{task_id}/cancel", "tasks.cancel", tasks.cancel_task),
    ("POST", "/analyze/batches", "batches.create", batches.create_batch),
    ("GET", "/analyze/batches", "batches.list", batches.list_batches),
    ("GET", "/analyze/batches/{batch_id}", "batches.get", batches.get_batch),
    ("DELETE", "/analyze/batches/{batch_id}", "batches.delete", batches.delete_batch),
    ("POST", "/analyze/batches/{batch_id}/cancel", "batches.cancel", batches.cancel_batch),
    ("GET", "/analyze/batches/{batch_id}/results", "batches.results", batches.batch_results),
    ("GET", "/indexes", "indexes.list", listing.list_indexes),
    ("GET", "/indexes/{index_id}", "indexes.get", listing.get_index),
    ("GET", "/indexes/{index_id}/videos", "indexes.videos.list", listing.list_videos),
    ("GET", "/indexes/{index_id}/videos/{video_id}", "indexes.videos.get", listing.get_video),
    ("GET", "/indexes/{index_id}/indexed-assets", "indexes.indexed_assets.list", listing.list_indexed_assets),
    ("GET", "/indexes/{index_id}/indexed-assets/{video_id}", "indexes.indexed_assets.get", listing.get_indexed_asset),
    ("GET", "/assets", "assets.list", listing.list_assets),
    ("GET", "/assets/{asset_id}", "assets.get", listing.get_asset),
    ("GET", "/assets/{asset_id}/indexed-assets", "assets.indexed_assets", listing.asset_holders),
)


def create_app(settings: EmulatorSettings | None = None) -> Starlette:
    """Return the stand-in for the Pegasus side of the v1.3 API.

    `app.state.emulator` holds its counters (`EmulatorState`), `app.state.core` everything else. Beside the API there
    are `GET /_emulator/state`, `POST /_emulator/reset` and `POST /_emulator/advance` with `{"seconds": n}`.
    """
    core = Core.of(settings or EmulatorSettings())
    app = Starlette(routes=_routes(core))
    app.state.core = core
    app.state.emulator = core.state
    app.router.redirect_slashes = False
    app.router.default = _NoSuchPath()
    return app


def _routes(core: Core) -> list[BaseRoute]:
    by_path: dict[str, dict[str, tuple[str, Handler]]] = {}
    for method, path, kind, handler in _ROUTES:
        by_path.setdefault(_VERSION + path, {})[method] = (kind, handler)
    # All methods of a path are one route, so that a wrong method is refused in the API's own form.
    routes: list[BaseRoute] = [
        Route(path, _endpoint(core, path, found), methods=_METHODS) for path, found in by_path.items()
    ]
    return [*routes, *_own_routes(core)]


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def _endpoint(
    core: Core, path: str, methods: dict[str, tuple[str, Handler]]
) -> Callable[[Request], Awaitable[Response]]:
    nested = path.startswith((f"{_VERSION}/analyze/tasks", f"{_VERSION}/analyze/batches"))

    async def endpoint(request: Request) -> Response:
        kind, handler = methods.get(request.method, ("wrong_method", _wrong_method))
        core.state.calls[kind] += 1
        key = ""
        try:
            key = core.authenticate(request)
            response = await handler(core, request, key)
        except ApiError as error:
            response = error_response(error, nested=nested and error.status not in (401, 403))
        if key:
            response.headers.update(core.faults.headers(key, core.now()))
        core.state.answers[str(response.status_code)] += 1
        return response

    return endpoint


async def _wrong_method(_core: Core, request: Request, _key: str) -> Response:
    raise ApiError(405, "method_not_allowed", f"The method {request.method} is not allowed here.")


class _NoSuchPath:
    """Answers paths the API does not have, in its flat form."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the 404."""
        error = ApiError(404, "endpoint_not_exists", f"The endpoint {scope.get('path')} does not exist.")
        await error_response(error, nested=False)(scope, receive, send)


def _own_routes(core: Core) -> list[BaseRoute]:
    async def state(_: Request) -> Response:
        core.settle()
        return json_response(core.state.snapshot())

    async def reset(_: Request) -> Response:
        core.reset()
        return json_response({"reset": True})

    async def advance(request: Request) -> Response:
        body = await request.json()
        core.advance(float(body["seconds"]))
        return json_response({"now": core.now()})

    return [
        Route("/_emulator/state", state, methods=["GET"]),
        Route("/_emulator/reset", reset, methods=["POST"]),
        Route("/_emulator/advance", advance, methods=["POST"]),
    ]
