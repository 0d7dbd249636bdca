"""A few seeded bars to train small models on, two styles that are easy to tell apart; and a recipe that is as small."""

from dataclasses import replace

import numpy as np
import torch

from clave.recipes import quick
from clave.rhythm_vae import Bars

TOY = replace(quick(2), batch_size=16, epochs=6, warmup_epochs=1, learning_rate=3e-3, annealed=False, averaging=0.5)


def toy_bars(count: int = 64, seed: int = 0) -> Bars:
    """Half of them have kicks on the quarters, half on the off-beats; snares and hats vary."""
    rng = np.random.default_rng(seed)
    velocity = np.zeros((count, 8, 64), np.float32)
    style = rng.integers(0, 2, count)
    for bar, which in enumerate(style):
        velocity[bar, 0, (8 * which) :: 16] = 0.9
        velocity[bar, 1, [16, 48]] = 0.8
        velocity[bar, 2, ::4] = np.where(rng.random(16) < 0.7, 0.5, 0)
    offset = np.where(velocity > 0, rng.normal(0, 0.2, velocity.shape), 0).astype(np.float32)
    section = torch.from_numpy(rng.integers(0, 2, count))
    return Bars(torch.from_numpy(velocity), torch.from_numpy(offset), torch.eye(2)[style], section)
