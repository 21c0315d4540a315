"""`rollout`: how a migration stands, and moving it by hand."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.markup import escape
from rich.table import Table

from pegasus_classify.cli.data_folder import lasting_store
from pegasus_classify.cli.terminal import print_json, said, shown
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.climbing import known_told
from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_status import kept_now, status_of
from pegasus_classify.contract.quantities import Percent
from pegasus_classify.errors import ClassifyError, SettingsError
from pegasus_classify.rollout.known import known_of
from pegasus_classify.rollout.ladder import Act, share_before
from pegasus_classify.rollout.route import Facts
from pegasus_classify.settings import settings_from
from pegasus_classify.stores.opening import open_store

__all__ = ["advance", "back", "explain", "hold", "rollout_app", "status", "stop"]

rollout_app = typer.Typer(no_args_is_help=True, help="See a migration, move it by hand, stop it.")

_Policy: TypeAlias = Annotated[
    Path, typer.Option("--policy", metavar="FILE", help="The policy (rollout.toml).", dir_okay=False)
]
_Why: TypeAlias = Annotated[str, typer.Option("--why", help="The reason, for the log.")]
_Who: TypeAlias = Annotated[str | None, typer.Option("--who", help="Your name, for the log; else your login's.")]
_Store: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Where the servers keep what they see; as for serve. (env: PEGASUS_CLASSIFY_STORE)",
        show_default=False,
    ),
]
_Json: TypeAlias = Annotated[bool, typer.Option("--json", help="As JSON.")]
_DEFAULT = Path("rollout.toml")


@contextlib.contextmanager
def _opened(policy: Path, store: str | None, *, without_store: bool = True) -> Iterator[Rollout]:
    settings = settings_from({"store": store}, os.environ)
    address = settings.store if "store" in settings.model_fields_set else lasting_store(os.environ)
    try:
        kept = open_store(address)
    except SettingsError as error:
        if not without_store:
            raise
        # Moving traffic, back above all, must not depend on it.
        said().print(f"{error}; without what was seen", markup=False, highlight=False)
        kept = open_store("memory:")
    with contextlib.closing(kept), contextlib.closing(Rollout(policy, settings, store=kept, watching=False)) as rollout:
        yield rollout


@rollout_app.command("status")
def status(
    policy: _Policy = _DEFAULT,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with trend, last differences and log.")
    ] = None,
    store: _Store = None,
    as_json: _Json = False,
) -> None:
    """Show where traffic goes, how well the sides agree, what it costs, and the log of changes.

    Example: pegasus-classify rollout status --html status.html
    """
    with _opened(policy, store, without_store=False) as rollout:
        told = status_of(rollout)
    if html is not None:
        page = import_module("pegasus_classify.report.rollout")
        html.write_text(page.rollout_page(told), encoding="utf-8")
    if as_json:
        print_json(told)
        return
    _show(told)


@rollout_app.command("advance")
def advance(why: _Why, policy: _Policy = _DEFAULT, who: _Who = None, store: _Store = None) -> None:
    """Take the next step now, whatever the evidence; servers follow at their next request.

    Example: pegasus-classify rollout advance --why "checked by hand"
    """
    with _opened(policy, store) as rollout:
        _act(rollout, "promoted", who, why)


@rollout_app.command("back")
def back(
    why: _Why,
    policy: _Policy = _DEFAULT,
    who: _Who = None,
    everything: Annotated[bool, typer.Option("--all", help="Not one step, but to nothing.")] = False,
    store: _Store = None,
) -> None:
    """Take one step back now; servers follow at their next request.

    Example: pegasus-classify rollout back --why "complaints from one team"
    """
    with _opened(policy, store) as rollout:
        share = 0.0 if everything else share_before(rollout.rung, rollout.policy.ladder)
        _act(rollout, "rolled_back", who, why, share)


@rollout_app.command("hold")
def hold(
    why: _Why,
    policy: _Policy = _DEFAULT,
    who: _Who = None,
    release: Annotated[bool, typer.Option("--release", help="Let it climb by itself again.")] = False,
    store: _Store = None,
) -> None:
    """Keep the migration from climbing by itself; it still rolls back.

    Example: pegasus-classify rollout hold --why "release week"
    """
    with _opened(policy, store) as rollout:
        _act(rollout, "resumed" if release else "held", who, why)


@rollout_app.command("stop")
def stop(
    why: _Why,
    policy: _Policy = _DEFAULT,
    who: _Who = None,
    release: Annotated[bool, typer.Option("--release", help="Go on where it was stopped.")] = False,
    store: _Store = None,
) -> None:
    """Send everything to the side the policy's kill switch names, from the next request on.

    Example: pegasus-classify rollout stop --why "answers look wrong"
    """
    with _opened(policy, store) as rollout:
        _act(rollout, "started" if release else "stopped", who, why)


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
    with _opened(policy, "memory:") as rollout:
        made = rollout.deciding()(facts)
        signed = rollout.header()
    told = {name: getattr(made, name) for name in made.__slots__}
    if as_json:
        print_json({**told, "policy": signed})
        return
    other = "Pegasus" if made.side == "legacy" else "the old side"
    beside = f", {other} is asked beside it" if made.shadow else ""
    shown().print(f"{made.side}{beside}: route {made.route}, {made.reason}", markup=False, highlight=False)
    chosen = [f"{name} {told[name]}" for name in ("model", "prompt", "calibration") if told[name]]
    if chosen:
        shown().print(f"with {', '.join(chosen)}", markup=False, highlight=False)


def _act(rollout: Rollout, act: Act, who: str | None, why: str, percent: Percent | None = None) -> None:
    if rollout.log.path is None:
        raise UsageProblem('the policy names no log: add log = "rollout.jsonl", so that servers follow')
    evidence: dict[str, Any] = {}
    with contextlib.suppress(ClassifyError):
        evidence = known_told(known_of(kept_now(rollout).known))
    try:
        rollout.act(act, who or getpass.getuser(), why, percent=percent, evidence=evidence)
    except ValueError as error:
        raise UsageProblem(str(error)) from None
    shown().print(f"{act.replace('_', ' ')}: {rollout.rung.percent:g} % now", markup=False, highlight=False)


def _show(told: dict[str, Any]) -> None:
    name = f" {told['policy']['name']}" if told["policy"]["name"] else ""
    held = ", held" if told["held"] else ""
    _say(f"policy {told['policy']['hash']}{name}: {'stopped' if told['stopped'] else _moved(told)}{held}")
    for complaint in told["complaints"]:
        _say(f"  ! {complaint}")
    for route in told["routes"]:
        rest = ", ".join(f"{name} {value}" for name, value in route.items() if name not in ("name", "to"))
        _say(f"  {route['name']} -> {route['to']}  {rest}")
    _say(f"  everything else -> {told['otherwise']}")
    if told["waits_for"]:
        _say(f"  the next step, {told['next']:g} %, waits: {'; '.join(told['waits_for'])}")
    if told["days"]:
        compared, differing = (sum(each[what] for each in told["days"]) for what in ("compared", "differing"))
        cost = told["cost"]
        paid = f"${cost['callers_usd']:.2f} for callers, ${cost['shadows_usd']:.2f} for shadows"
        _say(f"compared {compared} videos, {differing} differ; {paid}")
    if told["changes"]:
        table = Table("when", "what", "share", "who", "why", box=None, pad_edge=False)
        for each in told["changes"][-10:]:
            at = datetime.fromtimestamp(each["at"]).astimezone().strftime("%Y-%m-%d %H:%M")
            what = each["act"].replace("_", " ")
            table.add_row(at, what, f"{each['percent']:g} %", escape(each["who"]), escape(each["why"]))
        shown().print(table)


def _moved(told: dict[str, Any]) -> str:
    return f"{told['percent']:g} % moved" if told["climbs"] else "traffic goes where the routes say"


def _say(text: str) -> None:
    shown().print(text, markup=False, highlight=False)
