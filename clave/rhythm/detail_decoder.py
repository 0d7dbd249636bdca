"""From a condition and a detail to bars: the decoder of a space with detail, and that of a space that is a map alone.

The detail of a bar has two parts: the feel, a latent that says how the strokes are played, and the numbers of
`logistic_pca`, which say what they are.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.random import Generator

from clave.errors import SpaceError
from clave.latent.code import check_share
from clave.latent.onnx_runner import input_size, run, session
from clave.latent.space_folder import SpaceFolder
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float, Float32, Float64
from clave.music.step_range import clear_of_bar_line, on_read_steps
from clave.music.units import STEPS_PER_SIXTEENTH, steps_per_bar
from clave.rhythm.attributes import NAMES
from clave.rhythm.condition import Condition, Labels
from clave.rhythm.drawn_dynamics import draw_dynamics
from clave.rhythm.dynamics import Dynamics, Hits, Noise, PlayedCells, default_dynamics, to_patterns
from clave.rhythm.infilling import infill
from clave.rhythm.logistic_pca import LogisticPCA
from clave.rhythm.map_decoder import MapDecoder, density_logits
from clave.rhythm.recorded_dynamics import RecordedDynamics
from clave.rhythm.space_format import DYNAMICS_FILE, FEEL_PRIOR_FILE, LOGISTIC_PCA_FILE, TOKENS_FILE
from clave.rhythm.token_sampler import ParticlePrior, TokenSampler
from clave.rhythm.tokens import TOKEN_CELLS, Vocabulary, split_sixteenths

STYLE_GUIDANCE = 1.3  # guidance of the prior by a style; 1 is what it has learned
STYLE_COST = 1.5  # nats that a sample in a style pays for each stroke that the map does not expect, or misses
STROKE_BIAS = 0.25  # nats a stroke, for each logit by which a density makes cells sound more readily
DENSITY_FACTOR = 3.0  # how many times as many strokes a detail decodes to at the end of the density scale
CHANGE_COST, CHANGE_COST_POWER = 3.2, 1.5  # so that each tenth of variation changes about as many strokes

Feel = Float32[np.ndarray, "row feel"]
Detail = Float32[np.ndarray, "row detail"]
Logits = Float32[np.ndarray, "row voice step"]


class BarDecoder(ABC):
    """What a rhythm space decodes with: strokes of conditions and details, and how they are played."""

    detail_size: int
    feel_size: int  # numbers of the detail, the first ones, that are the feel
    steps: int  # of the bars that the networks take
    directions: tuple[str, ...]  # attributes along which bars can be shifted
    draws_dynamics: bool = False  # whether it knows a distribution of velocities and offsets

    def __init__(self, map_decoder: MapDecoder) -> None:
        self.map = map_decoder

    @abstractmethod
    def require_detail(self, action: str) -> "DetailDecoder":
        """The decoder itself if it has a detail; else SpaceError, saying that it cannot do this action."""

    @abstractmethod
    def detail(self, hits: Hits, feel: Feel, condition: Condition) -> Detail:
        """The detail of bars of these strokes and this feel: the pair of `hits` and `feel`."""

    @abstractmethod
    def hit_logits(self, detail: Detail, condition: Condition) -> Logits:
        """The logit of a hit in each cell, as wide as the longest bar."""

    @abstractmethod
    def hits(self, detail: Detail, condition: Condition, density: float | None = None) -> Hits:
        """The strokes of these details, more or fewer of them by a density in [0, 1]; None is 0.5."""

    def feel(self, detail: Detail) -> Feel:
        """The feel of these details."""
        return detail[:, : self.feel_size]

    @abstractmethod
    def expected_hits(self, condition: Condition, density: float | None = None) -> Hits:
        """The strokes of the bars that are expected at these map points; `density` as in `hits`."""

    @abstractmethod
    def expected_feel(self, condition: Condition) -> tuple[Feel, Feel]:
        """Mean and standard deviation of p(feel | condition)."""

    def sample_feel(self, condition: Condition, rng: Generator) -> Feel:
        """A sample of p(feel | condition) for each row."""
        mean, std = self.expected_feel(condition)
        return mean + std * rng.standard_normal(mean.shape).astype(np.float32)

    @abstractmethod
    def dynamics(self, hits: Hits, feel: Feel, condition: Condition, noise: Noise | None = None) -> Dynamics:
        """Velocity and offset of each cell, if it is struck, in bars of these strokes and this feel.

        With `noise` they are drawn from their distribution, where the space knows one; without, they are its mean.
        """

    def play(self, hits: Hits, feel: Feel, condition: Condition, noise: Noise | None = None) -> list[Pattern]:
        """Bars of these strokes and this feel; with `noise`, in one meter, they are drawn as `drawn_dynamics` says.

        Drawn bars without a style are on the steps that a MIDI file's reader puts them on; those in a style stay on
        the steps of its rolls, which a reader would write unevenly.
        """
        if noise is None or not self.draws_dynamics or condition.style.any():
            return to_patterns(hits, self.dynamics(hits, feel, condition, noise), condition)
        struck = clear_of_bar_line(hits[:, :, : condition.steps])
        bars = to_patterns(struck, self.dynamics(struck, feel, condition, noise), condition)
        return [on_read_steps(bar) for bar in bars]

    @abstractmethod
    def vary(
        self,
        hits: Hits,
        condition: Condition,
        variation: float,
        density: float | None,
        rng: Generator,
        before: Hits | None = None,
    ) -> Hits:
        """Bars between these and samples of the prior: a variation of 0 changes nothing, 1 forgets them.

        Samples hear the bars `before` them, where these are known.
        """

    @abstractmethod
    def sample_hits(self, condition: Condition, rng: Generator, before: Hits | None = None) -> Hits:
        """Strokes sampled from p(hits | condition, bar before), each row independently."""

    @abstractmethod
    def log_likelihood(
        self, hits: Hits, condition: Condition, before: Hits | None = None
    ) -> Float64[np.ndarray, " row"]:
        """Log p(hits | condition, bar before) in nats a bar; what lies after the end of a bar does not count."""


class MapOnlyDecoder(BarDecoder):
    """The decoder of a space without detail, such as the paper's: each point of its map is one bar."""

    detail_size = feel_size = 0
    directions = ()

    def __init__(self, map_decoder: MapDecoder, labels: Labels, recipe: str | None) -> None:
        super().__init__(map_decoder)
        self.steps = max(map(steps_per_bar, labels.meters))
        self._recipe = recipe

    def require_detail(self, action: str) -> "DetailDecoder":
        """Raises SpaceError."""
        raise SpaceError(f"this space is a map without detail (recipe {self._recipe}): it cannot {action}")

    def detail(self, hits: Hits, feel: Feel, condition: Condition) -> Detail:  # noqa: ARG002
        """Rows without numbers."""
        return np.zeros((len(hits), 0), np.float32)

    def hit_logits(self, detail: Detail, condition: Condition) -> Logits:  # noqa: ARG002
        """The logits of the map."""
        return self.map.silenced_logits(condition)

    def hits(self, detail: Detail, condition: Condition, density: float | None = None) -> Hits:  # noqa: ARG002
        """The hits of the map."""
        return self.map.hits(condition, density)

    def expected_hits(self, condition: Condition, density: float | None = None) -> Hits:
        """The hits of the map, each cell by itself, as the paper has it."""
        return self.map.hits(condition, density)

    def expected_feel(self, condition: Condition) -> tuple[Feel, Feel]:
        """Rows without numbers."""
        empty = np.zeros((len(condition), 0), np.float32)
        return empty, empty

    def dynamics(self, hits: Hits, feel: Feel, condition: Condition, noise: Noise | None = None) -> Dynamics:  # noqa: ARG002
        """The default velocity, on the grid."""
        return default_dynamics(hits)

    def vary(
        self,
        hits: Hits,
        condition: Condition,  # noqa: ARG002
        variation: float,  # noqa: ARG002
        density: float | None,  # noqa: ARG002
        rng: Generator,  # noqa: ARG002
        before: Hits | None = None,  # noqa: ARG002
    ) -> Hits:
        """The same bars: there is nothing below the map to vary."""
        return hits

    def sample_hits(self, condition: Condition, rng: Generator, before: Hits | None = None) -> Hits:  # noqa: ARG002
        """The hits of the map."""
        return self.map.hits(condition)

    def log_likelihood(
        self,
        hits: Hits,
        condition: Condition,
        before: Hits | None = None,  # noqa: ARG002
    ) -> Float64[np.ndarray, " row"]:
        """Each cell as an independent Bernoulli variable."""
        logit = self.map.logits(condition)
        cells = logit * hits[:, :, : condition.steps] - np.logaddexp(0, logit)
        return (cells * condition.inside).sum(axis=(1, 2)).astype(np.float64)


