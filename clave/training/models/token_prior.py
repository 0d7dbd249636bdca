"""The prior of tokens, 16th by 16th: a recurrent network over what was struck before, in this bar and the last one."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Float, Int
from clave.music.units import METERS
from clave.rhythm.token_sampler import HEARD_HERE, LAGS
from clave.rhythm.tokens import MAX_KNOWN_SHARE, TOKEN_CELLS
from clave.training.models.bars import SIXTEENTH_COUNT, Bars, token_cells
from clave.training.models.noise import Noise, uniform
from clave.training.models.vae import ResidualBlock

State = tuple[Float[Tensor, "1 batch width"], Float[Tensor, "1 batch width"]]
"""Of the two recurrent layers."""


def lagged_by(
    rows: Float[Tensor, "batch sixteenth *cell"], lag: int, start: float = 0.0
) -> Float[Tensor, "batch sixteenth *cell"]:
    """What lies so many 16ths before each one, and `start` before the bar."""
    before = torch.full_like(rows[:, :lag], start)
    return torch.cat([before, rows[:, : max(0, rows.shape[1] - lag)]], dim=1)[:, : rows.shape[1]]


@dataclass(frozen=True)
class BarBefore:
    """What the prior hears of the bar before, from one 16th of this bar."""

    whole: Float[Tensor, "batch whole cell"]  # all its cells; zeros where it is not known
    here: Float[Tensor, "batch sixteenth here cell"]  # those of its same 16th, and of the next one
    known: Float[Tensor, "batch one"]  # 1 where it is known, else 0

    @classmethod
    def of(cls, bars: Bars) -> "BarBefore":
        """The bar before each of these, for all their 16ths; none where they come without."""
        if bars.before is None or bars.follows is None:
            cells = torch.zeros_like(token_cells(bars.velocity))
            here = cells.unsqueeze(2).repeat(1, 1, HEARD_HERE, 1)
            return cls(_whole(cells), here, cells.new_zeros((len(bars), 1)))
        cells = token_cells(bars.before.float()) * bars.follows[:, None, None]
        here = torch.stack([cells, lagged_by(cells.flip(1), 1).flip(1)], dim=2)
        return cls(_whole(cells), here, bars.follows.float().unsqueeze(1))


def _whole(cells: Float[Tensor, "batch sixteenth cell"]) -> Float[Tensor, "batch whole cell"]:
    """The same cells, silent after the end, in as many 16ths as the longest bar has."""
    return functional.pad(cells, (0, 0, 0, SIXTEENTH_COUNT - cells.shape[1]))


class TokenPrior(nn.Module):
    """p(token | tokens before, bar before, condition) for each 16th; the last token stands for all unknown ones.

    A token is scored by its cells, so that rare ones profit from the common ones that they resemble; and it can be
    copied from one of LAGS 16ths before, or from the same 16th of the bar before.
    """

    cells: Tensor

    def __init__(self, cells: Float[Tensor, "token cell"], condition: int, width: int, dropout: float) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("cells", cells, persistent=False)
        self.before = nn.Linear(TOKEN_CELLS * len(LAGS), width)
        self.bar_before = nn.Linear(SIXTEENTH_COUNT * TOKEN_CELLS + 1, width)
        self.here_before = nn.Linear(HEARD_HERE * TOKEN_CELLS, width, bias=False)
        self.condition = nn.Sequential(nn.Linear(condition, width), nn.SiLU(), nn.Linear(width, width))
        self.place = nn.Parameter(0.02 * torch.randn(len(METERS) * SIXTEENTH_COUNT, width))
        self.first, self.second = (nn.GRU(width, width, batch_first=True) for _ in range(2))
        self.block, self.norm, self.dropout = ResidualBlock(width), nn.LayerNorm(width), dropout
        self.token_embedding = nn.Sequential(
            nn.Linear(TOKEN_CELLS, width), nn.SiLU(), nn.Linear(width, width, bias=False)
        )
        self.cell_score = nn.Linear(width, TOKEN_CELLS)
        self.copy_score = nn.Linear(width, len(LAGS) + 1)
        self.token_bias = nn.Parameter(torch.zeros(len(cells) + 1))
        self.unknown_score = nn.Linear(width, 1)
        self.cell_logit = nn.Linear(width, TOKEN_CELLS)

    def embed_tokens(self) -> Float[Tensor, "token width"]:
        """The embedding of each token of the vocabulary."""
        return self.token_embedding(self.cells)

    def forward(
        self,
        tokens: Int[Tensor, "batch sixteenth"],
        cells: Float[Tensor, "batch sixteenth cell"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, "batch sixteenth"],
        bar_before: BarBefore,
        tokens_before: Int[Tensor, "batch sixteenth"],
        dropout: Noise | None = None,
    ) -> tuple[Float[Tensor, "batch sixteenth token_or_unknown"], Float[Tensor, "batch sixteenth cell"]]:
        """Log p of each token in every 16th of bars that are known, and the logit of each of its cells.

        The cells of an unknown token are scored by those logits (`unknown_log_prob`). `tokens` has the
        size of the vocabulary for an unknown token; `tokens_before` are those of the bar before, with one more than
        that where it is not known; `place` is meter and 16th as one index, `meter * SIXTEENTH_COUNT + sixteenth`. In
        training, `dropout` draws the dropout masks.
        """
        none = float(len(self.cells) + 1)
        before = torch.cat([lagged_by(cells, lag) for lag in LAGS], dim=2)
        lagged = torch.stack([*(lagged_by(tokens.float(), lag, none) for lag in LAGS), tokens_before.float()], dim=2)
        zeros = tokens.new_zeros((1, len(tokens), self.norm.normalized_shape[0])).float()
        hidden, _ = self._hidden(before, condition, place, bar_before, (zeros, zeros), dropout)
        return self._log_prob(hidden, lagged.long(), self.embed_tokens()), self.cell_logit(hidden)

    def unknown_log_prob(
        self, cells: Float[Tensor, "row cell"], logit: Float[Tensor, "row cell"]
    ) -> Float[Tensor, " row"]:
        """Log p of the cells of unknown tokens, in nats: as `Vocabulary.unknown_log_prob`."""
        silent = functional.softplus(logit).sum(dim=1)
        known = torch.exp(logit @ self.cells.T - silent.unsqueeze(1)).sum(dim=1)
        return (logit * cells).sum(dim=1) - silent - torch.log1p(-known.clamp(max=MAX_KNOWN_SHARE))

    def step(
        self,
        before: Float[Tensor, "batch lag cell"],
        lagged: Int[Tensor, "batch lag_or_bar"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, " batch"],
        bar_before: BarBefore,
        state: Float[Tensor, "batch double"],
        embedding: Float[Tensor, "token width"],
    ) -> tuple[Float[Tensor, "batch token_or_unknown"], Float[Tensor, "batch cell"], Float[Tensor, "batch double"]]:
        """The same for a single 16th, given those before it and the state after them, which is zeros at the start.

        The last of `lagged` is the token of the bar before; `embedding` is that of `embed_tokens`.
        """
        first, second = (half.unsqueeze(0) for half in state.chunk(2, dim=1))
        hidden, (first, second) = self._hidden(
            before.flatten(1).unsqueeze(1), condition, place.unsqueeze(1), bar_before, (first, second)
        )
        log_prob = self._log_prob(hidden, lagged.unsqueeze(1), embedding)
        return log_prob[:, 0], self.cell_logit(hidden)[:, 0], torch.cat([first[0], second[0]], dim=1)

    def _hidden(
        self,
        before: Float[Tensor, "batch sixteenth cells"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, "batch sixteenth"],
        bar_before: BarBefore,
        state: State,
        dropout: Noise | None = None,
    ) -> tuple[Float[Tensor, "batch sixteenth width"], State]:
        whole = self.bar_before(torch.cat([bar_before.whole.flatten(1), bar_before.known], dim=1))
        inputs = self.before(before) + self.here_before(bar_before.here.flatten(2))
        inputs = inputs + functional.embedding(place, self.place)  # whose gradient adds up in one order
        inputs = inputs + (self.condition(condition) + whole).unsqueeze(1)
        first, state_1 = self.first(self._dropped(functional.silu(inputs), dropout), state[0].contiguous())
        second, state_2 = self.second(self._dropped(first, dropout), state[1].contiguous())
        return self._dropped(self.norm(self.block(first + second + inputs)), dropout), (state_1, state_2)

    def _log_prob(
        self,
        hidden: Float[Tensor, "batch sixteenth width"],
        lagged: Int[Tensor, "batch sixteenth lag_or_bar"],
        embedding: Float[Tensor, "token width"],
    ) -> Float[Tensor, "batch sixteenth token_or_unknown"]:
        score = hidden @ embedding.T / embedding.shape[1] ** 0.5 + self.cell_score(hidden) @ self.cells.T
        score = torch.cat([score, self.unknown_score(hidden)], dim=2) + self.token_bias
        not_there = torch.zeros_like(score[:, :, :1])  # takes the copies of what is not known, and goes
        copied = self.copy_score(hidden).to(score.dtype)
        score = torch.cat([score, not_there], dim=2).scatter_add(2, lagged, copied)[:, :, :-1]
        return torch.log_softmax(score, dim=2)

    def _dropped(
        self, x: Float[Tensor, "batch sixteenth width"], dropout: Noise | None
    ) -> Float[Tensor, "batch sixteenth width"]:
        """Dropout with noise that is passed in, so that a resumed run draws the same masks."""
        if dropout is None:
            return x
        kept = uniform(tuple(x.shape), dropout) >= self.dropout
        return x * kept / (1 - self.dropout)
