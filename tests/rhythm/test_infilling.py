import itertools

import numpy as np
import pytest

from clave.errors import PatternError
from clave.music.kit import VOICES
from clave.music.pattern import DEFAULT_VELOCITY, Pattern, Stroke
from clave.rhythm.infilling import (
    MOST_TAPS,
    TAP_FOLLOWED,
    TAP_LED,
    UNTAPPED_LED,
    as_keep,
    as_taps,
    completed,
    fill,
    followed,
    kept,
    resampled,
    strokes,
    tapped,
)

KICK, SNARE, HAT = 0, 1, 2
PARTICLES = 20_000


class ToyPrior:
    """Three 16ths of four contents: each depends on the one before, on what the first was, and on the point."""

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.first = 2 * rng.normal(size=4)
        self.after = 2 * rng.normal(size=(3, 4, 4, 4))  # sixteenth, first, before, content

    def begin(self, points):
        return np.full(len(points), -1), points[:, 0].copy()

    def step(self, state, sixteenth, before):
        first, tilt = state
        first = before if sixteenth == 1 else first
        logit = self.after[sixteenth, first, before] if sixteenth else np.tile(self.first, (len(before), 1))
        logit = logit + tilt[:, None] * np.arange(4)
        return (logit - np.log(np.exp(logit).sum(axis=1, keepdims=True))).astype(np.float32), (first, tilt)

    def log_share(self, contents, tilt):
        """Of one whole bar."""
        state, total = self.begin(np.array([[tilt, 0]], np.float32)), 0.0
        for sixteenth, (before, content) in enumerate(itertools.pairwise([-1, *contents])):
            share, state = self.step(state, sixteenth, np.array([before]))
            total += float(share[0, content])
        return total


@pytest.mark.parametrize("tilts", [(0.0,), (-1.0, 0.5)])
@pytest.mark.parametrize("seed", range(3))
def test_bars_come_as_often_as_counting_all_of_them_says(seed, tilts):
    rng, prior = np.random.default_rng(seed), ToyPrior(seed)
    potential = 2 * rng.normal(size=(3, 4))
    potential[1, 2], potential[2, 0] = -np.inf, -np.inf
    bars = list(itertools.product(range(4), repeat=3))
    given = np.array([sum(potential[s, c] for s, c in enumerate(bar)) for bar in bars])
    exact = np.mean([np.exp([prior.log_share(bar, t) for bar in bars] + given) for t in tilts], axis=0)

    points = np.zeros((PARTICLES, 2), np.float32)
    points[:, 0] = np.resize(tilts, PARTICLES)
    filled = fill(prior, points, potential, rng)
    weight = np.exp(filled.log_weight)
    index = filled.contents @ [16, 4, 1]
    found = np.bincount(index, weight, minlength=64) / weight.sum()
    assert np.abs(found - exact / exact.sum()).sum() / 2 < 0.02  # total variation
    assert weight.mean() == pytest.approx(exact.sum(), rel=0.03)
    assert filled.log_weight.min() > -np.inf
    at = [weight[points[filled.origin, 0] == np.float32(t)].sum() / weight.sum() for t in tilts]
    by_tilt = np.array([np.exp([prior.log_share(bar, t) for bar in bars] + given).sum() for t in tilts])
    np.testing.assert_allclose(at, by_tilt / by_tilt.sum(), atol=0.03)


def test_one_is_drawn_by_weight():
    rng = np.random.default_rng(0)
    filled = fill(ToyPrior(), np.zeros((3, 2), np.float32), np.zeros((3, 4)), rng)
    object.__setattr__(filled, "log_weight", np.log([0.5, 0.2, 0.3]) + 700)
    drawn = np.bincount([filled.drawn(rng) for _ in range(4000)], minlength=3) / 4000
    np.testing.assert_allclose(drawn, [0.5, 0.2, 0.3], atol=0.03)


def test_the_same_seed_fills_the_same_and_nothing_allowed_is_refused():
    once, again = (
        fill(ToyPrior(), np.zeros((50, 2), np.float32), np.zeros((3, 4)), np.random.default_rng(4)) for _ in range(2)
    )
    np.testing.assert_array_equal(once.contents, again.contents)
    potential = np.zeros((3, 4))
    potential[2] = -np.inf
    with pytest.raises(PatternError, match="16th 2"):
        fill(ToyPrior(), np.zeros((5, 2), np.float32), potential, np.random.default_rng(0))