class DetailDecoder(BarDecoder):
    """The decoder of a space on two levels: the map, and a detail below it."""

    directions = NAMES

    def __init__(self, folder: SpaceFolder, labels: Labels, map_decoder: MapDecoder) -> None:
        super().__init__(map_decoder)
        self.steps = labels.network_steps
        self.vocabulary = Vocabulary.load(folder.file(TOKENS_FILE))
        self.pca = LogisticPCA.load(folder.file(LOGISTIC_PCA_FILE))
        if self.pca.weights.shape[1] != len(VOICES) * self.steps:
            raise SpaceError(f"{folder.path} is not a whole space: its components are not of {self.steps} steps")
        self.sampler = TokenSampler(folder, self.vocabulary, labels)
        self.token_grids = self.vocabulary.cells.reshape(-1, len(VOICES), STEPS_PER_SIXTEENTH)
        self._cells_of_tokens = np.ascontiguousarray(self.vocabulary.cells.T, np.float32)  # [cell, token]
        self._strokes_of_tokens = self._cells_of_tokens.sum(axis=0)
        condition = labels.input_shapes()
        bar = (len(VOICES), self.steps)
        self._dynamics = session(
            folder.file(DYNAMICS_FILE), [bar, bar], hits=bar, feel=None, map=condition["map"], meter=condition["meter"]
        )
        self.draws_dynamics = "kind_logit" in self._dynamics.outputs
        self.recorded = RecordedDynamics.from_settings(folder.settings, folder.path)
        self.feel_size = input_size(self._dynamics, "feel")
        self._feel_prior = session(folder.file(FEEL_PRIOR_FILE), 2 * [(self.feel_size,)], **condition)
        self.detail_size = self.feel_size + self.pca.size
        if self.detail_size != folder.settings["detail_size"]:
            raise SpaceError(f"{folder.path} is not a whole space: its detail has {self.detail_size} numbers")

    def require_detail(self, action: str) -> "DetailDecoder":  # noqa: ARG002
        """The decoder itself."""
        return self

    def detail(self, hits: Hits, feel: Feel, condition: Condition) -> Detail:
        """The feel, the count of strokes, and the principal components of the strokes."""
        return np.concatenate([feel, self.pca.encode(hits, condition.inside)], axis=1)

    def hit_logits(self, detail: Detail, condition: Condition, stroke_factor: float = 1.0) -> Logits:
        """The logits of the components, in bars of `stroke_factor` times as many strokes as the detail counts."""
        return self.pca.logits(detail[:, self.feel_size :], condition.inside, stroke_factor)

    def hits(self, detail: Detail, condition: Condition, density: float | None = None) -> Hits:
        """The strokes of the components: a third of them at a density of 0, three times as many at 1."""
        factor = 1.0 if density is None else DENSITY_FACTOR ** (2 * check_share("density", density) - 1)
        return self.hit_logits(detail, condition, factor) > 0

    def expected_hits(self, condition: Condition, density: float | None = None) -> Hits:
        """The likely bar of each map point."""
        return self.map.likely_hits(condition, density)

    def expected_feel(self, condition: Condition) -> tuple[Feel, Feel]:
        """Mean and standard deviation of p(feel | condition)."""
        mean, std = run(self._feel_prior, **condition.inputs())
        return mean, std

    def dynamics(self, hits: Hits, feel: Feel, condition: Condition, noise: Noise | None = None) -> Dynamics:
        """Velocity and offset of each cell, if it is struck, in bars of these strokes and this feel.

        With `noise` they are drawn from their distribution, where the space knows one, for the strokes alone: see
        `drawn_dynamics`. Without, they are its mean.
        """
        steps = hits.shape[2] if noise is None else condition.steps
        hits = hits[:, :, :steps]
        padded = np.zeros((len(hits), len(VOICES), self.steps), np.float32)
        padded[:, :, :steps] = hits
        outputs = run(self._dynamics, hits=padded, feel=feel, map=condition.map, meter=condition.meter)
        velocity, offset, *distribution = (each[..., :steps] for each in outputs)
        if noise is None or not self.draws_dynamics:
            return velocity, offset
        kind_logit, level, level_std, offset_std = distribution
        cells = PlayedCells(kind_logit, level, level_std, offset, offset_std)
        return draw_dynamics(cells, hits, noise[..., :steps], self.recorded, condition.unstyled)

    def vary(
        self,
        hits: Hits,
        condition: Condition,
        variation: float,
        density: float | None,
        rng: Generator,
        before: Hits | None = None,
    ) -> Hits:
        """Samples with the same noise for all rows, in which changing a stroke costs less, the more variation."""
        if variation == 0:
            return hits
        cost, bias = change_cost(variation), density_logits(density)
        return self.sample_near(hits, condition, rng, cost=cost, density_bias=bias, before=before)

    def sample_hits(self, condition: Condition, rng: Generator, before: Hits | None = None) -> Hits:
        """Strokes sampled from p(hits | condition, bar before), each row independently.

        With a style, every stroke that differs from the bar that is expected there costs STYLE_COST nats.
        """
        if condition.style.any():
            expected = self.expected_hits(condition)
            return self.sample_near(expected, condition, rng, cost=STYLE_COST, before=before, alike=False)
        noise = rng.gumbel(size=(len(condition), condition.sixteenths, len(self.vocabulary)))
        tokens = self.sampler.sample(condition, noise, before=before)
        return self.vocabulary.decode(tokens) & condition.inside

    def sample_near(
        self,
        reference: Hits,
        condition: Condition,
        rng: Generator,
        *,
        cost: float | Float[np.ndarray, " step"],
        density_bias: float = 0.0,
        before: Hits | None = None,
        alike: bool = True,
    ) -> Hits:
        """Samples in which every stroke that differs from the reference costs so many nats, in all steps or in each.

        `density_bias` says how much more readily cells sound, in logits; `before` are the hits of the bars
        before. `alike`, all rows have the same noise, so that bars along a path over the map vary alike.
        """
        count, steps = condition.sixteenths, reference.shape[2]
        noise = rng.gumbel(size=(1 if alike else len(reference), count, len(self.vocabulary)))
        stroke_bias = STROKE_BIAS * density_bias * self._strokes_of_tokens
        struck = split_sixteenths(reference).astype(np.float32)
        cost_per_step = np.broadcast_to(np.asarray(cost, np.float32), steps).reshape(count, 1, STEPS_PER_SIXTEENTH)
        cost_per_cell = np.tile(cost_per_step, (1, len(VOICES), 1)).reshape(count, TOKEN_CELLS)

        loss = struck * cost_per_cell  # what it costs to leave out each stroke of the reference
        change = loss.sum(axis=2)[:, :, None] + (cost_per_cell - 2 * loss) @ self._cells_of_tokens  # of each token
        bias = stroke_bias - change
        guidance = STYLE_GUIDANCE if condition.style.any() else 1.0
        tokens = self.sampler.sample(condition, noise, lambda sixteenth: bias[:, sixteenth], guidance, before)
        return self.vocabulary.decode(tokens) & condition.inside

    def infill(
        self, potential: Float[np.ndarray, "sixteenth token"], condition: Condition, rng: Generator
    ) -> tuple[Bool[np.ndarray, "1 voice step"], Condition]:
        """A bar sampled under these log potentials with a particle for each row, and the row that it was begun with."""
        particles = infill(ParticlePrior(self.sampler, condition), condition.map, potential, rng)
        drawn = particles.draw(rng)
        return self.vocabulary.decode(particles.tokens[[drawn]]), condition[particles.ancestor[[drawn]]]

    def log_likelihood(
        self, hits: Hits, condition: Condition, before: Hits | None = None
    ) -> Float64[np.ndarray, " row"]:
        """The likelihood of the tokens, in nats a bar."""
        return self.sampler.log_likelihood(condition, hits, before)


def change_cost(variation: float) -> float:
    """What a changed stroke costs at this variation in [0, 1], in nats."""
    return CHANGE_COST * (1 - variation) ** CHANGE_COST_POWER


def load_decoder(folder: SpaceFolder, labels: Labels) -> BarDecoder:
    """The decoder of the space in this folder, with detail or without."""
    map_decoder = MapDecoder(folder, labels)
    if folder.settings["detail_size"]:
        return DetailDecoder(folder, labels, map_decoder)
    return MapOnlyDecoder(map_decoder, labels, folder.settings["card"].get("recipe"))
