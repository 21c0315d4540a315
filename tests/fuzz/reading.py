"""Reads very many mangled texts and reports every one on which the reader fails; run it with `make fuzz`.

One line of JSON per fault on standard output: the number of the text (the same seed and number make it again), what was
wrong, a shortened text that shows it. Exit code 1 when there was a fault, or when the time was up before the last text.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from mangled import Maker
from reading_faults import fault_of, shortest

_PORTION = 500


class Work(NamedTuple):
    """Texts `first` up to `last` of a seed, to be read by one process until `deadline`, a reading of the clock."""

    seed: int
    first: int
    last: int
    deadline: float


class Done(NamedTuple):
    """What became of a portion: how many texts were read, the slowest in seconds and its number, the faults."""

    read: int
    characters: int
    slowest: tuple[float, int]
    faults: list[dict[str, object]]


_MAKERS: dict[int, Maker] = {}


def do(work: Work) -> Done:
    """Read one portion of texts."""
    maker = _MAKERS.get(work.seed) or _MAKERS.setdefault(work.seed, Maker(work.seed))
    faults: list[dict[str, object]] = []
    slowest, count, characters = (0.0, work.first), 0, 0
    for number in range(work.first, work.last):
        if time.monotonic() > work.deadline:
            break
        made = maker.text(number)
        before = time.process_time()
        fault = fault_of(made)
        slowest = max(slowest, (time.process_time() - before, number))
        count, characters = count + 1, characters + len(made.text)
        if fault is not None:
            text = made.text if fault == "hangs" else shortest(made, fault)
            faults.append({"number": number, "of": made.of, "fault": fault, "text": text, "duration": made.duration,
                           "finish_reason": made.finish_reason})  # fmt: skip
    return Done(count, characters, slowest, faults)


def portions(seed: int, first: int, texts: int, deadline: float) -> Iterator[Work]:
    """Deal out the texts, in portions small enough that no process waits long for another."""
    for start in range(first, first + texts, _PORTION):
        yield Work(seed, start, min(start + _PORTION, first + texts), deadline)


def main() -> int:
    """Read the texts with all processors and say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=200_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first text")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=30.0, help="after which no further text is begun")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    began = time.monotonic()
    work = portions(asked.seed, asked.first, asked.texts, began + 60 * asked.minutes)
    read = characters = faults = 0
    slowest = (0.0, 0)
    with get_context("spawn").Pool(asked.workers) as pool:
        for done in pool.imap_unordered(do, work):
            read, characters = read + done.read, characters + done.characters
            slowest = max(slowest, done.slowest)
            for fault in done.faults:
                faults += 1
                print(json.dumps(fault), flush=True)
    seconds = time.monotonic() - began
    print(
        f"{read} of {asked.texts} texts ({characters / 1e6:.0f} MB) read in {seconds:.0f} s: {faults} faults; "
        f"slowest: text {slowest[1]}, {slowest[0]:.2f} s",
        file=sys.stderr,
    )
    return 1 if faults or read < asked.texts else 0


if __name__ == "__main__":
    sys.exit(main())
