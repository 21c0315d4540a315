"""XML-like text: elements as trees; tags that only dress text taken off."""

from __future__ import annotations

import re

from pegasus_classify.reading.forms.html_tables import HTML_TABLE, rows_of
from pegasus_classify.reading.source import Source, rewritten
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["read_tags", "undressed"]

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ASIDE = re.compile(
    r"<(think(?:ing)?|reasoning|scratchpad|analysis|draft|reflection|example|thought|notes?|request|"
    r"instructions?)>.*?(?:</\1>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_MARK = re.compile(r"<\|[A-Za-z_]{1,20}\|>")
_BREAK = re.compile(r"<br\s{0,4}/?>(?=[^\n]{0,200}\|)|(?<=\d)\s?<br\s{0,4}/?>(?=\s?\d)", re.IGNORECASE)
_DRESS = re.compile(
    r"</?(?:b|i|u|em|strong|span|p|div|ul|ol|li|br|h[1-6]|font|code|pre|table|thead|tbody|tr|td|th|html|body|"
    r"section|c(?:\.\w+)?|v(?: [^>]{0,40})?)(?![^<>]{0,100}\b(?:begin|start)=)(?:\s[^<>]{0,100})?/?>",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"</(?:tr|li|p|div|h[1-6])|<(?:br|tr|li|ul|ol|table)", re.IGNORECASE)
_CELL = re.compile(r"</t[dh]", re.IGNORECASE)
_TAG = re.compile(
    r"<(/?)([^\W\d][\w.:-]*(?: [A-Z][\w.-]*)*|\?xml)((?:\s+[\w:-]{1,40}\s*=\s*(?:\"[^\"]*\"|'[^']*'|"
    r"[^\s\"'<>]+))*)\s*(/?|\?)>"
)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_PARAMETERS = frozenset({"parameter", "param", "argument", "arg", "field", "property"})
"""Elements whose attribute `name` is the key of what they hold."""
_DEEPEST = 200


def undressed(source: Source) -> Source:
    """Return a text without remarks, thinking in tags, and HTML that only dresses text; table rows become lines."""
    if "<" not in source.text:
        return source
    source = rewritten(source, _MARK, "markup", lambda mark: f"\n{mark[2:-2]}: ")
    source = rewritten(source, _BREAK, "markup", lambda _: ", ")
    source = rewritten(source, _COMMENT, "comment", lambda _: " ")
    rest = rewritten(source, _ASIDE, "aside", lambda _: " ")
    source = rest if rest.text.strip() else source  # All of the answer may stand in an element called so.
    source = rewritten(source, HTML_TABLE, "markup", rows_of)
    return rewritten(source, _DRESS, "markup", _plain)


def _plain(tag: str) -> str:
    if _CELL.match(tag):
        return " | "
    if tag[:4].casefold() == "</tr":
        return ""
    if re.match(r"<tr", tag, re.IGNORECASE):
        return "\n| "
    return "\n" if _LINE_END.match(tag) else ""


def read_tags(text: str) -> Obj | None:
    """Return the tree of a text made of elements; None when there are none."""
    root = Obj([], (0, len(text)))
    stack: list[tuple[str, Obj, int]] = []
    seen = 0
    for match in _TAG.finditer(text):
        closing, name, attributes, single = match.groups()
        if name == "?xml":
            continue
        seen += 1
        if closing:
            _close(root, stack, name, text, match)
            continue
        pairs: list[tuple[str, Node]] = [(key, a or b or c) for key, a, b, c in _ATTRIBUTE.findall(attributes)]
        obj = Obj(pairs, (match.start(), match.end()))
        if stack and stack[-1][0] == name and _row(stack[-1][1]) and not single:
            stack.pop()
        parent = stack[-1][1] if stack else root
        if len(stack) < _DEEPEST:
            parent.pairs.append((name, obj))
        if not single:
            stack.append((name, obj, match.end()))
    return root if seen else None


def _row(obj: Obj) -> bool:
    return len(obj.pairs) > 1 and all(isinstance(value, str) for _, value in obj.pairs)


def _close(root: Obj, stack: list[tuple[str, Obj, int]], name: str, text: str, match: re.Match[str]) -> None:
    for back in range(1, min(len(stack), 5) + 1):
        if stack[-back][0] == name:
            del stack[len(stack) - back + 1 :]
            _, obj, start = stack.pop()
            obj.span = (obj.span or (0, 0))[0], match.end()
            inner = text[start : match.start()].strip()
            parent = stack[-1][1] if stack else root
            if not inner and not obj.pairs and parent.pairs and parent.pairs[-1][1] is obj:
                parent.pairs[-1] = (name, Arr())
            told = dict(obj.pairs).get("name") if name.casefold() in _PARAMETERS else None
            if told and inner and "<" not in inner and parent.pairs and parent.pairs[-1][1] is obj:
                parent.pairs[-1] = (str(told), inner)
                return
            if inner and "<" not in inner:
                if obj.pairs or not parent.pairs or parent.pairs[-1][1] is not obj:
                    obj.pairs.append(("clips", inner))
                else:
                    parent.pairs[-1] = (name, inner)
            return
