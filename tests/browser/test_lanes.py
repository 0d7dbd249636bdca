"""A voice's lane and what moves by itself, set by keys and by pointer: what is heard then is what the rules say."""

import json
from typing import Any

import pytest
from hands import LOOKS, click_map, open_voice, opened_drawer, violations
from playwright.sync_api import FloatRect, Locator, Page, expect

import clave
from clave.play.plan import Plan
from clave.play.project import Project, from_json

SNARE = 1
BAR = {"meter": [4, 4], "strokes": [[0, 0, 0.9, 0], [1, 16, 0.8, 0], [1, 48, 0.8, 0], [2, 8, 0.6, 0], [2, 24, 0.6, 0]]}


@pytest.fixture
def page_with_bar(opened: Page) -> Page:
    """A bar with two snares in the loop."""
    opened.evaluate(
        """pattern => {
            const { store } = clave;
            store.changeScene("bar", { ...store.scene.value, bars: [{ kind: "given", pattern, source: "" }] });
        }""",
        BAR,
    )
    return opened


def project_of(page: Page) -> Project:
    """What the page would save."""
    return from_json(json.dumps(page.evaluate("clave.store.project.value")))


def lane(page: Page) -> dict[str, Any]:
    return page.evaluate(f"clave.store.scene.value.lanes[{SNARE}]")


def struck(page: Page, bars: int) -> list[tuple[int, int, float, float]]:
    """Bar, voice, step and velocity of each stroke that the page queues in the first bars."""
    found = page.evaluate(
        """bars => Array.from({ length: bars }, (_, index) => clave.store.score.value.bar(index).strokes
            .map(({ voice, step, velocity, nudge }) => [index, voice, step, velocity, nudge])).flat()""",
        bars,
    )
    return sorted((bar, voice, step, round(velocity, 6)) for bar, voice, step, velocity, _ in found)


def rendered(page: Page, bars: int) -> list[tuple[int, int, int, float]]:
    """The same of the performance that `clave render` would write."""
    strikes = clave.perform(project_of(page), bars=bars).strikes
    return sorted((each.bar, each.voice, each.step, round(each.velocity, 6)) for each in strikes)


def cell(page: Page, voice: int) -> Locator:
    return page.locator(f'.cell-button[data-voice="{voice}"][data-cell="4"]')


def panel(page: Page) -> Locator:
    open_voice(page, "Snare")
    return page.get_by_role("group", name="Snare in hand")


def test_keys_on_a_row_change_what_is_heard(page_with_bar: Page) -> None:
    page = page_with_bar
    plain = struck(page, 8)
    assert len(plain) == 8 * 5
    cell(page, SNARE).focus()
    for key in ["Shift+P"] * 6 + ["c"] + ["i"] * 2 + ["v"] * 3 + ["n"] * 4 + ["Shift+L"] * 4:
        page.keyboard.press(key)
    assert lane(page)["probability"] == 0.7
    assert lane(page)["rounds"]["cycle"] == [False, True]
    assert (lane(page)["ratchet"], lane(page)["ratchet_rounds"]["cycle"]) == (3, [False, False, False, True])
    assert (lane(page)["nudge_ms"], lane(page)["loop_steps"]) == (4, 48)
    summary = page.get_by_role("button", name="Snare lane:")
    expect(summary).to_have_accessible_name(
        "Snare lane: 70 %, every 2nd round, \u00d7 3 every 4th round, 4 ms late, 12 steps"
    )
    after = struck(page, 12)
    assert 0 < len([each for each in after if each[1] == SNARE]) != 24
    assert after == rendered(page, 12)
    page.get_by_role("button", name="Undo").click()
    expect(summary).to_have_accessible_name("Snare lane: 70 %, every 2nd round, \u00d7 3 every 4th round, 4 ms late")


