"""The map as the stage: it zooms and pans and names styles; prompts, pads, holds, and what keys and fingers reach."""

import json
from typing import Any

import numpy as np
import pytest
from hands import NARROW, click_map, hold_row, lies_here, opened_drawer, place_on_map, pressed, shown, violations
from playwright.sync_api import Browser, Page, expect

MOST_TAB_STOPS = 25
PHONE = {"viewport": NARROW, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}


def zoom(page: Page) -> float:
    return page.evaluate("clave.store.view.value.zoom")


def names(page: Page) -> list[str]:
    return page.get_by_role("list", name="Styles", exact=True).get_by_role("button").all_text_contents()


def row(page: Page, voice: int) -> list[Any]:
    return sorted(stroke for stroke in shown(page)["strokes"] if stroke[0] == voice)


def test_the_wheel_zooms_about_the_pointer_and_shows_more_names_and_single_bars(opened: Page) -> None:
    opened.wait_for_function("clave.store.ground.value")
    at_home = names(opened)
    assert 5 <= len(at_home) <= 10
    expect(opened.locator("canvas.map-layer")).to_have_count(0)
    x, y = opened.evaluate(
        "clave.store.instrument.value.space.style_homes.find(({ style }) => style === 'salsa').point"
    )
    left, top = place_on_map(opened, x, y)
    opened.mouse.move(left, top)
    opened.mouse.wheel(0, -700)
    opened.wait_for_function("clave.store.view.value.zoom > 2.9")
    under = opened.evaluate("point => clave.store.projection.value.toPixel(point)", [x, y])
    box = opened.get_by_role("application", name="Rhythm map").bounding_box()
    assert box is not None
    np.testing.assert_allclose((under[0] + box["x"], under[1] + box["y"]), (left, top), atol=2.5)
    opened.mouse.wheel(0, -200)
    expect(opened.locator("canvas.map-layer")).to_have_count(1)
    assert set(names(opened)) - set(at_home), "names of smaller styles come from near by"


def test_keys_zoom_and_a_double_click_is_home(opened: Page) -> None:
    lies_here(opened)
    opened.get_by_role("application", name="Rhythm map").focus()
    opened.keyboard.press("+")
    opened.keyboard.press("+")
    assert zoom(opened) == 2.25
    opened.keyboard.press("-")
    assert zoom(opened) == 1.5
    opened.keyboard.press("0")
    assert zoom(opened) == 1
    opened.keyboard.press("+")
    opened.mouse.dblclick(*place_on_map(opened, 0.5, 0.5))
    assert zoom(opened) == 1


def test_the_middle_button_pans_and_plays_nothing(opened: Page) -> None:
    lies_here(opened)
    before, (across, up) = opened.evaluate("[clave.point(), clave.store.view.value.centre]")
    x, y = place_on_map(opened, across, up)
    opened.mouse.move(x, y)
    opened.mouse.down(button="middle")
    opened.mouse.move(x - 120, y - 60, steps=4)
    opened.mouse.up(button="middle")
    scale, centre = opened.evaluate("[clave.store.projection.value.scale, clave.store.view.value.centre]")
    np.testing.assert_allclose(centre, (across + 120 / scale, up - 60 / scale), atol=0.02)
    assert opened.evaluate("clave.point()") == before
    assert not opened.evaluate("clave.store.playing.value")


def test_a_name_leads_to_its_style_by_keys(opened: Page) -> None:
    opened.wait_for_function("clave.store.ground.value")
    styles = opened.get_by_role("list", name="Styles", exact=True)
    first = styles.get_by_role("button").first
    first.focus()
    opened.keyboard.press("ArrowRight")
    second = styles.get_by_role("button").nth(1)
    expect(second).to_be_focused()
    before = opened.evaluate("clave.point()")
    opened.keyboard.press("Enter")
    opened.wait_for_function("before => String(clave.point()) !== String(before)", arg=before)
    opened.wait_for_function("clave.store.playing.value")


def test_the_prompts_of_a_first_visit_are_followed_once(opened: Page) -> None:
    prompt = opened.locator(".map-hint")
    expect(prompt).to_contain_text("Click anywhere")
    click_map(opened, 0.2, 0.2)
    expect(prompt).to_contain_text("Drag")
    x, y = place_on_map(opened, -1.0, -0.9)
    opened.mouse.move(x, y)
    opened.mouse.down()
    opened.mouse.move(x + 50, y, steps=3)
    expect(prompt).to_contain_text("Hold the kick")
    opened.mouse.up()
    hold_row(opened, "kick").click()
    expect(prompt).to_have_count(0)
    opened.reload()
    opened.wait_for_function("clave.store.corpus.value")
    expect(prompt).to_have_count(0)


