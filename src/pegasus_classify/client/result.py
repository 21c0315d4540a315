"""The old SDK's result objects: the same attributes, the same lists with `.root`, the same iteration.

Read off the Python SDK 0.3.2: a page holds its videos in `.data`; iterating it starts at the *second* page, each step
fetches the page after the last one fetched, gives its `.data`, and moves `.page_info` along; an empty or missing
token ends the walk. What that SDK did not have (`failed`, `dropped`, `cost` …) stands beside it and takes no part in
`model_dump()`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar, get_args

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    model_serializer,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from pegasus_classify.client.notes import NO_NOTES, Notes
from pegasus_classify.contract.result import Cost, Dropped, Failure, Source

__all__ = [
    "AsyncClassifyPageResult",
    "ClassifyClass",
    "ClassifyClip",
    "ClassifyDetailedScore",
    "ClassifyLabel",
    "ClassifyPageResult",
    "ClassifyVideoData",
    "Rows",
    "TokenPageInfo",
    "async_page_of",
    "page_of",
]

_T = TypeVar("_T")


class Rows(list[_T], Generic[_T]):
    """A list that also has `.root`, `model_dump()` and `model_dump_json()`, as the old SDK's lists had."""

    @property
    def root(self) -> list[_T]:
        """The list itself."""
        return self

    def model_dump(self, **how: Any) -> list[Any]:
        """Return the entries as plain data; arguments are those of pydantic's method of this name."""
        plain: list[Any] = _AS_JSON.dump_python(self, **how)
        return plain

    def model_dump_json(self, **how: Any) -> str:
        """Return the entries as JSON text; arguments are those of pydantic's method of this name."""
        return _AS_JSON.dump_json(self, **how).decode()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Have pydantic read a plain list and make one of these of it."""
        (item,) = get_args(source) or (Any,)
        return no_info_after_validator_function(cls, handler.generate_schema(list[item]))  # type: ignore[valid-type]


_AS_JSON: TypeAdapter[list[Any]] = TypeAdapter(list[Any])


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore")

    def __str__(self) -> str:
        return repr(self)


class _Sparse(_Item):
    """An item some of whose fields belong to one dialect only; such a field is dumped only when it was answered."""

    @model_serializer(mode="wrap")
    def _without_the_other_dialect(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        foreign = {"labels", "classes", "confidence"} - self.model_fields_set
        return {name: value for name, value in written.items() if name not in foreign}


class ClassifyClip(_Sparse):
    """One stretch of a video.

    Attributes:
        start: Seconds from the start of the video.
        end: Seconds.
        score: 0 to 100.
        option: Where it was found; empty when the model named none of several possible ones.
        prompt: The prompt as asked; empty when the model named none.
        thumbnail_url: Always None: the new platform has no picture per clip.
        confidence: A word, in the labels dialect only.
    """

    start: float
    end: float
    score: float = 0.0
    option: str = ""
    prompt: str = ""
    thumbnail_url: str | None = None
    confidence: str | None = None


class ClassifyDetailedScore(_Item):
    """How a class score came about; each 0 to 100.

    Attributes:
        max_score: Highest clip score.
        avg_score: Plain mean of the clip scores.
        normalized_score: Share among the classes returned for the video.
    """

    max_score: float
    avg_score: float
    normalized_score: float


class ClassifyClass(_Item):
    """One class found in a video.

    Attributes:
        name: As asked.
        score: 0 to 100.
        duration_ratio: Share of the video that the clips cover, 0 to 1.
        clips: None unless asked for with `include_clips`.
        detailed_scores: None unless asked for with `show_detailed_score`.
    """

    name: str
    score: float
    duration_ratio: float
    clips: Rows[ClassifyClip] | None = None
    detailed_scores: ClassifyDetailedScore | None = None


class ClassifyLabel(_Item):
    """One label found in a video, in the dialect of 2022.

    Attributes:
        name: As asked.
        max_score: Highest clip score, 0 to 100.
        duration: Seconds that the clips cover, counting overlaps once.
        confidence: `high`, `medium`, `low` or `extremely low`.
        clips: None unless asked for with `include_clips`.
    """

    name: str
    max_score: float
    duration: float
    confidence: str
    clips: Rows[ClassifyClip] | None = None


class ClassifyVideoData(_Sparse):
    """What was found in one video.

    Attributes:
        video_id: As asked; empty only in the single-video answer of 2022, which did not name it.
        classes: The classes, best first; empty in an answer of the labels dialect.
        labels: The labels in the order asked; None in an answer of the classes dialect.
    """

    video_id: str = ""
    classes: Rows[ClassifyClass] = Field(default_factory=lambda: Rows[ClassifyClass]([]))
    labels: Rows[ClassifyLabel] | None = None


class TokenPageInfo(_Item):
    """Where a page stands; the names of 2022 (`limit`, `total_count`, `next_token`, `expired_at`) are read too.

    Attributes:
        limit_per_page: Most videos per page; 0 when nothing was found.
        total_results: Videos on all pages together.
        page_expired_at: RFC 3339 time after which the tokens are gone; empty when there are none.
        next_page_token: None or empty on the last page.
        prev_page_token: None or empty on the first page.
    """

    limit_per_page: int = Field(default=0, validation_alias=AliasChoices("limit_per_page", "limit"))
    total_results: int = Field(default=0, validation_alias=AliasChoices("total_results", "total_count"))
    page_expired_at: str = Field(default="", validation_alias=AliasChoices("page_expired_at", "expired_at"))
    next_page_token: str | None = Field(default=None, validation_alias=AliasChoices("next_page_token", "next_token"))
    prev_page_token: str | None = Field(default=None, validation_alias=AliasChoices("prev_page_token", "prev_token"))


class _Page(BaseModel):
    """What both kinds of page share.

    Attributes:
        data: The videos of this page.
        page_info: Where the page last fetched stands.
    """

    model_config = ConfigDict(extra="ignore")

    data: Rows[ClassifyVideoData]
    page_info: TokenPageInfo
    _notes: Notes = PrivateAttr(default=NO_NOTES)

    @property
    def failed(self) -> tuple[Failure, ...]:
        """Videos of the whole request that could not be answered, and why."""
        return self._notes.failed

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """What was found and left out, and by which rule; empty on a page fetched by token."""
        return self._notes.dropped

    @property
    def coverage(self) -> tuple[str, ...]:
        """Ids of the fidelity table's entries that apply to the request."""
        return self._notes.coverage

    @property
    def cost(self) -> Cost:
        """What the call used; nothing for a page fetched by token."""
        return self._notes.cost

    @property
    def model(self) -> str:
        """The model that answered."""
        return self._notes.model

    @property
    def prompt_version(self) -> str:
        """Version of the prompt, such as `classify.v1`."""
        return self._notes.prompt_version

    @property
    def source(self) -> Source:
        """Whether the answer was asked now, kept, joined with another call's, or mixed."""
        return self._notes.source


