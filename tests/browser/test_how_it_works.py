"""How it works: the bar that plays, and a sound, on their way through encoder and decoder."""

import re

from hands import NARROW, from_menu, violations
from playwright.sync_api import Locator, Page, expect


def opened_view(page: Page) -> Locator:
    from_menu(page, "More", "How it works")
    drawer = page.get_by_role("dialog", name="How it works")
    expect(drawer.get_by_test_id("how-f1")).to_be_visible(timeout=30_000)
    return drawer


def hits(drawer: Locator) -> int:
    """Of the bar, as the view counts them."""
    said = drawer.get_by_test_id("how-f1").inner_text()
    return int(re.search(r"(\d+) hits? the same", said)[1])  # type: ignore[index]


def test_a_bar_and_a_sound_go_through_in_dark_and_light_and_on_a_phone(opened: Page) -> None:
    drawer = opened_view(opened)
    strokes = opened.evaluate("clave.store.shown.value.strokes.length")
    assert hits(drawer) == strokes
    expect(drawer).to_contain_text("1,536 values")
    expect(drawer.get_by_role("img", name=re.compile(rf"^Hits.*: {strokes} strokes"))).to_be_visible()
    assert violations(opened) == []
    opened.set_viewport_size(NARROW)
    opened.evaluate("clave.store.theme.value = clave.store.theme.value === 'dark' ? 'light' : 'dark'")
    drawer.get_by_role("button", name="A sound").click()
    expect(drawer.get_by_role("button", name="Hear it with random phase")).to_be_visible(timeout=30_000)
    drawer.get_by_role("button", name="Hear the sound that comes out").click()
    opened.wait_for_function("clave.store.sound.value === 'on'")
    assert violations(opened) == []
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_edit_and_a_point_moved_by_keys_are_answered_at_once_and_a_page_tells_more(opened: Page) -> None:
    drawer = opened_view(opened)
    before = hits(drawer)
    opened.evaluate("clave.actions.toggleCell(7, 15)")  # a voice that this place does not have
    expect(drawer.get_by_test_id("how-f1")).to_contain_text(re.compile(rf"of {before + 1} hits"))
    drawer.get_by_role("button", name="Map and detail").click()
    assert hits(drawer) == before + 1  # it comes back whole

    drawer.get_by_role("button", name="Likely bar").click()
    own = drawer.get_by_test_id("how-f1").inner_text()
    drawer.get_by_role("slider", name="Decoded point, x").press("End")
    expect(drawer.get_by_test_id("how-f1")).not_to_have_text(own)
    held = drawer.get_by_role("application", name="Point that is decoded")
    expect(held).to_have_attribute("aria-description", re.compile("^x 3.00"))
    held.press("ArrowLeft")
    expect(held).to_have_attribute("aria-description", re.compile("^x 2.94"))
    drawer.get_by_role("button", name="Back to its own point").click()
    expect(drawer.get_by_test_id("how-f1")).to_have_text(own)
    with opened.context.expect_page() as tab:
        drawer.get_by_role("link", name="A lesson with this view").click()
    expect(tab.value.locator("body")).to_contain_text("Teaching with Clave")  # it came with the page
    tab.value.close()
    drawer.press("Escape")
    expect(drawer).to_be_hidden()
