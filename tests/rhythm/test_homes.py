"""Homes: the densest place of a style, or that of its own places where its signature is heard; written and read."""

import json

import numpy as np
import pytest
from toy_rhythm import ToyRhythm

from clave import Pattern
from clave.errors import SpaceError
from clave.rhythm import grooves
from clave.rhythm.corpus_map import CorpusMap
from clave.rhythm.homes import (
    HOMES_FILE,
    Home,
    densest_homes,
    find_homes,
    homes_of,
    read_homes,
    usual_tempo_bpm,
    write_homes,
)
from clave.rhythm.signatures import SIGNATURES
from clave.rhythm.space import load_rhythm

PLACES = np.array([[-1, -1], [-1.02, -1], [-1, -1.02], [2, 2], [1, 1], [0, 0]], np.float32)


def corpus(styles: tuple[str, ...], sections: tuple[str, ...] = ("beat",) * 6) -> CorpusMap:
    meters = ((4, 4), (4, 4), (4, 4), (4, 4), (3, 4), (4, 4))
    return CorpusMap(PLACES, styles, sections, meters, ("a.mid",) * 6, {"a.mid": ""})


def test_without_more_knowledge_a_style_is_at_home_among_most_of_its_bars():
    homes = densest_homes(corpus(("house",) * 4 + ("waltz", "")), ("house", "waltz", "polka"))
    assert [(home.style, home.meter) for home in homes] == [("house", (4, 4)), ("waltz", (3, 4))]
    assert np.allclose(homes[0].point, [-1, -1], atol=0.03)
    assert homes[1].point == (1, 1)


def test_a_fill_is_no_home_unless_there_is_nothing_else():
    sections = ("fill", "fill", "fill", "beat", "fill", "beat")
    homes = densest_homes(corpus(("house",) * 4 + ("waltz", "")), ("house",))
    assert homes[0].point != (2, 2)
    house, waltz = densest_homes(corpus(("house",) * 4 + ("waltz", ""), sections), ("house", "waltz"))
    assert (house.point, waltz.point) == ((2, 2), (1, 1))


class HouseOnTheRight(ToyRhythm):
    """House is played right of the middle, at (0, 0) and (2, 2); a phrase is house at one of them."""

    def __init__(self, *, detail_size: int = 0, phrases_at: float = 2.0) -> None:
        super().__init__()
        self.styles, self.detail_size, self.phrases_at = ("house",), detail_size, phrases_at
        self.corpus = corpus(("house",) * 6)

    def at(self, points, style=None, section="beat", variation=0.0, density=None, seed=0, meter=(4, 4)):  # noqa: ARG002
        assert style == "house"
        return [self.bar(x >= 0) for x, _ in np.asarray(points).tolist()]

    def phrase(self, point, bars=4, style=None, variation=0.25, fill=True, seed=0, meter=(4, 4)):  # noqa: ARG002
        assert (style, fill) == ("house", False)
        return [self.bar(point[0] == self.phrases_at)] * bars

    @staticmethod
    def bar(house: bool) -> Pattern:
        hits = np.zeros((8, 64), bool)
        hits[0, ::16] = hits[1, 16::32] = hits[3, 8::16] = house
        return Pattern.from_hits(hits)


def test_a_home_is_where_the_signature_is_heard_and_in_phrases_too():
    assert [home.point for home in find_homes(HouseOnTheRight())] == [(2, 2)]  # first of two as dense
    assert [home.point for home in find_homes(HouseOnTheRight(detail_size=4))] == [(2, 2)]
    assert [home.point for home in find_homes(HouseOnTheRight(detail_size=4, phrases_at=0.0))] == [(0, 0)]


def test_homes_are_written_and_read(tmp_path):
    space = ToyRhythm()
    homes = (Home("funk", (-1.2346, 0.5), 104.5, (4, 4)), Home("jazz", (1.0, 1.0), None, (3, 4)))
    write_homes(tmp_path, homes)
    assert read_homes(tmp_path / HOMES_FILE, space) == homes


ROW = {"style": "funk", "point": [0, 0], "tempo_bpm": 100, "meter": [4, 4]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not JSON", "is not a list of homes"),
        ("[1]", "is not a list of homes"),
        (json.dumps([{**ROW, "style": "polka"}]), "a home is of a style and in a meter of the space"),
        (json.dumps([{**ROW, "meter": [7, 8]}]), "a home is of a style and in a meter of the space"),
        (json.dumps([{**ROW, "tempo_bpm": 0}]), "a tempo of 20 to 400 bpm"),
        (json.dumps([{**ROW, "tempo_bpm": "fast"}]), "is not a list of homes"),
        (json.dumps([{**ROW, "point": ["NaN", 0]}]), "a home has a finite point"),
    ],
)
def test_what_is_wrong_with_a_file_of_homes_is_said(tmp_path, text, reason):
    path = tmp_path / HOMES_FILE
    path.write_text(text)
    with pytest.raises(SpaceError, match=reason) as refused:
        read_homes(path, ToyRhythm())
    assert str(path) in str(refused.value)


def test_the_usual_tempo_is_that_of_the_template_or_of_recordings():
    low, high = grooves.style("house").tempo_bpm
    assert low <= usual_tempo_bpm("house") <= high
    assert usual_tempo_bpm("hiphop") == 92
    assert usual_tempo_bpm("polka") is None


def test_the_shipped_homes_are_bars_of_their_styles():
    space = load_rhythm()
    assert (space.folder / HOMES_FILE).is_file()
    assert [home.style for home in homes_of(space)] == list(space.styles)
    for home in homes_of(space):
        own = [bar for bar, style in enumerate(space.corpus.styles) if style == home.style]
        assert np.abs(space.corpus.map[own] - np.array(home.point)).max(axis=1).min() < 1e-4
        assert home.tempo_bpm is not None
        assert home.meter == SIGNATURES[home.style].meter


def test_a_space_without_the_file_has_the_densest_places():
    space = ToyRhythm()
    assert homes_of(space) == densest_homes(space.corpus, space.styles)
