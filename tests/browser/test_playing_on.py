"""The music goes on: the server restarts, the device changes, the clock jumps, a sound is broken, all is too loud."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
from hands import lies_here
from playwright.sync_api import Page, expect
from test_what_is_true import READY, click, play_with_kept_contexts

from clave import load_rhythm, load_sound
from clave.app import server
from clave.play.bus import CEILING

ABSURD = """() => {
    const { store } = clave;
    const { scene } = store.project.value;
    const strokes = Array.from({ length: 64 }, (_, n) => [n % 8, 2 * Math.floor(n / 8), 1, 0]);
    const filtered = { filter: "lowpass", cutoff_hz: 18000, resonance_db: 24 };
    const mix = scene.mix.map(each => ({ ...each, level: 2, send: 1, ...filtered }));
    const voices = scene.kit.voices.map(each => ({ ...each, gain: 2 }));
    const [bus, room] = [{ drive: 1, glue: 1 }, { size: "hall", level: 1 }];
    const loud = { ...scene, mix, kit: { ...scene.kit, voices }, bus, room };
    store.change("all of it", { ...store.project.value, volume: 1, scene: loud });
    return strokes;
}"""


@contextmanager
def served(port: int) -> Generator[int]:
    """The instrument on this port, or on a free one; at the end its connections are cut."""
    on = server.listen(port)
    config = uvicorn.Config(
        server.create_app(load_rhythm(), load_sound()), log_level="critical", lifespan="off", ws="websockets-sansio"
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [on]})
    thread.start()
    try:
        yield on.getsockname()[1]
    finally:
        running.should_exit = running.force_exit = True
        thread.join()
        on.close()


def test_a_server_that_restarts_is_missed_and_found_again_while_the_music_plays(page: Page) -> None:
    with served(0) as port:
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_function(f"{READY} && clave.live.value?.state.value.leads")
        click(page, 0.5, 0.5)
        lies_here(page)
        page.wait_for_function("clave.store.position.value > 4")
    away = page.get_by_role("alert").filter(has_text="The server does not answer")
    expect(away).to_contain_text("What is here plays on, and waits for its connection")
    turn = page.evaluate("clave.store.heard.value.index")
    page.wait_for_function(f"clave.store.heard.value.index > {turn}")
    with served(port):
        expect(away).to_have_count(0, timeout=20_000)
        page.wait_for_function("clave.live.value.state.value.leads")
        assert page.evaluate("clave.store.playing.value")


def test_music_goes_on_through_another_device_and_waits_for_one_where_none_is(page: Page, instrument: str) -> None:
    play_with_kept_contexts(page, instrument)
    before: dict[str, Any] = page.evaluate("clave.store.project.value")
    page.evaluate("contexts.at(-1).suspend()")  # as a call that comes in
    page.wait_for_function("contexts.at(-1).state === 'running' && clave.store.sound.value === 'on'")
    assert page.evaluate("contexts.length") == 1

    page.evaluate("contexts.at(-1).close()")
    expect(
        page.get_by_role("status").filter(has_text="The music goes on through the one that is there now.")
    ).to_be_visible()
    page.wait_for_function("contexts.length === 2 && clave.store.playing.value && clave.store.position.value > 4")
    expect(page.locator(".sound")).to_have_text("sound is on")

    page.evaluate("contexts.at(-1).close()")
    expect(page.get_by_role("alert").filter(has_text="The sound device is gone")).to_be_visible()
    expect(page.locator(".sound")).to_have_text("the sound device is gone: press play")
    assert page.evaluate("clave.store.playing.value") is False
    assert page.evaluate("clave.store.project.value") == before
    page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    page.wait_for_function("contexts.length === 3 && clave.store.playing.value && clave.store.position.value > 4")


def test_a_hidden_page_queues_far_ahead_and_a_sleep_is_said_and_makes_no_burst(page: Page, instrument: str) -> None:
    play_with_kept_contexts(page, instrument)
    ahead = "clave.player.running.clock.transport.time - contexts.at(-1).currentTime"
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.evaluate(ahead) > 2.5
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.evaluate(
        """() => {
            const context = contexts.at(-1);
            const clock = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "currentTime").get;
            window.struck = 0;
            const counts = { strike() { struck += 1; }, step() {}, release() {}, silence() {} };
            clave.player.running.clock.outputs.push(counts);
            Object.defineProperty(context, "currentTime", { get: () => clock.call(context) + 7200 });
        }"""
    )
    said = page.get_by_role("status").filter(has_text="2 hours 0 minutes of music were left out")
    expect(said).to_contain_text("It goes on in time.")
    assert page.evaluate("struck") < 60
    assert -0.1 < page.evaluate(ahead) < 0.5


def test_a_broken_sound_is_silent_and_said_and_an_absurd_mix_stays_below_the_ceiling(opened: Page) -> None:
    bars = [{"meter": [1, 4], "strokes": opened.evaluate(ABSURD)}]

    def loudest() -> float:
        """The largest sample, or NaN, which comes as None."""
        return opened.evaluate(
            """async bars => {
                const made = await clave.renderOffline(bars);
                const peak = samples => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)));
                return Math.max(peak(made.getChannelData(0)), peak(made.getChannelData(1)));
            }""",
            bars,
        )

    opened.wait_for_function("clave.store.sounds.coming.value.size === 0")
    assert 0.4 < loudest() <= CEILING + 1e-3
    opened.evaluate(
        """() => {
            const { store } = clave;
            const broken = new AudioBuffer({ length: 100, sampleRate: 44100 });
            broken.getChannelData(0).fill(NaN, 50);
            store.kitBuffers.value = store.kitBuffers.value.map((buffer, voice) => (voice === 1 ? broken : buffer));
        }"""
    )
    assert 0.4 < loudest() <= CEILING + 1e-3
    expect(opened.get_by_role("alert").filter(has_text="The snare is silent")).to_be_visible()
