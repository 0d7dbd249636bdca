"""A learned rhythm space, for playing: points to patterns and back, with ONNX Runtime and without torch."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from clave.errors import SpaceError
from clave.latent.code import Code, check_share, generator, map_points
from clave.latent.map_svg import map_svg
from clave.latent.shift import shift_amounts
from clave.latent.space_folder import SpaceFolder, open_space
from clave.latent.torch_model import training_module
from clave.music.arguments import checked
from clave.music.bars import Bars
from clave.music.pattern import Pattern
from clave.music.shapes import Float32, Int
from clave.music.units import COMMON_TIME, Meter
from clave.rhythm import attribute_shift
from clave.rhythm.attributes import NAMES
from clave.rhythm.condition import Condition, Style, style_weights
from clave.rhythm.corpus_map import CorpusMap, read_corpus_map
from clave.rhythm.detail_decoder import BarDecoder, Feel, load_decoder
from clave.rhythm.dynamics import Hits, blend_dynamics, dynamics_noise
from clave.rhythm.encoder import BarEncoder
from clave.rhythm.fill import hits_at
from clave.rhythm.infilling import as_keep, keep_potential, merge_kept
from clave.rhythm.measured_space import MeasuredSpace, check_code
from clave.rhythm.phrase import phrase_path, write_phrase
from clave.rhythm.space_format import CORPUS_FILE, RHYTHM_FORMAT
from clave.rhythm.style_meters import StyleMeters
from clave.rhythm.style_samples import keeping_signature, only_style
from clave.rhythm.taps import as_taps, follow_taps, tap_potential
from clave.rhythm.variation import Variation, bars_before

SHIPPED_RHYTHM = Path(__file__).parents[1] / "weights" / "rhythm"
PARTICLES = 48  # bars that are sampled side by side, to fill in one
NEIGHBOURS = 8  # bars whose mean distance says how far a point is from what was learned


@checked(SpaceError, own=("points", "seed"))
class RhythmSpace(MeasuredSpace):
    """A rhythm space. Bars lie where the prior of the map has them (`map_prior`); any finite point decodes."""

    def __init__(self, files: SpaceFolder) -> None:
        settings = files.settings
        self.folder = files.path
        self.styles: tuple[str, ...] = tuple(settings["styles"])
        self.sections: tuple[str, ...] = tuple(settings["sections"])
        self.meters: tuple[Meter, ...] = tuple((beats, unit) for beats, unit in settings["meters"])
        self.card: dict[str, Any] = settings["card"]
        self.attribute_std: dict[str, float] = settings["attribute_std"]  # over the corpus
        self._files = files
        self.network_meters = tuple((beats, unit) for beats, unit in settings["network_meters"])
        self._decoder = self.decoder = load_decoder(files, self.labels)
        self._encoder = BarEncoder(files, self.labels, self._decoder)
        self.detail_size = self._decoder.detail_size
        self.known_journeys: dict[bytes, Int[np.ndarray, " change"]] = {}  # what `journey.find_legs` found
        self.threshold = self._decoder.map.threshold

    @property
    def directions(self) -> tuple[str, ...]:
        """The attributes along which `shifted` can move a bar."""
        return self._decoder.directions

    @cached_property
    def corpus(self) -> CorpusMap:
        """The bars it was learned from."""
        read = read_corpus_map(self._files.file(CORPUS_FILE))
        return replace(read, seed=int(self.card.get("seed", 0)), locate=self.locate)

    def load_torch(self) -> Any:
        """The trained torch model of this space; needs the extra `train`. See `clave.training.shipped`."""
        return training_module("shipped").load_rhythm_model(self.folder)

    def _repr_html_(self) -> str:
        """Its map with the bars that it was learned from, for notebooks."""
        styles, bars = np.array(self.corpus.styles), self.corpus.map
        groups = {style: bars[styles == style] for style in sorted(set(self.corpus.styles))}
        return map_svg(f"Rhythm space {self.card.get('name', '')}", groups)

    @cached_property
    def style_meters(self) -> StyleMeters:
        """Which styles have bars in which meter, and which is nearest to one that has none."""
        return StyleMeters(self.corpus)

    # Bars to codes, and back.

    def encode(self, patterns: Sequence[Pattern]) -> Code:
        """The maximum a posteriori map point of each bar, and its detail.

        The detail is [n, 62]: 14 numbers of feel, the count of strokes, and 47 principal components of the strokes.
        Raises SpaceError for a meter that the space has not learned.
        """
        return replace(self.guess(patterns), map=self.locate(patterns))

    def guess(self, patterns: Sequence[Pattern]) -> Code:
        """The same with the map points of the encoder alone, without the search that `encode` adds to it."""
        return self._encoder.code(patterns)

    def decode(self, code: Code, density: float | None = None) -> list[Pattern]:
        """The bars of these codes: the pair of `encode`.

        With a `density` in [0, 1], the likeliest strokes come or the unlikeliest go: a third of them are left at 0,
        three times as many are there at 1.
        """
        code, condition = check_code(code, self.detail_size, self.labels)
        hits = self._decoder.hits(code.detail, condition, density)
        return play(self._decoder, hits, self._decoder.feel(code.detail), condition)

    def at(
        self,
        points: ArrayLike,
        style: Style | None = None,
        section: str = "beat",
        variation: float | Variation = 0.0,
        density: float | None = None,
        seed: int = 0,
        meter: Meter = COMMON_TIME,
    ) -> list[Pattern]:
        """The bars at these map points, float [n, 2].

        `variation` in [0, 1] interpolates between the expected bar, at 0, and a sample from the prior there, at 1; a
        `Variation` says which bar these hear as well. The same seed varies bars alike everywhere, so that a path over
        the map with variation stays coherent. `style` keeps the point and plays it in that style. `density` in [0, 1]
        says how readily a cell sounds; None is the 0.5 at which bars are as dense as the corpus's.
        """
        where, rng, vary = map_points(points), generator(seed), Variation.of(variation)
        condition = self._condition(where, style, section, meter)
        mean, std = self._decoder.expected_feel(condition)
        noise = rng.standard_normal(self._decoder.feel_size).astype(np.float32)
        beats = self._condition(where, style, "beat", meter) if section == "fill" else None

        def draw(rows: slice, before: Hits | None, rng: Generator) -> Hits:
            own = None if beats is None else beats[rows]
            return hits_at(self._decoder, condition[rows], own, vary.amount, density, rng, before)

        hits = vary.hits(draw, condition, rng)
        drawn = rng if vary.amount > 0 else generator(0)  # without variation the seed changes nothing
        return play(self._decoder, hits, mean + np.float32(vary.amount) * std * noise, condition, drawn)

    def sample(
        self,
        n: int,
        style: Style | None = None,
        seed: int = 0,
        section: str = "beat",
        meter: Meter = COMMON_TIME,
        after: Pattern | None = None,
    ) -> list[Pattern]:
        """`n` bars from the prior: a point where bars of the style lie on the map, then the bar.

        `after` is the bar before each of them, in the same meter. Beats in a style keep its signature as often as the
        bars that it was learned from: see `style_samples`. A style without bars in the meter is drawn where its other
        bars lie, with a warning that names the nearest style which has some.
        """
        if n < 0:
            raise SpaceError(f"a number of samples is at least 0, got {n}")
        if reason := self.style_meters.why_none(style, meter):
            warnings.warn(reason, stacklevel=2)
        rng = generator(seed)

        def draw(count: int) -> list[Pattern]:
            points = self.corpus.sample_points(count, style, self.labels, meter, rng)
            condition = self._condition(points, style, section, meter)
            feel = self._decoder.sample_feel(condition, rng)
            hits = self._decoder.sample_hits(condition, rng, bars_before(after, condition))
            return play(self._decoder, hits, feel, condition, rng, alike=False)

        name = only_style(style) if section == "beat" and self.detail_size else None
        return draw(n) if name is None else keeping_signature(draw, n, name, self.corpus, rng)

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
        """Bars that agree, at a point [2] or along a path over the map [k, 2]; with `fill`, the last one is a fill.

        Every other bar stays closer to the first one. `variation` in [0, 1] is how far bars differ from each other; a
        fill begins like the bars before it.
        """
        decoder, path = self._decoder.require_detail("write a phrase"), phrase_path(point, bars)
        check_share("variation", variation)
        beats = self._condition(path, style, "beat", meter)
        ending = self._condition(path[-1:], style, "fill", meter) if fill and bars > 1 else None
        return write_phrase(decoder, beats, ending, variation, generator(seed))

    # What is played around a given bar.

    def feel(
        self,
        pattern: Pattern,
        style: Style | None = None,
        amount: float = 1.0,
        like: Pattern | None = None,
        seed: int = 0,
    ) -> Pattern:
        """The same strokes with velocities and micro-timing of the space.

        `amount` in [0, 1] interpolates from the pattern's own to those. The feel is a sample in that style, or that of
        `like`, a bar in any meter.
        """
        decoder, rng = self._decoder.require_detail("give a feel"), generator(seed)
        check_share("amount", amount)
        condition = self._condition(self.locate([pattern]), style, "beat", pattern.meter)
        feel = decoder.sample_feel(condition, rng) if like is None else self._encoder.guess([like])[1]
        noise = dynamics_noise(rng, pattern.steps)
        return blend_dynamics(pattern, decoder.dynamics(pattern.hits[None], feel, condition, noise), amount)

    def drums_for(
        self,
        taps: Pattern | ArrayLike | Iterable[tuple[float, float]],
        style: Style | None = None,
        section: str = "beat",
        seed: int = 0,
        meter: Meter = COMMON_TIME,
    ) -> Pattern:
        """A whole bar to a tapped rhythm; `taps.as_taps` says what taps may be."""
        decoder, rng = self._decoder.require_detail("play to taps"), generator(seed)
        tapped = as_taps(taps, meter)
        points = self.corpus.sample_points(PARTICLES, style, self.labels, tapped.meter, rng)
        particles = self._condition(points, style, section, tapped.meter)
        hits, condition = decoder.infill(tap_potential(tapped.velocity, decoder.token_grids), particles, rng)
        velocity, offset = decoder.dynamics(hits, decoder.expected_feel(condition)[0], condition)
        return follow_taps(tapped, hits[0], velocity[0], offset[0])

    def complete(
        self, pattern: Pattern, keep: ArrayLike, style: Style | None = None, section: str = "beat", seed: int = 0
    ) -> Pattern:
        """The kept cells, bool [8, steps], exactly as they are, struck or silent, and the rest sampled around them."""
        decoder, rng = self._decoder.require_detail("complete a bar"), generator(seed)
        meter = self.labels.check_meter(pattern.meter)
        mask = as_keep(keep, meter)
        points = self._encoder.search(meter).sample_posterior(pattern.hits, mask, PARTICLES, rng)
        particles = self._condition(points, style, section, meter)
        sampled, condition = decoder.infill(keep_potential(pattern.hits, mask, decoder.token_grids), particles, rng)
        kept = Pattern(np.where(mask, pattern.velocity, 0), np.where(mask, pattern.offset, 0), meter)
        feel = self._encoder.guess([kept])[1] if kept.hits.any() else decoder.expected_feel(condition)[0]
        hits = np.where(mask, pattern.hits, sampled)
        velocity, offset = decoder.dynamics(hits, feel, condition)
        return merge_kept(pattern, mask, hits[0], velocity[0], offset[0])

    def shifted(self, pattern: Pattern, shift: Mapping[str, float]) -> Pattern:
        """The bar, moved along `directions` by so many standard deviations of the corpus: {"density": 1.5}.

        Attributes that are not named are held, as nearly as can be. Raises SpaceError for an unknown direction.
        """
        decoder, amounts = self._decoder.require_detail("move a bar"), shift_amounts(shift, NAMES, "bar")
        if not pattern.hits.any():
            return pattern
        condition = self._condition(self.locate([pattern]), None, None, pattern.meter)
        velocity, offset = decoder.dynamics(pattern.hits[None], self._encoder.guess([pattern])[1], condition)
        cells = attribute_shift.Cells(decoder.map.logits(condition)[0], velocity[0], offset[0])
        scale = np.array([self.attribute_std[name] for name in NAMES])
        return attribute_shift.shift_pattern(pattern, cells, amounts, scale)

    # The map and what lies on it.

    def neighbours(self, point: ArrayLike | tuple[float, float], n: int = NEIGHBOURS) -> Int[np.ndarray, " near"]:
        """The bars of the corpus that lie nearest to a point [2], the nearest first, as indices into `corpus`."""
        return self.corpus.nearest(cast(ArrayLike, [point]), n)[0][0]

    def distance(self, points: ArrayLike) -> Float32[np.ndarray, " point"]:
        """The mean distance of these points [n, 2] to the 8 nearest bars of the corpus, in map units."""
        return self.corpus.nearest(points, NEIGHBOURS)[1].mean(axis=1)

    def weights(self, style: Style | None) -> Float32[np.ndarray, " style"]:
        """A style or blend as weights over `styles`; all zeros for None. SpaceError names the styles there are."""
        return style_weights(style, self.styles)

    def expected(
        self, points: ArrayLike, style: Style | None = None, section: str = "beat", meter: Meter = COMMON_TIME
    ) -> Code:
        """These map points with the detail of the bars that `at` gives there without variation."""
        condition = self._condition(map_points(points), style, section, meter)
        feel = self._decoder.expected_feel(condition)[0]
        detail = self._decoder.detail(self._decoder.expected_hits(condition), feel, condition)
        return Code(condition.map, detail, tuple(condition.meters))

    def _condition(
        self, points: Float32[np.ndarray, "row 2"], style: Style | None, section: str | None, meter: Meter
    ) -> Condition:
        return self.labels.condition(points, [self.labels.check_meter(meter)] * len(points), style, section)


def play(
    decoder: BarDecoder,
    hits: Hits,
    feel: Feel,
    condition: Condition,
    rng: Generator | None = None,
    alike: bool = True,
) -> list[Pattern]:
    """Bars of these strokes; with `rng`, velocities and offsets are drawn, `alike` with the same noise in all."""
    if len(condition) == 0:  # the networks need a row
        return Bars()
    noise = None if rng is None else dynamics_noise(rng, condition.steps, 1 if alike else len(condition))
    return Bars(decoder.play(hits, feel, condition, noise))


@checked(SpaceError)
def load_rhythm(path: str | Path | None = None) -> RhythmSpace:
    """The rhythm space in this folder, or the shipped one.

    Raises SpaceError, with the reason, for a folder that is not a whole space, or one of a newer version.
    """
    return RhythmSpace(open_space(SHIPPED_RHYTHM if path is None else Path(path), RHYTHM_FORMAT))
