"""`serve`: the old API on a socket."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys
from enum import Enum
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, TypeAlias

import typer

from pegasus_classify.cli.options import Common, settings_of, with_common
from pegasus_classify.cli.terminal import said
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.settings import KEY_VARIABLES

__all__ = ["LogForm", "serve"]

_OPEN_FILES = 65_536


def _door(*names: str, text: str, **more: Any) -> Any:
    return typer.Option(*names, help=text, rich_help_panel="Who may call", show_default=False, **more)


_OwnKey: TypeAlias = Annotated[
    str | None,
    _door(
        "--api-key",
        text="A key of the server's own, sent upstream in place of the callers'. Better in the environment; the "
        "variables of the SDK are not read. (env: PEGASUS_CLASSIFY_API_KEY)",
    ),
]
_AllowKey: TypeAlias = Annotated[
    Path | None,
    _door(
        "--allow-key",
        metavar="FILE",
        text="Keys callers may come with, one per line, in clear or as SHA-256. Needed with a key of the server's own "
        "where others can reach it.",
    ),
]
_PassThrough: TypeAlias = Annotated[
    bool | None,
    _door(
        "--pass-through/--no-pass-through",
        text="Pass everything that is not Classify to the upstream; off with a key of the server's own.",
    ),
]
_CorsOrigin: TypeAlias = Annotated[
    list[str] | None,
    _door("--cors-origin", text="Origin whose programs may call from a browser, * for all; may be repeated."),
]
_Policy: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="Policy of a migration: which side answers while a Classify still does. Read again when it changes.",
        exists=True,
        dir_okay=False,
    ),
]


class LogForm(str, Enum):
    """How a server logs."""

    TEXT = "text"
    JSON = "json"


_Log: TypeAlias = Annotated[
    LogForm,
    typer.Option(
        "--log",
        help="text: warnings as lines; json: one object a line, also with each ask of a migration: route, reason, "
        "side, seconds, price, agreement.",
    ),
]
_AnswerWithin: TypeAlias = Annotated[
    float,
    typer.Option(
        "--answer-within",
        help="Seconds after which a call is answered with 503 and Retry-After while its work goes on. Clients of the "
        "old SDKs wait 600.",
    ),
]


@partial(with_common, without=("api_key", "batch_from"))
def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 picks a free one.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; they need a store they share.")] = 1,
    answer_within: _AnswerWithin = 540.0,
    api_key: _OwnKey = None,
    allow_key: _AllowKey = None,
    pass_through: _PassThrough = None,
    cors_origin: _CorsOrigin = None,
    policy: _Policy = None,
    log: _Log = LogForm.TEXT,
    *,
    common: Common,
) -> None:
    """Answer the old Classify calls over HTTP and pass every other call to the platform.

    Callers bring their own key. Only the base URL of an old program changes. The first line on standard output says
    where the server listens; SIGTERM or Ctrl+C ends it once running calls are answered.

    Example: pegasus-classify serve --port 8000
    """
    server = _server()
    # Keys set for the SDK were not set for whoever can reach this server.
    environment = {name: value for name, value in os.environ.items() if name not in KEY_VARIABLES[1:]}
    chosen = settings_of(dataclasses.replace(common, api_key=api_key), lasting=True, environment=environment)
    settings = server.ServeSettings(
        settings=chosen if policy is None else chosen.model_copy(update={"policy": policy}),
        allow_keys=None if allow_key is None else server.read_key_file(allow_key),
        pass_through=pass_through,
        cors_origins=tuple(cors_origin or ()),
        answer_within=answer_within,
        log=log.value,
    )
    _allow_many_connections()
    running = import_module("pegasus_classify.server.running")
    running.serve_until_stopped(settings, host, port, workers, partial(_announce, own_key=bool(settings.own_key)))


def _server() -> ModuleType:
    try:
        return import_module("pegasus_classify.server.settings")
    except ImportError as missing:
        raise UsageProblem(str(missing)) from None


def _announce(url: str, *, own_key: bool) -> None:
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()
    if own_key:
        said().print("Every call is made, and paid, with the server's own key.")


def _allow_many_connections() -> None:
    """Lift the soft limit on open files, often 1,024, as far as the system lets anybody."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        resource = import_module("resource")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
