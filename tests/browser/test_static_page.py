"""An exported page on a plain web host, in a folder of it: it plays what Python plays, and goes on without the host."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hands import WATCH_POLICY, from_menu, place_on_map, until
from playwright.sync_api import Browser, BrowserContext, Page, expect

from clave import load_rhythm, load_sound
from clave.app import server
from clave.app.static_page import PageOptions, write_page
from clave.files import midi
from clave.play.decoding import decode_bar
from clave.play.project.bars import Generated

READY = "clave.store.corpus.value && clave.store.kitBuffers.value.length === 8"
KEPT = """async () => {
  const isKept = async (name) => (await caches.open(name)).match("api/prior.safetensors.gz");
  const moment = () => new Promise((done) => setTimeout(done, 50));
  while (!(await Promise.all((await caches.keys()).map(isKept))).some(Boolean)) await moment();
}"""  # evaluated, since `wait_for_function` takes a promise for true
LISTEN = """
window.started = [];
const { start } = AudioBufferSourceNode.prototype;
AudioBufferSourceNode.prototype.start = function (...times) {
  window.started.push(times[0]);
  start.apply(this, times);
};
"""


class Host(http.server.SimpleHTTPRequestHandler):
    """A host of files, which says nothing of what it is asked."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- so the standard library calls it
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host's folder, with the page in one of its own; its grid of sounds is coarse, which takes a moment."""
    if not server.page_is_built():
        pytest.fail("the page is not built; run scripts/page")
    place = tmp_path_factory.mktemp("host")
    write_page(place / "studio", load_rhythm(), load_sound(), PageOptions(grid_points=2, drawn_kits=2))
    return place


@pytest.fixture
def host(folder: Path) -> Iterator[http.server.ThreadingHTTPServer]:
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(folder)))
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield serving
    serving.shutdown()
    serving.server_close()
    thread.join()


@pytest.fixture
def static(page: Page, host: http.server.ThreadingHTTPServer) -> Iterator[Page]:
    """The page, open and ready; whatever it logs as an error fails the test."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.add_init_script(LISTEN)
    page.goto(f"http://127.0.0.1:{host.server_port}/studio/")
    page.wait_for_function(READY)
    yield page
    assert troubles == []


def strokes_here(page: Page) -> dict[tuple[int, int], tuple[float, float]]:
    page.wait_for_function("!clave.store.waiting.value && clave.store.shown.value.strokes.length > 0")
    return {(voice, step): (loud, off) for voice, step, loud, off in page.evaluate("clave.store.shown.value.strokes")}


def python_s_strokes(page: Page) -> dict[tuple[int, int], tuple[float, float]]:
    """What Python has for the bar that plays."""
    bar = Generated.model_validate(page.evaluate("clave.store.scene.value.bars[0]"))
    found = decode_bar(bar, load_rhythm()).strokes()
    return {(each.voice, each.step): (each.velocity, each.offset) for each in found}


def is_python_s_bar(page: Page) -> None:
    mine, theirs = strokes_here(page), python_s_strokes(page)
    assert set(mine) == set(theirs)
    assert len(mine) > 0
    for cell, played in mine.items():
        assert played == pytest.approx(theirs[cell], abs=1e-3)


def click(page: Page, x: float, y: float) -> None:
    page.mouse.click(*place_on_map(page, x, y))


def test_a_click_plays_python_s_bar_and_files_are_saved(static: Page, tmp_path: Path) -> None:
    click(static, 0.4, 0.6)
    static.wait_for_function("clave.store.playing.value && window.started.length > 4")
    is_python_s_bar(static)
    with static.expect_download() as download:
        from_menu(static, "Export", "Save MIDI")
    download.value.save_as(tmp_path / "groove.mid")
    read = [stroke for bar in midi.read(tmp_path / "groove.mid", grid=64).patterns for stroke in bar.strokes()]
    assert len(read) == len(strokes_here(static))
    with static.expect_download() as download:
        from_menu(static, "Export", "Save WAV")
    download.value.save_as(tmp_path / "groove.wav")
    samples, _ = soundfile.read(tmp_path / "groove.wav")
    assert 0.05 < np.abs(samples).max() <= 1


def test_what_it_cannot_do_is_said_and_the_rest_is_here(static: Page) -> None:
    expect(static.get_by_text("Humanise, fill in and tap: only with Clave on your own computer")).to_be_visible()
    expect(static.get_by_role("button", name="Fill in the rest")).to_have_count(0)
    static.keyboard.press("f")
    expect(static.locator(".notice")).to_contain_text("Fill in the rest: only with Clave on your own computer")
    static.get_by_role("button", name="Export", exact=True).click()
    expect(static.get_by_text("Files for other programs: only with Clave")).to_be_visible()
    static.keyboard.press("Escape")
    for drawer, what in (
        ("Answer", "Answers to what you play"),
        ("Other devices", "Playing together with other devices"),
        ("MIDI in", "Ableton Link"),
        ("How it works", "The encoder, which finds the place of any bar"),
    ):
        static.evaluate("name => { clave.store.drawer.value = name; }", drawer)
        expect(static.get_by_text(f"{what}: only with Clave on your own computer")).to_be_visible()
    expect(static.get_by_test_id("how-f1")).to_contain_text("0 lost: hit F1 1.00")  # the decoder is here
    static.evaluate("clave.store.drawer.value = null")
    static.evaluate("clave.actions.changeSettings('variation', { variation: 0.5 })")
    click(static, -0.8, 1.2)
    is_python_s_bar(static)


def test_it_plays_on_without_the_host(static: Page, context: BrowserContext) -> None:
    static.evaluate(KEPT)
    static.reload()  # the page that its worker serves
    static.wait_for_function(READY)
    static.wait_for_function("navigator.serviceWorker.controller")
    context.set_offline(True)
    static.reload()
    static.wait_for_function(READY)
    click(static, -1.2, -0.4)
    is_python_s_bar(static)
    static.evaluate("clave.actions.changeSettings('variation', { variation: 0.4 })")
    is_python_s_bar(static)
    static.wait_for_function("window.started.length > 4")


def test_it_plays_under_the_policy_that_is_written_into_it(
    browser: Browser, host: http.server.ThreadingHTTPServer
) -> None:
    with browser.new_context(bypass_csp=False) as context:
        page, troubles = context.new_page(), list[str]()
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.add_init_script(WATCH_POLICY)
        page.goto(f"http://127.0.0.1:{host.server_port}/studio/")
        until(page, f"globalThis.clave && {READY}")
        page.get_by_role("button", name="Play", exact=True).first.click()
        until(page, "clave.store.playing.value && clave.store.sound.value === 'on'")
        assert page.evaluate("broken") == []
        assert troubles == []
        page.evaluate("document.body.append(Object.assign(new Image(), { src: 'http://192.0.2.1/x.png' }))")
        until(page, "broken.length === 1")  # it is in force
