"""A real plan and judge for one small request, and answers in the wanted form."""

from __future__ import annotations

import json
from typing import Any

from pegasus_classify.contract.asks import Answer, AskFailure, Video, VideoSource
from pegasus_classify.contract.request import ClassDefinition, ClassifyRequest
from pegasus_classify.judging.judge import Judge
from pegasus_classify.models import capabilities
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.planning.plan import Asking, Plan, plan
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.scoring.curve import DEFAULT_CURVE

__all__ = ["NOTHING", "a_judge", "a_plan", "a_request", "a_video", "answered", "failed", "wanted_form"]

NOTHING = '{"classes": []}'


def a_request(**changes: Any) -> ClassifyRequest:
    """Two classes, every clip shown."""
    fields: dict[str, Any] = {
        "classes": (
            ClassDefinition(name="Cars", prompts=("SUV", "Sedan")),
            ClassDefinition(name="Pets", prompts=("Cat",)),
        ),
        "options": ("visual",),
        "video_ids": ("v1",),
        "include_clips": True,
    }
    return ClassifyRequest(**{**fields, **changes})


def a_plan(request: ClassifyRequest | None = None, **asking: Any) -> Plan:
    """What is asked about each video."""
    return plan(request or a_request(), capabilities("auto"), TemplateBook(packaged_prompts()), Asking(**asking))


def a_judge(request: ClassifyRequest | None = None) -> Judge:
    """How evidence becomes scores."""
    return Judge(request or a_request(), DEFAULT_CURVE)


def a_video(video_id: str = "v1", duration: float = 100.0) -> Video:
    """A video of a hundred seconds."""
    return Video(video_id, VideoSource("asset_id", f"asset-{video_id}"), duration)


def wanted_form(**classes: tuple[float, float]) -> str:
    """An answer in the wanted form: class name → one clip of it, by its first prompt."""
    first = {"Cars": "SUV", "Pets": "Cat"}
    return json.dumps(
        {
            "classes": [
                {
                    "class": name,
                    "confidence": 90,
                    "clips": [
                        {"start": start, "end": end, "prompt": first[name], "option": "visual", "confidence": 90}
                    ],
                }
                for name, (start, end) in classes.items()
            ]
        }
    )


def answered(text: str, finish_reason: str = "stop", **more: Any) -> Answer:
    """An answer that was paid for."""
    return Answer(text, finish_reason, billed_seconds=100.0, output_tokens=10, **more)


def failed(kind: Any = "unavailable") -> Answer:
    """An ask that brought nothing."""
    return Answer(failure=AskFailure(kind, "It went wrong.", 503, "internal_server_error", 7.0))
