"""What fine-tuning must not forget of a map: the points where its bars lie, with their labels.

The bars themselves are not in a space's folder, nor are they needed. The old map decoder says at each point what it
expects there, and the new one has to say the same: distillation, or learning without forgetting (Li and Hoiem, 2016).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from clave.music.shapes import Float, Int
from clave.music.units import METERS
from clave.rhythm.map_prior import MAP_EDGE
from clave.rhythm.space import RhythmSpace
from clave.training.models.bars import SECTIONS, bernoulli, one_hot
from clave.training.models.condition import Condition
from clave.training.models.map_training import MapDecoder

POINT_STD = 0.05  # map units: points lie so far from bars ...
ANYWHERE_SHARE = 0.3  # ... but for this share, which lie anywhere on the map
LABEL_KEEP_PROB = 0.5  # of style and section, as in training


@dataclass(frozen=True)
class Replay:
    """The bars of a space as points with labels."""

    point: Float[Tensor, "bar map"]
    style: Float[Tensor, "bar style"]
    section: Int[Tensor, " bar"]
    meter: Int[Tensor, " bar"]

    @classmethod
    def of(cls, space: RhythmSpace, names: Sequence[str]) -> "Replay":
        """Those of this space, with styles among these names, which begin with the space's own."""
        corpus, styles = space.corpus, {name: index for index, name in enumerate(names)}
        index = torch.tensor([styles.get(name, -1) for name in corpus.styles])
        style = one_hot(index.clamp(min=0), max(1, len(styles)))[:, : len(styles)] * (index >= 0).unsqueeze(1)
        section = torch.tensor([SECTIONS.index(name) for name in corpus.sections])
        meter = torch.tensor([METERS.index(meter) for meter in corpus.meters])
        return cls(torch.from_numpy(corpus.map.astype(np.float32)), style, section, meter)

    def conditions(self, count: int, noise: torch.Generator) -> Condition:
        """So many conditions, drawn as a player may ask for them: most near bars, some anywhere."""
        rows = torch.randint(len(self.point), (count,), generator=noise)
        near = self.point[rows] + POINT_STD * torch.randn((count, 2), generator=noise)
        anywhere = MAP_EDGE * (2 * torch.rand((count, 2), generator=noise) - 1)
        point = torch.where(bernoulli(ANYWHERE_SHARE, (count, 1), noise), anywhere, near)
        style = self.style[rows] * bernoulli(LABEL_KEEP_PROB, (count, 1), noise)
        section = one_hot(self.section[rows], len(SECTIONS)) * bernoulli(LABEL_KEEP_PROB, (count, 1), noise)
        return Condition(point, style, section, one_hot(self.meter[rows], len(METERS)))


def forgotten(before: MapDecoder, now: MapDecoder, condition: Condition) -> Float[Tensor, " batch"]:
    """Kullback-Leibler divergence of what is expected now from what was expected before, in nats a bar."""
    with torch.no_grad():
        expected = torch.sigmoid(before(condition))
        entropy = functional.binary_cross_entropy(expected, expected, reduction="none")
    cross = functional.binary_cross_entropy_with_logits(now(condition), expected, reduction="none")
    return (cross - entropy).sum(dim=(1, 2))