def test_the_panel_by_keys_alone(page_with_bar: Page) -> None:
    page = page_with_bar
    cell(page, SNARE).focus()
    page.keyboard.press("o")
    expect(page.get_by_role("slider", name="Snare density")).to_be_focused()
    page.keyboard.press("ArrowDown")
    chance = page.get_by_role("slider", name="Snare chance")
    expect(chance).to_be_focused()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(chance).to_have_attribute("aria-valuetext", "80 %")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="Snare density")).not_to_be_focused()  # all sliders are one tab stop
    chance.focus()
    page.keyboard.press("Enter")
    moves = page.get_by_role("dialog", name="Snare chance moves")
    expect(moves.get_by_role("button", name="off")).to_be_focused()
    moves.get_by_role("button", name="steps").press("Enter")
    moves.get_by_role("slider", name="Step 1", exact=True).focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert page.evaluate("clave.store.scene.value.modulations[0].values.slice(0, 3)") == [-0.8, -0.6, 0]
    page.keyboard.press("Escape")
    expect(moves).to_be_hidden()
    expect(chance).to_be_focused()
    expect(chance).to_have_attribute("aria-valuetext", "80 %, moves: steps, 2 bars")
    assert struck(page, 8) == rendered(page, 8)
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="Snare in hand")).to_be_hidden()
    expect(cell(page, SNARE)).to_be_focused()


def test_a_wave_by_pointer_is_heard_and_seen(page_with_bar: Page) -> None:
    page = page_with_bar
    page.evaluate("clave.actions.set('tempo', { tempoBpm: 200 })")
    own = panel(page)
    own.get_by_role("button", name="Snare nudge moves: stands still").click()
    moves = page.get_by_role("dialog", name="Snare nudge moves")
    moves.get_by_role("button", name="square").click()
    expect(own.get_by_text("square, 2 bars")).to_be_visible()
    moves.get_by_role("slider", name="how far").fill("20")
    nudges = page.evaluate(
        f"[0, 1, 2].map(bar => clave.store.score.value.bar(bar).strokes.find(each => each.voice === {SNARE}).nudge)"
    )
    assert nudges == [0.02, -0.02, 0.02]
    page.evaluate("clave.player.play()")
    expect(page.get_by_text("sound is on")).to_be_visible()
    dot = own.locator(".moving", has=page.get_by_role("slider", name="Snare nudge")).locator(".slider-now")
    handle = dot.element_handle()
    for bar, place in ((0, 0.7), (1, 0.3)):  # 20 ms late, then early, on a slider from -50 to 50
        page.wait_for_function(
            """([bar, dot, place]) => clave.store.heard.value?.index % 2 === bar
                && Math.abs(Number(dot.style.getPropertyValue("--now")) - place) < 1e-6""",
            arg=[bar, handle, place],
        )
    moves.get_by_role("button", name="Off: stand still").click()
    assert page.evaluate("clave.store.scene.value.modulations") == []
    expect(own.locator(".slider-now")).to_have_count(0)


def test_a_drag_over_a_word_of_the_row_changes_it(page_with_bar: Page) -> None:
    page = page_with_bar
    cell(page, SNARE).focus()
    page.keyboard.press("Shift+P")
    word = page.get_by_role("button", name="Snare lane:").get_by_text("95 %")
    box = word.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] - 61, box["y"] + 5, steps=6)  # 6 pixels a step of 5 %
    page.mouse.up()
    assert lane(page)["probability"] == 0.4
    expect(page.get_by_role("group", name="Snare in hand")).to_be_hidden()


def test_rounds_of_ones_own_are_switched_one_by_one(page_with_bar: Page) -> None:
    page = page_with_bar
    own = panel(page)
    own.get_by_role("combobox", name="Snare sounds").select_option("own rounds ...")
    rounds = own.get_by_role("group", name="Snare sounds")
    for _ in range(2):
        rounds.get_by_role("button", name="one round more").click()
    rounds.get_by_role("button", name="2nd of every 3 rounds").click()
    rounds.get_by_role("button", name="the first too").click()
    assert lane(page)["rounds"] == {"cycle": [True, False, True], "first": "never"}
    assert sorted({bar for bar, voice, _, _ in struck(page, 7) if voice == SNARE}) == [2, 3, 5, 6]
    assert struck(page, 7) == rendered(page, 7)


