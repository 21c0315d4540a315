"""The server in a thread of its own: for tests, notebooks, and programs that reach the old API by its address."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.errors import ClassifyError
from pegasus_classify.server.app import create_app
from pegasus_classify.server.running import base_url_of, listening, server_of
from pegasus_classify.server.settings import check_door, serve_settings

__all__ = ["serve_in_thread"]

_STOP_WITHIN: Seconds = 5.0


@contextmanager
def serve_in_thread(*, host: str = "127.0.0.1", port: int = 0, **settings: Any) -> Iterator[str]:
    """Run the old API on a socket while the block runs.

    Works wherever threads do, also inside a running event loop.

    Args:
        host: Address to listen on.
        port: Port, 0 for a free one.
        **settings: Everything a `Classifier` takes (`base_url` or `upstream`, `index_ids`, `video_map`, `store`,
            `budget` …) and the fields of `ServeSettings` (`answer_within`, `pass_through` …). Callers bring the key;
            `api_key` is used instead of theirs, keys in the environment are not.

    Yields:
        The base URL to give to a client in place of `https://api.twelvelabs.io`, without a slash at its end.

    Raises:
        SettingsError: A setting is unknown or out of range.
        OSError: The address cannot be used.
    """
    chosen = serve_settings(settings, os.environ)
    check_door(chosen, host)
    with listening(host, port) as listener:
        app = create_app(chosen)
        told = threading.Event()
        server = server_of(app, told.set, _STOP_WITHIN)

        def run() -> None:
            try:
                server.run([listener])
            finally:
                told.set()

        thread = threading.Thread(target=run, name="pegasus-classify-serve", daemon=True)
        thread.start()
        try:
            told.wait()
            if not server.started:
                raise ClassifyError("the server did not start; its log says why")
            yield base_url_of(listener)
        finally:
            server.should_exit = True
            thread.join()
