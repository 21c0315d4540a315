"""The table of how faithful each field is: data, and the conditions under which a row applies to a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pegasus_classify.contract.request import ClassifyRequest, effective_classes
from pegasus_classify.legacy.spelling import DialectName, Spelling

__all__ = ["COVERAGE", "Entry", "Fidelity"]

Fidelity: TypeAlias = Literal["exact", "derived", "approximated", "unsupported"]
"""`exact`: as the old API did. `derived`: by an exact rule from something that is not exact. `approximated`: the
model's word, or ours, where the old engine measured. `unsupported`: cannot be given."""

_When: TypeAlias = Callable[[ClassifyRequest, Spelling], bool]


def _always(_request: ClassifyRequest, _spelling: Spelling) -> bool:
    return True


def _clips(request: ClassifyRequest, _spelling: Spelling) -> bool:
    return request.include_clips


def _detail(request: ClassifyRequest, _spelling: Spelling) -> bool:
    return request.show_detailed_score


def _option(word: str) -> _When:
    return lambda request, _: any(word in each.options for each in effective_classes(request))


def _given(name: str) -> _When:
    return lambda _, spelling: name in spelling.given


def _exact_match(request: ClassifyRequest, _spelling: Spelling) -> bool:
    return any(
        each.conversation_option == "exact_match" and "conversation" in each.options
        for each in effective_classes(request)
    )


def _own(attribute: str) -> _When:
    return lambda request, _: any(getattr(each, attribute) is not None for each in request.classes)


def _member(name: str) -> _When:
    return lambda _, spelling: name in spelling.threshold.members


def _no_member(name: str) -> _When:
    return lambda _, spelling: name not in spelling.threshold.members


def _form(form: str) -> _When:
    return lambda _, spelling: spelling.threshold.form == form


def _named_twice(request: ClassifyRequest, _spelling: Spelling) -> bool:
    return len({each.name for each in request.classes}) < len(request.classes)


def _prompt_twice(request: ClassifyRequest, _spelling: Spelling) -> bool:
    return any(len(set(each.prompts)) < len(each.prompts) for each in request.classes)


