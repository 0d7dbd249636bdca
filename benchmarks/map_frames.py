"""How long a frame of the map takes with 100 000 bars on it, while the window moves over it.

    python benchmarks/map_frames.py [--bars N]

Measured are the page's own work for a frame (from the frame's start until its changes are applied) and the time from
frame to frame, with the glow alone, with single bars asked for, and from near by. Needs Chromium and a built page
(scripts/page), and a machine with nothing else to do.
"""

import argparse
import shutil
from typing import Any

from measuring import instrument, print_table
from playwright.sync_api import sync_playwright

FRAMES = 120
MANY = """bars => {
    const { corpus, nearby } = clave.store;
    const own = corpus.value;
    const again = column => Array.from({ length: bars }, (_, n) => column[n % column.length]);
    const near = column => again(column).map(each => each + 0.2 * (Math.random() - 0.5));
    const [style, source, section] = [own.style, own.source, own.section].map(again);
    const many = { ...own, x: near(own.x), y: near(own.y), style, source, section };
    nearby.value = new nearby.value.constructor(many);
    corpus.value = many;
}"""
MOVE = """async ([frames, asked, zoom]) => {
    const { store } = clave;
    store.showsBars.value = asked;
    store.view.value = { centre: [0, 0], zoom };
    await new Promise(rested => setTimeout(rested, 400));
    const [work, apart] = [[], []];
    let last = performance.now();
    for (let n = 0; n < frames; n++) {
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        apart.push(now - last);
        last = now;
        store.view.value = { zoom, centre: [0.3 * Math.sin(n / 20), 0.3 * Math.cos(n / 20)] };
        await new Promise(done => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = done;
            port2.postMessage(0);
        });
        work.push(performance.now() - now);
    }
    const at = (list, share) => list.sort((one, other) => one - other)[Math.floor(share * (list.length - 1))];
    return [at(work, 0.5), at(work, 0.95), at(apart, 0.5), at(apart, 0.95)];
}"""
LOOKS: dict[str, tuple[bool, float]] = {
    "the glow": (False, 1),
    "single bars asked for": (True, 1),
    "from near by": (False, 4),
}


def main() -> None:
    parsed = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parsed.add_argument("--bars", type=int, default=100_000)
    bars = parsed.parse_args().bars
    with instrument() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page.goto(running.address)
        page.wait_for_function("clave.store.ground.value && clave.store.kitBuffers.value.length === 8")
        page.evaluate(MANY, bars)
        page.wait_for_timeout(1500)
        rows: list[list[Any]] = []
        for name, (asked, zoom) in LOOKS.items():
            found = page.evaluate(MOVE, [FRAMES, asked, zoom])
            rows.append([name, *(f"{each:.1f}" for each in found)])
        browser.close()
    print_table(
        ["ms, with " + f"{bars} bars", "work p50", "work p95", "frame to frame p50", "frame to frame p95"], rows
    )


if __name__ == "__main__":
    main()
