"""How the page feels under the hand: a drag over the rhythm map and single clicks, as the page itself measures them.

    python benchmarks/page_feel.py [--seconds N] [--quick] [--json FILE]

A drag moves the pointer 60 times a second along a smooth curve over the whole map while the music plays. Measured are,
from the moment of each move (its event's time stamp):

    bar in place     until a bar at this point, or at a later one of the drag, is what the page plays
    sound follows    until the last step that was queued before that: every step after it is that bar's
    first changed    until a stroke is queued that the bar of before did not have: with the wait for that stroke

and over the whole drag the share of frames longer than 34 ms and the tasks longer than 50 ms. A click is measured from
its press until the frame that shows the new bar is painted; the pointer comes to rest before, as a hand does. Latency
of the loudspeakers is in none of them. Needs Chromium and a built page (scripts/page), and a machine with nothing else
to do: a busy one shows in every number but the processor times.
"""

import asyncio
import math
import shutil
import time
from typing import Any

import numpy as np
from measuring import Instrument, instrument, options, print_table, processor_seconds, write_json
from playwright.async_api import Browser, CDPSession, Page, async_playwright

DRAG_SECONDS = 20.0
CLICKS = 60
MOVE_SECONDS = 1 / 60
LONG_FRAME_MS = 34
REST_MS = 150  # before a click

WATCH = """() => {
    const { store, player } = clave;
    const found = { moves: [], struck: [], placed: [], steps: [], frames: [], tasks: [], ready: [] };
    window.feel = found;
    const key = ({ voice, at, velocity, offset }) => `${voice} ${at} ${velocity} ${offset}`;
    const pointOf = ({ scene: { bars: [{ point, base }] } }) => String(point ?? base?.point);
    player.outputs.push({
        strike: (voice, velocity, time, own) => {
            const { bars } = player.running.clock.part; // that the stroke is one of
            found.struck.push([performance.now(), pointOf(bars.project), key(own)]);
        },
        step: ({ time }) => {
            const now = performance.now();
            found.steps.push([now, now + (time - player.running.context.currentTime) * 1000]);
        },
        release: () => {},
        silence: () => {},
    });
    let score = store.score.peek();
    const look = now => {
        const before = [pointOf(score.project), score.bar(0).strokes.map(key)];
        score = now;
        if (pointOf(now.project) !== before[0]) found.placed.push([performance.now(), pointOf(now.project), before[1]]);
    };
    store.score.subscribe(look);
    addEventListener("pointermove", event => {
        found.moves.push([event.timeStamp, String(clave.point())]);
        found.ready.push(!store.waiting.peek());
    });
    let last = null;
    const frame = now => {
        if (last !== null) found.frames.push([now, now - last]);
        last = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    const observer = new PerformanceObserver(list => {
        for (const { startTime, duration } of list.getEntries()) found.tasks.push([startTime, duration]);
    });
    observer.observe({ type: "longtask" });
}"""

WATCH_CLICKS = """() => {
    const { store } = clave;
    window.clicks = [];
    addEventListener("pointerdown", event => {
        const before = store.shown.peek();
        const pressed = event.timeStamp;
        const look = () => {
            if (store.shown.peek() === before && performance.now() - pressed < 2000) return requestAnimationFrame(look);
            // this frame is the first that can show it; the task after the frame finds it painted
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => clicks.push(performance.now() - pressed);
            port2.postMessage(0);
        };
        requestAnimationFrame(look);
    }, true); // before the page itself hears of it
}"""


