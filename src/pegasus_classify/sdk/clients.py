"""One classifier per SDK client: made when `client.classify` is first read, gone when nobody can use it any more."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from pegasus_classify.client.account import Account, AsyncAccount
from pegasus_classify.client.async_classifier import AsyncClassifier
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.errors import ClassifyError
from pegasus_classify.sdk.names import sdk_error

__all__ = ["AsyncClientClassify", "ClassifyAttribute", "ClientClassify", "arguments_of"]


def arguments_of(client: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a client's classifier: its own key, address and longest wait, and what was given for all.

    Args:
        client: A `TwelveLabs` or `AsyncTwelveLabs` of SDK 1.0 or newer.
        given: `settings` and `Choices`; the client's own go before them.
    """
    wrapper = client._client_wrapper
    headers = {name.lower(): value for name, value in wrapper.get_headers().items()}
    timeout = wrapper.get_timeout()
    own = {
        "api_key": headers.get("x-api-key"),
        "base_url": wrapper.get_base_url(),
        "timeout": timeout if isinstance(timeout, int | float) and timeout > 0 else None,
    }
    return {**given, **{name: value for name, value in own.items() if value is not None}}


class ClientClassify(Classifier):
    """What `client.classify` is: a classifier whose errors are the SDK's too.

    It ends when neither the client nor a result that can still fetch pages is in use.
    """

    def __init__(self, sdk: ModuleType, **choices: Any) -> None:
        super().__init__(**choices)
        self._sdk = sdk
        self._end = weakref.finalize(self, _close_apart, self._account)
        # Threads cannot be started while the interpreter ends, and ours end with it.
        self._end.atexit = False

    def videos(self, *args: Any, **more: Any) -> Any:
        """Classify some videos; see `Classifier.videos`."""
        with _translated(self._sdk):
            return super().videos(*args, **more)

    def index(self, *args: Any, **more: Any) -> Any:
        """Classify every video of an index; see `Classifier.index`."""
        with _translated(self._sdk):
            return super().index(*args, **more)

    def by_page_token(self, page_token: str, **more: Any) -> Any:
        """Return a page of an earlier answer; see `Classifier.by_page_token`."""
        with _translated(self._sdk):
            return super().by_page_token(page_token, **more)

    def stream(self, *args: Any, **more: Any) -> Any:
        """Give each video's result as it is finished; see `Classifier.stream`."""
        with _translated(self._sdk):
            return self._translated_steps(super().stream(*args, **more))

    def close(self) -> None:
        """End what is under way and give back threads and connections."""
        self._end.detach()
        super().close()

    def _translated_steps(self, steps: Iterator[Any]) -> Iterator[Any]:
        with _translated(self._sdk):
            yield from steps


class AsyncClientClassify(AsyncClassifier):
    """The same for an asynchronous client."""

    def __init__(self, sdk: ModuleType, **choices: Any) -> None:
        super().__init__(**choices)
        self._sdk = sdk
        self._home: list[asyncio.AbstractEventLoop] = []
        self._end = weakref.finalize(self, _aclose_apart, self._account, self._home)
        self._end.atexit = False

    @property
    def ended(self) -> bool:
        """True when the event loop it was used in is no more."""
        return bool(self._home) and self._home[0].is_closed()

    async def videos(self, *args: Any, **more: Any) -> Any:
        """Classify some videos; see `AsyncClassifier.videos`."""
        with self._at_home():
            return await super().videos(*args, **more)

    async def index(self, *args: Any, **more: Any) -> Any:
        """Classify every video of an index; see `AsyncClassifier.index`."""
        with self._at_home():
            return await super().index(*args, **more)

    async def by_page_token(self, page_token: str, **more: Any) -> Any:
        """Return a page of an earlier answer; see `AsyncClassifier.by_page_token`."""
        with self._at_home():
            return await super().by_page_token(page_token, **more)

    def stream(self, *args: Any, **more: Any) -> Any:
        """Give each video's result as it is finished; see `AsyncClassifier.stream`."""
        with _translated(self._sdk):
            return self._translated_steps(super().stream(*args, **more))

    async def reply(self, *args: Any, **more: Any) -> Any:
        """Answer a raw legacy call; see `AsyncClassifier.reply`."""
        with self._at_home():
            return await super().reply(*args, **more)

    async def aclose(self) -> None:
        """End what is under way and give back connections."""
        self._end.detach()
        await super().aclose()

    async def _translated_steps(self, steps: AsyncIterator[Any]) -> AsyncIterator[Any]:
        with self._at_home():
            async for each in steps:
                yield each

    @contextmanager
    def _at_home(self) -> Iterator[None]:
        if not self._home:
            self._home.append(asyncio.get_running_loop())
        with _translated(self._sdk):
            yield


class ClassifyAttribute:
    """The attribute `classify` of a client class: gives every client its own classifier.

    Clients are held weakly. A client's classifier is made anew when its event loop has ended.
    """

    def __init__(self, make: Callable[[Any], Classifier | AsyncClassifier]) -> None:
        """Take over no client yet.

        Args:
            make: Makes the classifier of a client; must not keep the client.
        """
        self._make = make
        self._known: weakref.WeakKeyDictionary[Any, Classifier | AsyncClassifier] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def __get__(self, client: Any, owner: type | None = None) -> Any:
        """Return the client's classifier; read off the class, the attribute itself."""
        if client is None:
            return self
        with self._lock:
            found = self._known.get(client)
            if found is None or getattr(found, "ended", False):
                found = self._known[client] = self._make(client)
            return found

    def forget(self) -> None:
        """Let go of every classifier; those nobody else holds end."""
        with self._lock:
            known, self._known = self._known, weakref.WeakKeyDictionary()
        known.clear()


@contextmanager
def _translated(sdk: ModuleType) -> Iterator[None]:
    try:
        yield
    except ClassifyError as error:
        raise sdk_error(error, sdk).with_traceback(error.__traceback__) from error.__cause__


def _close_apart(account: Account) -> None:
    """Close an account from wherever the garbage collector happens to run: perhaps in a thread of its own driver."""
    threading.Thread(target=account.close, name="pegasus-classify-close", daemon=True).start()


def _aclose_apart(account: AsyncAccount, home: list[asyncio.AbstractEventLoop]) -> None:
    if not home or home[0].is_closed():
        return
    loop = home[0]
    # The loop may end between the question and the call; then there is nothing left to close.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(lambda: loop.create_task(account.aclose()))
