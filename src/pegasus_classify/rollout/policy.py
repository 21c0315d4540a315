"""The policy of a migration: who is answered by which side, and what lets more traffic move."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pegasus_classify.contract.quantities import Percent, Ratio, Seconds
from pegasus_classify.errors import SettingsError

__all__ = [
    "BreakerRules",
    "Kill",
    "LadderRules",
    "OldSide",
    "Policy",
    "Route",
    "RouteTo",
    "ShadowRules",
    "SideName",
    "Unit",
    "evidence_hash",
    "policy_from",
    "policy_hash",
]

SideName: TypeAlias = Literal["legacy", "pegasus"]

RouteTo: TypeAlias = Literal["legacy", "pegasus", "shadow"]
"""`shadow`: the old side answers, and Pegasus is asked beside it. What a share of a route before it takes from there is
answered by Pegasus, and the old side is asked beside it while it answers."""

Unit: TypeAlias = Literal["video", "index", "key"]
"""What a percentage is a percentage of."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Route(_Part):
    """One rule; it holds when everything it names holds. The first rule that holds decides.

    Attributes:
        to: Where it sends.
        name: Shown in logs, metrics and headers, not `stop` and not `otherwise`; empty: its number.
        classes: Names of classes; it holds when every class of the request is among them.
        indexes: Ids of indexes.
        keys: SHA-256 of API keys, 64 hexadecimal digits.
        header: Value of the request's `X-Classify-Route`.
        percent: Share of videos, indexes or keys for which it holds, 0 to 100; None for all.
        ladder: The share is the one that the ladder has reached.
        by: What the share is taken of.
        model: Instead of the settings' model.
        prompt: Instead of the settings' prompt version.
        calibration: Path of a calibration file, instead of the settings'; relative to the policy's folder.
    """

    to: RouteTo
    name: str = Field(default="", pattern=r"^[\w.-]{0,40}$")
    classes: tuple[str, ...] | None = Field(default=None, min_length=1)
    indexes: tuple[str, ...] | None = Field(default=None, min_length=1)
    keys: tuple[str, ...] | None = Field(default=None, min_length=1)
    header: str | None = None
    percent: Percent | None = Field(default=None, ge=0, le=100)
    ladder: bool = False
    by: Unit = "video"
    model: str | None = None
    prompt: str | None = None
    calibration: str | None = None

    @model_validator(mode="after")
    def _one_share(self) -> Route:
        if self.ladder and self.percent is not None:
            raise ValueError("name a percent or the ladder, not both")
        if self.ladder and self.to != "pegasus":
            raise ValueError("the ladder moves traffic to pegasus")
        if self.name in ("stop", "otherwise"):
            raise ValueError("the names stop and otherwise are taken")
        return self


class OldSide(_Part):
    """A Classify that still answers, or what it once answered.

    Attributes:
        url: Its address without the version path.
        recording: Files of its recorded answers, relative to the policy's folder: one, or several of which the later
            ones go before. They are read when the policy is.
        concurrency: Calls at the same time, 1 to 64.
        timeout: Most seconds to wait for one page, above 0.
    """

    url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$")
    recording: tuple[str, ...] | None = Field(default=None, min_length=1)
    concurrency: int = Field(default=8, ge=1, le=64)
    timeout: Seconds = Field(default=60.0, gt=0)

    @field_validator("recording", mode="before")
    @classmethod
    def _one_is_a_list(cls, given: object) -> object:
        return (given,) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_side(self) -> OldSide:
        if (self.url is None) == (self.recording is None):
            raise ValueError("name the url of a Classify that answers or a recording of one that did")
        return self


class ShadowRules(_Part):
    """What asking one side beside the other may use; only Pegasus costs anything.

    Attributes:
        share: Of the requests routed to `shadow`, and of those that a share has taken from there, 0 to 100.
        concurrency: Requests at the same time, 1 to 64.
        waiting: Requests that may wait; further ones are dropped and counted.
        usd_per_day: US dollars by the price list, in each UTC day.
        minutes_per_day: Video minutes in each UTC day.
    """

    share: Percent = Field(default=100, ge=0, le=100)
    concurrency: int = Field(default=2, ge=1, le=64)
    waiting: int = Field(default=100, ge=0)
    usd_per_day: float = Field(default=10.0, ge=0)
    minutes_per_day: float = Field(default=600.0, ge=0)


class BreakerRules(_Part):
    """When a side is left alone, and when it is tried again.

    Attributes:
        failures: So many failures among the last `of` calls open it.
        of: How many calls are looked at.
        open_for: Seconds until it is tried again.
        trials: So many good trials close it; a failed one opens it again.
    """

    failures: int = Field(default=5, ge=1)
    of: int = Field(default=20, ge=1)
    open_for: Seconds = Field(default=30.0, gt=0)
    trials: int = Field(default=3, ge=1)

    @model_validator(mode="after")
    def _possible(self) -> BreakerRules:
        if self.failures > self.of:
            raise ValueError("failures cannot be above of")
        return self


