"""The sound maps, driven as a person drives them: where one is, is how the voice sounds."""

import base64
import io
import json
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import soundfile
import uvicorn
from hands import LOOKS, drop, hold_sound, open_sound, open_voice, violations
from playwright.sync_api import Browser, Locator, Page, expect

from clave import load_rhythm
from clave.app import server
from clave.music.kit import VOICES

RATE = 44_100
FOUR_KICKS = {"meter": [4, 4], "strokes": [[0, step, 0.9, 0] for step in (0, 16, 32, 48)]}


def ready(page: Page) -> None:
    """Wait until every voice has the sound it was last asked for."""
    page.wait_for_function("clave.store.kitBuffers.value.length === 8 && clave.store.sounds.coming.value.size === 0")


def decoded(page: Page, expression: str) -> np.ndarray:
    """The Float32Array that this JavaScript gives."""
    text = page.evaluate(
        f"""async () => {{
            const samples = {expression};
            return new Promise(done => {{
                const reader = new FileReader();
                reader.onload = () => done(reader.result.split(",")[1]);
                reader.readAsDataURL(new Blob([samples]));
            }});
        }}"""
    )
    return np.frombuffer(base64.b64decode(text), np.float32)


def sound_of(page: Page, voice: int) -> np.ndarray:
    """What a stroke of this voice plays now."""
    ready(page)
    return decoded(page, f"clave.store.kitBuffers.value[{voice}].getChannelData(0)")


def heard(page: Page, bar: dict[str, Any]) -> np.ndarray:
    """This bar through the graph that plays."""
    ready(page)
    return decoded(page, f"(await clave.renderOffline([{json.dumps(bar)}])).getChannelData(0)")


def sounds(page: Page) -> list[dict[str, Any]]:
    return page.evaluate("clave.store.scene.value.kit.voices")


def sound_map(page: Page, name: str) -> Locator:
    open_voice(page, name)
    return page.get_by_role("application", name=f"{name} sound map").first


def press(page: Page, on: Locator, x: float, y: float, *, to: tuple[float, float] | None = None) -> None:
    """Press on a map that shows [-3, 3], and drag to another point of it."""
    on.scroll_into_view_if_needed()
    box = on.bounding_box()
    assert box is not None

    def place(x: float, y: float) -> tuple[float, float]:
        return box["x"] + (x + 3) / 6 * box["width"], box["y"] + (3 - y) / 6 * box["height"]

    page.mouse.move(*place(x, y))
    page.mouse.down()
    if to is not None:
        page.mouse.move(*place(*to), steps=12)
    page.mouse.up()


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, atol=1e-4))


def tin() -> np.ndarray:
    """A struck tin can: three partials that no drum of the space has."""
    time = np.arange(int(0.3 * RATE)) / RATE
    partials = np.sin(2 * np.pi * np.outer((613, 1571, 2903), time))
    return (0.3 * partials.sum(axis=0) * np.exp(-time / 0.06)).astype(np.float32)


