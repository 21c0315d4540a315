"""A migration of three weeks as a store and a log would hold it, without playing its calls."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from pegasus_classify.client.change_log import ChangeLog
from pegasus_classify.rollout.ladder import Change
from pegasus_classify.stores.memory import MemoryStore
from pegasus_classify.stores.rollout_notes import Amounts, Note, Scope
from pegasus_classify.stores.rollout_rows import day_of

__all__ = ["BEGAN", "DAY", "POLICY", "played_log", "played_store"]

DAY = 86_400.0
BEGAN = 20_500 * DAY
POLICY = """
name = "spring"
otherwise = "shadow"
log = "changes.jsonl"
fallback = true
[old]
url = "https://classify.example"
[[route]]
name = "trucks"
to = "pegasus"
classes = ["Trucks"]
model = "pegasus1.6"
[[route]]
name = "everything"
to = "pegasus"
ladder = true
"""
_MOVES = (
    (1.2, "promoted", 0.0, 1.0, "the comparison says same after 412 videos"),
    (3.4, "promoted", 1.0, 5.0, "the comparison says same after 397 videos"),
    (6.1, "promoted", 5.0, 25.0, "the comparison says same after 410 videos"),
    (9.3, "rolled_back", 25.0, 0.0, "differing videos pass the 10% that is allowed"),
    (12.5, "promoted", 0.0, 1.0, "the comparison says same after 633 videos"),
    (15.2, "promoted", 1.0, 5.0, "the comparison says same after 402 videos"),
    (17.9, "promoted", 5.0, 25.0, "the comparison says same after 388 videos"),
)


def played_log(path: Path) -> None:
    """Write the changes."""
    log = ChangeLog(path)
    for day, act, before, percent, why in _MOVES:
        bad = act == "rolled_back"
        evidence = {
            "calls": 500,
            "failures": 2,
            "slow": 3,
            "compared": 400,
            "differences": 61 if bad else 9,
            "verdict": "cannot_tell" if bad else "same",
        }
        change = Change(act, BEGAN + day * DAY, "ladder", why, before, percent, "0f3a", evidence)  # type: ignore[arg-type]
        log.add(lambda rung, changes, change=change: change)
    held = Change("held", BEGAN + 19 * DAY, "ann", "release week", 25.0, 25.0, "0f3a")
    log.add(lambda rung, changes: held)


def played_store(flips: tuple[str, ...] = ()) -> MemoryStore:
    """Return a store that knows the days.

    Args:
        flips: Ids of further videos that differ.
    """
    store, random = MemoryStore(), Random(5)
    for number in range(21):
        share = next((each[3] for each in reversed(_MOVES) if each[0] <= number), 0.0) / 100
        bad = number in (8, 9)
        videos = round(380 * (0.55 if number % 7 in (5, 6) else 1.0) * random.uniform(0.9, 1.1))
        moved, trucks = round(videos * share), 30
        compared = videos - moved
        differing = round(compared * (0.15 if bad else random.uniform(0.01, 0.035)))
        day = day_of(BEGAN + number * DAY)
        counts = {
            (day, "otherwise", "otherwise", "legacy"): Amounts(compared, compared, seconds=compared * 0.4),
            (day, "otherwise", "otherwise", "shadow"): Amounts(
                compared, compared, bad * 3, 2, compared * 6.1, compared * 0.021, compared * 95.0, compared, differing
            ),
            (day, "everything", "ladder", "pegasus"): Amounts(
                moved, moved, bad * 2, 1, moved * 6.4, moved * 0.021, moved * 95.0
            ),
            (day, "trucks", "classes", "pegasus"): Amounts(
                trucks, trucks, 0, 0, trucks * 5.2, trucks * 0.03, trucks * 95.0
            ),
            (day, "everything", "fallback", "legacy"): Amounts(bad * 2, bad * 2, seconds=bad * 1.2),
        }
        note = Note("w", number + 1, BEGAN + number * DAY, Scope("spring", "e", "a"), lambda *_: "", counts=counts)
        store.rollouts.note(note)
    store.rollouts.note(Note("w", 99, BEGAN, Scope("spring", "e", "a"), lambda *_: "", flips=_flips(flips)))
    return store


def _flips(more: tuple[str, ...]) -> list[str]:
    told = [
        {"old": {"Cars": [[3.0, 14.5], [40.0, 61.0]], "Trucks": [[12.0, 30.0]]}, "new": {"Cars": [[2.5, 15.0]]}},
        {"old": {"Sunset": [[70.0, 92.0]]}, "new": {"Sunset": [[71.0, 90.0]], "Beach": [[5.0, 22.0], [55.0, 69.0]]}},
        {"old": {"Interview": []}, "new": {}},
    ]
    ids = [f"63996203ce36463e0199c8c{number}" for number in range(3)]
    told += [{"old": {each: [[1.0, 2.0]]}, "new": {}} for each in more]
    lengths = [95.0, 95.0, None, *(12.0 for _ in more)]
    return [
        json.dumps({"at": BEGAN + (18 + number / 3) * DAY, "video": video, "length": length, **sides})
        for number, (video, length, sides) in enumerate(zip([*ids, *more], lengths, told, strict=True))
    ]
