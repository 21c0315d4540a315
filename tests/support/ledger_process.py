"""A process of its own that claims asks, for tests in which two race for them or one is killed.

`python ledger_process.py ADDRESS SEED COUNT LEASE` opens the store, prints `ready`, waits for a line, claims the asks
`ask-0` to `ask-<COUNT-1>` in an order and in groups that depend on the seed, prints the keys it got as JSON, and keeps
holding them until its standard input closes.
"""

from __future__ import annotations

import json
import random
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

from pegasus_classify.steps import Claim, Claimed
from pegasus_classify.stores.databases import open_database
from pegasus_classify.stores.sql import SqlStore

__all__ = ["ClaimingProcess", "claiming_process"]


class ClaimingProcess:
    """The other process, as the test sees it."""

    def __init__(self, process: Popen[str]) -> None:
        self.process = process

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def wait_until_ready(self) -> None:
        """Wait until its store is open."""
        assert self._line() == "ready\n"

    def begin(self) -> None:
        """Let it claim."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def claimed(self) -> list[str]:
        """Wait until it has claimed, and return what it got."""
        got: list[str] = json.loads(self._line())
        return got


@contextmanager
def claiming_process(address: str, *, seed: int = 0, count: int = 20, lease: float = 30.0):
    """Run such a process while the block runs."""
    command = [sys.executable, str(Path(__file__)), address, str(seed), str(count), str(lease)]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            yield ClaimingProcess(process)
        finally:
            if process.poll() is None:
                process.communicate()


def _main(address: str, seed: str, count: str, lease: str) -> None:
    store = SqlStore(open_database(address), lease=float(lease))
    print("ready", flush=True)
    sys.stdin.readline()
    chance = random.Random(int(seed))
    keys = [f"ask-{number}" for number in range(int(count))]
    chance.shuffle(keys)
    mine: list[str] = []
    while keys:
        size = chance.randint(1, 7)
        group, keys = keys[:size], keys[size:]
        outcomes = store.perform_all([Claim(key) for key in group], time.time(), 60.0)
        mine += [
            key
            for key, outcome in zip(group, outcomes, strict=True)
            if isinstance(outcome, Claimed) and outcome.state == "mine"
        ]
    print(json.dumps(mine), flush=True)
    sys.stdin.read()
    store.close()


if __name__ == "__main__":
    _main(*sys.argv[1:])
