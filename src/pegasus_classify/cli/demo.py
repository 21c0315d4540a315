"""`demo`: the whole way of some old requests, against the stand-in, over real sockets."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from pegasus_classify.cli.answer_view import answer_table
from pegasus_classify.cli.demo_requests import CLASSES_CALL, GUIDE_CALLS, DemoCall
from pegasus_classify.cli.stand_in import stand_in
from pegasus_classify.cli.terminal import shown
from pegasus_classify.cli.wrong_usage import UsageProblem
from pegasus_classify.client.classifier import Classifier
from pegasus_classify.client.handle import HandledReply, read_call
from pegasus_classify.contract.asks import Video

if TYPE_CHECKING:
    from pegasus_classify.emulator import RunningEmulator

__all__ = ["demo"]

_KEY = "demo-key"


def demo(
    style: Annotated[
        str, typer.Option("--style", help="Handwriting of the stand-in: clean, fenced, prose, messy, cut or mixed.")
    ] = "messy",
) -> None:
    """Show old requests answered: request, prompt, what the model wrote, answer. Needs no key and no network.

    Example: pegasus-classify demo
    """
    emulation = stand_in()
    try:
        settings = emulation.EmulatorSettings(style=style)
    except ValueError as error:
        raise UsageProblem(str(error)) from None
    stage, began = _Stage(shown()), monotonic()
    with emulation.running_emulator(settings) as emulator, Classifier(_KEY, emulator.base_url, store="memory:") as made:
        _whole_way(stage, made, emulator)
        for call in GUIDE_CALLS[1:]:
            _request_and_answer(stage, made, call)
        _pages(stage, made)
    stage.say(
        f"{stage.calls} calls to the stand-in, {stage.video_seconds / 60:.0f} video minutes, {monotonic() - began:.1f} "
        "s. The second request asked nothing again: its answers were kept."
    )


class _Stage:
    """Where the demonstration is shown, with frames and colours on a terminal, and what its requests cost together."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._plain = not console.is_terminal
        self.calls = 0
        self.video_seconds = 0.0

    def title(self, text: str) -> None:
        self._console.print()
        self._console.print(Text(f"== {text} ==") if self._plain else Rule(f"[bold]{escape(text)}[/bold]"))

    def say(self, text: str) -> None:
        self._console.print(Text(text, style="" if self._plain else "dim"))

    def block(self, name: str, text: str, language: str = "text", colour: str = "cyan") -> None:
        if self._plain:
            self._console.print(Text(f"-- {name}"))
            self._console.print(Text(text))
            return
        inside = Text(text) if language == "text" else Syntax(text, language, word_wrap=True, theme="ansi_dark")
        self._console.print(Panel(inside, title=escape(name), title_align="left", border_style=colour))

    def answer(self, reply: HandledReply) -> None:
        if reply.error is None:
            self._console.print(answer_table(reply.body, most_clips=2))
        else:
            self.block(str(reply.status), _short_json(reply.body), "json", "red")
        for failure in reply.notes.failed if reply.result else ():
            self.say(f"failed: {failure.video_id}: {failure.reason}")
        if reply.result is not None:
            self.say(_used(reply))
            # What the demonstration itself asks, to show a text, is no request's cost.
            self.calls += reply.notes.cost.calls
            self.video_seconds += reply.notes.cost.video_seconds


def _whole_way(stage: _Stage, classifier: Classifier, emulator: RunningEmulator) -> None:
    call = GUIDE_CALLS[0]
    stage.title("1. An old request, as programs still send it")
    stage.block(f"POST {call.path}", _short_json(call.body), "json")
    request = read_call("POST", call.path, call.body).request
    plan = classifier.plan(request)
    stage.title("2. The prompt made from it: one for all classes, the same for every video")
    stage.block(plan.prompt_version, _few_lines(plan.groups[0].question.prompt, 26, 470), colour="magenta")
    reply = classifier.reply("POST", call.path, call.body)
    stage.title("3. What the model wrote about one of the videos")
    found = {entry["video_id"]: entry for entry in reply.body.get("data", ())}
    located = [each for each in classifier.locate(request) if isinstance(each, Video)]
    video, text = _ugliest(emulator, [each for each in located if each.video_id in found] or located)
    stage.block(f"{video.file_name}, {video.duration:g} s", _few_lines(text, 22, 400), colour="yellow")
    stage.title("4. The old answer")
    if video.video_id in found:
        stage.block(f"{reply.status}, that video's part", _short_json(found[video.video_id]), "json", "green")
        stage.say(f"mended while reading: {', '.join(_repairs(reply, video.video_id)) or 'nothing'}")
    stage.answer(reply)


