from dataclasses import replace

import pytest
import torch
from toy_bars import toy_bars

from clave.music.units import METERS, STEPS_PER_SIXTEENTH, steps_per_bar
from clave.rhythm.token_sampler import LAGS
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.models.bars import SIXTEENTH_COUNT, token_cells
from clave.training.models.token_prior import BarBefore, TokenPrior, lagged_by

TOKENS, ROWS, CONDITION, WIDTH = 7, 5, 4, 16


@pytest.fixture(scope="module")
def prior() -> TokenPrior:
    torch.manual_seed(0)
    cells = (torch.rand(TOKENS, TOKEN_CELLS) < 0.1).float()
    made = TokenPrior(cells, CONDITION, WIDTH, dropout=0.38).eval().requires_grad_(False)
    for weight in made.parameters():
        weight.add_(0.3 * torch.randn(weight.shape))
    return made


def drawn_bars(prior: TokenPrior, meter: tuple[int, int], seed: int = 1):
    """Random tokens, some of them unknown, their cells, the condition, their places, and bars before some of them."""
    torch.manual_seed(seed)
    count = steps_per_bar(meter) // STEPS_PER_SIXTEENTH
    tokens = torch.randint(TOKENS + 1, (ROWS, count))
    strange = (torch.rand(ROWS, count, TOKEN_CELLS) < 0.2).float()
    known = prior.cells[tokens.clamp(max=TOKENS - 1)]
    cells = torch.where((tokens == TOKENS)[:, :, None], strange, known)
    place = METERS.index(meter) * SIXTEENTH_COUNT + torch.arange(count).expand(ROWS, -1)
    known = (torch.arange(ROWS) % 2)[:, None].float()
    before = torch.zeros(ROWS, SIXTEENTH_COUNT, TOKEN_CELLS)
    before[:, :count] = (torch.rand(ROWS, count, TOKEN_CELLS) < 0.2).float() * known[:, :, None]
    here = torch.stack([before, lagged_by(before.flip(1), 1).flip(1)], dim=2)[:, :count]
    tokens_before = torch.where(known > 0, torch.randint(TOKENS + 1, (ROWS, count)), TOKENS + 1)
    return tokens, cells, torch.randn(ROWS, CONDITION), place, BarBefore(before, here, known), tokens_before


@pytest.mark.parametrize("meter", METERS)
def test_a_bar_at_once_and_step_by_step_are_the_same(prior, meter):
    tokens, cells, condition, place, bar_before, tokens_before = bars = drawn_bars(prior, meter)
    log_probs, logits = prior(*bars)
    assert log_probs.shape == (*tokens.shape, TOKENS + 1)
    assert not torch.allclose(log_probs[:, 2], log_probs[:, 3], atol=0.1)  # it has something to say
    state, embedding = torch.zeros(ROWS, 2 * WIDTH), prior.embed_tokens()
    for at in range(tokens.shape[1]):
        before = torch.stack([cells[:, at - lag] if lag <= at else 0 * cells[:, 0] for lag in LAGS], dim=1)
        lagged = [tokens[:, at - lag] if lag <= at else 0 * tokens[:, 0] + TOKENS + 1 for lag in LAGS]
        lagged = torch.stack([*lagged, tokens_before[:, at]], dim=1)
        here = replace(bar_before, here=bar_before.here[:, [at]])
        log_prob, logit, state = prior.step(before, lagged, condition, place[:, at], here, state, embedding)
        torch.testing.assert_close(log_prob, log_probs[:, at], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(logit, logits[:, at], atol=1e-5, rtol=1e-5)


def test_probabilities_add_up_to_one(prior):
    log_probs, _ = prior(*drawn_bars(prior, (5, 4)))
    torch.testing.assert_close(log_probs.exp().sum(dim=2), torch.ones(ROWS, 20))


@pytest.mark.parametrize("changed", [0, 5, 15])
def test_what_is_struck_says_nothing_of_what_was_before(prior, changed):
    tokens, cells, *rest = drawn_bars(prior, (4, 4))
    other_tokens, other_cells = tokens.clone(), cells.clone()
    other_tokens[:, changed] = (tokens[:, changed] + 1) % TOKENS
    other_cells[:, changed] = 1 - cells[:, changed]
    for ours, theirs in zip(prior(tokens, cells, *rest), prior(other_tokens, other_cells, *rest), strict=True):
        assert torch.equal(ours[:, : changed + 1], theirs[:, : changed + 1])
        assert changed == 15 or (ours[:, changed + 1 :] != theirs[:, changed + 1 :]).any()


def test_meter_place_and_condition_count(prior):
    tokens, cells, condition, place, *before = drawn_bars(prior, (3, 4))
    plain = prior(tokens, cells, condition, place, *before)[0]
    assert not torch.allclose(plain, prior(tokens, cells, condition, place + SIXTEENTH_COUNT, *before)[0], atol=1e-3)
    assert not torch.allclose(plain, prior(tokens, cells, condition + 1, place, *before)[0], atol=1e-3)


def test_the_bar_before_counts_where_it_is_known(prior):
    *bars, bar_before, tokens_before = drawn_bars(prior, (4, 4))
    plain = prior(*bars, bar_before, tokens_before)[0]
    silent = replace(bar_before, whole=0 * bar_before.whole, here=0 * bar_before.here)
    for other in (prior(*bars, silent, tokens_before)[0], prior(*bars, bar_before, 0 * tokens_before + TOKENS + 1)[0]):
        changed = (plain - other).abs().amax(dim=(1, 2)) > 1e-3
        assert changed.tolist() == [False, True, False, True, False]


def test_bars_say_what_is_heard_of_those_before_them():
    bars, before = toy_bars(4), toy_bars(4, seed=1).hits > 0
    follows = torch.tensor([True, False, True, True])
    heard = BarBefore.of(replace(bars, before=before, follows=follows))
    assert heard.known.flatten().tolist() == [1, 0, 1, 1]
    assert not heard.whole[1].any()
    assert torch.equal(heard.whole[2], token_cells(before.float())[2])
    assert torch.equal(heard.here[2, 3], heard.whole[2, 3:5])
    assert not heard.here[2, -1, 1].any()
    assert not BarBefore.of(bars).whole.any()


def test_dropout_leaves_out_what_its_noise_says_and_nothing_without(prior):
    bars = drawn_bars(prior, (4, 4))

    def drawn(seed: int) -> torch.Tensor:
        return prior(*bars, torch.Generator().manual_seed(seed))[0]

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))
    assert torch.equal(prior(*bars)[0], prior(*bars)[0])
    thinned = prior._dropped(torch.ones(50, 20, WIDTH), torch.Generator().manual_seed(0))
    assert (thinned == 0).float().mean() == pytest.approx(0.38, abs=0.02)
    assert thinned.mean() == pytest.approx(1, abs=0.02)


def test_lagged_rows_are_so_many_rows_before():
    rows = torch.arange(6.0).reshape(1, 6, 1)
    assert lagged_by(rows, 2, -1.0).flatten().tolist() == [-1, -1, 0, 1, 2, 3]
    assert lagged_by(rows, 8, -1.0).flatten().tolist() == [-1] * 6
