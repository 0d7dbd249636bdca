import numpy as np
import pytest

from clave.music.pattern import Pattern
from clave.rhythm import grooves
from clave.rhythm.corpus_map import CorpusMap
from clave.rhythm.signatures import SIGNATURES
from clave.rhythm.style_samples import TRIES, keeping_signature, only_style, own_share

HOUSE = grooves.bars("house", 10, seed=0)
OTHER = Pattern.from_hits(np.zeros((8, 64), bool))


def corpus_of(own: int, recorded: int, style: str = "house") -> CorpusMap:
    count = own + recorded
    sources = [f"factory {style} 1"] * own + ["a.mid"] * recorded
    points = np.zeros((count, 2), np.float32)
    licences = dict.fromkeys(sources, "CC0")
    return CorpusMap(points, [style] * count, ["beat"] * count, [(4, 4)] * count, sources, licences)


class Draws:
    """Bars of which every third keeps the signature."""

    def __init__(self, every: int = 3) -> None:
        self.count, self.every, self.calls = 0, every, 0

    def __call__(self, n: int) -> list[Pattern]:
        self.calls += 1
        numbers, self.count = range(self.count, self.count + n), self.count + n
        return [HOUSE[number % 10] if number % self.every == 0 else OTHER for number in numbers]


@pytest.mark.parametrize(("own", "recorded", "least", "most"), [(5, 0, 0.85, 1), (0, 5, 0.3, 0.35), (5, 5, 0.55, 0.75)])
def test_samples_keep_the_signature_as_often_as_what_was_learned(own, recorded, least, most) -> None:
    bars = keeping_signature(Draws(), 300, "house", corpus_of(own, recorded), np.random.default_rng(0))
    assert len(bars) == 300
    assert least <= SIGNATURES["house"].share(bars) <= most


def test_it_gives_up_after_some_tries() -> None:
    draws = Draws(every=10**9)
    draws.count = 1
    bars = keeping_signature(draws, 4, "house", corpus_of(1, 0), np.random.default_rng(0))
    assert (len(bars), draws.calls) == (4, TRIES)


def test_a_style_without_a_signature_or_without_bars_of_ours_is_drawn_once() -> None:
    for style, corpus in (("polka", corpus_of(3, 0, "polka")), ("house", corpus_of(0, 3))):
        draws = Draws()
        keeping_signature(draws, 9, style, corpus, np.random.default_rng(0))
        assert draws.calls == 1
    assert own_share(corpus_of(1, 3), "house") == 0.25
    assert own_share(corpus_of(1, 3), "jazz") == 0


def test_a_blend_of_one_is_that_style() -> None:
    assert only_style("house") == only_style({"house": 1.0, "funk": 0.0}) == "house"
    assert only_style({"house": 0.5, "funk": 0.5}) is None is only_style(None)
