r"""The recording format: JSON Lines, one call per line, readable with any text tool.

The first line names format and version; each further line is one call::

    {"format": "pegasus-classify-recording", "version": 1}
    {"path": "/v1.2/classify/bulk", "request": {…}, "status": 200, "response": {…}}

======================  ============================================================================================
``path``                address without host, such as ``/v1.2/classify``; required
``status``              HTTP status of the answer, 100 to 599; required
``response``            the answer as it was received; required, may be null
``request``             body as sent; null, or left out, when it is not known and for a page fetched by its token
``recorded_at``         RFC 3339 time; left out when not known
``source``              where the call was taken from, for people
``model``               model that answered, when this library did
``prompt_version``      such as ``classify.v1``, likewise
``prompt_hash``         hash of the template's text, likewise
``cost``                what the call used: names and numbers
``failed``              videos without an answer: ``[{"video_id": …, "kind": …, "reason": …}]``
``durations``           length of videos, seconds: ``{video id: seconds}``
``evidence``            what the model said of every video it was asked about, before any threshold:
                        ``{video id: [{"class_name", "prompt", "option", "start", "end", "confidence"}]}``; an empty
                        list: it was asked and reported nothing
======================  ============================================================================================

Lines of two recordings of the same version can be put together with ``cat``. Empty lines mean nothing. Secrets are
removed before a line is written (`scrub`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pegasus_classify.contract.quantities import Percent, Seconds
from pegasus_classify.recordings.numbers import UnreadableJson, parsed, without_no_numbers
from pegasus_classify.recordings.scrub import scrubbed

__all__ = [
    "FORMAT",
    "VERSION",
    "Complaint",
    "RecordedCall",
    "RecordedEvidence",
    "RecordedFailure",
    "Recording",
    "header_line",
    "line_of",
    "read_recording",
    "write_lines",
]

FORMAT = "pegasus-classify-recording"
VERSION = 1

_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class RecordedFailure(_Part):
    """A video without an answer: its id, what sort of failure, and a sentence for people."""

    video_id: str
    kind: str = ""
    reason: str = ""


class RecordedEvidence(_Part):
    """One clip, or one class without times, that the model reported.

    Attributes:
        class_name: As requested.
        prompt: None when none was named.
        option: None when none was named.
        start: Seconds; None, together with `end`, without times.
        end: Seconds.
        confidence: 0 to 100 as the model claims it; None when it claims nothing.
    """

    class_name: str
    prompt: str | None = None
    option: str | None = None
    start: Annotated[Seconds, Field(ge=0, allow_inf_nan=False)] | None = None
    end: Annotated[Seconds, Field(ge=0, allow_inf_nan=False)] | None = None
    confidence: Annotated[Percent, Field(ge=0, le=100)] | None = None


class RecordedCall(_Part):
    """One call and its answer; the module's docstring describes every field."""

    path: str = Field(pattern=r"^/")
    status: int = Field(ge=100, le=599)
    response: Any
    request: dict[str, Any] | None = None
    recorded_at: str | None = None
    source: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    prompt_hash: str | None = None
    cost: dict[str, _Amount] | None = None
    failed: tuple[RecordedFailure, ...] | None = Field(default=None, strict=False)
    durations: dict[str, Annotated[Seconds, Field(gt=0, allow_inf_nan=False)]] | None = None
    evidence: dict[str, Annotated[tuple[RecordedEvidence, ...], Field(strict=False)]] | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something in a recording, or in what is imported, that cannot be used.

    Attributes:
        line: Counted from 1; 0 when there are no lines to count.
        field: Place inside the line, such as `response.data.0.classes.1.score`; empty for the line as a whole.
        problem: What is wrong and what became of it.
        lost: True when the whole line is left out.
    """

    line: int
    field: str
    problem: str
    lost: bool = False

    def __str__(self) -> str:
        """Return one line for people."""
        place = f"line {self.line}" if self.line else ""
        parts = [part for part in (place, self.field) if part]
        return f"{', '.join(parts)}: {self.problem}" if parts else self.problem


@dataclass(frozen=True, slots=True)
class Recording:
    """What could be read.

    Attributes:
        calls: In the order of the lines.
        complaints: What is wrong, in the order of the lines.
    """

    calls: tuple[RecordedCall, ...] = ()
    complaints: tuple[Complaint, ...] = ()

    @property
    def lost(self) -> int:
        """How many lines could not be used at all."""
        return sum(complaint.lost for complaint in self.complaints)


def read_recording(lines: Iterable[str]) -> Recording:
    """Read a recording. Nothing is raised: what is readable is used, the rest is named.

    Args:
        lines: With or without their line ends, as a text file opened for reading gives them.

    Returns:
        The calls. A line that is cut off, no JSON, or without its required fields is lost; an optional field of a
        wrong form is left out of its call; a value that is no number (NaN, Infinity) takes the nearest entry of a list
        around it away, so that a clip without a usable score does not stand there as one.
    """
    calls: list[RecordedCall] = []
    complaints: list[Complaint] = []
    headed = False
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("\ufeff")
        if not text:
            continue
        try:
            value, places = parsed(text)
        except UnreadableJson as error:
            complaints.append(Complaint(number, "", f"{error}; the line is left out", lost=True))
            continue
        if _is_header(value):
            complaints.extend(_header_faults(value, number))
            headed = True
            continue
        if not headed:
            complaints.append(Complaint(number, "format", f'missing: the first line should name "{FORMAT}"'))
            headed = True
        complaints.extend(Complaint(number, place, "is no number; what it belongs to is left out") for place in places)
        call = _call(value, number, complaints)
        if call is not None:
            calls.append(call)
    return Recording(tuple(calls), tuple(complaints))


def write_lines(calls: Iterable[RecordedCall]) -> Iterator[str]:
    """Yield the lines of a recording, the header first, each with its line end."""
    yield header_line()
    for call in calls:
        yield line_of(call)


def header_line() -> str:
    """Return the first line of a recording."""
    return json.dumps({"format": FORMAT, "version": VERSION}) + "\n"


def line_of(call: RecordedCall, secrets: Iterable[str] = ()) -> str:
    """Return one call as a line with its line end, free of secrets and of what is no JSON number.

    Args:
        call: The call.
        secrets: Texts that must not be written, beside whatever looks like a key.
    """
    about = call.model_dump(mode="json", exclude={"path", "request", "status", "response"}, exclude_none=True)
    fields = {"path": call.path, "request": call.request, "status": call.status, "response": call.response, **about}
    clean = scrubbed(without_no_numbers(fields)[0], secrets)
    # A line must stay a line for every reader, and text for every encoding.
    return _BREAKING.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(clean, ensure_ascii=False)) + "\n"


_BREAKING = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


def _is_header(value: object) -> bool:
    return isinstance(value, Mapping) and "format" in value and "path" not in value


def _header_faults(header: Mapping[str, Any], line: int) -> Iterator[Complaint]:
    if header["format"] != FORMAT:
        yield Complaint(line, "format", f'is {json.dumps(header["format"])}, not "{FORMAT}"')
    elif header.get("version") != VERSION:
        told = json.dumps(header.get("version"))
        yield Complaint(line, "version", f"is {told}, this reader knows {VERSION}; what fits is read")


def _call(value: object, line: int, complaints: list[Complaint]) -> RecordedCall | None:
    """Check one call; fields that are wrong but not required are left out and named."""
    if not isinstance(value, Mapping):
        complaints.append(Complaint(line, "", "is no JSON object; the line is left out", lost=True))
        return None
    unknown = [name for name in value if name not in RecordedCall.model_fields]
    complaints.extend(Complaint(line, name, "is not known to this version; passed over") for name in unknown)
    try:
        return RecordedCall.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
    wrong = {str(fault["loc"][0]) for fault in faults}
    fatal = wrong & {name for name, field in RecordedCall.model_fields.items() if field.is_required()}
    for fault in faults:
        place = ".".join(str(part) for part in fault["loc"])
        what = "the line is left out" if fatal else "the field is left out"
        complaints.append(Complaint(line, place, f"{_told(fault['msg'])}; {what}"))
    if fatal:
        complaints[-1] = Complaint(line, complaints[-1].field, complaints[-1].problem, lost=True)
        return None
    return RecordedCall.model_validate({name: part for name, part in value.items() if name not in wrong})


def _told(message: str) -> str:
    return message[:1].lower() + message[1:]
