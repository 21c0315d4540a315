"""A process whose files may not grow beyond a limit, as on a full disk, until it lifts the limit.

`python full_disk.py ADDRESS UPSTREAM` asks about four videos through a classifier with its store at the address: with
room, without, and with room again. It prints one JSON object: what each attempt brought.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from pegasus_classify import Classifier, ClassifyError
from pegasus_classify.emulator import MAIN_INDEX_ID

__all__: list[str] = []


def _attempt(client: Classifier, name: str) -> str:
    try:
        client.index(
            index_id=MAIN_INDEX_ID, options=["visual"], classes=[{"name": name, "prompts": [name]}], page_limit=1
        )
    except ClassifyError as error:
        return f"{type(error).__name__}: {error}"
    return "answered"


def _main(address: str, upstream: str) -> None:
    log = Path(address.removeprefix("sqlite:///") + "-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    told = {}
    with Classifier("secret-key", upstream, store=address) as client:
        told["with room"] = _attempt(client, "Cars")
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, hard))
        told["full"] = _attempt(client, "Dogs")
        told["still full"] = _attempt(client, "Dogs")
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        told["room again"] = _attempt(client, "Dogs")
    print(json.dumps(told))


if __name__ == "__main__":
    _main(*sys.argv[1:])
