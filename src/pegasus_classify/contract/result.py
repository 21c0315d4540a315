"""What a classification found, per video and for the whole request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pegasus_classify.contract.evidence import Evidence
from pegasus_classify.contract.quantities import Percent, Ratio, Seconds
from pegasus_classify.contract.request import ConfidenceWord, Option

__all__ = [
    "ClassResult",
    "ClassifyResult",
    "Clip",
    "Cost",
    "DropRule",
    "Dropped",
    "Failure",
    "FailureKind",
    "Source",
    "VideoResult",
]


@dataclass(frozen=True, slots=True)
class Clip:
    """One stretch of one video in which one prompt was found by one option.

    Attributes:
        start: Seconds from the start of the video; not above `end`.
        end: Seconds, inside the video.
        score: 0 to 100 on the old API's scale, uncut; None only in an answer that does not show it.
        prompt: The prompt as asked; None when the model named none.
        option: None when the model named none and several were possible.
        thumbnail_url: Only in recorded answers: the new platform has no picture per clip.
        confidence: The word of the labels dialect; None elsewhere.
    """

    start: Seconds
    end: Seconds
    score: Percent | None = None
    prompt: str | None = None
    option: Option | None = None
    thumbnail_url: str | None = None
    confidence: ConfidenceWord | None = None


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One class found in one video. A field that an answer does not show is None; judged results have all of them.

    Attributes:
        name: As asked.
        score: Class score, 0 to 100, uncut.
        duration_ratio: Share of the video that the clips cover, counting overlaps once, 0 to 1, uncut.
        max_score: Highest clip score, 0 to 100.
        avg_score: Plain mean of the clip scores, 0 to 100.
        normalized_score: Share of this class's cut score among the classes returned for the video, 0 to 100.
        duration: Seconds that the clips cover, counting overlaps once.
        confidence: The labels dialect's word for `max_score`; None in the classes dialect.
        clips: None when not asked for.
        duration_weighted_score: Only in illustrations of the old specification; never seen in a real answer.
    """

    name: str
    score: Percent | None = None
    duration_ratio: Ratio | None = None
    max_score: Percent | None = None
    avg_score: Percent | None = None
    normalized_score: Percent | None = None
    duration: Seconds | None = None
    confidence: ConfidenceWord | None = None
    clips: tuple[Clip, ...] | None = None
    duration_weighted_score: Percent | None = None


