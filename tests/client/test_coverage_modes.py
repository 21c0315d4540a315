"""Fields that cannot be honoured exactly: strict refuses, warn tells the log once, lenient says nothing."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from pegasus_classify.client.coverage_log import LOGGER_NAME, warn_once
from pegasus_classify.client.handle import handle
from pegasus_classify.client.needs import Classify, Now, RandomBytes
from pegasus_classify.client.performing import perform_all
from pegasus_classify.contract.result import ClassifyResult
from pegasus_classify.legacy.coverage import COVERAGE, ENTRIES
from pegasus_classify.settings import Settings

LOGO = {"index_id": "i", "options": ["logo"], "labels": [{"name": "a", "prompts": ["p"]}]}
PLAIN = {"index_id": "i", "options": ["visual"], "classes": [{"name": "a", "prompts": ["p"]}]}


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What is written to our log."""
    with caplog.at_level(logging.DEBUG, LOGGER_NAME):
        yield caplog.messages


def answered(body: dict[str, Any], mode: Any) -> Any:
    """Answer a bulk call in a coverage mode, with nothing found."""

    def perform(need: Any) -> Any:
        if isinstance(need, Classify):
            return ClassifyResult(answered=1)
        return bytes(need.count) if isinstance(need, RandomBytes) else 0.0 if isinstance(need, Now) else None

    return perform_all(handle("POST", "/v1.2/classify/bulk", body, settings=Settings(coverage=mode)), perform)


def test_warn_tells_each_field_once_and_answers(caplog: pytest.LogCaptureFixture) -> None:
    """The default; the second request with the same field is not told of again."""
    told: set[str] = set()
    with caplog.at_level(logging.WARNING, LOGGER_NAME):
        warn_once(["options.logo", "options.text_in_video"], "warn", told)
        warn_once(["options.logo"], "warn", told)
    assert len(caplog.messages) == 2
    assert "logo is approximated" in caplog.messages[0]
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert told == {"options.logo", "options.text_in_video"}


@pytest.mark.parametrize("mode", ["strict", "lenient"])
def test_the_other_modes_write_nothing(warnings: list[str], mode: Any) -> None:
    """Strict has said it in the error, lenient does not want to know."""
    warn_once(["options.logo"], mode, set())
    assert warnings == []


def test_what_is_true_of_every_answer_is_no_warning(warnings: list[str]) -> None:
    """Rows about the answer, and rows that are exact or derived, stay out of the log."""
    silent = [each.id for each in COVERAGE if each.where == "response" or each.fidelity in ("exact", "derived")]
    warn_once(silent, "warn", set())
    assert warnings == []


@pytest.mark.parametrize(("mode", "status"), [("strict", 400), ("warn", 200), ("lenient", 200)])
def test_strict_refuses_and_the_others_answer_with_the_entries(mode: Any, status: int) -> None:
    """The answer carries every entry that applies, in its notes and in its header, gravest first."""
    reply = answered(LOGO, mode)
    assert reply.status == status
    if status == 200:
        assert "options.logo" in reply.notes.coverage
        assert reply.headers["X-Classify-Coverage"].split(", ") == list(reply.notes.coverage)[:20]
        rank = ["unsupported", "approximated", "derived"]
        ranks = [rank.index(ENTRIES[each].fidelity) for each in reply.notes.coverage]
        assert ranks == sorted(ranks)
    else:
        assert "options: logo" in reply.body["message"]


@pytest.mark.parametrize("mode", ["strict", "warn", "lenient"])
def test_a_plain_request_is_answered_in_every_mode(mode: Any) -> None:
    """Nothing in it is beyond an exact rule."""
    assert answered(PLAIN, mode).status == 200


PROGRAM = """
from pegasus_classify.client.handle import handle
from pegasus_classify.client.performing import perform_all
from pegasus_classify.contract.result import ClassifyResult

body = {"index_id": "i", "options": ["logo"], "labels": [{"name": "a", "prompts": ["p"]}]}
perform = {"Classify": ClassifyResult(answered=1), "RandomBytes": bytes(16), "Now": 0.0}
for _ in range(3):
    perform_all(handle("POST", "/v1.1/classify/bulk", body), lambda need: perform[type(need).__name__])
"""


def test_a_program_that_set_up_no_log_sees_the_warning_once() -> None:
    """Through the whole call, three times, in a process of its own: Python shows warnings on standard error."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stderr.count("logo is approximated") == 1
    assert done.stdout == ""
