"""The report in a real browser: drawn where the data says, usable by keyboard, silent on the network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from browsers import running_browser
from two_sides import LENGTH, World, request_of

from pegasus_classify.compare.comparison import Rules, compare
from pegasus_classify.compare.rows import video_rows
from pegasus_classify.compare.side import Observation, side_of
from pegasus_classify.contract.result import ClassResult, Clip, VideoResult
from pegasus_classify.report.pages import report_page

pytestmark = pytest.mark.slow

HOSTILE = '</script><script>window.hacked=1</script><b onmouseover="hacked=1">'
WORLD = World(5, videos=60, classes=("Dogs", "Cars", HOSTILE))


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests of this file."""
    with running_browser() as running:
        yield running


def comparison():
    """Compare two answers, one class lowered."""

    def lowered(found):
        return replace(found, score=found.score - 5) if found.name == "Cars" else found

    left, right = (
        WORLD.side("old.jsonl", WORLD.answers(0)),
        WORLD.side(HOSTILE, WORLD.answers(1, plant=lowered, flips=0.2)),
    )
    return compare(left, right, Rules(draws=20))


@pytest.fixture
def opened(browser, tmp_path):
    """Open a comparison's report as a file; complaints of the page and requests fail the test at its end."""
    heard, asked, pages = [], [], []

    def open_report(compared, videos=1000, **how):
        path = tmp_path / "report.html"
        path.write_text(report_page(compared, videos, "2026-01-02 03:04 UTC"), encoding="utf-8")
        page = browser.new_page(**how)
        pages.append(page)
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.locator(".video").first.scroll_into_view_if_needed()
        return page

    yield open_report
    assert heard == []
    assert [url for url in asked if not url.startswith("file:")] == []
    assert len(asked) == len(pages)
    for page in pages:
        page.close()


def drawn(page, number):
    """Return the clips of a video as class, side, start and end, from where they are drawn, in seconds."""
    return page.evaluate(
        """([number, length]) => {
            const article = document.querySelectorAll('.video')[number];
            return [...article.querySelectorAll('.row')].flatMap((row) => {
                const lane = row.querySelector('.lane').getBoundingClientRect();
                return [...row.querySelectorAll('.clip')].map((clip) => {
                    const box = clip.getBoundingClientRect();
                    const at = (x) => (x - lane.left) / lane.width * length;
                    const name = row.querySelector('.name').textContent;
                    return [name, Number(clip.dataset.side), at(box.left), at(box.right)];
                });
            });
        }""",
        [number, LENGTH],
    )


def test_clips_are_drawn_where_the_data_says(opened):
    """Every clip of the first videos, to the width of a pixel, on the side it belongs to."""
    compared = comparison()
    page = opened(compared, viewport={"width": 1400, "height": 1000})
    for number, row in enumerate(video_rows(compared, 3)):
        page.locator(".video").nth(number).scroll_into_view_if_needed()
        page.locator(".video").nth(number).locator(".clip").first.wait_for(state="attached")
        wanted = [
            (cell.class_name, side, clip.start, clip.end)
            for cell in row.cells
            for side, clips in enumerate((cell.left_clips, cell.right_clips))
            for clip in clips
        ]
        shown = drawn(page, number)
        assert [tuple(each[:2]) for each in shown] == [each[:2] for each in wanted]
        for (_, _, start, end), (_, _, left, right) in zip(wanted, shown, strict=True):
            assert left == pytest.approx(start, abs=1.5)
            assert right == pytest.approx(end, abs=2.5)


def test_a_name_that_is_markup_is_shown_as_text(opened):
    """In the table, the filter, the timeline and the names of the sides; nothing of it runs."""
    page = opened(comparison())
    assert page.locator(".pick").nth(2).text_content() == HOSTILE
    assert page.locator("#class option").nth(3).text_content() == HOSTILE
    assert page.locator(".side.right").first.text_content() == HOSTILE
    assert HOSTILE in page.locator(".row .name").all_text_contents()
    assert page.evaluate("window.hacked") is None


def test_filters_leave_what_fits(opened):
    """By class, by flips, by id, and together; the count is told."""
    compared = comparison()
    page = opened(compared)
    rows = video_rows(compared, 1000)

    def shown():
        return page.locator(".video:not([hidden]) h3").all_text_contents()

    flipped = [row.video_id for row in rows if any(cell.left_kept != cell.right_kept for cell in row.cells)]
    page.locator("#flips").check()
    assert shown() == flipped
    assert page.locator("#count").text_content() == f"{len(flipped)} videos"
    page.locator("#class").select_option(label="Dogs")
    of_dogs = [
        row.video_id
        for row in rows
        if any(cell.class_name == "Dogs" and cell.left_kept != cell.right_kept for cell in row.cells)
    ]
    assert shown() == of_dogs
    page.locator(".video:not([hidden])").first.scroll_into_view_if_needed()
    page.locator(".video:not([hidden])").first.locator(".row").first.wait_for()
    assert set(page.locator(".video:not([hidden])").first.locator(".name").all_text_contents()) == {"Dogs"}
    page.locator("#find").fill(of_dogs[-1])
    assert of_dogs[-1] in shown()
    page.locator("#find").fill("no such video")
    assert shown() == []
    assert page.locator("#none").is_visible()