def wav_of(samples: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, subtype="FLOAT", format="WAV")
    return file.getvalue()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The largest correlation over shifts, 1 for the same sound at any level."""
    size = len(one) + len(other)
    crossed = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)
    return float(crossed.max() / np.linalg.norm(one) / np.linalg.norm(other))


def test_the_instrument_starts_with_a_generated_loop(opened: Page) -> None:
    ready(opened)
    expect(opened.get_by_role("combobox", name="Kit")).to_have_value("space")
    assert opened.evaluate("clave.store.shown.value.strokes.length") > 4
    assert {each["from"] for each in sounds(opened)} == {"map"}
    for voice in VOICES:
        assert 0.05 < np.abs(sound_of(opened, voice.index)).max() <= 1
    opened.get_by_role("button", name="Play", exact=True).click()
    expect(opened.get_by_text("sound is on")).to_be_visible()
    opened.wait_for_function("clave.store.position.value > 4")


def test_a_drag_changes_what_sounds_and_undo_brings_it_back(opened: Page) -> None:
    before, bar = sound_of(opened, 0), heard(opened, FOUR_KICKS)
    press(opened, sound_map(opened, "Kick"), -1, -1, to=(1.2, 0.9))
    np.testing.assert_allclose(sounds(opened)[0]["point"], (1.2, 0.9), atol=0.06)
    after = sound_of(opened, 0)
    assert likeness(before, after) < 0.98
    assert likeness(bar, heard(opened, FOUR_KICKS)) < 0.98
    opened.get_by_role("button", name="Undo").click()  # the drag is one step
    assert same(sound_of(opened, 0), before)


def test_the_next_stroke_has_the_new_sound_while_the_pattern_plays(opened: Page) -> None:
    opened.get_by_role("button", name="Play", exact=True).click()
    expect(opened.get_by_text("sound is on")).to_be_visible()
    press(opened, sound_map(opened, "Snare"), 0.5, 0.5)
    after = sound_of(opened, 1)
    expect(opened.get_by_role("button", name="Stop")).to_be_visible()
    press(opened, sound_map(opened, "Snare"), -0.9, -0.7)
    assert likeness(after, sound_of(opened, 1)) < 0.98


def test_the_lock_holds(opened: Page) -> None:
    kick, snare = sound_of(opened, 0), sound_of(opened, 1)
    hold_sound(opened, "Kick")
    press(opened, sound_map(opened, "Kick"), 1.5, 1.5)
    expect(opened.get_by_text("The sound of kick is held.")).to_be_visible()
    opened.get_by_role("button", name="Surprise me").click()
    opened.wait_for_function("clave.store.history.value.present.label === 'surprise'")
    assert same(sound_of(opened, 0), kick)
    assert likeness(sound_of(opened, 1), snare) < 0.98
    opened.get_by_role("combobox", name="Kit").select_option("analogue")
    assert same(sound_of(opened, 0), kick)
    assert sounds(opened)[1]["from"] == "factory"


def test_a_surprise_is_a_whole_new_loop_and_one_step_of_undo(opened: Page) -> None:
    snare = sound_of(opened, 1)
    bar = opened.evaluate("clave.store.shown.value.strokes")
    opened.get_by_role("button", name="Surprise me").click()
    expect(opened.get_by_role("button", name="Stop")).to_be_visible()  # what one asks for, one hears
    assert opened.evaluate("clave.store.shown.value.strokes") != bar
    assert likeness(sound_of(opened, 1), snare) < 0.98
    opened.get_by_role("button", name="Undo").click()
    assert opened.evaluate("clave.store.shown.value.strokes") == bar
    assert same(sound_of(opened, 1), snare)


def test_a_dropped_file_plays_as_itself_and_its_twin_is_one_switch_away(opened: Page) -> None:
    ready(opened)
    drop(opened, [("tin.wav", wav_of(tin()))], sound_map(opened, "Tom"))
    opened.wait_for_function("clave.store.scene.value.kit.voices[4].from === 'file'")
    itself = sound_of(opened, 4)
    assert likeness(itself, tin()) > 0.999
    sheet = open_sound(opened, "Tom")
    expect(sheet.get_by_text("tin.wav", exact=True)).to_be_visible()
    sheet.get_by_role("button", name="its decoded twin").click()
    assert sounds(opened)[4]["twin"] is True
    assert likeness(sound_of(opened, 4), tin()) < 0.99
    sheet.get_by_role("button", name="the file itself").click()
    assert same(sound_of(opened, 4), itself)


def test_what_is_no_sound_is_said_and_changes_nothing(page: Page, instrument: str) -> None:
    page.goto(instrument)
    ready(page)
    before = sounds(page)
    drop(page, [("letter.wav", b"Dear drummer, this is a letter.")], sound_map(page, "Tom"))
    expect(page.get_by_role("alert")).to_contain_text("sound")
    assert sounds(page) == before


def test_the_link_brings_back_the_very_sounds(opened: Page, browser: Browser) -> None:
    press(opened, sound_map(opened, "Clap"), 0.4, -0.8)
    played = [sound_of(opened, voice.index) for voice in VOICES]
    opened.wait_for_timeout(400)  # until the address bar has it
    assert len(opened.url.partition("#")[2]) < 500
    context = browser.new_context()
    other = context.new_page()
    other.goto(opened.url)
    ready(other)
    for voice in VOICES:
        assert same(sound_of(other, voice.index), played[voice.index]), voice.name
    context.close()


def test_sounds_are_remembered(opened: Page) -> None:
    hold_sound(opened, "Snare")
    press(opened, sound_map(opened, "Cymbal"), 1, 0)
    kept = sounds(opened)
    cymbal = sound_of(opened, 5)
    opened.wait_for_timeout(400)
    opened.reload()
    assert same(sound_of(opened, 5), cymbal)
    assert sounds(opened) == kept


def test_the_sheet_by_keys_alone(opened: Page) -> None:
    ready(opened)
    small = sound_map(opened, "Snare")
    small.focus()
    opened.keyboard.press("Enter")
    sheet = opened.get_by_role("dialog", name="Snare")
    expect(sheet).to_be_visible()
    large = sheet.get_by_role("application", name="Snare sound map")
    expect(large).to_be_focused()
    x, y = sounds(opened)[1]["point"]
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Shift+ArrowUp")
    np.testing.assert_allclose(sounds(opened)[1]["point"], (x + 0.06, min(3, y + 0.6)), atol=0.002)
    tuned = sheet.get_by_role("slider", name="Snare tune")
    plain = sound_of(opened, 1)
    tuned.focus()
    for _ in range(12):
        opened.keyboard.press("ArrowRight")
    assert sounds(opened)[1]["tune"] == 12
    assert abs(len(sound_of(opened, 1)) - len(plain) / 2) <= 1
    opened.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(small).to_be_focused()


def test_more_like_this_is_heard_by_one_click_and_taken_by_another(opened: Page) -> None:
    before = sound_of(opened, 0)
    sheet = open_sound(opened, "Kick")
    sheet.get_by_role("button", name="More like this").click()
    found = sheet.get_by_role("group", name="Sounds like this kick").get_by_role("button")
    expect(found).to_have_count(7)
    found.nth(2).click()
    expect(opened.get_by_text("sound is on")).to_be_visible()
    assert same(sound_of(opened, 0), before)
    sheet.get_by_role("button", name="Take 3").click()
    assert not same(sound_of(opened, 0), before)
    x, y = sounds(opened)[0]["point"]
    sheet.get_by_role("button", name="Randomise").click()
    there = sounds(opened)[0]["point"]
    assert 0 < np.hypot(there[0] - x, there[1] - y) <= 0.61


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation_on_an_open_sheet(opened: Page, look: str) -> None:
    ready(opened)
    hold_sound(opened, "Clap")
    open_sound(opened, "Kick")
    opened.get_by_role("button", name="More like this").click()
    opened.get_by_role("button", name="Hear sound 2").click()
    assert violations(opened) == []
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.fixture(scope="module")
def without_sound_space() -> Iterator[str]:
    on = server.listen(0)
    config = uvicorn.Config(
        server.create_app(load_rhythm()), log_level="warning", lifespan="off", ws="websockets-sansio"
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [on]})
    thread.start()
    yield f"http://127.0.0.1:{on.getsockname()[1]}/"
    running.should_exit = True
    thread.join()


def test_without_a_sound_space_the_kits_play_as_before(page: Page, without_sound_space: str) -> None:
    page.goto(without_sound_space + "#p=0.5,0.5&t=112&k=space&o=m0.1,0.2r7")
    expect(page.get_by_text("The kit “space” is not here")).to_be_visible()
    ready(page)
    expect(page.get_by_role("combobox", name="Kit")).not_to_have_value("space")
    expect(page.get_by_role("application", name="Kick sound map")).to_have_count(0)
    expect(page.get_by_role("button", name="Surprise me")).to_have_count(0)
    page.get_by_role("button", name="Hear kick").click()
    expect(page.get_by_text("sound is on")).to_be_visible()


def test_decay_and_gain_are_heard_and_a_key_leaves_their_rest(opened: Page) -> None:
    plain = sound_of(opened, 5)
    sheet = open_sound(opened, "Cymbal")
    decay = sheet.get_by_role("slider", name="Cymbal decay")
    decay.focus()
    for _ in range(20):
        opened.keyboard.press("ArrowLeft")
    assert sounds(opened)[5]["decay"] == 0.5
    short = sound_of(opened, 5)
    peak = int(np.abs(plain).argmax())
    assert same(short[: peak + 1], plain[: peak + 1])
    assert np.square(short).sum() < 0.8 * np.square(plain).sum()
    for _ in range(20):
        opened.keyboard.press("ArrowRight")
    assert sounds(opened)[5]["decay"] == 1
    assert same(sound_of(opened, 5), plain)
    gain = sheet.get_by_role("slider", name="Cymbal gain")
    gain.focus()
    for _ in range(25):
        opened.keyboard.press("ArrowLeft")
    assert sounds(opened)[5]["gain"] == 0.5
    assert same(sound_of(opened, 5), 0.5 * plain)


def test_the_sliders_of_character_turn_what_one_hears(opened: Page) -> None:
    ready(opened)
    sheet = open_sound(opened, "Kick")
    before = opened.evaluate("clave.store.sounds.heard.value[0].brightness_hz")
    point = sounds(opened)[0]["point"]
    sheet.get_by_role("slider", name="Kick character, brightness").focus()
    opened.keyboard.press("End")
    ready(opened)
    assert sounds(opened)[0]["shift"]["brightness"] == 3
    assert sounds(opened)[0]["point"] == point
    assert opened.evaluate("clave.store.sounds.heard.value[0].brightness_hz") > 1.5 * before
