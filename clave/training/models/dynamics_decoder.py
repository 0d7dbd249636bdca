"""How strokes are played, as distributions: a mixture for the velocity of each cell, a normal one for its offset."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Float
from clave.rhythm.tokens import TOKEN_CELLS
from clave.training.models.bars import SIXTEENTH_COUNT, Bars, bar_cells, token_cells

KINDS = 3  # of strokes that the mixture tells apart: such as ghost note, stroke and accent
FIRST_LEVELS = (0.3, 0.6, 0.9)  # velocities of the kinds before training
VELOCITY_STD = (0.02, 0.3)  # least and largest deviation of a kind
OFFSET_STD = (0.05, 1.5)  # steps: of a cell


@dataclass(frozen=True)
class PlayedCells:
    """The distribution of velocity and offset in each cell, if it is struck."""

    kind_logit: Float[Tensor, "batch kind voice step"]
    level: Float[Tensor, "batch kind voice step"]  # mean velocity of each kind, in (0, 1)
    level_std: Float[Tensor, "batch kind voice step"]
    offset: Float[Tensor, "batch voice step"]  # the mean, in (-2, 2) steps
    offset_std: Float[Tensor, "batch voice step"]

    @property
    def velocity(self) -> Float[Tensor, "batch voice step"]:
        """The mean of the mixture."""
        return (torch.softmax(self.kind_logit, dim=1) * self.level).sum(dim=1)

    def nll(self, bars: Bars) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """-log p of the velocities, and of the offsets, in nats a bar; cells without a stroke do not count."""
        distance = (bars.velocity.unsqueeze(1) - self.level) / self.level_std
        log_kind = torch.log_softmax(self.kind_logit, dim=1) - 0.5 * distance.square() - self.level_std.log()
        loudness = -torch.logsumexp(log_kind, dim=1) + 0.5 * math.log(2 * math.pi)
        late = (bars.offset - self.offset) / self.offset_std
        timing = 0.5 * late.square() + self.offset_std.log() + 0.5 * math.log(2 * math.pi)
        return (bars.hits * loudness).sum(dim=(1, 2)), (bars.hits * timing).sum(dim=(1, 2))


class DynamicsDecoder(nn.Module):
    """Velocity and offset of each stroke, given all strokes of the bar, the feel and the map point."""

    def __init__(self, condition: int, width: int) -> None:
        super().__init__()
        self.condition = nn.Linear(condition, width)
        self.place = nn.Parameter(0.02 * torch.randn(SIXTEENTH_COUNT, width))
        self.strokes = nn.Linear(TOKEN_CELLS, width)
        self.gru = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.out = nn.Sequential(
            nn.LayerNorm(3 * width), nn.Linear(3 * width, width), nn.SiLU(),
            nn.Linear(width, (3 * KINDS + 2) * TOKEN_CELLS),
        )  # fmt: skip
        levels = torch.logit(torch.tensor(FIRST_LEVELS))
        self.register_buffer("first_level", levels.view(1, KINDS, 1, 1), persistent=False)

    first_level: Tensor

    def forward(
        self, hits: Float[Tensor, "batch voice step"], condition: Float[Tensor, "batch condition"]
    ) -> PlayedCells:
        """How each cell is played, if it is struck."""
        strokes = self.strokes(token_cells(hits))
        inputs = strokes + self.place[: strokes.shape[1]] + self.condition(condition).unsqueeze(1)
        inputs = functional.silu(inputs)
        context, _ = self.gru(inputs)
        numbers = self.out(torch.cat([inputs, context], dim=2)).chunk(3 * KINDS + 2, dim=2)
        kind, level, level_std = (
            torch.stack([bar_cells(each) for each in numbers[start : start + KINDS]], dim=1)
            for start in range(0, 3 * KINDS, KINDS)
        )
        offset, offset_std = map(bar_cells, numbers[3 * KINDS :])
        return PlayedCells(
            kind, torch.sigmoid(level + self.first_level), _between(VELOCITY_STD, level_std),
            2 * torch.tanh(offset), _between(OFFSET_STD, offset_std),
        )  # fmt: skip


def _between(limits: tuple[float, float], raw: Float[Tensor, "*cell"]) -> Float[Tensor, "*cell"]:
    """A positive number between these, from any number, even on a logarithmic scale."""
    low, high = map(math.log, limits)
    return torch.exp(low + (high - low) * torch.sigmoid(raw))
