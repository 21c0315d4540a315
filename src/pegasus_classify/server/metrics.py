"""Counters and histograms, and their text for Prometheus. Safe from several threads: shadows have their own."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

__all__ = ["CONTENT_TYPE", "Counter", "Gauge", "Histogram", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)


@dataclass
class Counter:
    """A number per combination of labels that only grows.

    Attributes:
        name: As Prometheus shall know it.
        text: What it counts.
        labels: Names of the labels. Their values must come from a small set, never from callers.
    """

    name: str
    text: str
    labels: tuple[str, ...] = ()
    _values: dict[tuple[str, ...], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *values: str, by: float = 1.0) -> None:
        """Count for these values of the labels."""
        with self._lock:
            self._values[values] = self._values.get(values, 0.0) + by

    def lines(self) -> Iterator[str]:
        """Yield the text."""
        yield from _head(self.name, self.text, "counter")
        with self._lock:
            known = dict(self._values)
        for values, number in sorted((known or ({} if self.labels else {(): 0.0})).items()):
            yield f"{self.name}{_labels(self.labels, values)} {number:.10g}"


@dataclass
class Gauge:
    """A number looked up when it is asked for."""

    name: str
    text: str
    now: Callable[[], float]

    def lines(self) -> Iterator[str]:
        """Yield the text."""
        yield from _head(self.name, self.text, "gauge")
        yield f"{self.name} {self.now():.10g}"


@dataclass
class Histogram:
    """Durations in seconds, per combination of labels."""

    name: str
    text: str
    labels: tuple[str, ...] = ()
    _counts: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    _sums: dict[tuple[str, ...], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def observe(self, seconds: float, *values: str) -> None:
        """Count a duration."""
        with self._lock:
            counts = self._counts.setdefault(values, [0] * (len(_BOUNDS) + 1))
            counts[bisect_left(_BOUNDS, seconds)] += 1
            self._sums[values] = self._sums.get(values, 0.0) + seconds

    def lines(self) -> Iterator[str]:
        """Yield the text."""
        yield from _head(self.name, self.text, "histogram")
        bounds = [*(f"{bound:g}" for bound in _BOUNDS), "+Inf"]
        with self._lock:
            known, sums = {values: list(counts) for values, counts in self._counts.items()}, dict(self._sums)
        for values, counts in sorted(known.items()):
            for bound, number in zip(bounds, accumulate(counts), strict=True):
                yield f"{self.name}_bucket{_labels((*self.labels, 'le'), (*values, bound))} {number}"
            yield f"{self.name}_sum{_labels(self.labels, values)} {sums[values]:.10g}"
            yield f"{self.name}_count{_labels(self.labels, values)} {sum(counts)}"


class Metrics:
    """Everything the server counts, in this process."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.calls = Counter("classify_calls_total", "Classify calls answered.", ("call", "status"))
        self.seconds = Histogram("classify_seconds", "Time until a Classify call was answered.", ("call",))
        self.answers = Counter("classify_answers_total", "Good answers by where they came from.", ("source",))
        self.videos_failed = Counter("classify_videos_failed_total", "Videos left out because they failed.")
        self.model_calls = Counter("classify_model_calls_total", "Calls of the model that were paid.")
        self.video_seconds = Counter("classify_video_seconds_total", "Seconds of video billed.")
        self.usd = Counter("classify_usd_total", "Price of all calls of the model by the price list, US dollars.")
        self.too_late = Counter("classify_too_late_total", "Calls answered with 503 while their work went on.")
        self.upstream = Counter(
            "upstream_replies_total", "What the upstream answered, by class of status.", ("status",)
        )
        self.passed = Counter("passed_through_total", "Calls passed through, by class of status.", ("status",))
        of_route = "route", "side"
        self.routes = Counter(
            "classify_routed_total", "Asks of a side by route and reason; shadows too.", ("route", "reason", "side")
        )
        self.route_failures = Counter("classify_routed_failed_total", "Of these, those without an answer.", of_route)
        self.route_seconds = Histogram("classify_routed_seconds", "Time until a side answered.", of_route)
        self.route_usd = Counter("classify_routed_usd_total", "Their price by the price list, US dollars.", of_route)
        self.compared = Counter(
            "classify_compared_total", "Videos compared, by route and outcome.", ("route", "outcome")
        )
        self.fallbacks = Counter("classify_fallbacks_total", "Asks of a side in place of the other.")
        self.gauges: list[Gauge] = []

    def text(self) -> str:
        """Return all of it."""
        everything: Sequence[Counter | Histogram | Gauge] = (*_counted(self), *self.gauges)
        return "\n".join(line for each in everything for line in each.lines()) + "\n"


def _counted(metrics: Metrics) -> list[Counter | Histogram]:
    """Return the counters and histograms in the order they were made."""
    return [each for each in vars(metrics).values() if isinstance(each, Counter | Histogram)]


def _head(name: str, text: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"


def _labels(names: Sequence[str], values: Sequence[str]) -> str:
    pairs = ",".join(f'{name}="{value}"' for name, value in zip(names, values, strict=True))
    return f"{{{pairs}}}" if pairs else ""
