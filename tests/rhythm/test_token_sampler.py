import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_bars import TINY, as_patterns, toy_bars, toy_space, untrained

from clave.music.units import METERS, steps_per_bar
from clave.rhythm import token_sampler as spelling
from clave.rhythm.token_sampler import LAGS, LONGEST, Asked, Speller
from clave.rhythm.tokens import Vocabulary
from clave.training.models.bars import one_hot

ROWS, TOKENS = 30_000, 3


def asked_for(rows: int, meter: tuple[int, int] = (4, 4), styles: int = 2, told: bool = True) -> Asked:
    """Points anywhere, the first style, the first section."""
    points = np.random.default_rng(0).normal(0, 1, (rows, 2)).astype(np.float32)
    style, section = (np.eye(size, dtype=np.float32)[[0] * rows] for size in (styles, 2))
    return Asked(points, style * told, section, np.eye(4, dtype=np.float32)[[METERS.index(meter)] * rows])


class ToyNetwork:
    """Shares that depend on the two tokens before, on where in the bar one is, and on whether a style is told."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self.score = 1.5 * rng.normal(size=(2, LONGEST, TOKENS + 2, TOKENS + 2, TOKENS + 1))

    def log_share(self, told, place, last, before_last):
        score = self.score[told, place, last, before_last]
        return score - np.logaddexp.reduce(score, axis=-1, keepdims=True)

    def __call__(self, network, *, lagged, place, state, style, **_):  # noqa: ARG002
        assert LAGS[:2] == (1, 2)
        share = self.log_share(style.any(axis=1).astype(int), place % LONGEST, lagged[:, 0], lagged[:, 1])
        return share.astype(np.float32), np.zeros((len(lagged), 32), np.float32), state + 1


@pytest.fixture
def toy(monkeypatch) -> tuple[Speller, ToyNetwork]:
    network = ToyNetwork()
    monkeypatch.setattr(spelling, "run", network)
    speller = object.__new__(Speller)
    speller.vocabulary, speller._network, speller._memory = Vocabulary((0, 1, 16)), None, 1
    speller._cells = np.zeros((TOKENS + 2, 32), np.float32)
    return speller, network


def enumerated(step) -> dict[tuple[int, ...], float]:
    """The share of each way that a bar may begin, three sixteenths long; `step` gives the weights of the next token."""
    share: dict[tuple[int, ...], float] = {}
    for way in itertools.product(range(TOKENS), repeat=3):
        whole, history = 1.0, [TOKENS + 1, TOKENS + 1]
        for at, token in enumerate(way):
            weight = step(at, history[-1], history[-2])[:TOKENS]
            whole *= weight[token] / weight.sum()
            history.append(token)
        share[way] = whole
    return share


def check_frequencies(tokens, share) -> None:
    begun, count = np.unique(tokens[:, :3], axis=0, return_counts=True)
    seen = {tuple(map(int, way)): n / len(tokens) for way, n in zip(begun, count, strict=True)}
    for way, expected in share.items():
        error = 4.5 * np.sqrt(expected * (1 - expected) / len(tokens)) + 1e-4
        assert seen.get(way, 0) == pytest.approx(expected, abs=error)


def luck(seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).gumbel(size=(ROWS, 12, TOKENS))


def test_bars_are_drawn_as_often_as_the_shares_say(toy):
    speller, network = toy
    tokens = speller.draw(asked_for(ROWS, (3, 4)), luck())
    assert tokens.shape == (ROWS, 12)
    check_frequencies(tokens, enumerated(lambda at, *last: np.exp(network.log_share(1, at, *last))))


def test_taste_multiplies_the_shares_and_forbids(toy):
    speller, network = toy
    taste = np.random.default_rng(3).normal(size=(12, 1, TOKENS))
    taste[1, 0, 2] = -np.inf
    tokens = speller.draw(asked_for(ROWS, (3, 4)), luck(), lambda sixteenth: taste[sixteenth])
    assert (tokens[:, 1] != 2).all()
    wanted = enumerated(lambda at, *last: np.exp(network.log_share(1, at, *last)[:TOKENS] + taste[at, 0]))
    check_frequencies(tokens, wanted)


def test_guidance_goes_farther_from_what_is_said_without_the_style(toy):
    speller, network = toy
    tokens = speller.draw(asked_for(ROWS, (3, 4)), luck(), guidance=1.7)

    def step(at, *last):
        plain, told = (network.log_share(which, at, *last) for which in (0, 1))
        return np.exp(plain + 1.7 * (told - plain))

    check_frequencies(tokens, enumerated(step))


def test_the_same_luck_gives_alike_bars_where_alike_is_asked(toy):
    speller, _ = toy
    tokens = speller.draw(asked_for(5), np.random.default_rng(0).gumbel(size=(1, 16, TOKENS)))
    assert (tokens == tokens[0]).all()


def test_a_draft_keeps_what_was_written_and_rows_may_be_chosen(toy):
    speller, _ = toy
    draft = speller.begin(asked_for(3))
    _, _, draft = speller.shares(draft)
    draft = speller.write(draft, np.array([2, 0, 1]))
    twice = draft[np.array([2, 2, 0])]
    assert twice.tokens.tolist() == [[1], [1], [2]]
    assert twice.memory.tolist() == [[1], [1], [1]]
    np.testing.assert_array_equal(twice.asked.map, draft.asked.map[[2, 2, 0]])


def test_what_is_asked_knows_its_lengths():
    meters = np.eye(4, dtype=np.float32)[[0, 1, 3]]
    asked = asked_for(3)._replace(meter=meters)
    assert asked.ends.tolist() == [64, 48, 80]
    assert (asked.steps, asked.sixteenths) == (80, 20)
    assert asked.inside[:, 0].sum(axis=1).tolist() == [64, 48, 80]
    assert asked.rows(np.array([1, 1])).steps == 48


@pytest.mark.parametrize("meters", [((4, 4),), METERS], ids=["4/4", "all"])
def test_the_likelihood_is_that_of_torch(tmp_path: Path, meters):
    model = untrained(TINY)
    speller = toy_space(tmp_path, model)._deep.speller
    bars = toy_bars(12, seed=3, meters=meters)
    bars.velocity[5, 3, 1] = 0.5  # a sixteenth that is in no vocabulary
    assert (model.spell(bars.hits) == len(TINY.vocabulary)).any()
    torch.manual_seed(4)
    point, section, meter = torch.randn(12, 2), one_hot(bars.section, 2), one_hot(bars.meter, 4)
    theirs, _ = model.token_cost(bars, point, bars.style, section, meter)
    asked = Asked(*(each.numpy() for each in (point, bars.style, section, meter)))
    ours = speller.log_likelihood(asked, (bars.velocity > 0).numpy())
    np.testing.assert_allclose(-ours, theirs, rtol=1e-3, atol=0.02)


def test_what_lies_after_the_end_of_a_bar_does_not_count(tmp_path: Path):
    space = toy_space(tmp_path, untrained(TINY))
    speller, bars = space._deep.speller, toy_bars(4, meters=METERS)
    hits = (bars.velocity > 0).numpy()
    asked = asked_for(4)._replace(meter=one_hot(bars.meter, 4).numpy())
    noisy = hits.copy()
    for row, pattern in enumerate(as_patterns(bars)):
        noisy[row, :, pattern.steps :] = True
        alone = speller.log_likelihood(asked.rows(np.array([row])), hits[row : row + 1, :, : pattern.steps])
        np.testing.assert_allclose(speller.log_likelihood(asked, hits)[row], alone[0], rtol=1e-4)
    np.testing.assert_allclose(speller.log_likelihood(asked, hits), speller.log_likelihood(asked, noisy), rtol=1e-5)


def test_the_longest_bar_is_as_long_as_the_networks():
    assert max(map(steps_per_bar, METERS)) == 4 * LONGEST