def test_a_class_of_the_table_chooses_it_everywhere(opened):
    """The button is pressed, the other dots fade, and pressing again shows all."""
    page = opened(comparison())
    button = page.locator(".pick").nth(1)
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert page.locator("#class").input_value() == "1"
    assert page.locator(".dots circle.dim[data-class='1']").count() == 0
    assert page.locator(".dots circle.dim").count() > 0
    button.click()
    assert page.locator(".dots circle.dim").count() == 0
    assert page.locator(".video[hidden]").count() == 0


def test_everything_works_by_keyboard(opened):
    """Find, only flips, next and previous video, clips with their prompt, and away again."""
    page = opened(comparison())

    def focused():
        return page.evaluate("document.activeElement.id")

    page.keyboard.press("/")
    assert focused() == "find"
    page.keyboard.type("f")
    assert page.locator("#find").input_value() == "f"
    page.locator("#find").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    assert page.locator("#flips").is_checked()
    page.keyboard.press("f")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused() == "v1"
    page.keyboard.press("k")
    assert focused() == "v0"
    page.keyboard.press("ArrowRight")
    tip = page.locator("#tip")
    assert tip.is_visible()
    assert "Something like" in tip.text_content()
    assert page.locator(".clip.now").count() == 1
    page.keyboard.press("Escape")
    assert tip.is_hidden()


def test_a_clip_tells_its_prompt_and_option_when_pointed_at(opened):
    """Class, side, time, score, option, prompt and how it fits its counterpart."""
    request = request_of(["Dogs"])
    clips = (
        Clip(65.0, 130.5, 82.25, "A dog & a ball", "text_in_video"),
        Clip(65.0, 130.5, 82.25, "A dog & a ball", "text_in_video"),
    )
    sides = [
        side_of(
            name,
            [Observation(VideoResult("v", (ClassResult("Dogs", 90.0, clips=(clip,)),)), request)],
            durations={"v": 200.0},
        )
        for name, clip in zip(("old", "new"), clips, strict=True)
    ]
    page = opened(compare(*sides, Rules(draws=0)))
    page.locator(".clip").first.hover()
    text = page.locator("#tip").text_content()
    for part in ("Dogs · old", "1:05.0 to 2:10.5", "score 82.25", "text in video", "“A dog & a ball”", "100 %"):
        assert part in text


def test_thresholds_are_drawn_at_their_scores(opened):
    """A dashed line for each side, where the axis says its score."""
    page = opened(comparison())
    for side in ("left", "right"):
        assert page.locator(f".threshold[data-side={side}]").get_attribute("data-at") == "75"
    x = float(page.locator(".threshold[data-side=left]").get_attribute("x1"))
    tick = page.locator(".scatter text.tick", has_text="75").first
    assert float(tick.get_attribute("x")) == pytest.approx(x)


LOOKED_AT = """() => {
    const named = (svg) => svg.getAttribute('aria-label') || svg.getAttribute('aria-labelledby');
    const labelled = [...document.querySelectorAll('[aria-labelledby]')];
    const ids = labelled.flatMap((each) => each.getAttribute('aria-labelledby').split(' '));
    const parts = (colour) => colour.match(/[0-9]+/g).map(Number);
    return [
        [...document.querySelectorAll('svg')].filter((svg) => !named(svg)).length,
        ids.filter((id) => !document.getElementById(id)).length,
        parts(getComputedStyle(document.documentElement).backgroundColor),
        parts(getComputedStyle(document.body).color),
    ];
}"""


def test_every_part_has_a_name_and_light_and_dark_differ(opened):
    """What is drawn is named for those who do not see it; both colour schemes have enough contrast for text."""
    for scheme, dark in (("light", False), ("dark", True)):
        page = opened(comparison(), color_scheme=scheme)
        page.locator(".row svg").first.wait_for(state="attached")
        unnamed, missing, paper, ink = page.evaluate(LOOKED_AT)
        assert unnamed == 0
        assert missing == 0
        assert (sum(paper) < sum(ink)) is dark
        assert abs(sum(paper) - sum(ink)) > 450


def test_a_thousand_videos_are_drawn_only_as_they_come_into_view(opened):
    """The page holds a thousand videos and few timelines; the last is drawn when one goes there."""
    world = World(6, videos=1000, classes=("a", "b", "c"))
    compared = compare(world.side("l", world.answers(0)), world.side("r", world.answers(1)), Rules(draws=0))
    page = opened(compared)
    assert page.locator(".video").count() == 1000
    page.locator(".video .row").first.wait_for(state="attached")
    assert page.locator(".video:has(.row)").count() < 60
    last = page.locator(".video:has(h3)").last
    last.scroll_into_view_if_needed()
    page.keyboard.press("End")
    last.locator("[data-empty]").wait_for(state="detached")
    assert page.locator(".video:has(.row)").count() < 160


def test_it_prints_with_timelines_and_without_filters(opened):
    """What was never scrolled to is drawn for paper as well."""
    page = opened(comparison())
    assert len(page.pdf()) > 20_000
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".filters").is_hidden()
    assert page.locator(".timeline[data-empty]").count() == 0
    assert page.locator(".video .row").count() > 60


def test_it_fits_a_narrow_screen(opened):
    """Nothing but the wide tables needs scrolling sideways, and those scroll in their own frame."""
    page = opened(comparison(), viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
