"""What all models of bars have in common: which bars they learn from, and what a rhythm space is made of."""

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
from torch import Tensor

from clave.music.shapes import Bool, Float
from clave.music.units import METERS, Meter
from clave.training.models.bars import STEP_COUNT, Bars
from clave.training.models.condition import Condition
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.models.vae import Config, LikelihoodVAE


class RhythmModelConfig(Config):
    """The settings of a model of bars."""

    meters: ClassVar[tuple[Meter, ...]] = METERS  # that it can learn; bars in others are left out
    step_count: ClassVar[int] = STEP_COUNT  # of the bars that its networks take

    def fitted_to(self, hits: Bool[np.ndarray, "bar voice step"]) -> "RhythmModelConfig":  # noqa: ARG002
        """The settings with those that follow from the hits of the training bars."""
        return self


class RhythmModel(LikelihoodVAE[Bars]):
    """A model that a rhythm space can be made of."""

    @abstractmethod
    def encode_map(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch map"]:
        """The mean of q(map | bar)."""

    @abstractmethod
    def decode_map(self, condition: Condition) -> Float[Tensor, "batch voice step"]:
        """The logits of a hit that the map expects."""

    @abstractmethod
    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The networks that playing needs, by the names of their files without ".onnx"."""

    def write_tables(self, folder: Path, bars: Bars) -> None:
        """Write the arrays that playing needs besides, computed from the training bars; by default there are none."""
