"""From a tree to claims: who is named, where the times stand, what holds for what is inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pegasus_classify.contract.evidence import Repair
from pegasus_classify.contract.request import Option
from pegasus_classify.reading.keys import option_of, role_of, truth_of
from pegasus_classify.reading.names import Hit, Names
from pegasus_classify.reading.spotted import times_in
from pegasus_classify.reading.timecodes import Moment, Stretch, stretch_of
from pegasus_classify.reading.tree import Arr, Node, Obj

__all__ = ["Claim", "Said", "said_by"]

_DEEPEST = 60


@dataclass(slots=True)
class Claim:
    """One clip, or one class without times, as written: nothing is clamped, scaled or checked yet."""

    name: str
    prompt: str | None
    option: Option | None
    times: Stretch | None
    confidence: object
    span: tuple[int, int] | None
    repairs: tuple[Repair, ...] = ()


@dataclass(slots=True)
class Said:
    """What one tree says.

    Attributes:
        claims: In the order of the text.
        absent: Classes said not to be there.
        finished: Classes whose entries are complete.
        empty: True when some list that could have held entries holds none.
        echo: True when it shows keys that only a request or a schema has.
    """

    claims: list[Claim] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    empty: bool = False
    echo: bool = False

    @property
    def named(self) -> set[str]:
        """Every class about which something is said."""
        return {claim.name for claim in self.claims} | self.absent


@dataclass(frozen=True, slots=True)
class _Place:
    """What holds for a value because of where it stands.

    Attributes:
        name: The class around it.
        prompt, option, confidence, times: Said around it; they hold unless it says its own.
        waiting: True when the entry around it was not complete and might still have given a confidence.
        unsettled: True when an object around it was not complete and might still have named a class.
        foreign: True inside an entry of a class that was not asked.
        listed: True where bare strings are names of classes.
    """

    name: str | None = None
    prompt: str | None = None
    option: Option | None = None
    confidence: object = None
    times: Stretch | None = None
    waiting: bool = False
    unsettled: bool = False
    foreign: bool = False
    listed: bool = True


def said_by(value: Node, names: Names, opened: Callable[[str], list[Node]]) -> Said:
    """Return what a tree says about the classes asked.

    Args:
        value: The tree.
        names: What was asked.
        opened: Reads a string that is an answer itself.
    """
    walk = _Walk(names, opened)
    walk.value(value, _Place(), 0)
    return walk.said


class _Walk:
    def __init__(self, names: Names, opened: Callable[[str], list[Node]]) -> None:
        self.names = names
        self.opened = opened
        self.said = Said()

    # -- any value ------------------------------------------------------------------------------------------------

    def value(self, node: Node, place: _Place, depth: int) -> None:
        if depth > _DEEPEST:
            return
        if isinstance(node, Obj):
            self.entry(node, place, depth)
        elif isinstance(node, list):
            self.items(node, place, depth)
        elif isinstance(node, str):
            if depth == 0 or node.lstrip()[:1] in ("{", "["):
                self.envelope(node, place, depth)
            else:
                self.string(node, place, None)

    def envelope(self, text: str, place: _Place, depth: int) -> None:
        """Read a string that is an answer itself."""
        for node in self.opened(text):
            if isinstance(node, str) and node == text:
                self.string(node, place, None)
            elif isinstance(node, str):
                self.envelope(node, place, depth + 1)
            else:
                self.value(node, replace(place, listed=True), depth + 1)

    def items(self, nodes: list[Node], place: _Place, depth: int) -> None:
        closed = getattr(nodes, "closed", True)
        if not nodes:
            self.said.empty = self.said.empty or (closed and not place.foreign)
            return
        if any(isinstance(node, str) and node.lstrip()[:1] in ("{", "[") for node in nodes):
            for node in nodes:
                self.value(node, place, depth + 1)
            return
        if not isinstance(nodes[0], (Obj, list)):
            self.row(nodes, place, closed)
            if not any(isinstance(node, (Obj, list)) for node in nodes):
                return
        for node in _joined(nodes) if len(nodes) > 1 else nodes:
            if isinstance(node, (Obj, list)):
                self.value(node, place, depth + 1)

    def row(self, nodes: list[Node], place: _Place, closed: bool) -> None:
        """Read a list of plain values: a row of one entry, a pair of times, ranges, or names."""
        span = getattr(nodes, "span", None)
        texts = [node for node in nodes if isinstance(node, str)]
        if not closed:
            names = [node for node in texts if place.listed and place.name is None and self.names.class_of(node)]
            if len(texts) == len(nodes) and (len(names) > 1 or place.name is not None):
                self.strings(texts, place, span, ranges_only=True)
            return
        if len(texts) < len(nodes):
            self.mixed_row(nodes, place, span)
            return
        times = [stretch_of(text) for text in texts] if len(texts) == 2 and place.name else []
        if len(times) == 2 and all(each is not None and each.end is None for each in times):
            self.clip(place, Stretch(times[0].start, times[1].start), place.confidence, span)  # type: ignore[union-attr]
            return
        if place.name is None and len(texts) > 1 and len(texts) < 6 and self.text_row(texts, place, span):
            return
        self.strings(texts, place, span)

    def text_row(self, texts: list[str], place: _Place, span: tuple[int, int] | None) -> bool:
        """Read `["Rain", "0:10", "0:20"]`: a name and its times, all as strings."""
        hit = self.names.class_of(texts[0])
        times = [stretch_of(text) for text in texts[1:]]
        if hit is None or not any(times):
            return False
        self.mixed_row(list(texts), place, span)
        return True

    def strings(
        self, texts: list[str], place: _Place, span: tuple[int, int] | None, *, ranges_only: bool = False
    ) -> None:
        for text in texts:
            self.string(text, place, span, ranges_only=ranges_only)

    def string(self, text: str, place: _Place, span: tuple[int, int] | None, *, ranges_only: bool = False) -> None:
        if place.name is not None:
            times = stretch_of(text)
            if times is not None and (times.end is not None or not ranges_only):
                self.clip(place, times, place.confidence, span)
                return
            prompt = self.names.prompt_of(text, place.name)
            if prompt is not None and place.times is not None:
                self.clip(replace(place, prompt=prompt), place.times, place.confidence, span)
            return
        if not place.listed or place.foreign or place.unsettled:
            return
        for hit in self.names.classes_in(text):
            self.claim(hit, place, place.times, place.confidence if place.times else None, span)

    def mixed_row(self, nodes: list[Node], place: _Place, span: tuple[int, int] | None) -> None:
        """Read `["Rain", 0, 40, 95]` or `[3, 9]`: a name if none is known, start, end, and perhaps a confidence."""
        numbers: list[Moment] = []
        confidence: object = place.confidence
        rest: list[object] = []
        name, prompt, option = place.name, place.prompt, place.option
        for node in nodes:
            hit = self.names.class_of(node) if isinstance(node, str) and name is None and not place.foreign else None
            if hit is not None:
                name, prompt = hit.name, hit.prompt
                continue
            times = _moment(node) if len(numbers) < 2 else None
            if times is not None:
                numbers += [times.start] if times.end is None else [times.start, times.end]
            elif isinstance(node, (int, float)) and not isinstance(node, bool):
                confidence = node
            else:
                rest.append(node)
        if name is None or len(numbers) != 2:
            if name is not None and place.name is not None:
                for moment in numbers:
                    self.clip(place, Stretch(moment, None), place.confidence, span)
            return
        for node in rest:
            option = option_of(node) or option
            prompt = (self.names.prompt_of(node, name) if isinstance(node, str) else None) or prompt
        self.claim(Hit(name, prompt), replace(place, option=option), Stretch(numbers[0], numbers[1]), confidence, span)

    # -- objects --------------------------------------------------------------------------------------------------

    def entry(self, obj: Obj, place: _Place, depth: int, *, whole: bool = False) -> None:
        fields, members = _sorted(obj.pairs)
        if "again" in fields and not whole:
            for part in _split(obj):
                self.entry(part, place, depth, whole=True)
            return
        hits = self.hits(fields)
        times = _times(fields)
        if times is not None and not obj.closed:
            return  # A clip that touches the cut.
        if hits is None and "echo" in fields and not any(role in fields for role in ("start", "time", "confidence")):
            self.said.echo = True
        for inside in self.places(hits, fields, members, times, obj, place):
            self.inside(inside, hits, fields, members, times, obj, place, depth)

    def hits(self, fields: dict[str, Node]) -> list[Hit] | None:
        """Return the classes an object names: None when no key of it names one, empty when none was asked."""
        if "class" in fields:
            found = self.named_by(fields["class"])
            if found or fields["class"] not in (None, ""):
                return found or (self.named_by(fields.get("weak")) if isinstance(fields["class"], (int, float)) else [])
        found = self.named_by(fields.get("weak"))
        return found or None

    def named_by(self, raw: Node) -> list[Hit]:
        if isinstance(raw, str):
            return self.names.classes_in(raw)
        if isinstance(raw, Obj):
            members = dict(raw.pairs)
            inner = [
                self.named_by(value)
                for key, value in members.items()
                if role_of(key) in ("class", "weak", "answer", "text")
            ]
            return next((found for found in inner if found), [])
        if isinstance(raw, list):
            return list(
                dict.fromkeys(hit for each in raw if isinstance(each, (str, Obj)) for hit in self.named_by(each))
            )
        if isinstance(raw, int) and not isinstance(raw, bool):
            return self.names.classes_in(str(raw))
        return []

    def places(
        self,
        hits: list[Hit] | None,
        fields: dict[str, Node],
        members: list[tuple[str, Node]],
        times: Stretch | None,
        obj: Obj,
        place: _Place,
    ) -> list[_Place]:
        """Return what holds inside an object: once for each class it names, once when it names none."""
        own = fields.get("confidence")
        option = option_of(_first(fields.get("option"))) or option_of(fields.get("weak"))
        confidence = own if own is not None else place.confidence
        common = replace(
            place,
            option=option or place.option,
            confidence=confidence,
            times=times or place.times,
            waiting=place.waiting or (not obj.closed and confidence is None),
            listed=False,
        )
        if hits is None:
            return [self.unnamed(common, fields, obj)]
        if not hits:
            return [replace(common, name=None, prompt=None, foreign=True)]
        if place.name is None and place.times is None and own is None:
            common = replace(common, confidence=None, waiting=not obj.closed)
        return [
            replace(
                common,
                name=hit.name,
                prompt=self.prompt(fields, hit.name) or hit.prompt or _kept(place, hit),
                foreign=False,
                unsettled=False,
            )
            for hit in hits
        ]

    def unnamed(self, common: _Place, fields: dict[str, Node], obj: Obj) -> _Place:
        if common.name is not None:
            return replace(common, prompt=self.prompt(fields, common.name) or common.prompt)
        hit = None
        raw = _first(fields.get("prompt"))
        if isinstance(raw, Obj):
            raw = next((value for _, value in raw.pairs if isinstance(value, str)), None)
        if isinstance(raw, str) and not common.foreign and not common.unsettled and obj.closed:
            hit = self.names.class_of(raw)
        if hit is not None:
            return replace(common, name=hit.name, prompt=hit.prompt)
        return replace(common, unsettled=common.unsettled or not obj.closed)

    def prompt(self, fields: dict[str, Node], name: str) -> str | None:
        raw = _first(fields.get("prompt"))
        if isinstance(raw, Obj):
            texts = [value for _, value in raw.pairs if isinstance(value, str)]
            return next((found for found in (self.names.prompt_of(text, name) for text in texts) if found), None)
        if isinstance(raw, str):
            return self.names.prompt_of(raw, name)
        return None

    def inside(
        self,
        here: _Place,
        hits: list[Hit] | None,
        fields: dict[str, Node],
        members: list[tuple[str, Node]],
        times: Stretch | None,
        obj: Obj,
        outer: _Place,
        depth: int,
    ) -> None:
        named = hits is not None and here.name is not None
        if obj.closed and named:
            self.said.finished.add(here.name or "")
        if _denied(fields):
            if here.name is not None:
                self.said.absent.add(here.name)
            return
        before = len(self.said.claims)
        if times is not None and (here.name is not None or self.names.only is not None) and not here.foreign:
            self.clip(here, times, here.confidence, obj.span, obj.repairs)
        listed = False
        for key, value in members:
            listed = self.member(key, value, here, outer, depth) or listed
        if len(self.said.claims) == before and named and times is None and obj.closed and outer.times is not None:
            self.clip(here, outer.times, here.confidence, obj.span, obj.repairs)
        elif len(self.said.claims) == before and named and times is None and obj.closed:
            self.timeless(here, fields, listed, obj)

    def timeless(self, here: _Place, fields: dict[str, Node], listed: bool, obj: Obj) -> None:
        """Read an entry that names its class and no time."""
        assert here.name is not None
        lists_nothing = "inner_list" in fields or listed
        if "prompts" in fields or any(role in fields for role in ("start", "end", "time")):
            return
        said_yes = truth_of(fields.get("present")) is True or _above_zero(fields.get("confidence"))
        if lists_nothing and not said_yes:
            self.said.absent.add(here.name)
        else:
            self.claim(Hit(here.name, here.prompt), here, None, here.confidence, obj.span, obj.repairs)

    def member(self, key: str, value: Node, here: _Place, outer: _Place, depth: int) -> bool:
        """Read a member that is no field of its object; return whether it could have held clips and held none."""
        role = role_of(key)
        if role == "text" and here.name is not None and key in _OPTION_KEYS and isinstance(value, (Obj, list)):
            role = "other"
        if role == "text" or (role == "echo" and key != "prompts"):
            return False
        if role == "clips" and isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and not times_in(value[:200]):
            role = "other"
        if role == "clips" and isinstance(value, str):
            self.ranges(value, here)
            return False
        if role == "names":
            self.value(value, replace(here, listed=True), depth + 1)
            return False
        if role == "answer" and isinstance(value, str):
            self.envelope(value, here, depth + 1)
            return False
        if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and role == "other":
            self.envelope(value, here, depth + 1)
            return False
        if role in ("other", "weak", "option", "prompt", "answer", "inner") and key:
            keyed = self.keyed(key, value, here, depth)
            if keyed:
                return False
        if isinstance(value, (Obj, list)):
            self.value(value, replace(here, listed=here.name is not None or role in ("answer", "class")), depth + 1)
            return isinstance(value, list)
        return value is None and role == "clips"

    def ranges(self, text: str, here: _Place) -> None:
        """Read every time in a text that can hold nothing else."""
        if here.name is None:
            return
        for each in times_in(text[:4000], bare=True):
            assert isinstance(each.value, Stretch)
            self.clip(here, each.value, here.confidence, None)

    def keyed(self, key: str, value: Node, here: _Place, depth: int) -> bool:
        """Read a member whose key names a class, a prompt of the class around it, or an option."""
        if here.name is not None:
            prompt = self.names.prompt_of(key, here.name)
            option = option_of(key) if prompt is None else None
            if prompt is None and option is None:
                return False
            self.under(value, replace(here, prompt=prompt or here.prompt, option=option or here.option), depth)
            return True
        if here.foreign or here.unsettled and False:
            return False
        hit = self.names.class_of(key)
        if hit is None:
            return False
        place = replace(here, name=hit.name, prompt=hit.prompt, confidence=None, waiting=False, unsettled=False)
        self.under(value, place, depth)
        return True

    def under(self, value: Node, here: _Place, depth: int) -> None:
        """Read what stands under the name of a class or a prompt."""
        assert here.name is not None
        name = here.name
        if isinstance(value, Obj):
            fields, _ = _sorted(value.pairs)
            hits = [Hit(name, here.prompt)]
            fields.pop("class", None)
            fields.pop("weak", None)
            self.keyed_entry(value, hits, here, depth)
            return
        if isinstance(value, list):
            before = len(self.said.claims)
            self.items(value, replace(here, listed=False), depth + 1)
            if getattr(value, "closed", True):
                self.said.finished.add(name)
                if not value:
                    self.said.absent.add(name)
            del before
            return
        self.said.finished.add(name)
        self.scalar(value, here)

    def keyed_entry(self, obj: Obj, hits: list[Hit], here: _Place, depth: int) -> None:
        fields, members = _sorted(obj.pairs)
        times = _times(fields)
        if times is not None and not obj.closed:
            return
        for inside in self.places(hits, fields, members, times, obj, here):
            self.inside(inside, hits, fields, members, times, obj, here, depth)

    def scalar(self, value: Node, here: _Place) -> None:
        """Read one plain value under the name of a class: yes or no, a confidence, a range."""
        assert here.name is not None
        hit = Hit(here.name, here.prompt)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        truth = None if number else truth_of(value)
        times = stretch_of(value) if isinstance(value, str) else None
        if truth is False or value is None or value == 0:
            self.said.absent.add(here.name)
        elif number:
            self.claim(hit, here, here.times, value, None)
        elif truth is True:
            self.claim(hit, here, here.times, here.confidence, None)
        elif times is not None and (times.end is not None or ":" in str(value) or "s" in str(value)):
            self.clip(here, times, here.confidence, None)
        elif isinstance(value, str) and _above_zero(value):
            self.claim(hit, here, here.times, value, None)
        elif isinstance(value, str):
            for part in value.split(","):
                each = stretch_of(part)
                if each is not None:
                    self.clip(here, each, here.confidence, None)

    # -- claims ---------------------------------------------------------------------------------------------------

    def clip(
        self,
        here: _Place,
        times: Stretch,
        confidence: object,
        span: tuple[int, int] | None,
        repairs: tuple[Repair, ...] = (),
    ) -> None:
        name = here.name
        if name is None:
            if here.unsettled or here.foreign or self.names.only is None:
                return
            name = self.names.only
        self.claim(Hit(name, here.prompt), here, times, confidence, span, repairs)

    def claim(
        self,
        hit: Hit,
        here: _Place,
        times: Stretch | None,
        confidence: object,
        span: tuple[int, int] | None,
        repairs: tuple[Repair, ...] = (),
    ) -> None:
        if here.waiting and confidence is None:
            return
        repairs = (*repairs, "folded_name") if hit.folded else repairs
        option = self.names.option_of(here.option, hit.name)
        self.said.claims.append(Claim(hit.name, hit.prompt, option, times, confidence, span, repairs))


_OPTION_KEYS = frozenset({"visual", "conversation", "text_in_video", "logo"})
_FIELD_ROLES = frozenset(
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
    }
)


def _sorted(pairs: list[tuple[str, Node]]) -> tuple[dict[str, Node], list[tuple[str, Node]]]:
    """Split an object's pairs into the fields of the entry it may be, and the members that hold more entries."""
    fields: dict[str, Node] = {}
    members: list[tuple[str, Node]] = []
    for key, value in pairs:
        role = role_of(key)
        if role not in _FIELD_ROLES:
            if role == "inner" and isinstance(value, Obj):
                inner, more = _sorted(value.pairs)
                fields = {**inner, **fields}
                members += more
            else:
                members.append((key, value))
                if role == "echo":
                    fields["echo"] = True
                    if key == "prompts":
                        fields["prompts"] = value
                elif isinstance(value, list) and role not in ("text", "names"):
                    fields["inner_list"] = True
        elif isinstance(value, Obj) and role == "time":
            inner, _ = _sorted(value.pairs)
            fields = {**inner, **fields}
        elif isinstance(value, Obj) and role in ("start", "end", "confidence"):
            number = next((each for _, each in value.pairs if isinstance(each, (int, float)) and not isinstance(each, bool)), None)
            fields.setdefault(role, number)
        elif isinstance(value, Obj) and role == "class" and any(role_of(each) not in ("class", "weak", "text", "prompt") for each, _ in value.pairs):
            members.append((key, value))
        elif (
            isinstance(value, list)
            and role in ("weak", "time", "present", "option")
            and any(isinstance(v, (Obj, list)) for v in value)
        ):
            members.append((key, value))
            fields["inner_list"] = True
        elif isinstance(value, Obj) and role in ("weak", "option", "present"):
            members.append((key, value))
        elif role in ("class", "start") and role in fields and value is not None and fields[role] != value:
            fields["again"] = True
        elif role == "weak" and role in fields:
            members.append((key, value))
            fields["weak_more"] = value
        else:
            fields[role] = value
    return fields, members


