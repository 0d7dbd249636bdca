"""What one asks of the rhythm besides its place: style, meter, fills, phrases, and how it is played.

The server's part is played by a simple drummer, so that these tests hold whichever space is shipped.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import soundfile
from hands import LOOKS, NARROW, from_menu, opened_drawer, shown, violations
from playwright.sync_api import Locator, Page, Route, expect

from clave import midi

Asked = dict[str, Any]
METERS = [[4, 4], [3, 4], [6, 8], [5, 4]]
DIRECTIONS = ["density", "syncopation", "swing", "loudness"]


def bar(asked: Asked, *, fill: bool, first: int = 0) -> dict[str, Any]:
    """Hats on every 16th and a kick on the 16th `first`; a fill is toms."""
    beats, unit = asked["meter"]
    steps = range(0, 64 * beats // unit, 4)
    strokes = [[4 if fill else 2, step, 0.5, 0] for step in steps] + [[0, 4 * first, 0.9, 0]]
    return {"meter": asked["meter"], "strokes": strokes}


def made(wanted: Asked) -> dict[str, Any]:
    """A generated bar: the bars of a phrase have their kick on different 16ths; what is louder is as loud as can be."""
    asked, phrase = wanted["settings"], wanted["phrase"]
    if phrase is None:
        played = bar(asked, fill=asked["section"] == "fill")
    else:
        last = phrase["index"] == phrase["bars"] - 1
        played = bar(asked, fill=phrase["fill"] and last, first=phrase["index"])
    if asked["shift"]["loudness"]:
        played["strokes"] = [[*stroke[:2], 1, stroke[3]] for stroke in played["strokes"]]
    return played


@pytest.fixture
def drummer(page: Page) -> list[Asked]:
    """The settings of the bars that were requested, oldest first."""
    asked: list[Asked] = []

    def play(route: Route) -> None:
        wanted = json.loads(route.request.post_data or "")["bars"]
        asked.extend(each["settings"] for each in wanted)
        route.fulfill(json={"patterns": [made(each) for each in wanted]})

    def instrument(route: Route) -> None:
        told = route.fetch().json()
        route.fulfill(json={**told, "space": {**told["space"], "meters": METERS, "directions": DIRECTIONS}})

    ground = {"size": 2, "span": 3, "distance": [0] * 4, "styles": {}}
    page.route("**/api/map/ground", lambda route: route.fulfill(json=ground))
    page.route("**/api/instrument", instrument)
    page.route("**/api/bars", play)
    return asked


@pytest.fixture
def ready(drummer: list[Asked], opened: Page) -> Page:
    """The page, with the first bar of the drummer in it."""
    assert drummer is not None
    opened.wait_for_function("clave.store.shown.value.strokes.length > 0")
    return opened


def combobox(page: Page, name: str) -> Locator:
    """In the drawer where it stands, opened."""
    if name in ("Meter", "Fills", "Length of the loop"):
        opened_drawer(page, "Shape")
    elif "style" in name.lower():
        opened_drawer(page, "Style")
    return page.get_by_role("combobox", name=name, exact=True)


def round_of(page: Page) -> list[dict[str, Any]]:
    return page.evaluate("clave.heardBars()")


def test_two_styles_are_blended_in_shares_that_the_link_keeps(ready: Page, drummer: list[Asked]) -> None:
    styles: list[str] = ready.evaluate("clave.store.instrument.value.space.styles")
    first, second, third = styles[:3]
    combobox(ready, "style").select_option(first)
    combobox(ready, "Blend with another style").select_option(second)
    ready.get_by_role("slider", name=f"Share of {second}").fill("0.6")
    ready.wait_for_function("!clave.store.waiting.value && clave.store.shown.value.strokes.length > 0")
    ready.wait_for_function("location.hash.includes('s=60+') && location.hash.includes('s=40+')")
    assert drummer[-1]["style"] == {first: 0.4, second: 0.6}
    ready.reload()
    opened_drawer(ready, "Style")
    expect(ready.get_by_role("slider", name=f"Share of {first}")).to_have_attribute("aria-valuetext", "40 %")
    combobox(ready, "Blend with another style").select_option(third)
    expect(combobox(ready, "Blend with another style")).to_have_count(0)
    ready.get_by_role("button", name="Undo").click()
    combobox(ready, "Style 1").select_option(f"without {first}")
    expect(combobox(ready, "style")).to_have_value(second)


@pytest.mark.parametrize(
    ("meter", "cells", "beats"),
    [("3/4", 12, [0, 4, 8]), ("6/8", 12, [0, 6]), ("5/4", 20, [0, 4, 8, 12, 16]), ("4/4", 16, [0, 4, 8, 12])],
)
def test_the_grid_and_the_files_follow_the_meter(
    ready: Page, tmp_path: Path, meter: str, cells: int, beats: list[int]
) -> None:
    combobox(ready, "Meter").select_option(meter)
    row = ready.locator('[data-voice="0"][data-cell]')
    expect(row).to_have_count(cells)
    expect(ready.locator(".beat")).to_have_count(len(beats))
    spans = ready.locator(".beat").evaluate_all("all => all.map(({ style }) => Number(style.gridColumnEnd.slice(5)))")
    assert [sum(spans[:beat]) for beat in range(len(spans))] == beats
    assert sum(spans) == cells
    assert shown(ready)["meter"] == [int(part) for part in meter.split("/")]
    with ready.expect_download() as file:
        from_menu(ready, "Export", "Save MIDI")
    file.value.save_as(tmp_path / "groove.mid")
    assert [f"{b}/{u}" for b, u in {pattern.meter for pattern in midi.read(tmp_path / "groove.mid").patterns}] == [
        meter
    ]
    with ready.expect_download() as file:
        from_menu(ready, "Export", "Save WAV")
    file.value.save_as(tmp_path / "groove.wav")
    samples, rate = soundfile.read(tmp_path / "groove.wav")
    tempo = ready.evaluate("clave.store.scene.value.tempo[0].tempo_bpm")
    assert len(samples) == round(cells / 4 * 60 / tempo * rate)


def test_another_meter_comes_at_the_next_bar_line(ready: Page) -> None:
    ready.get_by_label("Tempo in beats per minute").fill("120")
    combobox(ready, "changes apply").select_option("step")
    ready.get_by_role("button", name="Play", exact=True).click()
    ready.wait_for_function("clave.store.position.value > 4 && clave.store.position.value < 40")
    combobox(ready, "Meter").select_option("3/4")
    seen = ready.evaluate(
        """async () => {
            const seen = [];
            for (const end = performance.now() + 6000; performance.now() < end; ) {
                const { position, heard } = clave.store;
                seen.push([heard.value.bar.pattern.meter[0], position.value]);
                if (heard.value.bar.pattern.meter[0] === 3 && position.value > 24) break;
                await new Promise(requestAnimationFrame);
            }
            return seen;
        }"""
    )
    before = [position for beats, position in seen if beats == 4]
    after = [position for beats, position in seen if beats == 3]
    assert max(before) > 56  # the bar was played to its end
    assert min(after) < 12
    assert max(after) < 48


def test_a_fill_comes_in_every_fourth_bar(ready: Page, drummer: list[Asked]) -> None:
    combobox(ready, "Fills").select_option("4")
    ready.wait_for_function("!clave.store.waiting.value && clave.store.scene.value.fill_every > 0")
    assert drummer[-1]["section"] == "fill"
    ready.get_by_label("Tempo in beats per minute").fill("400")
    ready.get_by_role("button", name="Play", exact=True).click()
    order = ready.evaluate(
        """async () => {
            const bars = [];
            let before = 99;
            while (bars.length < 8) {
                await new Promise(requestAnimationFrame);
                const { position, heard } = clave.store;
                if (position.value === null) continue;
                if (position.value < before) bars.push(heard.value.bar.planned.address.fill);
                before = position.value;
            }
            return bars;
        }"""
    )
    assert order == [False, False, False, True] * 2
    assert [each["strokes"][0][0] for each in ready.evaluate("clave.heardBars()")] == [2, 2, 2, 4]
    ready.wait_for_function("location.hash.includes('f=4')")
    ready.get_by_role("button", name="Undo").click()  # the tempo
    ready.get_by_role("button", name="Undo").click()
    expect(combobox(ready, "Fills")).to_have_value("0")


def test_a_loop_of_four_bars_plays_one_after_the_other(ready: Page) -> None:
    combobox(ready, "Length of the loop").select_option("4")
    ready.wait_for_function("clave.heardBars().length === 4")
    assert [pattern["strokes"][-1][1] for pattern in round_of(ready)] == [0, 4, 8, 12]
    combobox(ready, "Fills").select_option("4")
    ready.wait_for_function("!clave.store.waiting.value && clave.store.scene.value.fill_every > 0")
    ready.get_by_role("button", name="Keep in scene 2").click()
    ready.get_by_label("Tempo in beats per minute").fill("400")
    ready.get_by_role("button", name="Play", exact=True).click()
    for number in (1, 2, 3, 4):
        ready.get_by_text(f"bar {number} of 4").wait_for()
    combobox(ready, "Length of the loop").select_option("1")
    ready.wait_for_function("clave.store.scene.value.bars.length === 1")
    ready.get_by_role("button", name="Play scene 2").click()
    assert len(round_of(ready)) == 4


def test_a_slider_moves_how_it_is_played_and_a_double_click_puts_it_back(ready: Page, drummer: list[Asked]) -> None:
    slider = opened_drawer(ready, "Shape").get_by_role("slider", name="swung playing")
    slider.fill("1.5")
    expect(slider).to_have_attribute("aria-valuetext", "+1.5")
    ready.wait_for_function("location.hash.includes('x=0,0,1.5')")
    assert drummer[-1]["shift"] == {"density": 0, "syncopation": 0, "swing": 1.5, "loudness": 0}
    assert ready.get_by_role("slider", name="density").count() == 1
    slider.dblclick()
    ready.wait_for_function("!location.hash.includes('x=')")
    expect(slider).to_have_attribute("aria-valuetext", "as it is")
    ready.get_by_role("slider", name="loudness").fill("2")
    combobox(ready, "Length of the loop").select_option("2")
    ready.wait_for_function("clave.heardBars().length === 2")
    assert {velocity for pattern in round_of(ready) for _, _, velocity, _ in pattern["strokes"]} == {1}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation(ready: Page, look: str) -> None:
    first, second, third = ready.evaluate("clave.store.instrument.value.space.styles")[:3]
    combobox(ready, "style").select_option(first)
    combobox(ready, "Blend with another style").select_option(second)
    combobox(ready, "Blend with another style").select_option(third)
    combobox(ready, "Meter").select_option("6/8")
    combobox(ready, "Length of the loop").select_option("4")
    ready.wait_for_function("clave.heardBars().length === 4")
    assert violations(ready) == []
    if look.startswith("360"):
        assert ready.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
