"""A program that classifies on a local Ray with two workers and prints the rows as JSON.

`python ray_program.py UPSTREAM STORE BODY IDS`, the last two as JSON.
"""

from __future__ import annotations

import json
import sys

import ray

from pegasus_classify.on_ray import classify
from pegasus_classify.settings import Settings

__all__: list[str] = []


def _main(upstream: str, store: str, body: str, ids: str) -> None:
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    settings = Settings.model_validate({"upstream": upstream, "store": store, "api_key": "key", "max_hours": 1000})
    data = ray.data.from_items([{"video_id": each} for each in json.loads(ids)]).repartition(4)
    rows = classify(data, json.loads(body), settings, workers=2).take_all()
    print("rows:", json.dumps(rows))
    ray.shutdown()


if __name__ == "__main__":
    _main(*sys.argv[1:])
