"""A learned rhythm space, for playing: points to patterns and back, with ONNX Runtime and without torch."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.latent.code import Code, check_share, generator, map_points
from clave.latent.onnx_runner import run, session
from clave.latent.space_folder import Rules, are_names, has, read_settings
from clave.music.kit import VOICES
from clave.music.pattern import DEFAULT_VELOCITY, MAX_OFFSET, Pattern
from clave.music.units import COMMON_TIME, METERS, Meter, meter_name, steps_per_bar
from clave.rhythm import attribute_shift as steering
from clave.rhythm import infilling as filling
from clave.rhythm.attributes import NAMES
from clave.rhythm.detail_decoder import Deep, feel_of
from clave.rhythm.logistic_pca import SILENT
from clave.rhythm.map_search import MapSearch, nearest
from clave.rhythm.token_sampler import Asked

SHIPPED_RHYTHM = Path(__file__).parents[1] / "weights" / "rhythm"
DENSITY_LOGITS = 2.5  # how far the ends of the density scale lie from its middle, in logits of a hit
DENSITY_FACTOR = 3.0  # how many times as many strokes `decode` gives at the end of that scale
QUIETEST = 1 / 127  # what sounds is never silent
STYLE_BANDWIDTH = 0.1  # of the kernel density of a style over the map, in map units
KEPT_STROKE, KEPT_POWER = 3.2, 1.5  # so that about as many strokes change from each tenth of variation to the next
PARTICLES = 48  # bars that are written side by side, to complete one
NEARBY = 8  # bars whose mean distance says how far a point is from what was learned
PROPOSALS = ((0.3, 0.1), (0.4, 0.4), (0.3, 1.0))  # weight and width of what importance sampling draws points from

Style = str | Mapping[str, float]
"""A style by name, or a blend of several whose shares add up to 1."""


@dataclass(frozen=True, eq=False)
class CorpusMap:
    """The bars a space was learned from, as points of its map."""

    map: Float32[np.ndarray, "bar map"]
    styles: Sequence[str]  # [bar], "" where nobody knows
    sections: Sequence[str]  # [bar]
    meters: Sequence[Meter]  # [bar]
    sources: Sequence[str]  # [bar], the file each bar comes from
    licences: Mapping[str, str]  # of each source

    def __len__(self) -> int:
        return len(self.map)


class RhythmSpace:
    """A rhythm space. Map coordinates are those of a standard normal prior; any finite point decodes."""

    def __init__(self, folder: Path) -> None:
        settings = read_settings(folder, "rhythm", _SETTINGS)
        self.folder = folder
        self.styles: tuple[str, ...] = tuple(settings["styles"])
        self.sections: tuple[str, ...] = tuple(settings["sections"])
        self.meters: tuple[Meter, ...] = tuple((beats, unit) for beats, unit in settings["meters"])
        self.detail_size = int(settings["detail_size"])
        self.card: dict[str, Any] = settings["card"]
        self.threshold = float(settings["threshold"])
        self.spread: dict[str, float] = settings["spread"]
        self._steps = max(map(steps_per_bar, METERS if self.detail_size else self.meters))  # that the networks know
        bar = (len(VOICES), self._steps)
        self._encoder = session(folder / "encoder.onnx", velocity=bar, offset=bar, meter=(len(METERS),))
        self._sketcher = session(
            folder / "sketch.onnx", map=(2,), style=(len(self.styles),), section=(len(self.sections),),
            meter=(len(METERS),),
        )  # fmt: skip
        self._deep = Deep(folder, styles=len(self.styles), sections=len(self.sections)) if self.detail_size else None
        if self._deep is not None and self._deep.detail_size != self.detail_size:
            raise SpaceError(f"{folder} is not a whole space: its detail has {self._deep.detail_size} numbers")
        self._searches: dict[Meter, MapSearch] = {}

    @property
    def directions(self) -> tuple[str, ...]:
        """What `shifted` may move a bar along."""
        return NAMES if self._deep else ()

    @cached_property
    def corpus(self) -> CorpusMap:
        """The bars it was learned from."""
        path = self.folder / "corpus.npz"
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                named = {key: [str(name) for name in file[f"{key}_names"]] for key in ("style", "section", "source")}
                columns = {key: [names[index] for index in file[key]] for key, names in named.items()}
                licence_names = [str(name) for name in file["licence_names"]]  # an .npz reads anew at each access
                licences = [licence_names[index] for index in file["licence"]]
                found = CorpusMap(
                    map_points(file["map"]), columns["style"], columns["section"],
                    [METERS[index] for index in file["meter"]], columns["source"],
                    dict(zip(named["source"], licences, strict=True)),
                )  # fmt: skip
        except (OSError, EOFError, BadZipFile, ValueError, TypeError, KeyError, IndexError, SpaceError) as error:
            raise SpaceError(f"{path} is not a corpus map: {error}") from error
        lengths = {len(found), len(found.styles), len(found.sections), len(found.meters), len(found.sources)}
        if lengths != {len(found)} or len(found) == 0:
            raise SpaceError(f"{path} is not a corpus map: its columns are {sorted(lengths)} long")
        return found

    # Bars to places, and back.

    def encode(self, patterns: Sequence[Pattern]) -> Code:
        """Where these bars lie: the point of the map that is likeliest to play them, and their detail.

        The detail is [n, 62]: 14 numbers of feel, how many strokes there are, and 47 components of which ones. Raises
        SpaceError for a meter the space has not learned.
        """
        return replace(self.guess(patterns), map=self.locate(patterns))

    def locate(self, patterns: Sequence[Pattern]) -> Float32[np.ndarray, "bar 2"]:
        """The points of `encode`, without the detail: as much quicker."""
        point, _ = self._seen(patterns)
        for meter in {pattern.meter for pattern in patterns}:
            rows = np.array([index for index, pattern in enumerate(patterns) if pattern.meter == meter])
            hits = np.stack([patterns[row].hits for row in rows])
            point[rows] = self._search(meter).likeliest(hits, point[rows])
        return point

    def guess(self, patterns: Sequence[Pattern]) -> Code:
        """Where the encoder alone would put these bars: what `encode` begins its search with."""
        point, feel = self._seen(patterns)
        meters = tuple(pattern.meter for pattern in patterns)
        if self._deep is None or not patterns:
            return Code(point, np.zeros((len(patterns), self.detail_size), np.float32), meters)
        asked, (velocity, _) = self._asked(point, None, None, meters), self._stacked(patterns)
        return Code(point, self._deep.detail(velocity[:, :, : asked.steps] > 0, feel, asked), meters)

    def _seen(
        self, patterns: Sequence[Pattern]
    ) -> tuple[Float32[np.ndarray, "bar 2"], Float32[np.ndarray, "bar feel"]]:
        """What the encoder says of these bars: a point of the map, and how they are played."""
        velocity, offset = self._stacked(patterns)
        feel_size = 0 if self._deep is None else self._deep.feel_size
        if not patterns:
            return np.zeros((0, 2), np.float32), np.zeros((0, feel_size), np.float32)
        meter = self._meter_rows([pattern.meter for pattern in patterns])
        seen = run(self._encoder, velocity=velocity, offset=offset, meter=meter)
        return seen[0].copy(), seen[1] if feel_size else np.zeros((len(patterns), 0), np.float32)

    def decode(self, code: Code, density: float | None = None) -> list[Pattern]:
        """The bars at these places: the pair of `encode`.

        With a `density` in [0, 1], the likeliest strokes come or the unlikeliest go: a third of them are left at 0,
        three times as many are there at 1.
        """
        code = self._checked(code)
        if len(code) == 0:
            return []
        asked = self._asked(code.map, None, None, code.meters)
        if self._deep is None:
            return self._played(self._expected(asked, density), asked, None)
        more = 1.0 if density is None else DENSITY_FACTOR ** (2 * check_share("density", density) - 1)
        hits = self._deep.hit_logits(code.detail, asked, more) > 0
        return self._played(hits, asked, feel_of(code.detail, self._deep.feel_size))

    def at(
        self,
        points: ArrayLike,
        style: Style | None = None,
        section: str = "beat",
        variation: float = 0.0,
        density: float | None = None,
        seed: int = 0,
        meter: Meter = COMMON_TIME,
    ) -> list[Pattern]:
        """The bars at these map points, float [n, 2].

        `variation` in [0, 1] is how far a bar strays from what the model expects at the point: 0 is the expectation, 1
        a draw from the prior there. The same seed strays in the same way everywhere, so that a journey with variation
        stays of one piece. `style` keeps the point and plays it in that style. `density` in [0, 1] is how readily a
        cell sounds; None is the 0.5 at which bars are as dense as the corpus's.
        """
        where, luck = map_points(points), generator(seed)
        check_share("variation", variation)
        asked = self._asked(where, style, section, [self._known(meter)] * len(where))
        if len(where) == 0:
            return []
        hits = self._expected(asked, density)
        if self._deep is None:
            return self._played(hits, asked, None)
        mean, std = self._deep.expected_feel(asked)
        feel = mean + np.float32(variation) * std * luck.standard_normal(self._deep.feel_size).astype(np.float32)
        if variation > 0:
            leaning = 0.0 if density is None else DENSITY_LOGITS * (2 * density - 1)
            hits = self._deep.drawn(asked, luck, like=hits, kept=_kept(variation), leaning=leaning)
        return self._played(hits, asked, feel)

    def sample(
        self, n: int, style: Style | None = None, seed: int = 0, section: str = "beat", meter: Meter = COMMON_TIME
    ) -> list[Pattern]:
        """`n` bars drawn from the prior: a point where such bars lie on the map, then the bar."""
        if n < 0:
            raise SpaceError(f"a number of samples is at least 0, got {n}")
        rng = generator(seed)
        asked = self._asked(self._points_in(style, n, rng, self._known(meter)), style, section, [meter] * n)
        if n == 0:
            return []
        if self._deep is None:
            return self._played(self._expected(asked, None), asked, None)
        mean, std = self._deep.expected_feel(asked)
        feel = mean + std * rng.standard_normal(mean.shape).astype(np.float32)
        return self._played(self._deep.drawn(asked, rng, each=True), asked, feel)

    def phrase(
        self,
        point: ArrayLike | tuple[float, float],
        bars: int = 4,
        style: Style | None = None,
        variation: float = 0.25,
        fill: bool = True,
        seed: int = 0,
        meter: Meter = COMMON_TIME,
    ) -> list[Pattern]:
        """Bars that agree, at a point [2] or along a way over the map [k, 2]; the last one is a fill if asked.

        Every other bar answers the first: the even ones stay closer to it than the odd ones. `variation` in [0, 1] is
        how far they stray from each other; a fill begins as the bars before it.
        """
        deep = self._needs_detail("write a phrase")
        if not 1 <= bars <= 64:
            raise SpaceError(f"a phrase has 1 to 64 bars, got {bars}")
        where = map_points(cast(ArrayLike, [point] if np.ndim(point) == 1 else point))
        if len(where) == 0:
            raise SpaceError("a phrase is played at one point or more, got none")
        check_share("variation", variation)
        along = np.linspace(0, len(where) - 1, bars)
        way = np.stack([np.interp(along, np.arange(len(where)), where[:, axis]) for axis in (0, 1)], axis=1)
        way = way.astype(np.float32)
        rng, meters = generator(seed), [self._known(meter)]
        first = self._asked(way[:1], style, "beat", meters)
        hits = deep.drawn(first, rng, like=self._expected(first, None), kept=_kept(variation))
        mean, std = deep.expected_feel(first)
        feel = mean + std * np.float32(variation) * rng.standard_normal(mean.shape).astype(np.float32)
        half = steps_per_bar(meter) // 2
        phrase: list[Bool[np.ndarray, "voice step"]] = [hits[0]]
        for bar in range(1, bars):
            ends = fill and bar == bars - 1
            asked = self._asked(way[bar : bar + 1], style, "fill" if ends else "beat", meters)
            kept = np.full(steps_per_bar(meter), _kept(variation * (0.5 if bar % 2 == 0 else 1.0)))
            kept[half:] *= 0.0 if ends else 1.0
            phrase.append(deep.drawn(asked, rng, like=phrase[0][None], kept=kept)[0])
        whole = np.stack(phrase)
        return self._played(whole, self._asked(way, style, "beat", meters * bars), feel.repeat(bars, axis=0))

    # What is played around what is there.

    def feel(
        self,
        pattern: Pattern,
        style: Style | None = None,
        amount: float = 1.0,
        like: Pattern | None = None,
        seed: int = 0,
    ) -> Pattern:
        """The same strokes, played by someone: velocity and micro-timing as the space has them.

        `amount` in [0, 1] goes from the pattern's own to those. The feel is drawn, in that style, or is that of `like`,
        a bar in any meter.
        """
        deep, rng = self._needs_detail("give a feel"), generator(seed)
        check_share("amount", amount)
        asked = self._asked(self.locate([pattern]), style, "beat", [pattern.meter])
        if like is None:
            mean, std = deep.expected_feel(asked)
            feel = mean + std * rng.standard_normal(mean.shape).astype(np.float32)
        else:
            feel = self._seen([like])[1]
        velocity, offset = deep.touch(pattern.hits[None], feel, asked)
        share = np.float32(amount)
        return _pattern(
            pattern.hits,
            (1 - share) * pattern.velocity + share * velocity[0],
            (1 - share) * pattern.offset + share * offset[0],
            pattern.meter,
        )

    def drums_for(
        self,
        taps: Pattern | ArrayLike | Iterable[tuple[float, float]],
        style: Style | None = None,
        section: str = "beat",
        seed: int = 0,
        meter: Meter = COMMON_TIME,
    ) -> Pattern:
        """A whole bar to a tapped rhythm; `filling.as_taps` says what taps may be."""
        deep, rng = self._needs_detail("play to taps"), generator(seed)
        tapped = filling.as_taps(taps, meter)
        self._known(tapped.meter)
        potential = filling.tapped(tapped.velocity, deep.contents)
        points = self._points_in(style, PARTICLES, rng, tapped.meter)
        hits, asked = self._filled(potential, points, style, section, tapped.meter, rng)
        feel = deep.expected_feel(asked)[0]
        velocity, offset = deep.touch(hits[None], feel, asked)
        return filling.followed(tapped, hits, velocity[0], offset[0])

    def complete(
        self,
        pattern: Pattern,
        keep: ArrayLike,
        style: Style | None = None,
        section: str = "beat",
        seed: int = 0,
    ) -> Pattern:
        """The kept cells, bool [8, steps], exactly as they are, struck or silent, and the rest written around them."""
        deep, rng = self._needs_detail("complete a bar"), generator(seed)
        self._known(pattern.meter)
        mask = filling.as_keep(keep, pattern.meter)
        potential = filling.kept(pattern.hits, mask, deep.contents)
        points = self._search(pattern.meter).draw(pattern.hits, mask, PARTICLES, rng)
        hits, asked = self._filled(potential, points, style, section, pattern.meter, rng)
        hits = np.where(mask, pattern.hits, hits)
        known = Pattern(np.where(mask, pattern.velocity, 0), np.where(mask, pattern.offset, 0), pattern.meter)
        mean = deep.expected_feel(asked)[0]
        feel = self._seen([known])[1] if known.hits.any() else mean
        velocity, offset = deep.touch(hits[None], feel, asked)
        return filling.completed(pattern, mask, hits, velocity[0], offset[0])

    def shifted(self, pattern: Pattern, shift: Mapping[str, float]) -> Pattern:
        """The bar, moved along `directions` by so many standard deviations of the corpus: {"density": 1.5}.

        What is not named stays as it is, as nearly as can be. Raises SpaceError for an unknown direction.
        """
        deep, amounts = self._needs_detail("move a bar"), steering.amounts(shift)
        if not pattern.hits.any():
            return pattern
        asked = self._asked(self.locate([pattern]), None, None, [pattern.meter])
        velocity, offset = deep.touch(pattern.hits[None], self._seen([pattern])[1], asked)
        plausible = self._sketch(asked)[0, :, : pattern.steps]
        scale = np.array([self.spread[name] for name in NAMES])
        return steering.steer(pattern, plausible, velocity[0], offset[0], amounts, scale)

    # The map and what lies on it.

    def neighbours(self, point: ArrayLike | tuple[float, float], n: int = NEARBY) -> Int[np.ndarray, " near"]:
        """The bars of the corpus that lie nearest to a point [2], the nearest first, as indices into `corpus`."""
        if n < 0:
            raise SpaceError(f"a number of neighbours is at least 0, got {n}")
        return nearest(map_points(cast(ArrayLike, [point])), self.corpus.map, n)[0][0]

    def distance(self, points: ArrayLike) -> Float32[np.ndarray, " point"]:
        """How far these points [n, 2] are from what was learned: map units to the 8 nearest bars, their mean."""
        where = map_points(points)
        if len(where) == 0:
            return np.zeros(0, np.float32)
        return nearest(where, self.corpus.map, NEARBY)[1].mean(axis=1)

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
        """What the decoder says of each cell, before any threshold: log p / (1 - p) of a hit.

        As many steps as the longest of the bars has.
        """
        if self._deep is None:
            return self.map_logits(code)
        asked = self._asked(code.map, None, None, self._checked(code).meters)
        return self._deep.hit_logits(code.detail, asked)

    def map_logits(self, code: Code) -> Float32[np.ndarray, "bar voice step"]:
        """The same by the map alone, whatever the detail says."""
        asked = self._asked(code.map, None, None, self._checked(code).meters)
        return np.where(asked.inside, self._sketch(asked)[:, :, : asked.steps], SILENT)

    def cell_feel(
        self, code: Code, hits: Bool[np.ndarray, "bar voice step"] | None = None
    ) -> tuple[Float32[np.ndarray, "bar voice step"], Float32[np.ndarray, "bar voice step"]]:
        """The velocity and the offset (steps) that each cell has if it is hit, in bars of these strokes or its own."""
        code = self._checked(code)
        struck = self.hit_logits(code) > 0 if hits is None else hits
        if self._deep is None:
            return np.full(struck.shape, DEFAULT_VELOCITY, np.float32), np.zeros(struck.shape, np.float32)
        asked = self._asked(code.map, None, None, code.meters)
        return self._deep.touch(struck, feel_of(code.detail, self._deep.feel_size), asked)

    def expected(
        self, points: ArrayLike, style: Style | None = None, section: str = "beat", meter: Meter = COMMON_TIME
    ) -> Code:
        """These map points with the detail that is expected there: that of the bars which `at` gives."""
        where = map_points(points)
        meters = (self._known(meter),) * len(where)
        asked = self._asked(where, style, section, meters)
        if self._deep is None or len(where) == 0:
            return Code(where, np.zeros((len(where), self.detail_size), np.float32), meters)
        return Code(
            where, self._deep.detail(self._expected(asked, None), self._deep.expected_feel(asked)[0], asked), meters
        )

    def log_likelihood(
        self, patterns: Sequence[Pattern], draws: int = 64, seed: int = 0
    ) -> Float64[np.ndarray, " bar"]:
        """Log p(hits) of each bar in nats, estimated from below by importance sampling over the map.

        Style and section are not told. Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016,
        equation 8. The detail follows from the strokes, so that it costs nothing.
        """
        if draws < 1:
            raise SpaceError(f"importance sampling needs 1 draw or more, got {draws}")
        rng, found = generator(seed), self.locate(patterns)
        meters = [pattern.meter for pattern in patterns]
        velocity, _ = self._stacked(patterns)
        share, width = np.array(PROPOSALS).T
        weights = np.empty((draws, len(patterns)))
        for draw in range(draws):
            wide = width[rng.choice(len(width), len(patterns), p=share)]
            apart = wide[:, None] * rng.standard_normal((len(patterns), 2))
            point = (found + apart).astype(np.float32)
            distance = np.square(apart).sum(axis=1, keepdims=True)
            proposed = np.log((share / width**2 * np.exp(-distance / (2 * width**2))).sum(axis=1))
            prior = -0.5 * np.square(point).sum(axis=1)  # log 2 pi stands in both, and goes
            asked = self._asked(point, None, None, meters)
            weights[draw] = prior - proposed + self._log_likelihood_at(asked, velocity > 0)
        top = weights.max(axis=0)
        return top + np.log(np.exp(weights - top).mean(axis=0))

    def _log_likelihood_at(self, asked: Asked, hits: Bool[np.ndarray, "bar voice step"]) -> Float64[np.ndarray, " bar"]:
        if self._deep is not None:
            return self._deep.speller.log_likelihood(asked, hits)
        logit = self._sketch(asked)
        return (logit * hits - np.logaddexp(0, logit)).sum(axis=(1, 2)).astype(np.float64)

    # What all of it is made of.

    def _needs_detail(self, what: str) -> Deep:
        if self._deep is None:
            raise SpaceError(f"this space is a map without detail (recipe {self.card.get('recipe')}): it cannot {what}")
        return self._deep

    def _known(self, meter: Meter) -> Meter:
        if tuple(meter) not in self.meters:
            known = ", ".join(map(meter_name, self.meters))
            raise SpaceError(f"this space has learned {known}, got {meter_name(meter)}")
        return meter

    def _checked(self, code: Code) -> Code:
        """The code with the meter of each row; SpaceError for a code that is none of this space."""
        meters = tuple(map(self._known, code.meters)) or (COMMON_TIME,) * len(code)
        if (
            code.map.shape != (len(code), 2)
            or code.detail.shape != (len(code), self.detail_size)
            or len(meters) != len(code)
        ):
            raise SpaceError(
                f"a code of this space is map [n, 2] and detail [n, {self.detail_size}], "
                f"got {list(code.map.shape)} and {list(code.detail.shape)}"
            )
        if not np.isfinite(code.detail).all():
            raise SpaceError("detail is made of finite numbers, got NaN or infinity")
        return Code(map_points(code.map), code.detail, meters)

    def _stacked(
        self, patterns: Sequence[Pattern]
    ) -> tuple[Float32[np.ndarray, "bar voice step"], Float32[np.ndarray, "bar voice step"]]:
        """Velocities and offsets of these bars as wide as the space's longest, if it knows their meters."""
        velocity, offset = np.zeros((2, len(patterns), len(VOICES), self._steps), np.float32)
        for index, pattern in enumerate(patterns):
            if pattern.meter not in self.meters:
                known = ", ".join(map(meter_name, self.meters))
                raise SpaceError(f"this space has learned {known}, got pattern {index} in {meter_name(pattern.meter)}")
            velocity[index, :, : pattern.steps], offset[index, :, : pattern.steps] = pattern.velocity, pattern.offset
        return velocity, offset

    @staticmethod
    def _meter_rows(meters: Sequence[Meter]) -> Float32[np.ndarray, "row meter"]:
        return np.eye(len(METERS), dtype=np.float32)[[METERS.index(meter) for meter in meters]]

    def _asked(
        self, points: Float32[np.ndarray, "row 2"], style: Style | None, section: str | None, meters: Sequence[Meter]
    ) -> Asked:
        """What the networks are told; SpaceError for a style or section that is not there."""
        if section is not None and section not in self.sections:
            raise SpaceError(f"no section {section!r} in this space; its sections are: {', '.join(self.sections)}")
        part = np.array([float(name == section) for name in self.sections], np.float32)
        rows = len(points)
        return Asked(
            points, np.tile(self.weights(style), (rows, 1)), np.tile(part, (rows, 1)), self._meter_rows(meters)
        )

    def _sketch(self, asked: Asked) -> Float32[np.ndarray, "row voice step"]:
        return run(self._sketcher, **asked._asdict())[0]

    def _expected(self, asked: Asked, density: float | None) -> Bool[np.ndarray, "row voice step"]:
        """The strokes that are expected there, as wide as the longest of the bars."""
        share = 0.5 if density is None else check_share("density", density)
        logit = self._sketch(asked)[:, :, : asked.steps]
        hits = logit > self.threshold + DENSITY_LOGITS * (1 - 2 * share)
        return hits & asked.inside

    def _search(self, meter: Meter) -> MapSearch:
        if meter not in self._searches:
            steps = steps_per_bar(meter)

            def sketch(points: Float32[np.ndarray, "point 2"]) -> Float32[np.ndarray, "point voice step"]:
                return self._sketch(self._asked(points, None, None, [meter] * len(points)))[:, :, :steps]

            self._searches[meter] = MapSearch.over(sketch)
        return self._searches[meter]

    def _filled(
        self,
        potential: Float64[np.ndarray, "sixteenth content"],
        points: Float32[np.ndarray, "particle 2"],
        style: Style | None,
        section: str,
        meter: Meter,
        rng: np.random.Generator,
    ) -> tuple[Bool[np.ndarray, "voice step"], Asked]:
        """A bar written under these potentials, and what was asked of the particle it comes from."""
        deep = self._needs_detail("fill a bar in")
        asked = self._asked(points, style, section, [meter] * len(points))
        filled = filling.fill(deep.author(asked), points, potential, rng)
        best = filled.drawn(rng)
        hits = filling.strokes(filled.contents[best], deep.contents)
        return hits, asked.rows(filled.origin[best : best + 1])

    def _played(
        self, hits: Bool[np.ndarray, "row voice step"], asked: Asked, feel: Float32[np.ndarray, "row feel"] | None
    ) -> list[Pattern]:
        """These strokes with velocities and offsets."""
        if self._deep is None or feel is None:
            velocity, offset = np.full(hits.shape, DEFAULT_VELOCITY, np.float32), np.zeros(hits.shape, np.float32)
        else:
            velocity, offset = self._deep.touch(hits, feel, asked)
        meters = [METERS[meter] for meter in asked.meter.argmax(axis=1)]
        rows = zip(hits, velocity, offset, meters, strict=True)
        return [
            _pattern(hit[:, :steps], loud[:, :steps], late[:, :steps], meter)
            for hit, loud, late, meter in rows
            for steps in [steps_per_bar(meter)]
        ]

    def _points_in(
        self, style: Style | None, n: int, rng: np.random.Generator, meter: Meter
    ) -> Float32[np.ndarray, "point 2"]:
        """Draws from the kernel density of such bars over the map; of bars in this meter where there are some."""
        corpus = self.corpus
        share = dict(zip(self.styles, self.weights(style), strict=True))
        count = {name: max(1, list(corpus.styles).count(name)) for name in share}
        styled = np.array([share.get(name, 0.0) / count.get(name, 1) for name in corpus.styles])
        if style is None:
            styled = np.ones(len(corpus))
        elif styled.sum() == 0:
            raise SpaceError(f"no bar of the corpus is labelled {style!r}: there is nowhere on the map to draw from")
        metered = styled * np.array([each == meter for each in corpus.meters])
        weight = metered if metered.sum() > 0 else styled
        chosen = rng.choice(len(corpus), n, p=weight / weight.sum())
        return (corpus.map[chosen] + STYLE_BANDWIDTH * rng.standard_normal((n, 2))).astype(np.float32)


