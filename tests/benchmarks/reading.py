"""Reading: how many texts of the corpus are read exactly, and how fast, beside json_repair and BAML's parser."""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import json_repair
from corpus import Key, cases, keys_of, vocabulary_of_case, wanted_keys
from measures import Row
from other_readers import OtherReader, baml, repaired

from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.contract.vocabulary import Vocabulary, vocabulary_of
from pegasus_classify.reading.read import read

__all__ = ["reading_rows", "speed_rows"]


class _Score(NamedTuple):
    """How one reader did on a part of the corpus: texts read exactly, with a false label, with one lost; crashes."""

    exact: int
    false: int
    lost: int
    crashes: int


def _ours(text: str, vocabulary: Vocabulary, duration: float | None) -> list[Key]:
    return keys_of(read(text, vocabulary, duration).evidence)


def _score(part: list[dict[str, Any]], reader: OtherReader) -> _Score:
    exact = false = lost = crashes = 0
    for case in part:
        wanted = wanted_keys(case)
        try:
            got = reader(case["text"], vocabulary_of_case(case), case["duration"])
        except Exception:  # noqa: BLE001 - a reader that raises has read nothing
            crashes += 1
            got = []
        exact += got == wanted
        false += bool({key[0] for key in got} - {key[0] for key in wanted})
        lost += bool({key[0] for key in wanted} - {key[0] for key in got})
    return _Score(exact, false, lost, crashes)


def _judged(part: list[dict[str, Any]]) -> int:
    """Return how many texts our reader reads exactly, the verdict and what the hint of the model adds included."""
    right = 0
    for case in part:
        reading = read(case["text"], vocabulary_of_case(case), case["duration"], case["finish_reason"])
        right += keys_of(reading.evidence) == wanted_keys(case) and case["verdict"] in (None, reading.verdict)
    return right


_OTHERS: dict[str, OtherReader] = {"json_repair and a mapping": repaired, "baml-py and a mapping": baml}


def reading_rows() -> Iterator[Row]:
    """Score all readers on the same texts by the entries they give; the share not read exactly against 3 in 100."""
    for name in ("unseen", "seen"):
        part = cases(name)
        ours = _score(part, _ours)
        right = _judged(part)
        yield _row(f"{name}: with finish_reason, verdict right too", right, len(part), None)
        yield _row(f"{name}: this reader", ours.exact, len(part), ours)
        for other, reader in _OTHERS.items():
            score = _score(part, reader)
            yield _row(f"{name}: {other}", score.exact, len(part), score, math.inf)
    yield from speed_rows()


def _row(what: str, exact: int, texts: int, score: _Score | None, aim: float = 1.0) -> Row:
    more = "" if score is None else f" {score.false} false {score.lost} lost {score.crashes} crash"
    share = exact / texts
    return Row(f"{what}{more}", f"{exact}/{texts}", (1 - share) / 0.03, f"3 % not exact; {100 * share:.1f} % are", aim)


# -- speed -----------------------------------------------------------------------------------------------------------

_ASKED = vocabulary_of(
    ClassifyRequest(
        classes=tuple(
            ClassDefinition(name=f"Class {at}", prompts=tuple(f"something to be seen {at} {n}" for n in range(10)))
            for at in range(10)
        )
    )
)


def _answer(random: Random, clips: int) -> dict[str, Any]:
    entries = []
    for each in random.sample(_ASKED.classes, max(1, clips // 10)):
        own = [
            {
                "start": round(at + random.random(), 2),
                "end": round(at + 1 + random.random(), 2),
                "prompt": random.choice(each.prompts),
                "option": "visual",
                "confidence": random.randint(50, 99),
            }
            for at in range(min(10, clips))
        ]
        entries.append({"class": each.name, "confidence": random.randint(50, 99), "clips": own})
    return {"classes": entries}


_BREAKS: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace("}]", "},]"),
    lambda text: text.replace('"', "'"),
    lambda text: text.replace('"start"', "start").replace('"end"', "end"),
    lambda text: text.replace("]}", "] /* all */}", 1),
    lambda text: text[:-2],
    lambda text: f"Here is what I found:\n```json\n{text}",
    lambda text: text.replace('"visual"', "visual", 3),
    lambda text: text.replace('"option"', '\n"option"').replace("]}", "]", 1),
)


def speed_rows(rounds: int = 9) -> Iterator[Row]:
    """Measure characters read a second: clean answers against `json.loads`, broken ones against json_repair."""
    random = Random(4)
    for clips in (3, 100):
        answers = [(json.dumps(_answer(random, clips)), _ASKED) for _ in range(300 // clips * 2)]
        yield from _clean(answers, f"{clips} clips", rounds)
    for clips in (3, 100):
        answers = [json.dumps(_answer(random, clips)) for _ in range(max(1, 24 // clips))]
        broken = [(each(answer), _ASKED) for answer in answers for each in _BREAKS]
        yield from _broken(broken, f"broken, {clips} clips", rounds)
    families = ("json-", "cut-json")
    known = [case for case in cases("seen") if case["form"].removeprefix("second-").startswith(families)]
    broken_cases = [(case["text"], vocabulary_of_case(case)) for case in known if not _is_json(case["text"])]
    yield from _broken(broken_cases, f"{len(broken_cases)} broken ones of the corpus", rounds)


_Asked = tuple[str, Vocabulary]
"""A text and what was asked."""


def _clean(texts: list[_Asked], what: str, rounds: int) -> Iterator[Row]:
    ours, theirs = _paces(texts, json.loads, rounds)
    yield Row(f"clean answers of {what}", f"{ours:.1f} MB/s", theirs / ours, f"json.loads, {theirs:.0f} MB/s", 10.0)


def _broken(texts: list[_Asked], what: str, rounds: int) -> Iterator[Row]:
    ours, theirs = _paces(texts, json_repair.loads, rounds)
    yield Row(f"time for answers, {what}", f"{ours:.2f} MB/s", theirs / ours, f"json_repair, {theirs:.2f} MB/s", 1.0)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _paces(texts: list[_Asked], other: Callable[[str], object], rounds: int) -> tuple[float, float]:
    """Return megabytes a second of our reader and another one, which take turns: the medians of the rounds."""
    size = sum(len(text.encode("utf-8", "replace")) for text, _ in texts) / 1e6
    works = (lambda text, asked: read(text, asked, 600.0), lambda text, _: other(text))
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, speeds in zip(works, found, strict=True):
            before = time.process_time()
            for text, asked in texts:
                work(text, asked)
            speeds.append(size / (time.process_time() - before))
    return statistics.median(found[0]), statistics.median(found[1])
