"""Tables: Markdown, drawn with signs, CSV, TSV."""

from __future__ import annotations

import re
from collections.abc import Callable

from pegasus_classify.reading.confidence import claimed
from pegasus_classify.reading.forms.headless import columns_of, is_missing
from pegasus_classify.reading.forms.line_signs import inline_pairs
from pegasus_classify.reading.forms.statements import Statements
from pegasus_classify.reading.keys import Role, option_of, role_of, truth_of
from pegasus_classify.reading.names import Names
from pegasus_classify.reading.spotted import times_in
from pegasus_classify.reading.sureness import confidences_in
from pegasus_classify.reading.timecodes import stretch_of
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["Table", "tables_in"]

_COUNT = re.compile(r"(?:#|no\.?|nr\.?|n\u00ba|num(?:ber)?|row|index|rank|id|\u2116|\u5e8f\u53f7|)", re.IGNORECASE)
_RULE = re.compile(r"[\s|+:=\-\u2500-\u257f]+")
_SCALE = re.compile(r"\(?\s*(?:out of|/)\s*(\d+)\s*\)?|\(\s*0?\s*[-\u2013]\s*(10|5)\s*\)", re.IGNORECASE)
_DITTO = re.compile("[\"\u2033\u3003\u201d\u201c']{0,2}|''|-?(?:ditto|same|same as above)|\u2191|\\^")
_UNIT = re.compile(r"\s*[(\[].*?[)\]]\s*$|[?*_`]+")


_DRAWN = {ord(sign): "|" for sign in "\u2502\u2503\u2551\u250c\u2510\u2514\u2518\u251c\u2524\u252c\u2534\u253c"}


class Table:
    """A table that was found: the tree of its rows and the half-open lines it takes, as offsets into the text."""

    __slots__ = ("end", "start", "value")

    def __init__(self, value: Arr, start: int, end: int) -> None:
        self.value = value
        self.start = start
        self.end = end


_COLUMNS = frozenset({"class", "start", "end", "time", "clips", "confidence"})
_TIMES = frozenset({"start", "end", "time", "clips"})
_WITH_COMMA = re.compile(r"^(\d{1,6}),(\d{1,3})$")
"""A number with a decimal comma, where a semicolon separates the cells."""
_DECIMALS = re.compile(r":\d\d,\d{3}\b")
_WIDE_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
_SENTENCES = re.compile(r"[a-z)\d]\.\s+[A-Z]")
_LONGEST_ROW = 600

Row = tuple[list[str], int, int]


def tables_in(text: str, statements: Statements, *, trusted: int | None = None) -> list[Table]:
    """Return the tables of a text.

    Args:
        text: The text.
        statements: Reads cells that hold more than one value.
        trusted: Length of the text when it was cut there: the row that touches the cut is left out.
    """
    lines: list[tuple[str, int]] = []
    at = 0
    drawn = "\u2502" in text or "\u2551" in text
    for raw in text.split("\n"):
        lines.append((raw.translate(_DRAWN) if drawn else raw, at))
        at += len(raw) + 1
    found: list[Table] = []
    number = 0
    while number < len(lines):
        rows, used = _rows(lines, number)
        if trusted is not None:
            rows = [row for row in rows if row[2] < trusted]
        table = _table(rows, statements) if rows else None
        if table is not None:
            last_line, last_at = lines[number + used - 1]
            found.append(Table(table, lines[number][1], last_at + len(last_line)))
        number += used
    return found


def _rows(lines: list[tuple[str, int]], first: int) -> tuple[list[Row], int]:
    """Return the rows of the table that begins at a line, and how many lines were looked at (at least one)."""
    split = _open_bars if _is_open_head(lines, first) else _splitter(lines[first][0])
    if split is None:
        return [], 1
    if split is _spaced and not _named_columns(lines, first):
        if _TAGGED.search(lines[first][0][:_LONGEST_ROW]) is None:
            return [], 1
        split = _tagged
    rows: list[Row] = []
    number = first
    while number < len(lines):
        raw, at = lines[number]
        if not raw.strip() or not (
            _RULE.fullmatch(raw)
            or _splitter(raw)
            or (split is _open_bars and "|" in raw)
            or (split in (_spaced, _tagged) and _WIDE_GAP.search(raw[:_LONGEST_ROW]))
        ):
            break
        if not _RULE.fullmatch(raw):
            rows.append((split(raw), at, at + len(raw)))
        number += 1
    if split is _spaced and all(cells[0] == "" for cells, _, _ in rows):
        rows = [(cells[1:], start, end) for cells, start, end in rows]
    return rows, max(1, number - first)


