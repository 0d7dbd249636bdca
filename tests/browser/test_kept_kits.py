"""Kits of one's own, driven as a person drives them: what was kept sounds the same when it is loaded."""

import re
from typing import Any

import numpy as np
import pytest
from hands import LOOKS, NARROW, focus_by_tab, hold_sound, lies_here, violations
from playwright.sync_api import Locator, Page, expect
from test_page import heard

from clave.audio.loudness import k_weighted_energy

Asked = dict[int, dict[str, Any]]


def ready(page: Page) -> None:
    """Wait until every voice has the sound it was last asked for."""
    page.wait_for_function("clave.store.kitBuffers.value.length === 8 && clave.store.sounds.coming.value.size === 0")


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Kits")


def open_sheet(page: Page) -> None:
    page.get_by_role("button", name="kit: keep, load").click()
    expect(sheet(page)).to_be_visible()


def keep(page: Page, name: str) -> None:
    """As it sounds now; the sheet is open."""
    ready(page)
    sheet(page).get_by_label("Name of the kit").fill(name)
    sheet(page).get_by_role("button", name="Keep").click()
    expect(page.locator(".notice")).to_contain_text(name)


def load(page: Page, name: str) -> None:
    sheet(page).get_by_role("button", name=re.compile(f"^Load {name}")).click()
    expect(page.locator(".notice")).to_contain_text(f"{name} is loaded")
    ready(page)


def draw_others(page: Page) -> None:
    """Eight other sounds."""
    before = sounds(page)
    page.get_by_role("button", name="Surprise me").click()
    page.wait_for_function(f"(those) => JSON.stringify({SOUNDING}) !== JSON.stringify(those)", arg=before)
    ready(page)


SOUNDING = (
    "clave.store.scene.value.kit.voices.map(({ from, point, detail, seed, tune }) => [from, point, detail, seed, tune])"
)


def sounds(page: Page) -> list[list[Any]]:
    return page.evaluate(SOUNDING)


def listed(page: Page) -> list[str]:
    return sheet(page).locator(".kept-name").all_text_contents()


def record(page: Page) -> Asked:
    """What the server is asked for from now on: the newest question of each voice."""
    asked: Asked = {}

    def note(request: Any) -> None:
        part = request.url.partition("/api/sounds/")[2]
        if request.method == "POST" and part.isdigit():
            asked[int(part)] = request.post_data_json

    page.on("request", note)
    return asked


def test_a_kit_is_kept_over_a_reload_and_asks_for_the_same_eight_sounds(opened: Page) -> None:
    asked = record(opened)
    draw_others(opened)
    first = dict(asked)
    assert sorted(first) == list(range(8))
    kept = sounds(opened)
    open_sheet(opened)
    keep(opened, "Bright 808")
    draw_others(opened)
    assert asked != first
    opened.wait_for_timeout(400)  # written a moment after the last change
    opened.evaluate("localStorage.clear(); sessionStorage.clear()")
    opened.goto(opened.url.partition("#")[0])
    opened.reload()
    ready(opened)
    asked.clear()
    open_sheet(opened)
    load(opened, "Bright 808")
    assert sounds(opened) == kept
    assert {voice: asked[voice] for voice in asked} == first
    expect(opened.get_by_label("Kit", exact=True).locator("option:checked")).to_have_text("Bright 808")


def test_the_list_at_the_top_loads_a_kept_kit_too(opened: Page) -> None:
    draw_others(opened)
    kept = sounds(opened)
    open_sheet(opened)
    keep(opened, "From the top")
    draw_others(opened)
    opened.get_by_label("Kit", exact=True).select_option("From the top")
    opened.wait_for_function(f"(those) => JSON.stringify({SOUNDING}) === JSON.stringify(those)", arg=kept)


def test_loading_is_one_step_of_undo(opened: Page) -> None:
    open_sheet(opened)
    keep(opened, "To undo")
    draw_others(opened)
    before = sounds(opened)
    load(opened, "To undo")
    assert sounds(opened) != before
    opened.get_by_role("button", name="Undo", exact=True).click()
    assert sounds(opened) == before


