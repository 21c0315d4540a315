"""The SDK's clients with the old `classify`: for programs that change one import and want nothing changed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pegasus_classify.sdk.clients import AsyncClientClassify, ClassifyAttribute, ClientClassify, arguments_of
from pegasus_classify.sdk.installed import installed_sdk

if TYPE_CHECKING:
    from pegasus_classify.settings import Settings

__all__ = ["AsyncTwelveLabs", "TwelveLabs"]

_sdk = installed_sdk()


def _given(client: Any, classify_settings: Settings | None) -> None:
    client._classify_settings = classify_settings


def _attribute(kind: Any) -> ClassifyAttribute:
    return ClassifyAttribute(lambda client: kind(_sdk, **arguments_of(client, {"settings": client._classify_settings})))


class TwelveLabs(_sdk.TwelveLabs):  # type: ignore[name-defined,misc]
    """The installed SDK's client, and `classify` with the old SDK's calls.

    Args:
        api_key: The platform's key, also in the first place, as old programs wrote it.
        version: Taken for old programs' sake and without effect: a result has the same form under either version.
        classify_settings: How to classify.
        **more: As the installed SDK takes them: `base_url`, `timeout`, `httpx_client` …
    """

    classify = _attribute(ClientClassify)

    def __init__(
        self,
        api_key: str | None = None,
        version: str | None = None,  # noqa: ARG002
        *,
        classify_settings: Settings | None = None,
        **more: Any,
    ) -> None:
        _given(self, classify_settings)
        super().__init__(api_key=api_key, **more)


class AsyncTwelveLabs(_sdk.AsyncTwelveLabs):  # type: ignore[name-defined,misc]
    """The installed SDK's asynchronous client, and `classify`; arguments are those of `TwelveLabs`."""

    classify = _attribute(AsyncClientClassify)

    def __init__(
        self,
        api_key: str | None = None,
        version: str | None = None,  # noqa: ARG002
        *,
        classify_settings: Settings | None = None,
        **more: Any,
    ) -> None:
        _given(self, classify_settings)
        super().__init__(api_key=api_key, **more)
