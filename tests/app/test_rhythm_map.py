"""What the map shows, against sums written out."""

import numpy as np
import pytest
from toy_rhythm import ToyRhythm

from clave.app import rhythm_map
from clave.app.rhythm_map import FAR, SIZE, SPAN
from clave.rhythm.corpus_map import STYLE_BANDWIDTH


def lattice_index(x: float, y: float) -> int:
    """Where the lattice has this point: rows of y from -3, each from x = -3."""
    step = 2 * SPAN / (SIZE - 1)
    return round((y + SPAN) / step) * SIZE + round((x + SPAN) / step)


def test_the_ground_is_far_where_nothing_was_learned() -> None:
    rhythm = ToyRhythm()
    ground = rhythm_map.ground(rhythm)
    assert (ground.size, ground.span, len(ground.distance)) == (SIZE, SPAN, SIZE * SIZE)
    for x, y in [(-3, -3), (0.5, 0.5), (2, -0.5), (3, 1)]:
        mean = np.mean([np.hypot(a - x, b - y) for a, b in rhythm.corpus.map])
        assert ground.distance[lattice_index(x, y)] == pytest.approx(min(1, mean / FAR), abs=1e-3)


def test_near_is_less_than_far() -> None:
    rhythm = ToyRhythm()
    rhythm.distance = lambda points: np.hypot(points[:, 0] - 1, points[:, 1] + 2)  # one place was learned
    ground = rhythm_map.ground(rhythm)
    assert ground.distance[lattice_index(1, -2)] == 0
    assert ground.distance[lattice_index(1.3, -2)] == pytest.approx(0.3 / FAR, abs=1e-3)
    assert ground.distance[lattice_index(-2, 1)] == 1


def test_a_style_is_dense_where_its_bars_are() -> None:
    rhythm = ToyRhythm()
    styles = rhythm_map.ground(rhythm).styles
    assert list(styles) == ["funk", "jazz"]
    assert max(styles["funk"]) == max(styles["jazz"]) == 1
    assert styles["jazz"][lattice_index(1, 1)] == 1
    funk = [point for point, style in zip(rhythm.corpus.map, rhythm.corpus.styles, strict=True) if style == "funk"]

    def density(x: float, y: float) -> float:
        return sum(np.exp(-((a - x) ** 2 + (b - y) ** 2) / 2 / STYLE_BANDWIDTH**2) for a, b in funk)

    for x, y in [(-1, -1), (-1.2, -0.9), (2.1, -0.3), (1, 1)]:
        assert styles["funk"][lattice_index(x, y)] == pytest.approx(density(x, y) / density(-1, -1), abs=1e-3)


def test_a_style_without_bars_is_nowhere() -> None:
    rhythm = ToyRhythm()
    rhythm.styles = ("funk", "jazz", "polka")
    assert set(rhythm_map.ground(rhythm).styles["polka"]) == {0.0}


def test_neighbours_come_nearest_first_with_style_source_and_licence() -> None:
    told = rhythm_map.neighbours(ToyRhythm(), (0.1, 0.25), 3)
    assert [(each.source, each.style, each.section, each.licence) for each in told] == [
        ("c.mid", None, "beat", "CC0"),
        ("b.mid", "jazz", "beat", "CC0"),
        ("a.mid", "funk", "beat", "CC BY 4.0"),
    ]
    assert [each.distance for each in told] == pytest.approx([0.1, np.hypot(0.9, 0.75), np.hypot(1.1, 1.25)])
