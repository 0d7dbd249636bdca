"""Paths over the map: drawn, heard bar by bar, changed in the hand, looped, evened; places to morph between."""

import re
from itertools import pairwise

import pytest
from hands import LOOKS, opened_drawer, place_on_map, violations
from playwright.sync_api import Page, expect

Point = tuple[float, float]
LINE: list[Point] = [(-1.2, -0.6), (-0.6, 0.2), (0.1, 0.5), (0.8, 0.1), (1.2, -0.5)]

BARS_THAT_SOUND = """async count => {
    const { store } = clave;
    const heard = [];
    let before = null;
    while (heard.length < count) {
        const part = store.heard.value;
        if (part !== null && part.index !== before && part.bar.planned.address.path) {
            before = part.index;
            const bar = part.bar.planned.pieces[0][1];
            heard.push([part.bar.planned.address.bar, (bar.base ?? bar).point, part.bar.pattern.strokes]);
        }
        await new Promise(requestAnimationFrame);
    }
    return heard;
}"""
ROUND = """() => {
    const { store } = clave;
    const beads = [...document.querySelectorAll("[data-path^='bead:']")];
    return beads.map((bead) => [
        Number(bead.dataset.path.split(":")[1]),
        store.projection.value.toPoint([parseFloat(bead.style.left), parseFloat(bead.style.top)]),
    ]);
}"""


def draw(page: Page, line: list[Point], *, shift: bool = True) -> None:
    """Over the map, by hand."""
    places = [place_on_map(page, x, y) for x, y in line]
    if shift:
        page.keyboard.down("Shift")
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
    if shift:
        page.keyboard.up("Shift")


def is_decoded(page: Page) -> None:
    page.wait_for_function("clave.store.scene.value.path && !clave.store.waiting.value")


def path_of(page: Page) -> dict[str, object]:
    return page.evaluate("clave.store.scene.value.path")


def follow_each_other(bars: list[int], count: int) -> bool:
    """Whether these are bars of a loop in order; one or two may pass unseen while the machine is busy."""
    apart = [(after - bar) % count for bar, after in pairwise(bars)]
    return set(apart) <= {1, 2} and apart.count(2) <= 2


def drag(page: Page, handle: str, x: float, y: float) -> None:
    box = page.locator(f"[data-path='{handle}']").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*place_on_map(page, x, y), steps=8)
    page.mouse.up()


def test_a_drawn_path_is_heard_bar_by_bar_where_its_beads_are(opened: Page) -> None:
    draw(opened, LINE)
    is_decoded(opened)
    expect(opened.get_by_role("button", name="Stop", exact=True)).to_be_visible()  # it began to play
    opened.get_by_label("Tempo in beats per minute").fill("400")
    beads = dict(map(tuple, opened.evaluate(ROUND)))
    assert len(beads) == 8
    expect(opened.get_by_role("button", name="Move the path of 8 bars")).to_have_text("8 bars")
    expect(opened.locator(".bead.is-first")).to_have_count(2)
    heard = opened.evaluate(BARS_THAT_SOUND, 10)
    numbers = [bar for bar, _, _ in heard]
    assert follow_each_other(numbers, 8)  # a loop
    round_heard = opened.evaluate("clave.heardBars()")
    for bar, point, strokes in heard:
        assert point == pytest.approx(beads[bar], abs=0.02)
        assert strokes == round_heard[bar]["strokes"]
    assert len({str(strokes) for _, _, strokes in heard}) > 3
    expect(opened.locator(".where")).to_contain_text(re.compile(r"bar \d of 8"))
    opened.get_by_role("button", name="Undo").click()  # the tempo
    opened.get_by_role("button", name="Undo").click()
    assert path_of(opened) is None


