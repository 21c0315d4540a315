"""Calls in Jupyter notebooks: the request in a cell's source, the answer in what it, or a cell after it, printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pegasus_classify.recordings.format import Complaint, Recording
from pegasus_classify.recordings.importers.answers import Known, Search, finished_calls
from pegasus_classify.recordings.importers.printed import values_printed
from pegasus_classify.recordings.importers.program import Program
from pegasus_classify.recordings.importers.shapes import fits, is_error
from pegasus_classify.recordings.numbers import without_no_numbers

__all__ = ["calls_in_notebook", "is_notebook"]


def is_notebook(value: Any) -> bool:
    """Tell whether a JSON value is a notebook, of the form 4 or the older 3."""
    return isinstance(value, Mapping) and "nbformat" in value and ("cells" in value or "worksheets" in value)


def calls_in_notebook(notebook: Mapping[str, Any], source: str = "notebook") -> Recording:
    """Return the calls of a notebook.

    An answer belongs to the last request of its own cell that it fits and that has no answer yet; else to the last
    such request of the cells above. What a request left to a variable whose value is nowhere in the notebook stands as
    its name in angle brackets. Printed lengths of videos are kept with the calls that name these videos.

    Args:
        notebook: As parsed.
        source: Told with every call, together with the number of its cell (from 0, as in the file).
    """
    reader = _Notebook(source)
    for number, cell in enumerate(_cells(notebook)):
        if cell.get("cell_type") == "code":
            reader.take(number, cell)
    return Recording(tuple(finished_calls(reader.found, reader.lengths)), tuple(reader.complaints))


class _Notebook:
    def __init__(self, source: str) -> None:
        self.found: list[tuple[Known, Any]] = []
        self.lengths: dict[str, float] = {}
        self.complaints: list[Complaint] = []
        self._source = source
        self._program = Program()
        self._waiting: list[Known] = []

    def take(self, number: int, cell: Mapping[str, Any]) -> None:
        # The older form calls the source its input.
        own = self._program.requests_in(_text(cell.get("source", cell.get("input"))))
        answers = list(self._answers(number, cell, any(own)))
        if len(own) == len(answers):
            # As many answers as requests: they stand in the same order.
            self.found.extend(
                (_with(known, asked), response) for asked, (known, response) in zip(own, answers, strict=True)
            )
            return
        self._waiting.extend(own)
        for known, response in answers:
            self.found.append((self._joined(known, response), response))

    def _answers(self, number: int, cell: Mapping[str, Any], asked: bool) -> Iterator[tuple[Known, Any]]:
        place = f"cell {number}"
        for text in _outputs(cell):
            for printed in values_printed(text):
                if printed.cut:
                    if "video_id" in text:
                        self.complaints.append(
                            Complaint(0, place, "the output ends inside a value; it is left out", lost=True)
                        )
                    continue
                value, broken = without_no_numbers(printed.value)
                search = Search()
                search.look(value, Known(status=printed.status, source=f"{self._source}, {place}"))
                self.lengths.update(search.lengths)
                self.complaints.extend(
                    Complaint(0, f"{place}, {each}", "is no number; what it belongs to is left out") for each in broken
                )
                if asked and not search.found and is_error(value):
                    search.found.append((Known(status=printed.status, source=f"{self._source}, {place}"), value))
                yield from search.found

    def _joined(self, known: Known, response: Any) -> Known:
        for index in range(len(self._waiting) - 1, -1, -1):
            asked = self._waiting[index]
            if asked.request is None or is_error(response) or fits(response, asked.request):
                del self._waiting[index]
                return _with(known, asked)
        return known


def _with(known: Known, asked: Known) -> Known:
    return replace(known, request=asked.request, path=asked.path)


def _cells(notebook: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    sheets = notebook.get("worksheets")
    lists = [notebook.get("cells"), *(each.get("cells") for each in sheets or () if isinstance(each, Mapping))]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells if isinstance(cell, Mapping)]


def _outputs(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a cell printed and showed, pieces of one stream put together."""
    streamed = ""
    for output in cell.get("outputs") or ():
        if not isinstance(output, Mapping):
            continue
        data = output.get("data")
        if output.get("output_type") == "stream":
            streamed += _text(output.get("text"))
        elif isinstance(data, Mapping):
            yield _text(data.get("application/json") or data.get("text/plain"))
        else:
            yield _text(output.get("text"))
    yield streamed


def _text(value: Any) -> str:
    """Return a text that notebooks keep as a list of lines, or JSON that they keep as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable) and not isinstance(value, Mapping) and all(isinstance(each, str) for each in value):
        return "".join(value)
    return "" if value is None else str(value)
