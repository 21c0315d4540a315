"""A program of 2024 for the Python SDK 0.1 to 0.3: its own calls, its own ways of paging, its own error classes.

Prints what it got as JSON. TWELVELABS_BASE_URL says whom to ask; KEY is the key.
"""

import json
import os
from importlib.metadata import version

import twelvelabs
from twelvelabs import TwelveLabs

INDEX = "639961aace36463e0199c8b0"
VIDEOS = ["63996203ce36463e0199c8c2", "63996232ce36463e0199c8c3", "63a09373ce36463e0199c8de"]
CLASSES = [{"name": "Cars", "prompts": ["Cars", "SUV"]}, {"name": "Dancing", "prompts": ["dancing"]}]
THRESHOLD = {"min_video_score": 1, "min_duration_ratio": 0.01}
ERRORS = (
    "BadRequestError",
    "AuthenticationError",
    "PermissionDeniedError",
    "NotFoundError",
    "RateLimitError",
    "InternalServerError",
)


def told(video):
    return {
        "video_id": video.video_id,
        "classes": [
            {
                "name": each.name,
                "score": each.score,
                "duration_ratio": each.duration_ratio,
                "clips": None
                if each.clips is None
                else [[clip.start, clip.end, clip.score, clip.option, clip.prompt] for clip in each.clips],
                "normalized_score": getattr(getattr(each, "detailed_scores", None), "normalized_score", None),
            }
            for each in video.classes
        ],
    }


def failing(call):
    """Name of the most exact class that catches the error, its status and its body."""
    try:
        call()
    except twelvelabs.APIStatusError as error:
        name = next((name for name in ERRORS if isinstance(error, getattr(twelvelabs, name))), "APIStatusError")
        return {"caught_as": name, "status": error.status_code, "body": error.body}
    return None


def main():
    client = TwelveLabs(api_key=os.environ["KEY"])
    classify = client.classify
    everything = classify.videos(
        video_ids=VIDEOS,
        options=["visual", "conversation"],
        classes=CLASSES,
        conversation_option="exact_match",
        include_clips=True,
        show_detailed_score=True,
        threshold=THRESHOLD,
    )
    plain = classify.videos(VIDEOS, ["visual"], CLASSES)
    first = classify.index(index_id=INDEX, options=["visual"], classes=CLASSES, threshold=THRESHOLD, page_limit=2)
    told_first = {"data": [told(video) for video in first.data], "info": first.page_info.model_dump()}
    token = first.page_info.next_page_token
    second = classify.by_page_token(token)
    back = classify.by_page_token(second.page_info.prev_page_token)
    following = [[video.video_id for video in page] for page in first]
    old_version = TwelveLabs(api_key=os.environ["KEY"], version="v1.1")
    nothing = classify.videos(VIDEOS, ["visual"], [{"name": "Whales", "prompts": ["a whale that flies"]}])
    print(
        json.dumps(
            {
                "sdk": version("twelvelabs"),
                "everything": [told(video) for video in everything.data],
                "serialised": json.loads(everything.model_dump_json()),
                "plain": [told(video) for video in plain.data],
                "first": told_first,
                "second": [video.video_id for video in second.data],
                "back": [told(video) for video in back.data],
                "following": following,
                "after_the_last": first.page_info.next_page_token,
                "under_1_1": [told(video) for video in old_version.classify.videos(VIDEOS, ["visual"], CLASSES).data],
                "nothing": [told(video) for video in nothing.data],
                "errors": {
                    "threshold": failing(
                        lambda: classify.videos(VIDEOS, ["visual"], CLASSES, threshold={"min_video_score": 500})
                    ),
                    "option": failing(lambda: classify.index(INDEX, ["sound"], CLASSES)),
                    "video": failing(lambda: classify.videos(["no-such-video"], ["visual"], CLASSES)),
                    "index": failing(lambda: classify.index("no-such-index", ["visual"], CLASSES)),
                    "token": failing(lambda: classify.by_page_token("no-such-token")),
                    "no key": failing(lambda: TwelveLabs(api_key="").classify.videos(VIDEOS, ["visual"], CLASSES)),
                    "wrong key": failing(
                        lambda: TwelveLabs(api_key="tlk_wrong").classify.videos(VIDEOS, ["visual"], CLASSES)
                    ),
                    "wrong key, page": failing(lambda: TwelveLabs(api_key="tlk_wrong").classify.by_page_token(token)),
                    "elsewhere": failing(lambda: client.index.retrieve("no-such-index")),
                },
            }
        )
    )


if __name__ == "__main__":
    main()