def _split(obj: Obj) -> list[Obj]:
    """Return the entries of an object that lost the braces between them: each begins with its class."""
    first = next(role for role in (role_of(key) for key, _ in obj.pairs) if role in ("class", "start"))
    parts: list[list[tuple[str, Node]]] = [[]]
    for key, value in obj.pairs:
        if role_of(key) == first and parts[-1]:
            parts.append([])
        parts[-1].append((key, value))
    found = [Obj(pairs, obj.span) for pairs in parts]
    for part in found:
        part.repairs = (*obj.repairs, "missing_bracket")
    found[-1].closed = obj.closed
    return found


def _joined(nodes: list[Node]) -> list[Node]:
    """Return the members of one entry that were spread over several objects put together; else the list itself."""
    if not all(isinstance(node, Obj) and len(node.pairs) == 1 for node in nodes):
        return nodes
    keys = [role_of(node.pairs[0][0]) for node in nodes]
    if keys.count("class") != 1 or keys[0] != "class" or len({node.pairs[0][0] for node in nodes}) < len(nodes):
        return nodes
    whole = Obj([pair for node in nodes for pair in node.pairs], nodes[0].span)
    whole.repairs = ("wrong_nesting",)
    whole.closed = all(node.closed for node in nodes) and getattr(nodes, "closed", True)
    return [whole]


