"""Which of several answers in one text is meant."""

from __future__ import annotations

import re
from typing import NamedTuple

from pegasus_classify.reading.candidates import Document
from pegasus_classify.reading.claims import Said
from pegasus_classify.reading.places import Place

__all__ = ["Read", "chosen"]

_DRAFT = re.compile(
    r"\b(?:draft|example|e\.g\.|for instance|schema|template|skeleton|placeholder|your request|you asked|you sent|"
    r"the request|original request|first (?:guess|attempt|pass|try|version)|initial(?:ly)?|earlier|"
    r"previous(?:ly)?|not this|wrong|"
    r"incorrect|instead of|would (?:look|be)|could look|rough|tentative|preliminary|on[- ]screen|screen "
    r"shows|sign reads|quoted|"
    r"prompt was|expected output|(?:output |answer |response )?format (?:is|looks|will be|would be)|"
    r"in (?:this|the following) (?:form|shape|structure|manner|style)|"
    r"(?:follow|use|using|with) (?:this|the following) (?:json )?(?:form|format|shape|structure|schema)|"
    r"discarded|version 1|attempt|guess|rejected|obsolete)\b",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"\b(?:final|corrected|correction|revised|updated|actually|actual answer|wait|better|instead|on "
    r"reflection|looking again|"
    r"sorry|apologi[sz]e|fixed|second (?:pass|look)|after review|my answer|answer is|improved|real answer|"
    r"use this|version [2-9])\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:part|chunk|segment|half|continued|section|scene|window|first \d+|next \d+|minutes?)\b", re.IGNORECASE
)

_NEAR = 400
"""Signs between two documents that are looked at; more than that white space stands nowhere."""


_NOWHERE = Place()


class Read(NamedTuple):
    """A document, what it says, and what the heading above it says."""

    document: Document
    said: Said
    around: Place = _NOWHERE


def chosen(reads: list[Read]) -> list[Read]:
    """Return the documents that together are the answer, in the order of the text.

    The last that says something is the answer. Those before it add to it when they speak of other classes only and
    nothing calls them a draft or the last one a correction.
    """
    if len(reads) == 1 and reads[0].document.start == 0:
        return reads if reads[0].said.named or reads[0].said.empty else []
    spoken = [read for read in reads if read.said.named or read.said.empty]
    useful = [read for read in spoken if not _called(read, _DRAFT) or _called(read, _FINAL)]
    useful = useful or [read for read in spoken[-1:] if read.said.named]
    if not useful:
        return []
    kept: list[Read] = []
    named: set[str] = set()
    for read in reversed(useful):
        if kept and not read.said.named:
            continue
        if kept and read.said.named & named and not (_continued(kept[-1], read) or _apart(kept[-1], read)):
            continue
        kept.append(read)
        named |= read.said.named
        if _called(read, _FINAL):
            break
    return kept[::-1]


def _called(read: Read, what: re.Pattern[str]) -> bool:
    return what.search(_before(read.document)) is not None


def _before(document: Document) -> str:
    """Return the words that introduce a document: the rest of its line and the line before."""
    if document.start == 0:
        return ""
    text = document.source.text[max(0, document.start - 200) : document.start]
    last = max(text.rfind("}"), text.rfind("]"))
    text = text[last + 1 :].rstrip()
    lines = [line for line in re.sub(r"`{3,}\w*|~{3,}\w*", "", text).split("\n") if line.strip()]
    return " ".join(lines[-1:])


def _apart(later: Read, earlier: Read) -> bool:
    """Return whether two documents stand under headings that say different things: one for each option, say."""
    return _NOWHERE not in (later.around, earlier.around) and later.around != earlier.around


def _continued(later: Read, earlier: Read) -> bool:
    """Return whether two documents are lines of one list: single entries with nothing between them."""
    end = earlier.document.end
    between = later.document.source.text[end : min(end + _NEAR, later.document.start)]
    if end == later.document.start:
        return True  # Two lists written one behind the other.
    if between.strip(" \n\t,;").casefold() not in ("", "and", "&", "+", "plus"):
        return _PART.search(_before(later.document)) is not None and _PART.search(_before(earlier.document)) is not None
    return len(later.said.claims) <= 1 and len(earlier.said.claims) <= 1
