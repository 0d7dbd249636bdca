"""Draw the figures of docs/gear: `python docs/make_gear.py`; a test holds them up to date.

With `--screenshots` the page is photographed too, in headless Chromium (extra `dev`); it has to be built.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("gear")
WIDTH, HEIGHT = 190, 46  # of a box
ACROSS, DOWN, EDGE = 330, 92, 12  # from one box to the next, and around all; pixels
LETTER = 6.0  # how wide a small letter is, in the mean; pixels
INK, FAINT, OWN = "#1b1f24", "#57606a", "#d7ebf7"


@dataclass(frozen=True)
class Box:
    """A program or a machine, at a place of a grid."""

    column: float
    row: float
    title: str
    below: str = ""
    own: bool = False  # part of Clave

    @property
    def centre(self) -> tuple[float, float]:
        """In pixels."""
        return EDGE + self.column * ACROSS + WIDTH / 2, EDGE + self.row * DOWN + HEIGHT / 2


@dataclass(frozen=True)
class Figure:
    """Boxes by name, and what goes from one to another: from, to, words over the line."""

    title: str
    boxes: dict[str, Box]
    arrows: tuple[tuple[str, str, str], ...]


CLAVE = Box(0, 0.5, "Clave", "page or clave live", own=True)
FIGURES = {
    "daw": Figure(
        "Clave beside a workstation: live over Link and MIDI, and as files",
        {
            "clave": CLAVE,
            "daw": Box(1.1, 0, "the workstation", "Live, Bitwig, Cubase ..."),
            "song": Box(1.1, 1, "its song", "scenes, clips, audio tracks"),
        },
        (("clave", "daw", "Link, MIDI"), ("clave", "song", "DAWproject, MIDI, stems")),
    ),
    "hardware": Figure(
        "The clock goes one way or the other, notes and controls both ways",
        {
            "clave": replace(CLAVE, row=0.75),
            "machine": Box(1.1, 0, "drum machine", "follows, or leads"),
            "desk": Box(1.1, 1.5, "pads, knobs, grid", "plays Clave"),
        },
        (("clave", "machine", "notes, clock"), ("machine", "clave", "clock"), ("desk", "clave", "notes, controls")),
    ),
    "max-pd-supercollider": Figure(
        "A patch that plays the map: phasor and point in, strokes out, sounds behind them",
        {
            "point": Box(0, 0, "map x, map y", "two signals"),
            "phasor": Box(0, 1, "phasor~ 0.5", "a bar in two seconds"),
            "rhythm": Box(1, 0.5, "nn~ clave-rhythm.ts", "hit, velocity of 8 voices", own=True),
            "sound": Box(2, 0.5, "nn~ clave-sound.ts", "one for each voice", own=True),
            "out": Box(2, 1.5, "dac~", ""),
        },
        (
            ("point", "rhythm", ""), ("phasor", "rhythm", ""), ("rhythm", "sound", "hit x velocity"),
            ("sound", "out", ""),
        ),
    ),
    "strudel-tidal": Figure(
        "Text and sounds for live coding",
        {
            "clave": Box(0, 0.5, "Clave", "a groove, its kit", own=True),
            "strudel": Box(1.1, 0, "Strudel", "in the browser"),
            "tidal": Box(1.1, 1, "Tidal, SuperDirt", "a folder of samples"),
        },
        (("clave", "strudel", "text, samples by HTTP"), ("clave", "tidal", "text, samples in folders")),
    ),
    "web-host": Figure(
        "A page with no server, and a server that a room shares",
        {
            "export": Box(0, 0, "clave export page", "static files", own=True),
            "host": Box(1.1, 0, "any web host", "no program runs there"),
            "play": Box(0, 1, "clave play --host", "your machine", own=True),
            "room": Box(1.1, 1, "tablets, phones", "of your network"),
        },
        (("export", "host", "upload"), ("play", "room", "a link with a token")),
    ),
}  # fmt: skip


def svg(figure: Figure) -> str:
    """The drawing."""
    columns, rows = (max(getattr(box, name) for box in figure.boxes.values()) for name in ("column", "row"))
    width, height = columns * ACROSS + WIDTH + 2 * EDGE, rows * DOWN + HEIGHT + 2 * EDGE
    parts = [*_arrows(figure), *(part for box in figure.boxes.values() for part in _box(box))]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'font-family="system-ui, sans-serif" font-size="14" text-anchor="middle" role="img">',
        f"<title>{escape(figure.title)}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{FAINT}"/></marker></defs>',
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>',
        *parts, "</svg>", "",
    ])  # fmt: skip


def _box(box: Box) -> Iterator[str]:
    x, y = box.centre
    yield (
        f'<rect x="{x - WIDTH / 2:g}" y="{y - HEIGHT / 2:g}" width="{WIDTH}" height="{HEIGHT}" rx="6" '
        f'fill="{OWN if box.own else "#f6f8fa"}" stroke="{FAINT}"/>'
    )
    lift = 3 if box.below else -5
    yield f'<text x="{x:g}" y="{y - lift:g}" fill="{INK}" font-weight="600">{escape(box.title)}</text>'
    if box.below:
        yield f'<text x="{x:g}" y="{y + 15:g}" fill="{FAINT}" font-size="12">{escape(box.below)}</text>'


def _arrows(figure: Figure) -> Iterator[str]:
    pairs = {frozenset(each[:2]) for each in figure.arrows if (each[1], each[0]) in {a[:2] for a in figure.arrows}}
    for start, end, words in figure.arrows:
        (x1, y1), (x2, y2) = figure.boxes[start].centre, figure.boxes[end].centre
        away = 9 if frozenset((start, end)) in pairs else 0  # two ways beside each other
        down = away if start < end else -away
        y1, y2 = y1 + down, y2 + down
        if x1 == x2:
            y1, y2 = y1 + HEIGHT / 2, y2 - HEIGHT / 2
        else:
            side = WIDTH / 2 if x1 < x2 else -WIDTH / 2
            x1, x2 = x1 + side, x2 - side
        yield (
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{FAINT}" stroke-width="1.5" '
            'marker-end="url(#tip)"/>'
        )
        if words:
            x, y = _label(words, (x1, y1), (x2, y2), lower=down > 0)
            yield f'<text x="{x:g}" y="{y:g}" fill="{FAINT}" font-size="12">{escape(words)}</text>'


def _label(words: str, start: tuple[float, float], end: tuple[float, float], *, lower: bool) -> tuple[float, float]:
    """Where words stand clear of their line: under the lower of two, and under one that falls; else over it."""
    (x1, y1), (x2, y2) = sorted((start, end))
    slope = (y2 - y1) / (x2 - x1)
    clear = abs(slope) * len(words) * LETTER / 2  # how far the line rises or falls along half of the words
    middle = (y1 + y2) / 2
    return (x1 + x2) / 2, round(middle + clear + 15 if lower or slope > 0 else middle - clear - 6, 1)


def photographed(take: Callable[[Any, str], None]) -> None:
    """Serve the page, and call `take` with a browser and the page's address; Chromium is looked for on the path."""
    import shutil
    import subprocess
    import sys

    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    command = [sys.executable, "-u", "-m", "clave", "play", "--no-open", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            address = next(word for line in served.stdout for word in line.split() if word.startswith("http://"))
            with sync_playwright() as playwright:
                take(playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]), address)
        finally:
            served.terminate()


