"""Random numbers for the rows of a batch, whichever of them are computed where.

A batch may be learned from as a whole, in parts one after the other, or on several machines at once. So that all of
them learn the same, what is random in a row is a function of the seed and of the place of the row in the batch.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from clave.music.shapes import Float, Int

BLOCK = 8  # rows that share a generator: calling one costs as much as some rows of numbers


class RowNoise:
    """A stream of random numbers for some rows of a batch, the same for a row whatever other rows are asked for."""

    def __init__(self, seed: int, places: Int[Tensor, " row"], device: str | torch.device = "cpu") -> None:
        """Of the rows at these places in the batch, on this device."""
        self.seed, self.places, self.device = seed, places.cpu(), torch.device(device)
        blocks, block = torch.unique(self.places // BLOCK, return_inverse=True)
        within = block * BLOCK + self.places % BLOCK
        every = len(within) == len(blocks) * BLOCK and bool((within == torch.arange(len(within))).all())
        self._generators = [generator(self.device, seed, number) for number in blocks.tolist()]
        self._within = None if every else within.to(self.device)

    def part(self, key: int, rows: Int[Tensor, " chosen"]) -> "RowNoise":
        """A stream of its own, with this key, for some of these rows."""
        return RowNoise(mixed_seed(self.seed, key), self.places[rows.cpu()], self.device)

    def draw(self, numbers: Callable[[int, torch.Generator], Tensor]) -> Tensor:
        """Random rows; `numbers` draws so many of them from a generator."""
        if not self._generators:
            return numbers(0, generator(self.device, self.seed))
        blocks = torch.cat([numbers(BLOCK, each) for each in self._generators])
        return blocks if self._within is None else blocks[self._within]


Noise = torch.Generator | RowNoise
"""A generator draws rows in the order in which they are asked for: for what is always computed as a whole."""


def uniform(shape: tuple[int, ...], noise: Noise) -> Float[Tensor, "*shape"]:
    """Uniform on [0, 1), a row for each of the first axis, on the device of the noise."""
    return _rows(shape, noise, lambda size, rng: torch.rand(size, generator=rng, device=noise.device))


def normal(shape: tuple[int, ...], noise: Noise) -> Float[Tensor, "*shape"]:
    """Standard normal, a row for each of the first axis, on the device of the noise."""
    return _rows(shape, noise, lambda size, rng: torch.randn(size, generator=rng, device=noise.device))


def integers(high: int, count: int, noise: Noise) -> Int[Tensor, " count"]:
    """So many whole numbers in [0, high), on the device of the noise."""
    return _rows((count,), noise, lambda size, rng: torch.randint(high, size, generator=rng, device=noise.device))


def part_of(noise: Noise, key: int, rows: Int[Tensor, " chosen"]) -> Noise:
    """The noise of some rows; a generator goes on with its stream."""
    return noise.part(key, rows) if isinstance(noise, RowNoise) else noise


def generator(device: str | torch.device, *key: Any) -> torch.Generator:
    """A generator for each key, which is of plain values: randomness without a state that one would have to keep."""
    return torch.Generator(device=device).manual_seed(mixed_seed(*key))


def mixed_seed(*key: Any) -> int:
    """A seed of 63 bits for each key, which is of plain values."""
    return int.from_bytes(hashlib.blake2b(repr(key).encode(), digest_size=8).digest()) >> 1


def _rows(shape: tuple[int, ...], noise: Noise, draw: Callable[[tuple[int, ...], torch.Generator], Tensor]) -> Tensor:
    if not isinstance(noise, RowNoise):
        return draw(shape, noise)
    assert shape[0] == len(noise.places), f"noise of {len(noise.places)} rows has none for {shape[0]}"
    return noise.draw(lambda rows, rng: draw((rows, *shape[1:]), rng))
