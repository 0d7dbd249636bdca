import numpy as np
import pytest

from clave.music.pattern import DEFAULT_VELOCITY, Pattern
from clave.music.units import METERS, steps_per_bar
from clave.rhythm.condition import Condition, Labels
from clave.rhythm.dynamics import (
    LATEST_OFFSET,
    MIN_VELOCITY,
    Drawn,
    Noise,
    PlayedCells,
    blend_dynamics,
    clip_offset,
    default_dynamics,
    dynamics_noise,
    normal_cdf,
    normal_quantile,
    to_pattern,
    to_patterns,
)

RNG = np.random.default_rng(0)
HITS = RNG.random((8, 64)) < 0.2


def test_offsets_stay_in_the_half_open_range_of_a_pattern():
    clipped = clip_offset(np.array([-3.0, -2.0, 0.5, 2.0, 9.0], np.float32))
    assert clipped.dtype == np.float32
    assert clipped[:3].tolist() == [-2, -2, 0.5]
    assert (clipped[3:] == np.float32(LATEST_OFFSET)).all()
    assert LATEST_OFFSET < 2 < LATEST_OFFSET + 1e-6


def test_a_bar_keeps_its_strokes_audible_and_in_range():
    velocity, offset = RNG.normal(0, 2, (2, 8, 64)).astype(np.float32)
    bar = to_pattern(HITS, velocity, offset, (4, 4))
    np.testing.assert_array_equal(bar.hits, HITS)
    assert bar.velocity[HITS].min() == pytest.approx(MIN_VELOCITY) == 1 / 127
    assert bar.velocity.max() == 1
    inside = HITS & (np.abs(offset) < 2)
    np.testing.assert_array_equal(bar.offset[inside], offset[inside])


@pytest.mark.parametrize("amount", [0.0, 0.25, 1.0])
def test_dynamics_are_blended_on_a_straight_line(amount):
    bar = Pattern.from_hits(HITS, np.full(HITS.shape, 0.2), np.full(HITS.shape, -1.0))
    dynamics = np.full((1, 8, 64), 0.6, np.float32), np.full((1, 8, 64), 1.0, np.float32)
    blended = blend_dynamics(bar, dynamics, amount)
    np.testing.assert_allclose(blended.velocity[HITS], 0.2 + 0.4 * amount, atol=1e-6)
    np.testing.assert_allclose(blended.offset[HITS], -1 + 2 * amount, atol=1e-6)
    np.testing.assert_array_equal(blended.hits, HITS)


def test_bars_are_as_long_as_their_meters():
    steps = max(map(steps_per_bar, METERS))
    hits = np.ones((len(METERS), 8, steps), bool)
    empty = np.zeros((len(METERS), 2), np.float32)
    bars = to_patterns(
        hits, default_dynamics(hits), Condition(empty, empty, empty, Labels((), (), METERS).meter_rows(METERS))
    )
    assert [bar.meter for bar in bars] == list(METERS)
    assert [bar.steps for bar in bars] == [steps_per_bar(meter) for meter in METERS]
    assert {float(velocity) for bar in bars for velocity in bar.velocity.ravel()} == {
        float(np.float32(DEFAULT_VELOCITY))
    }
    assert not any(bar.offset.any() for bar in bars)


def played_cells(kinds=((0.3, 0.25), (0.7, 0.9)), std: float = 0.02, steps: int = 64) -> PlayedCells:
    """In every cell the same: each kind with its share and its velocity."""
    shape = (1, len(kinds), 8, steps)
    share, level = (np.broadcast_to(np.array(row, np.float32)[:, None, None], shape) for row in np.transpose(kinds))
    late = np.full((1, 8, steps), 0.5, np.float32)
    return PlayedCells(np.log(share), level, np.full(shape, std, np.float32), late, np.full_like(late, 0.2))


def draw(cells: PlayedCells, noise: Noise, *ends: float) -> Drawn:
    """What is drawn of all cells."""
    everywhere = np.ones(cells.offset.shape, bool)
    return cells.struck(np.nonzero(everywhere)).draw(noise[:, everywhere], *ends)


def test_velocities_are_drawn_from_the_mixture_and_offsets_around_their_mean():
    velocity, offset = draw(played_cells(steps=4000), dynamics_noise(np.random.default_rng(1), 4000))
    ghosts = velocity < 0.5
    assert ghosts.mean() == pytest.approx(0.3, abs=0.01)
    assert velocity[ghosts].mean() == pytest.approx(0.25, abs=0.002)
    assert velocity[~ghosts].mean() == pytest.approx(0.9, abs=0.002)
    assert velocity[~ghosts].std() == pytest.approx(0.02, abs=0.001)
    assert offset.mean() == pytest.approx(0.5, abs=0.005)
    assert offset.std() == pytest.approx(0.2, abs=0.005)


def test_offsets_are_drawn_between_their_ends():
    cells, noise = played_cells(steps=4000), dynamics_noise(np.random.default_rng(1), 4000)
    freely, (_, offset) = draw(cells, noise)[1], draw(cells, noise, 0.45, 0.6)
    assert offset.min() >= np.float32(0.45)
    assert offset.max() <= np.float32(0.6)
    assert (np.diff(offset.ravel()[freely.ravel().argsort()]) > -1e-5).all()  # the same noise, in the same order
    inside = (freely > 0.45) & (freely < 0.6)  # what is left of the distribution keeps its shape
    assert offset.mean() == pytest.approx(freely[inside].mean(), abs=0.002)
    assert offset.std() == pytest.approx(freely[inside].std(), abs=0.002)
    far = draw(cells, noise, -2.0, -1.5)[1]  # more than six deviations from the mean
    np.testing.assert_allclose(far, -1.5)


def test_shares_and_quantiles_of_the_normal_distribution():
    value = np.array([-1.96, -1, 0, 0.5, 3])
    np.testing.assert_allclose(normal_cdf(value), [0.024998, 0.158655, 0.5, 0.691462, 0.99865], atol=1e-6)
    np.testing.assert_allclose(normal_quantile(normal_cdf(value)), value, atol=1e-6)


def test_struck_cells_are_those_of_the_bar_in_order():
    cells, noise = played_cells(), dynamics_noise(np.random.default_rng(3), 64)
    of_all = draw(cells, noise)
    of_struck = cells.struck(np.nonzero(HITS[None])).draw(noise[:, HITS[None]])
    for whole, strokes in zip(of_all, of_struck, strict=True):
        np.testing.assert_array_equal(whole[HITS.ravel()], strokes)


def test_the_same_noise_plays_all_rows_alike_and_louder_cells_louder():
    noise = dynamics_noise(np.random.default_rng(2), 64)
    soft, loud = (draw(played_cells(((1 - share, 0.2), (share, 0.8))), noise)[0] for share in (0.2, 0.6))
    assert (loud >= soft).all()
    assert (loud > soft + 0.5).mean() == pytest.approx(0.4, abs=0.06)
    upside_down = draw(played_cells(((0.6, 0.8), (0.4, 0.2))), noise)[0]
    np.testing.assert_allclose(upside_down, loud, atol=1e-6)  # the order of the kinds says nothing
