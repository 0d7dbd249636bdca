"""The model of bars on two levels: a map one can click on, and below it the detail that two numbers cannot carry.

A bar is a sequence of tokens, one for each of its 16ths, with a recurrent prior. Its detail has two parts: the numbers
of `logistic_pca`, which say what its strokes are, and the feel, a latent that says how they are played.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from clave.music.shapes import Bool, Float, Int
from clave.music.units import METERS, STEPS_PER_SIXTEENTH
from clave.rhythm import logistic_pca
from clave.rhythm.map_prior import MAP_PRIORS, UNIFORM
from clave.rhythm.space_format import LOGISTIC_PCA_FILE, TOKENS_FILE
from clave.rhythm.tokens import MAX_TOKENS, TOKEN_CELLS, Vocabulary
from clave.training.models.bars import (
    SECTIONS,
    SIXTEENTH_COUNT,
    STEP_COUNT,
    VOICE_COUNT,
    Bars,
    bernoulli,
    one_hot,
    token_cells,
)
from clave.training.models.condition import Condition
from clave.training.models.dynamics_decoder import DynamicsDecoder, PlayedCells
from clave.training.models.grid_map import GridMap
from clave.training.models.map_prior import log_density
from clave.training.models.map_search import search_map
from clave.training.models.map_training import MapTraining, train_map
from clave.training.models.noise import Noise, generator, part_of
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.models.rhythm_graphs import rhythm_graphs
from clave.training.models.rhythm_model import RhythmModel, RhythmModelConfig
from clave.training.models.rolls import with_rolls
from clave.training.models.settings import Blocks, Count, NonNegative, Share, Size
from clave.training.models.token_prior import BarBefore, TokenPrior
from clave.training.models.turning import Turning, points_of_turned, turning_loss, with_exchanged
from clave.training.models.vae import Gaussian, normal_like, residual_network

CELLS = VOICE_COUNT * STEP_COUNT
ROLL_SHARE = 0.15  # so many bars with rolls, for each bar, are made for the components of the detail
LOOKS, PREPARING = 2, 16  # searches for the point of each bar, among so many times as many points as usual
FREQUENCIES = (1.0, 2.0, 4.0, 8.0)  # radians a map unit, of the Fourier features of a point
PROPOSALS = ((0.4, 0.06), (0.3, 0.25), (0.3, 2.0))  # weight and width of what importance sampling draws points from


def fourier_features(point: Float[Tensor, "batch map"]) -> Float[Tensor, "batch feature"]:
    """A map point, and its sines and cosines, so that a small network can tell near points apart.

    Tancik et al., "Fourier features let networks learn high frequency functions in low dimensional domains", 2020.
    """
    angles = torch.cat([frequency * point for frequency in FREQUENCIES], dim=1)
    return torch.cat([point, torch.sin(angles), torch.cos(angles)], dim=1)


C = TypeVar("C", bound="RhythmConfig")

Tokens = Annotated[
    tuple[Annotated[int, Field(ge=0, lt=1 << TOKEN_CELLS)], ...], Field(min_length=1, max_length=MAX_TOKENS)
]
MapPrior = Annotated[str, Field(pattern=f"^({'|'.join(MAP_PRIORS)})$")]
Resolutions = Annotated[tuple[Annotated[int, Field(ge=2, le=1024)], ...], Field(min_length=1, max_length=16)]


@dataclass(frozen=True)
class RhythmConfig(RhythmModelConfig):
    """Sizes of the two-level model, and its noise and augmentation in training."""

    styles: Count  # how many the labels know; 0 is allowed
    vocabulary: Tokens = field(default=(0,), repr=False)  # as in `Vocabulary`
    feel_size: Size = 14
    components: Size = 48  # numbers of `logistic_pca`
    encoder_width: Size = 224
    encoder_blocks: Blocks = 1
    map_decoder_width: Size = 384
    map_decoder_blocks: Blocks = 1
    prior_width: Size = 240
    prior_dropout: Share = 0.42
    dynamics_width: Size = 96
    map_noise_std: NonNegative = 0.055  # map units: noise added to the map point of the condition
    prior_map_noise_std: NonNegative = 0.6  # map units: the same for the prior of the tokens
    search_points: Count = 1024  # map points among which bars are looked for
    style_keep_prob: Share = 0.5  # with which a bar is conditioned on its style, and on its section
    stroke_drop_prob: Share = 0.1  # of a stroke, to be hidden from the encoder
    before_keep_prob: Share = 0.5  # with which a bar is conditioned on the bar before, where that is known
    map_prior: MapPrior = UNIFORM  # one of MAP_PRIORS
    grid_resolutions: Resolutions = (6, 12, 24, 48, 96)  # of the tables that the map decoder reads
    grid_features: Size = 16  # of each table
    map_training: MapTraining = field(default_factory=MapTraining)
    turning: Turning = field(default_factory=Turning)

    def build(self) -> "RhythmVAE":
        """The model, with fresh weights."""
        return RhythmVAE(self)

    def fitted_to(self, hits: Bool[np.ndarray, "bar voice step"]) -> "RhythmConfig":
        """The settings with the vocabulary of these bars."""
        return replace(self, vocabulary=Vocabulary.of([hits]).bits)

    @classmethod
    def from_settings(cls: type[C], settings: Mapping[str, Any]) -> C:
        """The settings of JSON."""
        parts = {"map_training": MapTraining, "turning": Turning}
        return super().from_settings({**settings, **{name: of(**settings.get(name, {})) for name, of in parts.items()}})


class PredictedTokens(NamedTuple):
    """The tokens of bars, and what the prior makes of each 16th from those before it."""

    tokens: Int[Tensor, "batch sixteenth"]
    cells: Float[Tensor, "batch sixteenth cell"]
    log_prob: Float[Tensor, "batch sixteenth token_or_unknown"]
    cell_logit: Float[Tensor, "batch sixteenth cell"]


class RhythmVAE(RhythmModel):
    """p(map) p(tokens | map, bar before) p(feel | map) p(velocity, offset | tokens, feel, map), given a style or not.

    The map is learned first (`map_training`); then the points of the bars are known, and all the rest is learned.
    """

    cells: Tensor

    def __init__(self, config: RhythmConfig) -> None:
        super().__init__()
        self.config = config
        self.map_size = 2
        self.detail_size = config.feel_size + config.components
        cells = torch.from_numpy(Vocabulary(config.vocabulary).cells).float()
        self.register_buffer("cells", cells, persistent=False)
        width, point = config.encoder_width, 2 + 2 * 2 * len(FREQUENCIES)
        labels = config.styles + len(SECTIONS) + len(METERS)
        condition = point + labels
        self.encoder = residual_network(3 * CELLS + len(METERS), width, config.encoder_blocks, width)
        self.map_head = nn.Linear(width, 2 * self.map_size)
        self.feel_head = nn.Linear(width, 2 * config.feel_size)
        self.map_decoder = GridMap(
            config.styles, config.grid_resolutions, config.grid_features, config.map_decoder_width,
            config.map_decoder_blocks,
        )  # fmt: skip
        self.token_prior = TokenPrior(cells, condition, config.prior_width, config.prior_dropout)
        self.feel_prior = residual_network(condition, config.dynamics_width, 1, 2 * config.feel_size)
        self.dynamics = DynamicsDecoder(config.feel_size + point + len(METERS), config.dynamics_width)
        self.feel_style = (
            residual_network(config.feel_size, config.dynamics_width, 1, config.styles) if config.styles else None
        )

    def features(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch feature"]:
        """The encoder's features of hits, velocities and offsets."""
        hits = (velocity > 0).float()
        return self.encoder(torch.cat([hits.flatten(1), velocity.flatten(1), (hits * offset).flatten(1), meter], dim=1))

    def encode_map(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch map"]:
        """The mean of q(map | bar)."""
        return self.encode(velocity, offset, meter)[0]

    def encode(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> tuple[Float[Tensor, "batch map"], Float[Tensor, "batch feel"]]:
        """The means of q(map | bar) and of q(feel | bar)."""
        features = self.features(velocity, offset, meter)
        point, feel = (Gaussian.from_parameters(head(features)).mean for head in (self.map_head, self.feel_head))
        return point, feel

    def condition_features(self, condition: Condition) -> Float[Tensor, "batch condition"]:
        """The condition as map decoder and priors take it."""
        return torch.cat([fourier_features(condition.map), condition.style, condition.section, condition.meter], dim=1)

    def decode_map(self, condition: Condition) -> Float[Tensor, "batch voice step"]:
        """The logits of a hit that the map expects."""
        return self.map_decoder(condition)

    def prior_of_feel(self, condition: Condition) -> Gaussian:
        """p(feel | condition)."""
        return Gaussian.from_parameters(self.feel_prior(self.condition_features(condition)))

    def decode_dynamics(
        self,
        hits: Float[Tensor, "batch voice step"],
        feel: Float[Tensor, "batch feel"],
        point: Float[Tensor, "batch map"],
        meter: Float[Tensor, "batch meter"],
    ) -> PlayedCells:
        """How each cell is played, if it is struck; neither style nor section matters beside the feel."""
        return self.dynamics(hits, torch.cat([feel, fourier_features(point), meter], dim=1))

    def encode_tokens(self, hits: Float[Tensor, "batch voice step"]) -> Int[Tensor, "batch sixteenth"]:
        """The token of each 16th; the size of the vocabulary for an unknown one."""
        cells, known = token_cells(hits), self.cells
        differing = cells.sum(dim=2, keepdim=True) + known.sum(dim=1) - 2 * cells @ known.T
        least, token = differing.min(dim=2)
        return torch.where(least == 0, token, len(known))

    def search(
        self, bars: Bars, guess: Float[Tensor, "batch map"], points: int, noise: torch.Generator
    ) -> Float[Tensor, "batch map"]:
        """The likeliest map point of each bar, of so many random ones, the guess, and those around the best."""
        return search_map(self.decode_unlabelled, bars, guess, points, noise, self.config.map_prior)

    def decode_unlabelled(
        self, point: Float[Tensor, "batch map"], meter: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch voice step"]:
        """The logits that the map expects in these meters, without a style and a section."""
        return self.decode_map(Condition.unlabelled(point, meter, self.config.styles))

    def before_training(self, examples: Bars, on_count: Callable[[int, int], None]) -> None:
        """Learn the map."""
        settings = self.config.map_training

        def on_epoch(number: int, _: float) -> None:
            on_count(number, settings.epochs)

        train_map(self.map_decoder, examples, _generator_on(examples), settings, on_epoch)

    @torch.no_grad()
    def prepared(self, examples: Bars, noise: torch.Generator) -> Bars:
        """The bars with their points; the map does not change any more."""
        points = torch.zeros(len(examples), self.map_size, device=examples.velocity.device)
        for _ in range(LOOKS):
            points = self.search(examples, points, PREPARING * self.config.search_points, noise)
        turned_points = points_of_turned(self.decode_unlabelled, examples, noise)
        return replace(examples, point=points, turned_point=turned_points)

    def mixed(self, batch: Bars, noise: torch.Generator) -> Bars:
        """The bars with their points, some without the bar before, and with what is learned from turned ones."""
        if batch.point is None or batch.turned_point is None:
            batch = self.prepared(batch, noise)
        return with_exchanged(_some_before(batch, self.config.before_keep_prob, noise), self.config.turning, noise)

    def losses(self, batch: Bars, noise: Noise) -> dict[str, Tensor]:
        """The named parts of the loss; docs/rhythm-model.md says what each is for."""
        config = self.config
        if batch.exchanged is None:
            assert isinstance(noise, torch.Generator), "a part is of a batch that was mixed as a whole"
            batch = self.mixed(batch, generator(noise.device, noise.initial_seed(), "mixed"))
        assert batch.point is not None
        found = batch.point
        visible = ~bernoulli(config.stroke_drop_prob if self.training else 0.0, batch.velocity.shape, noise)
        features = self.features(batch.velocity * visible, batch.offset, one_hot(batch.meter, len(METERS)))
        q_map, q_feel = (Gaussian.from_parameters(head(features)) for head in (self.map_head, self.feel_head))
        condition = Condition.of(batch, found, config.style_keep_prob, noise)
        near = condition.at(found + config.map_noise_std * normal_like(found, noise))
        far = condition.at(found + config.prior_map_noise_std * normal_like(found, noise))
        feel = q_feel.sample(noise)
        nll, turning = torch.zeros(4, device=found.device), torch.zeros((), device=found.device)
        for steps, rows in batch.rows_by_length():  # short bars need not be padded to the longest of all
            bars, own = batch[rows].cut(steps), part_of(noise, steps, rows)
            played = self.decode_dynamics(bars.hits, feel[rows], near.map[rows], near.meter[rows])
            each = torch.stack([*self.token_nll(bars, far[rows], own if self.training else None), *played.nll(bars)])
            turning = turning + self.turning(bars, far[rows], own) * len(rows) / len(batch)
            nll = nll + (each if bars.weight is None else bars.weight * each).sum(dim=1) / len(batch)
        tokens, strokes, velocity, offset = nll
        parts = {
            "map_guess": -q_map.log_density(found).mean(),
            "tokens": tokens,
            "strokes": strokes,
            "turning": turning,
            "velocity": velocity,
            "offset": offset,
            "kl_feel": q_feel.kl_to(self.prior_of_feel(near)).sum(-1).mean(),
        }
        if self.feel_style is not None:
            log_style = torch.log_softmax(self.feel_style(feel), dim=-1)
            parts["style_feel"] = -(batch.style * log_style).sum(-1).mean()
        return parts

    def turning(self, bars: Bars, condition: Condition, noise: Noise) -> Float[Tensor, ""]:
        """The loss that teaches the prior of the tokens where beat 1 is: `turning_loss`."""

        def nll_of(rows: Bars, where: Condition, noise: Noise) -> Float[Tensor, " batch"]:
            return self.token_nll(rows, where, noise if self.training else None)[0]

        return turning_loss(nll_of, bars, condition, self.config.turning, self.config.prior_map_noise_std, noise)

    def token_nll(
        self, bars: Bars, condition: Condition, dropout: Noise | None = None
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """-log p(tokens | condition, bar before) in nats a bar, and the cross-entropy of their cells, each on its own.

        The cells of unknown tokens count in the former too. In training, `dropout` draws the prior's dropout masks.
        """
        tokens, cells, log_prob, logit = self.predict_tokens(bars, condition, dropout)
        strokes = functional.binary_cross_entropy_with_logits(logit, cells, reduction="none").sum(dim=2)
        nll, unknown = -log_prob.gather(2, tokens.unsqueeze(2))[:, :, 0], tokens == len(self.cells)
        nll = nll.masked_scatter(
            unknown, nll[unknown] - self.token_prior.unknown_log_prob(cells[unknown], logit[unknown])
        )
        inside = bars.inside[:, ::STEPS_PER_SIXTEENTH]
        return (nll * inside).sum(dim=1), (strokes * inside).sum(dim=1)

    def predict_tokens(self, bars: Bars, condition: Condition, dropout: Noise | None = None) -> PredictedTokens:
        """The 16ths of these bars, and what the prior makes of each from those before it."""
        tokens, cells = self.encode_tokens(bars.hits), token_cells(bars.hits)
        bar_before = BarBefore.of(bars)
        tokens_before = torch.full_like(tokens, len(self.cells) + 1)
        if bars.before is not None and bars.follows is not None:
            known = self.encode_tokens(bars.before.float())
            tokens_before = torch.where(bars.follows.unsqueeze(1), known, tokens_before)
        places = bars.meter.unsqueeze(1) * SIXTEENTH_COUNT + torch.arange(tokens.shape[1], device=tokens.device)
        features = self.condition_features(condition)
        log_prob, logit = self.token_prior(tokens, cells, features, places, bar_before, tokens_before, dropout)
        return PredictedTokens(tokens, cells, log_prob, logit)

    def log_weights(self, batch: Bars, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """Importance weights of each bar's hits, without a style and a section.

        The detail is a function of the strokes, so that only the point is drawn: from a mixture of normal distributions
        around where the bar was found.
        """
        meter = one_hot(batch.meter, len(METERS))
        guess = self.encode_map(batch.velocity, batch.offset, meter)
        found = self.search(batch, guess, 4 * self.config.search_points, noise)
        condition = Condition.unlabelled(found, batch.meter, self.config.styles)
        share, width = torch.tensor(PROPOSALS, device=found.device).unbind(dim=1)
        weights: list[Tensor] = []
        for _ in range(draws):
            component = torch.multinomial(share, len(batch), replacement=True, generator=noise)
            point = found + width[component].unsqueeze(1) * normal_like(found, noise)
            squared = (point - found).square().sum(dim=1, keepdim=True)
            log_share = share.log() - math.log(2 * math.pi) - 2 * width.log()
            log_proposal = torch.logsumexp(log_share - squared / (2 * width.square()), dim=1)
            weights.append(
                log_density(self.config.map_prior, point) - log_proposal - self.token_nll(batch, condition.at(point))[0]
            )
        return torch.stack(weights)

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The encoder and the decoders, and one step of the token prior; weights are those of now."""
        return rhythm_graphs(self, self, styles=self.config.styles, feel_size=self.config.feel_size)

    def write_tables(self, folder: Path, bars: Bars) -> None:
        """Write the vocabulary, and the components of the detail, which are fitted to the training bars."""
        hits, inside = bars.hits.numpy() > 0, bars.inside.numpy()[:, None]
        rolls, rows = with_rolls(hits, inside[:, 0].sum(axis=1), int(ROLL_SHARE * len(hits)), np.random.default_rng(0))
        hits, inside = np.concatenate([hits, rolls]), np.concatenate([inside, inside[rows]])
        logistic_pca.fit(hits, inside, self.config.components).save(folder / LOGISTIC_PCA_FILE)
        Vocabulary(self.config.vocabulary).save(folder / TOKENS_FILE)


def _generator_on(bars: Bars) -> torch.Generator:
    return torch.Generator(device=bars.velocity.device).manual_seed(0)


def _some_before(bars: Bars, keep_prob: float, noise: torch.Generator) -> Bars:
    """The bars, each with the one before it with this probability, where that is known."""
    if bars.follows is None:
        return bars
    return replace(bars, follows=bars.follows & bernoulli(keep_prob, (len(bars),), noise))
