"""The page, driven as a person drives it: what one clicks is what one sees, hears and keeps."""

import base64
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hands import (
    LOOKS,
    NARROW,
    click_map,
    focus_by_tab,
    from_menu,
    lies_here,
    open_voice,
    opened_drawer,
    place_on_map,
    pressed,
    shown,
    violations,
)
from playwright.sync_api import Browser, Locator, Page, expect

from clave import midi
from clave.app.protocol import BarPattern
from clave.music.kit import VOICES
from clave.play import sequencer

RATE = 44_100


def heard(page: Page, patterns: list[dict[str, Any]] | None, voice: int | None = None) -> np.ndarray:
    """These bars, or those heard, through the page's own audio graph: one voice or all, left and right added."""
    page.wait_for_function("clave.store.kitBuffers.value.length === 8")
    samples = page.evaluate(
        """async ([bars, voice]) => {
            const sound = await clave.renderOffline(bars, voice ?? undefined);
            const right = sound.getChannelData(1);
            const samples = sound.getChannelData(0).map((left, n) => left + right[n]);
            return new Promise(done => {
                const reader = new FileReader();
                reader.onload = () => done(reader.result.split(",")[1]);
                reader.readAsDataURL(new Blob([samples]));
            });
        }""",
        [patterns, voice],
    )
    return np.frombuffer(base64.b64decode(samples), np.float32)


def test_a_click_on_the_map_shows_the_bar_that_lies_there(opened: Page) -> None:
    found = []
    for point in ((-1.5, -0.5), (0.8, 1.2), (1.6, -1.0)):
        click_map(opened, *point)
        assert pressed(opened) == lies_here(opened)
        np.testing.assert_allclose(opened.evaluate("clave.point()"), point, atol=0.02)
        found.append(frozenset(pressed(opened)))
    assert len(set(found)) > 1


def test_a_drag_follows_the_pointer(opened: Page) -> None:
    opened.mouse.move(*place_on_map(opened, -1.8, 0.0))
    opened.mouse.down()
    opened.mouse.move(*place_on_map(opened, 1.8, 0.6), steps=12)
    opened.mouse.up()
    lies_here(opened)
    np.testing.assert_allclose(opened.evaluate("clave.point()"), (1.8, 0.6), atol=0.02)
    assert pressed(opened) == lies_here(opened)


def test_the_first_click_makes_music(opened: Page) -> None:
    expect(opened.get_by_text("sound is off")).to_be_visible()
    click_map(opened, 0.5, 0.5)
    expect(opened.get_by_text("sound is on")).to_be_visible()
    expect(opened.get_by_role("button", name="Stop")).to_be_visible()
    opened.wait_for_function("clave.store.position.value > 8")
    opened.get_by_role("button", name="Stop").click()
    expect(opened.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_click_plays_again_after_stop(opened: Page) -> None:
    click_map(opened, 0.5, 0.5)
    opened.get_by_role("button", name="Stop").click()
    click_map(opened, -0.5, 0.5)
    expect(opened.get_by_role("button", name="Stop")).to_be_visible()


def test_blocked_sound_is_said_and_play_tries_again(page: Page, instrument: str) -> None:
    page.add_init_script(
        """window.blocked = true;
        const { resume } = AudioContext.prototype;
        AudioContext.prototype.resume = function () { return blocked ? new Promise(() => {}) : resume.call(this); };
        const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state");
        Object.defineProperty(AudioContext.prototype, "state", {
            get() { return blocked ? "suspended" : state.get.call(this); } });"""
    )
    page.goto(instrument)
    page.wait_for_function("clave.store.kitBuffers.value.length === 8")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_text("sound is blocked: press play again")).to_be_visible()
    page.evaluate("window.blocked = false")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_text("sound is on")).to_be_visible()
    page.wait_for_function("clave.store.position.value > 4")