DropRule: TypeAlias = Literal["min_video_score", "min_clip_score", "min_duration_ratio", "not_localised"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something the model found and the answer leaves out, with the reason.

    Attributes:
        video_id: Where it was found.
        class_name: Which class.
        rule: The threshold that removed it, or `not_localised` when the model gave no times.
        value: What was reached; None for `not_localised`.
        limit: What the threshold asked for; None for `not_localised`.
        clips: How many clips are meant; 0 when the whole class is.
    """

    video_id: str
    class_name: str
    rule: DropRule
    value: float | None = None
    limit: float | None = None
    clips: int = 0

    @property
    def by(self) -> float | None:
        """By how much the value stayed under the limit; None for `not_localised`."""
        if self.value is None or self.limit is None:
            return None
        return self.limit - self.value


FailureKind: TypeAlias = Literal[
    "unknown_video",  # no asset belongs to the id
    "unknown_length",  # the platform does not tell how long the video is
    "too_short",
    "too_long",
    "not_ready",  # the platform still works on the upload
    "refused",  # the model declined to look
    "unreadable",  # the generated text is no classification, also after the one follow-up
    "rejected",  # the platform refused the request for good (4xx)
    "key_rejected",  # 401 or 403
    "rate_limited",  # still too many requests after waiting as told
    "quota_used_up",  # the day's or the account's allowance is gone
    "over_budget",  # a limit of the user's own would have been passed
    "unavailable",  # the platform failed or was not reached, after all retries
    "stopped",  # the caller ended the run
    "not_recorded",  # the old side is a recording, and nothing like this was asked when it was made
]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request used. All numbers are 0 or more and add up with `+`.

    Attributes:
        calls: Calls of the model that were paid for this request.
        kept: Answers taken from the ledger, free.
        joined: Answers shared with another request that asked the same at the same time, free for this one.
        video_seconds: Seconds of video billed.
        input_tokens: As the platform reports them; 0 when it does not.
        output_tokens: As the platform reports them.
        usd: The price of all this by the dated price list, US dollars.
        lost: Calls whose answers were lost on the way; the platform may have billed them, and `usd` leaves them out.
    """

    calls: int = 0
    kept: int = 0
    joined: int = 0
    video_seconds: Seconds = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    lost: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Add two costs field by field."""
        return Cost(
            self.calls + other.calls,
            self.kept + other.kept,
            self.joined + other.joined,
            self.video_seconds + other.video_seconds,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.usd + other.usd,
            self.lost + other.lost,
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """One video that could not be answered, and why.

    Attributes:
        video_id: As asked.
        kind: What sort of failure.
        reason: One sentence for people: what happened and what to do.
        status_code: The legacy status when every video failed this way.
        code: The legacy code that goes with it.
        retry_after: Seconds to wait, when the platform said so.
        cost: What was paid all the same; the answers paid for stand in the ledger.
    """

    video_id: str
    kind: FailureKind
    reason: str
    status_code: int = 500
    code: str = "internal_server_error"
    retry_after: Seconds | None = None
    cost: Cost = Cost()


_ASKED_IN_VAIN: frozenset[FailureKind] = frozenset(
    ("rejected", "key_rejected", "rate_limited", "quota_used_up", "unavailable")
)
"""Failures in which the platform was asked and gave no answer, so that the cost counts no call."""

Source: TypeAlias = Literal["asked", "kept", "joined", "mixed"]
"""Where an answer came from: paid now, kept in the ledger, joined with another request under way, or several."""


@dataclass(frozen=True, slots=True)
class VideoResult:
    """Everything found in one video; `classes` is empty when nothing reached the thresholds.

    Attributes:
        video_id: As asked.
        classes: In the order of the answer.
        dropped: What was found and left out.
        cost: What this video used.
        repairs: Names of what had to be mended in the model's text, each once.
        evidence: What the model said, before curve and thresholds; no answer shows it, fitting a curve needs it.
        length: Of the video, seconds; None in a result that was read from an answer.
    """

    video_id: str
    classes: tuple[ClassResult, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    cost: Cost = Cost()
    repairs: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=(), compare=False, repr=False)
    length: Seconds | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ClassifyResult:
    """The answer to a whole request, before it is cut into pages.

    Attributes:
        videos: Only those with at least one class left, in the order of the answer.
        failed: Videos that could not be answered.
        answered: How many videos were answered, those included in which nothing was found.
        dropped: What was found and left out, of all videos.
        coverage: Ids of the fidelity table's entries that apply to this request.
        cost: What the request used.
        model: The model that answered.
        prompt_version: Such as `classify.v1`.
        prompt_hash: Hash of the template's text; a calibration is bound to it.
    """

    videos: tuple[VideoResult, ...] = ()
    failed: tuple[Failure, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    coverage: tuple[str, ...] = ()
    cost: Cost = Cost()
    answered: int = 0
    model: str = ""
    prompt_version: str = ""
    prompt_hash: str = ""

    @property
    def source(self) -> Source:
        """Where the answer came from; `kept` when nothing had to be asked, `asked` also when that was in vain."""
        asked = self.cost.calls or any(each.kind in _ASKED_IN_VAIN for each in self.failed)
        counts = (("asked", asked), ("kept", self.cost.kept), ("joined", self.cost.joined))
        used = [name for name, count in counts if count]
        if len(used) > 1:
            return "mixed"
        return "joined" if used == ["joined"] else "asked" if used == ["asked"] else "kept"
