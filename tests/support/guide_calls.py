"""Classify calls about the stand-in's videos."""

from __future__ import annotations

from typing import Any

__all__ = ["CAR_PARK", "DANCE", "GUIDE", "INDEX", "KEY", "LABELS", "USED_CARS", "VIDEOS"]

INDEX = "639961aace36463e0199c8b0"
CAR_PARK = "63996203ce36463e0199c8c2"
USED_CARS = "63996232ce36463e0199c8c3"
GUIDE = "63a09373ce36463e0199c8de"
DANCE = "64428d88456b2dab381e7022"

KEY = {"x-api-key": "tlk_CALLER0SECRET"}

VIDEOS: dict[str, Any] = {
    "video_ids": [CAR_PARK, USED_CARS, GUIDE, DANCE],
    "options": ["visual"],
    "classes": [{"name": "Cars", "prompts": ["Cars", "SUV"]}],
}
LABELS: dict[str, Any] = {
    "index_id": INDEX,
    "options": ["visual"],
    "labels": [{"name": "Cars", "prompts": ["Cars"]}],
}
