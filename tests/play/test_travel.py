"""Where a path is in each bar."""

import pytest

from clave.errors import ProjectError
from clave.play.plan import Plan
from clave.play.project import Path, Project, Scene
from clave.play.travel import share_at

STOPS = (0.0, 0.1, 0.5, 1.0)


def path(way: str, stops: tuple[float, ...] | None = STOPS) -> Path:
    return Path(points=((0, 0), (10, 0)), bars=4, way=way, stops=stops)


@pytest.mark.parametrize(
    ("way", "shares"),
    [
        ("once", [0, 0.1, 0.5, 1, 1, 1, 1, 1]),
        ("loop", [0, 0.1, 0.5, 1, 0, 0.1, 0.5, 1]),
        ("ping-pong", [0, 0.1, 0.5, 1, 0.5, 0.1, 0, 0.1]),
    ],
)
def test_bars_stand_at_their_stops_whichever_way_it_goes(way: str, shares: list[float]) -> None:
    assert [share_at(path(way), bar) for bar in range(8)] == pytest.approx(shares)
    bars = Plan(Project(scene=Scene(path=path(way)))).bars(8)
    assert [bar.pieces[0][1].point[0] for bar in bars] == pytest.approx([10 * share for share in shares])


def test_between_two_bars_it_is_between_their_stops() -> None:
    assert [share_at(path("once"), bar) for bar in (0.5, 1.5, 2.75)] == pytest.approx([0.05, 0.3, 0.875])
    assert share_at(path("loop"), 3.5) == 1  # the last bar stays where it stands
    assert share_at(path("ping-pong"), 3.5) == pytest.approx(0.75)


@pytest.mark.parametrize("stops", [None, ()])
def test_without_stops_bars_are_evenly_spaced(stops: tuple[float, ...] | None) -> None:
    assert [share_at(path("once", stops), bar) for bar in range(4)] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert share_at(Path(points=((0, 0), (1, 1)), bars=1, stops=(0.3,)), 5) == 0.3


@pytest.mark.parametrize(
    ("stops", "said"),
    [
        ((0.0, 1.0), "a path of 4 bars has as many stops, or none, got 2"),
        ((0.0, 0.5, 0.4, 1.0), "the stops of a path never go back"),
        ((0.0, 0.5, 0.6, 1.1), "less than or equal to 1, got 1.1"),
    ],
)
def test_stops_that_cannot_be_are_refused(stops: tuple[float, ...], said: str) -> None:
    with pytest.raises(ProjectError, match=said):
        path("loop", stops)


def test_a_path_of_one_point_and_one_of_too_many_are_refused_with_their_number() -> None:
    with pytest.raises(ProjectError, match="a path has two points or more, got 1"):
        Path(points=((0, 0),))
    with pytest.raises(ProjectError, match="at most 4096 items"):
        Path(points=((0, 0),) * 10_000)
