"""Style is a place: choosing one goes there, in its meter and at its tempo, and plays; one undo brings all back."""

from typing import Any

from hands import click_map, focus_by_tab, hold_row, lies_here, opened_drawer, shown, violations
from playwright.sync_api import Page, expect

KICK, QUARTERS = 0, {0, 16, 32, 48}


def state(page: Page) -> list[Any]:
    """Point, tempo, meter and style."""
    return page.evaluate(
        "(({ settings, tempo }) => [clave.point(), tempo[0].tempo_bpm, settings.meter, settings.style])"
        "(clave.store.scene.value)"
    )


def home(page: Page, style: str) -> dict[str, Any]:
    homes = page.evaluate("clave.store.instrument.value.space.style_homes")
    return next(each for each in homes if each["style"] == style)


def choose(page: Page, style: str, key: str = "Enter") -> None:
    """As one does by keyboard, in the list with search."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type(style)
    options = page.get_by_role("listbox", name="Styles to go to").get_by_role("option")
    expect(options.first).to_contain_text(style)
    page.keyboard.press(key)
    expect(options.first).to_be_hidden()


def heard_kicks(page: Page) -> set[int]:
    """The steps of the kick in the bar that sounds, once it is the one that is shown."""
    page.wait_for_function("clave.store.heard.value && !clave.store.waiting.value && !clave.store.pending.value")
    strokes = page.evaluate("clave.store.heard.value.bar.pattern.strokes")
    return {step for voice, step, *_ in strokes if voice == KICK}


def test_house_is_a_place_and_one_undo_brings_all_back(opened: Page) -> None:
    click_map(opened, 0.6, 0.5)
    opened.evaluate("clave.actions.set('tempo', { tempoBpm: 90 })")
    opened.evaluate("clave.store.settle()")
    before = state(opened)
    choose(opened, "house")
    lies_here(opened)
    there = home(opened, "house")
    assert state(opened) == [there["point"], there["tempo_bpm"], [4, 4], "house"]
    assert heard_kicks(opened) >= QUARTERS
    opened.evaluate("document.activeElement.blur()")
    opened.keyboard.press("Control+z")
    assert state(opened) == before


def test_a_style_without_bars_in_the_meter_offers_the_nearest_and_the_meter_stays(opened: Page) -> None:
    choose(opened, "samba")
    lies_here(opened)
    drawer = opened_drawer(opened, "Style")
    note = drawer.get_by_text("samba has no bars in 7/8")
    expect(note).to_have_count(0)
    opened.evaluate("clave.actions.changeSettings('meter', { meter: [7, 8] })")
    expect(note).to_be_visible()
    drawer.get_by_role("button", name="nearest: seven eight").click()
    expect(note).to_be_hidden()
    assert state(opened)[2:] == [[7, 8], "seven eight"]
    assert violations(opened) == []


def test_a_waltz_is_in_three(opened: Page) -> None:
    choose(opened, "waltz")
    lies_here(opened)
    assert shown(opened)["meter"] == [3, 4]
    assert state(opened)[1:3] == [home(opened, "waltz")["tempo_bpm"], [3, 4]]


def test_with_shift_it_blends_and_with_alt_one_stays(opened: Page) -> None:
    choose(opened, "house")
    point, tempo, meter, _ = state(opened)
    choose(opened, "samba", "Shift+Enter")
    assert state(opened) == [point, tempo, meter, {"house": 0.7, "samba": 0.3}]
    choose(opened, "waltz", "Alt+Enter")
    assert state(opened) == [point, tempo, meter, "waltz"]
    drawer = opened_drawer(opened, "Style")  # and today's way
    drawer.get_by_role("combobox", name="style", exact=True).select_option("rock")
    assert state(opened) == [point, tempo, meter, "rock"]


def test_what_is_held_and_written_by_hand_goes_along(opened: Page) -> None:
    click_map(opened, 0.05, -0.3)
    opened.evaluate(
        "clave.actions.edit('stroke', ({ meter, strokes }) =>"
        " ({ meter, strokes: [...strokes.filter(s => s[0] !== 4), [4, 20, 0.9, 0]] }))"
    )
    hold_row(opened, "kick").click()
    kicks = [stroke for stroke in shown(opened)["strokes"] if stroke[0] == KICK]
    assert kicks
    choose(opened, "techno")
    opened.wait_for_function("!clave.store.waiting.value")
    strokes = shown(opened)["strokes"]
    assert [stroke for stroke in strokes if stroke[0] == KICK] == kicks
    assert [4, 20] in [stroke[:2] for stroke in strokes]


def test_the_list_by_keyboard_and_for_screen_readers(opened: Page) -> None:
    focus_by_tab(opened, lambda name: name == "Go to a style")
    keys = opened.keyboard
    keys.press("ArrowDown")
    options = opened.get_by_role("listbox", name="Styles to go to").get_by_role("option")
    expect(options).to_have_count(len(opened.evaluate("clave.store.instrument.value.space.styles")))
    keys.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    active = opened.get_by_role("combobox", name="Go to a style").get_attribute("aria-activedescendant")
    assert active == options.nth(1).get_attribute("id")
    assert violations(opened) == []
    keys.press("Escape")
    expect(options.first).to_be_hidden()
    keys.type("xyz")
    expect(opened.get_by_text("No style is called xyz.")).to_be_attached()
    keys.press("Enter")  # nothing to go to
    keys.press("Escape")
    assert state(opened)[3] is None


def test_a_name_on_the_map_is_the_way_there(opened: Page) -> None:
    opened.wait_for_function("clave.store.ground.value")
    name = opened.get_by_role("list", name="Styles", exact=True).get_by_role("button").first
    style = name.text_content() or ""
    name.click()
    lies_here(opened)
    there = home(opened, style)
    assert state(opened) == [there["point"], there["tempo_bpm"], there["meter"], style]
    opened.wait_for_function("clave.store.playing.value")
