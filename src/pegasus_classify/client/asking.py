"""From settings and a request to a run: templates, model row, curve, directory, limits."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from pathlib import Path

from pegasus_classify.contract.asks import Video
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.errors import SettingsError
from pegasus_classify.judging.judge import Judge
from pegasus_classify.models import capabilities
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.planning.plan import Asking, Plan, plan
from pegasus_classify.prompting.template_book import TemplateBook
from pegasus_classify.runs.directory import Directory, mapped_videos
from pegasus_classify.runs.request_run import Limits, RequestRun
from pegasus_classify.scoring.curve import curve_for
from pegasus_classify.settings import Settings

__all__ = ["Asker", "prompt_texts"]


def prompt_texts(folder: Path | None) -> dict[str, str]:
    """Return the packaged templates, each replaced by the folder's file of the same name where there is one.

    Raises:
        SettingsError: The folder cannot be read.
    """
    texts = packaged_prompts()
    if folder is None:
        return texts
    try:
        texts.update({item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.is_file()})
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"prompts folder {folder}: {error}") from None
    return texts


class Asker:
    """Prepares runs: everything about asking that does not change between requests.

    Raises:
        SettingsError: The model, a template or the video map is not usable.
    """

    def __init__(self, settings: Settings, known: MutableMapping[str, Video] | None = None) -> None:
        """Read templates, curves and the video map.

        Args:
            settings: Everything that can be set.
            known: Videos located before; filled as more are found. None: begin with none.
        """
        self._settings = settings
        self._model = capabilities(settings.model)
        texts = prompt_texts(settings.prompts_dir)
        self.book = TemplateBook(texts)
        self._curves = json.loads(texts["curves.json"])
        self._limits = Limits(settings.max_hours, settings.budget, settings.batch_from)
        self._known: MutableMapping[str, Video] = {} if known is None else known
        self._mapped = mapped_videos(settings.video_map)

    def plan_of(self, request: ClassifyRequest) -> Plan:
        """Return what would be asked about each video of a request."""
        asking = Asking(
            prompt=self._settings.prompt,
            ask=self._settings.ask,
            temperature=self._settings.temperature,
            samples=self._settings.samples,
            first_sample=self._settings.first_sample,
        )
        return plan(request, self._model, self.book, asking)

    def run_of(self, request: ClassifyRequest, *, only_locate: bool = False) -> RequestRun:
        """Return a request ready to be given to a schedule."""
        planned = self.plan_of(request)
        curve = curve_for(self._curves, planned.model.name, planned.prompt_hash)
        directory = Directory(self._mapped, self._settings.index_ids, self._settings.retries, self._known)
        limits = Limits(float("inf")) if only_locate else self._limits
        return RequestRun(request, planned, Judge(request, curve), directory, limits, only_locate=only_locate)