def test_versions_are_kept_and_each_can_be_loaded(opened: Page) -> None:
    ready(opened)
    first = sounds(opened)
    open_sheet(opened)
    keep(opened, "Grown")
    draw_others(opened)
    second = sounds(opened)
    field = sheet(opened).get_by_label("Name of the kit")
    field.fill("Grown")
    sheet(opened).get_by_role("button", name="Keep version 2").click()
    expect(opened.locator(".notice")).to_contain_text("Kept as version 2 of Grown.")
    sheet(opened).get_by_role("button", name="2 versions of Grown").click()
    sheet(opened).get_by_role("button", name="Load version 1 of Grown").click()
    expect(opened.locator(".notice")).to_contain_text("Grown, version 1 is loaded.")
    assert sounds(opened) == first
    load(opened, "Grown")
    assert sounds(opened) == second


def test_a_locked_voice_keeps_its_sound_unless_asked(opened: Page) -> None:
    ready(opened)
    kept = sounds(opened)
    open_sheet(opened)
    keep(opened, "Around the snare")
    draw_others(opened)
    other = sounds(opened)
    hold_sound(opened, "Snare")
    load(opened, "Around the snare")
    assert sounds(opened) == [other[voice] if voice == 1 else kept[voice] for voice in range(8)]
    expect(opened.locator(".notice")).to_contain_text("1 held voice keeps its sound")
    sheet(opened).get_by_label("load into the held voice too").check()
    sheet(opened).get_by_role("button", name=re.compile("^Load Around the snare")).click()
    opened.wait_for_function(f"(those) => JSON.stringify({SOUNDING}) === JSON.stringify(those)", arg=kept)
    assert opened.evaluate("clave.store.scene.value.kit.voices[1].locked")


def test_a_kit_is_renamed_deleted_and_brought_back(opened: Page) -> None:
    open_sheet(opened)
    keep(opened, "Working title")
    sheet(opened).get_by_role("button", name="Rename Working title").click()
    field = sheet(opened).get_by_label("New name of Working title")
    expect(field).to_be_focused()
    field.fill("Night bus")
    field.press("Enter")
    expect(sheet(opened).get_by_role("button", name="Load Night bus")).to_be_visible()
    assert "Working title" not in listed(opened)
    sheet(opened).get_by_role("button", name="Delete Night bus").click()
    expect(sheet(opened).get_by_text("Night bus is deleted")).to_be_visible()
    assert "Night bus" not in listed(opened)
    sheet(opened).get_by_role("button", name="bring back Night bus").click()
    expect(sheet(opened).get_by_role("button", name="Load Night bus")).to_be_visible()


def test_a_folder_of_wavs_is_kept_with_its_sounds(opened: Page, tmp_path: Any) -> None:
    import numpy as np
    import soundfile

    folder = tmp_path / "tin drums"
    folder.mkdir()
    time = np.arange(8_000) / 44_100
    for name, hertz in (("kick", 60), ("snare", 240)):
        soundfile.write(folder / f"{name}.wav", 0.5 * np.sin(2 * np.pi * hertz * time) * np.exp(-20 * time), 44_100)
    with opened.expect_file_chooser() as chooser:
        opened.get_by_role("button", name="Folder of WAVs as kit").click()
    chooser.value.set_files(folder)
    expect(opened.locator(".notice")).to_contain_text("2 of 8 voices")
    open_sheet(opened)
    keep(opened, "Tin")
    opened.wait_for_timeout(400)
    opened.evaluate("localStorage.clear(); sessionStorage.clear()")
    opened.goto(opened.url.partition("#")[0])
    opened.reload()
    ready(opened)
    open_sheet(opened)
    load(opened, "Tin")
    assert opened.evaluate("clave.store.scene.value.kit.voices.map(({ from }) => from)")[:2] == ["file", "file"]
    peak = "Math.max(...clave.store.kitBuffers.value[1].getChannelData(0).map(Math.abs))"
    assert opened.evaluate(peak) > 0.1