def _photograph(browser: Any, address: str) -> None:
    """The page where the guides point at it."""
    page = browser.new_page(viewport={"width": 1280, "height": 720}, bypass_csp=True)
    page.set_default_timeout(15_000)
    page.goto(address)
    page.wait_for_function("clave.store.corpus.value && clave.store.kitBuffers.value.length === 8")
    page.get_by_role("button", name="Export", exact=True).click()
    page.wait_for_timeout(1500)
    page.screenshot(path=FOLDER / "daw.png", clip={"x": 700, "y": 0, "width": 580, "height": 700})
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1100, "height": 620})
    page.get_by_role("button", name="MIDI out").click()
    page.wait_for_timeout(500)
    page.screenshot(path=FOLDER / "hardware.png", clip={"x": 290, "y": 80, "width": 395, "height": 375})
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 700})
    page.wait_for_timeout(800)
    page.screenshot(path=FOLDER / "web-host.png")
    browser.close()


def main() -> None:
    """Draw all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screenshots", action="store_true", help="also photograph the page")
    chosen = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    for name, figure in FIGURES.items():
        (FOLDER / f"{name}.svg").write_text(svg(figure), "utf-8")
    if chosen.screenshots:
        photographed(_photograph)
    print(f"{FOLDER} written")


if __name__ == "__main__":
    main()
