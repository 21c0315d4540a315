"""How a request was spelled, so that it can be written again and be answered in kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["DialectName", "IdField", "Kind", "Spelling", "ThresholdForm"]

DialectName: TypeAlias = Literal["classes", "labels"]
"""The word a body uses for what is searched: `labels` until early 2023, `classes` since."""

Kind: TypeAlias = Literal["videos", "bulk"]
"""Which of the two calls: `/classify` for named videos, `/classify/bulk` for an index."""

IdField: TypeAlias = Literal["video_ids", "video_id", "index_id"]


@dataclass(frozen=True, slots=True)
class ThresholdForm:
    """How the threshold was spelled.

    Attributes:
        form: `absent`; `object` (three minima, since May 2023); `integer` (versions 1.1.1 and the bulk call of the
            v1.2 specification); `word` (labels dialect).
        word: With `word`: `none`, `low`, `medium` or `high`.
        members: With `object`: the members that were given, in the order of the specification.
    """

    form: Literal["absent", "object", "integer", "word"] = "absent"
    word: str | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a request was spelled.

    Attributes:
        dialect: The dialect of its body, and therefore of its answer, whatever version its address names.
        id_field: Where the videos or the index stood; None when neither was named.
        threshold: How the threshold was spelled.
        given: The fields that were sent although they have a default, threshold apart, in the specification's order.
        also_next_page_token: Whether a labels answer also shows the next token as `next_page_token`: the key that
            the Python client of February 2023 looked for, while the guide of December 2022 shows `next_token`.
    """

    dialect: DialectName = "classes"
    id_field: IdField | None = None
    threshold: ThresholdForm = ThresholdForm()
    given: tuple[str, ...] = ()
    also_next_page_token: bool = False

    @property
    def single(self) -> bool:
        """True when the answer is one object with `labels` at its top, without `data` and paging."""
        return self.dialect == "labels" and self.id_field == "video_id"