def _first(raw: Node) -> Node:
    return raw[0] if isinstance(raw, list) and len(raw) == 1 else raw


def _kept(place: _Place, hit: Hit) -> str | None:
    return place.prompt if place.name == hit.name else None


def _above_zero(raw: Node) -> bool:
    if isinstance(raw, bool) or raw is None:
        return False
    if isinstance(raw, (int, float)):
        return raw > 0
    return isinstance(raw, str) and raw.strip() not in ("", "0", "0%", "0.0") and truth_of(raw) is not False


def _denied(fields: dict[str, Node]) -> bool:
    if truth_of(fields.get("present")) is False or truth_of(fields.get("absent")) is True:
        return True
    confidence = fields.get("confidence")
    return isinstance(confidence, str) and truth_of(confidence) is False and "start" not in fields


def _moment(raw: Node) -> Stretch | None:
    if isinstance(raw, Stretch):
        return raw
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return Stretch(Moment(float(raw)), None) if abs(raw) < 1e9 else None
    return stretch_of(raw) if isinstance(raw, str) else None


def _times(fields: dict[str, Node]) -> Stretch | None:
    """Return the stretch an object's fields give; None when they give no usable one."""
    start, end = _moment(fields.get("start")), _moment(fields.get("end"))
    if "start_ms" in fields or "end_ms" in fields:
        return _milliseconds(fields)
    if start is not None and start.end is not None:
        return start
    if start is not None and end is not None:
        return Stretch(start.start, end.start)
    if start is not None and "end" not in fields:
        length = _moment(fields.get("length"))
        if length is not None:
            return Stretch(start.start, Moment(start.start.seconds + length.start.seconds))
        return start
    if start is None and end is None:
        return _range(fields.get("time"))
    return None


def _milliseconds(fields: dict[str, Node]) -> Stretch | None:
    start, end = _moment(fields.get("start_ms")), _moment(fields.get("end_ms"))
    if start is None or end is None:
        return None
    return Stretch(Moment(start.start.seconds / 1000), Moment(end.start.seconds / 1000))


def _range(raw: Node) -> Stretch | None:
    if isinstance(raw, list):
        times = [_moment(each) for each in raw]
        if len(times) == 2 and times[0] is not None and times[1] is not None:
            return Stretch(times[0].start, times[1].end or times[1].start)
        return times[0] if len(times) == 1 else None
    return _moment(raw)
