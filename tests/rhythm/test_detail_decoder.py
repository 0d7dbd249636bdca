import shutil

import numpy as np
import pytest
from toy_bars import TINY, VOCABULARY, toy_bars, toy_space, untrained

from clave.errors import SpaceError
from clave.latent.space_folder import open_space
from clave.music.units import METERS, steps_per_bar
from clave.rhythm.condition import Condition, Labels
from clave.rhythm.detail_decoder import DetailDecoder, change_cost, load_decoder
from clave.rhythm.space_format import RHYTHM_FORMAT

LABELS = Labels(("style 0", "style 1"), ("beat", "fill"), METERS)


def load(folder) -> DetailDecoder:
    return load_decoder(open_space(folder, RHYTHM_FORMAT), LABELS).require_detail("be tested")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("toy")
    toy_space(path, untrained(TINY))
    return path


@pytest.fixture(scope="module")
def decoder(folder) -> DetailDecoder:
    return load(folder)


def conditions(rows: int, meter=(4, 4), styled: bool = False) -> Condition:
    points = np.random.default_rng(0).normal(0, 1, (rows, 2)).astype(np.float32)
    style = np.zeros((rows, 2), np.float32)
    style[:, 0] = styled
    return Condition(points, style, np.zeros((rows, 2), np.float32), LABELS.meter_rows([meter] * rows))


