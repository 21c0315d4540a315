"""Reads a prompt as the model would: which of the things it can see does the prompt ask for, and under which ids."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from .json_search import json_blocks, mentions_in_json
from .line_search import mentions_in_lines
from .mentions import Mention, Vocabulary, class_of_id, only_modalities

__all__ = ["PromptSearch"]


class PromptSearch:
    """Finds mentions of a vocabulary in prompts; the last prompts' results are kept.

    Args:
        vocabulary: What can be found at all.
        keep: Number of prompts whose result is kept.
    """

    def __init__(self, vocabulary: Vocabulary, keep: int = 1_024) -> None:
        self._vocabulary = vocabulary
        self._keep = keep
        self._kept: OrderedDict[str, tuple[Mention, ...]] = OrderedDict()

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Return what a prompt asks for, each thing once, in the prompt's order.

        Where ids stand beside some words, words without an id are taken for prose.
        """
        kept = self._kept.get(text)
        if kept is None:
            kept = self._kept[text] = _search(text, self._vocabulary)
            if len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(text)
        return kept


def _search(text: str, vocabulary: Vocabulary) -> tuple[Mention, ...]:
    found: list[Mention] = []
    prose = text
    for start, end, value in json_blocks(text):
        inside = mentions_in_json(value, vocabulary)
        if inside:
            found += inside
            # Only the length is kept, so that lines and their indentation stay where they are.
            prose = prose[:start] + " " * (end - start) + prose[end:]
    found += mentions_in_lines(prose, vocabulary, any_id=not any(mention.class_id for mention in found))
    if any(mention.class_id for mention in found):
        found = [mention for mention in found if mention.class_id]
    restricted = only_modalities(prose)
    return tuple(
        mention if mention.modalities else replace(mention, modalities=restricted) for mention in _asked(found)
    )


def _asked(found: list[Mention]) -> list[Mention]:
    """Drop names of classes that list their phrases, and repetitions."""
    parents = {mention.class_id for mention in found if mention.prompt_id or not mention.own}
    parents |= {class_of_id(mention.prompt_id) for mention in found if mention.prompt_id}
    asked: dict[tuple[str | None, str | None, str], Mention] = {}
    for mention in found:
        is_heading = not mention.own or (mention.prompt_id is None and mention.class_id in parents and mention.class_id)
        if not is_heading or _is_element(mention, found):
            asked.setdefault((mention.class_id, mention.prompt_id, mention.words.lower()), mention)
    return list(asked.values())


def _is_element(mention: Mention, found: list[Mention]) -> bool:
    """Tell a phrase listed without an id of its own from the name of its class."""
    return mention.own and not any(other.prompt_id and other.class_id == mention.class_id for other in found)
