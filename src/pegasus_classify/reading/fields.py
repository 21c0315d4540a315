"""What the keys of one object say: its class, times, confidence; and what is left to be read on its own."""

from __future__ import annotations

from collections import Counter

from pegasus_classify.reading.keys import Role, option_of, role_of, truth_of
from pegasus_classify.reading.timecodes import Moment, Stretch, stretch_of
from pegasus_classify.reading.tree import Node, Obj

__all__ = ["Fields", "above_zero", "denied", "fields_of", "joined", "split", "stretch_from", "stretch_in"]

_FIELDS = frozenset(
    {
        "class",
        "weak",
        "start",
        "end",
        "time",
        "length",
        "confidence",
        "prompt",
        "option",
        "present",
        "absent",
        "start_ms",
        "end_ms",
        "length_ms",
    }
)
_UNKNOWN = frozenset({"n/a", "na", "null", "-", "\u2013", "\u2014", "missing", "none", "unknown", "not applicable"})
_NAMING = frozenset({"class", "weak", "text", "prompt"})
_ENTRY_STARTS = frozenset({"class", "start"})
_DEEPEST = 12


class Fields:
    """An object's members, sorted.

    Attributes:
        values: What each role was given; where a key stands twice the later value counts.
        members: Keys and values that may hold more entries.
        again: True when the keys of an entry start over: the braces between two entries are missing.
        lists: True when some member could have held clips.
        prompts, echo: True when it has keys that only a request or a schema has.
    """

    __slots__ = ("again", "echo", "lists", "members", "prompts", "values")

    def __init__(self) -> None:
        self.values: dict[Role, Node] = {}
        self.members: list[tuple[str, Node]] = []
        self.again = False
        self.lists = False
        self.prompts = False
        self.echo = False

    def timed(self) -> bool:
        """Return whether any key of a time is there, usable or not."""
        return not self.values.keys().isdisjoint(("start", "end", "time", "start_ms"))


def fields_of(obj: Obj, inside: int = 0) -> Fields:
    """Sort an object's members; those of an object that only describes it (`details`, `time`) count as its own.

    Args:
        obj: The object.
        inside: How many such objects it stands in; what is nested deeper than some is passed over.
    """
    fields = Fields()
    if inside > _DEEPEST:
        return fields
    for key, value in obj.pairs:
        role = role_of(key)
        if role == "option" and isinstance(value, str) and option_of(value) is None and stretch_of(value) is not None:
            role = "time"  # "where": "0:12 - 0:31"
        if role == "present" and key.casefold() == "status" and not isinstance(value, str):
            role = "other"  # The code of a reply, not "absent".
        if role not in _FIELDS:
            _keep(fields, role, key, value, inside)
        elif isinstance(value, Obj):
            _nested(fields, role, key, value, inside)
        elif isinstance(value, list) and role in ("present", "absent"):
            fields.members.append((key, value))
        elif isinstance(value, list) and (
            (role in ("weak", "time", "option") and _holds_entries(value)) or (role == "class" and _hold_more(value))
        ):
            fields.members.append((key, value))
            fields.lists = True
        elif role in fields.values and (role == "weak" or (role == "option" and option_of(value) is None)):
            fields.members.append((key, value))
        else:
            if (
                (role in _ENTRY_STARTS or role == "time")
                and value is not None
                and fields.values.get(role, value) != value
            ):
                fields.again = True
            fields.values[role] = value
    return fields


def _keep(fields: Fields, role: Role, key: str, value: Node, inside: int) -> None:
    if role == "inner" and isinstance(value, Obj):
        _merge(fields, value, inside)
        return
    fields.members.append((key, value))
    if role == "echo":
        fields.echo = True
        fields.prompts = fields.prompts or key == "prompts"
    elif isinstance(value, list) and role not in ("text", "names"):
        fields.lists = True


def _nested(fields: Fields, role: Role, key: str, value: Obj, inside: int) -> None:
    """Sort a member whose key is a field's and whose value is an object."""
    if role == "time":
        _merge(fields, value, inside)
    elif role == "confidence" and len(value.pairs) > 1 and all(_is_score_of_a_class(*each) for each in value.pairs):
        fields.members.append((key, value))
    elif role in ("start", "end", "confidence"):
        numbers = _counted(value) or [
            each for _, each in value.pairs if isinstance(each, (int, float)) and not isinstance(each, bool)
        ]
        fields.values.setdefault(role, numbers[0] if numbers else None)
    elif (role == "class" and _only_names(value)) or role == "prompt":
        fields.values[role] = value
    else:
        fields.members.append((key, value))


def _is_score_of_a_class(key: str, value: Node) -> bool:
    if type(value) not in (int, float) or role_of(key) != "other":
        return False
    return key.casefold() not in _OF_A_SCALE and option_of(key) is None


def _only_names(value: Obj) -> bool:
    return all(role_of(key) in _NAMING and not isinstance(each, (Obj, list)) for key, each in value.pairs)


_OF_A_SCALE = {"max", "maximum", "min", "minimum", "scale", "of", "lower", "upper"}
_COUNTS = {"h": 3600, "hours": 3600, "m": 60, "min": 60, "minutes": 60, "s": 1, "sec": 1, "seconds": 1}


def _counted(value: Obj) -> list[float]:
    """Return the seconds of a time given as its parts, `{"min": 1, "sec": 5}`; empty when it is not."""
    parts = [(_COUNTS.get(key.casefold()), each) for key, each in value.pairs]
    if not any(size == 60 for size, _ in parts):
        return []
    if not all(size and isinstance(each, (int, float)) and not isinstance(each, bool) for size, each in parts):
        return []
    return [sum((size or 0) * each for size, each in parts)]