def known_bars(count: int = 10, steps: int = 64, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return VOCABULARY.decode(rng.integers(0, len(VOCABULARY), (count, steps // 4)))


def hits_of(count: int = 8) -> np.ndarray:
    return (toy_bars(count).velocity > 0).numpy()[:, :, :64]


@pytest.mark.parametrize("meter", METERS)
def test_the_detail_holds_the_strokes_and_the_feel(decoder, meter):
    steps, condition = steps_per_bar(meter), conditions(10, meter)
    hits = (toy_bars(10, seed=3, meters=[meter]).velocity > 0).numpy()[:, :, :steps]
    feel = np.random.default_rng(2).normal(0, 1, (10, decoder.feel_size)).astype(np.float32)
    detail = decoder.detail(hits, feel, condition)
    assert detail.shape == (10, decoder.detail_size) == (10, 14 + 48)
    np.testing.assert_array_equal(decoder.feel(detail), feel)
    logit = decoder.hit_logits(detail, condition)
    assert logit.shape == hits.shape
    np.testing.assert_array_equal(decoder.hits(detail, condition), logit > 0)
    assert 2 * ((logit > 0) & hits).sum() / ((logit > 0).sum() + hits.sum()) > 0.9
    fewer = decoder.hit_logits(detail, condition, 0.5) > 0
    np.testing.assert_allclose(fewer.sum(axis=(1, 2)), 0.5 * hits.sum(axis=(1, 2)), atol=1)
    fewest = decoder.hits(detail, condition, 0.0)
    np.testing.assert_allclose(fewest.sum(axis=(1, 2)), hits.sum(axis=(1, 2)) / 3, atol=3)  # ties go together


def test_no_bars_have_no_detail(decoder):
    detail = decoder.detail(np.zeros((0, 8, 0), bool), np.zeros((0, decoder.feel_size), np.float32), conditions(0))
    assert detail.shape == (0, decoder.detail_size)


def test_feel_and_dynamics_keep_their_ranges(decoder):
    condition = conditions(8)
    mean, std = decoder.expected_feel(condition)
    assert mean.shape == std.shape == (8, decoder.feel_size)
    assert (std > 0).all()
    velocity, offset = decoder.dynamics(hits_of(), 10 * mean, condition)
    assert velocity.shape == offset.shape == (8, 8, 64)
    assert ((velocity >= 0) & (velocity <= 1)).all()
    assert (np.abs(offset) <= 2).all()


@pytest.mark.parametrize("density", [None, 0.8])
def test_a_likely_bar_is_expected_at_a_point(decoder, density):
    condition = conditions(6, styled=True)
    expected = decoder.expected_hits(condition, density)
    np.testing.assert_array_equal(expected, decoder.map.likely_hits(condition, density))


def test_a_sampled_feel_is_normal_around_what_is_expected(decoder):
    condition = conditions(1)[np.zeros(3000, np.int64)]
    mean, std = decoder.expected_feel(condition)
    standard = (decoder.sample_feel(condition, np.random.default_rng(0)) - mean) / std
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=0.08)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=0.06)


def test_a_bar_in_which_changes_cost_too_much_stays_as_it_is(decoder):
    hits = known_bars()
    drawn = decoder.sample_near(hits, conditions(10), np.random.default_rng(0), cost=1e4)
    np.testing.assert_array_equal(drawn, hits)


def test_the_cost_of_a_change_may_differ_from_step_to_step(decoder):
    hits, cost = known_bars(), np.full(64, 1e4)
    cost[32:] = 0
    drawn = decoder.sample_near(hits, conditions(10), np.random.default_rng(0), cost=cost)
    np.testing.assert_array_equal(drawn[:, :, :32], hits[:, :, :32])
    assert (drawn[:, :, 32:] != hits[:, :, 32:]).any()


def test_bars_near_a_reference_share_their_noise_and_samples_do_not(decoder):
    condition = conditions(1)[np.zeros(6, np.int64)]
    alike = decoder.sample_near(known_bars(6), condition, np.random.default_rng(0), cost=0.0)
    assert (alike == alike[0]).all()
    assert (decoder.sample_hits(condition, np.random.default_rng(0)) != alike).any()


def test_a_density_bias_brings_strokes_or_takes_them(decoder):
    few, plain, many = (
        sum(
            decoder.sample_near(
                known_bars(1), conditions(1), np.random.default_rng(seed), cost=0.0, density_bias=bias
            ).sum()
            for seed in range(40)
        )
        for bias in (-4, 0, 4)
    )
    assert few < plain < many


def test_variation_begins_at_the_bar_and_costs_less_and_less(decoder):
    hits, condition = known_bars(), conditions(10)
    assert decoder.vary(hits, condition, 0.0, None, np.random.default_rng(0)) is hits
    assert [change_cost(variation) for variation in (0, 0.75, 1)] == pytest.approx([3.2, 3.2 / 8, 0])
    drawn = decoder.vary(hits, condition, 1.0, None, np.random.default_rng(0))
    free = decoder.sample_near(hits, condition, np.random.default_rng(0), cost=0.0)
    np.testing.assert_array_equal(drawn, free)


def test_a_density_counts_where_variation_has_left_the_bar(decoder):
    hits, condition = known_bars(1), conditions(1)
    few, many = (
        sum(decoder.vary(hits, condition, 1.0, density, np.random.default_rng(seed)).sum() for seed in range(40))
        for density in (0.0, 1.0)
    )
    assert few < 0.8 * many


@pytest.mark.parametrize("meter", METERS)
def test_samples_are_as_long_as_their_meter(decoder, meter):
    drawn = decoder.sample_hits(conditions(5, meter, styled=True), np.random.default_rng(0))
    assert drawn.shape == (5, 8, steps_per_bar(meter))
    assert (decoder.vocabulary.encode(drawn) >= 0).all()


def test_an_infilled_bar_is_one_that_the_potential_allows(decoder):
    bar, rng = known_bars(1), np.random.default_rng(0)
    potential = np.full((16, len(VOCABULARY)), -np.inf)
    potential[np.arange(16), VOCABULARY.encode(bar)[0]] = 0
    particles = conditions(12)
    hits, condition = decoder.infill(potential, particles, rng)
    np.testing.assert_array_equal(hits, bar)
    assert len(condition) == 1
    assert (particles.map == condition.map).all(axis=1).sum() == 1


def test_what_is_no_vocabulary_is_refused_with_the_reason(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "broken")
    path = tmp_path / "broken" / "tokens.npz"
    whole = path.read_bytes()

    def refused(match):
        with pytest.raises(SpaceError, match=match):
            load(tmp_path / "broken")

    for data in (b"", b"\x80\x04 a pickle, perhaps", whole[: len(whole) // 2]):
        path.write_bytes(data)
        refused("is not a vocabulary: .+")
    np.savez(path, tokens=np.array(VOCABULARY.bits))
    refused("is not a vocabulary")
    path.write_bytes(whole)
    (tmp_path / "broken" / "logistic_pca.npz").unlink()
    refused("holds no components")
    path.unlink()
    refused("is not a vocabulary")


def test_a_detail_of_another_size_is_refused(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "broken")
    config = tmp_path / "broken" / "config.json"
    config.write_text(config.read_text().replace('"detail_size": 62', '"detail_size": 61'))
    with pytest.raises(SpaceError, match="not a whole space: its detail has 62 numbers"):
        load(tmp_path / "broken")