def test_two_tabs_keep_their_own_scenes(opened: Page, instrument: str) -> None:
    other = opened.context.new_page()
    other.goto(instrument)
    other.wait_for_function("clave.store.corpus.value")
    opened.get_by_role("button", name="Keep in scene 4").click()
    opened.wait_for_timeout(400)  # written a moment after the last change
    other.get_by_label("Tempo in beats per minute").fill("99")
    other.wait_for_timeout(400)
    opened.reload()
    expect(opened.get_by_role("button", name="Play scene 4")).to_be_visible()


def test_a_drag_is_heard_at_the_next_step_though_a_click_waits_for_the_bar(opened: Page) -> None:
    opened.get_by_label("Tempo in beats per minute").fill("30")  # a bar lasts 8 seconds
    click_map(opened, 0.0, 0.0)
    opened.wait_for_function("clave.store.position.value > 2")
    same = "JSON.stringify(clave.store.heard.value.bar.pattern) === JSON.stringify(clave.store.shown.value)"
    click_map(opened, 1.5, 0.5)
    assert not opened.evaluate(same)
    box = opened.get_by_role("application", name="Rhythm map").bounding_box()
    assert box is not None
    x, y = box["x"] + 0.6 * box["width"], box["y"] + 0.4 * box["height"]
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(x - 60, y + 20, steps=4)
    opened.wait_for_function(f"!clave.store.waiting.value && {same}", timeout=2000)
    opened.mouse.up()
    assert opened.evaluate("clave.store.position.value") < 60  # still in the first bar


def test_music_goes_on_without_the_server_and_says_when_it_is_back(page: Page, instrument: str) -> None:
    page.goto(instrument)
    page.wait_for_function("clave.store.corpus.value && clave.store.kitBuffers.value.length === 8")
    click_map(page, 0.5, 0.5)
    page.route("**/api/bars", lambda route: route.abort())
    page.get_by_role("application", name="Rhythm map").click(position={"x": 90, "y": 90})
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.wait_for_function("clave.store.position.value > 8")
    page.unroute("**/api/bars")
    click_map(page, 1.0, 0.0)
    expect(page.locator(".notice")).to_have_count(0)


