"""What the readers of forms build: plain values, and objects and lists that know where they stood."""

from __future__ import annotations

from typing import Any

from pegasus_classify.contract.evidence import Repair

__all__ = ["Arr", "Node", "Obj"]

Node = Any  # Obj, Arr, list, str, int, float, bool or None; a union would make every step of the walk a cast


class Obj:
    """An object with its members in the order of the text; a key may stand more than once.

    Attributes:
        pairs: Keys and values; the key is empty where the text gives none.
        span: Half-open offsets into the text read; None when they were not kept.
        closed: False when the text ended inside it.
        repairs: What had to be mended in it, its members' own mending excluded.
    """

    __slots__ = ("closed", "pairs", "repairs", "span")

    def __init__(self, pairs: list[tuple[str, Node]], span: tuple[int, int] | None = None) -> None:
        self.pairs = pairs
        self.span = span
        self.closed = True
        self.repairs: tuple[Repair, ...] = ()


class Arr(list[Node]):
    """A list; `span`, `closed` and `repairs` as those of `Obj`."""

    __slots__ = ("closed", "repairs", "span")

    def __init__(self, items: list[Node] | None = None, span: tuple[int, int] | None = None) -> None:
        super().__init__(items or [])
        self.span = span
        self.closed = True
        self.repairs: tuple[Repair, ...] = ()