class ClassifyPageResult(_Page):
    """A page of a classification; iterate it, or call `next()` on it, for the pages after it."""

    _fetch: Callable[[str], ClassifyPageResult] | None = PrivateAttr(default=None)

    def __iter__(self) -> Iterator[Rows[ClassifyVideoData]]:  # type: ignore[override]
        """Go over the following pages, the second one first."""
        return self

    def __next__(self) -> Rows[ClassifyVideoData]:
        """Fetch the page after the last one fetched and return its videos.

        Raises:
            StopIteration: There is no further page.
            BadRequestError: The token has expired (300 s after the call).
        """
        token = self.page_info.next_page_token
        if not token or self._fetch is None:
            raise StopIteration
        page = self._fetch(token)
        self.page_info = page.page_info
        return page.data


class AsyncClassifyPageResult(_Page):
    """A page of a classification; `async for` over it, or `await anext()`, for the pages after it."""

    _fetch: Callable[[str], Awaitable[AsyncClassifyPageResult]] | None = PrivateAttr(default=None)

    def __aiter__(self) -> AsyncClassifyPageResult:
        """Go over the following pages, the second one first."""
        return self

    async def __anext__(self) -> Rows[ClassifyVideoData]:
        """Fetch the page after the last one fetched and return its videos.

        Raises:
            StopAsyncIteration: There is no further page.
            BadRequestError: The token has expired (300 s after the call).
        """
        token = self.page_info.next_page_token
        if not token or self._fetch is None:
            raise StopAsyncIteration
        page = await self._fetch(token)
        self.page_info = page.page_info
        return page.data


def page_of(
    body: Mapping[str, Any], notes: Notes, fetch: Callable[[str], ClassifyPageResult] | None = None
) -> ClassifyPageResult:
    """Return the old SDK's result object for a legacy answer of status 200.

    Args:
        body: The answer's JSON, of either dialect.
        notes: What stands beside it.
        fetch: Gets the page of a token; None when there is nothing to fetch from.
    """
    page = ClassifyPageResult.model_validate(_as_page(body))
    page._notes, page._fetch = notes, fetch
    return page


def async_page_of(
    body: Mapping[str, Any], notes: Notes, fetch: Callable[[str], Awaitable[AsyncClassifyPageResult]] | None = None
) -> AsyncClassifyPageResult:
    """Return the same for asynchronous callers; see `page_of`."""
    page = AsyncClassifyPageResult.model_validate(_as_page(body))
    page._notes, page._fetch = notes, fetch
    return page


def _as_page(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give every answer `data` and a filled `page_info`: those of 2022 for one video, or for one page, had neither."""
    data = body.get("data", [body])
    return {"data": data, "page_info": body.get("page_info") or {"total_results": len(data)}}
