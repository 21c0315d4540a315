"""`rollout`: how a migration stands, and moving it by hand."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.markup import escape
from rich.table import Table

from pegasus_classify.cli.terminal import print_json, shown
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_status import seen_since, status_of
from pegasus_classify.rollout.ladder import Act
from pegasus_classify.rollout.route import Facts
from pegasus_classify.settings import Settings

__all__ = ["advance", "explain", "hold", "rollout_app", "status", "stop"]

rollout_app = typer.Typer(no_args_is_help=True, help="See a migration, move it by hand, stop it.")

_Policy: TypeAlias = Annotated[
    Path, typer.Option("--policy", metavar="FILE", help="The policy (rollout.toml).", dir_okay=False)
]
_Why: TypeAlias = Annotated[str, typer.Option("--why", help="The reason, for the log.")]
_Who: TypeAlias = Annotated[str | None, typer.Option("--who", help="Your name, for the log; else your login's.")]
_Json: TypeAlias = Annotated[bool, typer.Option("--json", help="As JSON.")]
_DEFAULT = Path("rollout.toml")


@contextlib.contextmanager
def _opened(policy: Path) -> Iterator[Rollout]:
    rollout = Rollout(policy, Settings())
    try:
        yield rollout
    finally:
        rollout.close()


@rollout_app.command("status")
def status(
    policy: _Policy = _DEFAULT,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with trend, last differences and log.")
    ] = None,
    as_json: _Json = False,
) -> None:
    """Show where traffic goes, how well the sides agree, and the log of changes.

    Example: pegasus-classify rollout status --html status.html
    """
    with _opened(policy) as rollout:
        told = status_of(rollout)
    if html is not None:
        page = import_module("pegasus_classify.report.rollout")
        html.write_text(page.rollout_page(told), encoding="utf-8")
    if as_json:
        print_json(told)
        return
    _show(told)


@rollout_app.command("advance")
def advance(why: _Why, policy: _Policy = _DEFAULT, who: _Who = None) -> None:
    """Take the next step now, whatever the evidence; servers follow at their next request.

    Example: pegasus-classify rollout advance --why "checked by hand"
    """
    _act("promoted", policy, who, why)


@rollout_app.command("hold")
def hold(
    why: _Why,
    policy: _Policy = _DEFAULT,
    who: _Who = None,
    release: Annotated[bool, typer.Option("--release", help="Let it climb by itself again.")] = False,
) -> None:
    """Keep the migration from climbing by itself; it still rolls back.

    Example: pegasus-classify rollout hold --why "release week"
    """
    _act("resumed" if release else "held", policy, who, why)


@rollout_app.command("stop")
def stop(
    why: _Why,
    policy: _Policy = _DEFAULT,
    who: _Who = None,
    release: Annotated[bool, typer.Option("--release", help="Go on where it was stopped.")] = False,
) -> None:
    """Send everything to the side the policy's kill switch names, from the next request on.

    Example: pegasus-classify rollout stop --why "answers look wrong"
    """
    _act("started" if release else "stopped", policy, who, why)


@rollout_app.command("explain")
def explain(
    video: Annotated[str, typer.Argument(metavar="VIDEO", help="Id of a video, as requests name it.")],
    policy: _Policy = _DEFAULT,
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="Name of a class of the request; may be repeated.")
    ] = None,
    index: Annotated[str | None, typer.Option("--index", help="The index, when the request is for one.")] = None,
    key: Annotated[str, typer.Option("--key", help="The caller's key.")] = "",
    header: Annotated[str | None, typer.Option("--header", help="The request's X-Classify-Route.")] = None,
    as_json: _Json = False,
) -> None:
    """Say which side answers about a video now, and why.

    Example: pegasus-classify rollout explain 63996203ce36463e0199c8c2 --class Cars
    """
    facts = Facts(frozenset(classes or ()), video, index, hashlib.sha256(key.encode()).hexdigest(), header)
    with _opened(policy) as rollout:
        made = rollout.deciding()(facts)
        signed = rollout.header()
    told = {name: getattr(made, name) for name in made.__slots__}
    if as_json:
        print_json({**told, "policy": signed})
        return
    beside = ", Pegasus is asked beside it" if made.shadow else ""
    shown().print(f"{made.side}{beside}: route {made.route}, {made.reason}", markup=False, highlight=False)
    chosen = [f"{name} {told[name]}" for name in ("model", "prompt", "calibration") if told[name]]
    if chosen:
        shown().print(f"with {', '.join(chosen)}", markup=False, highlight=False)


def _act(act: Act, policy: Path, who: str | None, why: str) -> None:
    with _opened(policy) as rollout:
        if rollout.log.path is None:
            raise UsageProblem(f'{policy.name} names no log: add log = "rollout.jsonl", so that servers follow')
        since = rollout.rung.since
        try:
            change = rollout.act(act, who or getpass.getuser(), why, evidence=seen_since(rollout, since))
        except ValueError as error:
            raise UsageProblem(str(error)) from None
        shown().print(f"{act.replace('_', ' ')}: {change.percent:g} % now", markup=False, highlight=False)


def _show(told: dict[str, Any]) -> None:
    name = f" {told['policy']['name']}" if told["policy"]["name"] else ""
    held = ", held" if told["held"] else ""
    where = "stopped" if told["stopped"] else f"{told['percent']:g} % moved{held}"
    shown().print(f"policy {told['policy']['hash']}{name}: {where}", markup=False, highlight=False)
    for route in told["routes"]:
        rest = ", ".join(f"{name} {value}" for name, value in route.items() if name not in ("name", "to"))
        shown().print(f"  {route['name']} -> {route['to']}  {rest}", markup=False, highlight=False)
    shown().print(f"  everything else -> {told['otherwise']}", markup=False, highlight=False)
    if told["days"]:
        videos = sum(each["videos"] for each in told["days"])
        differing = sum(each["differing"] for each in told["days"])
        text = f"compared {videos} videos, {differing} differ, ${told['usd']:.2f} for shadows"
        shown().print(text, markup=False, highlight=False)
    if told["changes"]:
        table = Table("when", "what", "share", "who", "why", box=None, pad_edge=False)
        for each in told["changes"][-10:]:
            at = datetime.fromtimestamp(each["at"]).astimezone().strftime("%Y-%m-%d %H:%M")
            what = each["act"].replace("_", " ")
            table.add_row(at, what, f"{each['percent']:g} %", escape(each["who"]), escape(each["why"]))
        shown().print(table)
