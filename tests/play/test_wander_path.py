"""Paths that wander like a drummer."""

import numpy as np
import pytest

from clave import load_rhythm
from clave.errors import ProjectError, SpaceError
from clave.play.decoding import decode_bars
from clave.play.plan import Plan
from clave.play.project import Project, Scene
from clave.play.wander_path import wander_path
from clave.rhythm.space import RhythmSpace
from clave.rhythm.wander import wander


@pytest.fixture(scope="module")
def rhythm() -> RhythmSpace:
    return load_rhythm()


def test_each_bar_stands_at_its_point_of_the_walk(rhythm: RhythmSpace) -> None:
    path = wander_path(rhythm, (0.4, -0.2), 12, "drummer 3", seed=2)
    walk = wander(rhythm, (0.4, -0.2), 12, "drummer 3", seed=2)
    planned = Plan(Project(scene=Scene(path=path))).bars(12)
    points = [bar.pieces[0][1].point for bar in planned]
    np.testing.assert_allclose(points, walk, atol=1e-5)
    bars = decode_bars([bar.pieces[0][1] for bar in planned], rhythm)
    assert bars[0] == rhythm.at([(0.4, -0.2)])[0]


def test_far_from_the_map_it_stays_at_its_edge(rhythm: RhythmSpace) -> None:
    assert np.abs(wander_path(rhythm, (9, 9), 8, "drummer 2").points).max() <= 3


def test_what_is_no_path_is_refused(rhythm: RhythmSpace) -> None:
    with pytest.raises(ProjectError, match="2 to 1024 bars, got 1"):
        wander_path(rhythm, (0, 0), 1)
    with pytest.raises(SpaceError, match="'drummer 11'; there are: drummer 1, drummer 2"):
        wander_path(rhythm, (0, 0), 8, "drummer 11")
