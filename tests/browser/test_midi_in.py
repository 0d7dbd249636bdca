"""The player's own gear plays the page: pads, knobs, and a clock that is followed."""

from typing import Any

import pytest
from hands import NARROW, violations
from playwright.sync_api import Page, expect

# Web MIDI as a browser has it, but for its inputs: `gear.say(name, ...bytes)` is a message that comes in
WEB_MIDI = """
window.gear = {
    inputs: new Map(["Pads", "Knobs"].map(name => [name, { id: name, name, state: "connected", onmidimessage: null }])),
    outputs: new Map(["Pads", "Knobs"].map(name => [name, {
        id: "out " + name, name, state: "connected", sent: [],
        send(data) { this.sent.push([...data]); },
    }])),
    say(name, ...data) {
        this.inputs.get(name).onmidimessage?.({ data: Uint8Array.from(data), timeStamp: performance.now() });
    },
    clock(bpm) {  // pulses on a timer, which jitters by some milliseconds as a cable does not
        const start = performance.now();
        let sent = 0;
        this.start = start;
        this.timer = setInterval(() => {
            for (; start + sent * 2500 / bpm <= performance.now(); sent++)
                this.inputs.get("Knobs").onmidimessage?.({ data: [0xf8], timeStamp: start + sent * 2500 / bpm });
        }, 4);
    },
};
navigator.requestMIDIAccess = async () => ({ inputs: gear.inputs, outputs: gear.outputs, onstatechange: null });
window.heard = [];  // when each sound leaves the loudspeakers, as the browser says
const { start } = AudioBufferSourceNode.prototype;
AudioBufferSourceNode.prototype.start = function (time, ...rest) {
    const { contextTime, performanceTime } = this.context.getOutputTimestamp?.() ?? {};
    if (contextTime > 0) heard.push(performanceTime + 1000 * ((time || this.context.currentTime) - contextTime));
    return start.call(this, time, ...rest);
};
"""


@pytest.fixture
def gear(page: Page) -> None:
    page.add_init_script(WEB_MIDI)


@pytest.fixture
def listening(gear: None, opened: Page) -> Page:
    opened.get_by_role("button", name="More", exact=True).click()
    opened.get_by_role("button", name="MIDI in", exact=True).click()
    opened.get_by_role("group", name="MIDI in").get_by_role("button", name="on").click()
    expect(opened.get_by_role("button", name="MIDI in: all inputs")).to_be_visible()
    return opened


def say(page: Page, name: str, *data: int) -> None:
    page.evaluate("([name, data]) => gear.say(name, ...data)", [name, list(data)])


def test_pads_play_and_a_learned_knob_moves_the_tempo(listening: Page) -> None:
    page = listening
    page.evaluate("clave.player.audition(0)")  # the sound is on
    page.wait_for_function("heard.length > 0")
    before = page.evaluate("heard.length")
    say(page, "Pads", 0x99, 38, 100)
    page.wait_for_function(f"heard.length > {before}")
    page.get_by_role("combobox", name="learn a control for").select_option(label="tempo")
    for value in (10, 11, 12, 13):
        say(page, "Knobs", 0xB0, 20, value)
    expect(page.get_by_text("Control 20, channel 1 moves tempo")).to_be_visible()
    tempo: Any = "clave.store.scene.value.tempo[0].tempo_bpm"
    start = page.evaluate(tempo)
    say(page, "Knobs", 0xB0, 20, 14)
    assert page.evaluate(tempo) == start  # the knob has not passed the present value yet
    for value in range(15, 128, 8):
        say(page, "Knobs", 0xB0, 20, value)
    assert page.evaluate(tempo) > 350
    assert violations(page) == []


def test_a_played_bar_is_kept_and_a_grid_shows_and_writes_it(listening: Page) -> None:
    page = listening
    keep = page.get_by_role("button", name="Keep what I played")
    keep.click()
    expect(page.get_by_text("Nothing was played yet")).to_be_visible()
    page.evaluate(
        """async () => {
            void clave.player.play();
            for (const [note, step] of [[36, 4], [38, 16], [36, 32]]) {
                while (!(clave.player.positionAt(performance.now()) >= step))
                    await new Promise(next => setTimeout(next, 5));
                gear.say("Pads", 0x99, note, 100);
            }
        }"""
    )
    page.wait_for_function("clave.player.positionAt(performance.now()) > 70")
    keep.click()
    page.wait_for_function("clave.store.scene.value.bars[0].source === 'played'")
    kept: Any = page.evaluate("clave.store.scene.value.bars[0]")
    assert [stroke[0] for stroke in kept["pattern"]["strokes"]] == [0, 1, 0]
    assert all(-3 <= each <= 3 for each in kept["point"])
    page.evaluate("clave.player.stop()")
    page.get_by_role("combobox", name="grid of pads").select_option(label="Pads")
    page.wait_for_function("gear.outputs.get('Pads').sent.length >= 64")
    lit: Any = page.evaluate(
        "Object.fromEntries(gear.outputs.get('Pads').sent.map(([, note, colour]) => [note, colour]))"
    )
    assert (lit["41"], lit["42"], lit["81"]) == (9, 1, 0)
    page.evaluate("clave.scenes.keep(0)")
    page.wait_for_function("gear.outputs.get('Pads').sent.some(([, note, colour]) => note === 81 && colour === 21)")
    say(page, "Pads", 0x90, 45, 100)  # the tom
    say(page, "Pads", 0x90, 31, 100)  # on the one
    page.wait_for_function("clave.store.shown.value.strokes.some(([voice, step]) => voice === 4 && step === 0)")
    page.wait_for_function(
        "gear.outputs.get('Pads').sent.slice(64).some(([, note, colour]) => note === 31 && colour === 21)"
    )
    assert violations(page) == []


def test_a_clock_is_followed_in_tempo_and_phase(listening: Page) -> None:
    page = listening
    page.get_by_role("checkbox", name="follow its clock").check()
    page.evaluate("clave.player.audition(0)")
    page.wait_for_function("heard.length > 0")
    page.evaluate("gear.say('Knobs', 0xfa); gear.clock(140)")
    expect(page.get_by_role("button", name="MIDI in: follows Knobs, 140.0 bpm")).to_be_visible()
    page.wait_for_timeout(3000)
    assert page.evaluate("clave.store.playing.value")
    late = page.evaluate(
        """async () => {
            const late = [];
            for (let n = 0; n < 100; n++) {
                await new Promise(resolve => setTimeout(resolve, 10));
                const now = performance.now();
                late.push(now - gear.start - clave.player.positionAt(now) * 60000 / 140 / 16);
            }
            return late.sort((one, other) => one - other);
        }"""
    )
    assert page.evaluate("heard.length") > 10
    assert abs(late[50]) < 2, late  # ms
    assert late[90] - late[10] < 5, late
    page.evaluate("clearInterval(gear.timer)")
    page.wait_for_function("!clave.store.playing.value")  # pulses are missing


def test_the_panel_fits_a_phone(gear: None, opened: Page) -> None:
    opened.set_viewport_size(NARROW)
    opened.get_by_role("button", name="More", exact=True).click()
    opened.get_by_role("button", name="MIDI in", exact=True).click()
    opened.get_by_role("group", name="MIDI in").get_by_role("button", name="on").click()
    opened.wait_for_timeout(200)
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog = opened.get_by_role("dialog", name="MIDI in")
    assert dialog.evaluate("each => each.scrollWidth <= each.clientWidth")