def _named_columns(lines: list[tuple[str, int]], first: int) -> bool:
    """Return whether a table kept by spaces has a head, which stands on its first line or behind one rule."""
    head = next((raw for raw, _ in lines[first : first + 2] if not _RULE.fullmatch(raw)), "")
    return sum(role_of(cell) in _COLUMNS for cell in _spaced(head.strip())) > 1


def _splitter(line: str) -> Callable[[str], list[str]] | None:
    """Return how a line's cells are told apart; None when it is no row."""
    if inline_pairs(line):
        return None
    if line.count("|") >= 2 or (line.strip().startswith("+-") and line.strip().endswith("-+")):
        return _bars
    if _SENTENCES.search(line[:_LONGEST_ROW]):
        return None
    for mark in ("\t", ";", ","):
        if mark == "," and _DECIMALS.search(line[:_LONGEST_ROW]):
            continue
        if line.count(mark) >= (1 if mark == "\t" else 2) and not line.lstrip().startswith(("{", "[")):
            return lambda raw: _fields(raw, mark)
    return (
        _spaced
        if len(_WIDE_GAP.findall(line[:_LONGEST_ROW])) > 1 and not line.lstrip().startswith(("{", "["))
        else None
    )


def _spaced(line: str) -> list[str]:
    return re.split(r" {2,}", line.rstrip())


_TAGGED = re.compile(r"(?:^|\s)[a-z]{1,12}=(?=\S)")


def _tagged(line: str) -> list[str]:
    """Return the cells of a row kept by spaces whose cells say what they are: `t=0.0-8.4s  Rain  p=0.88`."""
    cells = re.split(r" {2,}|\s(?=[a-z]{1,12}=)", line.strip())
    return [_TAGGED.sub("", cell).strip() for cell in cells if cell]


