"""How it works: the bar that plays, and a sound, on their way through encoder and decoder."""

import re

import pytest
from hands import NARROW, from_menu, violations
from playwright.sync_api import Locator, Page, expect

WIDE, PHONE = (
    pytest.param("dark", marks=pytest.mark.browser_context_args(color_scheme="dark")),
    pytest.param("360 px, light", marks=pytest.mark.browser_context_args(color_scheme="light", viewport=NARROW)),
)


def opened_view(page: Page) -> Locator:
    from_menu(page, "More", "How it works")
    drawer = page.get_by_role("dialog", name="How it works")
    expect(drawer.get_by_test_id("how-f1")).to_be_visible(timeout=30_000)
    return drawer


def hits(drawer: Locator) -> int:
    """Of the bar, as the view counts them."""
    said = drawer.get_by_test_id("how-f1").inner_text()
    return int(re.search(r"(\d+) hits? the same", said)[1])  # type: ignore[index]


@pytest.mark.parametrize("look", [WIDE, PHONE])
def test_a_bar_and_a_sound_go_through_within_the_window(opened: Page, look: str) -> None:
    drawer = opened_view(opened)
    strokes = opened.evaluate("clave.store.shown.value.strokes.length")
    assert hits(drawer) == strokes
    expect(drawer).to_contain_text("1,536 values")
    expect(drawer.get_by_role("img", name=re.compile(rf"^Hits.*: {strokes} strokes"))).to_be_visible()
    assert violations(opened) == []
    drawer.get_by_role("button", name="A sound").click()
    expect(drawer.get_by_role("button", name="Hear it with random phase")).to_be_visible(timeout=30_000)
    drawer.get_by_role("button", name="Hear the sound that comes out").click()
    opened.wait_for_function("clave.store.sound.value === 'on'")
    assert violations(opened) == []
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_an_edit_and_a_point_moved_by_keys_are_answered_at_once(opened: Page) -> None:
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
    drawer.press("Escape")
    expect(drawer).to_be_hidden()


def test_pages_of_the_documentation_come_with_the_page(opened: Page) -> None:
    drawer = opened_view(opened)
    address = drawer.get_by_role("link", name="A lesson with this view").evaluate("link => link.href")
    assert opened.request.get(address).text().startswith("# Teaching")
    with opened.context.expect_page() as tab:
        drawer.get_by_role("link", name="A lesson with this view").click()
    expect(tab.value.locator("body")).to_contain_text("Teaching")
    tab.value.close()
