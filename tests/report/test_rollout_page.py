"""The page of a migration in a real browser: everything is drawn where the data says, in any width and light."""

from __future__ import annotations

from contextlib import closing

import pytest
from browsers import running_browser
from played_migration import BEGAN, DAY, POLICY, played_log, played_store

from pegasus_classify.client.rollout import Rollout
from pegasus_classify.client.rollout_status import status_of
from pegasus_classify.report.rollout import rollout_page
from pegasus_classify.settings import Settings

pytestmark = pytest.mark.slow

HOSTILE = '</style><script>window.hacked=1</script><b onmouseover="hacked=1">'


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests of this file."""
    with running_browser() as running:
        yield running


@pytest.fixture
def told(tmp_path):
    """What the status says of three weeks, in which a video has a hostile name."""
    (tmp_path / "rollout.toml").write_text(POLICY, encoding="utf-8")
    played_log(tmp_path / "changes.jsonl")
    store = played_store(flips=(HOSTILE,))
    rollout = Rollout(
        tmp_path / "rollout.toml", Settings(), store=store, clock=lambda: BEGAN + 20.4 * DAY, watching=False
    )
    with closing(rollout):
        yield status_of(rollout)


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page as a file; complaints and requests of the page fail the test at its end."""
    heard, asked, pages = [], [], []

    def open_page(told, width=1400, scheme="light"):
        path = tmp_path / "status.html"
        path.write_text(rollout_page(told), encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=scheme)
        pages.append(page)
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    assert heard == []
    assert [url for url in asked if not url.startswith("file:")] == []
    for page in pages:
        page.close()


def heights(page, plot, part):
    """Return the height of each bar's part as a share of its drawing."""
    return page.evaluate(
        """([plot, part]) => {
            const field = document.querySelector(`.field.${plot}`), whole = field.clientHeight;
            const bars = [...field.querySelectorAll(`.column .${part}`)];
            return bars.map((bar) => bar.getBoundingClientRect().height / whole);
        }""",
        [plot, part],
    )


def test_traffic_and_cost_are_drawn_as_the_days_say(opened, told):
    """Every bar of every day, to a hundredth of the height."""
    page = opened(told)
    for plot, parts in (
        ("traffic", {"legacy": "legacy", "pegasus": "pegasus"}),
        ("cost", {"callers": "callers_usd", "shadows": "shadows_usd"}),
    ):
        most = max(sum(day[name] for name in parts.values()) for day in told["days"])
        for part, name in parts.items():
            wanted = [day[name] / most for day in told["days"]]
            assert heights(page, plot, part) == pytest.approx(wanted, abs=0.01)


def test_agreement_is_drawn_with_its_trend_and_what_is_allowed(opened, told):
    """A dot for each day at its share; days below what is allowed stand out; the axis begins where it says."""
    page = opened(told)
    floor = float(page.locator(".plot:has(.agreement) .scale span").last.text_content().split()[0]) / 100
    places = page.evaluate(
        """() => {
            const field = document.querySelector('.field.agreement'), box = field.getBoundingClientRect();
            return [...field.querySelectorAll('.dot')].map((dot) => {
                const at = dot.getBoundingClientRect();
                return (box.bottom - (at.top + at.bottom) / 2) / field.clientHeight;
            });
        }"""
    )
    shares = [1 - day["differing"] / day["compared"] for day in told["days"]]
    assert [floor + place * (1 - floor) for place in places] == pytest.approx(shares, abs=0.01)
    assert page.locator(".dot.low").count() == sum(share < 0.9 for share in shares) == 2
    assert page.locator(".field.agreement polyline").count() == 1