def test_kits_by_keyboard(opened: Page) -> None:
    ready(opened)
    lies_here(opened)
    keys = opened.keyboard
    focus_by_tab(opened, lambda name: name == "Folder of WAVs as kit")
    keys.press("ArrowRight")
    keys.press("Enter")
    focus_by_tab(opened, lambda name: name == "Name of the kit")
    keys.type("By hand")
    keys.press("Enter")
    expect(sheet(opened).get_by_role("button", name="Load By hand")).to_be_visible()
    focus_by_tab(opened, lambda name: name.startswith("Load By hand"))
    focus_by_tab(opened, lambda name: name == "Rename By hand")
    keys.press("Enter")
    expect(sheet(opened).get_by_label("New name of By hand")).to_be_focused()
    keys.type("By key")
    keys.press("Escape")
    expect(sheet(opened)).to_be_visible()
    expect(sheet(opened).get_by_role("button", name="Rename By hand")).to_be_focused()
    keys.press("Enter")
    expect(sheet(opened).get_by_label("New name of By hand")).to_be_focused()
    keys.type("By key")
    keys.press("Enter")
    expect(sheet(opened).get_by_role("button", name="Rename By key")).to_be_focused()
    focus_by_tab(opened, lambda name: name == "Delete By key")
    keys.press("Enter")
    expect(sheet(opened).get_by_role("button", name="bring back By key")).to_be_focused()
    keys.press("Enter")
    expect(sheet(opened).get_by_role("button", name="Load By key")).to_be_focused()
    keys.press("Escape")
    expect(opened.get_by_role("button", name="kit: keep, load")).to_be_focused()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation_in_kits(opened: Page, look: str) -> None:
    open_sheet(opened)
    name = f"Seen {look}"
    keep(opened, name)
    keep(opened, f"{name}, gone")
    sheet(opened).get_by_role("button", name=re.compile(f"^1 version of {name}$")).click()
    sheet(opened).get_by_role("button", name=f"Delete {name}, gone").click()
    sheet(opened).get_by_role("button", name=f"Rename {name}", exact=True).click()
    assert violations(opened) == []


@pytest.mark.browser_context_args(viewport=NARROW)
def test_kits_fit_a_narrow_page(opened: Page) -> None:
    open_sheet(opened)
    keep(opened, "Rainy garage, take two, with the long tin snare and a ride from far away")
    assert opened.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert sheet(opened).evaluate("each => each.scrollWidth <= each.clientWidth")


SOFT_TOM = [{"meter": [4, 4], "strokes": [[4, 0, 0.4, 0.0]]}]


def test_velocity_layers_are_switched_for_the_kit_and_a_soft_stroke_stays_as_loud(opened: Page) -> None:
    """A drawn kit has them; without, a soft stroke is the hard one made quieter.

    As loud on its way to the bus, which is turned down here until it bends nothing. A bar of one tom is made 12
    times as loud, and the bus holds the attack of the hard one (0.9 of full scale, soft one 0.3) back by up to 0.6 dB.
    """
    opened.evaluate("clave.actions.setBus('bus', { drive: 0, glue: 0 }); clave.actions.set('volume', { volume: 0.1 })")
    ready(opened)
    layered = heard(opened, SOFT_TOM)
    open_sheet(opened)
    switch = sheet(opened).get_by_label("velocity layers for all voices")
    expect(switch).to_be_checked()
    switch.uncheck()
    ready(opened)
    plain = heard(opened, SOFT_TOM)
    assert not np.allclose(layered, plain, atol=1e-3 * np.abs(plain).max())
    loud = [k_weighted_energy(each, 44_100) for each in (layered, plain)]
    assert loud[0] == pytest.approx(loud[1], rel=0.01)  # 0.04 dB
    switch.check()
    ready(opened)
    np.testing.assert_array_equal(heard(opened, SOFT_TOM), layered)
