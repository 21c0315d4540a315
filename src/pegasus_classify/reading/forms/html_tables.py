"""HTML tables as rows of bars; a cell that spans several rows stands in each of them."""

from __future__ import annotations

import html
import re

__all__ = ["HTML_TABLE", "rows_of"]

HTML_TABLE = re.compile(r"<table\b[^>]{0,200}>.*?(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"<tr\b", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b([^>]{0,200})>(.*?)(?=<t[dh]\b|</t[dhr]|</table|\Z)", re.DOTALL | re.IGNORECASE)
_SPAN = re.compile(r"rowspan\s{0,9}=\s{0,9}[\"']?(\d{1,3})", re.IGNORECASE)
_BREAK = re.compile(r"<br\s{0,9}/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,200}>")
_WIDEST = 40


def rows_of(table: str) -> str:
    """Return the rows of an HTML table, a line each, cells between bars."""
    open_spans: dict[int, tuple[int, str]] = {}
    lines: list[str] = []
    for row in _ROW.split(table)[1:]:
        cells = [(_text(match.group(2)), _rows(match.group(1))) for match in _CELL.finditer(row)]
        line: list[str] = []
        while (cells or len(line) in open_spans) and len(line) < _WIDEST:
            column = len(line)
            if column in open_spans:
                left, text = open_spans.pop(column)
                if left > 1:
                    open_spans[column] = (left - 1, text)
            else:
                text, spanned = cells.pop(0)
                if spanned > 1:
                    open_spans[column] = (spanned - 1, text)
            line.append(text)
        lines.append(f"| {' | '.join(line)} |")
    return "\n" + "\n".join(lines) + "\n"


def _rows(attributes: str) -> int:
    match = _SPAN.search(attributes)
    return int(match.group(1)) if match is not None else 1


def _text(cell: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", _BREAK.sub(", ", cell))).replace("|", "/").split())