def test_a_held_row_and_strokes_by_hand_stay_wherever_one_goes(opened: Page) -> None:
    click_map(opened, 0.3, -0.4)
    kick = row(opened, 0)
    assert kick
    hold_row(opened, "kick").click()
    free = next(cell for cell in range(16) if (7, cell) not in pressed(opened))
    opened.locator(f'[data-voice="7"][data-cell="{free}"]').click()
    for there in ((-1.5, 0.6), (1.4, 0.5)):
        opened.mouse.click(*place_on_map(opened, *there))
        opened.wait_for_function("!clave.store.waiting.value")
        assert row(opened, 0) == kick
        assert (7, free) in pressed(opened)
    opened_drawer(opened, "Style").get_by_role("combobox", name="style").select_option("funk")
    opened.wait_for_function("!clave.store.waiting.value")
    assert row(opened, 0) == kick
    opened.get_by_role("button", name="Surprise me").click()
    opened.wait_for_function("clave.store.history.value.present.label === 'surprise' && !clave.store.waiting.value")
    assert row(opened, 0) == kick
    assert (7, free) in pressed(opened)
    expect(hold_row(opened, "kick")).to_have_text("held")
    expect(opened.get_by_text("1 stroke by hand")).to_be_visible()
    opened.get_by_role("button", name="release", exact=True).click()
    opened.wait_for_function("!clave.store.waiting.value")
    hold_row(opened, "kick").click()
    assert opened.evaluate("clave.store.scene.value.bars.every(({ kind }) => kind === 'generated')")
    assert pressed(opened) == lies_here(opened)


def test_the_pads_play_by_touch_place_and_keys(opened: Page) -> None:
    struck: list[Any] = []
    opened.expose_function("struck", lambda voice, velocity: struck.append((voice, round(velocity, 1))))
    opened.get_by_role("button", name="Perform", exact=True).click()
    opened.evaluate("() => { clave.player.audition = async (voice, velocity = 0.8) => struck(voice, velocity) }")
    pad = opened.get_by_role("region", name="Pads").get_by_role("button", name="Snare")
    box = pad.bounding_box()
    assert box is not None
    for share in (0.02, 0.98):
        opened.mouse.click(box["x"] + box["width"] / 2, box["y"] + share * box["height"])
    opened.keyboard.press("q")
    opened.keyboard.press("Shift+F")
    assert struck == [(1, 1.0), (1, 0.3), (0, 0.8), (7, 1)]
    assert violations(opened) == []
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("region", name="Voices")).to_be_visible()


def test_few_tab_stops_reach_every_panel(opened: Page) -> None:
    lies_here(opened)
    stops: list[str] = []
    for _ in range(60):
        opened.keyboard.press("Tab")
        name = opened.evaluate(
            """(() => {
                const at = document.activeElement;
                return at === document.body ? null : (at.getAttribute("aria-label") ?? at.textContent);
            })()"""
        )
        if name is None:
            break
        stops.append(name)
    assert len(stops) <= MOST_TAB_STOPS, stops


@pytest.fixture
def phone(browser: Browser, instrument: str) -> Any:
    with browser.new_context(**PHONE) as context:
        page = context.new_page()
        page.goto(instrument)
        page.wait_for_function("clave.store.corpus.value && clave.store.kitBuffers.value.length === 8")
        yield page


def swipe(page: Page, x: float, y: float, by: float) -> None:
    """A finger's swipe up the page, as the system sends it."""
    session = page.context.new_cdp_session(page)
    session.send("Input.synthesizeScrollGesture", {"x": x, "y": y, "yDistance": -by, "speed": 800})


def test_on_a_phone_a_swipe_scrolls_and_a_tap_edits(phone: Page) -> None:
    lies_here(phone)
    before = shown(phone)["strokes"]
    cell = phone.locator('[data-voice="2"][data-cell="5"]')
    box = cell.bounding_box()
    assert box is not None
    swipe(phone, box["x"] + box["width"] / 2, box["y"] + 20, 150)
    phone.wait_for_function("document.querySelector('.voice-sheet').scrollTop > 60")
    assert shown(phone)["strokes"] == before
    struck = (2, 5) in pressed(phone)
    cell.tap()
    assert ((2, 5) in pressed(phone)) != struck