async def opened(browser: Browser, address: str) -> Page:
    """The page, ready to play."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    await page.goto(address)
    await page.wait_for_function("clave.store.ground.value && clave.store.kitBuffers.value.length === 8")
    await page.wait_for_timeout(1000)
    return page


def along(share: float, box: dict[str, float]) -> tuple[float, float]:
    """A smooth curve over the middle of the map that comes near every part of it; `share` of 20 seconds."""
    x, y = math.sin(2 * math.pi * 7 * share), math.sin(2 * math.pi * 5 * share + 1)
    return box["x"] + box["width"] * (0.5 + 0.3 * x), box["y"] + box["height"] * (0.5 + 0.3 * y)


async def map_box(page: Page) -> dict[str, float]:
    box = await page.get_by_role("application", name="Rhythm map").bounding_box()
    assert box is not None
    return dict(box)


async def drag(page: Page, seconds: float) -> dict[str, Any]:
    """What the page found in a drag of so many seconds."""
    await page.evaluate(WATCH)
    box = await map_box(page)
    await page.mouse.move(*along(0, box))
    await page.mouse.down()
    await page.wait_for_function("clave.store.position.value > 1")
    await page.wait_for_timeout(500)
    input_events = await page.context.new_cdp_session(page)
    await input_events.send("Performance.enable", {"timeDomain": "threadTicks"})
    worked = await page_seconds(input_events)
    since = await page.evaluate("performance.now()")
    started = time.perf_counter()
    sent = []
    for move in range(round(seconds / MOVE_SECONDS)):
        await asyncio.sleep(max(0.0, started + move * MOVE_SECONDS - time.perf_counter()))
        x, y = along(move * MOVE_SECONDS / DRAG_SECONDS, box)
        moved = {"type": "mouseMoved", "x": x, "y": y, "button": "left", "buttons": 1}
        # the answer comes when the page has handled the move: a hand does not wait for it
        sent.append(asyncio.create_task(input_events.send("Input.dispatchMouseEvent", moved)))
    await asyncio.gather(*sent)
    until = await page.evaluate("performance.now()")
    worked = await page_seconds(input_events) - worked
    await page.wait_for_timeout(1500)  # what the last moves changed is still to be heard
    await page.mouse.up()
    found = await page.evaluate("feel")
    within = {
        name: [each for each in found[name] if since <= each[0] <= until] for name in ("moves", "frames", "tasks")
    }
    return {**found, **within, "seconds": (until - since) / 1000, "page seconds": worked}


async def page_seconds(session: CDPSession) -> float:
    """Processor time of the page's main thread so far."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def waits(found: dict[str, Any]) -> dict[str, np.ndarray]:
    """Milliseconds from each move until a bar of it, or of a later move, is in place, is followed, is queued."""
    moves = found["moves"]
    number = {point: n for n, (_, point) in enumerate(moves)}  # the latest move to each point
    placed = [(when, number[point], set(before)) for when, point, before in found["placed"] if point in number]
    struck = [(when, number[point], stroke) for when, point, stroke in found["struck"] if point in number]
    ends = np.array(found["steps"])
    in_place, follows, first = [], [], []
    for n, (moved, _) in enumerate(moves):
        here, before = next(((when, before) for when, to, before in placed if to >= n and when >= moved), (None, ()))
        if here is None:
            continue
        in_place.append(here - moved)
        queued = ends[ends[:, 0] <= here]
        follows.append(max(here, queued[-1, 1] if len(queued) else here) - moved)
        heard = (when for when, to, stroke in struck if to >= n and when >= moved and stroke not in before)
        if (when := next(heard, None)) is not None:
            first.append(when - moved)
    return {
        "bar in place": np.array(in_place),
        "sound follows": np.array(follows),
        "first changed": np.array(first),
    }


async def clicks(page: Page, count: int) -> np.ndarray:
    """Milliseconds from press to picture."""
    await page.evaluate(WATCH_CLICKS)
    box = await map_box(page)
    for click in range(count):
        x, y = along(click * 0.0137, box)
        await page.mouse.move(x, y)
        await page.wait_for_timeout(REST_MS)
        await page.mouse.click(x, y)
        await page.wait_for_timeout(300)
    return np.array(await page.evaluate("clicks"))


async def measured(playing: Instrument, seconds: float, count: int) -> tuple[dict[str, Any], np.ndarray]:
    """A drag of so many seconds, and so many clicks, each in a fresh page."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        address = playing.address
        await drag(await opened(browser, address), 2.0)  # to warm up
        page = await opened(browser, address)
        before = processor_seconds(playing.process.pid)
        found = await drag(page, seconds)
        found["server seconds"] = processor_seconds(playing.process.pid) - before
        pressed = await clicks(await opened(browser, address), count)
        await browser.close()
    return found, pressed


def main() -> None:
    """Print the waits, the frames and the tasks."""
    parser = options(__doc__)
    parser.add_argument("--seconds", type=float, default=DRAG_SECONDS, help="how long the drag lasts")
    given = parser.parse_args()
    seconds, count = (4.0, 10) if given.quick else (given.seconds, CLICKS)
    with instrument() as playing:
        found, pressed = asyncio.run(measured(playing, seconds, count))
    rows = []
    numbers: dict[str, float] = {}
    for name, each in {**waits(found), "click painted": pressed}.items():
        p50, p95 = np.quantile(each, [0.5, 0.95])
        rows.append((name, f"{p50:.0f}", f"{p95:.0f}", len(each)))
        numbers |= {f"{name}, p50 ms": p50, f"{name}, p95 ms": p95}
    print_table(("ms", "p50", "p95", "measured"), rows)
    frames = np.array([length for _, length in found["frames"]])
    long = int((frames > LONG_FRAME_MS).sum())
    print(f"frames over {LONG_FRAME_MS} ms: {long} of {len(frames)} ({100 * long / len(frames):.1f} %)")
    print(f"tasks over 50 ms: {len(found['tasks'])}; moves: {len(found['moves'])} in {found['seconds']:.1f} s")
    for who in ("page", "server"):  # a busy machine does not blur it
        numbers[f"processor ms a move, {who}"] = 1000 * found[f"{who} seconds"] / len(found["moves"])
        print(f"processor time of the {who}: {numbers[f'processor ms a move, {who}']:.1f} ms a move")
    ready = found["ready"]
    numbers["bars decoded ahead"] = sum(ready) / max(1, len(ready))
    print(f"bars that were there before the move: {100 * numbers['bars decoded ahead']:.0f} %")
    numbers |= {
        "moves": len(found["moves"]),
        "frames": len(frames),
        f"frames over {LONG_FRAME_MS} ms": long,
        "tasks over 50 ms": len(found["tasks"]),
    }
    write_json(numbers, given.json)


if __name__ == "__main__":
    main()
