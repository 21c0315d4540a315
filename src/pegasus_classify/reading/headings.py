"""What the heading above a stretch of text says of everything in it: a class, one of its prompts, an option."""

from __future__ import annotations

import re

from pegasus_classify.reading.forms.line_signs import CUE
from pegasus_classify.reading.keys import option_of
from pegasus_classify.reading.names import Hit, Names
from pegasus_classify.reading.places import Place
from pegasus_classify.reading.sureness import confidences_in
from pegasus_classify.reading.timecodes import stretch_of

__all__ = ["around"]

_FENCE = re.compile(r"`{3,}\w*|~{3,}\w*")
_HEADING = re.compile(r"\s{0,8}(?:#{1,6}\s.*|(?:\*\*|__).*(?:\*\*|__):?|[-=*]{0,3}\s?\[.{1,60}\]|.{1,100}:)\s*")
_MARKS = " \t#*_:=-[]`"
_KEY = re.compile(r"^(?:evidence|option|source|modality|type)\s?[:=]\s?", re.IGNORECASE)
_HEAD = re.compile(r"(.+?)\s*(?:[(:\u2013\u2014]|\s-\s)")
_ABOVE = 600
"""Signs above a stretch in which its heading is looked for."""
_LINES = 4
_NOTHING = Place()


def _class_in(title: str, names: Names) -> Hit | None:
    """Return the class of a heading, which may tell more behind a dash or in brackets: "Calculus - 2 clips"."""
    hit = names.class_of(title)
    head = _HEAD.match(title) if hit is None else None
    return hit if head is None else names.class_of(head.group(1))


def around(text: str, start: int, names: Names) -> Place:
    """Return what the heading above an offset says; nothing when no line that could be one names anything.

    The line right above may be plain; a line further up must look like a heading, with nothing but words between.
    """
    above = text[max(0, start - _ABOVE) : start]
    if not above or above.isspace():
        return _NOTHING
    above = _FENCE.sub("", above)
    above = above[max(above.rfind("}"), above.rfind("|")) + 1 :]
    lines = [line for line in above.split("\n") if line.strip()]
    for number, line in enumerate(reversed(lines[-_LINES:])):
        if number and not _HEADING.fullmatch(line):
            continue
        cue = CUE.fullmatch(line)
        if cue is not None:
            return Place(times=stretch_of(f"{cue.group(1)} --> {cue.group(2)}"))
        title = _KEY.sub("", line.strip(_MARKS))
        hit = _class_in(title, names) if len(title) <= 200 else None
        if hit is not None:
            sure = confidences_in(title)
            told = sure[0].value if sure else None
            return Place(name=hit.name, prompt=hit.prompt, folded=hit.folded, confidence=told)
        option = option_of(title)
        if option is not None and (_HEADING.fullmatch(line) or title == title.upper() or title == option):
            return Place(option=option)
        if number or _HEADING.fullmatch(line):
            break
    return _NOTHING
