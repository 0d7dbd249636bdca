"""How likely each token is, sixteenth by sixteenth: a recurrent network that knows what was struck before."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from clave.music.units import METERS
from clave.rhythm.token_sampler import LAGS
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.models.bars import SIXTEENTH_COUNT
from clave.training.models.vae import ResidualBlock


def behind(
    rows: Float[Tensor, "batch sixteenth *cell"], lag: int, start: float = 0.0
) -> Float[Tensor, "batch sixteenth *cell"]:
    """What was so many sixteenths before each, and `start` before the bar began."""
    before = torch.full_like(rows[:, :lag], start)
    return torch.cat([before, rows[:, : max(0, rows.shape[1] - lag)]], dim=1)[:, : rows.shape[1]]


class TokenPrior(nn.Module):
    """p(token | tokens before, condition) for each sixteenth of a bar.

    The last share stands for whatever is not in the vocabulary. A token is scored by what it is made of (its strokes),
    so that rare ones profit from the common ones they resemble, and can be copied from one of LAGS sixteenths before.
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
        self.content = nn.Sequential(nn.Linear(TOKEN_CELLS, width), nn.SiLU(), nn.Linear(width, width, bias=False))
        self.strokes = nn.Linear(width, TOKEN_CELLS)
        self.copied = nn.Linear(width, len(LAGS))
        self.usual = nn.Parameter(torch.zeros(len(cells) + 1))
        self.strange = nn.Linear(width, 1)
        self.stroke = nn.Linear(width, TOKEN_CELLS)
        self.frozen: Tensor | None = None  # what `content` says of each token, once it is learned

    def freeze(self) -> None:
        """Work out once what does not change any more: for playing, not for training."""
        self.frozen = self.content(self.cells).detach().half().float()  # as it will be stored

    def forward(
        self,
        tokens: Int[Tensor, "batch sixteenth"],
        cells: Float[Tensor, "batch sixteenth cell"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, "batch sixteenth"],
        dropout: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, "batch sixteenth share"], Float[Tensor, "batch sixteenth cell"]]:
        """Log p of each token and, last, of none of them, for every sixteenth of bars that are known.

        Beside it, the logits of single strokes, by which a sixteenth is judged that is in no vocabulary. `tokens` has
        the size of the vocabulary where a sixteenth is not in it; `place` is meter and sixteenth as one
        index, `meter * SIXTEENTH_COUNT + sixteenth`. In training, `dropout` draws what is left out.
        """
        none = len(self.cells) + 1
        before = torch.cat([behind(cells, lag) for lag in LAGS], dim=2)
        lagged = torch.stack([behind(tokens.float(), lag, float(none)) for lag in LAGS], dim=2).long()
        state = tokens.new_zeros((1, len(tokens), self.norm.normalized_shape[0])).float()
        return self._shares(before, lagged, condition, place, state, state, dropout)[:2]

    def step(
        self,
        before: Float[Tensor, "batch lag cell"],
        lagged: Int[Tensor, "batch lag"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, " batch"],
        state: Float[Tensor, "batch double"],
    ) -> tuple[Float[Tensor, "batch share"], Float[Tensor, "batch cell"], Float[Tensor, "batch double"]]:
        """The same for a single sixteenth, given those before it and the state they left; zeros at the start."""
        first, second = (half.unsqueeze(0) for half in state.chunk(2, dim=1))
        shares, strokes, first, second = self._shares(
            before.flatten(1).unsqueeze(1), lagged.unsqueeze(1), condition, place.unsqueeze(1), first, second
        )
        return shares[:, 0], strokes[:, 0], torch.cat([first[0], second[0]], dim=1)

    def _shares(
        self,
        before: Float[Tensor, "batch sixteenth cells"],
        lagged: Int[Tensor, "batch sixteenth lag"],
        condition: Float[Tensor, "batch condition"],
        place: Int[Tensor, "batch sixteenth"],
        first: Float[Tensor, "1 batch width"],
        second: Float[Tensor, "1 batch width"],
        dropout: torch.Generator | None = None,
    ) -> tuple[
        Float[Tensor, "batch sixteenth share"],
        Float[Tensor, "batch sixteenth cell"],
        Float[Tensor, "1 batch width"],
        Float[Tensor, "1 batch width"],
    ]:
        seen = self.before(before) + self.place[place] + self.condition(condition).unsqueeze(1)
        deep, first = self.first(self._thinned(functional.silu(seen), dropout), first.contiguous())
        deeper, second = self.second(self._thinned(deep, dropout), second.contiguous())
        deep = self._thinned(self.norm(self.block(deep + deeper + seen)), dropout)
        content = self.content(self.cells) if self.frozen is None else self.frozen
        score = deep @ content.T / content.shape[1] ** 0.5 + self.strokes(deep) @ self.cells.T
        score = torch.cat([score, self.strange(deep)], dim=2) + self.usual
        nothing = torch.zeros_like(score[:, :, :1])  # where what lies before the bar is copied to
        score = torch.cat([score, nothing], dim=2).scatter_add(2, lagged, self.copied(deep))[:, :, :-1]
        return torch.log_softmax(score, dim=2), self.stroke(deep), first, second

    def _thinned(
        self, x: Float[Tensor, "batch sixteenth width"], dropout: torch.Generator | None
    ) -> Float[Tensor, "batch sixteenth width"]:
        """Dropout whose noise is passed in, as a run that goes on must draw the same."""
        if dropout is None:
            return x
        kept = torch.rand(x.shape, generator=dropout, device=x.device) >= self.dropout
        return x * kept / (1 - self.dropout)
