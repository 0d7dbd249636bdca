"""The model of bars on two levels: a map one can click on, and below it the detail that two numbers cannot carry.

A bar is a sequence of tokens, one for each of its 16ths, with a recurrent prior. Its detail has two parts: the numbers
of `logistic_pca`, which say what its strokes are, and the feel, a latent that says how they are played.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from clave.latent.space_folder import renamed
from clave.music.shapes import Bool, Float, Int
from clave.music.units import METERS, STEPS_PER_SIXTEENTH
from clave.rhythm import logistic_pca
from clave.rhythm.map_prior import MAP_EDGE, NORMAL
from clave.rhythm.space_format import LOGISTIC_PCA_FILE, MODEL_SETTINGS_1, TOKENS_FILE
from clave.rhythm.token_sampler import LAGS
from clave.rhythm.tokens import TOKEN_CELLS, Vocabulary
from clave.training.models.bars import (
    SECTIONS,
    SIXTEENTH_COUNT,
    STEP_COUNT,
    VOICE_COUNT,
    Bars,
    bernoulli,
    drop_voice,
    one_hot,
    rotate,
)
from clave.training.models.condition import Condition
from clave.training.models.feature_grid import FeatureGrid
from clave.training.models.map_prior import log_density
from clave.training.models.map_search import hit_cross_entropy, search_map
from clave.training.models.onnx_graph import ModelMethod, OnnxGraph
from clave.training.models.rhythm_model import RhythmModel, RhythmModelConfig
from clave.training.models.token_prior import TokenPrior
from clave.training.models.vae import Gaussian, normal_like, residual_network

CELLS = VOICE_COUNT * STEP_COUNT
FREQUENCIES = (1.0, 2.0, 4.0, 8.0)  # radians a map unit, of the Fourier features of a point
PROPOSALS = ((0.5, 0.06), (0.3, 0.25), (0.2, 1.0))  # weight and width of what importance sampling draws points from

OLD_KEYS = (
    ("touch.told.", "dynamics.condition."),
    ("touch.around.", "dynamics.gru."),
    ("touch.", "dynamics."),
    ("sketcher.", "map_decoder."),
    ("prior.content.", "token_prior.token_embedding."),
    ("prior.strokes.", "token_prior.cell_score."),
    ("prior.stroke.", "token_prior.cell_logit."),
    ("prior.copied.", "token_prior.copy_score."),
    ("prior.usual", "token_prior.token_bias"),
    ("prior.strange.", "token_prior.unknown_score."),
    ("prior.", "token_prior."),
)
"""How weights and checkpoints written before version 2 call these tensors, prefix by prefix; the first match counts."""


def fourier_features(point: Float[Tensor, "batch map"]) -> Float[Tensor, "batch feature"]:
    """A map point, and its sines and cosines, so that a small network can tell near points apart.

    Tancik et al., "Fourier features let networks learn high frequency functions in low dimensional domains", 2020.
    """
    angles = torch.cat([frequency * point for frequency in FREQUENCIES], dim=1)
    return torch.cat([point, torch.sin(angles), torch.cos(angles)], dim=1)


def token_cells(grid: Float[Tensor, "batch voice step"]) -> Float[Tensor, "batch sixteenth cell"]:
    """Cells 16th by 16th, in the order of `tokens.split_sixteenths`."""
    return grid.unflatten(2, (SIXTEENTH_COUNT, STEPS_PER_SIXTEENTH)).permute(0, 2, 1, 3).flatten(2)


def bar_cells(tokens: Float[Tensor, "batch sixteenth cell"]) -> Float[Tensor, "batch voice step"]:
    """The inverse of `token_cells`."""
    return tokens.unflatten(2, (VOICE_COUNT, STEPS_PER_SIXTEENTH)).permute(0, 2, 1, 3).flatten(2)


class DynamicsDecoder(nn.Module):
    """Velocity and offset of each stroke, given all strokes of the bar, the feel and the map point."""

    def __init__(self, condition: int, width: int) -> None:
        super().__init__()
        self.condition = nn.Linear(condition, width)
        self.place = nn.Parameter(0.02 * torch.randn(SIXTEENTH_COUNT, width))
        self.strokes = nn.Linear(TOKEN_CELLS, width)
        self.gru = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.out = nn.Sequential(
            nn.LayerNorm(3 * width), nn.Linear(3 * width, width), nn.SiLU(), nn.Linear(width, 2 * TOKEN_CELLS)
        )

    def forward(
        self, hits: Float[Tensor, "batch voice step"], condition: Float[Tensor, "batch condition"]
    ) -> tuple[Float[Tensor, "batch voice step"], Float[Tensor, "batch voice step"]]:
        """Velocity in (0, 1) and offset in (-2, 2) steps of each cell, if it is struck."""
        inputs = self.strokes(token_cells(hits)) + self.place + self.condition(condition).unsqueeze(1)
        inputs = functional.silu(inputs)
        context, _ = self.gru(inputs)
        velocity, offset = self.out(torch.cat([inputs, context], dim=2)).chunk(2, dim=2)
        return torch.sigmoid(bar_cells(velocity)), 2 * torch.tanh(bar_cells(offset))


C = TypeVar("C", bound="RhythmConfig")


@dataclass(frozen=True)
class RhythmConfig(RhythmModelConfig):
    """Sizes of the two-level model, and its noise and augmentation in training."""

    styles: int  # how many the labels know; 0 is allowed
    vocabulary: tuple[int, ...] = field(default=(0,), repr=False)  # as in `Vocabulary`
    feel_size: int = 14
    components: int = 48  # numbers of `logistic_pca`
    encoder_width: int = 224
    encoder_blocks: int = 1
    map_decoder_width: int = 448
    map_decoder_blocks: int = 2
    prior_width: int = 240
    prior_dropout: float = 0.42
    dynamics_width: int = 96
    map_noise_std: float = 0.055  # map units: noise added to the map point of the condition
    prior_map_noise_std: float = 0.5  # map units: the same for the prior of the tokens
    velocity_std: float = 0.1  # of the Gaussian likelihood of velocities
    offset_std: float = 0.25  # steps: the same for offsets
    search_points: int = 1024  # map points among which the bars of a batch are looked for
    style_keep_prob: float = 0.5  # with which a bar is conditioned on its style, and on its section
    stroke_drop_prob: float = 0.1  # of a stroke, to be hidden from the encoder
    voice_drop_prob: float = 0.0  # of a bar, to lose a voice
    rotation_prob: float = 0.4  # of a bar, to begin at another quarter
    map_prior: str = NORMAL  # one of MAP_PRIORS
    grid_resolutions: tuple[int, ...] = ()  # of the map decoder's tables; none: it reads Fourier features of the point
    grid_features: int = 12  # of each table

    def build(self) -> "RhythmVAE":
        """The model, with fresh weights."""
        return RhythmVAE(self)

    def fitted_to(self, hits: Bool[np.ndarray, "bar voice step"]) -> "RhythmConfig":
        """The settings with the vocabulary of these bars."""
        return replace(self, vocabulary=Vocabulary.of([hits]).bits)

    @classmethod
    def from_settings(cls: type[C], settings: Mapping[str, Any]) -> C:
        """The settings of JSON, also of runs before version 2 of spaces, which had other names for some of them."""
        return super().from_settings(renamed(dict(settings), MODEL_SETTINGS_1))


class RhythmVAE(RhythmModel):
    """p(map) p(tokens | map) p(feel | map) p(velocity, offset | tokens, feel, map), all conditioned on style or not.

    The style reaches neither the map's encoder nor the search, so that it has to shape the map itself.
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
        self.map_grid = (
            FeatureGrid(config.grid_resolutions, config.grid_features, MAP_EDGE) if config.grid_resolutions else None
        )
        read = self.map_grid.size + labels if self.map_grid else condition
        self.map_decoder = residual_network(read, config.map_decoder_width, config.map_decoder_blocks, CELLS)
        self.token_prior = TokenPrior(cells, condition, config.prior_width, config.prior_dropout)
        self.feel_prior = residual_network(condition, config.dynamics_width, 1, 2 * config.feel_size)
        self.dynamics = DynamicsDecoder(config.feel_size + point + len(METERS), config.dynamics_width)
        self.map_style, self.feel_style = (
            residual_network(size, config.dynamics_width, 1, config.styles) if config.styles else None
            for size in (self.map_size, config.feel_size)
        )
        self.register_load_state_dict_pre_hook(_rename_old_keys)

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
        return _with_labels(fourier_features(condition.map), condition)

    def decode_map(self, condition: Condition) -> Float[Tensor, "batch voice step"]:
        """The logits of a hit that the map expects."""
        point = fourier_features(condition.map) if self.map_grid is None else self.map_grid(condition.map)
        return self.map_decoder(_with_labels(point, condition)).unflatten(1, (VOICE_COUNT, STEP_COUNT))

    def prior_of_feel(self, condition: Condition) -> Gaussian:
        """p(feel | condition)."""
        return Gaussian.from_parameters(self.feel_prior(self.condition_features(condition)))

    def decode_dynamics(
        self,
        hits: Float[Tensor, "batch voice step"],
        feel: Float[Tensor, "batch feel"],
        point: Float[Tensor, "batch map"],
        meter: Float[Tensor, "batch meter"],
    ) -> tuple[Float[Tensor, "batch voice step"], Float[Tensor, "batch voice step"]]:
        """Velocity and offset of each cell, if it is struck; neither style nor section matters beside the feel."""
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

    def losses(self, batch: Bars, noise: torch.Generator) -> dict[str, Tensor]:
        """The named parts of the loss; docs/rhythm-model.md says what each is for."""
        config = self.config
        if self.training:
            batch = rotate(drop_voice(batch, config.voice_drop_prob, noise), config.rotation_prob, noise)
        visible = ~bernoulli(config.stroke_drop_prob if self.training else 0.0, batch.velocity.shape, noise)
        features = self.features(batch.velocity * visible, batch.offset, one_hot(batch.meter, len(METERS)))
        q_map, q_feel = (Gaussian.from_parameters(head(features)) for head in (self.map_head, self.feel_head))
        condition = Condition.of(batch, q_map.mean, config.style_keep_prob, noise)

        guess = q_map.sample(noise)
        found = self.search(batch, q_map.mean.detach(), config.search_points, noise)
        point = found + config.map_noise_std * normal_like(found, noise)
        feel = q_feel.sample(noise)
        velocity, offset = self.decode_dynamics(batch.hits, feel, point, condition.meter)
        far_point = found + config.prior_map_noise_std * normal_like(found, noise)
        tokens, strokes = self.token_nll(batch, condition.at(far_point), noise if self.training else None)
        parts = {
            "hits": hit_cross_entropy(self.decode_map(condition.at(guess)), batch).mean(),
            "hits_found": hit_cross_entropy(self.decode_map(condition.at(point)), batch).mean(),
            "kl_map": q_map.kl_to(q_map.standard()).sum(-1).mean(),
            "tokens": tokens.mean(),
            "strokes": strokes.mean(),
            "feel": self.dynamics_nll(velocity, offset, batch).mean(),
            "kl_feel": q_feel.kl_to(self.prior_of_feel(condition.at(point))).sum(-1).mean(),
        }
        for name, classifier, value in (("style", self.map_style, guess), ("style_feel", self.feel_style, feel)):
            if classifier is not None:
                parts[name] = -(batch.style * torch.log_softmax(classifier(value), dim=-1)).sum(-1).mean()
        return parts

    def token_nll(
        self, bars: Bars, condition: Condition, dropout: torch.Generator | None = None
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """-log p(tokens | condition) in nats a bar, and the cross-entropy of their cells, each scored on its own.

        The cells of unknown tokens count in the former too. In training, `dropout` draws the prior's dropout masks.
        """
        tokens, cells = self.encode_tokens(bars.hits), token_cells(bars.hits)
        places = bars.meter.unsqueeze(1) * SIXTEENTH_COUNT + torch.arange(SIXTEENTH_COUNT, device=tokens.device)
        log_prob, logit = self.token_prior(tokens, cells, self.condition_features(condition), places, dropout)
        strokes = functional.binary_cross_entropy_with_logits(logit, cells, reduction="none").sum(dim=2)
        nll = strokes * (tokens == len(self.cells)) - log_prob.gather(2, tokens.unsqueeze(2))[:, :, 0]
        inside = bars.inside[:, ::STEPS_PER_SIXTEENTH]
        return (nll * inside).sum(dim=1), (strokes * inside).sum(dim=1)

    def dynamics_nll(
        self, velocity: Float[Tensor, "batch voice step"], offset: Float[Tensor, "batch voice step"], bars: Bars
    ) -> Float[Tensor, " batch"]:
        """-log p(velocity, offset | hits) up to a constant: Gaussians of fixed width, where there is a hit."""
        loudness = ((velocity - bars.velocity) / self.config.velocity_std).square()
        timing = ((offset - bars.offset) / self.config.offset_std).square()
        return 0.5 * (bars.hits * (loudness + timing)).sum(dim=(1, 2))

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
        return _onnx_graphs(self)

    def write_tables(self, folder: Path, bars: Bars) -> None:
        """Write the vocabulary, and the components of the detail, which are fitted to the training bars."""
        hits, inside = bars.hits.numpy() > 0, bars.inside.numpy()[:, None]
        logistic_pca.fit(hits, inside, self.config.components).save(folder / LOGISTIC_PCA_FILE)
        Vocabulary(self.config.vocabulary).save(folder / TOKENS_FILE)


def _with_labels(point: Float[Tensor, "batch feature"], condition: Condition) -> Float[Tensor, "batch condition"]:
    return torch.cat([point, condition.style, condition.section, condition.meter], dim=1)


def _onnx_graphs(model: RhythmVAE) -> dict[str, OnnxGraph]:
    config = model.config
    embedding = model.token_prior.embed_tokens().detach().half().float()  # computed once, as the graph stores it

    def expected_feel(*condition: Tensor) -> tuple[Tensor, Tensor]:
        prior = model.prior_of_feel(Condition(*condition))
        return prior.mean, prior.log_std.exp()

    def token_step(before: Tensor, lagged: Tensor, *rest: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        *condition, place, state = rest
        features = model.condition_features(Condition(*condition))
        return model.token_prior.step(before, lagged, features, place, state, embedding)

    def zeros(*size: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.zeros(2, *size, dtype=dtype)

    point, meter, bar = zeros(model.map_size), zeros(len(METERS)), (VOICE_COUNT, STEP_COUNT)
    condition = Condition(point, zeros(config.styles), zeros(len(SECTIONS)), meter).inputs()
    history = {"before": zeros(len(LAGS), TOKEN_CELLS), "lagged": zeros(len(LAGS), dtype=torch.long)}
    state = {"place": zeros(dtype=torch.long), "state": zeros(2 * config.prior_width)}
    played = {"hits": zeros(*bar), "feel": zeros(config.feel_size), "map": point, "meter": meter}
    return {
        "encoder": OnnxGraph(
            ModelMethod(model, model.encode),
            {"velocity": zeros(*bar), "offset": zeros(*bar), "meter": meter},
            ("map", "feel"),
        ),
        "map_decoder": OnnxGraph(
            ModelMethod(model, lambda *labels: model.decode_map(Condition(*labels))), condition, ("hit_logit",)
        ),
        "token_prior": OnnxGraph(
            ModelMethod(model, token_step), {**history, **condition, **state}, ("log_prob", "cell_logit", "next_state")
        ),
        "feel_prior": OnnxGraph(ModelMethod(model, expected_feel), condition, ("mean", "std")),
        "dynamics": OnnxGraph(ModelMethod(model, model.decode_dynamics), played, ("velocity", "offset")),
    }


def _rename_old_keys(_module: nn.Module, state_dict: dict[str, Any], prefix: str, *_: Any) -> None:
    for key in list(state_dict):
        name = key.removeprefix(prefix)
        for old, new in OLD_KEYS:
            if name.startswith(old):
                state_dict[prefix + new + name.removeprefix(old)] = state_dict.pop(key)
                break
