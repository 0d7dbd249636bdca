"""The page in a Link session, which its server is in, and the page's player, whom Clave answers."""

import time
from collections.abc import Iterator

import pytest
from fake_link import FakeSession, FakeTimeline
from hands import NARROW, violations
from playwright.sync_api import Page, expect

from clave.app.server.page_bridge import PageBridge
from clave.app.server.together import Together


@pytest.fixture
def timeline(bridge: PageBridge, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTimeline]:
    """A session of one other, into which the server comes instead of that of the network."""
    timeline = FakeTimeline(time.monotonic, 97.0)
    timeline.peers = 1
    (together,) = [each.__self__ for each in bridge.beside.ticks if isinstance(each.__self__, Together)]
    monkeypatch.setattr(together.link, "_opens", lambda _: FakeSession(timeline))
    monkeypatch.setattr(together.link, "_check", lambda: None)
    yield timeline
    together.link.switch((), (False,))
    while together.link.session is not None:
        time.sleep(0.01)


def off_ms(page: Page, timeline: FakeTimeline) -> float:
    """How far the bar of the page is from that of the session, in ms; of some readings, the one that took least."""
    best = float("inf"), 0.0
    for _ in range(40):
        before = time.monotonic()
        position = page.evaluate("clave.player.positionAt(performance.now())")
        after = time.monotonic()
        beat = timeline.beat() - (time.monotonic() - (before + after) / 2) * timeline.tempo_bpm / 60
        error = (position / 16 - beat + 2) % 4 - 2
        best = min(best, (after - before, error * 60_000 / timeline.tempo_bpm))
    return best[1]


def test_the_page_keeps_time_with_the_session_that_its_server_is_in(timeline: FakeTimeline, opened: Page) -> None:
    page = opened
    page.wait_for_function("clave.live.value?.state.value.leads")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="MIDI in", exact=True).click()
    expect(page.get_by_text("A page alone cannot join Link")).to_be_visible()
    page.get_by_role("checkbox", name="Ableton Link").click()
    expect(page.get_by_text("Link: 1 other, 97.0 bpm")).to_be_visible()
    page.wait_for_function("clave.store.scene.value.tempo[0].tempo_bpm === 97")
    page.wait_for_timeout(500)
    page.evaluate("clave.player.play()")
    page.wait_for_function("clave.player.positionAt(performance.now()) > 40", timeout=20_000)
    assert timeline.playing, "the others start too"
    assert abs(off_ms(page, timeline)) < 10
    page.evaluate("clave.actions.set('tempo', { tempoBpm: 140 })")
    while timeline.tempo_bpm != 140:
        page.wait_for_timeout(20)
    timeline.set_tempo(123)
    page.wait_for_function("clave.store.scene.value.tempo[0].tempo_bpm === 123")
    page.wait_for_timeout(800)
    assert abs(off_ms(page, timeline)) < 10
    timeline.playing = False
    page.wait_for_function("!clave.store.playing.value")
    assert violations(page) == []


def test_what_is_struck_in_the_page_is_answered_one_bar_later(opened: Page) -> None:
    page = opened
    page.wait_for_function("clave.live.value?.state.value.leads")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Answer", exact=True).click()
    dialog = page.get_by_role("dialog", name="Answer")
    dialog.get_by_role("button", name="oppose").click()
    expect(dialog.get_by_role("button", name="oppose", pressed=True)).to_be_visible()
    page.evaluate("clave.player.play()")
    page.wait_for_function("clave.player.positionAt(performance.now()) > 4")
    page.evaluate("for (const voice of [0, 1, 2]) clave.player.strike(voice, 0.7)")
    page.wait_for_function("clave.store.scene.value.bars[0].source === 'answer'", timeout=20_000)
    expect(dialog.get_by_text("Your last bar lies at")).to_be_visible()
    assert page.evaluate("clave.store.history.value.past.length") == 1
    page.wait_for_function("clave.store.heard.value.bar.pattern.strokes.length > 0")
    page.evaluate("clave.actions.undo()")
    assert page.evaluate("clave.store.scene.value.bars[0].kind") == "generated"
    dialog.get_by_role("button", name="off").click()
    expect(dialog.get_by_role("button", name="off", pressed=True)).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size(NARROW)
    assert dialog.evaluate("each => each.scrollWidth <= each.clientWidth")
