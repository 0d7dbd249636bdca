"""The prior of tokens, 16th by 16th: a recurrent network over what was struck before."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Float, Int
from clave.music.units import METERS
from clave.rhythm.token_sampler import LAGS
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.models.bars import SIXTEENTH_COUNT
from clave.training.models.vae import ResidualBlock

State = tuple[Float[Tensor, "1 batch width"], Float[Tensor, "1 batch width"]]
"""Of the two recurrent layers."""


def lagged_by(
    rows: Float[Tensor, "batch sixteenth *cell"], lag: int, start: float = 0.0
) -> Float[Tensor, "batch sixteenth *cell"]:
    """What lies so many 16ths before each one, and `start` before the bar."""
    before = torch.full_like(rows[:, :lag], start)
    return torch.cat([before, rows[:, : max(0, rows.shape[1] - lag)]], dim=1)[:, : rows.shape[1]]


class TokenPrior(nn.Module):
    """p(token | tokens before, condition) for each 16th of a bar; the last token stands for all unknown ones.

    A token is scored by its cells, so that rare ones profit from the common ones that they resemble; and it can be
    copied from one of LAGS 16ths before.
    """

    cells: Tensor

    def __init__(self, cells: Float[Tensor, "token cell"], condition: int, width: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("cells", cells, persistent=False)
        self.before = nn.Linear(TOKEN_CELLS * len(LAGS), width)
        self.condition = nn.Sequential(nn.Linear(condition, width), nn.SiLU(), nn.Linear(width, width))
        self.place = nn.Parameter(0.02 * torch.randn(len(METERS) * SIXTEENTH_COUNT, width))
        self.first, self.second = (nn.GRU(width, width, batch_first=True) for _ in range(2))
        self.block, self.norm, self.dropout = ResidualBlock(width), nn.LayerNorm(width), dropout
        self.token_embedding = nn.Sequential(
            nn.Linear(TOKEN_CELLS, width), nn.SiLU(), nn.Linear(width, width, bias=False)
        )
        self.cell_score = nn.Linear(width, TOKEN_CELLS)
        self.copy_score = nn.Linear(width, len(LAGS))
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
        dropout: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, "batch sixteenth token_or_unknown"], Float[Tensor, "batch sixteenth cell"]]:
        """Log p of each token in every 16th of bars that are known, and the logit of each of its cells.

        The cells of an unknown token are scored by those logits, as independent Bernoulli variables. `tokens` has the
        size of the vocabulary for an unknown token; `place` is meter and 16th as one index, `meter * SIXTEENTH_COUNT +
        sixteenth`. In training, `dropout` draws the dropout masks.
        """
        before_the_bar = len(self.cells) + 1
        before = torch.cat([lagged_by(cells, lag) for lag in LAGS], dim=2)
        lagged = torch.stack([lagged_by(tokens.float(), lag, float(before_the_bar)) for lag in LAGS], dim=2).long()
        zeros = tokens.new_zeros((1, len(tokens), self.norm.normalized_shape[0])).float()
        hidden, _ = self._hidden(before, condition, place, (zeros, zeros), dropout)
        return self._log_prob(hidden, lagged, self.embed_tokens()), self.cell_logit(hidden)

    def step(
        self,
        before: Float[Tensor, "batch lag cell"],
        lagged: Int[Tensor, "batch lag"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, " batch"],
        state: Float[Tensor, "batch double"],
        embedding: Float[Tensor, "token width"],
    ) -> tuple[Float[Tensor, "batch token_or_unknown"], Float[Tensor, "batch cell"], Float[Tensor, "batch double"]]:
        """The same for a single 16th, given those before it and the state after them, which is zeros at the start.

        `embedding` is that of `embed_tokens`.
        """
        first, second = (half.unsqueeze(0) for half in state.chunk(2, dim=1))
        hidden, (first, second) = self._hidden(
            before.flatten(1).unsqueeze(1), condition, place.unsqueeze(1), (first, second)
        )
        log_prob = self._log_prob(hidden, lagged.unsqueeze(1), embedding)
        return log_prob[:, 0], self.cell_logit(hidden)[:, 0], torch.cat([first[0], second[0]], dim=1)

    def _hidden(
        self,
        before: Float[Tensor, "batch sixteenth cells"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, "batch sixteenth"],
        state: State,
        dropout: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, "batch sixteenth width"], State]:
        inputs = self.before(before) + self.place[place] + self.condition(condition).unsqueeze(1)
        first, state_1 = self.first(self._dropped(functional.silu(inputs), dropout), state[0].contiguous())
        second, state_2 = self.second(self._dropped(first, dropout), state[1].contiguous())
        return self._dropped(self.norm(self.block(first + second + inputs)), dropout), (state_1, state_2)

    def _log_prob(
        self,
        hidden: Float[Tensor, "batch sixteenth width"],
        lagged: Int[Tensor, "batch sixteenth lag"],
        embedding: Float[Tensor, "token width"],
    ) -> Float[Tensor, "batch sixteenth token_or_unknown"]:
        score = hidden @ embedding.T / embedding.shape[1] ** 0.5 + self.cell_score(hidden) @ self.cells.T
        score = torch.cat([score, self.unknown_score(hidden)], dim=2) + self.token_bias
        before_the_bar = torch.zeros_like(score[:, :, :1])  # takes the copies of what lies before the bar, and goes
        score = torch.cat([score, before_the_bar], dim=2).scatter_add(2, lagged, self.copy_score(hidden))[:, :, :-1]
        return torch.log_softmax(score, dim=2)

    def _dropped(
        self, x: Float[Tensor, "batch sixteenth width"], dropout: torch.Generator | None
    ) -> Float[Tensor, "batch sixteenth width"]:
        """Dropout with a generator that is passed in, so that a resumed run draws the same masks."""
        if dropout is None:
            return x
        kept = torch.rand(x.shape, generator=dropout, device=x.device) >= self.dropout
        return x * kept / (1 - self.dropout)
