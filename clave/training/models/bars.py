"""Batches of bars as tensors, and the augmentations of them in training."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float, Int
from clave.music.units import COMMON_TIME, METERS, STEPS_PER_SIXTEENTH, steps_per_bar
from clave.training.models.noise import Noise, uniform

SECTIONS = ("beat", "fill")
VOICE_COUNT = len(VOICES)
STEP_COUNT = max(map(steps_per_bar, METERS))  # of the longest bar; shorter ones are padded with silence
SIXTEENTH_COUNT = STEP_COUNT // STEPS_PER_SIXTEENTH
BAR_STEPS = torch.tensor([steps_per_bar(meter) for meter in METERS])


@dataclass(frozen=True)
class Bars:
    """A batch of bars."""

    velocity: Float[Tensor, "batch voice step"]  # in [0, 1], 0 is silence
    offset: Float[Tensor, "batch voice step"]  # steps, in [-2, 2)
    style: Float[Tensor, "batch style"]  # weights that add up to 1, or zeros where the style is not known
    section: Int[Tensor, " batch"]  # index into SECTIONS
    meter: Int[Tensor, " batch"]  # index into METERS
    before: Bool[Tensor, "batch voice step"] | None = None  # hits of the bar before, silent where it is not known
    follows: Bool[Tensor, " batch"] | None = None  # whether the bar before is known
    weight: Float[Tensor, " batch"] | None = None  # how much each bar counts in training, 1 on average; None: all alike
    point: Float[Tensor, "batch map"] | None = None  # where the map has the bar, once that is known
    turned_point: Float[Tensor, "batch turn map"] | None = None  # the same, begun at each other quarter
    exchanged: Float[Tensor, "batch voice step"] | None = None  # velocity, with some voices of other bars
    turning_weight: Float[Tensor, " batch"] | None = None  # of each bar in what is learned from turned bars

    @property
    def hits(self) -> Float[Tensor, "batch voice step"]:
        """1 in cells that are struck, else 0."""
        return (self.velocity > 0).float()

    @property
    def inside(self) -> Bool[Tensor, "batch step"]:
        """Which steps are part of the bar."""
        return torch.arange(self.velocity.shape[2], device=self.meter.device) < BAR_STEPS.to(self.meter.device)[
            self.meter
        ].unsqueeze(1)

    def __len__(self) -> int:
        return self.velocity.shape[0]

    def __getitem__(self, rows: slice | Tensor) -> "Bars":
        return self._each(lambda column: column[rows])

    def to(self, device: str | torch.device) -> "Bars":
        """The same bars on another device."""
        return self._each(lambda column: column.to(device))

    def alone(self) -> "Bars":
        """The same bars without those before them."""
        return replace(self, before=None, follows=None)

    def rows_by_length(self) -> list[tuple[int, Int[Tensor, " row"]]]:
        """The steps of 4/4 with the rows of bars no longer than that, and STEP_COUNT with the others, where any are.

        The steps do not depend on which bars there are, so that a part of a batch is computed as the whole is.
        """
        short = steps_per_bar(COMMON_TIME)
        long = BAR_STEPS.to(self.meter.device)[self.meter] > short
        groups = [(short, torch.nonzero(~long)[:, 0]), (STEP_COUNT, torch.nonzero(long)[:, 0])]
        return [(steps, rows) for steps, rows in groups if len(rows)]

    def cut(self, steps: int) -> "Bars":
        """The same bars with so many steps."""
        grids = {name: getattr(self, name) for name in ("velocity", "offset", "before", "exchanged")}
        return replace(self, **{name: None if grid is None else grid[:, :, :steps] for name, grid in grids.items()})

    def _each(self, change: Callable[[Tensor], Tensor]) -> "Bars":
        columns: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        there = {name: change(column) for name, column in columns.items() if column is not None}
        return replace(self, **there)


def one_hot(index: Int[Tensor, " batch"], count: int) -> Float[Tensor, "batch {count}"]:
    """As weights: 1 at the index, else 0."""
    return functional.one_hot(index, count).float()


def token_cells(grid: Float[Tensor, "batch voice step"]) -> Float[Tensor, "batch sixteenth cell"]:
    """Cells 16th by 16th, in the order of `tokens.split_sixteenths`."""
    return grid.unflatten(2, (-1, STEPS_PER_SIXTEENTH)).permute(0, 2, 1, 3).flatten(2)


def bar_cells(tokens: Float[Tensor, "batch sixteenth cell"]) -> Float[Tensor, "batch voice step"]:
    """The inverse of `token_cells`."""
    return tokens.unflatten(2, (VOICE_COUNT, STEPS_PER_SIXTEENTH)).permute(0, 2, 1, 3).flatten(2)


def bernoulli(probability: float, shape: tuple[int, ...], noise: Noise) -> Bool[Tensor, "*shape"]:
    """Independent samples, true with this probability, on the device of the generator."""
    return uniform(tuple(shape), noise) < probability


def exchange_voices(bars: Bars, probability: float, noise: torch.Generator) -> Bars:
    """The same bars, of which each takes each voice, with this probability, from another bar.

    The other bar is the same for all voices, drawn from those of the same style, section and meter; a bar that has no
    such other stays as it is.
    """
    rows, device = len(bars), bars.velocity.device
    labels = torch.cat([bars.style, ~bars.style.any(dim=1, keepdim=True)], dim=1)  # the last: without a style
    style = labels.argmax(dim=1)
    kind = (style * len(SECTIONS) + bars.section) * len(METERS) + bars.meter
    order = torch.randperm(rows, generator=noise, device=device)
    order = order[kind[order].argsort(stable=True)]  # at random among bars of one kind
    follower = order.roll(-1)
    other = torch.empty_like(order)
    other[order] = torch.where(kind[follower] == kind[order], follower, order)
    taken = bernoulli(probability, (rows, VOICE_COUNT), noise)[:, :, None]
    velocity, offset = (torch.where(taken, each[other], each) for each in (bars.velocity, bars.offset))
    return replace(bars, velocity=velocity, offset=offset)
