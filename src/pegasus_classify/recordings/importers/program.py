"""Requests in the source of a program, read as text and never run.

What an expression is worth is worked out from literals, names given a value before, and a few harmless forms (sums and
formatted strings, `dict(…)`, `json.dumps(…)`, `os.getenv(…)` of a variable that the notebook itself sets). Where a
value cannot be known, its name stands in angle brackets: `"<INDEX_ID>"`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pegasus_classify.recordings.importers.answers import Known
from pegasus_classify.recordings.importers.shapes import as_request, classify_path

__all__ = ["Program"]

_SDK_CALL = re.compile(r"(?:^|\.)classify\.(?:videos|index|bulk_index|bulk)$")
_MAGIC = re.compile(r"^\s*%(?:env|set_env)\s+(\w+)[ =]+(.*)$", re.MULTILINE)
_SHELL = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)


class Program:
    """The values of a program's names while its parts are read one after another."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._environment: dict[str, str] = {}

    def requests_in(self, source: str) -> list[Known]:
        """Read one part and return the Classify calls it makes, in order; a page fetched by token has no request.

        Lines of a notebook that are no Python (`%env …`, `!pip …`) are taken out; a part that is no Python holds none.
        """
        self._environment.update((name, value.strip()) for name, value in _MAGIC.findall(source))
        try:
            tree = ast.parse(_SHELL.sub(r"\1pass", source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return []
        return [call for statement in tree.body for call in self._statement(statement)]

    def _statement(self, node: ast.stmt) -> Iterator[Known]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        inner = [each for name in ("body", "orelse", "finalbody") for each in getattr(node, name, ())]
        expressions = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr | ast.withitem)]
        for each in expressions:
            yield from self._calls(each)
        self._assign(node)
        for each in inner:
            yield from self._statement(each)

    def _calls(self, node: ast.AST) -> Iterator[Known]:
        for each in ast.walk(node):
            if isinstance(each, ast.Call):
                call = self._classify_call(each)
                if call is not None:
                    yield call

    def _classify_call(self, node: ast.Call) -> Known | None:
        named = {each.arg: self._value(each.value) for each in node.keywords if each.arg is not None}
        plain = [self._value(each) for each in node.args]
        called = ast.unparse(node.func)
        if _SDK_CALL.search(called):
            target = "video_ids" if called.endswith("videos") else "index_id"
            request = as_request({**dict(zip((target, "options", "classes"), plain, strict=False)), **named})
            return None if request is None else Known(request=request)
        if called.rpartition(".")[2] not in {"post", "request", "get", "fetch"}:
            return None
        given = [*plain, *named.values()]
        path = next((found for found in map(classify_path, given) if found), None)
        request = next((body for body in map(as_request, map(_from_text, given)) if body), None)
        return None if path is None and request is None else Known(request=request, path=path)

    def _assign(self, node: ast.stmt) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if value is None or not isinstance(node, ast.Assign | ast.AnnAssign):
            self._change(node)
            return
        for target in targets:
            if isinstance(target, ast.Name):
                known = self._value(value)
                self._values.pop(target.id, None)
                if not (isinstance(known, str) and known == f"<{ast.unparse(value)}>"):
                    self._values[target.id] = known
            elif isinstance(target, ast.Subscript):
                self._put(target, self._value(value))

    def _put(self, target: ast.Subscript, value: Any) -> None:
        holder, key = self._value(target.value), self._value(target.slice)
        if isinstance(holder, dict) and isinstance(key, str):
            holder[key] = value

    def _change(self, node: ast.stmt) -> None:
        """Follow `data.update(…)`."""
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "update":
            return
        holder, change = self._value(call.func.value), [self._value(each) for each in call.args]
        if isinstance(holder, dict) and all(isinstance(each, dict) for each in change):
            for each in change:
                holder.update(each)
            holder.update({each.arg: self._value(each.value) for each in call.keywords if each.arg})

    def _value(self, node: ast.expr) -> Any:
        work_out = _FORMS.get(type(node))
        known = _UNKNOWN if work_out is None else work_out(self, node)
        return f"<{ast.unparse(node)}>" if known is _UNKNOWN else known

    def _name(self, node: ast.Name) -> Any:
        return self._values.get(node.id, _UNKNOWN)

    def _list(self, node: ast.List | ast.Tuple) -> Any:
        return [self._value(each) for each in node.elts]

    def _dict(self, node: ast.Dict) -> Any:
        made: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            inner = self._value(value)
            if key is None:
                made.update(inner if isinstance(inner, dict) else {})
            else:
                made[str(self._value(key))] = inner
        return made

    def _formatted(self, node: ast.JoinedStr) -> Any:
        parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in node.values]
        return "".join(str(self._value(each)) for each in parts)

    def _sum(self, node: ast.BinOp) -> Any:
        left, right = self._value(node.left), self._value(node.right)
        both = any(isinstance(left, kind) and isinstance(right, kind) for kind in (str, list))
        return left + right if isinstance(node.op, ast.Add) and both else _UNKNOWN

    def _negative(self, node: ast.UnaryOp) -> Any:
        value = self._value(node.operand)
        return -value if isinstance(node.op, ast.USub) and isinstance(value, int | float) else _UNKNOWN

    def _member(self, node: ast.Subscript) -> Any:
        holder, key = self._value(node.value), self._value(node.slice)
        if ast.unparse(node.value) == "os.environ":
            return self._environment.get(str(key), _UNKNOWN)
        if isinstance(holder, dict) and isinstance(key, str):
            return holder.get(key, _UNKNOWN)
        if isinstance(holder, list) and isinstance(key, int) and -len(holder) <= key < len(holder):
            return holder[key]
        return _UNKNOWN

    def _called(self, node: ast.Call) -> Any:
        name = ast.unparse(node.func)
        plain = [self._value(each) for each in node.args]
        if name == "dict" and not plain:
            return {each.arg: self._value(each.value) for each in node.keywords if each.arg}
        if name in {"os.getenv", "os.environ.get"} and plain:
            return self._environment.get(str(plain[0]), _UNKNOWN)
        if name in {"json.dumps", "str", "copy.deepcopy", "copy.copy"} and plain:
            return plain[0]
        # Classes of the old SDK, such as ClassifyClassParams(name=…, prompts=[…]).
        fields = {each.arg: self._value(each.value) for each in node.keywords if each.arg}
        return fields if {"name", "prompts"} <= set(fields) else _UNKNOWN


_UNKNOWN = object()

_FORMS: dict[type[ast.expr], Callable[[Program, Any], Any]] = {
    ast.Constant: lambda _, node: node.value,
    ast.Name: Program._name,
    ast.List: Program._list,
    ast.Tuple: Program._list,
    ast.Dict: Program._dict,
    ast.JoinedStr: Program._formatted,
    ast.BinOp: Program._sum,
    ast.UnaryOp: Program._negative,
    ast.Subscript: Program._member,
    ast.Call: Program._called,
}


def _from_text(value: Any) -> Any:
    """Return the JSON that a body written as text holds."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
