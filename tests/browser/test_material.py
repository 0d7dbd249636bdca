"""The player's own files: MIDI files as stars, sounds asked for their voice, what is not taken said in words."""

import io
from typing import Any

import numpy as np
import pytest
import soundfile
from hands import drop, place_on_map, violations
from midi_files import meter, midi_file, note, notes
from playwright.sync_api import Locator, Page, expect

BAR = 1920  # ticks


def groove() -> bytes:
    """Four bars that lie apart: kicks, then snares, then hats, then all of them."""
    events = []
    for bar, (numbers, every) in enumerate((((36,), 480), ((38,), 960), ((42,), 120), ((36, 38, 42), 240))):
        for number in numbers:
            events += notes(*range(bar * BAR, (bar + 1) * BAR, every), number=number)
    return midi_file(events + note(BAR, number=60, channel=1))


def tone() -> bytes:
    n = np.arange(12_000)
    file = io.BytesIO()
    soundfile.write(file, 0.4 * np.exp(-n / 3000) * np.sin(n / 20), 44_100, format="WAV")
    return file.getvalue()


def has_stars(page: Page, count: int) -> None:
    stars = page.locator("[data-stars]")
    if count == 0:
        expect(stars).to_have_count(0)
    else:
        expect(stars).to_have_attribute("data-stars", str(count))


def material(page: Page) -> list[dict[str, Any]]:
    return page.evaluate("clave.store.project.value.material")


