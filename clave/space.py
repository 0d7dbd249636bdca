"""A learned space, for playing: points to patterns and back, with ONNX Runtime and without torch."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.kit import VOICES
from clave.pattern import MAX_OFFSET, Pattern
from clave.space_folder import (
    Code,
    Rules,
    are_names,
    check_share,
    generator,
    has,
    map_points,
    read_settings,
    run,
    session,
)
from clave.units import COMMON_TIME, steps_per_bar

SHIPPED_RHYTHM = Path(__file__).parent / "models" / "rhythm"
DENSITY_LOGITS = 4.0  # how far the ends of the density scale lie from its middle, in logits of a hit
QUIETEST = 1 / 127  # what sounds is never silent
MAP_LIMIT = 3.5  # how far from the centre of the map a bar is looked for
LATTICE_STEP = 0.075  # map units
SEARCH_BATCH = 512  # bars at a time
STYLE_BANDWIDTH = 0.15  # of the kernel density of a style over the map, in map units

Style = str | Mapping[str, float]
"""A style by name, or a blend of several whose shares add up to 1."""


@dataclass(frozen=True, eq=False)
class CorpusMap:
    """The bars a space was learned from, as points of its map."""

    map: Float32[np.ndarray, "bar map"]
    styles: Sequence[str]  # [bar], "" where nobody knows
    sections: Sequence[str]  # [bar]
    sources: Sequence[str]  # [bar], the file each bar comes from

    def __len__(self) -> int:
        return len(self.map)


@dataclass(frozen=True, eq=False)
class _Lattice:
    """The map, looked at from everywhere: what is expected at a point in each cell of a square lattice.

    The points lie anywhere in their cells, so that bars do not line up in rows of the lattice.
    """

    points: Float32[np.ndarray, "point map"]
    logit: Float32[np.ndarray, "point cell"]
    constant: Float32[np.ndarray, " point"]  # the part of the log posterior that no stroke changes

    def best(self, strokes: Float32[np.ndarray, "bar cell"]) -> Float32[np.ndarray, "bar map"]:
        """The points of the lattice where the log posterior of these bars is highest."""
        return self.points[(strokes @ self.logit.T + self.constant).argmax(axis=1)]


class RhythmSpace:
    """A rhythm space. Map coordinates are those of a standard normal prior; any finite point decodes."""

    def __init__(self, folder: Path) -> None:
        settings = read_settings(folder, "rhythm", _SETTINGS)
        self.folder = folder
        self.styles: tuple[str, ...] = tuple(settings["styles"])
        self.sections: tuple[str, ...] = tuple(settings["sections"])
        self.detail_size = int(settings["detail_size"])
        self.card: dict[str, Any] = settings["card"]
        self.thresholds: dict[str, float] = settings["thresholds"]
        bar, point, detail = (len(VOICES), steps_per_bar(COMMON_TIME)), (2,), (self.detail_size,)
        style, section = (len(self.styles),), (len(self.sections),)
        self._encoder = session(folder / "encoder.onnx", velocity=bar, offset=bar)
        self._decoder = session(folder / "decoder.onnx", map=point, detail=detail)
        self._detail = self._prior = None
        if self.detail_size:
            seen = tuple(self._encoder.get_outputs()[-1].shape[1:])
            self._detail = session(folder / "detail.onnx", seen=seen, map=point)
            self._prior = session(folder / "prior.onnx", map=point, style=style, section=section)

    @cached_property
    def corpus(self) -> CorpusMap:
        """The bars it was learned from."""
        path = self.folder / "corpus.npz"
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                names = {key: [str(name) for name in file[f"{key}_names"]] for key in ("style", "section", "source")}
                columns = {key: [names[key][index] for index in file[key]] for key in names}
                found = CorpusMap(map_points(file["map"]), columns["style"], columns["section"], columns["source"])
        except (OSError, EOFError, BadZipFile, ValueError, TypeError, KeyError, IndexError, SpaceError) as error:
            raise SpaceError(f"{path} is not a corpus map: {error}") from error
        lengths = {len(found), len(found.styles), len(found.sections), len(found.sources)}
        if lengths != {len(found)} or len(found) == 0:
            raise SpaceError(f"{path} is not a corpus map: its columns are {sorted(lengths)} long")
        return found

    def encode(self, patterns: Sequence[Pattern]) -> Code:
        """Where these bars lie: the point of the map that is likeliest to play them, and their detail there.

        Raises SpaceError for a meter the space has not learned.
        """
        velocity, offset = self._stacked(patterns)
        if not patterns:
            return Code(np.zeros((0, 2), np.float32), self._no_detail(0))
        guess, seen = run(self._encoder, velocity=velocity, offset=offset)
        return self._described(seen, self._likeliest(guess, velocity > 0))

    def guess(self, patterns: Sequence[Pattern]) -> Code:
        """Where the encoder alone would put these bars: what `encode` begins its search with."""
        velocity, offset = self._stacked(patterns)
        point, seen = run(self._encoder, velocity=velocity, offset=offset)
        return self._described(seen, point)

    def decode(self, code: Code, density: float | None = None) -> list[Pattern]:
        """The bars at these places: the pair of `encode`."""
        if code.map.shape != (len(code), 2) or code.detail.shape != (len(code), self.detail_size):
            raise SpaceError(
                f"a code of this space is map [n, 2] and detail [n, {self.detail_size}], "
                f"got {list(code.map.shape)} and {list(code.detail.shape)}"
            )
        if not np.isfinite(code.detail).all():
            raise SpaceError("detail is made of finite numbers, got NaN or infinity")
        return self._patterns(map_points(code.map), code.detail, self._threshold(1.0, density))

    def at(
        self,
        points: ArrayLike,
        style: Style | None = None,
        section: str = "beat",
        variation: float = 0.0,
        density: float | None = None,
        seed: int = 0,
    ) -> list[Pattern]:
        """The bars at these map points, float [n, 2].

        `variation` in [0, 1] is how far the detail strays from what the model expects at the point: 0 is the
        expectation, 1 a draw from the prior. The same seed strays in the same direction everywhere, so that a
        journey with variation stays of one piece. `style` keeps the point and takes its detail from that style.
        `density` in [0, 1] is how readily a cell sounds; None is the 0.5 at which bars are as dense as the corpus's.
        """
        where = map_points(points)
        check_share("variation", variation)
        threshold = self._threshold(variation, density)
        mean, std = self._expect(where, style, section)
        direction = generator(seed).standard_normal(self.detail_size).astype(np.float32)
        return self._patterns(where, mean + np.float32(variation) * std * direction, threshold)

    def sample(self, n: int, style: Style | None = None, seed: int = 0, section: str = "beat") -> list[Pattern]:
        """`n` bars drawn from the prior; with a style, the point is drawn where that style lies on the map."""
        if n < 0:
            raise SpaceError(f"a number of samples is at least 0, got {n}")
        rng = generator(seed)
        points = rng.standard_normal((n, 2)) if style is None else self._points_in(style, n, rng)
        where = points.astype(np.float32)
        mean, std = self._expect(where, style, section)
        detail = mean + std * rng.standard_normal(mean.shape).astype(np.float32)
        return self._patterns(where, detail, self._threshold(1.0, None))

    def weights(self, style: Style | None) -> Float32[np.ndarray, " style"]:
        """A style or blend as weights over `styles`; all zeros for None. SpaceError names the styles there are."""
        shares = dict(style or {}) if style is None or isinstance(style, Mapping) else {style: 1.0}
        unknown = [name for name in shares if name not in self.styles]
        if unknown:
            known = ", ".join(self.styles) or "none, it was learned without labels"
            raise SpaceError(f"no style {unknown[0]!r} in this space; its styles are: {known}")
        values = np.array([shares.get(name, 0.0) for name in self.styles], np.float32)
        if style is not None and not (np.all(values >= 0) and abs(values.sum() - 1) < 1e-3):
            raise SpaceError(f"the shares of a blend are at least 0 and add up to 1, got {shares}")
        return values

    def hit_logits(self, code: Code) -> Float32[np.ndarray, "bar voice step"]:
        """What the decoder says of each cell, before any threshold: log p / (1 - p) of a hit."""
        return self._decoded(map_points(code.map), code.detail)[0]

    def feel(self, code: Code) -> tuple[Float32[np.ndarray, "bar voice step"], Float32[np.ndarray, "bar voice step"]]:
        """The velocity and the offset (steps) that each cell would have if it were hit."""
        _, velocity, offset = self._decoded(map_points(code.map), code.detail)
        return velocity, offset

    def expected(self, points: ArrayLike, style: Style | None = None, section: str = "beat") -> Code:
        """These map points with the detail that is expected there."""
        where = map_points(points)
        return Code(where, self._expect(where, style, section)[0])

    def _stacked(
        self, patterns: Sequence[Pattern]
    ) -> tuple[Float32[np.ndarray, "bar voice step"], Float32[np.ndarray, "bar voice step"]]:
        """Velocities and offsets of these bars, if the space knows their meter."""
        for index, pattern in enumerate(patterns):
            if pattern.meter != COMMON_TIME:
                meter = "/".join(map(str, pattern.meter))
                raise SpaceError(f"this space has learned 4/4 only, got pattern {index} in {meter}")
        shape = (len(patterns), len(VOICES), steps_per_bar(COMMON_TIME))
        velocity = np.array([pattern.velocity for pattern in patterns], np.float32).reshape(shape)
        offset = np.array([pattern.offset for pattern in patterns], np.float32).reshape(shape)
        return velocity, offset

    def _described(self, seen: Float32[np.ndarray, "bar feature"], point: Float32[np.ndarray, "bar map"]) -> Code:
        """These map points with the detail of what was seen."""
        detail = self._no_detail(len(point)) if self._detail is None else run(self._detail, seen=seen, map=point)[0]
        return Code(point, detail)

    def _likeliest(
        self, guess: Float32[np.ndarray, "bar map"], hits: Bool[np.ndarray, "bar voice step"]
    ) -> Float32[np.ndarray, "bar map"]:
        """The maximum of log p(hits | point, expected detail) + log N(point; 0, 1) over the map.

        An encoder guesses where a bar lies; a map of two dimensions is small enough to look. The search climbs from the
        best point of a lattice, and what it finds is taken where it beats the guess.
        """
        strokes = hits.reshape(len(hits), -1).astype(np.float32)
        found = np.empty_like(guess)
        for at in range(0, len(hits), SEARCH_BATCH):
            rows = slice(at, at + SEARCH_BATCH)
            found[rows] = self._climb(self._lattice.best(strokes[rows]), strokes[rows])
        candidates = np.stack([guess, found])
        scores = [self._log_posterior(points, strokes) for points in candidates]
        return candidates[np.argmax(scores, axis=0), np.arange(len(guess))]

    def _climb(
        self, points: Float32[np.ndarray, "bar map"], strokes: Float32[np.ndarray, "bar cell"]
    ) -> Float32[np.ndarray, "bar map"]:
        """Move to the top of the parabola through each point's neighbours, ever nearer ones, where that is higher."""
        for reach in (LATTICE_STEP / 2, LATTICE_STEP / 4):
            here = self._log_posterior(points, strokes)
            move = np.zeros_like(points)
            for axis, side in enumerate(np.eye(2, dtype=np.float32) * np.float32(reach)):
                before, after = (self._log_posterior(points + way, strokes) for way in (-side, side))
                curvature = np.minimum(before - 2 * here + after, -1e-6)
                move[:, axis] = reach * np.clip(0.5 * (before - after) / curvature, -1, 1)
            higher = self._log_posterior(points + move, strokes) > here
            points = points + move * higher[:, None]
        return points

    def _log_posterior(
        self, points: Float32[np.ndarray, "bar map"], strokes: Float32[np.ndarray, "bar cell"]
    ) -> Float32[np.ndarray, " bar"]:
        logit = self.hit_logits(self.expected(points)).reshape(len(points), -1)
        return (logit * strokes - np.logaddexp(0, logit)).sum(1) - 0.5 * np.square(points).sum(1)

    @cached_property
    def _lattice(self) -> "_Lattice":
        axis = np.arange(-MAP_LIMIT, MAP_LIMIT, LATTICE_STEP, dtype=np.float32)
        points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
        points += np.random.default_rng(0).uniform(0, LATTICE_STEP, points.shape).astype(np.float32)
        logit = self.hit_logits(self.expected(points)).reshape(len(points), -1)
        constant = -np.logaddexp(0, logit).sum(1) - 0.5 * np.square(points).sum(1)
        return _Lattice(points, logit, constant)

    def _points_in(self, style: Style, n: int, rng: np.random.Generator) -> Float64[np.ndarray, "bar map"]:
        """Draws from the kernel density of the style's bars over the map."""
        share = dict(zip(self.styles, self.weights(style), strict=True))
        count = {name: max(1, list(self.corpus.styles).count(name)) for name in share}
        weight = np.array([share.get(name, 0.0) / count.get(name, 1) for name in self.corpus.styles])
        if weight.sum() == 0:
            raise SpaceError(f"no bar of the corpus is labelled {style!r}: there is nowhere on the map to draw from")
        chosen = rng.choice(len(self.corpus), n, p=weight / weight.sum())
        return self.corpus.map[chosen] + STYLE_BANDWIDTH * rng.standard_normal((n, 2))

    def _expect(
        self, points: Float32[np.ndarray, "bar map"], style: Style | None, section: str
    ) -> tuple[Float32[np.ndarray, "bar detail"], Float32[np.ndarray, "bar detail"]]:
        if section not in self.sections:
            raise SpaceError(f"no section {section!r} in this space; its sections are: {', '.join(self.sections)}")
        weights = self.weights(style)
        if self._prior is None or len(points) == 0:
            return self._no_detail(len(points)), self._no_detail(len(points))
        part = np.array([float(name == section) for name in self.sections], np.float32)
        styles, parts = (np.broadcast_to(row, (len(points), row.size)) for row in (weights, part))
        mean, std = run(self._prior, map=points, style=styles, section=parts)
        return mean, std

    def _patterns(
        self, points: Float32[np.ndarray, "bar map"], detail: Float32[np.ndarray, "bar detail"], threshold: float
    ) -> list[Pattern]:
        if len(points) == 0:
            return []
        logit, velocity, offset = self._decoded(points, detail)
        hits = logit > threshold
        velocity = np.where(hits, np.clip(velocity, QUIETEST, 1), 0).astype(np.float32)
        offset = np.clip(offset, -MAX_OFFSET, np.nextafter(np.float32(MAX_OFFSET), np.float32(0)))
        return [Pattern(*bar) for bar in zip(velocity, offset, strict=True)]

    def _decoded(
        self, points: Float32[np.ndarray, "bar map"], detail: Float32[np.ndarray, "bar detail"]
    ) -> list[Float32[np.ndarray, "bar voice step"]]:
        """Logit of a hit, velocity and offset of each cell."""
        return run(self._decoder, map=points, detail=detail)

    def _threshold(self, variation: float, density: float | None) -> float:
        """The logit above which a cell sounds: tuned for the map alone and for map + detail, on a part of train."""
        if density is not None:
            check_share("density", density)
        tuned = (1 - variation) * self.thresholds["map"] + variation * self.thresholds["detail"]
        return tuned + DENSITY_LOGITS * (1 - 2 * (0.5 if density is None else density))

    def _no_detail(self, bars: int) -> Float32[np.ndarray, "bar detail"]:
        return np.zeros((bars, self.detail_size), np.float32)