def test_a_bead_is_dragged_and_points_are_moved_and_deleted_with_keys_too(opened: Page) -> None:
    draw(opened, [(-1, 0), (0, 0), (1, 0)])
    is_decoded(opened)
    before = len(path_of(opened)["points"])
    drag(opened, "bead:3", -0.1, 0.9)
    points = path_of(opened)["points"]
    assert len(points) == before + 1
    assert any(point == pytest.approx([-0.1, 0.9], abs=0.05) for point in points)
    for _ in range(3):  # a drag that a busy machine holds up is more than one step
        if len(path_of(opened)["points"]) > before:
            opened.get_by_role("button", name="Undo").click()
    assert len(path_of(opened)["points"]) == before
    first = opened.locator("[data-path='bead:0']")
    first.focus()
    at = path_of(opened)["points"][0]
    opened.keyboard.press("ArrowUp")
    assert path_of(opened)["points"][0] == pytest.approx([at[0], at[1] + 0.06])
    opened.keyboard.press("PageDown")
    expect(opened.locator("[data-path='bead:1']")).to_be_focused()
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Delete")
    assert len(path_of(opened)["points"]) == before
    drag(opened, "whole", -0.5, 0.5)
    moved = path_of(opened)["points"][0]
    assert moved != pytest.approx(at, abs=0.1)
    drawer = opened_drawer(opened, "Path")
    drawer.get_by_role("button", name="Edit points").click()
    opened.locator("[data-path='point:0']").focus()
    opened.keyboard.press("Enter")
    assert len(path_of(opened)["points"]) == before + 1


def test_it_goes_once_and_back_and_forth(opened: Page) -> None:
    drawer = opened_drawer(opened, "Path")
    drawer.get_by_label("Bars of the journey").select_option("4")
    drawer.get_by_role("button", name="Draw a path", exact=True).click()
    expect(drawer).to_be_hidden()  # the map is free
    expect(opened.get_by_text("Drag over the map: you draw a path")).to_be_visible()
    draw(opened, [(-2, 0.2), (-1, 0.8)], shift=False)
    is_decoded(opened)
    expect(opened.get_by_role("button", name="stop drawing")).to_have_count(0)
    drawer = opened_drawer(opened, "Path")
    opened.get_by_label("Tempo in beats per minute").fill("400")
    drawer.get_by_role("button", name="ping-pong").click()
    is_decoded(opened)
    numbers = [bar for bar, _, _ in opened.evaluate(BARS_THAT_SOUND, 9)]
    assert follow_each_other(numbers, 6)
    drawer.get_by_role("button", name="once").click()
    opened.wait_for_function("clave.store.journeyBar.value === 3")
    drawer.get_by_role("button", name="Remove").click()
    assert path_of(opened) is None


def test_at_even_change_bars_stand_where_what_one_hears_changes_evenly(opened: Page) -> None:
    draw(opened, [*LINE, (2.0, 1.5)])
    drawer = opened_drawer(opened, "Path")
    opened.evaluate(
        """() => {
            const { store } = clave;
            const scene = store.scene.value;
            store.amendScene({ ...scene, path: { ...scene.path, between: "map" } });
        }"""
    )  # stroke by stroke, bars change evenly by themselves
    is_decoded(opened)
    before = changes(opened)
    drawer.get_by_role("checkbox", name="even change").check()
    opened.wait_for_function("clave.store.scene.value.path.stops?.length === 8")
    is_decoded(opened)
    after = changes(opened)
    assert max(after) < max(before)
    expect(drawer.locator(".path-found")).to_contain_text(
        f"{min(after)} to {max(after)} strokes change from bar to bar"
    )
    expect(opened.locator(".where")).to_contain_text("even change")
    drawer.get_by_label("Strokes that change from bar to bar").select_option("6")
    drawer.get_by_role("button", name=re.compile(r"Use \d+ bars")).click()
    opened.wait_for_function("clave.store.scene.value.path.stops?.length === clave.store.scene.value.path.bars")
    is_decoded(opened)
    opened.evaluate("clave.renderOffline()")  # all bars are decoded
    assert max(changes(opened)) <= 6
    opened.get_by_role("button", name="Undo").click()
    assert path_of(opened)["bars"] == 8


