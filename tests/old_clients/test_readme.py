"""README's examples for the old SDKs, run with the very releases they name."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import blocks, matches

pytestmark = pytest.mark.slow

README = Path(__file__).resolve().parents[2] / "README.md"
RELEASES = {"python": "twelvelabs==0.3.2", "javascript": "twelvelabs-js@0.2.8"}


@pytest.mark.parametrize("language", RELEASES)
def test_an_example_of_an_old_sdk_prints_what_is_shown(language, program, any_key_shim, tmp_path):
    """Unchanged, with nothing but the variable set."""
    found = blocks(README)
    place = next(
        number
        for number, block in enumerate(found)
        if (block.language, block.words) == (language, ("before", RELEASES[language]))
    )
    shown = found[place + 1]
    assert (shown.language, shown.words) == ("text", ("printed",))
    suffix = {"python": ".py", "javascript": ".js"}[language]
    example = tmp_path / f"example{suffix}"
    example.write_text(found[place].text, encoding="utf-8")
    said = program(language, example, any_key_shim)
    assert matches(shown.text, said), f"line {shown.line} shows something else than\n{said}"
