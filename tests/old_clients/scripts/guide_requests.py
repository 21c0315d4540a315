"""The three requests of the guide of December 2022, sent as it sent them, with `requests`; then the pages."""

import json
import os
from pathlib import Path

import requests

API_URL = os.environ["TWELVELABS_BASE_URL"] + "/v1.1"
CLASSIFY_BULK_URL = f"{API_URL}/classify/bulk"
HEADERS = {"x-api-key": os.environ["KEY"]}


def told(response):
    return {"status": response.status_code, "type": response.headers["Content-Type"], "body": response.json()}


def pages_after(body, key):
    """Follow the pages by one of the two names that the next token had."""
    found = []
    while body["page_info"].get(key):
        body = requests.get(f"{API_URL}/classify/{body['page_info'][key]}", headers=HEADERS).json()
        found.append([video["video_id"] for video in body["data"]])
    return found


def main():
    bodies = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    answers = [requests.post(CLASSIFY_BULK_URL, headers=HEADERS, json=body) for body in bodies]
    paged = requests.post(CLASSIFY_BULK_URL, headers=HEADERS, json={**bodies[0], "page_limit": 2}).json()
    print(
        json.dumps(
            {
                "answers": [told(each) for each in answers],
                "paged": paged,
                "following": {key: pages_after(paged, key) for key in ("next_token", "next_page_token")},
                "no key": told(requests.post(CLASSIFY_BULK_URL, json=bodies[0])),
                "bad": told(requests.post(CLASSIFY_BULK_URL, headers=HEADERS, json={**bodies[0], "threshold": "best"})),
                "as text": told(requests.post(CLASSIFY_BULK_URL, headers=HEADERS, data=json.dumps(bodies[0]))),
            }
        )
    )


if __name__ == "__main__":
    main()
