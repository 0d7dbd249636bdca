"""The pattern plays the player's own gear: every stroke at its moment, no note that hangs, the state always said."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hands import LOOKS, NARROW, click_map, focus_by_tab, lies_here, shown, violations
from playwright.sync_api import Locator, Page, expect

from clave.app.protocol import BarPattern
from clave.music.kit import VOICES
from clave.play import sequencer

# Web MIDI as a browser has it, but for its ports: `gear.add(name)`, `gear.unplug(name)`; `gear.sent` is what was played
WEB_MIDI = """
window.gear = {
    asked: 0, refuses: false, sent: [], outputs: new Map(), access: null,
    add(name) {
        this.outputs.set(name, {
            id: name, name, state: "connected", open: () => Promise.resolve(),
            send: (bytes, at = performance.now()) =>
                this.sent.push({ name, bytes: [...bytes], at, now: performance.now() }) });
        this.access?.onstatechange?.();
    },
    unplug(name) {
        this.outputs.get(name).state = "disconnected";
        this.outputs.delete(name);
        this.access?.onstatechange?.();
    },
};
gear.add("TR-8S");
gear.add("Sampler");
navigator.requestMIDIAccess = async () => {
    gear.asked++;
    if (gear.refuses) throw new DOMException("no", "NotAllowedError");
    return (gear.access = { outputs: gear.outputs, onstatechange: null });
};
const query = navigator.permissions.query.bind(navigator.permissions);
navigator.permissions.query = (asked) => asked.name === "midi" ? Promise.resolve({ state: "granted" }) : query(asked);