def test_the_sound_has_an_onset_where_the_grid_has_a_hit(opened: Page) -> None:
    click_map(opened, 0.3, -0.4)
    bar = shown(opened)
    tempo, swing = opened.evaluate("[clave.store.scene.value.tempo[0].tempo_bpm, clave.store.scene.value.swing]")
    strokes = sequencer.events([BarPattern.model_validate(bar).pattern()], tempo, swing)
    assert strokes
    for voice in sorted({stroke.voice for stroke in strokes}):
        sound = heard(opened, [{**bar, "strokes": [stroke for stroke in bar["strokes"] if stroke[0] == voice]}])
        first = round(max(0, min(stroke.seconds for stroke in strokes if stroke.voice == voice)) * RATE)
        assert np.abs(sound[: max(0, first - 64)]).max(initial=0) < 1e-4, f"{VOICES[voice].name} sounds too early"
        assert np.abs(sound[first : first + RATE // 20]).max() > 1e-3, f"{VOICES[voice].name} is silent"
    assert np.abs(heard(opened, [bar])).max() > 0.05


def test_every_onset_is_in_time_swing_and_offsets_included(opened: Page) -> None:
    opened.get_by_label("Swing in percent").fill("60")
    strokes = [[2, 0, 0.9, 0.0], [2, 12, 0.9, 0.0], [2, 32, 0.9, 1.5], [2, 52, 0.9, -1.0]]
    bar = {"meter": [4, 4], "strokes": strokes}
    tempo = opened.evaluate("clave.store.scene.value.tempo[0].tempo_bpm")
    sound = np.abs(heard(opened, [bar]))
    due = [event.seconds for event in sequencer.events([BarPattern.model_validate(bar).pattern()], tempo, 0.6)]
    loud = np.flatnonzero(sound > 0.02 * sound.max()) / RATE
    onsets = loud[np.insert(np.diff(loud) > 0.1, 0, True)]
    np.testing.assert_allclose(onsets, due, atol=0.003)


def test_a_cell_is_struck_cleared_and_undone(opened: Page) -> None:
    click_map(opened, 0.0, 0.0)
    before = pressed(opened)
    free = next(cell for cell in range(16) if (6, cell) not in before)
    cell = opened.locator(f'[data-voice="6"][data-cell="{free}"]')
    cell.click()
    assert pressed(opened) == before | {(6, free)}
    expect(cell).to_have_attribute("aria-label", re.compile(rf"Clap, step {free + 1}, velocity \d+"))
    opened.get_by_role("button", name="Undo").click()
    assert pressed(opened) == before
    opened.get_by_role("button", name="Redo").click()
    assert pressed(opened) == before | {(6, free)}


def inked_below(page: Page, step: Locator) -> bool:
    """Is there the colour of the voice on the canvas below this button?"""
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return step.evaluate(
        """button => {
            const canvas = button.closest(".row-cells").querySelector("canvas");
            const [own, all] = [button.getBoundingClientRect(), canvas.getBoundingClientRect()];
            const at = [own.x + own.width / 2 - all.x, own.y + own.height - 5 - all.y].map(Math.round);
            const [red, green, blue] = canvas.getContext("2d").getImageData(...at, 1, 1).data;
            return Math.max(red, green, blue) - Math.min(red, green, blue) > 40;
        }"""
    )


def test_an_opened_cell_shows_its_four_steps_in_their_places(opened: Page) -> None:
    lies_here(opened)
    opened.evaluate("clave.store.opened.value = { voice: 6, cell: 4 }")
    steps = opened.locator('.cell-step[data-voice="6"]')
    expect(steps).to_have_count(4)
    for part in range(4):
        if steps.nth(part).get_attribute("aria-pressed") == "false":
            assert not inked_below(opened, steps.nth(part))
            steps.nth(part).click()
        assert inked_below(opened, steps.nth(part))
    assert {step for voice, step, _, _ in shown(opened)["strokes"] if voice == 6} >= {16, 17, 18, 19}


def test_undo_brings_back_the_place_before(opened: Page) -> None:
    click_map(opened, -1.2, 0.4)
    first, where = pressed(opened), opened.evaluate("clave.point()")
    opened.wait_for_timeout(1100)  # quick successions count as one change
    click_map(opened, 1.7, -0.9)
    opened.get_by_role("button", name="Undo").click()
    assert opened.evaluate("clave.point()") == where
    assert pressed(opened) == first


def test_density_thins_and_thickens(opened: Page) -> None:
    click_map(opened, 0.2, 0.1)
    counts = []
    for density in ("-2", "2"):
        opened_drawer(opened, "Shape").get_by_role("slider", name="density").fill(density)
        lies_here(opened)
        counts.append(len(shown(opened)["strokes"]))
    assert counts[0] < counts[1]


def test_scenes_keep_what_sounds_over_a_reload(opened: Page) -> None:
    click_map(opened, -0.7, 0.9)
    kept = pressed(opened)
    opened.get_by_role("button", name="Keep in scene 3").click()
    click_map(opened, 1.9, -1.4)
    opened.wait_for_timeout(400)  # written a moment after the last change
    opened.reload()
    opened.get_by_role("button", name="Play scene 3").click()
    assert pressed(opened) == kept


def test_the_address_restores_the_groove_here_and_elsewhere(opened: Page, browser: Browser) -> None:
    click_map(opened, 0.9, 0.7)
    opened.get_by_label("Tempo in beats per minute").fill("97")
    opened_drawer(opened, "Shape").get_by_role("slider", name="density").fill("0.7")
    lies_here(opened)
    opened.wait_for_function("location.hash.includes('t=97') && location.hash.includes('x=0.7')")
    cells, address = pressed(opened), opened.url
    assert len(address.partition("#")[2]) < 250  # two drums of this kit were drawn again, which their seeds say

    opened.reload()
    expect(opened.get_by_label("Tempo in beats per minute")).to_have_value("97")
    lies_here(opened)
    assert pressed(opened) == cells

    with browser.new_context() as stranger:  # who has only the link
        page = stranger.new_page()
        page.goto(address)
        expect(page.get_by_label("Tempo in beats per minute")).to_have_value("97")
        lies_here(page)
        assert pressed(page) == cells


def test_a_journey_travels_from_pin_to_pin(opened: Page) -> None:
    click_map(opened, -1.5, 0.0)
    opened_drawer(opened, "Path")
    opened.get_by_role("button", name="Set pin A here").click()
    click_map(opened, -1.5, 1.0)
    opened.get_by_role("button", name="Set pin B here").click()
    opened.get_by_label("Bars of the journey").select_option("4")
    opened.get_by_label("Tempo in beats per minute").fill("400")
    opened.get_by_role("button", name="travel A to B").click()
    opened.wait_for_function("!clave.store.waiting.value && clave.heardBars().length === 4")
    seen = {opened.evaluate("clave.store.journeyBar.value")}
    for bar in range(1, 4):
        opened.wait_for_function(f"clave.store.journeyBar.value === {bar}")
        seen.add(bar)
    assert seen >= {1, 2, 3}
    first, _, _, last = opened.evaluate("clave.heardBars()")
    assert first["strokes"] != last["strokes"]


def save(page: Page, name: str, into: Path) -> Path:
    with page.expect_download() as download:
        from_menu(page, "Export", name)
    path = into / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_saved_midi_is_what_is_heard(opened: Page, tmp_path: Path) -> None:
    click_map(opened, 0.4, 0.6)
    opened.get_by_role("button", name="Mute kick").click()
    bar = shown(opened)
    reading = midi.read(save(opened, "Save MIDI", tmp_path), grid=64)
    strokes = [stroke for pattern in reading.patterns for stroke in pattern.strokes()]
    wanted = sorted((voice, max(0, step + offset)) for voice, step, _, offset in bar["strokes"] if voice != 0)
    found = sorted((stroke.voice, stroke.position) for stroke in strokes)
    assert [voice for voice, _ in found] == [voice for voice, _ in wanted]
    np.testing.assert_allclose([place for _, place in found], [place for _, place in wanted], atol=1 / 60 + 1e-6)
    np.testing.assert_allclose(
        reading.report.tempos_bpm, [opened.evaluate("clave.store.scene.value.tempo[0].tempo_bpm")], rtol=1e-4
    )


def test_a_saved_wav_is_a_loop_to_the_sample(opened: Page, tmp_path: Path) -> None:
    click_map(opened, 0.4, 0.6)
    samples, rate = soundfile.read(save(opened, "Save WAV", tmp_path))
    tempo = opened.evaluate("clave.store.scene.value.tempo[0].tempo_bpm")
    assert samples.shape == (round(4 * 60 / tempo * rate), 2)
    assert 0.05 < np.abs(samples).max() <= 1


def test_a_style_that_is_not_there_is_said(opened: Page, instrument: str) -> None:
    opened.goto(f"{instrument}#p=0,0&s=polka")
    opened.reload()
    expect(opened.locator(".notice")).to_contain_text("polka")
    lies_here(opened)


def test_what_the_server_refuses_is_said(page: Page, instrument: str) -> None:
    page.route("**/api/bars", lambda route: route.fulfill(status=422, json={"error": "not today", "kind": "space"}))
    page.goto(instrument)
    expect(page.get_by_role("alert")).to_contain_text("not today")


def test_everything_by_keyboard(opened: Page) -> None:
    lies_here(opened)
    keys = opened.keyboard
    focus_by_tab(opened, lambda name: name == "Play")
    keys.press("Enter")
    opened.wait_for_function("clave.store.playing.value && clave.store.position.value > 0")

    focus_by_tab(opened, lambda name: name == "Rhythm map")
    before = opened.evaluate("clave.point()")
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "ArrowUp"):
        keys.press(key)
    lies_here(opened)
    moved = np.subtract(opened.evaluate("clave.point()"), before)
    np.testing.assert_allclose(moved, (1.2, 0.06), atol=1e-6)
    assert pressed(opened) == lies_here(opened)
    keys.press("Shift+Digit1")
    keys.press("a")
    kept = pressed(opened)
    for _ in range(4):
        keys.press("Shift+ArrowDown")
    lies_here(opened)
    keys.press("b")
    keys.press("t")
    opened.wait_for_function("clave.store.scene.value.path.travelling")
    keys.press("t")
    keys.press("Digit1")
    opened.wait_for_function(
        "clave.store.slotHeard.value === 0 && clave.store.launch.value === null"
    )  # from the next bar
    assert pressed(opened) == kept

    focus_by_tab(opened, lambda name: re.match(r"Kick, step 1,", name) is not None)
    keys.press("End")
    focused = "(document.activeElement.getAttribute('aria-label') ?? '')"
    opened.wait_for_function(f"{focused}.startsWith('Kick, step 16')")
    struck = (0, 15) in pressed(opened)
    keys.press("Space")
    assert ((0, 15) in pressed(opened)) != struck
    if struck:
        keys.press("Space")
    velocity = int(re.findall(r"velocity (\d+)", opened.evaluate(focused))[0])
    keys.press("-")
    opened.wait_for_function(f"{focused}.includes('velocity {velocity - 8}')")
    keys.press("Enter")
    opened.wait_for_function(f"{focused}.includes('first quarter')")
    keys.press("Escape")
    opened.wait_for_function(f"{focused}.startsWith('Kick, step 16')")
    keys.press("m")
    expect(opened.get_by_role("button", name="Mute kick")).to_have_attribute("aria-pressed", "true")
    keys.press("Control+z")
    expect(opened.get_by_role("button", name="Mute kick")).to_have_attribute("aria-pressed", "false")


def test_tab_reaches_every_control(opened: Page) -> None:
    lies_here(opened)
    controls = opened.evaluate(
        """() => [...document.querySelectorAll("button, select, input, [tabindex='0']")]
            .filter(each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility() && !each.closest("dialog"))
            .map((each, n) => (each.dataset.place = n))"""
    )
    reached = set()
    for _ in range(2 * len(controls)):
        opened.keyboard.press("Tab")
        reached.add(opened.evaluate("Number(document.activeElement.dataset.place ?? -1)"))
    assert set(controls) <= reached


def turns_of_the_hand(page: Page) -> int:
    """How often the ring is drawn anew in the course of two seconds."""
    click_map(page, 0.2, 0.2)
    page.wait_for_function("clave.store.position.value > 0 && !clave.store.pending.value")  # the ring is drawn whole
    return page.evaluate(
        """async () => {
            const ring = document.querySelector(".map-here");
            const seen = new Set();
            for (const end = performance.now() + 2000; performance.now() < end; ) {
                await new Promise(requestAnimationFrame);
                seen.add(ring.toDataURL());
            }
            return seen.size;
        }"""
    )


@pytest.mark.browser_context_args(reduced_motion="reduce")
def test_with_reduced_motion_the_hand_steps_from_beat_to_beat(opened: Page) -> None:
    assert turns_of_the_hand(opened) <= 4
    assert opened.evaluate("document.getAnimations().filter(each => each.playState === 'running').length") == 0


def test_without_it_the_hand_sweeps(opened: Page) -> None:
    assert turns_of_the_hand(opened) > 8


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation(opened: Page, look: str) -> None:
    lies_here(opened)
    assert violations(opened) == []
    click_map(opened, 0.5, 0.5)
    opened.get_by_role("button", name="Keep in scene 1").click()
    open_voice(opened, "Snare")
    opened.get_by_role("button", name="Mute snare").and_(opened.locator(":visible")).click()
    for drawer in ("Shape", "About this bar", "Style"):
        opened_drawer(opened, drawer)
        assert violations(opened) == []
        opened.keyboard.press("Escape")
    from_menu(opened, "More", "Keyboard help")
    expect(opened.get_by_role("dialog")).to_be_visible()
    assert violations(opened) == []


@pytest.mark.browser_context_args(viewport=NARROW)
def test_a_narrow_page_never_scrolls_sideways(opened: Page) -> None:
    lies_here(opened)
    assert opened.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