def _request_and_answer(stage: _Stage, classifier: Classifier, call: DemoCall) -> None:
    stage.title(f"{call.path}: {call.title}")
    stage.say(_one_line(call.body))
    reply = classifier.reply("POST", call.path, call.body)
    stage.answer(reply)


def _pages(stage: _Stage, classifier: Classifier) -> None:
    call = CLASSES_CALL
    stage.title(f"{call.path}: {call.title}")
    stage.say(_one_line(call.body))
    reply = classifier.reply("POST", call.path, call.body)
    if reply.error is not None:
        return stage.answer(reply)
    stage.block("first class of the first video", _short_json(_first_class(reply.body)), "json", "green")
    number = 1
    while True:
        stage.say(f"page {number}")
        stage.answer(reply)
        token = reply.body["page_info"]["next_page_token"]
        if not token:
            break
        stage.say(f"GET /v1.2/classify/{token}")
        reply, number = classifier.reply("GET", f"/v1.2/classify/{token}"), number + 1


def _ugliest(emulator: RunningEmulator, videos: Sequence[Video]) -> tuple[Video, str]:
    """Ask the stand-in what it was asked before, which it answers alike, and return the text hardest to read."""
    asked = {body["video"]["asset_id"]: body for body in list(emulator.state.bodies)}
    texts = [(video, _ask_again(emulator.base_url, asked[video.source.value])) for video in videos]
    return max(texts, key=lambda item: (not _is_json(item[1]), -abs(len(item[1].split("\n")) - 20)))


def _repairs(reply: HandledReply, video_id: str) -> tuple[str, ...]:
    videos = () if reply.result is None else reply.result.videos
    return next((video.repairs for video in videos if video.video_id == video_id), ())


def _ask_again(base_url: str, body: Mapping[str, Any]) -> str:
    request = urllib.request.Request(
        f"{base_url}/v1.3/analyze",
        data=json.dumps(body).encode(),
        headers={"x-api-key": _KEY, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        text: str = json.load(answer)["data"]
    return text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _first_class(body: Mapping[str, Any]) -> dict[str, Any]:
    video = body["data"][0]
    item = video["classes"][0]
    return {"video_id": video["video_id"], "classes": [{**item, "clips": item["clips"][:1]}]}


def _used(reply: HandledReply) -> str:
    cost = reply.notes.cost
    return (
        f"{reply.notes.source}: {cost.calls} calls, {cost.kept} kept answers, {cost.video_seconds / 60:.0f} video "
        f"minutes, ${cost.usd:.2f} by the price list; left out by thresholds: {len(reply.notes.dropped)} findings"
    )


def _one_line(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)


def _short_json(value: Any) -> str:
    """Write JSON with every list of plain words on one line."""
    if isinstance(value, dict):
        inside = ",\n".join(f"{json.dumps(key)}: {_short_json(item)}" for key, item in value.items())
        return "{\n" + _indented(inside) + "\n}" if value else "{}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + _indented(",\n".join(_short_json(item) for item in value)) + "\n]"
    return json.dumps(value, ensure_ascii=False)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _few_lines(text: str, most: int, widest: int) -> str:
    """Shorten a text for showing and say how much is not shown."""
    lines = [line if len(line) <= widest else f"{line[:widest]} …" for line in text.split("\n")]
    if len(lines) <= most:
        return "\n".join(lines)
    return "\n".join([*lines[:most], f"… {len(lines) - most} more lines"])
