"""Where a path is in each bar."""

import pytest

from clave.errors import ProjectError
from clave.play.plan import Plan
from clave.play.project import Automation, Breakpoint, GenerationSettings, Leg, Path, Project, Scene
from clave.play.project.bars import model_part
from clave.play.travel import course_of, point_at, share_at, vertices

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


CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 3.0))


def legs(path: Path) -> list[Leg | None]:
    """Of each bar of a round."""
    bars = Plan(Project(scene=Scene(path=path))).bars(path.bars)
    return [bar.pieces[0][1].leg for bar in bars]


@pytest.mark.parametrize("curve", ["line", "smooth"])
def test_points_two_bars_apart_are_stations(curve: str) -> None:
    """A quarter of this path's length lies before its corner, or so, and three quarters after it."""
    path = Path(points=CORNERS, curve=curve, bars=9)
    course = course_of(Scene(path=path))
    assert [point for _, point in course.stations] == list(CORNERS)
    for share, point in course.stations:
        assert point_at(course.corners, share) == pytest.approx(point)
    found = legs(path)
    assert found[0] == Leg(start=CORNERS[0], end=CORNERS[1], share=0)
    assert found[1].end == CORNERS[1]
    assert found[-1] == Leg(start=CORNERS[1], end=CORNERS[2], share=1)
    assert [leg.share for leg in found if leg.start == CORNERS[1]] == sorted(
        leg.share for leg in found if leg.start == CORNERS[1]
    )
    if curve == "line":
        assert found[2] == Leg(start=CORNERS[0], end=CORNERS[1], share=1)  # a bar stands at the corner
        assert found[5].share == pytest.approx(0.5)


def test_a_path_with_more_points_has_its_stations_four_bars_apart() -> None:
    many = tuple((0.1 * place, 0.0) for place in range(30))
    stations = course_of(Scene(path=Path(points=many, bars=9))).stations
    assert [share for share, _ in stations] == [0, 0.5, 1]
    assert stations[1][1] == pytest.approx((1.45, 0))
    short = course_of(Scene(path=Path(points=many, bars=3)))
    assert [share for share, _ in short.stations] == [0, 1]
    assert legs(Path(points=many, bars=1))[0].share == 0


def test_as_on_the_map_a_bar_is_on_no_leg_and_neither_is_a_fill_nor_what_is_moved() -> None:
    path = Path(points=CORNERS, bars=8)
    assert legs(path.changed(between="map")) == [None] * 8
    assert vertices(Scene(path=path)) == course_of(Scene(path=path.changed(between="map"))).corners
    filled = Plan(Project(scene=Scene(path=path, fill_every=4))).bars(8)
    assert [model_part(bar.pieces[0][1]).leg is None for bar in filled] == [False, False, False, True] * 2
    for parameter, off in (("map.y", True), ("density", True), ("shift.density", False)):
        moved = Automation(parameter=parameter, breakpoints=(Breakpoint(bar=0, value=0.5),))
        bars = Plan(Project(scene=Scene(path=path, automations=(moved,)))).bars(8)
        assert all((bar.pieces[0][1].leg is None) == off for bar in bars), parameter


def test_a_path_that_stays_at_one_place_has_legs_of_no_length() -> None:
    assert legs(Path(points=((1, 1), (1, 1)), bars=4)) == [Leg(start=(1, 1), end=(1, 1), share=0)] * 4


def test_settings_of_the_scene_are_those_of_its_bars() -> None:
    settings = GenerationSettings(style="funk", seed=3)
    course = course_of(Scene(path=Path(points=CORNERS)))
    assert course.bar(0.5, settings).settings == settings
