import io
from collections.abc import Sequence

import numpy as np
import pytest

from clave.files import midi
from clave.music.pattern import Pattern
from clave.rhythm.drawn_dynamics import draw_dynamics
from clave.rhythm.dynamics import PlayedCells, dynamics_noise
from clave.rhythm.recorded_dynamics import RecordedDynamics, to_settings
from clave.rhythm.space import RhythmSpace, load_rhythm

SNARE, BARS = 1, 60


@pytest.fixture(scope="module")
def shipped() -> RhythmSpace:
    return load_rhythm()


def read_back(bars: Sequence[Pattern]) -> list[Pattern]:
    return midi.read(io.BytesIO(midi.to_bytes(bars, lead_in_bars=1)), drum_map="general-midi").patterns


def come_back(bars: Sequence[Pattern]) -> float:
    """The share of bars that are read from a file of their own with the same strokes on the same steps."""
    return float(np.mean([_same(read_back([bar]), bar) for bar in bars if bar.hits.any()]))


def _same(read: list[Pattern], bar: Pattern) -> bool:
    return len(read) == 1 and np.array_equal(read[0].hits, bar.hits)


def points(count: int) -> np.ndarray:
    return np.random.default_rng(5).uniform(-2.5, 2.5, (count, 2))


def test_clicks_and_draws_come_back_from_a_midi_file_with_the_same_steps(shipped):
    assert come_back(shipped.at(points(BARS))) == 1
    assert come_back(shipped.sample(BARS, seed=5)) == 1
    assert come_back(shipped.at(points(20), variation=0.7, meter=(7, 8))) == 1
    assert come_back(shipped.phrase(points(1)[0], bars=8, seed=5)) == 1


def test_bars_in_a_style_keep_the_steps_of_its_rolls(shipped):
    """Even 32nds stay even, although a reader takes the fourth of a quarter for a triplet."""
    bars = shipped.sample(20, style="trap", seed=5)
    assert sum(bar.hits[:, 6::16].any() or bar.hits[:, 10::16].any() for bar in bars) > 10
    assert come_back(bars) < 0.5


def test_they_do_one_after_the_other_in_one_file(shipped):
    bars = [bar for bar in shipped.at(points(BARS)) if bar.hits.any()]
    again = read_back(bars)
    assert len(again) == len(bars)
    assert sum(np.array_equal(read.hits, bar.hits) for read, bar in zip(again, bars, strict=True)) >= 0.99 * len(bars)


def test_offsets_follow_the_noise_wherever_the_ranges_leave_room(shipped):
    """A click twice is the same bar, and a small step on the map moves strokes by little."""
    here, again, near = shipped.at([[0.5, -1.0], [0.5, -1.0], [0.5001, -1.0]])
    assert here == again
    both = here.hits & near.hits
    assert both.sum() > 8
    assert np.abs(here.offset - near.offset)[both].max() < 0.05


def drawn(like_recorded: bool) -> tuple[np.ndarray, np.ndarray]:
    """Snares on every quarter of many bars, with little deviation and at 0.6."""
    shape, hits = (500, 8, 64), np.zeros((500, 8, 64), bool)
    hits[:, SNARE, ::16] = True
    kinds = np.zeros((500, 1, 8, 64), np.float32)
    cells = PlayedCells(kinds, kinds + 0.6, kinds + 0.05, np.zeros(shape, np.float32), np.full(shape, 0.1, np.float32))
    curve = np.array([0.0, 0.6, 1.0]), np.array([0.0, 0.3, 1.0])
    recorded = RecordedDynamics.from_settings(to_settings({"snare": 0.4}, {"snare": curve}), "here")
    noise = dynamics_noise(np.random.default_rng(0), 64, 500)
    velocity, offset = draw_dynamics(cells, hits, noise, recorded, np.full(500, like_recorded))
    assert not velocity[~hits].any()
    return velocity[hits], offset[hits]


def test_bars_without_a_style_are_as_loose_and_as_loud_as_recorded_ones():
    velocity, offset = drawn(like_recorded=True)
    assert offset.std() == pytest.approx(0.4, abs=0.02)
    assert np.median(velocity) == pytest.approx(0.3, abs=0.01)


def test_bars_in_a_style_are_as_the_space_has_learned_them():
    velocity, offset = drawn(like_recorded=False)
    assert offset.std() == pytest.approx(0.1, abs=0.005)
    assert np.median(velocity) == pytest.approx(0.6, abs=0.01)