window.heard = [];  // when each sound leaves the loudspeakers, as the browser says
const { start } = AudioBufferSourceNode.prototype;
AudioBufferSourceNode.prototype.start = function (time, ...rest) {
    const { contextTime, performanceTime } = this.context.getOutputTimestamp?.() ?? {};
    if (contextTime > 0) heard.push(performanceTime + 1000 * (time - contextTime));
    return start.call(this, time, ...rest);
};
"""
NOTE_OFF, NOTE_ON, CONTROL = 0x80, 0x90, 0xB0
STOP = 0xFC
DRUMS = 9  # channel 10


@pytest.fixture
def gear(page: Page) -> None:
    page.add_init_script(WEB_MIDI)


@pytest.fixture
def wired(gear: None, opened: Page) -> Iterator[Page]:
    """The page with MIDI out on, its sheet open."""
    state(opened).click()
    switch(opened, "on")
    expect(state(opened)).to_have_text("MIDI out: TR-8S, channel 10")
    yield opened
    assert hanging(opened) == set()


def state(page: Page) -> Locator:
    """What the top of the page says of it; it opens the sheet."""
    return page.get_by_role("banner").get_by_role("button", name="MIDI out:")


def switch(page: Page, to: str) -> None:
    page.get_by_role("group", name="MIDI out").get_by_role("button", name=to, exact=True).click()


def sent(page: Page) -> list[dict[str, Any]]:
    return page.evaluate("gear.sent")


def note_ons(page: Page) -> list[dict[str, Any]]:
    return [each for each in sent(page) if each["bytes"][0] & 0xF0 == NOTE_ON]


def hanging(page: Page) -> set[tuple[str, int, int]]:
    """Port, channel and note of whatever was begun and not ended."""
    down: set[tuple[str, int, int]] = set()
    for each in sorted(sent(page), key=lambda each: each["at"]):
        status, note = each["bytes"][0], each["bytes"][-2] if len(each["bytes"]) > 1 else -1
        place = (each["name"], status & 0x0F, note)
        if status & 0xF0 == NOTE_ON:
            assert place not in down
            down.add(place)
        elif status & 0xF0 == NOTE_OFF:
            down.discard(place)
    return down


def play_bars(page: Page, bars: int) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_bars(page, bars)


def to_midi(velocity: float) -> int:
    return max(1, int(np.floor(velocity * 127 + 0.5)))


def wait_for_bars(page: Page, bars: int) -> None:
    tempo = page.evaluate("clave.store.scene.value.tempo[0].tempo_bpm")
    page.wait_for_timeout(1000 * (bars * 4 * 60 / tempo + 0.3))


def test_nothing_is_asked_until_the_player_turns_it_on(gear: None, opened: Page) -> None:
    expect(state(opened)).to_have_text("MIDI out: off")
    click_map(opened, 0.4, 0.6)
    assert opened.evaluate("[gear.asked, gear.sent.length]") == [0, 0]
    state(opened).click()
    switch(opened, "on")
    expect(state(opened)).to_have_text("MIDI out: TR-8S, channel 10")
    switch(opened, "off")
    expect(state(opened)).to_have_text("MIDI out: off")
    count = len(note_ons(opened))
    wait_for_bars(opened, 1)
    assert len(note_ons(opened)) == count


@pytest.mark.parametrize("swing", [0.5, 0.62])
def test_every_stroke_goes_out_at_its_moment(wired: Page, swing: float) -> None:
    lies_here(wired)
    wired.get_by_label("Tempo in beats per minute").fill("140")
    wired.get_by_label("Swing in percent").fill(str(100 * swing))
    bar = BarPattern.model_validate(shown(wired)).pattern()
    play_bars(wired, 3)
    wired.get_by_role("button", name="Stop").click()
    due = list(sequencer.events([bar] * 4, 140, swing))
    seconds: list[float] = []  # where the score has what went out; a page that is kept busy leaves strokes out
    found = note_ons(wired)
    for each in found:
        status, note, velocity = each["bytes"]
        assert status == NOTE_ON | DRUMS
        event = next(event for event in due if (VOICES[event.voice].note, to_midi(event.velocity)) == (note, velocity))
        due.remove(event)  # strokes that lie near each other may go out in another order
        seconds.append(max(0.0, event.seconds))  # an early stroke on the very first beat comes with it
    assert len(found) > 0.8 * 3 * len(shown(wired)["strokes"])
    at = np.array([each["at"] for each in found])
    assert np.median(np.abs(np.diff(at) - 1000 * np.diff(seconds))) < 1
    heard = np.array(wired.evaluate("heard"))
    apart = np.abs(at[:, None] - heard).min(axis=1)
    assert np.median(apart) < 5, "at the loudspeaker and at the gear at once"
    ahead = at - [each["now"] for each in found]
    assert 0 < np.median(ahead) < 400


def test_stop_and_mute_are_heard_by_the_gear(wired: Page) -> None:
    click_map(wired, -1.4, 0.6)
    wait_for_bars(wired, 1)
    voice = VOICES[shown(wired)["strokes"][0][0]]
    wired.get_by_role("button", name=f"Mute {voice.name}", exact=True).click()
    wired.wait_for_timeout(200)
    wired.evaluate("gear.sent.length = 0")
    wait_for_bars(wired, 1)
    assert note_ons(wired), "the others play on"
    assert voice.note not in {each["bytes"][1] for each in note_ons(wired)}
    wired.get_by_role("button", name="Stop").click()
    stopped = sent(wired)[-1]
    assert stopped["bytes"] == [CONTROL | DRUMS, 123, 0]
    wired.wait_for_timeout(600)
    assert max(each["at"] for each in note_ons(wired)) < stopped["now"] + 150


def edited(page: Page, pattern: dict[str, Any]) -> None:
    """The bar that is edited by hand to be this one."""
    page.evaluate(
        """pattern => {
            const bars = [{ kind: "given", pattern, source: "" }];
            clave.store.changeScene("test", { ...clave.store.scene.value, bars }); }""",
        pattern,
    )


def test_another_bar_reaches_the_gear_at_the_bar_line(wired: Page) -> None:
    wired.get_by_label("Tempo in beats per minute").fill("120")
    on_the_line = {"meter": [4, 4], "strokes": [[0, 0, 1, 0]]}
    edited(wired, on_the_line)
    play_bars(wired, 1)
    first = note_ons(wired)[0]["at"]
    edited(wired, {"meter": [4, 4], "strokes": [[7, 0, 1, 0], [7, 32, 1, 0]]})
    wait_for_bars(wired, 2)
    wired.get_by_role("button", name="Stop").click()
    other = [(each["at"] - first) / 2000 for each in note_ons(wired) if each["bytes"][1] == VOICES[7].note]
    start = next(place for place in other if abs(place - round(place)) < 0.01)
    assert start == min(place for place in other if place >= start)
    assert abs(other[-1] * 2 - round(other[-1] * 2)) < 0.01


def test_channel_notes_and_switches_are_kept_over_a_reload(wired: Page) -> None:
    wired.get_by_role("combobox", name="port").select_option("Sampler")
    wired.get_by_label("channel").select_option("3")
    wired.get_by_label("Note of clap").fill("54")
    wired.get_by_label("send clock, start and stop").check()
    expect(state(wired)).to_have_text("MIDI out: Sampler, channel 3")
    wired.reload()
    expect(state(wired)).to_have_text("MIDI out: Sampler, channel 3")
    state(wired).click()
    expect(wired.get_by_label("Note of clap")).to_have_value("54")
    expect(wired.get_by_label("send clock, start and stop")).to_be_checked()
    wired.get_by_role("button", name="Try clap").click()
    wired.wait_for_timeout(100)
    assert [(each["name"], each["bytes"][:2]) for each in note_ons(wired)] == [("Sampler", [NOTE_ON | 2, 54])]
    wired.get_by_role("button", name="as in General MIDI").click()
    expect(wired.get_by_label("Note of clap")).to_have_value(str(VOICES[6].note))


def test_clock_start_and_stop(wired: Page) -> None:
    lies_here(wired)
    wired.get_by_label("send clock, start and stop").check()
    wired.get_by_label("Tempo in beats per minute").fill("150")
    play_bars(wired, 2)
    wired.get_by_role("button", name="Stop").click()
    pulse_ms, position, placed, stopped = 60_000 / 150 / 24, 0, list[tuple[int, float]](), 0
    for each in sent(wired):
        match each["bytes"]:
            case [0xFA]:  # start
                position = 0
            case [0xF2, low, high]:  # song position, after pulses that a busy page missed
                position = 6 * (low + 128 * high)
            case [0xF8]:
                placed.append((position, each["at"]))
                position += 1
            case [0xFC]:
                stopped = position
            case _:
                pass
    assert sent(wired)[-1]["bytes"] == [STOP]
    assert stopped == position >= 2 * 4 * 24
    places, at = map(np.array, zip(*placed, strict=True))
    np.testing.assert_allclose(at - at[0], (places - places[0]) * pulse_ms, atol=8)
    following = np.diff(places) == 1
    assert following.mean() > 0.9
    np.testing.assert_allclose(np.diff(at)[following], pulse_ms, atol=2)


def test_ports_that_go_are_waited_for(wired: Page) -> None:
    click_map(wired, -1.4, 0.6)
    wait_for_bars(wired, 1)
    wired.evaluate("gear.unplug('TR-8S')")
    expect(state(wired)).to_have_text("MIDI out: TR-8S is not connected")
    count = len(sent(wired))
    wait_for_bars(wired, 1)
    assert len(sent(wired)) == count
    wired.evaluate("gear.add('TR-8S')")
    expect(state(wired)).to_have_text("MIDI out: TR-8S, channel 10")
    assert sent(wired)[count]["bytes"] == [CONTROL | DRUMS, 123, 0], "whatever hung when it was pulled out ends"
    wait_for_bars(wired, 1)
    assert {each["name"] for each in note_ons(wired)} == {"TR-8S"}
    wired.get_by_role("button", name="Stop").click()


def test_the_page_can_be_silent_while_the_gear_plays(page: Page, gear: None, instrument: str) -> None:
    page.add_init_script(
        """window.volumes = [];
        const { setTargetAtTime } = AudioParam.prototype;
        AudioParam.prototype.setTargetAtTime = function (to, ...rest) {
            volumes.push(to); return setTargetAtTime.call(this, to, ...rest); };"""
    )
    page.goto(instrument)
    page.wait_for_function("clave.store.corpus.value && clave.store.kitBuffers.value.length === 8")
    click_map(page, 0.4, 0.6)
    state(page).click()
    switch(page, "on")
    volume = "volumes.at(-1)"  # the last knob of the mixer
    page.get_by_label("sound here as well").uncheck()
    page.wait_for_function(f"{volume} === 0")
    wait_for_bars(page, 1)
    assert note_ons(page)
    page.evaluate("gear.unplug('TR-8S')")
    page.wait_for_function(f"{volume} > 0")  # better the page than silence


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("gear.refuses = true", "MIDI out: permission refused"),
        ("gear.outputs.clear()", "MIDI out: no port connected"),
        (
            "gear.outputs.get('TR-8S').open = () => Promise.reject(new Error('in use'))",
            "MIDI out: TR-8S cannot be opened",
        ),
    ],
)
def test_what_is_wrong_is_said(gear: None, opened: Page, how: str, said: str) -> None:
    opened.evaluate(f"() => {{ {how} }}")
    state(opened).click()
    switch(opened, "on")
    expect(state(opened)).to_have_text(said)
    expect(opened.get_by_role("dialog", name="MIDI out").get_by_role("status")).to_have_text(said.partition(": ")[2])


def test_a_browser_without_web_midi_is_told_so(page: Page, instrument: str) -> None:
    page.add_init_script("delete Navigator.prototype.requestMIDIAccess")
    page.goto(instrument)
    state(page).click()
    switch(page, "on")
    expect(state(page)).to_have_text("MIDI out: this browser has no Web MIDI")


def test_a_permission_that_the_browser_refuses_is_said(opened: Page) -> None:
    """As Chromium has it, with no stub: without a person to ask, it refuses."""
    state(opened).click()
    switch(opened, "on")
    expect(state(opened)).to_have_text("MIDI out: permission refused")


def test_midi_out_by_keyboard(gear: None, opened: Page) -> None:
    lies_here(opened)
    focus_by_tab(opened, lambda name: name == "Surprise me")
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    expect(state(opened)).to_be_focused()
    opened.keyboard.press("Enter")
    focus_by_tab(opened, lambda name: name == "on")
    opened.keyboard.press("Enter")
    expect(state(opened)).to_have_text("MIDI out: TR-8S, channel 10")
    focus_by_tab(opened, lambda name: name == "Note of kick")
    opened.keyboard.press("ArrowUp")
    focus_by_tab(opened, lambda name: name == "Try kick")
    opened.keyboard.press("Enter")
    opened.wait_for_function("gear.sent.some(({ bytes }) => bytes[0] === 0x99 && bytes[1] === 37)")
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("dialog", name="MIDI out")).to_be_hidden()
    expect(state(opened)).to_be_focused()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation_in_midi_out(wired: Page, look: str) -> None:
    assert violations(wired) == []


@pytest.mark.browser_context_args(viewport=NARROW)
def test_midi_out_fits_a_narrow_page(wired: Page) -> None:
    assert wired.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    sheet = wired.get_by_role("dialog", name="MIDI out")
    assert sheet.evaluate("each => each.scrollWidth <= each.clientWidth")