def _bars(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").replace("\\|", "/").split("|")]


_OPEN_RULE = re.compile(r"\s*:?-{3,}:?(?:\s*\|\s*:?-{3,}:?)+\s*")


def _is_open_head(lines: list[tuple[str, int]], first: int) -> bool:
    """Return whether a line is the head of a Markdown table without bars at its sides, which a rule below it shows."""
    head = lines[first][0]
    rule = lines[first + 1][0] if first + 1 < len(lines) else ""
    return not head.lstrip().startswith("|") and head.count("|") == rule.count("|") and bool(_OPEN_RULE.fullmatch(rule))


def _open_bars(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


_BANDS = re.compile(r"level|sure|how sure|certain", re.IGNORECASE)
"""Heads of columns that may tell how sure something is, when their words are such."""
_FIELDS = {
    mark: re.compile(rf'\s*"((?:[^"]|"")*)"\s*(?:{mark}|$)|([^{mark}]*)(?:{mark}|$)') for mark in ("\t", ";", ",")
}


def _fields(line: str, mark: str) -> list[str]:
    cells: list[str] = []
    at = 0
    while at < len(line):
        match = _FIELDS[mark].match(line, at)
        assert match is not None
        quoted, plain = match.groups()
        cell = quoted.replace('""', '"') if quoted is not None else plain.strip()
        cells.append(_WITH_COMMA.sub(r"\1.\2", cell) if mark == ";" else cell)
        at = match.end()
    return cells


def _table(rows: list[Row], statements: Statements) -> Arr | None:
    names = statements.names
    head = rows[0][0]
    keys = [cell.strip() if role_of(cell.strip()) != "other" else _UNIT.sub("", cell).strip() for cell in head]
    roles = [role_of(key) if key else "other" for key in keys]
    columns = columns_of([cells for cells, _, _ in rows], names)
    if columns is not None:
        return Arr([_entry(columns, cells, (start, end)) for cells, start, end in rows])
    known = [role not in ("other", "weak", "text", "answer", "inner") for role in roles]
    by_class = [names.class_of(key) is not None for key in keys]
    turned = _columns_as_entries(rows)
    if turned is not None:
        return turned
    if sum(by_class) > 1 and len(rows) > 1 and (matrix := _matrix(rows, keys, by_class)) is not None:
        return matrix
    if any(known) and len(rows) > 1 and not any(by_class) and not any(map(_numeric, head)):
        return _with_head(rows[1:], keys, roles, head, statements)
    if sum(by_class) > 1 and len(rows) > 1 and not any(known):
        if sum(role_of(cells[0]) in ("start", "end", "time", "clips", "confidence") for cells, _, _ in rows[1:]) > 1:
            return _turned(rows, keys)
        return Arr([Obj(list(zip(keys, cells, strict=False)), (start, end)) for cells, start, end in rows[1:]])
    if len(rows) > 1 and not by_class[0] and any(names.class_of(cells[0]) for cells, _, _ in rows[1:] if cells):
        return _with_head(rows[1:], keys, roles, head, statements)
    headless = [
        row for row in rows if len(row[0]) > 2 and names.class_of(row[0][0]) is not None and _numeric(row[0][1])
    ]
    if headless and len(headless) * 2 >= len(rows):
        return Arr([_headless(row) for row in headless])
    return None


def _entry(columns: list[str], cells: list[str], span: tuple[int, int]) -> Obj:
    pairs = [(key, _value(cell)) for key, cell in zip(columns, cells, strict=False) if key]
    if any(is_missing(cell) for key, cell in zip(columns, cells, strict=False) if key in ("time", "start", "end")):
        return Obj([("class", cells[columns.index("class")]), ("present", False)], span)
    return Obj([*pairs, *_sure_in_name(pairs)], span)


def _sure_in_name(pairs: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
    """Return the confidence that stands beside the name of the class, in a row that has no other."""
    if any(role_of(key) == "confidence" for key, _ in pairs):
        return []
    names = [value for key, value in pairs if role_of(key) == "class" and isinstance(value, str)]
    return [("confidence", each.value) for name in names for each in confidences_in(name)[:1]]


def _columns_as_entries(rows: list[Row]) -> Arr | None:
    """Return the entries of a table with a row for each field, the class among them; None when it is none."""
    fields = [(role_of(_UNIT.sub("", cells[0]).strip()), cells) for cells, _, _ in rows if cells]
    named = [cells for role, cells in fields if role == "class"]
    timed = sum(role in ("start", "end", "time", "clips") for role, _ in fields)
    if len(named) != 1 or not timed or sum(role_of(cell) in _COLUMNS - {"clips"} for cell in rows[0][0]) > 1:
        return None
    span = (rows[0][1], rows[-1][2])
    found: list[Node] = []
    for number in range(1, len(named[0])):
        pairs = [(cells[0], _value(cells[number].strip("*`"))) for _, cells in fields if number < len(cells)]
        found.append(Obj([pair for pair in pairs if pair[0]], span))
    return Arr(found)


def _matrix(rows: list[Row], keys: list[str], by_class: list[bool]) -> Arr | None:
    """Return the entries of a table with a column for each class and a row for each stretch; None when it is none."""
    found: list[Node] = []
    for cells, start, end in rows[1:]:
        times = stretch_of(cells[0]) if cells else None
        if (
            times is None
            or times.end is None
            or any(cell and truth_of(cell) is None for cell, named in zip(cells, by_class, strict=False) if named)
        ):
            return None
        for key, cell, named in zip(keys, cells, by_class, strict=False):
            if named and truth_of(cell):
                found.append(Obj([("class", key), ("time", cells[0])], (start, end)))
    return Arr(found)


def _turned(rows: list[Row], keys: list[str]) -> Arr:
    """Return the entries of a table with a column for each class and a row for each field."""
    span = (rows[0][1], rows[-1][2])
    found: list[Node] = []
    for number, key in enumerate(keys[1:], 1):
        pairs = [(cells[0], _value(cells[number])) for cells, _, _ in rows[1:] if number < len(cells)]
        found.append(Obj([("class", key), *pairs], span))
    return Arr(found)


def _numeric(cell: str) -> bool:
    return re.fullmatch(r"[\d:.,]+\s*s?", cell) is not None


def _headless(row: Row) -> Node:
    cells, start, end = row
    return Arr([_value(cell) for cell in cells], (start, end))


def _value(cell: str) -> Node:
    if re.fullmatch(r"\d{1,9}", cell):
        return int(cell)
    if re.fullmatch(r"\d{1,9}[.,]\d{1,6}", cell):
        return float(cell.replace(",", "."))
    return cell


def _with_head(rows: list[Row], keys: list[str], roles: list[Role], head: list[str], statements: Statements) -> Arr:
    rows = _unwrapped(rows, roles)
    keys = _completed(rows, keys, roles, statements.names)
    scale = [_SCALE.search(cell) for cell in head]
    above = ""
    entries: list[Node] = []
    for cells, start, end in rows:
        pairs: list[tuple[str, Node]] = []
        for number, (key, cell) in enumerate(zip(keys, cells, strict=False)):
            role = role_of(key)
            if role == "class":
                above = above if _DITTO.fullmatch(cell) else cell
            text = above if role == "class" else cell
            match = scale[number]
            if role == "confidence" and cell and match is not None:
                text = f"{cell}/{match.group(1) or match.group(2)}"
            if role in ("time", "clips") and stretch_of(text) is None:
                pairs += _several(text, above, start, statements)
            elif text and key:
                pairs.append((key, _value(text.strip("*_`").strip())))
        timed = any(role_of(key) in _TIMES and not is_missing(str(value)) for key, value in pairs)
        if not timed and any(is_missing(cell) for cell in cells[1:]):
            pairs = [(key, value) for key, value in pairs if role_of(key) == "class"]
            pairs.append(("present", False))
        entries.append(Obj([*_gathered(pairs, keys), *_sure_in_name(pairs)], (start, end)))
    return Arr(entries)


def _gathered(pairs: list[tuple[str, Node]], keys: list[str]) -> list[tuple[str, Node]]:
    """Return the fields of a row; the times of several columns ("1st clip", "2nd clip") as its clips."""
    if keys.count("time") < 2:
        return pairs
    times = [value for key, value in pairs if key == "time" and not is_missing(str(value))]
    clips = Arr([Obj([("time", value)], None) for value in times])
    return [*(pair for pair in pairs if pair[0] != "time"), ("clips", clips)]


def _unwrapped(rows: list[Row], roles: list[Role]) -> list[Row]:
    """Return the rows; one that only goes on with words of the row above is put behind them."""
    kept: list[Row] = []
    for cells, start, end in rows:
        full = [number for number, cell in enumerate(cells) if cell]
        words = [
            number for number in full if number < len(roles) and roles[number] in ("prompt", "text", "other", "weak")
        ]
        if kept and full and full == words and cells[0] == "" and "class" in roles:
            above, first, _ = kept[-1]
            above = [f"{cell} {cells[number]}".strip() if number in full else cell for number, cell in enumerate(above)]
            kept[-1] = (above, first, end)
        else:
            kept.append((cells, start, end))
    return kept


def _several(text: str, above: str, at: int, statements: Statements) -> list[tuple[str, Node]]:
    """Return the clips of a cell that holds several, with what stands beside each; the bare text when it holds none."""
    hit = statements.names.class_of(above)
    known = hit.name if hit is not None else statements.names.classes[0].name
    entries = statements.read(text, at, known=known)
    clips = [entry for entry in entries if any(key == "time" for key, _ in entry.pairs)]
    return [("clips", Arr(clips))] if clips else [("clips", text)] if text else []


def _hold_bands(column: list[str]) -> bool:
    """Return whether a column holds words or numbers for how sure something is, in each cell that is not empty."""
    full = [cell for cell in column if cell and not is_missing(cell)]
    return bool(full) and all(claimed(cell).scale == "percent" for cell in full)


def _hold_times(column: list[str]) -> bool:
    """Return whether a column holds times, one in each cell that is not empty."""
    full = [cell for cell in column if cell and not is_missing(cell)]
    return bool(full) and all(stretch_of(cell) for cell in full)


def _completed(rows: list[Row], keys: list[str], roles: list[Role], names: Names) -> list[str]:
    """Return the keys, those of unknown columns found by what stands below them."""
    keys = list(keys)
    columns = [[cells[number] for cells, _, _ in rows if number < len(cells)] for number in range(len(keys))]
    if "class" not in roles:
        for number, column in enumerate(columns):
            if roles[number] in ("other", "weak", "names", "text", "answer") and any(
                names.classes_in(cell) for cell in column if cell
            ):
                keys[number] = "class"
                break
    for number, column in enumerate(columns):
        if roles[number] == "other" and column and all(truth_of(cell) is not None for cell in column):
            keys[number] = "present"
        elif roles[number] == "option" and not any(map(option_of, column)) and any(map(times_in, column)):
            keys[number] = "time"
        elif _BANDS.fullmatch(keys[number].strip(" ?")) and _hold_bands(column):
            keys[number] = "confidence"
        elif roles[number] == "other" and _COUNT.fullmatch(keys[number]):
            continue
        elif roles[number] == "other" and _hold_times(column):
            keys[number] = "time"
        elif roles[number] == "other" and keys[number] != "class":
            prompts = any(names.prompt_of(cell, each.name) for cell in column if cell for each in names.classes)
            keys[number] = "prompt" if prompts and "prompt" not in keys else keys[number]
    return keys
