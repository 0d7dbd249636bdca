"""The page without a server: how large it is, how soon it plays, how quick a click is, and how near its sounds are.

    python benchmarks/static_page.py [--quick] [--page DIR] [--json FILE]

The page is exported (or taken from `--page`), served by Python's own http.server and opened in Chromium without a
cache. Beside it, in the same run, the same page with its server (`clave play`) is measured in the same way: on a busy
machine only the comparison says something.

    plays           from the navigation until the map is there, and the bar of its first point
    sounds          until all eight sounds are there too
    click -> bar    from a new point until the page has its bar, which takes the place of the one that plays

Sounds between the points of the grid are compared with those that the sound space decodes there: the difference of
their levels in 24 bands and 6 spans of time, as a root of the mean square over all of them within 50 dB of the loudest.
For scale stand beside it the nearest sound of the grid, and another sound, half a map unit away.
"""

import asyncio
import base64
import http.server
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from measuring import instrument, options, print_table, write_json
from playwright.async_api import Browser, Page, async_playwright
from scipy.signal import stft

from clave import load_rhythm, load_sound
from clave.app.static_page import write_page
from clave.app.static_page.sound_files import GRID_POINTS, SPAN
from clave.music.clip import SAMPLE_RATE
from clave.music.kit import VOICES
from clave.play.project.voices import KitVoice
from clave.play.sounds import decode_point
from clave.sound.space import SoundSpace

STARTS, CLICKS, SOUNDS = 5, 150, 6
PLAYS = "window.clave && clave.store.corpus.value && clave.store.instrument.value && !clave.store.waiting.value"
BANDS = np.geomspace(40, 18_000, 25)  # Hz: edges
SPANS = ((0, 2), (2, 5), (5, 10), (10, 20), (20, 40), (40, 80))  # frames of 256 samples
FLOOR_DB, HEARD_DB = 60, 50

CLICK = """async points => {
    const { store, actions } = clave;
    const times = [];
    for (const point of points) {
        const started = performance.now();
        actions.goTo(point);
        while (store.waiting.peek()) await new Promise(done => {
            const channel = new MessageChannel();
            channel.port1.onmessage = done;
            channel.port2.postMessage(0);
        });
        times.push(performance.now() - started);
        actions.settle();
        await new Promise(done => setTimeout(done, 120));
    }
    return times;
}"""

SOUND = """async ([voice, point]) => {
    const { store } = clave;
    const { kit } = store.scene.value;
    const voices = kit.voices.map((each, place) => place === voice ? { ...each, point, velocity_layers: false } : each);
    store.amendScene({ ...store.scene.value, kit: { ...kit, voices } });
    while (store.sounds.coming.peek().size > 0) await new Promise(done => setTimeout(done, 5));
    const bytes = new Uint8Array(store.kitBuffers.value[voice].getChannelData(0).slice().buffer);
    let text = "";
    for (const each of bytes) text += String.fromCharCode(each);
    return btoa(text);
}"""


class Host(http.server.SimpleHTTPRequestHandler):
    """A host of files, which says nothing of what it is asked."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, D102 -- so the standard library calls it
        pass


@contextmanager
def hosted(folder: Path) -> Iterator[str]:
    """The address of this folder on a plain web host."""
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(folder)))
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}/"
    finally:
        serving.shutdown()


def sizes(folder: Path) -> dict[str, float]:
    """Megabytes of the page, by what they are for."""
    found = {path: path.stat().st_size / 1e6 for path in folder.rglob("*") if path.is_file()}
    sounds = sum(size for path, size in found.items() if path.name == "sounds.bin")
    prior = sum(size for path, size in found.items() if path.name.startswith("prior."))
    return {"to play a click": sum(found.values()) - sounds - prior, "variation": prior, "sounds": sounds}


async def start_ms(browser: Browser, address: str) -> tuple[float, float]:
    """Milliseconds until it plays, and until all sounds are there; in a profile without a cache."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page = await context.new_page()
    started = time.perf_counter()
    await page.goto(address, wait_until="commit")
    await page.wait_for_function(PLAYS, polling=10, timeout=120_000)
    plays = time.perf_counter()
    await page.wait_for_function("clave.store.kitBuffers.value.length === 8", polling=10, timeout=120_000)
    sounds = time.perf_counter()
    await context.close()
    return (plays - started) * 1000, (sounds - started) * 1000


async def opened(browser: Browser, address: str) -> Page:
    page = await browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    await page.goto(address)
    await page.wait_for_function(
        "clave.store.ground.value && clave.store.kitBuffers.value.length === 8", timeout=120_000
    )
    await page.wait_for_timeout(1500)
    return page