def _video_twice(request: ClassifyRequest, _spelling: Spelling) -> bool:
    videos = request.video_ids or ()
    return len(set(videos)) < len(videos)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table.

    Attributes:
        id: Short and safe in a header.
        dialects: In which dialects the field occurs.
        where: `request` or `response`.
        field: As the dialects spell it.
        fidelity: How faithful it is.
        reason: What is done and why, one or two sentences.
        source: Where the old behaviour is known from.
        when: Whether the row applies to a request.
    """

    id: str
    dialects: tuple[DialectName, ...]
    where: Literal["request", "response"]
    field: str
    fidelity: Fidelity
    reason: str
    source: str
    when: _When = _always


_BOTH: tuple[DialectName, ...] = ("classes", "labels")
_C: tuple[DialectName, ...] = ("classes",)
_L: tuple[DialectName, ...] = ("labels",)

_SPEC = "v1.2 specification"
_SPEC_REC = "v1.2 specification; recorded answers of October 2023"
_REC = "recorded answers of October 2023"
_GUIDE = "guide of December 2022"
_CLIENT = "Python client of 2023"
_NEW = "v1.3 specification"
_NONE = "no evidence; our choice"

_REQUEST: tuple[Entry, ...] = (
    Entry("video_ids", _C, "request", "video_ids", "exact", "Each id is looked up; an unknown one is an error.", _SPEC),
    Entry("video_ids.repeated", _C, "request", "video_ids (an id twice)", "derived",
          "Asked, billed and answered once.", _NONE, _video_twice),
    Entry("video_id", _BOTH, "request", "video_id", "exact", "The one video is looked up.", _CLIENT),
    Entry("index_id", _BOTH, "request", "index_id", "exact", "Every video of the index is asked about.", _SPEC_REC),
    Entry("list", _BOTH, "request", "classes, labels", "exact", "All of them are asked about.", _SPEC_REC),
    Entry("name", _BOTH, "request", "classes[].name, labels[].name", "exact", "Answered as it was spelled.", _REC),
    Entry("name.repeated", _BOTH, "request", "classes[].name, labels[].name (a name twice)", "approximated",
          "Entries of one name are one class: prompts and options add up.", _NONE, _named_twice),
    Entry("prompts", _BOTH, "request", "classes[].prompts, labels[].prompts", "exact",
          "All are part of the question; a clip names the one that it shows.", _SPEC_REC),
    Entry("prompts.repeated", _BOTH, "request", "classes[].prompts, labels[].prompts (a prompt twice)", "derived",
          "Taken, as it was, and asked once.", _GUIDE, _prompt_twice),
    Entry("options", _BOTH, "request", "options", "derived",
          "The old engine searched one index per option; the model is told what may count as evidence.", _SPEC),
    Entry("options.text_in_video", _BOTH, "request", "options: text_in_video", "approximated",
          "The platform has no such option any more; the model is told to count words on screen.", _NEW,
          _option("text_in_video")),
    Entry("options.logo", _L, "request", "options: logo", "approximated",
          "The platform has no such option any more; the model is told to count logos that it sees.", _NEW,
          _option("logo")),
    Entry("classes.options", _C, "request", "classes[].options", "derived",
          "Replaces the request's options for this class.", _SPEC, _own("options")),
    Entry("conversation_option", _BOTH, "request", "conversation_option", "derived",
          "The model is told how speech counts; without `conversation` among the options it means nothing.", _SPEC,
          _given("conversation_option")),
    Entry("conversation_option.exact_match", _BOTH, "request", "conversation_option: exact_match", "approximated",
          "The model is told to count only the very words; no transcript is compared.", _SPEC, _exact_match),
    Entry("classes.conversation_option", _C, "request", "classes[].conversation_option", "derived",
          "Replaces the request's for this class; where it is missing the request's holds.", _SPEC,
          _own("conversation_option")),
    Entry("page_limit", _BOTH, "request", "page_limit", "exact", "1 to 50, default 10.", _SPEC),
    Entry("include_clips", _BOTH, "request", "include_clips", "exact", "`clips` stands in the answer or not.", _REC),
    Entry("show_detailed_score", _C, "request", "show_detailed_score", "exact",
          "`detailed_scores` stands in the answer or not.", _REC),
    Entry("threshold.min_video_score", _C, "request", "threshold.min_video_score", "derived",
          "Applied as documented, default 75, to a score that is approximated.", _SPEC, _member("min_video_score")),
    Entry("threshold.min_duration_ratio", _C, "request", "threshold.min_duration_ratio", "derived",
          "Applied as documented, default 0.5, to clips that the model reports.", _SPEC, _member("min_duration_ratio")),
    Entry("threshold.min_clip_score", _C, "request", "threshold.min_clip_score", "derived",
          "A clip below it counts for nothing: not listed, not in ratio, maximum or mean.", _SPEC,
          _member("min_clip_score")),
    Entry("threshold.min_clip_score.default", _C, "request", "threshold.min_clip_score (not sent)", "derived",
          "73, not the documented 30: no recorded answer shows a clip under 73.86. Send 30 to have the documented "
          "default.", _SPEC_REC, _no_member("min_clip_score")),
    Entry("threshold.integer", _C, "request", "threshold (an integer)", "derived",
          "Taken as `min_video_score`; 0 keeps every class that fills half of the video.", _SPEC, _form("integer")),
    Entry("threshold.word", _L, "request", "threshold (a word)", "derived",
          "Clips under none 0, low 40, medium 73, high 83 count for nothing; `low` when not sent.", _GUIDE),
)  # fmt: skip

_RESPONSE: tuple[Entry, ...] = (
    Entry("data", _BOTH, "response", "data[]", "exact", "Only videos in which something was found.", _REC),
    Entry("data.order", _C, "response", "data[], data[].classes[], clips[] (order)", "exact",
          "By score, high to low; clips of equal score by start.", _REC),
    Entry("data.order.labels", _L, "response", "labels[], clips[] (order)", "exact",
          "Labels in the order asked, clips by start.", _GUIDE),
    Entry("answer.video_id", _BOTH, "response", "data[].video_id, video_id", "exact",
          "As asked; in the answer for a single video it stands beside `labels`.", _REC),
    Entry("answer.name", _BOTH, "response", "classes[].name, labels[].name", "exact", "As asked.", _REC),
    Entry("score", _C, "response", "classes[].score", "approximated",
          "From the best clip score and the covered share by a rule fitted to recorded answers (mean error 0.45 "
          "points on them); the clip score itself is approximated.", _REC),
    Entry("max_score", _L, "response", "labels[].max_score", "approximated", "The best clip score.", _GUIDE),
    Entry("duration_ratio", _C, "response", "classes[].duration_ratio", "derived",
          "Union of the clips over the video's length, cut to two decimals.", _REC),
    Entry("duration", _L, "response", "labels[].duration", "derived",
          "Seconds that the clips cover, overlaps once; the old rule for overlaps is not known.", _GUIDE),
    Entry("confidence", _L, "response", "labels[].confidence, clips[].confidence", "derived",
          "The word for the score: low below 73, medium below 83, high; `extremely low` below 40 is a guess.", _GUIDE),
    Entry("detailed_scores.max_score", _C, "response", "detailed_scores.max_score", "derived",
          "The highest clip score.", _REC, _detail),
    Entry("detailed_scores.avg_score", _C, "response", "detailed_scores.avg_score", "derived",
          "The plain mean of the clip scores.", _REC, _detail),
    Entry("detailed_scores.normalized_score", _C, "response", "detailed_scores.normalized_score", "derived",
          "The exact old formula: the share among the cut scores of the classes returned for the video.", _REC,
          _detail),
    Entry("detailed_scores.duration_weighted_score", _C, "response", "detailed_scores.duration_weighted_score",
          "unsupported", "Withdrawn in version 1.1.2; no recorded answer has it.", _SPEC_REC, _detail),
    Entry("clips", _BOTH, "response", "clips[]", "approximated",
          "The stretches that the model reports; the old engine found more and finer ones.", _REC, _clips),
    Entry("clips.times", _BOTH, "response", "clips[].start, clips[].end", "approximated",
          "As the model tells them, inside the video.", _REC, _clips),
    Entry("clips.score", _BOTH, "response", "clips[].score", "approximated",
          "The model's confidence through a curve onto the old scale; words on screen always score 92.28, as they "
          "did.", _REC, _clips),
    Entry("clips.option", _BOTH, "response", "clips[].option", "approximated",
          "The model's word, one of the options asked.", _REC, _clips),
    Entry("clips.prompt", _BOTH, "response", "clips[].prompt", "approximated",
          "The model's word, one of the prompts asked.", _REC, _clips),
    Entry("clips.thumbnail_url", _BOTH, "response", "clips[].thumbnail_url", "unsupported",
          "The platform has no picture per clip; the field was optional and is left out.", _REC, _clips),
    Entry("page_info.limit_per_page", _C, "response", "page_info.limit_per_page", "exact",
          "The effective page_limit, 0 when nothing was found; some old answers showed the number of results.",
          _SPEC_REC),
    Entry("page_info.total_results", _C, "response", "page_info.total_results", "exact", "Videos on all pages.", _REC),
    Entry("page_info.page_expired_at", _C, "response", "page_info.page_expired_at", "exact",
          "300 seconds after the answer.", _REC),
    Entry("page_info.tokens", _C, "response", "page_info.next_page_token, page_info.prev_page_token", "exact",
          "Empty at either end.", _SPEC_REC),
    Entry("page_info.labels", _L, "response",
          "page_info.total_count, page_info.limit, page_info.next_token, page_info.expired_at", "exact",
          "An empty object when everything stands on one page.", _GUIDE),
)  # fmt: skip

COVERAGE: tuple[Entry, ...] = (*_REQUEST, *_RESPONSE)
"""Every request and response field of both dialects, in the order of the specification."""
