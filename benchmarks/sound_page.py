"""How long a player waits for a sound: from a press on a sound map until the voice has its buffer, in the page itself.

    python benchmarks/sound_page.py [--quick] [--json FILE]

Beside it, in the same run: the same presses once more in a fresh page, whose sounds the server remembers, which leaves
the page's own share; and the processor time of the server a sound, which a busy machine does not blur.
Needs Chromium and a built page (scripts/page).
"""

import shutil

import numpy as np
from measuring import instrument, options, processor_seconds, write_json
from playwright.sync_api import Browser, sync_playwright

PRESSES = 32
KITS = 2  # with the start, fewer sounds than the server remembers

PRESS_AND_WAIT = """async ([presses, kits]) => {
    let state = 7;
    const draw = () => (state = (state * 16807) % 2147483647) / 2147483647;
    const { sounds } = clave.store;
    const until = met => new Promise(done => { const look = () => (met() ? done() : setTimeout(look, 1)); look(); });
    const press = voice => {
        const map = document.querySelector(`[data-voice-map="${voice}"]`);
        const { left, top, width, height } = map.getBoundingClientRect();
        const at = { clientX: left + (0.15 + 0.7 * draw()) * width, clientY: top + (0.15 + 0.7 * draw()) * height };
        map.setPointerCapture = () => {};
        for (const what of ["pointerdown", "pointerup"])
            map.dispatchEvent(new PointerEvent(what, { bubbles: true, pointerId: 1, button: 0, ...at }));
    };
    const timed = async voices => {
        const started = performance.now();
        voices.forEach(press);
        await until(() => sounds.coming.value.size === 0);
        return performance.now() - started;
    };
    clave.store.playing.value = true; // nothing is auditioned meanwhile
    const [one, eight] = [[], []];
    for (let n = 0; n < presses; n++) one.push(await timed([n % 8]));
    for (let n = 0; n < kits; n++) eight.push(await timed([0, 1, 2, 3, 4, 5, 6, 7]));
    clave.store.playing.value = false;
    return { one, eight };
}"""


def waits_ms(browser: Browser, address: str, presses: int, kits: int) -> dict[str, list[float]]:
    """Milliseconds for one voice after another, and for all eight at once."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page.goto(address)
    page.wait_for_function("clave.store.kitBuffers.value.length === 8 && clave.store.sounds.coming.value.size === 0")
    page.wait_for_timeout(500)
    found = page.evaluate(PRESS_AND_WAIT, [presses, kits])
    page.close()
    return found


def main() -> None:
    """Print the waits."""
    given = options(__doc__).parse_args()
    presses, kits = (8, 1) if given.quick else (PRESSES, KITS)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    numbers: dict[str, float] = {}
    with instrument() as playing, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        waits_ms(browser, playing.address + "#p=0,0&t=112&k=analogue", presses, kits)  # to warm up, from another start
        before = processor_seconds(playing.process.pid)
        for what in ("decoded", "remembered by the server"):
            found = waits_ms(browser, playing.address, presses, kits)
            one, eight = np.quantile(found["one"], [0.5, 0.95]), np.median(found["eight"])
            print(f"{what}: a sound {one[0]:.0f} ms (p95 {one[1]:.0f}), a kit of eight {eight:.0f} ms")
            numbers |= {f"{what}, p50 ms": one[0], f"{what}, p95 ms": one[1], f"{what}, kit ms": float(eight)}
            if what == "decoded":
                spent = (processor_seconds(playing.process.pid) - before) / (presses + 8 * kits + 8)
                print(f"processor time of the server: {spent * 1000:.0f} ms a sound")
                numbers["processor ms"] = spent * 1000
        browser.close()
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
