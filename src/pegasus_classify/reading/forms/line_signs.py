"""By which marks a line is a bullet, a heading, a key with its value, a caption; data of the lines."""

from __future__ import annotations

import re

from pegasus_classify.reading.keys import role_of
from pegasus_classify.reading.tree import Node

__all__ = [
    "BULLET",
    "CUE",
    "FIELDS",
    "HASHTAGS",
    "OUTLINE",
    "RULE",
    "TABLE_HEAD",
    "TICKED",
    "UNDERLINE",
    "UNTICKED",
    "field_pairs",
    "heading_in",
    "inline_pairs",
    "key_in",
    "scalar",
]

LINE = re.compile(r"[^\n]*")
INDENT = re.compile(r"[ \t]*")
BULLET = re.compile(
    r"(?:[-*+\u2022\u00b7\u25aa\u25e6\u2023\u25ba\u25b6\u27a4\u2013\u2014]|\(?\d{1,3}[.)\]](?=\s)|\(?[a-z]\)|"
    r"\d{1,2}(?:\.\d{1,2}){1,3}\.?(?=\s+[^\W\d])|"
    r"[\u2705\u2714\u2713\u274c\u274e\u2717\u2718\u2611])[ \t]+|[\u2022\u25aa\u274c\u274e\u2705]"
)
OUTLINE = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?[ \t]+")
TICKED = re.compile(r"\[[xX\u2713\u2714]\]\s*|[\u2705\u2714\u2713\u2611]\ufe0f?\s*")
UNTICKED = re.compile(r"\[[ _-]?\]\s*|[\u274c\u274e\u2717\u2718\u2610]\ufe0f?\s*")
RULE = re.compile(r"(?:[-*_=~#.]{3,}|`{3,}\w*|~{3,}\w*|WEBVTT.*|Kind:.*|\d+)\s*")
HASHTAGS = re.compile(r"(?:#\w{1,60}[\s,]*){1,60}")
UNDERLINE = re.compile(r"[ \t]{0,40}\n[ \t]{0,8}(-{3,100}|={3,100})[ \t]{0,40}(?:\n|\Z)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*|(\*\*|__)(.+?)(?:\*\*|__):?\s*(\([^)]*\))?\s*:?")
_LONGEST_KEY = 220
_LONGEST_HEADING = 400
_KEY = re.compile(
    r"[*_`\"'\u00ab\u201c\u300c\u300e\u3010]{0,4}(?P<key>[^\n:=]{1,200}?)[*_`\"'\u00bb\u201d\u300d\u300f\u3011]{0,4}\s{0,8}(?P<mark>=>|[:=])[*_`\"']{0,4}(?P<space>\s*)"
)
_TABBED = re.compile(r"(?P<key>[^\W\d][^\n\t:=]{0,30})(?P<mark>\t)(?P<space>\s*)(?=\S)")
_WHOLE_KEY = re.compile(r"(?P<key>[^\n(]{1,100}\(.{1,100}\))(?P<mark>:)(?P<space>\s*)")
_SENTENCE_END = re.compile(r"\w{3}[.!?]\s+[A-Z]")
_IN_A_TIME = re.compile(r"\d:\d")
CUE = re.compile(r"\s*([\d:.,]+?)\s*(?:-{1,2}>|(?<=\.\d{3}),(?=\d+:\d\d:))\s*([\d:.,]+)(?:\s.*)?")
TABLE_HEAD = re.compile(r"\[{1,2}\s?(?P<path>[^\W\d\[\]][\w.\"'& -]{0,120}|\"[^\"\[\]]{1,120}\")\s?\]{1,2}")
FIELDS = frozenset({"start", "end", "time", "confidence", "prompt", "option", "present", "length", "clips"})


def scalar(value: str) -> Node:
    """Return a plain value as YAML reads it: a number, yes or no, nothing, or the text without its quotes."""
    value = value.strip().rstrip(",").strip()
    if len(value) > 1 and value[0] in "\"'\u201c`*" and value[-1] in "\"'\u201d`*":
        return value.strip("*").strip("\"'`\u201c\u201d")
    if re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    if re.fullmatch(r"-?\d{1,9}\.\d{1,9}", value):
        return float(value)
    return {"true": True, "false": False, "null": None, "~": None}.get(value.casefold(), value)


_PREFIX = re.compile(
    r"^\s*(?:\[[^\]=:]{1,40}\]|\d{4}-\d\d-\d\d[T ][\d:.,Z]{5,16}|INFO|DEBUG|RESULT|CLIP|"
    r"[A-Z]{3,10}(?=\s+(?:class|label|category)=)|"
    r"(?:(?:level|lvl|severity|logger|ts|time|msg|service)=(?:\"[^\"\n]{0,80}\"|[^\s\"]{1,40})\s+){1,4})(?:[:\s]|"
    r"(?<=\s))\s*"
)
_PAIR = re.compile(
    r"(?:^|[|,;]|\s)\s?(?P<key>[^\W\d_][^\W\d]{0,20}?(?: [A-Za-z_]{1,12})?)\s?[:=]\s?(?P<value>[^|;\n]*?)"
    r"(?=\s*[|,;]\s*[A-Za-z]|\s+[A-Za-z_]{2,20}\s?[:=]|$)"
)


def inline_pairs(line: str) -> list[tuple[str, str]]:
    """Return the fields of a line such as `class=Rain start=0 end=20`; nothing unless it names a class and more."""
    line = _PREFIX.sub("", line)
    if len(line) > 600 or line.count(":") + line.count("=") < 2:
        return []
    pairs = [(match.group("key").strip(), match.group("value").strip()) for match in _PAIR.finditer(line)]
    roles = [role_of(key) for key, _ in pairs]
    if "class" not in roles or len(roles) < 2 or not all(role in FIELDS or role == "class" for role in roles):
        return []
    return pairs if line.lstrip().startswith(pairs[0][0]) else []


_FIELD = re.compile(
    r"\s*[|,;]?\s*(?P<key>[A-Za-z_]{1,20})\s?[:=]\s?(?P<value>\"[^\"]{0,200}\"|[^\s|,;]{1,60}(?:\s?%)?)\s*"
)


def field_pairs(text: str) -> list[tuple[str, str]]:
    """Return the fields of a text that is nothing but fields, such as `start=5, end=19, score=90`; else nothing."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(text) and (match := _FIELD.match(text, at)) is not None:
        pairs.append((match.group("key"), match.group("value")))
        at = match.end()
    known = len(pairs) > 1 and all(role_of(key) in FIELDS for key, _ in pairs)
    return pairs if known and not text[at:].strip(" .") else []


def key_in(line: str) -> re.Match[str] | None:
    """Return the key a line begins with, up to what stands behind its mark; None when it begins with none."""
    start = line[:_LONGEST_KEY]
    match = _KEY.match(line) if ":" in start or "=" in start else None
    if match is None and "\t" in start:
        tabbed = _TABBED.match(line)
        return tabbed if tabbed is not None and role_of(tabbed.group("key")) in FIELDS else None
    if match is not None and _SENTENCE_END.search(match.group("key")):
        return None
    if match is not None and _IN_A_TIME.match(line, match.start("mark") - 1):
        return _WHOLE_KEY.fullmatch(line) if len(line) <= _LONGEST_KEY else None
    return match


def heading_in(line: str) -> re.Match[str] | None:
    """Return the parts of a heading; None when a line is none."""
    return _HEADING.fullmatch(line) if line[0] in "#*_" and len(line) <= _LONGEST_HEADING else None
