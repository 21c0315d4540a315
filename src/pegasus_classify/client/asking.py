"""From settings and a request to a run: templates, model row, curve, directory, limits."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from pathlib import Path

from pegasus_classify.client.calibration_file import read_calibration
from pegasus_classify.contract.asks import Video
from pegasus_classify.contract.request import ClassifyRequest
from pegasus_classify.errors import SettingsError
from pegasus_classify.judging.judge import Judge
from pegasus_classify.models import capabilities
from pegasus_classify.package_files import packaged_prompts
from pegasus_classify.planning.plan import Asking, Plan, plan
from pegasus_classify.planning.wording import question_version
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
        SettingsError: The model, a template or the video map is not usable, or the calibration belongs to another model
            or prompt.
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
        self._calibration = read_calibration(settings.calibration)
        # Looked up in any case, so that a version that does not exist is found out now and not with the first request.
        prompt_hash = self.book.hash(question_version(self._asking, self._model))
        if self._calibration is not None:
            self._calibration.check(self._model.name, prompt_hash)

    def plan_of(self, request: ClassifyRequest) -> Plan:
        """Return what would be asked about each video of a request."""
        return plan(request, self._model, self.book, self._asking)

    @property
    def _asking(self) -> Asking:
        return Asking(
            prompt=self._settings.prompt,
            ask=self._settings.ask,
            temperature=self._settings.temperature,
            samples=self._settings.samples,
            first_sample=self._settings.first_sample,
        )

    def _judge_of(self, request: ClassifyRequest, planned: Plan) -> Judge:
        if self._calibration is not None:
            return Judge(request, self._calibration.whole, self._calibration.classes)
        return Judge(request, curve_for(self._curves, planned.model.name, planned.prompt_hash))

    def run_of(self, request: ClassifyRequest, *, only_locate: bool = False) -> RequestRun:
        """Return a request ready to be given to a schedule."""
        planned = self.plan_of(request)
        directory = Directory(self._mapped, self._settings.index_ids, self._settings.retries, self._known)
        limits = Limits(float("inf")) if only_locate else self._limits
        return RequestRun(
            request, planned, self._judge_of(request, planned), directory, limits, only_locate=only_locate
        )