def test_on_a_phone_sixteen_cells_and_the_transport_are_in_sight(phone: Page) -> None:
    lies_here(phone)
    for name in ("Play", "Keep in scene 1"):
        box = phone.get_by_role("button", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= NARROW["height"]
        assert min(box["width"], box["height"]) >= 44
    boxes = phone.locator('[data-voice="0"][data-cell]').evaluate_all(
        "cells => cells.map(cell => [cell.getBoundingClientRect().left, cell.getBoundingClientRect().right])"
    )
    assert len(boxes) == 16
    assert boxes[0][0] >= 0
    assert boxes[-1][1] <= NARROW["width"]


SMALL_TARGETS = """() => {
    const FINGER = 43.5;
    const targets = "button, select, input, summary, a[href], [role=slider], [role=option]";
    const isSmall = target => {
        if (target.closest(".cells, .skip, .unseen")) return false;
        if (!target.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
        const label = target.closest("label");
        const { left, top, width, height } = (label ?? target).getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        const isOwn = (x, y) => {
            const there = document.elementFromPoint(x, y);
            return there !== null && (target.contains(there) || label?.contains(there));
        };
        const reach = (dx, dy) => {
            let pixels = 0;
            while (pixels < 22 && isOwn(x + dx * (pixels + 1), y + dy * (pixels + 1))) pixels += 1;
            return pixels;
        };
        const inSight = [top + 1, y, top + height - 1].every(each => isOwn(x, each)); // all of it
        const [across, down] = [reach(1, 0) + reach(-1, 0) + 1, reach(0, 1) + reach(0, -1) + 1];
        return inSight && (Math.max(width, across) < FINGER || Math.max(height, down) < FINGER);
    };
    const said = target => `${target.className} ${target.getAttribute("aria-label") ?? target.textContent}`;
    return [...document.querySelectorAll(targets)].filter(isSmall).map(said);
}"""
VIEWS = {
    "the instrument": "{}",
    **{f"{name}": f"clave.store.drawer.value = '{name}'" for name in (
        "MIDI out", "Kits", "Shape", "About this bar", "Style", "Path", "Your material")},
    "an opened voice": "clave.store.openVoice.value = 1",
    "a sound": "clave.store.sounds.opened.value = 1",
    "help": "clave.store.helping.value = true",
    "performing": "clave.store.performing.value = true",
}  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_on_a_phone_whatever_is_pressed_is_as_large_as_a_finger(phone: Page, view: str) -> None:
    lies_here(phone)
    phone.evaluate(f"clave.scenes.keep(0); {VIEWS[view]}")
    phone.wait_for_timeout(300)
    assert phone.evaluate(SMALL_TARGETS) == []  # cells aside: sixteen of them are in sight


@pytest.mark.browser_context_args(forced_colors="active", color_scheme="dark")
def test_forced_colours_show_cells_sliders_and_strokes(opened: Page) -> None:
    click_map(opened, 0.3, -0.4)
    voice, step, _, _ = max(shown(opened)["strokes"], key=lambda stroke: stroke[2])  # a soft one is hardly seen
    cell = step // 4
    inked = opened.locator(f'[data-voice="{voice}"][data-cell="{cell}"]').evaluate(
        """button => {
            const canvas = button.closest(".row-cells").querySelector("canvas");
            const [own, all] = [button.getBoundingClientRect(), canvas.getBoundingClientRect()];
            const at = [own.x - all.x, own.y + own.height - 3 - all.y].map(Math.round);
            return [...canvas.getContext("2d").getImageData(...at, Math.round(own.width), 1).data];
        }"""
    )  # all along the cell: a stroke may lie off its middle
    assert np.reshape(inked, (-1, 4))[:, :3].min(axis=1).max() > 120, "a stroke has the colour of text"
    edges = opened.evaluate(
        """() => ["[data-cell]", ".play", ".voice-pad", ".hold"].map(each =>
            getComputedStyle(document.querySelector(each)).borderTopWidth)"""
    )
    assert json.dumps(edges) == json.dumps(["1px"] * 4)
    assert violations(opened) == []
