"""What a text is when it gives no evidence: a clear "nothing", a refusal, or neither."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pegasus_classify.contract.evidence import Evidence, Verdict
from pegasus_classify.reading.claims import Said

__all__ = ["is_offer", "verdict_of"]

_REFUSAL = re.compile(
    r"(?:\b(?:can(?:no|['\u2019])t|cannot|unable to|not able to|could(?: not|n['\u2019]t)|am not able|"
    r"won['\u2019]t|will not)\s+(?:\w+\s+){0,3}?"
    r"(?:access|view|watch|see|open|load|play|process|analy[sz]e|assist|help|classify|provide|determine|"
    r"complete|comply|fulfil|review|identify(?! any)|perform)"
    r"|video (?:is|was|could|cannot|can['\u2019]t)(?: not| be)* (?:not )?(?:available|accessible|unavailable|"
    r"provided|attached|loaded|found|accessed|played)"
    r"|(?:please )?(?:provide|upload|share|attach|send)\b.{0,30}\bvideo\b|no video (?:was|is|has been|file)|"
    r"without (?:seeing|access)"
    r"|as an ai\b|must decline|declined? to|failed to load|could not be (?:loaded|opened|played)|"
    r"i['\u2019]?m sorry|i apologi[sz]e|against my|not allowed to|unable to access|"
    r"violates?\b.{0,30}polic"
    r"|\u65e0\u6cd5(?:\u8bbf\u95ee|\u67e5\u770b|\u89c2\u770b|\u5206\u6790|\u63d0\u4f9b)|\u8bf7\u63d0\u4f9b|"
    r"\u62b1\u6b49|\u7533\u3057\u8a33|\u3067\u304d\u307e\u305b\u3093|\uc8c4\uc1a1|\ubcfc \uc218 \uc5c6|"
    r"kann (?:das|dieses|auf das) video|je ne peux pas|no puedo (?:ver|acceder)|lo siento|desol\u00e9|"
    r"\u043d\u0435 \u043c\u043e\u0433\u0443|n\u00e3o (?:posso|consigo)|desculpe)",
    re.IGNORECASE,
)
_NULL = re.compile(r"\W*(?:null|nil)\W*", re.IGNORECASE)
_DECLINED = re.compile(
    r"i['\u2019]?m sorry|i am sorry|apologi[sz]e|unable to (?:access|process|analy[sz]e|view|play|open|load|"
    r"watch|help|assist)|"
    r"(?:cannot|can['\u2019]t|can not) (?:help|assist|access|process|view|play|open|load|watch|comply)|"
    r"(?:upload|provide|share) (?:the|a|your) video",
    re.IGNORECASE,
)
"""What only a refusal says, even beside an empty list."""

_NONE = re.compile(
    r"(?:\b(?:no|none|nothing|not any|neither|zero|without any|n/a|empty|0 (?:matches|classes|"
    r"results|clips|labels)|identify any|found no)\b|(?:does|do|did|is|are|"
    r"was|were|could)(?: not|n['\u2019]t) (?:\w+ ){0,3}?"
    r"(?:show|contain|match|feature|appear|occur|depict|include|found|detected|present|see|find|fit)|"
    r"(?:cannot|can['\u2019]t|could(?: not|n['\u2019]t)|do(?: not|n['\u2019]t)) (?:assign|apply|find|identify|match|"
    r"confirm|see|detect) (?:any|a single)\b|"
    r"\u3044\u305a\u308c\u3082|\u8a72\u5f53\u306a\u3057|\u767b\u5834\u3057(?:\u307e\u305b\u3093|\u306a\u3044)|"
    r"\u6ca1\u6709|\u672a(?:\u68c0\u6d4b|\u53d1\u73b0)|\u65e0|"
    r"\u898b\u3064\u304b\u308a\u307e\u305b\u3093|\u3042\u308a\u307e\u305b\u3093|\uc5c6(?:\uc2b5|\uc74c|"
    r"\ub2e4)|\bkein\w*|\bnichts\b|\baucune?\b|\brien\b|\bningun[oa]?\b|\bninguna\b|\bnada\b|\bnenhum\w*|"
    r"\bnessun\w*|\u043d\u0435 \u043e\u0431\u043d\u0430\u0440\u0443\u0436|"
    r"\u043d\u0435\u0442|\u0644\u0627 \u064a\u0648\u062c\u062f|\u0644\u0645)",
    re.IGNORECASE,
)
_LONGEST = 4000


_OFFERED = re.compile(
    r"\b(?:unable to|can(?:not|['\u2019]t)|not able to|could(?: not|n['\u2019]t)) (?:access|view|watch|see|open|"
    r"load|play)\b[^.]{0,60}"
    r"\b(?:video|file|link|attachment|footage)\b",
    re.IGNORECASE,
)


def is_offer(text: str, evidence: Sequence[Evidence]) -> bool:
    """Return whether evidence is bare names that a refusal lists as what it would look for.

    Args:
        text: As read.
        evidence: What was taken from it.
    """
    bare = bool(evidence) and all(each.start is None and each.confidence is None for each in evidence)
    return bare and _OFFERED.search(text[:_LONGEST]) is not None


def verdict_of(text: str, data: Sequence[Said], said: Sequence[Said]) -> Verdict:
    """Return what a text is from which no evidence was taken.

    Args:
        text: As read.
        data: What the JSON in it says, when there is any.
        said: What all answers in it say.
    """
    short = text[:_LONGEST]
    if any(each.claims or each.absent or each.empty for each in data):
        named = any(each.claims or (each.absent and '"error"' not in short) for each in data)
        return "refused" if not named and _DECLINED.search(short) else "none"
    if _REFUSAL.search(short):
        return "refused"
    if any(each.absent or each.empty for each in said):
        return "none"
    return "none" if _NONE.search(short) or _NULL.fullmatch(short) else "unreadable"