def pressed_on(curve: Locator) -> FloatRect:
    """Hold the pointer's button at the upper left of a curve, whose dialog may still be moving to where it fits."""
    for _ in range(10):
        curve.hover(position={"x": 1, "y": 1})
        curve.page.mouse.down()
        box = curve.bounding_box()
        if box and curve.page.evaluate("clave.store.scene.value.automations[0]?.breakpoints[0].value > 230"):
            return box
        curve.page.mouse.up()
    raise AssertionError("the curve was never under the pointer")


def test_a_curve_is_drawn_and_what_lies_out_of_range_is_refused_in_words(opened: Page) -> None:
    opened.get_by_role("spinbutton", name="Tempo in beats per minute").press("m")
    moves = opened.get_by_role("dialog", name="Tempo moves")
    moves.get_by_role("combobox", name="Tempo: drawn over").select_option("4 bars")
    curve = moves.get_by_role("group", name="Tempo: curve over 4 bars")
    box = pressed_on(curve)
    opened.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 1, steps=20)
    opened.mouse.up()
    opened.wait_for_function("clave.store.scene.value.automations[0]?.breakpoints.at(-1).value < 50")
    tempo = [bar.tempo.start_bpm for bar in Plan(project_of(opened)).bars(5)]
    assert tempo[0] > 230
    assert tempo[3] < 120
    assert tempo[4] == tempo[0]  # again and again
    assert opened.evaluate("[0, 1, 2, 3, 4].map(bar => clave.store.score.value.planned(bar).tempo.startBpm)") == tempo
    before = opened.evaluate("clave.store.scene.value.automations")
    typed = moves.get_by_role("spinbutton", name="Tempo at breakpoint 1")
    typed.fill("0")
    typed.press("Enter")
    expect(moves.get_by_role("alert")).to_have_text("Tempo lies between 20 bpm and 400 bpm: 0 is not taken.")
    assert opened.evaluate("clave.store.scene.value.automations") == before
    moves.get_by_role("slider", name="Breakpoint 1 of").press("Delete")
    assert (
        len(opened.evaluate("clave.store.scene.value.automations[0].breakpoints")) == len(before[0]["breakpoints"]) - 1
    )


def test_a_place_that_would_leave_the_map_is_kept_at_its_edge_and_that_is_said(opened: Page) -> None:
    click_map(opened, 0.3, 0.2)
    drawer = opened_drawer(opened, "Shape")
    drawer.get_by_role("slider", name="Place on the map, across").press("Enter")
    moves = opened.get_by_role("dialog", name="Place on the map, across moves")
    moves.get_by_role("button", name="square").click()
    expect(moves.get_by_text("leave the map")).to_be_hidden()
    moves.get_by_role("slider", name="how far").fill("3")
    moves.get_by_role("spinbutton", name="a round takes").fill("2")
    expect(moves.get_by_text("It would leave the map: it is kept within the map's edge.")).to_be_visible()
    opened.wait_for_function("!clave.store.waiting.value")
    opened.keyboard.press("Escape")
    opened.evaluate("clave.player.play()")
    for bar, x in ((0, 3), (1, opened.evaluate("clave.point()[0]") - 3)):
        opened.wait_for_function(
            "([bar, x]) => clave.store.heard.value?.index % 2 === bar && clave.store.shownPoint.value[0] === x",
            arg=[bar, max(x, -3)],
        )


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation_in_the_panel_and_in_what_moves(opened: Page, look: str) -> None:
    opened.evaluate("clave.store.openVoice.value = 1")
    opened.get_by_role("combobox", name="Snare sounds").select_option("own rounds ...")
    assert violations(opened) == []
    opened.get_by_role("slider", name="Snare chance").press("Enter")
    moves = opened.get_by_role("dialog", name="Snare chance moves")
    moves.get_by_role("button", name="steps").click()
    moves.get_by_role("combobox", name="drawn over").select_option("8 bars")
    assert violations(opened) == []
    for opened_part in (moves, opened.get_by_role("group", name="Snare in hand")):
        assert opened_part.evaluate(
            "box => box.scrollWidth <= box.clientWidth && box.getBoundingClientRect().right <= innerWidth"
        )
