"""Photograph the page for docs/first-minute.md: `python docs/make_screenshots.py`.

It needs the extra `dev`, Chromium on the path, and the built page (`scripts/page`).
"""

import io
import runpy
from pathlib import Path
from typing import Any

from PIL import Image

FOLDER = Path(__file__).parent / "pictures"
SERVED: Any = runpy.run_path(str(Path(__file__).with_name("make_gear.py")))["photographed"]
DESK = {"width": 1280, "height": 800}
PATH = [(180, 330), (300, 230), (460, 300), (520, 450), (640, 520), (700, 380)]  # pixels, across the map
QUALITY = 82  # of WebP


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(exist_ok=True)
    SERVED(photograph)
    print(f"{FOLDER} written")


def photograph(browser: Any, address: str) -> None:
    """The whole page, a path over the map, and the map of a voice's sounds."""
    page = opened(browser, address, DESK)
    keep(page, "page")
    page.keyboard.down("Shift")  # to draw a path
    draw(page, PATH)
    page.keyboard.up("Shift")
    page.wait_for_timeout(3000)
    keep(page, "path")
    page.close()
    page = opened(browser, address, DESK)
    page.locator('[data-voice-row="1"] .voice-open').click()
    page.get_by_role("button", name="Snare sound:").click()
    page.wait_for_timeout(2500)
    keep(page, "sound")
    browser.close()


def draw(page: Any, path: list[tuple[int, int]]) -> None:
    """Drag from place to place."""
    page.mouse.move(*path[0])
    page.mouse.down()
    for place in path[1:]:
        page.mouse.move(*place, steps=12)
    page.mouse.up()


def opened(browser: Any, address: str, size: dict[str, int]) -> Any:
    """The page, as soon as it can play."""
    page = browser.new_page(viewport=size, color_scheme="dark", bypass_csp=True)
    page.set_default_timeout(30_000)
    page.goto(address)
    page.wait_for_function("clave.store.corpus.value && clave.store.kitBuffers.value.length === 8")
    page.wait_for_timeout(1500)  # until the map's glow is drawn
    return page


def keep(page: Any, name: str, **clip: Any) -> None:
    """Write what is shown as WebP."""
    with Image.open(io.BytesIO(page.screenshot(**clip))) as picture:
        picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
