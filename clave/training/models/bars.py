"""Batches of bars as tensors, and the augmentations of them in training."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float, Int
from clave.music.units import METERS, STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH, steps_per_bar

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
        return Bars(self.velocity[rows], self.offset[rows], self.style[rows], self.section[rows], self.meter[rows])

    def to(self, device: str | torch.device) -> "Bars":
        """The same bars on another device."""
        columns = (self.velocity, self.offset, self.style, self.section, self.meter)
        return Bars(*(column.to(device) for column in columns))


def one_hot(index: Int[Tensor, " batch"], count: int) -> Float[Tensor, "batch {count}"]:
    """As weights: 1 at the index, else 0."""
    return functional.one_hot(index, count).float()


def bernoulli(probability: float, shape: tuple[int, ...], noise: torch.Generator) -> Bool[Tensor, "*shape"]:
    """Independent samples, true with this probability, on the device of the generator."""
    return torch.rand(shape, generator=noise, device=noise.device) < probability


def drop_voice(bars: Bars, probability: float, noise: torch.Generator) -> Bars:
    """The same bars, of which each loses one voice, drawn at random, with this probability."""
    rows, device = len(bars), bars.velocity.device
    silent = torch.randint(VOICE_COUNT, (rows, 1), generator=noise, device=device) == torch.arange(
        VOICE_COUNT, device=device
    )
    silent &= bernoulli(probability, (rows, 1), noise)
    return replace(bars, velocity=bars.velocity * ~silent[:, :, None])


def exchange_voices(bars: Bars, probability: float, noise: torch.Generator) -> Bars:
    """The same bars, of which each takes each voice, with this probability, from another bar.

    The other bar is the same for all voices, drawn from those of the same style, section and meter; a bar that has no
    such other stays as it is.
    """
    rows, device = len(bars), bars.velocity.device
    style = torch.where(bars.style.any(dim=1), bars.style.argmax(dim=1), bars.style.shape[1])
    kind = (style * len(SECTIONS) + bars.section) * len(METERS) + bars.meter
    order = torch.randperm(rows, generator=noise, device=device)
    order = order[kind[order].argsort(stable=True)]  # at random among bars of one kind
    follower = order.roll(-1)
    other = torch.empty_like(order)
    other[order] = torch.where(kind[follower] == kind[order], follower, order)
    taken = bernoulli(probability, (rows, VOICE_COUNT), noise)[:, :, None]
    velocity, offset = (torch.where(taken, each[other], each) for each in (bars.velocity, bars.offset))
    return replace(bars, velocity=velocity, offset=offset)


def rotate(bars: Bars, probability: float, noise: torch.Generator) -> Bars:
    """The same bars, of which each begins at another quarter, drawn at random, with this probability.

    A bar of 6/8 is left as it is: a rotation by quarters would make it another rhythm.
    """
    rows, device = len(bars), bars.velocity.device
    length = BAR_STEPS.to(device)[bars.meter].unsqueeze(1)
    uniform = torch.rand((rows, 1), generator=noise, device=device)
    quarters = 1 + (uniform * (length // STEPS_PER_QUARTER - 1)).long()
    six_eighths = torch.tensor([meter[1] == 8 for meter in METERS], device=device)[bars.meter].unsqueeze(1)
    shift = quarters * STEPS_PER_QUARTER * (bernoulli(probability, (rows, 1), noise) & ~six_eighths)
    step = torch.arange(bars.velocity.shape[2], device=device)
    steps = torch.where(step < length, (step + shift) % length, step)[:, None].expand(-1, VOICE_COUNT, -1)
    return replace(bars, velocity=bars.velocity.gather(2, steps), offset=bars.offset.gather(2, steps))