class LadderRules(_Part):
    """When more traffic moves, and when it moves back.

    Attributes:
        steps: Percentages, rising.
        videos: Fewest videos compared since the step was taken before the next is.
        hold: Fewest seconds since then.
        rest: Seconds after a roll-back before it begins again by itself.
        errors: Share of Pegasus' calls that may fail.
        slow_after: Seconds after which an answer is slow.
        slow: Share of Pegasus' calls that may be slow.
        differences: Share of compared videos that may name other classes than the old side.
        false_alarm: Chance that a step is taken back within `horizon` calls although nothing got worse.
        horizon: Calls.
    """

    steps: tuple[Percent, ...] = Field(default=(1, 5, 25, 50, 100), min_length=1)
    videos: int = Field(default=200, ge=1)
    hold: Seconds = Field(default=86_400.0, ge=0)
    rest: Seconds = Field(default=86_400.0, ge=0)
    errors: Ratio = Field(default=0.02, gt=0, lt=0.9)
    slow_after: Seconds = Field(default=60.0, gt=0)
    slow: Ratio = Field(default=0.05, gt=0, lt=0.9)
    differences: Ratio = Field(default=0.10, gt=0, lt=0.9)
    false_alarm: Ratio = Field(default=0.01, gt=0, lt=1)
    horizon: int = Field(default=10_000, ge=1)

    @model_validator(mode="after")
    def _rising(self) -> LadderRules:
        if not all(0 < each <= 100 for each in self.steps) or list(self.steps) != sorted(set(self.steps)):
            raise ValueError("steps rise, above 0 and not above 100")
        return self


class Kill(_Part):
    """The switch that acts on the next request.

    Attributes:
        file: While this file exists, everything goes `to`; relative to the policy's folder.
        header: Whether a request may ask for it with `X-Classify-Route: stop`.
        to: The side that answers then.
    """

    file: str | None = None
    header: bool = False
    to: SideName = "legacy"


class Policy(_Part):
    """Everything that decides about routes. Immutable; the same from a file and from code.

    Attributes:
        name: For people, and for the store: what was seen is kept under it. Empty: under the file's path.
        routes: The first that holds decides.
        otherwise: Where everything else goes.
        old: How the old side is reached; needed as soon as anything may go there.
        fallback: Whether the other side answers when one fails.
        split: Whether the videos of one request may be answered by different sides.
        salt: Another salt draws other videos for the same percentages.
        log: File of decisions; relative to the policy's folder. None: they are kept in the process.
        shadow: What shadows may use.
        breaker: When a side is left alone.
        ladder: When more traffic moves.
        kill: The switch.
    """

    name: str = Field(default="", pattern=r"^[\w. -]{0,60}$")
    routes: tuple[Route, ...] = ()
    otherwise: RouteTo = "legacy"
    old: OldSide | None = None
    fallback: bool = False
    split: bool = False
    salt: str = ""
    log: str | None = None
    shadow: ShadowRules = ShadowRules()
    breaker: BreakerRules = BreakerRules()
    ladder: LadderRules = LadderRules()
    kill: Kill = Kill()

    @model_validator(mode="after")
    def _consistent(self) -> Policy:
        if sum(route.ladder for route in self.routes) > 1:
            raise ValueError("one route at most climbs the ladder")
        if self.old is None and self._needs_old:
            raise ValueError("something goes to the old side: say where it is ([old] url) or was ([old] recording)")
        return self

    @property
    def _needs_old(self) -> bool:
        targets = {self.otherwise, self.kill.to, *(route.to for route in self.routes)}
        return targets != {"pegasus"} or self.fallback


def policy_hash(policy: Policy) -> str:
    """Return twelve hexadecimal digits that are equal for equal policies."""
    return hashlib.sha256(policy.model_dump_json().encode()).hexdigest()[:12]


def evidence_hash(policy: Policy, settings: Mapping[str, Any]) -> str:
    """Return a name for everything that evidence depends on: what was seen under another is no evidence.

    Args:
        policy: Whose routes, old side and ladder count; its name, budgets, breakers, log and kill switch do not.
        settings: How Pegasus is asked, as JSON.
    """
    told = policy.model_dump(mode="json", include={"routes", "otherwise", "old", "salt", "ladder"})
    return hashlib.sha256(json.dumps([told, settings], sort_keys=True).encode()).hexdigest()[:16]


def policy_from(values: Mapping[str, Any], text: str = "", source: str = "policy") -> Policy:
    """Check a policy.

    Args:
        values: As TOML has them; `routes` may also be called `route`, as its tables are.
        text: The TOML text, so that complaints can name the line; empty for values from code.
        source: The file's name, for complaints.

    Raises:
        SettingsError: A value is unknown or wrong; every one is named with its line and field.
    """
    given = dict(values)
    if "route" in given:
        given["routes"] = given.pop("route")
    try:
        return Policy.model_validate(given)
    except ValidationError as error:
        told = [
            _complaint(tuple(each["loc"]), each["msg"], text)
            for each in error.errors(include_input=False, include_url=False)
        ]
    raise SettingsError("\n".join(f"{source}{each}" for each in told))


def _complaint(place: tuple[int | str, ...], message: str, text: str) -> str:
    field = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    line = _line_of(place, text)
    return f"{f' line {line}' if line else ''}: {field or 'the whole'}: {message.removeprefix('Value error, ')}"


_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\"'-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")


def _line_of(place: Sequence[int | str], text: str) -> int | None:
    """Return the line that a place stands in, or the table's own where the key is missing; None when it is unknown."""
    wanted = tuple("route" if part == "routes" else part for part in place)
    best: tuple[int, int] | None = None
    for number, known in _lines(text):
        if known == wanted[: len(known)] and (best is None or len(known) > best[0]):
            best = (len(known), number)
    return None if best is None else best[1]


def _lines(text: str) -> Iterator[tuple[int, tuple[int | str, ...]]]:
    """Yield the number and the place of each line that begins a table or a value."""
    table: tuple[int | str, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header is not None:
            name = header[2].replace('"', "").replace("'", "").replace("routes", "route")
            table = (name,)
            if header[1] == "[[":
                table = (name, counts.get(name, 0))
                counts[name] = counts.get(name, 0) + 1
            yield number, table
        elif key is not None:
            yield number, (*table, key[1])
