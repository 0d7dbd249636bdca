"""Beneath the points of the map: where a style lives, what is far from any bar learned, and whose bars are near."""

import re
from typing import Any

import pytest
from hands import LOOKS, click_map, from_menu, lies_here, opened_drawer, place_on_map, violations
from playwright.sync_api import Page, expect

SIZE = 25
FAR_FROM = 1.5  # x: right of it nothing was learned


def lattice() -> list[tuple[float, float]]:
    axis = [-3 + 6 * n / (SIZE - 1) for n in range(SIZE)]
    return [(x, y) for y in axis for x in axis]


def bell(x: float, y: float, at: tuple[float, float]) -> float:
    return 2 ** -((x - at[0]) ** 2 + (y - at[1]) ** 2)


HOME = {"funk": (-1.5, 1.2), "rock": (0.5, -1.2)}
GROUND = {
    "size": SIZE,
    "span": 3,
    "distance": [1 if x > FAR_FROM else 0 for x, _ in lattice()],
    "styles": {style: [bell(x, y, at) for x, y in lattice()] for style, at in HOME.items()},
}


@pytest.fixture(autouse=True)
def ground(page: Page) -> None:
    page.route("**/api/map/ground", lambda route: route.fulfill(json=GROUND))


def inked(page: Page, x: float, y: float) -> float:
    """How much ink the ground has around a point of the map, 0 to 1."""
    page.wait_for_function("clave.store.ground.value")
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return page.evaluate(
        """([x, y]) => {
            const ground = document.querySelector(".map-ground");
            if (!ground) return 0;
            const [left, top] = clave.store.projection.value.toPixel([x, y]).map(Math.round);
            const { data } = ground.getContext("2d").getImageData(left - 12, top - 12, 25, 25);
            return data.filter((_, n) => n % 4 === 3).reduce((sum, alpha) => sum + alpha / 255, 0) / 625;
        }""",
        [x, y],
    )


def regions(page: Page) -> list[str]:
    """The styles that have ink where they live, beyond that where nothing lives."""
    page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    plain = inked(page, -2.4, -1.8)
    return [style for style, at in HOME.items() if inked(page, *at) > plain + 0.1]


def test_the_map_shows_where_the_chosen_style_lives(opened: Page) -> None:
    lies_here(opened)
    opened.evaluate("clave.store.view.value = { centre: [0, 0], zoom: 1 }")
    assert regions(opened) == []
    opened.evaluate(
        """() => {
            const { store } = clave;
            const scene = store.scene.value;
            store.amendScene({ ...scene, settings: { ...scene.settings, style: "funk" } });
        }"""
    )
    assert regions(opened) == ["funk"]
    legend = opened_drawer(opened, "Style").get_by_role("list", name="Styles on the map")
    rock = legend.get_by_role("button", name="rock", exact=True)
    rock.hover()
    assert regions(opened) == ["rock"]
    opened.mouse.move(5, 5)
    assert regions(opened) == ["funk"]
    rock.focus()
    assert regions(opened) == ["rock"]
    rock.press("Enter")
    legend.get_by_role("button", name="funk", exact=True).press("Enter")
    opened.get_by_role("button", name="Play", exact=True).focus()
    assert regions(opened) == ["funk", "rock"]


def test_what_is_far_from_any_bar_is_hatched_and_said(opened: Page) -> None:
    lies_here(opened)
    opened.evaluate("clave.store.view.value = { centre: [0, 0], zoom: 1 }")
    assert inked(opened, 2.5, 0) == 0
    from_menu(opened, "More", "Single bars on the map")
    expect(opened.locator(".map-ground")).to_be_visible()
    assert inked(opened, 2.5, 0) > 0.02
    assert inked(opened, 2.5, -1.5) > 0.02
    assert inked(opened, 0, 0) == 0
    expect(opened_drawer(opened, "Style").get_by_text("far from any bar learned")).to_be_visible()


def test_the_neighbours_of_a_point_say_section_source_and_licence(opened: Page) -> None:
    click_map(opened, 0.2, 0.2)
    nearby = opened_drawer(opened, "About this bar").get_by_role("group", name="Nearby")
    corpus: dict[str, Any] = opened.evaluate("clave.store.corpus.value")
    for listed in nearby.get_by_role("listitem").all():
        name = listed.get_by_role("button").get_attribute("aria-label") or ""
        expect(listed).to_contain_text(re.compile("|".join(corpus["sections"])))
        expect(listed).to_contain_text(re.compile("|".join(map(re.escape, set(corpus["licences"])))))
        assert name.startswith("Play what lies at ")
    expect(nearby.get_by_role("listitem")).to_have_count(5)


def test_a_bar_under_the_pointer_is_named(opened: Page) -> None:
    lies_here(opened)
    corpus = opened.evaluate("clave.store.corpus.value")
    left, top = place_on_map(opened, corpus["x"][0], corpus["y"][0])
    opened.mouse.move(left + 1, top)
    label = opened.locator(".map-label")
    expect(label).to_contain_text(re.compile("|".join(corpus["sections"])))
    expect(label).to_contain_text(re.compile("|".join(map(re.escape, set(corpus["licences"])))))


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation_on_the_ground(opened: Page, look: str) -> None:
    lies_here(opened)
    style = opened_drawer(opened, "Style")
    style.get_by_role("list", name="Styles on the map").get_by_role("button", name="funk", exact=True).press("Enter")
    opened.keyboard.press("Escape")
    opened_drawer(opened, "About this bar")
    assert violations(opened) == []