def changes(page: Page) -> list[int]:
    """Strokes that come or go from each bar of a round to the next."""
    page.wait_for_function("clave.store.heardBars().every(({ strokes }) => strokes.length > 0)")
    bars = [{tuple(stroke[:2]) for stroke in bar["strokes"]} for bar in page.evaluate("clave.heardBars()")]
    return [len(one ^ other) for one, other in pairwise(bars)]


def test_a_path_of_one_point_is_refused_where_it_happened(opened: Page) -> None:
    place = place_on_map(opened, 0.5, 0.5)
    opened.keyboard.down("Shift")
    opened.mouse.click(*place)
    opened.keyboard.up("Shift")
    said = opened.get_by_text("A path has two points or more")
    box = said.first.bounding_box()
    assert box is not None
    assert abs(box["x"] - place[0]) < 40
    assert path_of(opened) is None


def test_ready_made_paths_fills_and_the_morph_pad(opened: Page) -> None:
    drawer = opened_drawer(opened, "Path")
    drawer.get_by_role("button", name="Orbit").click()
    is_decoded(opened)
    assert path_of(opened)["way"] == "loop"
    drawer.get_by_role("button", name="Wander").click()
    is_decoded(opened)
    drawer.get_by_role("combobox", name="Fills").select_option("4")
    opened.wait_for_function("clave.store.wantedScore.value.bar(3).planned.address.fill")
    assert opened.evaluate("clave.store.wantedScore.value.planned(3).pieces[0][1].settings.section") == "fill"
    opened.keyboard.press("Escape")
    opened.locator("body").press("a")
    opened.locator("body").press("d")
    drawer = opened_drawer(opened, "Path")
    drawer.get_by_role("button", name="around here").click()
    pad = drawer.get_by_role("application", name="Morph pad")
    pad.focus()
    at = opened.evaluate("clave.point()")
    opened.keyboard.press("Shift+ArrowRight")
    assert opened.evaluate("clave.store.paths.morph.value") == [0.75, 0.5]
    assert opened.evaluate("clave.point()") != at
    assert opened.evaluate("clave.store.scene.value.path.travelling") is False


def test_a_sound_moves_along_a_path_on_its_map(opened: Page) -> None:
    opened.evaluate("clave.store.sounds.opened.value = 1")
    sound_map = opened.locator("[data-voice-map='1'].is-large")
    box = sound_map.bounding_box()
    assert box is not None
    opened.keyboard.down("Shift")
    opened.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.8 * box["height"])
    opened.mouse.down()
    opened.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.2 * box["height"], steps=12)
    opened.mouse.up()
    opened.keyboard.up("Shift")
    names = opened.evaluate("clave.store.scene.value.automations.map(({ parameter }) => parameter)")
    assert names == ["snare.sound.x", "snare.sound.y"]
    opened.get_by_label("Tempo in beats per minute").fill("400")
    places = opened.evaluate(
        """async () => {
            const places = new Set();
            while (places.size < 6) {
                const dot = document.querySelector("[data-voice-map='1'].is-large .sound-moving");
                if (dot) places.add(dot.style.left);
                await new Promise(requestAnimationFrame);
            }
            return [...places].map(parseFloat);
        }"""
    )
    assert max(places) - min(places) > 30
    expect(opened.get_by_label("Bars of the path of the snare")).to_have_value("8")
    opened.get_by_role("button", name="stay here", exact=True).click()
    assert opened.evaluate("clave.store.scene.value.automations") == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_no_violation(opened: Page, look: str) -> None:
    opened_drawer(opened, "Path").get_by_role("button", name="Wander").click()
    is_decoded(opened)
    opened.get_by_role("button", name="around here").click()
    opened.get_by_role("checkbox", name="even change").check()
    opened.get_by_role("button", name="Edit points").click()
    opened.wait_for_function("clave.store.scene.value.path.stops?.length === 8")
    assert violations(opened) == [], look
