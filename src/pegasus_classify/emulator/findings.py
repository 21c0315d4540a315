"""What the model finds in a video for a prompt: the library's annotations behind the prompt's mentions.

Law of this file: nothing is found that no mention asks for, outside the window, or in another modality than asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .library import Annotation, Video
from .mentions import Mention

__all__ = ["OPTIONS", "FoundClass", "FoundClip", "find"]

OPTIONS = {"seen": "visual", "said": "conversation", "written": "text_in_video"}
"""How the modalities are called in an answer."""

_SHORTEST_CLIP = 0.3
"""Seconds; what a window leaves of a stretch below this is not noticed."""


@dataclass(frozen=True)
class FoundClip:
    """One stretch in which one phrase was found.

    Attributes:
        start: Seconds, before `end`; on the file's clock unless the caller shifted it.
        end: Seconds.
        prompt: Id of the phrase, else its words.
        words: The phrase as the prompt spells it.
        option: `visual`, `conversation` or `text_in_video`.
        certainty: 0 to 100.
    """

    start: float
    end: float
    prompt: str
    words: str
    option: str
    certainty: int


@dataclass(frozen=True)
class FoundClass:
    """One class that was found.

    Attributes:
        name: Id of the class, else its words.
        words: The class's name where the prompt gives one, else `name`.
        clips: At least one, by start.
    """

    name: str
    words: str
    clips: tuple[FoundClip, ...]

    @property
    def certainty(self) -> int:
        """0 to 100, that of the surest clip."""
        return max(clip.certainty for clip in self.clips)


def find(
    video: Video, mentions: Iterable[Mention], window: tuple[float, float] | None = None, shift: float = 0.0
) -> list[FoundClass]:
    """Return the classes found in a video, in the prompt's order.

    Args:
        video: Where to look.
        mentions: What is asked.
        window: Start and end in seconds; None is the whole video.
        shift: Seconds taken off every time, for times that count from the window's start.
    """
    start, end = window or (0.0, video.duration)
    clips: dict[str, dict[FoundClip, None]] = {}
    names: dict[str, str] = {}
    for mention in mentions:
        name = mention.class_id or mention.class_words or mention.words
        names.setdefault(name, mention.class_words or name)
        prompt = mention.prompt_id or mention.words
        for note in _answering(video, mention):
            for stretch in note.stretches:
                first, last = max(stretch[0], start), min(stretch[1], end)
                if last - first >= _SHORTEST_CLIP:
                    times = round(first - shift, 2), round(last - shift, 2)
                    clip = FoundClip(*times, prompt, mention.words, OPTIONS[note.modality], note.certainty)
                    clips.setdefault(name, {})[clip] = None
    return [FoundClass(name, names[name], tuple(sorted(found, key=_by_start))) for name, found in clips.items()]


def _answering(video: Video, mention: Mention) -> Iterator[Annotation]:
    for phrase in mention.phrases:
        for note in video.by_word.get(phrase, ()):
            if mention.modalities is None or note.modality in mention.modalities:
                yield note


def _by_start(clip: FoundClip) -> tuple[float, float]:
    return clip.start, clip.end
