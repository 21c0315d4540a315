"""What an account knows about its videos, also after a restart."""

from __future__ import annotations

import threading
from collections.abc import Container, Sequence

from pegasus_classify.contract.asks import Video
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.stores.protocol import Store

__all__ = ["LONGEST_ID", "KnownVideos"]

LONGEST_ID = 256
"""Characters; a longer id is no id of the platform."""


class KnownVideos(dict[str, Video]):
    """Legacy video id → video, filled and emptied in a driver's loop, which never waits for the store.

    Others exchange with the store what changed: before a request is started, and in the end. What is lost in between
    is looked up again, which is free.
    """

    def __init__(self, store: Store, account: str, mapped: Container[str] = ()) -> None:
        """Start empty.

        Args:
            store: Where they are kept.
            account: The hash under which it keeps them.
            mapped: Ids of the user's own map, which may say something else tomorrow; the store has no part in those.
        """
        super().__init__()
        self._mapped = mapped
        self._store = store
        self._account = account
        self._changed: dict[str, Video | None] = {}
        self._lock = threading.Lock()

    def __setitem__(self, video_id: str, video: Video) -> None:
        """Note what was found, to be kept."""
        if self.get(video_id) != video:
            with self._lock:
                self._changed[video_id] = video
            super().__setitem__(video_id, video)

    def pop(self, video_id: str, default: Video | None = None) -> Video | None:  # type: ignore[override]
        """Forget a video, here and in the store."""
        with self._lock:
            self._changed[video_id] = None
        return super().pop(video_id, default)

    def exchange(self, video_ids: Sequence[str], now: Seconds) -> None:
        """Keep in the store what changed, and take from it what it knows about some videos.

        Args:
            video_ids: What is about to be asked for; may be empty.
            now: Seconds since 1970.

        Raises:
            APIStatusError: The store failed (503).
        """
        with self._lock:
            changed, self._changed = self._changed, {}
        found = {video_id: video for video_id, video in changed.items() if self._is_kept(video_id)}
        if found:
            self._store.keep_videos(self._account, found, now)
        missing = [video_id for video_id in video_ids if video_id not in self and self._is_kept(video_id)]
        if missing:
            self.update(self._store.known_videos(self._account, missing))

    def _is_kept(self, video_id: str) -> bool:
        return video_id not in self._mapped and len(video_id) <= LONGEST_ID
