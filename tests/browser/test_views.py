"""Every view as a picture, to be looked at: in `build/pictures`, or the folder that CLAVE_PICTURES names."""

import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hands import lies_here, open_voice
from playwright.sync_api import Browser, Page

import clave.app

PICTURES = Path(os.environ.get("CLAVE_PICTURES", Path(__file__).parents[2] / "build" / "pictures"))
STATIC = Path(clave.app.__file__).parent / "static"
SIZES = {"1440": (1440, 900), "1024": (1024, 768), "390": (390, 844), "720": (720, 450)}  # the last: 1440 at 200 %
LOOKS = {"dark": {}, "light": {"color_scheme": "light"}, "forced": {"forced_colors": "active"}}


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def drawn(browser: Browser, instrument: str, size: str, look: str) -> Iterator[Page]:
    width, height = SIZES[size]
    settings = {"color_scheme": "dark", **LOOKS[look]}
    with browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", **settings
    ) as context:
        page = context.new_page()
        page.add_init_script("localStorage['clave.theme'] ??= 'auto'")
        page.goto(instrument)
        page.wait_for_function("clave.store.ground.value && clave.store.kitBuffers.value.length === 8")
        yield page


def test_each_view_is_drawn_within_its_window(drawn: Page, size: str, look: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    lies_here(drawn)

    def picture(name: str) -> None:
        drawn.wait_for_timeout(150)
        drawn.screenshot(path=PICTURES / f"{name}-{size}-{look}.png")
        assert drawn.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name

    picture("start")
    drawn.evaluate("clave.actions.hold(0, true); clave.actions.toggleCell(6, 4); clave.scenes.keep(0)")
    open_voice(drawn, "Snare")
    picture("held")
    drawn.locator(".voice-panel .moving-dot").first.click()
    picture("movement")
    drawn.keyboard.press("Escape")
    drawn.evaluate("clave.store.openVoice.value = null")
    drawn.locator(".scene-more").first.click()
    picture("scene")
    drawn.keyboard.press("Escape")
    for drawer in ("Shape", "About this bar", "Style", "Path", "Kits", "MIDI out", "Your material"):
        drawn.evaluate("name => { clave.store.drawer.value = name }", drawer)
        picture(drawer.lower().replace(" ", "-"))
    drawn.evaluate("clave.store.drawer.value = null; clave.store.sounds.opened.value = 1")
    picture("sound")
    drawn.evaluate("clave.store.sounds.opened.value = null; clave.store.helping.value = true")
    picture("help")
    drawn.evaluate("clave.store.helping.value = false; clave.store.view.value = { centre: [0.5, 0], zoom: 3.5 }")
    picture("zoomed")
    drawn.evaluate("clave.store.performing.value = true")
    picture("perform")


def test_what_the_page_needs_to_play_is_small() -> None:
    """What index.html names, compressed; panels that are opened now and then come after it."""
    page = STATIC / "index.html"
    named = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page.read_text())
    assert len(named) >= 2
    compressed = sum(len(gzip.compress(path.read_bytes())) for path in (page, *(STATIC / name for name in named)))
    assert compressed < 122_000
