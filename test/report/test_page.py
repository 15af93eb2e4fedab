"""The page in a browser: it loads by file://, sorts, plays, and fits its window."""

import json
import re
import shutil

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="no chromium. As root: apt-get install chromium"
)
ARMS = {"noisy": 0.0, "baseline": 0.5, "placebo": 0.6, "refreshed": 0.7}
SIGNALS = ["noisy", "placebo", "refreshed", "reference"]


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM)


@pytest.fixture
def path(finished, offsets):
    offsets("noref", ARMS, metric="lsd", spread=0.01)
    for arm, snr in (("placebo", 10), ("refreshed", 20)):
        for test_set in ("test", "noref", "real"):
            finished.enhanced(arm, test_set, snr)
    finished.report(command="./run.sh </script><b>&")
    return finished.output_dir / "report/index.html"


@pytest.fixture
def page(browser, path):
    """The page, opened; fails if it says an error or wants anything from elsewhere."""
    opened, odd = browser.new_page(viewport={"width": 1400, "height": 900}), []
    opened.on("console", lambda message: odd.append(message.text))
    opened.on("pageerror", lambda error: odd.append(str(error)))
    opened.on("request", lambda request: odd.append(request.url))
    opened.goto(path.as_uri())
    yield opened
    opened.close()
    assert [text for text in odd if not text.startswith("data:image/png")] == [
        path.as_uri()
    ]


def when(page, condition, then="true"):
    """Wait until something holds in the page; in the same moment, do another thing."""
    page.evaluate(f"""new Promise((done, fail) => {{
            const end = Date.now() + 30000;
            const look = () => {{
                if ({condition}) done({then});
                else if (Date.now() > end) fail("never came: {condition}");
                else setTimeout(look, 10);
            }};
            look();
        }})""")


def column(page, number):
    cells = page.locator(f"#results tbody tr > :nth-child({number})")
    return [text.split()[0] for text in cells.all_inner_texts()]


def test_nothing_is_fetched_and_data_cannot_end_the_script(page, path):
    text = path.read_text("utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=[\"'](?!#|data:)", text)
    assert page.inner_text("#command") == "./run.sh </script><b>&"


def test_a_click_sorts_another_turns_the_order_round(page):
    arms = ["noisy", "baseline", "placebo", "refreshed"]
    assert column(page, 1) == arms
    head = page.locator("#results th", has_text="pesq_wb")
    head.get_by_role("button").click()
    assert column(page, 1) == arms[::-1]
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, 2) == sorted(column(page, 2), key=float, reverse=True)
    head.get_by_role("button").click()
    assert column(page, 1) == arms
    page.get_by_label("noref", exact=True).check()
    lower_is_better = page.locator("#results th", has_text="lsd")
    lower_is_better.get_by_role("button").click()
    assert column(page, 1) == arms
    assert lower_is_better.get_attribute("aria-sort") == "ascending"


def test_tables_and_plots_show_what_is_in_the_results(page, path):
    results = json.loads((path.parents[1] / "results.json").read_text())
    entry = results["versus"]["refreshed"]["test"]["pesq_wb"]
    low, high = entry["ci95"]
    row = page.locator("#results tbody tr", has_text="refreshed").first
    cell = row.locator("td").first.inner_text()
    assert f"{entry['delta']:+.3f} ▲" in cell and f"[{low:+.3f}, {high:+.3f}]" in cell
    panel = page.locator("#intervals figure").first
    assert panel.locator(".better .dot").count() == 2  # placebo, refreshed
    page.get_by_label("mean", exact=True).check()
    assert panel.locator(".dot").count() == 4
    page.get_by_label("real", exact=True).check()
    assert "without references" in page.inner_text("#about_set")
    heads = page.locator("#results thead th").all_inner_texts()
    assert [head.split()[0] for head in heads] == ["arm", "dnsmos_ovrl"]
    assert page.locator("#gaps tbody tr").count() == 1
    points = page.locator("#scatter .chosen").get_attribute("d")
    assert points.count("M") == 24
    assert page.locator("#pictures img").count() == 1


