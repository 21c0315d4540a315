"""A question put to the model, the video it is about, and what came back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.result import FailureKind

__all__ = ["Answer", "Ask", "AskFailure", "AskOrigin", "Question", "Video", "VideoSource", "Window", "ledger_key"]


@dataclass(frozen=True, slots=True)
class VideoSource:
    """Where the platform finds a video's bytes.

    Attributes:
        kind: `asset_id` (an upload), `url` (a direct public link) or `s3` (Amazon Bedrock only).
        value: The id, link or URI.
    """

    kind: Literal["asset_id", "url", "s3"]
    value: str


@dataclass(frozen=True, slots=True)
class Video:
    """A legacy video id and what the platform knows about it.

    Attributes:
        video_id: As the caller spells it.
        source: Where its bytes are.
        duration: Seconds, above 0.
        file_name: None when unknown.
    """

    video_id: str
    source: VideoSource
    duration: Seconds
    file_name: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a video that is asked about, absolute seconds on the file's own clock."""

    start: Seconds
    end: Seconds


@dataclass(frozen=True)
class Question:
    """The words put to the model: the same for every video of a request.

    Attributes:
        prompt: The rendered text.
        response_format: JSON to send beside it; None when the wanted form stands in the prompt.
        prompt_version: Such as `classify.v1`.
        prompt_hash: Hash of the template's text.
    """

    prompt: str
    response_format: Mapping[str, Any] | None
    prompt_version: str
    prompt_hash: str

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything that reaches the model in words."""
        words = json.dumps([self.prompt, self.response_format], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Ask:
    """One question about one video, ready to be carried to the model.

    Attributes:
        model: The platform's name, such as `pegasus1.5`; always sent.
        source: The video.
        duration: Seconds that will be billed (the window's length when there is one).
        question: The words.
        max_tokens: Most tokens the answer may have.
        temperature: 0 to 1.
        window: None for the whole video.
        sample: 0 for the usual answer; 1, 2 … for further independent ones.
        definitions: How often the video's length is billed: 1, or the number of segment definitions.
        batch: Whether it may travel in a batch; changes how it is carried and not what is asked.
    """

    model: str
    source: VideoSource
    duration: Seconds
    question: Question
    max_tokens: int
    temperature: float = 0.0
    window: Window | None = None
    sample: int = 0
    definitions: int = 1
    batch: bool = field(default=False, compare=False)


def ledger_key(account: str, ask: Ask) -> str:
    """Return the name under which an ask stands in the ledger: equal asks of one account have equal names.

    Args:
        account: Hash of upstream address and API key, never the key.
        ask: Everything that can change the answer takes part; the video's legacy id and the class order do not.
    """
    window = None if ask.window is None else (ask.window.start, ask.window.end)
    parts = [
        account,
        ask.source.kind,
        ask.source.value,
        window,
        ask.model,
        ask.question.fingerprint,
        ask.max_tokens,
        ask.temperature,
        ask.sample,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class AskFailure:
    """Why an ask has no answer.

    Attributes:
        kind: What sort of failure.
        message: One sentence; the platform's own where it sent one.
        status_code: The legacy status that fits.
        code: The platform's or the legacy word for it.
        retry_after: Seconds to wait, when known.
    """

    kind: FailureKind
    message: str
    status_code: int = 500
    code: str = "internal_server_error"
    retry_after: Seconds | None = None


AskOrigin: TypeAlias = Literal["asked", "kept", "joined"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an ask: a text, or a failure.

    Attributes:
        text: The generated text; None exactly when `failure` is set.
        finish_reason: `stop`, `length`, or None when the platform did not say.
        warning: What a successful reply complained about; None for nothing.
        input_tokens: 0 when the platform does not say.
        output_tokens: 0 when the platform does not say.
        billed_seconds: Seconds of video billed; 0 for a failure.
        failure: None when there is a text.
        origin: Whether it was paid for now.
        attempts: How many requests were sent for it, 0 when kept.
        lost: How many requests were sent for it whose answers were lost, and which may have been billed as well.
        unsettled: True for a failure while what was paid for may still be answered upstream: it is to be looked for
            there next time, not asked anew.
    """

    text: str | None = None
    finish_reason: str | None = None
    warning: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    billed_seconds: Seconds = 0.0
    failure: AskFailure | None = None
    origin: AskOrigin = field(default="asked", compare=False)
    attempts: int = field(default=1, compare=False)
    lost: int = field(default=0, compare=False)
    unsettled: bool = field(default=False, compare=False)