def _merge(fields: Fields, value: Obj, inside: int) -> None:
    inner = fields_of(value, inside + 1)
    fields.values = {**inner.values, **fields.values}
    fields.members += inner.members


def _hold_more(values: list[Node]) -> bool:
    """Return whether the objects of a list say more than names: they are entries under a key such as `class`."""
    return any(isinstance(each, Obj) and not _only_names(each) for each in values)


def _holds_entries(values: list[Node]) -> bool:
    return any(isinstance(each, (Obj, list)) for each in values)


def split(obj: Obj) -> list[Obj]:
    """Return the entries of an object that lost the braces between them: each begins where a field repeats."""
    marks = [role_of(key) for key, _ in obj.pairs]
    starts: list[str] = [key if role == "weak" else role for role, (key, _) in zip(marks, obj.pairs, strict=True)]
    often = Counter(starts)
    repeats = (
        start
        for start, role in zip(starts, marks, strict=True)
        if often[start] > 1 and (role in _ENTRY_STARTS or role == "weak")
    )
    head = next((start for start, role in zip(starts, marks, strict=True) if role in _FIELDS), starts[0])
    first = head if often[head] > 1 else next(repeats, "time" if "time" in starts else starts[0])
    # What stands before the first field that repeats holds for every entry.
    common = obj.pairs[: starts.index(first)]
    parts: list[list[tuple[str, Node]]] = []
    for start, pair in zip(starts[len(common) :], obj.pairs[len(common) :], strict=True):
        if start == first:
            parts.append(list(common))
        parts[-1].append(pair)
    found = [Obj(pairs, obj.span) for pairs in parts]
    for part in found:
        part.repairs = (*obj.repairs, "missing_bracket")
    found[-1].closed = obj.closed
    return found


def joined(nodes: list[Node]) -> list[Node]:
    """Return the members of one entry that were spread over several objects put together; else the list itself."""
    if isinstance(nodes[0], Obj) and len(nodes[0].pairs) > 1:
        return nodes
    if not getattr(nodes, "closed", True) or not all(isinstance(each, Obj) and len(each.pairs) == 1 for each in nodes):
        return nodes
    keys = [each.pairs[0][0] for each in nodes]
    roles = [role_of(key) for key in keys]
    if roles[0] != "class" or roles.count("class") != 1 or len(set(keys)) < len(keys):
        return nodes
    whole = Obj([each.pairs[0] for each in nodes], nodes[0].span)
    whole.repairs = ("wrong_nesting",)
    return [whole]


def above_zero(raw: Node) -> bool:
    """Return whether a confidence says that something is there."""
    if isinstance(raw, bool) or raw is None:
        return False
    if isinstance(raw, (int, float)):
        return raw > 0
    return isinstance(raw, str) and raw.strip() not in ("", "0", "0%", "0.0") and truth_of(raw) is not False


def denied(fields: Fields) -> bool:
    """Return whether an object says that its class is not there."""
    values = fields.values
    if truth_of(values.get("present")) is False or truth_of(values.get("absent")) is True:
        return True
    confidence = values.get("confidence")
    if not isinstance(confidence, str) or truth_of(confidence) is not False or "start" in values:
        return False
    return not (fields.lists and _unknown(confidence))


def _unknown(confidence: str) -> bool:
    """Return whether a word in the place of a confidence says that none is known, not that nothing is there."""
    return confidence.strip().casefold() in _UNKNOWN


def stretch_from(raw: Node) -> Stretch | None:
    """Return the stretch or the single time one value is; None when it is none."""
    if isinstance(raw, (int, float)):
        return None if isinstance(raw, bool) or abs(raw) >= 1e9 else Stretch(Moment(float(raw)), None)
    if isinstance(raw, str):
        return stretch_of(raw)
    return raw if isinstance(raw, Stretch) else None


def stretch_in(fields: Fields) -> Stretch | None:
    """Return the stretch an object's fields give; None when they give no usable one."""
    values = fields.values
    if "start_ms" in values or "end_ms" in values:
        return _milliseconds(values)
    if "start" not in values and "end" not in values:
        return _range(values.get("time"))
    start, end = stretch_from(values.get("start")), stretch_from(values.get("end"))
    if start is None:
        return _range(values.get("time")) if end is None else None
    if start.end is not None:
        return start
    if end is not None:
        return Stretch(start.start, end.start)
    return None if "end" in values else _by_length(start, values)


def _by_length(start: Stretch, values: dict[Role, Node]) -> Stretch:
    length = stretch_from(values.get("length"))
    if length is None:
        return start
    return Stretch(start.start, Moment(start.start.seconds + length.start.seconds))


def _milliseconds(values: dict[Role, Node]) -> Stretch | None:
    start, end = stretch_from(values.get("start_ms")), stretch_from(values.get("end_ms"))
    length = stretch_from(values.get("length_ms"))
    if start is not None and end is None and length is not None:
        end = Stretch(Moment(start.start.seconds + length.start.seconds), None)
    if start is None or end is None:
        return None
    return Stretch(Moment(start.start.seconds / 1000), Moment(end.start.seconds / 1000))


def _range(raw: Node) -> Stretch | None:
    if not isinstance(raw, list):
        return stretch_from(raw)
    times = [stretch_from(each) for each in raw[:3]]
    if len(times) == 2 and times[0] is not None and times[1] is not None:
        return Stretch(times[0].start, times[1].end or times[1].start)
    return times[0] if len(times) == 1 else None
