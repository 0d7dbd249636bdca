"""What one can do with the bar in the grid: humanise it, fill in the rest around what stays, tap one.

The server's part is played by a simple drummer, so that these tests hold whichever space is shipped.
"""

import json
import re
from typing import Any

import pytest
from hands import LOOKS, NARROW, click_map, focus_by_tab, hold_row, lies_here, pressed, shown, violations
from playwright.sync_api import Locator, Page, Route, expect

Bar = dict[str, Any]
Asked = dict[str, Any]
STEPS = 64


def humanised(pattern: Bar, asked: Asked) -> Bar:
    """Every stroke as late as was requested; like another bar: as early."""
    late = asked["amount"] * (-1 if asked["like"] else 1)
    return {**pattern, "strokes": [[*stroke[:3], late] for stroke in pattern["strokes"]]}


def completed(pattern: Bar, asked: Asked) -> Bar:
    """What is kept, and the "other" voice on every 16th that is not."""
    kept = {(voice, first + n) for voice, first, steps in asked["keep"] for n in range(steps)}
    strokes = [stroke for stroke in pattern["strokes"] if tuple(stroke[:2]) in kept]
    rest = [[7, step, 0.5, 0] for step in range(0, STEPS, 4) if (7, step) not in kept]
    return {**pattern, "strokes": strokes + rest}


def tapped(pattern: Bar, asked: Asked) -> Bar:
    """A kick where each tap was."""
    strokes = [[0, round(position / 4) * 4 % STEPS, velocity, 0] for position, velocity in asked["taps"]]
    return {"meter": pattern["meter"], "strokes": strokes}


def rewritten(pattern: Bar, asked: Asked) -> Bar:
    """The cells as they were written by hand."""
    written = {tuple(cell[:2]) for cell in asked["cells"]}
    others = [stroke for stroke in pattern["strokes"] if tuple(stroke[:2]) not in written]
    return {**pattern, "strokes": others + [cell for cell in asked["cells"] if cell[2] > 0]}


DONE = {"humanise": humanised, "complete": completed, "taps": tapped, "cells": rewritten}


@pytest.fixture
def drummer(page: Page) -> list[Asked]:
    """The last operation on each bar that was requested; the server makes the bars that they begin with."""
    asked: list[Asked] = []

    def answer(route: Route) -> None:
        wanted = json.loads(route.request.post_data or "")["bars"]
        bases = [each.get("base", each) for each in wanted]
        reply = route.fetch(post_data=json.dumps({"bars": bases})).json()
        for n, each in enumerate(wanted):
            base = reply["patterns"][n]
            for operation in each.get("operations", []):
                reply["patterns"][n] = DONE[operation["kind"]](reply["patterns"][n], operation)
            if each.get("operations"):
                asked.append({**each["operations"][-1], "base": base})
        route.fulfill(json=reply)

    page.route("**/api/bars", answer)
    return asked


@pytest.fixture(autouse=True)
def no_ground(page: Page) -> None:
    """The ground of the map does not matter here."""
    page.route(
        "**/api/map/ground", lambda route: route.fulfill(json={"size": 2, "span": 3, "distance": [0] * 4, "styles": {}})
    )


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def middle(page: Page, voice: int, cell: int) -> tuple[float, float]:
    """Of a cell of the grid, in pixels."""
    box = page.locator(f'[data-voice="{voice}"][data-cell="{cell}"]').bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_bar_is_humanised_as_far_as_the_slider_says_and_undone(drummer: list[Any], opened: Page) -> None:
    lies_here(opened)
    before = shown(opened)
    slider = opened.get_by_role("slider", name="humanise")
    slider.fill("0.25")
    slider.fill("0.75")
    opened.wait_for_function("clave.store.shown.value.strokes.every(stroke => stroke[3] === 0.75)")
    assert all(asked["base"] == before for asked in drummer)
    expect(slider).to_have_attribute("aria-valuetext", "75 %")
    opened.get_by_text("edited by hand").wait_for()
    opened.keyboard.press("Control+z")
    assert shown(opened) == before
    expect(slider).to_have_attribute("aria-valuetext", "as it is")