def load_rhythm(path: str | Path | None = None) -> RhythmSpace:
    """The rhythm space in this folder, or the shipped one.

    Raises SpaceError, with the reason, for a folder that is not a whole space of this version.
    """
    return RhythmSpace(SHIPPED_RHYTHM if path is None else Path(path))


def write_corpus(
    folder: Path,
    points: Float32[np.ndarray, "bar map"],
    *,
    style: tuple[Int[np.ndarray, " bar"], Sequence[str]],
    section: tuple[Int[np.ndarray, " bar"], Sequence[str]],
    source: tuple[Int[np.ndarray, " bar"], Sequence[str]],
) -> None:
    """corpus.npz of a space: each column as indices and the names they stand for; index -1 is the last name."""
    columns: dict[str, Any] = {"map": points.astype(np.float16)}
    for key, (index, names) in {"style": style, "section": section, "source": source}.items():
        columns |= {key: index.astype(np.int16), f"{key}_names": np.array(names, dtype=np.str_)}
    np.savez_compressed(folder / "corpus.npz", **columns)


_SETTINGS: Rules = {
    "styles": ("a list of names", are_names),
    "sections": ("a list of names", are_names),
    "detail_size": ("a whole number of at least 0", lambda value: type(value) is int and value >= 0),
    "thresholds": (
        "a finite number for map and one for detail",
        lambda value: has(value, ("map", "detail"), lambda one: type(one) in (int, float) and math.isfinite(one)),
    ),
    "card": (
        "a name, a licence and a credit",
        lambda value: has(value, ("name", "licence", "credit"), lambda one: isinstance(one, str)),
    ),
}
"""What config.json says of a space, each with the rule it keeps."""
