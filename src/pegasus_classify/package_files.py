"""The only place that reads files shipped inside the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["packaged_prompts", "read_package_file"]


def packaged_prompts() -> dict[str, str]:
    """Return every file of the packaged `prompts` folder, name → text.

    The wheel carries the folder inside the package; in a checkout it stands at the top level of the project.
    """
    inside = files("pegasus_classify") / "prompts"
    checkout = Path(__file__).resolve().parents[2] / "prompts"
    folder = inside if inside.is_dir() else checkout
    return {
        item.name: item.read_text(encoding="utf-8")
        for item in folder.iterdir()
        if item.is_file() and not item.name.startswith(".")
    }


def read_package_file(*parts: str) -> str:
    """Return the text of a file of the package, such as `read_package_file("report", "page.html.j2")`.

    Raises:
        FileNotFoundError: There is no such file.
    """
    return files("pegasus_classify").joinpath(*parts).read_text(encoding="utf-8")
