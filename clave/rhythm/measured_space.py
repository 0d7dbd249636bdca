"""What the decoder of a rhythm space says of given bars and codes: logits, dynamics and likelihoods."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from clave.errors import SpaceError
from clave.latent.code import Code, generator, map_points
from clave.latent.space_folder import SpaceFolder
from clave.latent.verdict import Verdict, verdict_of
from clave.music.arguments import checked
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Float64
from clave.music.units import COMMON_TIME, METERS, Meter, meter_name
from clave.rhythm.bar_index import BarIndex, SimilarBar
from clave.rhythm.condition import Condition, Labels
from clave.rhythm.detail_decoder import BarDecoder
from clave.rhythm.dynamics import Dynamics
from clave.rhythm.encoder import BarEncoder
from clave.rhythm.likelihood import importance_sampled
from clave.rhythm.map_search import MapSearch
from clave.rhythm.similar import open_space_bars


@checked(SpaceError)
class MeasuredSpace(ABC):
    """The measures of a space, beside what plays."""

    folder: Path
    styles: tuple[str, ...]
    sections: tuple[str, ...]
    meters: tuple[Meter, ...]
    network_meters: tuple[Meter, ...] = METERS
    detail_size: int
    _files: SpaceFolder
    _decoder: BarDecoder
    _encoder: BarEncoder

    @property
    def verdict(self) -> Verdict | None:
        """What was found of it when it was learned; None for a space without one, as the shipped space is."""
        return verdict_of(self._files.settings)

    @property
    def own_sources(self) -> frozenset[str]:
        """Of a fine-tuned space: the files that it was fine-tuned with, among `corpus.sources`."""
        return frozenset(self._files.settings.get("own_sources", ()))

    @cached_property
    def labels(self) -> Labels:
        """The styles, sections and meters that it has learned."""
        return Labels(self.styles, self.sections, self.meters, self.network_meters)

    def locate(self, patterns: Sequence[Pattern]) -> Float32[np.ndarray, "bar 2"]:
        """The map points of `encode`, without the detail, which takes most of the time."""
        return self._encoder.locate(patterns)

    @cached_property
    def bars(self) -> BarIndex:
        """The bars that the space was learned from, to search in; SpaceError where its folder has none."""
        return open_space_bars(self.folder, self.decode)

    def similar(self, bars: Sequence[Pattern], n: int = 10) -> list[list[SimilarBar]]:
        """For each bar the `n` most like it among those that the space was learned from, the nearest first.

        Each has its strokes, its file and licence. Bars of the same strokes count once. See BarIndex.similar.
        """
        return self.bars.similar(bars, n)

    @abstractmethod
    def decode(self, code: Code, density: float | None = None) -> list[Pattern]:
        """The bars of these codes."""

    def map_search(self, meter: Meter = COMMON_TIME) -> MapSearch:
        """The whole map decoded in a meter, point by point: made once, in a third of a second."""
        return self._encoder.search(self.labels.check_meter(meter))

    def hit_logits(self, code: Code) -> Float32[np.ndarray, "bar voice step"]:
        """The logit of a hit in each cell, before any threshold, as wide as the longest of the bars."""
        code, condition = check_code(code, self.detail_size, self.labels)
        return self._decoder.hit_logits(code.detail, condition)

    def map_logits(self, code: Code) -> Float32[np.ndarray, "bar voice step"]:
        """The same by the map alone, whatever the detail."""
        return self._decoder.map.silenced_logits(check_code(code, self.detail_size, self.labels)[1])

    def cell_feel(self, code: Code, hits: Bool[np.ndarray, "bar voice step"] | None = None) -> Dynamics:
        """The velocity and the offset (steps) that each cell has if it is hit, in bars of these strokes or its own."""
        code, condition = check_code(code, self.detail_size, self.labels)
        struck = self.hit_logits(code) > 0 if hits is None else hits
        return self._decoder.dynamics(struck, self._decoder.feel(code.detail), condition)

    def log_likelihood(
        self, patterns: Sequence[Pattern], draws: int = 64, seed: int = 0, before: Sequence[Pattern] | None = None
    ) -> Float64[np.ndarray, " bar"]:
        """Log p(hits) of each bar in nats, estimated from below by importance sampling over the map.

        With `before`, a bar for each, it is log p(hits | bar before). Style and section are left unconditioned. The
        detail is a function of the strokes, so that it costs nothing.
        """
        if draws < 1:
            raise SpaceError(f"importance sampling needs 1 draw or more, got {draws}")
        meters, hits = [pattern.meter for pattern in patterns], self._encoder.stack(patterns)[0]
        if before is not None:
            check_before([pattern.meter for pattern in before], meters)
        earlier = None if before is None else self._encoder.stack(before)[0]
        return importance_sampled(
            lambda points: self._decoder.log_likelihood(hits, self.labels.condition(points, meters), earlier),
            self.locate(patterns), draws, generator(seed), self._encoder.prior,
        )  # fmt: skip


def check_code(code: Code, detail_size: int, labels: Labels) -> tuple[Code, Condition]:
    """The code with the meter of each row, and its condition, without a style and a section.

    Raises SpaceError if it is not one of a space with this size of detail and these labels.
    """
    meters = tuple(map(labels.check_meter, code.meters)) or (COMMON_TIME,) * len(code)
    if code.map.shape != (len(code), 2) or code.detail.shape != (len(code), detail_size) or len(meters) != len(code):
        raise SpaceError(
            f"a code of this space is map [n, 2] and detail [n, {detail_size}], "
            f"got {list(code.map.shape)} and {list(code.detail.shape)}"
        )
    if not np.isfinite(code.detail).all():
        raise SpaceError("detail is made of finite numbers, got NaN or infinity")
    points = map_points(code.map)
    return Code(points, code.detail, meters), labels.condition(points, meters)


def check_before(before: Sequence[Meter], meters: Sequence[Meter]) -> None:
    """SpaceError unless bars of these meters can follow as many of those: each has one before it, in its meter."""
    if len(before) != len(meters):
        raise SpaceError(f"each bar has one before it: got {len(before)} before {len(meters)} bars")
    for earlier, meter in zip(before, meters, strict=True):
        if earlier != meter:
            raise SpaceError(f"the bar before is in the same meter, {meter_name(meter)}; got {meter_name(earlier)}")