def panel(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Your material")


def test_the_bars_of_a_midi_file_are_stars_that_play_where_they_lie(opened: Page) -> None:
    drop(opened, [("own groove.mid", groove())])
    has_stars(opened, 4)
    expect(opened.locator(".star-name")).to_have_text("own groove.mid")
    file = panel(opened).get_by_role("region", name="own groove.mid")
    expect(file).to_contain_text("4 bars (4 in 4/4) and")
    expect(file).to_contain_text("1 note of other instruments left out.")
    [read] = material(opened)

    left, top = place_on_map(opened, *read["bars"][2]["point"])
    opened.mouse.click(left, top)
    opened.wait_for_function("clave.store.heard.value !== null && !clave.store.pending.value")
    bar = opened.evaluate("clave.store.scene.value.bars")
    assert bar == [
        {"kind": "given", "source": "own groove.mid", **{k: read["bars"][2][k] for k in ("pattern", "point")}}
    ]
    assert opened.evaluate("clave.store.shownPoint.value") == read["bars"][2]["point"]
    assert opened.evaluate("clave.store.heard.value.bar.pattern.strokes") == read["bars"][2]["pattern"]["strokes"]
    expect(opened.locator(".where")).to_contain_text("own groove.mid")

    panel(opened).get_by_label("a star plays the map's bar at its place").check()
    opened.mouse.click(left, top)
    opened.wait_for_function("clave.store.scene.value.bars[0].kind === 'generated' && !clave.store.waiting.value")
    assert opened.evaluate("clave.point()") == read["bars"][2]["point"]
    for _ in range(3):
        opened.get_by_role("button", name="Undo", exact=True).click()
    has_stars(opened, 0)
    opened.get_by_role("button", name="Redo", exact=True).click()
    has_stars(opened, 4)
    opened.wait_for_timeout(400)  # it is stored a moment after a change
    opened.reload()
    has_stars(opened, 4)
    assert material(opened) == [read]


def test_stars_are_reached_by_keyboard_played_in_order_and_travelled_between(opened: Page) -> None:
    drop(opened, [("own.mid", groove())])
    bars = panel(opened).get_by_role("toolbar", name="Bars of own.mid")
    bars.get_by_role("button").first.focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("Enter")
    [read] = material(opened)
    assert opened.evaluate("clave.point()") == read["bars"][1]["point"]
    expect(bars.get_by_role("button", name="Bar 2 of own.mid")).to_have_attribute("aria-pressed", "true")

    panel(opened).get_by_role("button", name="Play in order").click()
    assert opened.evaluate("clave.store.scene.value.bars.map(({ point }) => point)") == [
        bar["point"] for bar in read["bars"]
    ]
    panel(opened).get_by_role("button", name="Travel between them").click()
    path = opened.evaluate("clave.store.scene.value.path")
    assert (path["points"], path["bars"], path["travelling"]) == ([bar["point"] for bar in read["bars"]], 4, True)
    opened.wait_for_function("clave.store.journeyBar.value !== null")
    assert violations(opened) == []

    panel(opened).get_by_role("button", name="Remove own.mid").click()
    has_stars(opened, 0)
    assert opened.evaluate("clave.store.scene.value.path.travelling")  # what plays goes on


@pytest.fixture
def refusing(page: Page, instrument: str) -> Page:
    """The page as `opened`, where the browser may log that the server refused something."""
    page.goto(instrument)
    page.wait_for_function("clave.store.corpus.value && clave.store.kitBuffers.value.length === 8")
    return page


def test_what_is_not_taken_is_said_in_words_and_nothing_is_lost(refusing: Page) -> None:
    opened = refusing
    drop(opened, [("own.mid", groove())])
    has_stars(opened, 4)
    before = opened.evaluate("JSON.stringify(clave.store.project.value)")
    drop(
        opened,
        [
            ("letter.mid", b"Dear drummer, this is a letter."),
            ("empty.mid", b""),
            ("picture.png", b"PNG"),
            ("no drums.mid", midi_file(notes(0, 480, number=60, channel=1))),
            ("odd.mid", midi_file(meter(0, 11, 16) + notes(0))),
            ("project.json", b"{}"),
        ],
    )
    said = panel(opened).get_by_role("status")
    expect(said).to_contain_text("letter.mid Not taken: not a MIDI file; one begins with MThd")
    expect(said).to_contain_text("empty.mid Not read: it is empty (0 bytes).")
    expect(said).to_contain_text("picture.png Not read: neither a MIDI file nor a sound")
    expect(said).to_contain_text("no drums.mid Not taken: no drums; its 2 notes are not on channel 10")
    expect(said).to_contain_text("odd.mid Not taken: no bar has a meter that the map knows")
    expect(said).to_contain_text("project.json Not opened: a project is dropped alone.")
    assert opened.evaluate("JSON.stringify(clave.store.project.value)") == before
    panel(opened).get_by_role("button", name="Put away what was said of letter.mid").click()
    expect(said).not_to_contain_text("letter.mid")


def test_a_file_of_a_gigabyte_is_refused_without_reading_it(opened: Page) -> None:
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    opened.evaluate(
        """() => {
            const transfer = new DataTransfer();
            for (const name of ["long.mid", "long.wav", "long.json"]) transfer.items.add(new File(["x"], name));
            Object.defineProperty(File.prototype, "size", { get: () => 1_000_000_000 });
            for (const read of ["arrayBuffer", "text", "stream", "slice"])
                File.prototype[read] = () => { throw new Error("it was read"); };
            dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
        }"""
    )
    said = panel(opened).get_by_role("status")
    expect(said).to_contain_text("long.mid Not read: it has 1.0 GB, and a MIDI file has 4 MB at most.")
    expect(said).to_contain_text("long.wav Not read: it has 1.0 GB, and a sound has 50 MB at most.")
    expect(said).to_contain_text("long.json Not read: it has 1.0 GB, and a project has 32 MB at most.")
    assert sent == []


def test_a_sound_is_asked_for_its_voice_unless_it_is_dropped_on_one(opened: Page) -> None:
    drop(opened, [("my snare.wav", tone()), ("thing.wav", tone())])
    asked = panel(opened).get_by_role("group", name="Which voice plays which?")
    expect(asked.get_by_label("Voice of my snare.wav")).to_have_value("1")  # as its name says
    expect(asked.get_by_label("Voice of thing.wav")).to_have_value("")
    asked.get_by_label("Voice of thing.wav").select_option(label="Clap")
    asked.get_by_role("button", name="Play them").click()
    expect(panel(opened)).to_contain_text("my snare.wav Snare plays it.")
    expect(panel(opened)).to_contain_text("thing.wav Clap plays it.")
    names = opened.evaluate("clave.store.scene.value.kit.voices.map(voice => voice.file_name)")
    assert [(voice, name) for voice, name in enumerate(names) if name] == [(1, "my snare.wav"), (6, "thing.wav")]

    drop(opened, [("deep.wav", tone())], on=opened.locator('[data-voice="4"][data-cell="0"]'))
    opened.wait_for_function("clave.store.scene.value.kit.voices[4].file_name === 'deep.wav'")


def test_what_is_no_sound_is_said_at_its_name(refusing: Page) -> None:
    drop(refusing, [("tom.wav", b"no sound at all")])
    panel(refusing).get_by_role("button", name="Play it").click()
    expect(panel(refusing)).to_contain_text("tom.wav Not taken: the file: not a sound file that can be read")


@pytest.mark.browser_context_args(viewport={"width": 360, "height": 740}, has_touch=True)
def test_on_a_phone_files_are_picked_and_stars_have_room_for_a_finger(opened: Page) -> None:
    opened.evaluate("clave.store.drawer.value = 'Your material'")
    opened.get_by_test_id("material-files").set_input_files(
        {"name": "own.mid", "mimeType": "audio/midi", "buffer": groove()}
    )
    buttons = panel(opened).get_by_role("toolbar", name="Bars of own.mid").get_by_role("button")
    expect(buttons).to_have_count(4)
    for button in buttons.all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    assert violations(opened) == []