def test_quality_is_drawn_against_cost(page, path):
    results = json.loads((path.parents[1] / "results.json").read_text())
    names = page.locator("#cost .name")
    assert set(names.all_text_contents()) == {"noisy", "baseline", "refreshed"}
    told = page.locator("#cost title").all_text_contents()
    means = {arm: results["scores"][arm]["test"]["pesq_wb"]["mean"] for arm in ARMS}
    assert set(told) == {f"{arm}: {means[arm]:.3f} at 0.02" for arm in list(ARMS)[1:]}
    dots = page.locator("#cost .dot")
    heights = dots.evaluate_all("all => all.map((dot) => +dot.getAttribute('cy'))")
    assert heights == sorted(heights) and len(set(heights)) == 3  # best first, at the top
    page.get_by_label("real", exact=True).check()
    assert page.locator("#cost figcaption").inner_text().startswith("dnsmos_ovrl")


def test_all_signals_play_at_once_and_a_key_switches_between_them(page):
    player = page.locator(".player").first
    names = player.locator(".head").all_inner_texts()
    assert [name.split() for name in names] == [
        [str(n), name] for n, name in enumerate(SIGNALS, 1)
    ]
    page.keyboard.press("Space")
    when(page, "players[0].position > 0.1", "sound.suspend()")
    assert page.evaluate(
        "players[0].buffers.map((one) => [one.length, one.sampleRate])"
    ) == [[32000, 16000]] * len(SIGNALS)
    page.evaluate("window.before = [players[0].sources, players[0].position]")
    page.keyboard.press("3")
    same = "before[0] === players[0].sources && before[1] === players[0].position"
    assert page.evaluate(same)  # no signal was started again
    page.evaluate("sound.resume()")
    when(page, "players[0].gains?.[2].gain.value > 0.99", "sound.suspend()")
    assert page.evaluate("players[0].gains[0].gain.value") < 0.01
    pressed = player.locator("[aria-pressed=true]")
    assert pressed.inner_text().split()[:2] == ["3", "refreshed"]
    page.keyboard.press("Space")
    stopped = page.evaluate("players[0].position")
    page.keyboard.press("1")
    page.keyboard.press("9")  # there is none
    assert page.evaluate("[players[0].position, players[0].active]") == [stopped, 0]
    assert 0.1 < stopped < 2.0 and player.get_by_text("Play", exact=True).is_visible()


def test_signals_are_heard_as_they_were_written(page):
    page.keyboard.press("Space")
    when(page, "players[0].buffers")
    rms = page.evaluate("""players[0].buffers.map((one) =>
            Math.hypot(...one.getChannelData(0).slice(0, 30000)))""")
    assert len({round(value, 4) for value in rms}) == len(SIGNALS)
    assert max(rms) < 1.3 * min(rms)  # of one level, though of other content


def test_the_bar_seeks_the_end_rewinds_and_one_player_stops_another(page):
    page.keyboard.press("Space")
    when(page, "players[0].sources", "sound.suspend()")
    page.locator(".player input").first.fill("1.9")
    assert page.evaluate("players[0].position") == 1.9
    page.evaluate("sound.resume()")
    when(page, "!players[0].sources")
    assert page.evaluate("[players[0].position, players[0].wanted]") == [0, False]
    page.locator(".player .play").nth(0).click()
    when(page, "players[0].sources", "sound.suspend()")
    page.locator(".player .play").nth(1).click()
    when(page, "players[1].sources", "sound.suspend()")
    assert page.evaluate("players[0].sources") is None
    page.locator(".player .signal").nth(1).focus()
    assert page.evaluate("current === players[0]")
    page.keyboard.press("Space")  # plays, and does not press that button
    assert page.evaluate("[players[0].wanted, players[1].wanted]") == [True, False]
    assert page.evaluate("players[0].active") == 0


@pytest.mark.parametrize("width", [360, 1400])
def test_the_page_is_not_wider_than_its_window(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    assert page.evaluate(widths) == [width, width]
    assert page.locator("#players img").first.evaluate("one => one.naturalWidth") == 124


def test_what_is_not_there_has_no_section(browser, experiment, offsets):
    experiment.test_set("test", speakers=3, each=2)
    offsets("test", {"noisy": 0.0, "baseline": 0.5})
    experiment.unit("baseline")
    experiment.report(arms=["noisy", "baseline"], test_sets="test")
    page = browser.new_page()
    page.goto((experiment.output_dir / "report/index.html").as_uri())
    assert page.locator("section").evaluate_all("all => all.map((one) => one.id)") == [
        "tables",
        "differences",
        "listen",
        "made",
    ]
    assert page.locator("#intervals .better .dot").count() == 1
