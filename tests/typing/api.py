"""Uses of the public names as callers write them: type-checked by `make check`, never run.

It fails when a signature changes for callers.
"""

from __future__ import annotations

from pegasus_classify import (
    APIStatusError,
    AsyncClassifier,
    Classifier,
    Dropped,
    Evidence,
    Failure,
    RateLimitError,
    Settings,
    VideoResult,
    read_answer,
)

CLASSES = [{"name": "Dogs", "prompts": ["Dog"], "options": ["visual"]}]


def blocking(key: str) -> float | None:
    """The old SDK's calls, and what stands beside their answers."""
    with Classifier(key, "https://example.com", model="auto", index_ids=["i"], settings=Settings(budget=5.0)) as client:
        page = client.classify.videos(["v"], ["visual"], CLASSES, include_clips=True, threshold={"min_video_score": 60})
        page = client.index("i", ["visual"], CLASSES, page_limit=50, show_detailed_score=True)
        page = client.by_page_token(page.page_info.next_page_token or "")
        for following in page:
            print(following[0].video_id)
        first = page.data[0]
        for each in first.classes or ():
            print(each.name, each.score + each.duration_ratio)
            for clip in each.clips or ():
                print(clip.start, clip.end, clip.score, clip.prompt.upper(), clip.option.upper())
        failures: tuple[Failure, ...] = page.failed
        dropped: tuple[Dropped, ...] = page.dropped
        print(failures, dropped, page.coverage, page.model, page.prompt_version)
        status, body = client.handle("POST", "/v1.2/classify", {"video_ids": ["v"]})
        print(status + 1, body["code"])
        for video in client.stream(["v"], ["visual"], CLASSES):
            if isinstance(video, VideoResult):
                print(video.video_id, video.classes)
        return page.cost.usd


async def asynchronous() -> int:
    """The same for asynchronous programs."""
    async with AsyncClassifier(concurrency=32) as client:
        page = await client.videos(["v"], ["visual"], CLASSES)
        async for following in page:
            print(len(following))
        return page.page_info.total_results or 0


def errors(client: Classifier) -> float | None:
    """Errors carry the old status and body."""
    try:
        client.videos(["v"], ["visual"], CLASSES)
    except RateLimitError as error:
        return error.retry_after
    except APIStatusError as error:
        print(error.status_code + 1, error.body["message"].upper())
    return None


def reading(text: str) -> list[Evidence]:
    """The reader alone."""
    return read_answer(text, {"video_ids": ["v"], "options": ["visual"], "classes": CLASSES}, duration=12.5)