def test_moves_stand_over_their_days_and_in_the_log(opened, told):
    """Which way and to what share; the latest change comes first."""
    page = opened(told)
    assert page.locator(".flag").all_text_contents() == ["1 %", "5 %", "25 %", "0 %", "1 %", "5 %", "25 %"]
    assert page.locator(".flag.rolled_back").all_text_contents() == ["0 %"]
    assert page.locator(".log .pill").all_text_contents()[:2] == ["held", "promoted"]
    assert "differing videos pass" in page.locator(".log tr", has_text="rolled back").text_content()
    assert page.locator(".ladder .now").text_content() == "25 %"
    assert page.locator(".ladder .taken").all_text_contents() == ["1 %", "5 %", "25 %"]


def test_the_last_differences_are_timelines(opened, told):
    """Each side's clips at their seconds, to the width of a pixel; a side without clips is shown as such."""
    page = opened(told)
    article = page.locator(".video", has_text="63996203ce36463e0199c8c0")
    drawn = article.evaluate(
        """(article) => [...article.querySelectorAll('.row')].flatMap((row) => {
            const lane = row.querySelector('.lane').getBoundingClientRect();
            return [...row.querySelectorAll('.clip')].map((clip) => {
                const box = clip.getBoundingClientRect(), at = (x) => (x - lane.left) / lane.width * 95;
                const name = row.querySelector('.name').textContent;
                return [name, clip.classList.contains('right'), at(box.left), at(box.right)];
            });
        })"""
    )
    assert [each[:2] for each in drawn] == [["Trucks", False], ["Cars", False], ["Cars", False], ["Cars", True]]
    spans = [span for each in drawn for span in each[2:]]
    assert spans == pytest.approx([12, 30, 3, 14.5, 40, 61, 2.5, 15], abs=0.3)
    assert page.locator(".video .flip").all_text_contents() == [
        *[f"lost {each}" for each in (HOSTILE, "Interview")],
        "gained Beach",
        "lost Trucks",
    ]
    assert page.locator(".unplaced").count() == 1


def test_cost_and_figures_are_the_sums_of_the_days(opened, told):
    """What is written large is what the days add up to."""
    page = opened(told)
    figures = dict(
        zip(
            page.locator(".figures dt").all_text_contents(),
            page.locator(".figures dd:not(.fine)").all_text_contents(),
            strict=True,
        )
    )
    usd = sum(day["callers_usd"] + day["shadows_usd"] for day in told["days"])
    compared, differing = (sum(day[name] for day in told["days"]) for name in ("compared", "differing"))
    assert figures["Cost so far"] == f"${usd:,.2f}"
    assert figures["Agreement"] == f"{100 * (1 - differing / compared):.1f} %"
    assert figures["Moved"] == "25 %"


def test_a_name_that_is_markup_is_shown_as_text(opened, told):
    """Of a video, a class, and whoever made a change."""
    told["changes"][-1] = {**told["changes"][-1], "who": HOSTILE}
    page = opened(told)
    assert page.locator(".video h3").first.text_content() == HOSTILE
    assert page.locator(".log tr").nth(1).locator("td").nth(2).text_content() == HOSTILE
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1400])
def test_it_fits_any_width_and_can_be_read_in_any_light(opened, told, width, scheme):
    """Nothing sticks out of the page, and text stands out from its ground: 4.5 to 1, what is faint 3 to 1 (WCAG)."""
    page = opened(told, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    contrasts = page.evaluate(
        """() => {
            const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            const light = (text) => {
                const [r, g, b] = text.match(/[\\d.]+/g).map((v) => linear(v / 255));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const page = light(getComputedStyle(document.documentElement).backgroundColor);
            const ratio = (selector, own) => {
                const style = getComputedStyle(document.querySelector(selector));
                const pair = [light(style.color), own ? light(style.backgroundColor) : page];
                return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
            };
            return {
                h1: ratio('h1'), reasons: ratio('.reasons li'), soft: ratio('.figures dt'),
                fine: ratio('.figures .fine'), flag: ratio('.flag', true),
                back: ratio('.flag.rolled_back', true), lost: ratio('.flip.lost'),
            };
        }"""
    )
    assert {name for name, ratio in contrasts.items() if ratio < (3 if name == "fine" else 4.5)} == set()
