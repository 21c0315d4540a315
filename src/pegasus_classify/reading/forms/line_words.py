"""By which words a line says what it is: an aside, a denial, a correction, the head of an entry; data of the lines."""

from __future__ import annotations

import re

__all__ = [
    "ABSENT_TITLE",
    "ANSWER",
    "BEGINS",
    "CORRECTION",
    "DENIAL",
    "ENDS",
    "FINAL",
    "FOUND",
    "LOOKED_IN_VAIN",
    "NEGATIVE",
    "NUMBERED_ENTRY",
    "NUMBERED_TIME",
    "QUESTION",
    "is_aside",
]

ABSENT_TITLE = re.compile(
    r"(?:the )?(?:other |remaining )?(?:classes |labels |categories |what (?:i|we) did )?(?:not|"
    r"un)[ -]?(?:detected|found|present|seen|observed|"
    r"occurring|find|matched|identified)(?: classes| labels| categories)?:?|absent(?: classes| labels)?:?",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"\b(?:draft|initial|thoughts?|considered|example|format|schema|asked|request(?:ed)?|look(?:ed|ing)? for|"
    r"candidates?|on screen|"
    r"on-screen|screen|subtitles?|reads|says|said|transcript|caption|quoted?|question|options|possible|"
    r"available|allowed|input|given|"
    r"earlier|previous|first (?:guess|impression|pass)|instructions?|task|definitions?|note|reasoning|"
    r"thinking|analysis|recommendations?|limitations?|next steps|disclaimer|suggestions?)\b",
    re.IGNORECASE,
)


def is_aside(title: str) -> bool:
    """Return whether a title says that what it heads is no answer; "here is what you asked for" says that it is."""
    if _THERE.search(title) and not (NEGATIVE.search(title) or _DRAFT.search(title)):
        return False
    return _ASIDE.search(_PRESENTED.sub("", title)) is not None


_THERE = re.compile(
    r"\b(?:appears?|apply|applies|occurs?|(?:is|are|were|was) (?:present|visible|found|detected|shown|seen)|(?:i|"
    r"we) (?:found|see|saw|detected|identified|spotted|observed))\b",
    re.IGNORECASE,
)
_DRAFT = re.compile(r"\b(?:draft|initial|first|earlier|previous|example|if|might|could|may)\b", re.IGNORECASE)
_PRESENTED = re.compile(
    r"\A\W*(?:here|below|this|these|the following|as|per|sure|okay|you|answering|to answer|in answer|"
    r"in response)\b.{0,80}?\b(?:you(?:['\u2019]ve| have)? )?"
    r"(?:asked|requested|request|instructions?|given|question)\b(?: for| about)?",
    re.IGNORECASE,
)
ANSWER = re.compile(r"(?:A(?:nswer)?\s?\d{0,3}\s?[:.)-]\s*)?(?P<answer>(?:yes|no|none|not)\b.*)", re.IGNORECASE)
QUESTION = re.compile(
    r"(?:Q(?:uestion)?\s?\d{0,3}\s?[:.)-]\s*)?(?P<question>[^?\n]{3,200})\?"
    r"(?:\s*(?:A(?:nswer)?\s?\d{0,3}\s?[:.)-]\s*)?(?P<answer>(?:yes|no|none|not)\b.*))?",
    re.IGNORECASE,
)
BEGINS = re.compile(r"\b(?:starts?|started|begins?|began|enters?|onset)\b", re.IGNORECASE)
CORRECTION = re.compile(r"(?:correction|corrected|revised|updated)(?: answer| version)?", re.IGNORECASE)
DENIAL = re.compile(
    r"[(\[*_;# ]*(?:(?:no|zero|without) (?:such |matching |relevant |further |corresponding )?"
    r"(?:clips?|footage|segments?|match(?:es)?|evidence|occurrences?|"
    r"instances?|findings?|"
    r"results?|times?|appearances?|detections?|moments?|scenes?|examples?|trace|sign)\b|none\b|nothing\b|nicht "
    r"(?:gefunden|vorhanden|erkannt|zu sehen)|no (?:encontrad|presente|detectad)\w*|non (?:trouv|trovat|"
    r"d\u00e9tect)\w*|n\u00e3o (?:encontrad|detectad)\w*|\u043d\u0435 (?:\u043e\u0431\u043d\u0430\u0440\u0443\u0436|"
    r"\u043d\u0430\u0439\u0434)\w*|(?:aucun|"
    r"ningun|ning\u00fan|kein|nessun|nenhum)\w*\b|"
    r"not (?:present|"
    r"visible|shown|seen|found|heard|applicable|in (?:the|this) video|at all|any|\w{3,20}ed)\b|absent\b|n/a\b|"
    r"does(?: not|n['\u2019]t) (?:appear|occur)|(?:was|is)(?: not|n['\u2019]t) (?:found|seen|present|detected|"
    r"shown)|no\.?\Z)",
    re.IGNORECASE,
)
ENDS = re.compile(r"\b(?:stops?|stopped|ends?|ended|leaves?|finish(?:es|ed)?|over)\b", re.IGNORECASE)
FINAL = re.compile(r"\b(?:final|corrected|correction|revised)\b", re.IGNORECASE)


FOUND = re.compile(
    r"\b(?:found|detected|present|identified|matched|seen|visible|observed|recogni[sz]ed|occur(?:s|ring)?)\b",
    re.IGNORECASE,
)
LOOKED_IN_VAIN = re.compile(
    r"\b(?:(?:but|and|were|are|was|is|have been|could) (?:clearly |definitely )?not (?:be )?"
    r"(?:\w{3,20}ed|found|seen|present|there|in)|"
    r"without (?:any )?(?:match|evidence|clip|result|finding)(?:e?s)?|"
    r"(?:no|zero) (?:match(?:es)?|evidence|clips?|results?|findings?|hits?|sign)\b|ruled out|in vain)\b",
    re.IGNORECASE,
)
NEGATIVE = re.compile(
    r"\b(?:not|no|non|absent|none|undetected|missing|without|excluded|rejected|discarded|ruled out|nicht|"
    r"unmatched)\b",
    re.IGNORECASE,
)
NUMBERED_ENTRY = re.compile(
    r"(?:clip|segment|entry|item|event|occurrence|result|detection|finding|match|hit)\s?(?:no\.?\s?)?#?\d{1,3}:?",
    re.IGNORECASE,
)
NUMBERED_TIME = re.compile(
    r"(?:segment|clip|stretch|range|occurrence|moment|instance|interval|appearance|window|time ?range|"
    r"timestamp)s?\s?#?(?:\d{1,3}|[A-Za-z])",
    re.IGNORECASE,
)
