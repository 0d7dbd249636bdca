"""A long evening at the page in a few minutes: random acts while it plays, with its memory and errors.

    python benchmarks/page_hour.py [--acts N] [--quick] [--json FILE]

A player who does something every three seconds does 1,200 things in an hour; here they come ten a second, so that the
music goes on in real time only for the minutes that this takes (`web/tests/longPlay.test.ts` plays the hour itself,
without a browser). After every tenth the browser collects its garbage, and the heap that is left is measured. Needs
Chromium and a built page (scripts/page).
"""

import shutil
from typing import Any

from measuring import Instrument, instrument, options, print_table, write_json
from playwright.sync_api import ConsoleMessage, sync_playwright

ACTS = 1200
TENTHS = 10
PAUSE_MS = 100

ACT = """draw => {
    const { store, actions, scenes, styleActions } = clave;
    const whole = below => Math.floor(draw[1] * below);
    const coordinate = n => 6 * draw[n] - 3;
    const styles = store.instrument.value.space.styles;
    const acts = [
        () => actions.goTo([coordinate(1), coordinate(2)]),
        () => {
            for (let n = 0; n < 5; n++) actions.goTo([coordinate(1) * n / 5, coordinate(2) * n / 5], true);
            actions.settle();
        },
        () => styleActions.goToStyle(styles[whole(styles.length)], { blend: false, stay: draw[2] < 0.3 }),
        () => actions.changeSettings("loop", { loop: [1, 2, 4][whole(3)] }),
        () => actions.toggleCell(whole(8), Math.floor(draw[2] * 16)),
        () => actions.hold(whole(8), draw[2] < 0.5),
        () => actions.set("tempo", { tempoBpm: 90 + whole(150) }),
        () => actions.setPin(draw[3] < 0.5 ? "A" : "B", [coordinate(1), coordinate(2)]),
        () => actions.travel(draw[1] < 0.6),
        () => scenes.keep(whole(4)),
        () => store.project.value.scenes[0] && scenes.launch(0),
        () => (store.openVoice.value = draw[1] < 0.5 ? null : whole(8)),
        () => (store.drawer.value = ["Shape", "About this bar", "Style", "Path", null][whole(5)]),
        () => (store.view.value = { centre: [0, 0], zoom: 1 + 4 * draw[1] }),
        () => (store.performing.value = draw[1] < 0.3),
        () => actions.undo(),
        () => actions.redo(),
    ];
    acts[Math.floor(draw[0] * acts.length)]();
}"""


def played(playing: Instrument, acts: int) -> tuple[list[float], list[str]]:
    """Megabytes of the page's heap after each tenth of the acts, and what it said was wrong."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page.on("console", said)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(playing.address)
        page.wait_for_function("clave.store.ground.value && clave.store.kitBuffers.value.length === 8")
        page.evaluate("void clave.player.play()")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        heap = [megabytes(session)]
        draws = numbers(7)
        for _ in range(TENTHS):
            for _ in range(acts // TENTHS):
                page.evaluate(ACT, [next(draws) for _ in range(4)])
                page.wait_for_timeout(PAUSE_MS)
            heap.append(megabytes(session))
        notice = page.evaluate("clave.store.notice.value?.kind === 'error' ? clave.store.notice.value.text : null")
        if notice:
            wrong.append(notice)
        if not page.evaluate("clave.store.playing.value && clave.store.position.value !== null"):
            wrong.append("it does not play any more")
        browser.close()
    return heap, wrong


def megabytes(session: Any) -> float:
    """What the page's heap holds after its garbage was collected."""
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize") / 2**20


def numbers(seed: int) -> Any:
    """Numbers in [0, 1) that are the same on every run."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state / 2**32


def main() -> None:
    """Print the heap, tenth by tenth, and the errors."""
    parser = options(__doc__)
    parser.add_argument("--acts", type=int, default=ACTS, help="how many things are done")
    given = parser.parse_args()
    acts = 100 if given.quick else given.acts
    with instrument() as playing:
        heap, wrong = played(playing, acts)
    print_table(("acts", "heap, MB"), [(n * acts // TENTHS, f"{size:.1f}") for n, size in enumerate(heap)])
    print(f"errors and warnings: {len(wrong)}")
    for each in wrong[:20]:
        print(f"  {each}")
    write_json({"heap MB": heap, "errors": len(wrong)}, given.json)


if __name__ == "__main__":
    main()