def test_resampling_is_unbiased_and_as_even_as_it_can_be():
    rng = np.random.default_rng(0)
    share = rng.dirichlet(np.full(7, 0.5))
    counts = np.array([np.bincount(resampled(share, rng), minlength=7) for _ in range(4000)])
    np.testing.assert_allclose(counts.mean(axis=0), 7 * share, atol=0.03)
    assert (np.abs(counts - 7 * share) < 1).all()
    assert (counts.sum(axis=1) == 7).all()


def content(**struck):
    """A 16th from the steps on which each voice is struck."""
    cells = np.zeros((8, 4), bool)
    for name, steps in struck.items():
        cells[{"kick": KICK, "snare": SNARE, "hat": HAT, "tom": 4, "clap": 6}[name], steps] = True
    return cells


VOCABULARY = np.stack(
    [
        content(),
        content(kick=[0]),
        content(snare=[0]),
        content(hat=[0]),
        content(kick=[0], hat=[0]),
        content(hat=[0, 2]),
    ]
)


def test_what_is_kept_allows_what_agrees_with_it():
    hits, keep = np.zeros((8, 64), bool), np.zeros((8, 64), bool)
    hits[KICK, 0] = keep[KICK, :8] = True
    potential = kept(hits, keep, VOCABULARY)
    assert potential.shape == (16, 6)
    assert np.flatnonzero(potential[0] == 0).tolist() == [1, 4]  # a kick stays
    assert np.flatnonzero(potential[1] == 0).tolist() == [0, 2, 3, 5]  # a silence stays
    assert (potential[2:] == 0).all()
    assert np.isneginf(potential[0, [0, 2, 3, 5]]).all()


def test_where_nothing_agrees_what_agrees_best_is_allowed():
    hits, keep = np.zeros((8, 48), bool), np.ones((8, 48), bool)
    hits[HAT, [0, 1, 2]] = True
    assert np.flatnonzero(kept(hits, keep, VOCABULARY)[0] == 0).tolist() == [5]


def test_what_is_kept_comes_back_exactly():
    rng = np.random.default_rng(1)
    hits = rng.random((8, 64)) < 0.2
    pattern = Pattern.from_hits(hits, rng.uniform(0.2, 1, hits.shape), rng.uniform(-1, 1, hits.shape))
    keep = rng.random((8, 64)) < 0.5
    new = rng.random((8, 64)) < 0.2
    whole = completed(pattern, keep, new, np.full(hits.shape, 0.5), np.full(hits.shape, 0.25))
    np.testing.assert_array_equal(whole.velocity[keep], pattern.velocity[keep])
    np.testing.assert_array_equal(whole.offset[keep], pattern.offset[keep])
    np.testing.assert_array_equal(whole.hits[~keep], new[~keep])
    assert (whole.velocity[new & ~keep] == 0.5).all()
    assert completed(pattern, np.ones_like(keep), new, whole.velocity, whole.offset) == pattern


def test_contents_in_a_row_are_the_strokes_of_a_bar():
    bar = strokes(np.array([4, 0, 2, 5]), VOCABULARY)
    assert [(VOICES[row].name, int(step)) for row, step in zip(*np.nonzero(bar), strict=True)] == [
        ("kick", 0),
        ("snare", 8),
        ("closed hi-hat", 0),
        ("closed hi-hat", 12),
        ("closed hi-hat", 14),
    ]


def test_a_tap_wants_a_leading_stroke_and_silence_wants_none():
    taps = np.zeros(64)
    taps[0] = 0.7
    potential = tapped(taps, VOCABULARY)
    assert potential[0].tolist() == [0, TAP_LED, TAP_LED, TAP_FOLLOWED, TAP_LED, TAP_FOLLOWED]
    assert potential[1].tolist() == [0, UNTAPPED_LED, UNTAPPED_LED, 0, UNTAPPED_LED, 0]
    assert potential.shape == (16, 6)


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32])
def test_taps_are_a_row(dtype):
    row = np.zeros(48, dtype)
    row[[0, 20]] = 1
    taps = as_taps(row, (3, 4))
    expected = DEFAULT_VELOCITY if dtype is bool else 1.0
    assert taps.velocity[[0, 20]].tolist() == pytest.approx([expected] * 2)
    assert taps.velocity.sum() == pytest.approx(2 * expected)
    assert as_taps(row.tolist(), (3, 4)).velocity.tolist() == taps.velocity.tolist()