def levels(samples: np.ndarray) -> np.ndarray:
    """In dB, of each band in each span of time."""
    padded = np.pad(samples, (0, max(0, 90 * 256 - len(samples))))
    frequencies, _, spectrum = stft(padded, SAMPLE_RATE, nperseg=1024, noverlap=768)
    power = np.abs(spectrum) ** 2
    bins = [np.flatnonzero((frequencies >= low) & (frequencies < high)) for low, high in pairwise(BANDS)]
    nearest = [int(np.abs(frequencies - low).argmin()) for low in BANDS]  # of bands that are narrower than a bin
    bins = [each if each.size else [own] for each, own in zip(bins, nearest, strict=False)]
    energy = np.array([[power[each][:, start:end].sum() for each in bins] for start, end in SPANS])
    return 10 * np.log10(energy + 1e-12)


def apart_db(one: np.ndarray, other: np.ndarray) -> float:
    """How far the levels of two sounds are apart."""
    first, second = levels(one), levels(other)
    loudest = max(first.max(), second.max())
    heard = np.maximum(first, second) > loudest - HEARD_DB
    first, second = (np.maximum(each, loudest - FLOOR_DB) for each in (first, second))
    return float(np.sqrt(np.mean(np.square(first - second)[heard])))


async def sound_errors(page: Page, space: SoundSpace, count: int) -> dict[str, list[float]]:
    """Of each voice: dB of the page's sound, of the nearest of the grid, and of a sound half a map unit away."""
    rng, found = np.random.default_rng(0), dict[str, list[float]]()
    step = 2 * SPAN / (GRID_POINTS - 1)
    for voice in VOICES:
        errors: list[tuple[float, float, float]] = []
        for x, y in rng.normal(0, 0.9, (count, 2)).clip(-2.5, 2.5).round(3).tolist():

            def real(*point: float, voice: Any = voice) -> np.ndarray:
                return decode_point(voice, KitVoice(origin="map", point=(point[0], point[1])), space).samples

            wanted = real(x, y)
            made = np.frombuffer(base64.b64decode(await page.evaluate(SOUND, [voice.index, [x, y]])), np.float32)
            nearest = real(*(round((each + SPAN) / step) * step - SPAN for each in (x, y)))
            away = rng.uniform(0, 2 * np.pi)
            other = real(x + 0.5 * np.cos(away), y + 0.5 * np.sin(away))
            errors.append((apart_db(made, wanted), apart_db(nearest, wanted), apart_db(other, wanted)))
        found[voice.name] = np.mean(errors, axis=0).round(2).tolist()
    return found


async def measured(folder: Path, quick: bool) -> dict[str, Any]:
    starts, clicks, sounds = (2, 10, 1) if quick else (STARTS, CLICKS, SOUNDS)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    points = np.random.default_rng(1).uniform(-2.9, 2.9, (2, clicks, 2)).round(3).tolist()
    numbers: dict[str, Any] = {"MB": sizes(folder)}
    with hosted(folder) as static, instrument() as playing:
        async with async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            addresses = {"static page": static, "with its server": playing.address}
            await start_ms(browser, playing.address)  # its server has loaded then
            for name, address in addresses.items():
                begun = np.array([await start_ms(browser, address) for _ in range(starts)])
                page = await opened(browser, address)
                await page.evaluate(CLICK, points[0][:10])
                answered = np.array(await page.evaluate(CLICK, points[1]))
                numbers[name] = {
                    "plays, ms": float(np.median(begun[:, 0])),
                    "sounds, ms": float(np.median(begun[:, 1])),
                    "click -> bar, ms, median": float(np.median(answered)),
                    "click -> bar, ms, p95": float(np.percentile(answered, 95)),
                }
                if name == "static page":
                    numbers["sounds, dB"] = await sound_errors(page, load_sound(), sounds)
                await page.close()
            await browser.close()
    return numbers


def show(numbers: dict[str, Any]) -> None:
    print_table(("part", "MB"), [(name, f"{size:.2f}") for name, size in numbers["MB"].items()])
    both = [numbers["static page"], numbers["with its server"]]
    print_table(
        ("what", "static page", "with its server"),
        [(name, *(f"{each[name]:.1f}" for each in both)) for name in both[0]],
    )
    rows = [(name, *(f"{each:.2f}" for each in errors)) for name, errors in numbers["sounds, dB"].items()]
    print_table(("sounds between the grid, dB off", "page", "nearest of the grid", "half a unit away"), rows)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--page", type=Path, metavar="DIR", help="an exported page; else one is exported")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = chosen.page or Path(place) / "page"
        if chosen.page is None:
            write_page(folder, load_rhythm(), load_sound())
        numbers = asyncio.run(measured(folder, chosen.quick))
    show(numbers)
    write_json(numbers, chosen.json)


if __name__ == "__main__":
    main()
