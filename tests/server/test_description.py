"""The server against its own description: calls made up from `/openapi.json`, right ones and wrong ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from guide_calls import CAR_PARK, DANCE, GUIDE, INDEX, KEY, USED_CARS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

schemathesis = pytest.importorskip("schemathesis")

from schemathesis import GenerationMode  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
PREFIXES = ["v1.1", "v1.2", "p/v1.1", "p/v1.2"]
IDS = ("video_ids", "video_id", "index_id")
SEEN = ("classes", "labels")
WORTH_FINDING = st.sampled_from(
    [
        [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
        [{"name": "Dance", "prompts": ["Dancing"]}, {"name": "Trucks", "prompts": ["Pickup Truck", "Delivery truck"]}],
    ]
)
KNOWN: dict[str, Any] = {
    "classes": WORTH_FINDING,
    "labels": WORTH_FINDING,
    "video_ids": st.lists(st.sampled_from([CAR_PARK, USED_CARS, GUIDE, DANCE]), min_size=1, max_size=3),
    "video_id": st.sampled_from([CAR_PARK, USED_CARS, GUIDE, DANCE]),
    "index_id": st.just(INDEX),
}


def check_calls(served: str, examples: int) -> Counter[int | str]:
    """Make calls up, hold each answer against the description, and count the statuses, and `found` something."""
    schema = schemathesis.openapi.from_url(f"{served}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 3
    seen: Counter[int | str] = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(operations))
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        known: tuple[str, ...] = ()
        if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
            # Nobody makes up the id of a video that is there, or what is seen in it.
            known = data.draw(st.sampled_from([(), IDS, (*IDS, *SEEN), (*IDS, *SEEN)]))
            for name in sorted(case.body.keys() & set(known)):
                case.body[name] = data.draw(KNOWN[name])
            if "classes" in known:
                case.body["threshold"] = "low" if "labels" in case.body else {"min_duration_ratio": 0.01}
        base_url = f"{served}/{data.draw(st.sampled_from(PREFIXES))}"
        answer = case.call_and_validate(base_url=base_url, headers=KEY, checks=CHECKS)
        seen[answer.status_code] += 1
        told = answer.json()
        assert answer.status_code == 200 or "classes" not in known, told
        seen["found"] += bool(told.get("data") or told.get("labels"))

    check()
    return seen


def test_made_up_calls_are_answered_as_described(served: str):
    """No 5xx and no answer outside the description; some are right, some are wrong."""
    seen = check_calls(served, 100)
    assert min(seen[200], seen[400]) >= 5
    assert seen["found"]


@pytest.mark.slow
def test_two_thousand_made_up_calls_are_answered_as_described(served: str):
    """The same for long."""
    seen = check_calls(served, 2_000)
    assert min(seen[200], seen[400], seen["found"]) >= 100