def test_another_take_and_the_feel_of_a_slot(drummer: list[Any], opened: Page) -> None:
    click_map(opened, 0.3, 0.3)
    button(opened, "Another take").click()
    opened.wait_for_function("clave.store.shown.value.strokes.every(stroke => stroke[3] === 0.6)")
    opened.keyboard.press("h")
    opened.wait_for_function("clave.store.history.value.past.length > 2")
    assert drummer[0]["seed"] != drummer[1]["seed"]
    opened.keyboard.press("Shift+Digit2")
    click_map(opened, -0.5, 0.5)
    opened.get_by_role("combobox", name="Humanise like").select_option("scene 2")
    opened.wait_for_function("clave.store.shown.value.strokes.every(stroke => stroke[3] === -0.6)")
    assert drummer[-1]["like"]["operations"][-1]["seed"] == drummer[1]["seed"]


def test_the_rest_is_filled_in_around_a_row_a_beat_and_marked_cells(drummer: list[Any], opened: Page) -> None:
    lies_here(opened)
    before = pressed(opened)
    button(opened, "Fill in the rest").click()
    expect(opened.get_by_role("status").filter(has_text="Mark what stays")).to_be_visible()
    hold_row(opened, "kick").click()
    button(opened, "Beat 1 stays").click()
    first, last = middle(opened, 1, 8), middle(opened, 2, 11)
    opened.keyboard.down("Shift")
    opened.mouse.move(*first)
    opened.mouse.down()
    opened.mouse.move(*last, steps=6)
    opened.mouse.up()
    opened.keyboard.up("Shift")
    assert pressed(opened) == before  # neither struck nor cleared
    stays = {(0, cell) for cell in range(16)} | {(voice, cell) for voice in range(8) for cell in range(4)}
    stays |= {(voice, cell) for voice in (1, 2) for cell in range(8, 12)}
    button(opened, "Fill in the rest").click()
    opened.wait_for_function("clave.store.shown.value.strokes.some(stroke => stroke[0] === 7 && stroke[1] === 60)")
    kept = {(voice, step // 4) for voice, first, steps in drummer[0]["keep"] for step in range(first, first + steps)}
    assert kept == stays
    assert pressed(opened) == (before & stays) | {(7, cell) for cell in range(4, 16)}
    button(opened, "Nothing stays").click()
    expect(button(opened, "Nothing stays")).to_have_count(0)
    assert pressed(opened) == (before & stays) | {(7, cell) for cell in range(4, 16)}
    opened.keyboard.press("Control+z")  # the row is held again
    opened.keyboard.press("Control+z")
    assert pressed(opened) == before


def test_what_stays_by_keys(drummer: list[Any], opened: Page) -> None:
    lies_here(opened)
    keys = opened.keyboard
    at = opened.locator("[data-cell]:focus")
    focus_by_tab(opened, lambda name: name.startswith("Kick, step 1,"))
    keys.press("ArrowDown")
    expect(at).to_have_attribute("aria-label", re.compile(r"^Snare, step 1,"))
    keys.press("k")
    expect(at).to_have_attribute("aria-label", re.compile(r"^Snare, step 1, .*, stays$"))
    keys.press("ArrowDown")
    expect(at).to_have_attribute("aria-label", re.compile(r"^Closed hi-hat, step 1,"))
    keys.press("Shift+K")
    expect(hold_row(opened, "closed hi-hat")).to_have_attribute("aria-pressed", "true")
    keys.press("f")
    opened.wait_for_function("clave.store.shown.value.strokes.some(stroke => stroke[0] === 7)")
    assert sorted(drummer[0]["keep"]) == [[1, 0, 4], [2, 0, 64]]


def test_what_the_space_cannot_is_said(opened: Page, page: Page) -> None:
    lies_here(opened)
    page.route("**/api/bars", lambda route: route.fulfill(status=200, json={"patron": None}))
    button(opened, "Another take").click()
    expect(opened.get_by_role("alert")).to_be_visible()


def tap_at(page: Page, positions: list[float]) -> None:
    """Taps at these steps from the next bar line on, as a steady hand does it: with the clock of the audio."""
    page.evaluate(
        """async positions => {
            const pad = document.querySelector(".tap-pad");
            const store = clave.store;
            const millis = 60_000 / store.scene.value.tempo[0].tempo_bpm / 16;
            while (!(store.position.value < 8)) await new Promise(requestAnimationFrame);
            while (store.position.value < 40) await new Promise(requestAnimationFrame);
            const start = performance.now() + (64 - store.position.value) * millis;
            for (const position of positions) {
                while (performance.now() < start + position * millis) await new Promise(done => setTimeout(done, 1));
                pad.dispatchEvent(new PointerEvent("pointerdown", { button: 0, pointerType: "mouse", bubbles: true }));
            }
        }""",
        positions,
    )


def test_taps_over_two_bars_become_one(drummer: list[Any], opened: Page) -> None:
    lies_here(opened)
    opened.evaluate("clave.actions.set('tempo', { tempoBpm: 160 })")
    button(opened, "Tap a rhythm").click()
    opened.wait_for_function("clave.store.position.value > 0")
    assert opened.evaluate("clave.store.heard.value.bar.pattern.strokes") == []  # only the click
    rhythm = [0, 12, 24, 40, 56]
    tap_at(opened, [*rhythm, *(STEPS + each for each in rhythm)])
    expect(opened.get_by_text("10 taps in 2 bars")).to_be_visible()
    expect(opened.locator(".tap.is-folded")).to_have_count(5)
    button(opened, "Make a bar").click()
    opened.wait_for_function("clave.store.shown.value.strokes.length === 5")
    assert len(drummer[0]["taps"]) == 5
    for (position, _), wanted in zip(drummer[0]["taps"], rhythm, strict=True):
        assert abs((position - wanted + 32) % STEPS - 32) < 1.5  # 35 ms: a busy computer's hand
    assert pressed(opened) == {(0, step // 4) for step in rhythm}
    opened.get_by_role("group", name="Tap to").get_by_role("button", name="loop", pressed=True).wait_for()
    button(opened, "Done").click()
    expect(button(opened, "Tap a rhythm")).to_be_visible()


def test_tapping_by_keys(drummer: list[Any], opened: Page) -> None:
    lies_here(opened)
    keys = opened.keyboard
    keys.press("j")
    opened.wait_for_function("clave.store.position.value > 0")
    keys.press("j")
    expect(opened.locator(".tap-pad")).to_be_focused()
    keys.press("Space")
    opened.wait_for_function("clave.store.bar.taps.value.length === 2 && clave.store.playing.value")
    keys.press("Backspace")
    opened.wait_for_function("clave.store.bar.taps.value.length === 0")
    keys.press("Space")
    keys.press("Enter")
    opened.wait_for_function("clave.store.shown.value.strokes.length === 1")
    keys.press("Escape")
    expect(button(opened, "Tap a rhythm")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation_with_the_bar_in_hand(drummer: list[Any], opened: Page, look: str) -> None:
    lies_here(opened)
    hold_row(opened, "kick").click()
    button(opened, "Beat 2 stays").click()
    button(opened, "Another take").click()
    opened.wait_for_function("clave.store.scene.value.bars[0].kind === 'edited'")
    assert violations(opened) == []
    button(opened, "Tap a rhythm").click()
    opened.keyboard.press("j")
    assert violations(opened) == []


@pytest.mark.browser_context_args(viewport=NARROW)
def test_the_bar_in_hand_fits_a_narrow_page(opened: Page) -> None:
    lies_here(opened)
    hold_row(opened, "kick").click()
    tools = opened.get_by_role("group", name="The bar in hand")
    for _ in range(2):
        assert opened.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert tools.evaluate("each => each.scrollWidth <= each.clientWidth")
        if button(opened, "Tap a rhythm").count():
            button(opened, "Tap a rhythm").click()
