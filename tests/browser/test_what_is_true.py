"""The page says what is true: the server is away, another tab plays, the storage is full, the sound device is gone."""

import pytest
from hands import lies_here, place_on_map
from playwright.sync_api import BrowserContext, Page, Route, expect
from test_material import drop, groove, has_stars, panel

READY = "clave.store.corpus.value && clave.store.kitBuffers.value.length === 8"
KEPT_CONTEXTS = """
    window.contexts = [];
    window.AudioContext = class extends AudioContext {
        constructor(...given) {
            super(...given);
            window.contexts.push(this);
        }
    };
"""


@pytest.fixture
def ready(page: Page, instrument: str) -> Page:
    """The page, ready, where the browser may log that a request failed."""
    page.goto(instrument)
    page.wait_for_function(READY)
    return page


def click(page: Page, x: float, y: float) -> None:
    page.mouse.click(*place_on_map(page, x, y))


def turns(page: Page, bars: int) -> None:
    """Wait until so many bars have begun to sound."""
    page.evaluate(
        """bars => new Promise(done => {
            let before = 0, begun = 0;
            const look = () => {
                const now = clave.store.position.value ?? 0;
                if (now < before) begun += 1;
                before = now;
                if (begun >= bars) done(); else requestAnimationFrame(look);
            };
            look();
        })""",
        bars,
    )


def test_while_the_server_is_away_music_plays_on_and_wishes_are_granted_when_it_is_back(ready: Page) -> None:
    click(ready, 0.5, 0.5)
    lies_here(ready)
    heard = ready.evaluate("clave.store.shown.value.strokes")
    ready.route("**/api/**", lambda route: route.abort())
    click(ready, -1.0, 0.5)
    away = ready.get_by_role("alert").filter(has_text="The server does not answer")
    expect(away).to_contain_text("waits for the bars here")
    turns(ready, 2)
    assert ready.evaluate("clave.store.shownPoint.value") == ready.evaluate(
        "clave.store.score.value.project.scene.bars[0].point"
    )
    assert abs(ready.evaluate("clave.store.shownPoint.value[0]") - 0.5) < 0.02  # where the sounding bar is
    assert abs(ready.evaluate("clave.point()[0]") + 1.0) < 0.02  # what is wished for
    assert ready.evaluate("clave.store.heard.value.bar.pattern.strokes") == heard
    expect(ready.locator(".map-awaited")).to_be_visible()
    drop(ready, [("own.mid", groove())])
    expect(panel(ready)).to_contain_text("own.mid: the server does not answer. Read as soon as it does.")

    ready.unroute("**/api/**")
    expect(away).to_have_count(0, timeout=20_000)  # it is tried again by itself
    has_stars(ready, 4)
    expect(ready.locator(".map-awaited")).to_have_count(0)
    lies_here(ready)
    assert abs(ready.evaluate("clave.store.shownPoint.value[0]") + 1.0) < 0.02


def test_a_player_need_not_wait_for_the_next_try(ready: Page) -> None:
    click(ready, 0.5, 0.5)
    lies_here(ready)
    tried: list[str] = []

    def refuse(route: Route) -> None:
        tried.append(route.request.url)
        route.abort()

    ready.route("**/api/bars", refuse)
    click(ready, -1.0, 0.5)
    expect(ready.get_by_role("button", name="Try now")).to_be_visible()
    while len(tried) < 4:  # then the next try comes in eight seconds
        ready.wait_for_timeout(100)
    ready.unroute("**/api/bars")
    ready.get_by_role("button", name="Try now").dispatch_event("click")
    lies_here(ready)
    expect(ready.get_by_role("button", name="Try now")).to_have_count(0)


def test_an_act_that_failed_says_so_until_the_server_is_back(ready: Page) -> None:
    ready.route("**/api/kits/draw", lambda route: route.abort())
    ready.route("**/api/instrument", lambda route: route.abort())
    ready.get_by_role("button", name="Surprise me").click()
    said = ready.get_by_role("alert").filter(has_text="is clave still running?")
    expect(said.first).to_be_visible()
    ready.unroute("**/api/kits/draw")
    ready.unroute("**/api/instrument")
    expect(said).to_have_count(0, timeout=20_000)


def test_a_page_that_opens_before_its_server_answers_begins_when_it_does(page: Page, instrument: str) -> None:
    page.route("**/api/**", lambda route: route.abort())
    page.goto(instrument)
    expect(page.get_by_role("alert").filter(has_text="waits for")).to_contain_text("the instrument")
    page.unroute("**/api/**")
    page.wait_for_function(READY, timeout=20_000)
    expect(page.get_by_role("alert").filter(has_text="waits for")).to_have_count(0)


def test_a_second_tab_is_told_that_another_plays_and_can_play_instead(
    opened: Page, context: BrowserContext, instrument: str
) -> None:
    click(opened, 0.5, 0.5)
    opened.wait_for_function("clave.store.playing.value")
    second = context.new_page()
    second.goto(instrument)
    second.wait_for_function(READY)
    said = second.get_by_role("status").filter(has_text="Clave plays in another tab.")
    expect(said).to_be_visible()
    second.get_by_role("button", name="Play here").click()
    second.wait_for_function("clave.store.playing.value")
    opened.wait_for_function("!clave.store.playing.value")
    expect(said).to_have_count(0)
    elsewhere = opened.get_by_role("status").filter(has_text="Clave plays in another tab.")
    expect(elsewhere).to_be_visible()
    second.close()
    expect(elsewhere).to_have_count(0)


def test_a_full_storage_is_said_once_and_playing_goes_on(ready: Page) -> None:
    ready.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    click(ready, 0.5, 0.5)
    said = ready.get_by_role("alert").filter(has_text="its storage is full")
    expect(said).to_have_count(1)
    turns(ready, 1)
    click(ready, -0.5, 0.5)
    lies_here(ready)
    expect(said).to_have_count(1)
    with ready.expect_download() as saving:
        ready.get_by_role("button", name="Save as a file").click()
    assert saving.value.suggested_filename == "project.json"
    expect(said).to_have_count(0)
    click(ready, 0.0, 0.5)
    lies_here(ready)
    ready.wait_for_timeout(500)
    expect(said).to_have_count(0)


def play_with_kept_contexts(page: Page, instrument: str) -> None:
    """Music plays, and `contexts` has each audio context that the page made."""
    page.add_init_script(KEPT_CONTEXTS)
    page.goto(instrument)
    page.wait_for_function(READY)
    click(page, 0.5, 0.5)
    page.wait_for_function("clave.store.position.value > 4")


def test_a_device_that_stands_still_is_gone_too(page: Page, instrument: str) -> None:
    play_with_kept_contexts(page, instrument)
    page.evaluate("Object.defineProperty(contexts.at(-1), 'currentTime', { value: contexts.at(-1).currentTime })")
    said = page.get_by_role("status").filter(has_text="The music goes on through the one that is there now.")
    expect(said).to_be_visible(timeout=15_000)
