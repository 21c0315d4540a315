"""Which importer a file's text is for."""

from __future__ import annotations

import re
from dataclasses import replace

from pegasus_classify.recordings.format import FORMAT, Complaint, Recording, read_recording
from pegasus_classify.recordings.importers.answers import calls_in
from pegasus_classify.recordings.importers.lines import calls_in_lines
from pegasus_classify.recordings.importers.notebooks import calls_in_notebook, is_notebook
from pegasus_classify.recordings.numbers import UnreadableJson, parsed

__all__ = ["calls_in_text"]


def calls_in_text(text: str, name: str) -> Recording:
    """Return the calls in a file's text: a recording, a notebook, JSON, or lines of JSON.

    Args:
        text: Whole.
        name: The file's name; told with every call. A name such as `429.json` also tells the status.

    Returns:
        Without calls there is at least one complaint.
    """
    recording = _calls(text.removeprefix("\ufeff"), name)
    if recording.calls or recording.complaints:
        return recording
    return replace(recording, complaints=(Complaint(0, "", "holds no answer of the Classify API", lost=True),))


def _calls(text: str, name: str) -> Recording:
    if FORMAT in text.lstrip().partition("\n")[0]:
        return read_recording(text.split("\n"))
    try:
        value, places = parsed(text)
    except UnreadableJson as error:
        recording = calls_in_lines(text.split("\n"), name)
        if recording.calls:
            return recording
        return Recording((), (Complaint(0, "", f"{error}; it is left out", lost=True),))
    broken = tuple(Complaint(0, place, "is no number; what it belongs to is left out") for place in places)
    recording = calls_in_notebook(value, name) if is_notebook(value) else calls_in(value, name, _status_told(name))
    return replace(recording, complaints=(*broken, *recording.complaints))


def _status_told(name: str) -> int | None:
    found = re.search(r"(?:^|/)([1-5]\d\d)\.json$", name)
    return int(found[1]) if found else None
