"""The requests of the demonstration: three of the guide of December 2022, one of version 1.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["CLASSES_CALL", "GUIDE_CALLS", "INDEX", "DemoCall"]

INDEX = "639961aace36463e0199c8b0"
"""The stand-in's index with the videos of the old guide."""


@dataclass(frozen=True)
class DemoCall:
    """One call to show.

    Attributes:
        title: What it shows.
        path: Where it is sent.
        body: What is sent.
    """

    title: str
    path: str
    body: dict[str, Any]


_CAR_SHAPES = {
    "name": "Car shapes",
    "prompts": [
        "SUV",
        "Hatchback",
        "Crossover",
        "Sedan",
        "Coupe",
        "Minivan",
        "Station Wagon",
        "Pickup Truck",
        "Truck",
        "Convertible",
    ],
}
_COMMON = {"conversation_option": "semantic", "options": ["visual"], "index_id": INDEX}

GUIDE_CALLS = (
    DemoCall("one label, ten prompts", "/v1.1/classify/bulk", {**_COMMON, "labels": [_CAR_SHAPES]}),
    DemoCall("the same with clips", "/v1.1/classify/bulk", {**_COMMON, "include_clips": True, "labels": [_CAR_SHAPES]}),
    DemoCall(
        "two labels, only what is found with high confidence",
        "/v1.1/classify/bulk",
        {
            **_COMMON,
            "threshold": "high",
            "labels": [
                {"name": "Pets", "prompts": ["Cat", "Dog", "Guinea pig", "Parrot", "Goldfish"]},
                # "Lion" stands twice in the guide itself, and was accepted.
                {
                    "name": "Wild Animals",
                    "prompts": ["Crocodile", "Snake", "Hippo", "Lion", "Bear", "Wolf", "Lion", "Tiger"],
                },
            ],
        },
    ),
)

CLASSES_CALL = DemoCall(
    "version 1.2: classes, clips, detailed scores, two videos a page",
    "/v1.2/classify/bulk",
    {
        "index_id": INDEX,
        "options": ["visual", "conversation", "text_in_video"],
        "classes": [
            {"name": "Cars", "prompts": ["Cars", "SUV", "Sedan"]},
            {"name": "DanceTok", "prompts": ["Dance tutorial", "Dance group", "Dance competition"]},
            {"name": "CookTok", "prompts": ["Cooking tutorial", "Cooking utensils", "Baking tutorials", "Recipes"]},
        ],
        "threshold": {"min_video_score": 75, "min_duration_ratio": 0.5},
        "include_clips": True,
        "show_detailed_score": True,
        "page_limit": 2,
    },
)