def test_taps_are_moments_which_snap_and_keep_the_rest():
    taps = as_taps([(0.2, 0.5), (10.6, 0.9), (33.0, 0.4)])
    assert np.flatnonzero(taps.velocity).tolist() == [0, 11, 32]
    np.testing.assert_allclose(taps.offset[[0, 11, 32]], [0.2, -0.4, 1.0], atol=1 / 30)


def test_taps_are_a_pattern_folded_onto_one_row():
    pattern = Pattern.from_strokes([Stroke(0, 0, 0.5, 0.1), Stroke(2, 0, 0.9, 0.3), Stroke(1, 32, 0.4, -0.5)], (5, 4))
    taps = as_taps(pattern)
    assert taps.meter == (5, 4)
    assert taps.velocity[[0, 32]].tolist() == pytest.approx([0.9, 0.4])
    np.testing.assert_allclose(taps.offset[[0, 32]], [0.3, -0.5], atol=1e-6)


def test_loops_fold_into_one_bar_of_which_the_loudest_taps_stay():
    taps = as_taps([(0.1, 0.5), (0.3, 0.9), (-0.2, 0.6), (16.4, 0.7), (15.9, 0.3), (63.4, 0.4)])
    assert np.flatnonzero(taps.velocity).tolist() == [0, 16]
    assert taps.velocity[[0, 16]].tolist() == pytest.approx([0.9, 0.7])
    np.testing.assert_allclose(taps.offset[[0, 16]], [0.3, 0.4], atol=1 / 30)


@pytest.mark.parametrize("early", [(63.4, 0.8), (-0.6, 0.8)])
def test_a_tap_just_before_the_bar_line_is_early_on_the_first_step(early):
    taps = as_taps([early, (32.0, 0.5)])
    assert np.flatnonzero(taps.velocity).tolist() == [0, 32]
    assert taps.offset[0] == pytest.approx(-0.6, abs=1 / 30)


@pytest.mark.parametrize(
    ("taps", "message"),
    [
        (np.zeros(64), "at least one onset"),
        ([], "at least one onset"),
        (Pattern.empty(), "at least one onset"),
        (np.ones(64), f"room for {MOST_TAPS} taps, got 64"),
        ([(k / 10, 0.5) for k in range(400)], "got 400"),
        (np.ones(16), r"row of the 64 steps of a bar of 4/4.*\[16\]"),
        (np.ones((2, 3)), r"\[2, 3\]"),
        (np.where(np.arange(64) == 5, np.nan, 0.0), "got nan at step 5"),
        (np.where(np.arange(64) == 5, 2.0, 0.0), r"\[0, 1\], got 2.0 at step 5"),
        ([(np.nan, 0.5)], "got .nan"),
        ([(66.0, 0.5)], "position in"),
        ([(3.0, 0.0)], r"velocity in \(0, 1\]"),
        (["boom"], "rows of"),
    ],
)
def test_taps_that_are_none_are_refused(taps, message):
    with pytest.raises(PatternError, match=message):
        as_taps(taps)


def test_a_mask_of_another_shape_is_refused():
    assert as_keep(np.ones((8, 48), int), (6, 8)).dtype == bool
    with pytest.raises(PatternError, match=r"4/4 its shape is \[8, 64\], got \[8, 48\]"):
        as_keep(np.ones((8, 48)), (4, 4))
    with pytest.raises(PatternError, match="true or false"):
        as_keep(np.full((8, 64), 0.5), (4, 4))


def test_what_follows_a_tap_comes_when_it_came_and_leads_as_loud():
    hits = np.zeros((8, 64), bool)
    hits[KICK, 0] = hits[HAT, [0, 8, 32]] = hits[SNARE, 32] = True
    taps = as_taps([(0.5, 0.9), (32.0, 0.3)])
    bar = followed(taps, hits, np.full(hits.shape, 0.5), np.full(hits.shape, 0.1))
    assert bar.velocity[KICK, 0] == np.float32(0.9)
    assert bar.velocity[HAT, 0] == 0.5
    assert bar.offset[[KICK, HAT], 0].tolist() == [0.5, 0.5]
    assert bar.offset[HAT, 8] == np.float32(0.1)
    assert bar.offset[SNARE, 32] == 0
    alike = followed(as_taps(np.arange(64) % 32 == 0), hits, np.full(hits.shape, 0.5), np.full(hits.shape, 0.1))
    assert (alike.velocity[hits] == 0.5).all()
    assert (alike.offset[hits] == np.float32(0.1)).all()
