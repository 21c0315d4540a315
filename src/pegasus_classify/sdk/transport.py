"""httpx transports that answer the old Classify addresses in the process and pass everything else on."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import httpx

from pegasus_classify.client.async_classifier import AsyncClassifier
from pegasus_classify.client.choices import Choices, chosen_settings
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import HandledReply
from pegasus_classify.drivers.endpoint import tls_context
from pegasus_classify.errors import APIStatusError, api_key_invalid
from pegasus_classify.legacy.failures import failure_answer
from pegasus_classify.legacy.query import with_query
from pegasus_classify.legacy.routes import allowed_methods

if TYPE_CHECKING:
    # Only annotations need it, and it would be a dependency of its own.
    from typing_extensions import Unpack

    from pegasus_classify.settings import Settings

__all__ = ["AsyncClassifyTransport", "ClassifyTransport"]

_C = TypeVar("_C", Classifier, AsyncClassifier)


class _Keyring(Generic[_C]):
    """One classifier per key: pages and answers of one key are never seen with another."""

    def __init__(
        self, kind: type[_C], api_key: str | None, base_url: str | None, settings: Settings | None, choices: Any
    ) -> None:
        explicit = settings is not None and settings.api_key is not None
        # The environment's key belongs to whoever set it, not to whoever sends a request without one.
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        self._settings = chosen_settings(api_key, base_url, settings, choices, environment)
        self._own = self._settings.api_key.get_secret_value() if api_key or explicit else ""  # type: ignore[union-attr]
        self._kind: type[_C] = kind
        self._lock = threading.Lock()
        self._classifiers: dict[str, _C] = {}

    def classifier_for(self, request: httpx.Request) -> _C | None:
        """Return the classifier for a request's key; None when there is no key at all."""
        key = self._own or request.headers.get("x-api-key", "").strip()
        if not key:
            return None
        with self._lock:
            found = self._classifiers.get(key)
            if found is None:
                found = self._classifiers[key] = self._kind(api_key=key, settings=self._settings)
            return found

    def emptied(self) -> list[_C]:
        """Give away every classifier, to be closed."""
        with self._lock:
            classifiers = list(self._classifiers.values())
            self._classifiers.clear()
        return classifiers


class ClassifyTransport(httpx.BaseTransport):
    """Answers the old Classify addresses, on any host, without leaving the process; everything else goes on.

    `httpx.Client(transport=ClassifyTransport())` is all that a program which spoke HTTP itself has to change. The key
    of each request (`x-api-key`) is the one used upstream, unless one is given here. Closed with its client.

    Args:
        wrapped: Where other requests go; a plain `httpx.HTTPTransport` when None.
        api_key: Used for every request in place of its own key. Never taken from the environment.
        base_url: The platform's address; else `PEGASUS_CLASSIFY_UPSTREAM`, else the real one.
        settings: How to classify; the other arguments go before them.
        **choices: See `Choices`: `model`, `index_ids`, `video_map`, `store` …

    Raises:
        SettingsError: A setting is unknown or out of range.
    """

    def __init__(
        self,
        wrapped: httpx.BaseTransport | None = None,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        settings: Settings | None = None,
        **choices: Unpack[Choices],
    ) -> None:
        self._keyring = _Keyring(Classifier, api_key, base_url, settings, choices)
        self._wrapped = httpx.HTTPTransport(verify=tls_context()) if wrapped is None else wrapped

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or have it answered."""
        allowed = allowed_methods(request.url.path)
        if not allowed:
            return self._wrapped.handle_request(request)
        body = request.read()
        if request.method == "OPTIONS":
            return _options(allowed)
        classifier = self._keyring.classifier_for(request)
        if classifier is None:
            return _refused(api_key_invalid())
        try:
            fields = _with_address(request, allowed, body)
        except APIStatusError as error:
            return _refused(error)
        return _response(classifier.reply(request.method, request.url.path, fields), request.method)

    def close(self) -> None:
        """End what is under way, and close the wrapped transport."""
        for classifier in self._keyring.emptied():
            classifier.close()
        self._wrapped.close()


class AsyncClassifyTransport(httpx.AsyncBaseTransport):
    """The same for `httpx.AsyncClient`; belongs to the event loop it is first used in."""

    def __init__(
        self,
        wrapped: httpx.AsyncBaseTransport | None = None,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        settings: Settings | None = None,
        **choices: Unpack[Choices],
    ) -> None:
        """See `ClassifyTransport`."""
        self._keyring = _Keyring(AsyncClassifier, api_key, base_url, settings, choices)
        self._wrapped = httpx.AsyncHTTPTransport(verify=tls_context()) if wrapped is None else wrapped

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or have it answered."""
        allowed = allowed_methods(request.url.path)
        if not allowed:
            return await self._wrapped.handle_async_request(request)
        body = await request.aread()
        if request.method == "OPTIONS":
            return _options(allowed)
        classifier = self._keyring.classifier_for(request)
        if classifier is None:
            return _refused(api_key_invalid())
        try:
            fields = _with_address(request, allowed, body)
        except APIStatusError as error:
            return _refused(error)
        return _response(await classifier.reply(request.method, request.url.path, fields), request.method)

    async def aclose(self) -> None:
        """End what is under way, and close the wrapped transport."""
        for classifier in self._keyring.emptied():
            await classifier.aclose()
        await self._wrapped.aclose()


def _response(reply: HandledReply, method: str) -> httpx.Response:
    content = b"" if reply.body is None else json.dumps(reply.body).encode()
    headers = {"Content-Type": "application/json", **reply.headers, "Content-Length": str(len(content))}
    return httpx.Response(reply.status, headers=headers, content=b"" if method == "HEAD" else content)


def _options(allowed: tuple[str, ...]) -> httpx.Response:
    return httpx.Response(204, headers={"Allow": ", ".join((*allowed, "OPTIONS"))})


def _with_address(request: httpx.Request, allowed: tuple[str, ...], body: bytes) -> bytes | dict[str, Any]:
    if request.method not in allowed or request.method != "POST":
        return body
    return with_query(body, request.url.query)


def _refused(error: APIStatusError) -> httpx.Response:
    answer = failure_answer(error)
    return _response(HandledReply(answer.status, answer.body, answer.headers), "POST")
