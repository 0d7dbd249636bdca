"""Scenes, the song, what was heard last, and recorded moves, as a person plays them."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hands import click_map, violations
from playwright.sync_api import Locator, Page, expect
from test_heard_as_rendered import LISTEN, SAMPLE

import clave
from clave.play.performance import Performance
from clave.play.project import from_json


def tile(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=f"Play scene {number}")


def keep(page: Page, number: int) -> None:
    page.get_by_role("button", name=f"Keep in scene {number}").click()
    expect(tile(page, number)).to_be_visible()


def more(page: Page, number: int, act: str) -> None:
    page.get_by_role("button", name=f"More of scene {number}").click()
    page.get_by_role("group", name="More of").get_by_role("button", name=act, exact=True).click()


def play(page: Page) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("clave.store.position.value > 0")


def points(page: Page) -> list[list[float]]:
    return page.evaluate("clave.store.project.value.scenes.map(scene => scene && scene.bars[0].point)")


def song(page: Page) -> list[int]:
    return page.evaluate("clave.store.project.value.song.map(part => part.scene)")


@pytest.fixture
def two(opened: Page) -> Page:
    """Two scenes, the second at its own tempo, which is the present one; what is queued is listened to."""
    opened.evaluate(LISTEN)
    click_map(opened, -1.0, -0.6)
    opened.get_by_label("Tempo in beats per minute").fill("240")
    keep(opened, 1)
    click_map(opened, 0.8, 0.4)
    opened.get_by_label("Tempo in beats per minute").fill("200")
    keep(opened, 2)
    opened.get_by_role("button", name="Stop").click()  # a click on the map plays
    return opened


def test_a_launched_scene_is_next_and_comes_with_the_bar_and_its_tempo(two: Page) -> None:
    play(two)
    expect(tile(two, 2)).to_have_attribute("aria-current", "true")
    two.wait_for_function("clave.store.position.value < 20")
    tile(two, 1).click()
    two.wait_for_function("clave.store.launch.value?.slot === 0")
    assert two.evaluate("clave.store.scene.value.tempo[0].tempo_bpm") == 200
    expect(two.get_by_role("button", name="Play scene 1").and_(two.locator("[aria-label$='next']"))).to_be_visible()
    two.wait_for_function("clave.store.launch.value === null")
    expect(tile(two, 1)).to_have_attribute("aria-current", "true")
    assert two.evaluate("clave.store.scene.value.tempo[0].tempo_bpm") == 240
    two.get_by_role("button", name="Undo").click()
    assert two.evaluate("clave.store.scene.value.tempo[0].tempo_bpm") == 200


WATCH_KITS = """() => {
    const kitOf = (index) => clave.store.kitBuffers.value[index];
    window.struck = [];
    clave.player.outputs.push({
        strike: (voice, velocity, time, own) => struck.push([own.sound?.kit ?? null, kitOf(voice)]),
        step() {}, release() {}, silence() {},
    });
}"""


def test_a_launched_kit_sounds_from_the_first_stroke_on(opened: Page) -> None:
    opened.evaluate(WATCH_KITS)
    kit = opened.get_by_role("combobox", name="Kit")
    ready = "!clave.store.waiting.value && clave.store.sounds.coming.value.size === 0"
    opened.get_by_label("Tempo in beats per minute").fill("240")
    for number, name in ((1, "analogue"), (2, "room")):
        kit.select_option(name)
        opened.wait_for_function(ready)
        keep(opened, number)
        opened.evaluate(f"window.buffers{number} = [...clave.store.kitBuffers.value]")
    play(opened)
    tile(opened, 1).click()
    opened.wait_for_function("clave.store.slotHeard.value === 0")
    opened.wait_for_timeout(1500)
    of_buffer = "buffers1.includes(buffer) ? 'analogue' : buffers2.includes(buffer) ? 'room' : 'none'"
    found = opened.evaluate(f"struck.map(([own, buffer]) => own ?? ({of_buffer}))")
    first = found.index("analogue")
    assert first > 0
    assert set(found[:first]) == {"room"}
    assert set(found[first:]) == {"analogue"}


def test_a_number_key_launches_and_with_shift_keeps(two: Page) -> None:
    click_map(two, 1.5, 1.5)
    two.keyboard.press("Shift+Digit3")
    two.keyboard.press("Digit1")
    two.wait_for_function("clave.store.slotHeard.value === 0")
    two.keyboard.press("Digit3")
    two.wait_for_function("clave.store.slotHeard.value === 2")
    np.testing.assert_allclose(two.evaluate("clave.point()"), (1.5, 1.5), atol=0.02)


def test_a_scene_is_named_copied_and_cleared(two: Page) -> None:
    two.get_by_role("button", name="More of scene 1").click()
    two.get_by_role("textbox", name="Name").fill("lift")
    two.keyboard.press("Enter")
    expect(two.get_by_role("button", name="Play scene 1, lift")).to_be_visible()
    more(two, 1, "Duplicate")
    expect(two.get_by_role("button", name="Play scene 3, lift 2")).to_be_visible()
    more(two, 1, "Clear")
    expect(two.get_by_role("button", name="Keep in scene 1")).to_be_visible()
    two.get_by_role("button", name="Undo").click()
    expect(two.get_by_role("button", name="Play scene 1, lift")).to_be_visible()


def test_a_morph_goes_over_to_the_other_scene_and_then_is_it(two: Page) -> None:
    play(two)
    (a, b), seen = points(two), []
    more(two, 1, "Morph to it over 2 bars")
    two.wait_for_function("clave.store.morph.value !== null")
    for _ in range(60):
        seen.append(two.evaluate("clave.store.shownPoint.value[0]"))
        if two.evaluate("clave.store.morph.value === null"):
            break
        two.wait_for_timeout(50)
    assert two.evaluate("clave.store.slotHeard.value") == 0
    assert two.evaluate("clave.point()") == a
    between = {round(x, 3) for x in seen} - {round(a[0], 3), round(b[0], 3)}
    assert between == {round(b[0] + (a[0] - b[0]) * share, 3) for share in (1 / 3, 2 / 3)}


def test_the_song_is_put_together_by_pointer(two: Page) -> None:
    more(two, 1, "Add to the song")
    parts = two.get_by_role("list", name="Parts of the song")
    start, end = tile(two, 2).bounding_box(), parts.bounding_box()
    assert start
    assert end
    two.mouse.move(start["x"] + 20, start["y"] + 20)
    two.mouse.down()
    two.mouse.move(end["x"] + 30, end["y"] + 8, steps=6)
    two.mouse.up()
    assert song(two) == [1, 0]  # before the part under its first half
    assert two.evaluate("clave.store.launch.value === null && !clave.store.playing.value")  # a drag is no click


def test_the_song_is_put_in_order_by_keys(two: Page) -> None:
    for number in (1, 2, 1):
        more(two, number, "Add to the song")
    first = two.get_by_role("button", name="Part 1, scene 1")
    first.focus()
    keys = two.keyboard
    for _ in range(3):
        keys.press("+")
    keys.press("f")
    keys.press("m")
    keys.press("Shift+ArrowRight")
    assert song(two) == [1, 0, 0]
    moved = two.get_by_role("button", name="Part 2, scene 1, 4 bars, fill at its end, morphs over its last 1 bar")
    expect(moved).to_be_focused()
    keys.press("ArrowRight")
    keys.press("Delete")
    assert song(two) == [1, 0]
    expect(moved).to_be_focused()
    keys.press("p")
    two.wait_for_function("clave.store.playsSong.value && clave.store.playing.value")
    expect(two.locator(".song-playhead")).to_be_visible()
    assert two.locator(".song [tabindex='0']").count() <= 1 + len(two.locator(".song-play").all())


def performed(page: Page, bars: int | None = None) -> Performance:
    """What the page's project plays, by Python's rules."""
    project = from_json(json.dumps(page.evaluate("clave.store.project.value")).encode())
    return clave.perform(project, bars=bars)


def test_the_last_bars_are_kept_as_the_song_that_was_heard(two: Page) -> None:
    two.evaluate("Object.assign(listened, { start: null, strikes: [] })")
    two.evaluate(
        """() => {
            const { store } = clave;
            const own = { ratchet: 3, nudge_ms: 7, probability: 0.8 };
            const lanes = store.scene.value.lanes.map((lane, voice) => (voice === 2 ? { ...lane, ...own } : lane));
            store.changeScene("lanes", { ...store.scene.value, lanes, swing: 0.6 });
        }"""
    )
    play(two)
    heard_bars = "clave.memory.last(64).filter(bar => bar.start >= listened.start).length"
    two.wait_for_function(f"{heard_bars} >= 2")
    tile(two, 1).click()
    two.wait_for_function(f"{heard_bars} >= 5")
    two.get_by_role("button", name="Stop").click()
    kept = two.evaluate(heard_bars)
    two.evaluate(f"clave.keeping.asSong({kept})")  # as many as it was: the panel offers round numbers
    expect(two.get_by_role("status").filter(has_text=f"Kept the last {kept} bars")).to_be_visible()
    heard = two.evaluate("listened")
    performance = performed(two)
    end = performance.seconds - 0.1  # after it, an early stroke of the bar that was stopped within
    struck = [(time - heard["start"], voice, velocity) for voice, velocity, time in heard["strikes"]]
    again = [(max(0.0, each.seconds), each.voice, each.velocity) for each in performance.strikes]
    for voice in range(8):
        found = np.array(sorted((time, velocity) for time, row, velocity in struck if row == voice and time < end))
        wanted = np.array(sorted((time, velocity) for time, row, velocity in again if row == voice and time < end))
        assert found.shape == wanted.shape
        if len(found):
            assert np.abs(found[:, 0] - wanted[:, 0]).max() < SAMPLE
            np.testing.assert_allclose(found[:, 1], wanted[:, 1], atol=1e-6)
    assert len(again) > 20
    two.get_by_role("button", name="Undo").click()
    assert song(two) == []


def test_the_last_bars_are_kept_as_files(two: Page, tmp_path: Path) -> None:
    play(two)
    two.wait_for_function("clave.memory.count.value >= 2")
    two.get_by_role("button", name="Stop").click()

    def saved(act: str, ending: str = "as a loop", bars: str = "2") -> Path:
        two.get_by_role("button", name="Keep last bars").click()
        panel = two.get_by_role("group", name="Keep last bars")
        panel.get_by_role("combobox", name="How many bars").select_option(bars)
        panel.get_by_role("button", name=ending).click()
        with two.expect_download() as download:
            panel.get_by_role("button", name=act).click()
        path = tmp_path / f"{ending}-{download.value.suggested_filename}"
        download.value.save_as(path)
        return path

    bars = clave.midi.read(saved("As a MIDI file")).patterns
    strokes = two.evaluate("clave.memory.last(2).map(bar => bar.strokes.length)")
    assert [int(bar.hits.sum()) for bar in bars] == strokes
    loop = clave.wav.read(saved("As a WAV file"))
    seconds = two.evaluate("clave.memory.last(2).reduce((sum, bar) => sum + bar.seconds, 0)")
    assert len(loop.samples) == round(seconds * 44_100)
    tail = clave.wav.read(saved("As a WAV file", "with its tail"))
    assert len(tail.samples) == len(loop.samples) + 4 * 44_100
    with zipfile.ZipFile(saved("As stems")) as stems:
        (tmp_path / "stems").mkdir()
        stems.extractall(tmp_path / "stems")
        clips = [clave.wav.read(tmp_path / "stems" / name).samples for name in stems.namelist()]
    assert {len(clip) for clip in clips} == {len(loop.samples)}
    assert np.corrcoef(np.sum(clips, axis=0), loop.samples)[0, 1] > 0.97  # each goes through drive and glue alone


def test_a_recorded_drag_is_heard_again(opened: Page) -> None:
    click_map(opened, -1.0, 0.0)
    opened.get_by_label("Tempo in beats per minute").fill("160")
    opened.get_by_role("combobox", name="Length of the recording").select_option("1")
    opened.get_by_role("button", name="Record moves").click()
    opened.wait_for_function("clave.recording.state.value === 'on'")
    box = opened.get_by_role("application", name="Rhythm map").bounding_box()
    assert box
    opened.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    opened.mouse.down()
    for part in range(20):
        opened.mouse.move(box["x"] + box["width"] * (0.4 + part / 100), box["y"] + box["height"] / 2)
        opened.wait_for_timeout(30)
    opened.mouse.up()
    opened.get_by_role("button", name="Recording: press to end it").click()
    expect(opened.get_by_role("status").filter(has_text="the moves come back every bar")).to_be_visible()
    automation = {each["parameter"]: each for each in opened.evaluate("clave.store.scene.value.automations")}
    assert automation["map.x"]["loop_bars"] == 1
    assert automation["map.x"]["quantum"] == "step"
    assert len(automation["map.x"]["breakpoints"]) > 8
    opened.wait_for_function("!clave.store.waiting.value")
    moving = set()
    for _ in range(30):
        moving.add(round(opened.evaluate("clave.store.shownPoint.value[0]"), 2))
        opened.wait_for_timeout(40)
    assert len(moving) > 5  # the ring goes along
    live = [(s["voice"], s["at"]) for s in opened.evaluate("clave.store.score.value.bar(7).strokes")]
    planned = [(strike.voice, strike.step) for strike in performed(opened, 8).strikes if strike.bar == 7]
    assert sorted(live) == sorted(planned)
    opened.get_by_role("button", name="Undo").click()
    assert opened.evaluate("clave.store.scene.value.automations") == []


def test_a_scene_whose_kit_is_not_here_says_so_and_the_rest_plays(opened: Page) -> None:
    keep(opened, 1)
    opened.evaluate(
        """() => {
            const { store } = clave;
            const [scene] = store.project.value.scenes;
            const gone = { from: "factory", kit: "gone", point: null };
            const kit = { name: "gone", voices: scene.kit.voices.map(voice => ({ ...voice, ...gone })) };
            store.change("another kit", { ...store.project.value, scenes: [{ ...scene, kit }] });
        }"""
    )
    expect(tile(opened, 1)).to_contain_text("the kit “gone” is not here")
    tile(opened, 1).click()
    opened.wait_for_function("clave.store.position.value > 0")
    opened.wait_for_function("clave.store.kitBuffers.value.every(buffer => buffer !== null)")
    loudest = "sound.getChannelData(0).reduce((a, b) => Math.max(a, b))"
    assert opened.evaluate(f"clave.renderOffline().then(sound => {loudest})") > 0.05


@pytest.mark.parametrize("look", ["dark", "light"])
def test_axe_finds_no_violation_in_scenes_and_song(two: Page, look: str) -> None:
    two.emulate_media(color_scheme=look)  # type: ignore[arg-type]
    more(two, 1, "Add to the song")
    more(two, 2, "Add to the song")
    assert violations(two) == []
    two.get_by_role("button", name="More of scene 1").click()
    assert violations(two) == []
    two.keyboard.press("Escape")
    two.get_by_role("button", name="Part 1, scene 1").click()
    assert violations(two) == []
