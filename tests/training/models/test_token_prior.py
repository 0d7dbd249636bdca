import pytest
import torch

from clave.music.units import METERS, STEPS_PER_SIXTEENTH, steps_per_bar
from clave.rhythm.token_sampler import LAGS
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.models.bars import SIXTEENTH_COUNT
from clave.training.models.token_prior import TokenPrior, lagged_by

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
    """Random tokens, some of them unknown, their cells, the condition, and their places."""
    torch.manual_seed(seed)
    count = steps_per_bar(meter) // STEPS_PER_SIXTEENTH
    tokens = torch.randint(TOKENS + 1, (ROWS, count))
    strange = (torch.rand(ROWS, count, TOKEN_CELLS) < 0.2).float()
    known = prior.cells[tokens.clamp(max=TOKENS - 1)]
    cells = torch.where((tokens == TOKENS)[:, :, None], strange, known)
    place = METERS.index(meter) * SIXTEENTH_COUNT + torch.arange(count).expand(ROWS, -1)
    return tokens, cells, torch.randn(ROWS, CONDITION), place


@pytest.mark.parametrize("meter", METERS)
def test_a_bar_at_once_and_step_by_step_are_the_same(prior, meter):
    tokens, cells, condition, place = drawn_bars(prior, meter)
    log_probs, logits = prior(tokens, cells, condition, place)
    assert log_probs.shape == (*tokens.shape, TOKENS + 1)
    assert not torch.allclose(log_probs[:, 2], log_probs[:, 3], atol=0.1)  # it has something to say
    state, embedding = torch.zeros(ROWS, 2 * WIDTH), prior.embed_tokens()
    for at in range(tokens.shape[1]):
        before = torch.stack([cells[:, at - lag] if lag <= at else 0 * cells[:, 0] for lag in LAGS], dim=1)
        lagged = torch.stack([tokens[:, at - lag] if lag <= at else 0 * tokens[:, 0] + TOKENS + 1 for lag in LAGS], 1)
        log_prob, logit, state = prior.step(before, lagged, condition, place[:, at], state, embedding)
        torch.testing.assert_close(log_prob, log_probs[:, at], atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(logit, logits[:, at], atol=1e-5, rtol=1e-5)


def test_probabilities_add_up_to_one(prior):
    log_probs, _ = prior(*drawn_bars(prior, (5, 4)))
    torch.testing.assert_close(log_probs.exp().sum(dim=2), torch.ones(ROWS, 20))


@pytest.mark.parametrize("changed", [0, 5, 15])
def test_what_is_struck_says_nothing_of_what_was_before(prior, changed):
    tokens, cells, condition, place = drawn_bars(prior, (4, 4))
    other_tokens, other_cells = tokens.clone(), cells.clone()
    other_tokens[:, changed] = (tokens[:, changed] + 1) % TOKENS
    other_cells[:, changed] = 1 - cells[:, changed]
    for ours, theirs in zip(
        prior(tokens, cells, condition, place), prior(other_tokens, other_cells, condition, place), strict=True
    ):
        assert torch.equal(ours[:, : changed + 1], theirs[:, : changed + 1])
        assert changed == 15 or (ours[:, changed + 1 :] != theirs[:, changed + 1 :]).any()


def test_meter_place_and_condition_count(prior):
    tokens, cells, condition, place = drawn_bars(prior, (3, 4))
    plain = prior(tokens, cells, condition, place)[0]
    assert not torch.allclose(plain, prior(tokens, cells, condition, place + SIXTEENTH_COUNT)[0], atol=1e-3)
    assert not torch.allclose(plain, prior(tokens, cells, condition + 1, place)[0], atol=1e-3)


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