def _kept(variation: float) -> float:
    """What it costs a bar that strays so far to change a stroke, in nats."""
    return KEPT_STROKE * (1 - variation) ** KEPT_POWER


def _pattern(
    hits: Bool[np.ndarray, "voice step"],
    velocity: Float32[np.ndarray, "voice step"],
    offset: Float32[np.ndarray, "voice step"],
    meter: Meter,
) -> Pattern:
    """These strokes with velocities and offsets in their ranges."""
    loud = np.where(hits, np.clip(velocity, QUIETEST, 1), 0).astype(np.float32)
    late = np.clip(offset, -MAX_OFFSET, np.nextafter(np.float32(MAX_OFFSET), np.float32(0)))
    return Pattern(loud, late, meter)


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
    meter: Int[np.ndarray, " bar"],
    licence: tuple[Int[np.ndarray, " source"], Sequence[str]],
) -> None:
    """corpus.npz of a space: columns as indices and the names they stand for; index -1 is the last name."""
    columns: dict[str, Any] = {"map": points.astype(np.float16), "meter": meter.astype(np.int8)}
    for key, (index, names) in {"style": style, "section": section, "source": source, "licence": licence}.items():
        columns |= {key: index.astype(np.int16), f"{key}_names": np.array(names, dtype=np.str_)}
    np.savez_compressed(folder / "corpus.npz", **columns)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _are_meters(value: Any) -> bool:
    known = [list(meter) for meter in METERS]
    return isinstance(value, list) and bool(value) and all(meter in known for meter in cast(list[Any], value))


_SETTINGS: Rules = {
    "styles": ("a list of names", are_names),
    "sections": ("a list of names", are_names),
    "meters": ("some of 4/4, 3/4, 6/8 and 5/4", _are_meters),
    "detail_size": ("a whole number of at least 0", lambda value: type(value) is int and value >= 0),
    "threshold": ("a finite number", _is_number),
    "spread": ("a finite number for each direction", lambda value: has(value, NAMES, _is_number)),
    "card": (
        "a name, a licence and a credit",
        lambda value: has(value, ("name", "licence", "credit"), lambda one: isinstance(one, str)),
    ),
}
"""What config.json says of a space, each with the rule it keeps."""
