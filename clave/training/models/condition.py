"""What the rhythm models are conditioned on: the twin of `clave.rhythm.condition.Condition`, as tensors."""

from dataclasses import dataclass, replace

from torch import Tensor

from clave.music.shapes import Float, Int
from clave.music.units import METERS
from clave.training.models.bars import SECTIONS, Bars, bernoulli, one_hot
from clave.training.models.noise import Noise


@dataclass(frozen=True)
class Condition:
    """A row for each bar. A row of zeros means that the style, or the section, is left unconditioned."""

    map: Float[Tensor, "batch map"]
    style: Float[Tensor, "batch style"]  # weights that add up to 1
    section: Float[Tensor, "batch section"]  # one-hot
    meter: Float[Tensor, "batch meter"]  # one-hot over METERS

    @classmethod
    def of(cls, bars: Bars, point: Float[Tensor, "batch map"], style_keep_prob: float, noise: Noise) -> "Condition":
        """The labels of these bars, at these map points; style and section are each kept with this probability."""
        rows = (len(bars), 1)
        style = bars.style * bernoulli(style_keep_prob, rows, noise)
        section = one_hot(bars.section, len(SECTIONS)) * bernoulli(style_keep_prob, rows, noise)
        return cls(point, style, section, one_hot(bars.meter, len(METERS)))

    @classmethod
    def unlabelled(cls, point: Float[Tensor, "batch map"], meter: Int[Tensor, " batch"], styles: int) -> "Condition":
        """These map points in these meters (indices into METERS), without a style and a section."""
        rows = len(point)
        style, section = point.new_zeros((rows, styles)), point.new_zeros((rows, len(SECTIONS)))
        return cls(point, style, section, one_hot(meter, len(METERS)))

    def at(self, point: Float[Tensor, "batch map"]) -> "Condition":
        """The same labels at other map points."""
        return replace(self, map=point)

    def __getitem__(self, rows: Int[Tensor, " chosen"]) -> "Condition":
        """Some of the rows."""
        return Condition(self.map[rows], self.style[rows], self.section[rows], self.meter[rows])

    def inputs(self) -> dict[str, Tensor]:
        """The four tensors by the names that the exported networks have for them."""
        return {"map": self.map, "style": self.style, "section": self.section, "meter": self.meter}
