import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_bars import TINY, as_numpy, as_patterns, toy_bars, toy_space, untrained

from clave.music.units import METERS, steps_per_bar
from clave.rhythm import token_sampler
from clave.rhythm.condition import Condition
from clave.rhythm.token_sampler import LAGS, ParticlePrior, TokenSampler
from clave.rhythm.tokens import Vocabulary
from clave.training.models.bars import one_hot
from clave.training.models.condition import Condition as TorchCondition

ROWS, TOKENS = 30_000, 3
SIXTEENTHS = max(map(steps_per_bar, METERS)) // 4


def conditions(rows: int, meter: tuple[int, int] = (4, 4), styles: int = 2) -> Condition:
    """Points anywhere, the first style, the first section."""
    points = np.random.default_rng(0).normal(0, 1, (rows, 2)).astype(np.float32)
    style, section = (np.eye(size, dtype=np.float32)[[0] * rows] for size in (styles, 2))
    return Condition(points, style, section, np.eye(len(METERS), dtype=np.float32)[[METERS.index(meter)] * rows])


class ToyNetwork:
    """Probabilities that depend on the two tokens before, on the 16th, and on whether there is a style."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self.score = 1.5 * rng.normal(size=(2, SIXTEENTHS, TOKENS + 2, TOKENS + 2, TOKENS + 1))

    def log_prob(self, styled, place, last, before_last):
        score = self.score[styled, place, last, before_last]
        return score - np.logaddexp.reduce(score, axis=-1, keepdims=True)

    def __call__(self, network, *, lagged, place, state, style, **_):  # noqa: ARG002
        assert LAGS[:2] == (1, 2)
        log_prob = self.log_prob(style.any(axis=1).astype(int), place % SIXTEENTHS, lagged[:, 0], lagged[:, 1])
        return log_prob.astype(np.float32), np.zeros((len(lagged), 32), np.float32), state + 1


@pytest.fixture
def toy(monkeypatch) -> tuple[TokenSampler, ToyNetwork]:
    network = ToyNetwork()
    monkeypatch.setattr(token_sampler, "run", network)
    sampler = object.__new__(TokenSampler)
    sampler.vocabulary, sampler._network, sampler._state_size = Vocabulary((0, 1, 16)), None, 1
    sampler._cells = np.zeros((TOKENS + 2, 32), np.float32)
    sampler._sixteenths, sampler.hears_bar_before = SIXTEENTHS, True
    return sampler, network


def enumerated(step) -> dict[tuple[int, ...], float]:
    """The probability of each beginning of three 16ths; `step` gives the weights of the next token."""
    probability: dict[tuple[int, ...], float] = {}
    for way in itertools.product(range(TOKENS), repeat=3):
        whole, history = 1.0, [TOKENS + 1, TOKENS + 1]
        for at, token in enumerate(way):
            weight = step(at, history[-1], history[-2])[:TOKENS]
            whole *= weight[token] / weight.sum()
            history.append(token)
        probability[way] = whole
    return probability


def check_frequencies(tokens, probability) -> None:
    begun, count = np.unique(tokens[:, :3], axis=0, return_counts=True)
    seen = {tuple(map(int, way)): n / len(tokens) for way, n in zip(begun, count, strict=True)}
    for way, expected in probability.items():
        error = 4.5 * np.sqrt(expected * (1 - expected) / len(tokens)) + 1e-4
        assert seen.get(way, 0) == pytest.approx(expected, abs=error)


def gumbel_noise(seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).gumbel(size=(ROWS, 12, TOKENS))


def test_bars_are_sampled_as_often_as_the_probabilities_say(toy):
    sampler, network = toy
    tokens = sampler.sample(conditions(ROWS, (3, 4)), gumbel_noise())
    assert tokens.shape == (ROWS, 12)
    check_frequencies(tokens, enumerated(lambda at, *last: np.exp(network.log_prob(1, at, *last))))


def test_a_logit_bias_weighs_tokens_and_forbids(toy):
    sampler, network = toy
    bias = np.random.default_rng(3).normal(size=(12, 1, TOKENS))
    bias[1, 0, 2] = -np.inf
    tokens = sampler.sample(conditions(ROWS, (3, 4)), gumbel_noise(), lambda sixteenth: bias[sixteenth])
    assert (tokens[:, 1] != 2).all()
    wanted = enumerated(lambda at, *last: np.exp(network.log_prob(1, at, *last)[:TOKENS] + bias[at, 0]))
    check_frequencies(tokens, wanted)


def test_guidance_extrapolates_from_the_prior_without_the_style(toy):
    sampler, network = toy
    tokens = sampler.sample(conditions(ROWS, (3, 4)), gumbel_noise(), guidance=1.7)

    def step(at, *last):
        plain, styled = (network.log_prob(which, at, *last) for which in (0, 1))
        return np.exp(plain + 1.7 * (styled - plain))

    check_frequencies(tokens, enumerated(step))


def test_the_same_noise_gives_the_same_bars_under_the_same_condition(toy):
    sampler, _ = toy
    tokens = sampler.sample(conditions(5), np.random.default_rng(0).gumbel(size=(1, 16, TOKENS)))
    assert (tokens == tokens[0]).all()


def test_a_state_keeps_its_tokens_and_rows_may_be_chosen(toy):
    sampler, _ = toy
    state = sampler.begin(conditions(3))
    _, _, state = sampler.log_prob(state)
    state = state.append(np.array([2, 0, 1]))
    twice = state[np.array([2, 2, 0])]
    assert twice.tokens.tolist() == [[1], [1], [2]]
    assert twice.recurrent.tolist() == [[1], [1], [1]]
    np.testing.assert_array_equal(twice.condition.map, state.condition.map[[2, 2, 0]])


def test_the_particle_prior_is_the_sampler_at_other_map_points(toy):
    sampler, _ = toy
    points = np.ones((4, 2), np.float32)
    prior, state, before = ParticlePrior(sampler, conditions(4)), sampler.begin(conditions(4)), np.full(4, -1)
    particles = prior.begin(points)
    np.testing.assert_array_equal(particles.condition.map, points)
    for sixteenth in range(5):
        expected, _, state = sampler.log_prob(state)
        log_prob, particles = prior.step(particles, sixteenth, before)
        np.testing.assert_allclose(log_prob, expected[:, :-1], atol=1e-6)
        before = np.arange(4) % TOKENS
        state = state.append(before)


@pytest.mark.parametrize("meters", [((4, 4),), METERS], ids=["4/4", "all"])
def test_the_likelihood_is_that_of_torch(tmp_path: Path, meters):
    model = untrained(TINY)
    sampler = toy_space(tmp_path, model)._decoder.sampler
    bars = toy_bars(12, seed=3, meters=meters)
    bars.velocity[5, 3, 1] = 0.5  # a sixteenth that is not in the vocabulary
    assert (model.encode_tokens(bars.hits) == len(TINY.vocabulary)).any()
    torch.manual_seed(4)
    condition = TorchCondition.of(bars, torch.randn(12, 2), 1.0, torch.Generator())
    before = toy_bars(12, seed=6, meters=meters).hits > 0
    hits, known = (bars.velocity > 0).numpy(), torch.ones(12, dtype=torch.bool)
    for heard in (None, before):
        follows = None if heard is None else known
        theirs, _ = model.token_nll(replace(bars, before=heard, follows=follows), condition)
        ours = sampler.log_likelihood(as_numpy(condition), hits, None if heard is None else heard.numpy())
        np.testing.assert_allclose(-ours, theirs, rtol=1e-3, atol=0.02)
    alone = sampler.log_likelihood(as_numpy(condition), hits)
    assert (np.abs(ours - alone) > 0.1).any()  # it hears the bar before


def test_what_lies_after_the_end_of_a_bar_does_not_count(tmp_path: Path):
    space = toy_space(tmp_path, untrained(TINY))
    sampler, bars = space._decoder.sampler, toy_bars(len(METERS), meters=METERS)
    hits = (bars.velocity > 0).numpy()
    condition = replace(conditions(len(METERS)), meter=one_hot(bars.meter, len(METERS)).numpy())
    noisy = hits.copy()
    for row, pattern in enumerate(as_patterns(bars)):
        noisy[row, :, pattern.steps :] = True
        alone = sampler.log_likelihood(condition[row : row + 1], hits[row : row + 1, :, : pattern.steps])
        np.testing.assert_allclose(sampler.log_likelihood(condition, hits)[row], alone[0], rtol=1e-4)
    np.testing.assert_allclose(
        sampler.log_likelihood(condition, hits), sampler.log_likelihood(condition, noisy), rtol=1e-5
    )


def test_the_likelihood_is_the_sum_over_the_16ths_of_the_bar(toy):
    sampler, network = toy
    tokens = np.array([[0, 1, 2, 1, 0, 2, 2, 1, 0, 0, 1, 2], [2] * 12])
    hits = sampler.vocabulary.decode(tokens)
    wanted = []
    for row in tokens.tolist():
        history = [TOKENS + 1, TOKENS + 1, *row]
        wanted.append(sum(network.log_prob(1, at, history[at + 1], history[at])[row[at]] for at in range(12)))
    np.testing.assert_allclose(sampler.log_likelihood(conditions(2, (3, 4)), hits), wanted, rtol=1e-5)


def test_a_16th_that_is_in_no_vocabulary_has_the_share_of_its_cells_among_all_unknown_ones(toy):
    sampler, network = toy
    tokens = np.zeros((1, 12), np.int64)
    hits = sampler.vocabulary.decode(tokens)
    known = sampler.log_likelihood(conditions(1, (3, 4)), hits)[0]
    hits[0, 3, 44:48] = True  # the last 16th, so that nothing follows from it
    unknown = sampler.log_likelihood(conditions(1, (3, 4)), hits)[0]
    last = network.log_prob(1, 11, 0, 0)
    cells = -32 * np.log(2) - np.log1p(-TOKENS * 2.0**-32)  # logits of 0, and three tokens that it cannot be
    assert unknown - known == pytest.approx(last[TOKENS] + cells - last[0], rel=1e-5)
