"""A picture shows every stroke: its voice by row and colour, its place by x, its velocity by height."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from clave import Pattern
from clave.music import pattern_svg
from clave.music.kit import VOICES
from clave.music.pattern_svg import CELL, GAP, MARGIN, NAMES, STEP, TICK

SVG = "{http://www.w3.org/2000/svg}"


def draw(*patterns: Pattern) -> ElementTree.Element:
    return ElementTree.fromstring(pattern_svg.svg(patterns))


def ticks(root: ElementTree.Element) -> list[tuple[str, float, float]]:
    """Colour, x and height of the thin marks, one a stroke."""
    return [
        (box.attrib["fill"], float(box.attrib["x"]), float(box.attrib["height"]))
        for box in root.iter(f"{SVG}rect")
        if box.attrib["width"] == f"{TICK:g}"
    ]


def drawn(seed: int) -> Pattern:
    random = np.random.default_rng(seed)
    hits = random.random((8, 64)) < 0.1
    return Pattern.from_hits(hits, random.uniform(0.2, 1, hits.shape), random.uniform(-2, 1.99, hits.shape))


@pytest.mark.parametrize("seed", range(5))
def test_every_stroke_stands_at_its_true_place_with_its_colour_and_height(seed: int) -> None:
    pattern = drawn(seed)
    expected = sorted(
        (VOICES[stroke.voice].colour, MARGIN + NAMES + stroke.position * STEP, max(2, stroke.velocity * (CELL - GAP)))
        for stroke in pattern.strokes()
    )
    found = sorted(ticks(draw(pattern)))
    assert [colour for colour, _, _ in found] == [colour for colour, _, _ in expected]
    np.testing.assert_allclose([row[1:] for row in found], [row[1:] for row in expected], atol=0.006)


def test_a_stroke_on_a_sixteenth_fills_its_cell_and_one_between_does_not() -> None:
    hits = np.zeros((8, 64), bool)
    hits[0, 8] = hits[1, 9] = True
    wide = [box for box in draw(Pattern.from_hits(hits)).iter(f"{SVG}rect") if box.attrib["width"] == f"{CELL - GAP:g}"]
    assert [box.attrib["fill"] for box in wide] == [VOICES[0].colour]
    assert float(wide[0].attrib["x"]) == MARGIN + NAMES + 2 * CELL


def test_bars_stand_in_rows_inside_the_frame_and_are_numbered() -> None:
    patterns = [drawn(seed) for seed in range(5)]
    root = draw(*patterns)
    numbers = [text.text for text in root.iter(f"{SVG}text") if (text.text or "").isdigit()]
    assert numbers == ["1", "2", "3", "4", "5"]
    assert len(ticks(root)) == sum(int(pattern.hits.sum()) for pattern in patterns)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in root.iter(f"{SVG}rect"):
        assert float(box.attrib.get("x", 0)) + float(box.attrib["width"]) <= width
        assert float(box.attrib.get("y", 0)) + float(box.attrib["height"]) <= height


def test_a_bar_of_three_is_shorter_and_says_what_it_shows() -> None:
    three, four = draw(Pattern.empty((3, 4))), draw(Pattern.empty())
    assert float(four.attrib["width"]) - float(three.attrib["width"]) == 4 * CELL
    assert three.findtext(f"{SVG}title") == "1 bar of drums, 0 strokes"


def test_no_bars_are_an_empty_frame() -> None:
    assert ticks(draw()) == []


def test_a_pattern_shows_itself_in_a_notebook() -> None:
    assert drawn(1)._repr_html_() == pattern_svg.svg([drawn(1)])
