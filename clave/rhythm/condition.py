"""What the networks of a rhythm space are conditioned on: map point, style, section and meter of each bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from clave.errors import SpaceError
from clave.music.shapes import Bool, Float32, Int
from clave.music.units import METERS, STEPS_PER_SIXTEENTH, Meter, meter_name, steps_per_bar

Style = str | Mapping[str, float]
"""A style by name, or a blend of several whose shares add up to 1."""

BLEND_TOLERANCE = 1e-3  # how far the shares of a blend may be off 1


@dataclass(frozen=True, eq=False)
class Condition:
    """A row for each bar. A row of zeros means that the style, or the section, is left unconditioned."""

    map: Float32[np.ndarray, "row 2"]
    style: Float32[np.ndarray, "row style"]  # weights that add up to 1
    section: Float32[np.ndarray, "row section"]  # one-hot
    meter: Float32[np.ndarray, "row meter"]  # one-hot over METERS, or over the first of them that a network knows

    def __len__(self) -> int:
        return len(self.map)

    def __getitem__(self, rows: slice | Int[np.ndarray, " chosen"]) -> "Condition":
        """Some of the rows; an index may come more than once."""
        return Condition(self.map[rows], self.style[rows], self.section[rows], self.meter[rows])

    def inputs(self) -> dict[str, np.ndarray]:
        """The four arrays by the names that the networks have for them."""
        return {"map": self.map, "style": self.style, "section": self.section, "meter": self.meter}

    def without_style(self) -> "Condition":
        """The same rows with the style left unconditioned."""
        return replace(self, style=np.zeros_like(self.style))

    @property
    def unstyled(self) -> Bool[np.ndarray, " row"]:
        """Which rows have no style."""
        return self.style.sum(axis=1) == 0

    def followed_by(self, other: "Condition") -> "Condition":
        """These rows, and then those of another condition: for one run of a network."""
        both = {name: np.concatenate([mine, other.inputs()[name]]) for name, mine in self.inputs().items()}
        return Condition(**both)

    @cached_property
    def meter_index(self) -> Int[np.ndarray, " row"]:
        """The place of each bar's meter in METERS."""
        return self.meter.argmax(axis=1)

    @cached_property
    def meters(self) -> list[Meter]:
        """The meter of each bar."""
        return [METERS[meter] for meter in self.meter_index]

    @cached_property
    def step_counts(self) -> Int[np.ndarray, " row"]:
        """The number of steps of each bar."""
        return np.array([steps_per_bar(meter) for meter in self.meters], np.int64)

    @cached_property
    def steps(self) -> int:
        """The number of steps of the longest bar."""
        return int(self.step_counts.max(initial=0))

    @property
    def inside(self) -> Bool[np.ndarray, "row 1 step"]:
        """Which of the longest bar's steps are part of each bar."""
        return np.arange(self.steps) < self.step_counts[:, None, None]

    @property
    def sixteenths(self) -> int:
        """The number of 16ths of the longest bar."""
        return self.steps // STEPS_PER_SIXTEENTH


@dataclass(frozen=True)
class Labels:
    """The styles, sections and meters that a space has learned."""

    styles: tuple[str, ...]
    sections: tuple[str, ...]
    meters: tuple[Meter, ...]
    network_meters: tuple[Meter, ...] = METERS  # that the input of its networks counts: the first so many of METERS

    def condition(
        self,
        points: Float32[np.ndarray, "row 2"],
        meters: Sequence[Meter],
        style: Style | None = None,
        section: str | None = None,
    ) -> Condition:
        """These map points in these meters; None leaves the style or the section unconditioned.

        Raises SpaceError for a style or a section that the space has not learned.
        """
        self.check_section(section)
        one_hot = np.array([float(name == section) for name in self.sections], np.float32)
        rows = len(points)
        weights = style_weights(style, self.styles)
        return Condition(points, np.tile(weights, (rows, 1)), np.tile(one_hot, (rows, 1)), self.meter_rows(meters))

    def meter_rows(self, meters: Sequence[Meter]) -> Float32[np.ndarray, "row meter"]:
        """These meters, one-hot over those that the networks know."""
        rows = [self.network_meters.index(meter) for meter in meters]
        return np.eye(len(self.network_meters), dtype=np.float32)[rows]

    @property
    def network_steps(self) -> int:
        """How many steps the bars have that the networks take: those of the longest meter that they know."""
        return max(map(steps_per_bar, self.network_meters))

    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of one row of a condition, by the names of `Condition.inputs`."""
        meters = len(self.network_meters)
        return {"map": (2,), "style": (len(self.styles),), "section": (len(self.sections),), "meter": (meters,)}

    def check(self, style: Style | None, section: str | None, meter: Meter) -> None:
        """SpaceError if the space has not learned this style or a style of this blend, this section or this meter."""
        style_weights(style, self.styles)
        self.check_section(section)
        self.check_meter(meter)

    def check_section(self, section: str | None) -> None:
        """SpaceError if the space has not learned this section; None is none."""
        if section is not None and section not in self.sections:
            raise SpaceError(f"no section {section!r} in this space; its sections are: {', '.join(self.sections)}")

    def check_meter(self, meter: Meter, subject: str = "") -> Meter:
        """The meter itself; SpaceError if the space has not learned it."""
        if tuple(meter) not in self.meters:
            known = ", ".join(map(meter_name, self.meters))
            raise SpaceError(f"this space has learned {known}, got {subject}{meter_name(meter)}")
        return meter[0], meter[1]


def style_weights(style: Style | None, styles: tuple[str, ...]) -> Float32[np.ndarray, " style"]:
    """A style or a blend as weights over these styles; all zeros for None.

    Raises SpaceError for an unknown style, and names those there are; and for shares that do not add up to 1.
    """
    shares = dict(style or {}) if style is None or isinstance(style, Mapping) else {style: 1.0}
    unknown = [name for name in shares if name not in styles]
    if unknown:
        known = ", ".join(styles) or "none, it was learned without labels"
        raise SpaceError(f"no style {unknown[0]!r} in this space; its styles are: {known}")
    weights = np.array([shares.get(name, 0.0) for name in styles], np.float32)
    if style is not None and not (np.all(weights >= 0) and abs(weights.sum() - 1) < BLEND_TOLERANCE):
        raise SpaceError(f"the shares of a blend are at least 0 and add up to 1, got {shares}")
    return weights
