"""The model of bars on two levels: a map one can click on, and below it the detail that two numbers cannot carry.

A bar is spelt in tokens, one for each of its sixteenths, which a recurrent prior knows. Its detail is two things:
numbers that say which strokes there are (`components`), and the feel, which says how they are played.
"""

from abc import abstractmethod
from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from clave.music.units import METERS, STEPS_PER_SIXTEENTH
from clave.rhythm.tokens import TOKEN_CELLS, Vocabulary
from clave.training.models.bars import (
    BAR_STEPS,
    SECTIONS,
    SIXTEENTH_COUNT,
    STEP_COUNT,
    VOICE_COUNT,
    Bars,
    chance,
    one_hot,
    rotated,
    without_a_voice,
)
from clave.training.models.token_prior import TokenPrior
from clave.training.models.vae import Config, Gaussian, LikelihoodVAE, normal_like, residual_network

CELLS = VOICE_COUNT * STEP_COUNT
TURNS = (1.0, 2.0, 4.0, 8.0)  # radians a unit of the map: the waves in which the networks are told a point
REFINEMENTS = (0.1, 0.04)  # map units: how far around the best point so far is looked, round by round
TRIES = 5  # points of such a round
PROPOSALS = ((0.5, 0.06), (0.3, 0.25), (0.2, 1.0))  # weight and width of what importance sampling draws points from


class RhythmModel(LikelihoodVAE[Bars]):
    """A model that a rhythm space can be made of."""

    @abstractmethod
    def guess(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch map"]:
        """The mean of q(map | bar)."""

    @abstractmethod
    def sketch(
        self,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],
        section: Float[Tensor, "batch section"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch voice step"]:
        """What is expected at a point of the map, as logits of a hit; zeros for a style or section that is not told."""


def hit_cross_entropy(logit: Float[Tensor, "batch voice step"], bars: Bars) -> Float[Tensor, " batch"]:
    """-log p(hits), in nats a bar; what lies after the end of a bar does not count."""
    cells = functional.binary_cross_entropy_with_logits(logit, bars.hits, reduction="none")
    return (cells * bars.inside.unsqueeze(1)).sum(dim=(1, 2))


def waves(point: Float[Tensor, "batch map"]) -> Float[Tensor, "batch wave"]:
    """A point of the map, and its sines and cosines, so that a small network can tell near points apart.

    Tancik et al., "Fourier features let networks learn high frequency functions in low dimensional domains", 2020.
    """
    turned = torch.cat([turn * point for turn in TURNS], dim=1)
    return torch.cat([point, torch.sin(turned), torch.cos(turned)], dim=1)


def token_cells(rows: Float[Tensor, "batch voice step"]) -> Float[Tensor, "batch sixteenth cell"]:
    """Cells sixteenth by sixteenth, in the order of `vocabulary.sixteenths`."""
    return rows.unflatten(2, (SIXTEENTH_COUNT, STEPS_PER_SIXTEENTH)).permute(0, 2, 1, 3).flatten(2)


def bar_cells(tokens: Float[Tensor, "batch sixteenth cell"]) -> Float[Tensor, "batch voice step"]:
    """The inverse of `token_cells`."""
    return tokens.unflatten(2, (VOICE_COUNT, STEPS_PER_SIXTEENTH)).permute(0, 2, 1, 3).flatten(2)


class Touch(nn.Module):
    """How strokes are played: velocity and offset of each, given all strokes of the bar and the feel."""

    def __init__(self, condition: int, width: int) -> None:
        super().__init__()
        self.told = nn.Linear(condition, width)
        self.place = nn.Parameter(0.02 * torch.randn(SIXTEENTH_COUNT, width))
        self.strokes = nn.Linear(TOKEN_CELLS, width)
        self.around = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.out = nn.Sequential(
            nn.LayerNorm(3 * width), nn.Linear(3 * width, width), nn.SiLU(), nn.Linear(width, 2 * TOKEN_CELLS)
        )

    def forward(
        self, hits: Float[Tensor, "batch voice step"], condition: Float[Tensor, "batch condition"]
    ) -> tuple[Float[Tensor, "batch voice step"], Float[Tensor, "batch voice step"]]:
        """Velocity in (0, 1) and offset in (-2, 2) steps of each cell, if it is struck."""
        seen = functional.silu(self.strokes(token_cells(hits)) + self.place + self.told(condition).unsqueeze(1))
        around, _ = self.around(seen)
        velocity, offset = self.out(torch.cat([seen, around], dim=2)).chunk(2, dim=2)
        return torch.sigmoid(bar_cells(velocity)), 2 * torch.tanh(bar_cells(offset))


@dataclass(frozen=True)
class RhythmConfig(Config):
    """Sizes of the two-level model, and how it is augmented."""

    styles: int  # how many styles the labels know; 0 is allowed
    vocabulary: tuple[int, ...] = field(default=(0,), repr=False)  # as in `Vocabulary`
    feel_size: int = 14
    components: int = 48  # numbers that say which strokes there are
    encoder_width: int = 224
    encoder_blocks: int = 1
    sketch_width: int = 448
    sketch_blocks: int = 2
    prior_width: int = 240
    prior_dropout: float = 0.42
    touch_width: int = 96
    point_std: float = 0.055  # map units: how far a point may be off
    prior_blur: float = 0.5  # map units: how loosely the prior of the tokens is told the point
    velocity_std: float = 0.1  # how closely velocities are asked to be met
    offset_std: float = 0.25  # the same for offsets, steps
    looks: int = 1024  # points of the map at which the bars of a batch are looked for
    told: float = 0.5  # how often the style is told, and the section
    stroke_dropout: float = 0.1  # strokes hidden from the encoder
    voice_dropout: float = 0.0  # bars that lose a voice
    rotation: float = 0.4  # bars that begin at another quarter

    def build(self) -> "RhythmVAE":
        """The model, with fresh weights."""
        return RhythmVAE(self)


class RhythmVAE(RhythmModel):
    """p(map) p(tokens | map) p(feel | map) p(velocity, offset | tokens, feel, map), in which the style may be told.

    The style never reaches the map's encoder nor the search, so that it has to shape the map itself.
    """

    cells: Tensor

    def __init__(self, config: RhythmConfig) -> None:
        super().__init__()
        self.config = config
        self.map_size = 2
        self.detail_size = config.feel_size + config.components
        cells = torch.from_numpy(Vocabulary(config.vocabulary).cells).float()
        self.register_buffer("cells", cells, persistent=False)
        width, condition = config.encoder_width, config.styles + len(SECTIONS) + len(METERS)
        point = 2 + 2 * 2 * len(TURNS)
        self.encoder = residual_network(3 * CELLS + len(METERS), width, config.encoder_blocks, width)
        self.map_head = nn.Linear(width, 2 * self.map_size)
        self.feel_head = nn.Linear(width, 2 * config.feel_size)
        self.sketcher = residual_network(point + condition, config.sketch_width, config.sketch_blocks, CELLS)
        self.prior = TokenPrior(cells, point + condition, config.prior_width, config.prior_dropout)
        self.feel_prior = residual_network(point + condition, config.touch_width, 1, 2 * config.feel_size)
        self.touch = Touch(config.feel_size + point + len(METERS), config.touch_width)
        self.map_style, self.feel_style = (
            residual_network(size, config.touch_width, 1, config.styles) if config.styles else None
            for size in (self.map_size, config.feel_size)
        )

    def see(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch feature"]:
        """What the encoder sees in hits, velocities and offsets."""
        hits = (velocity > 0).float()
        return self.encoder(torch.cat([hits.flatten(1), velocity.flatten(1), (hits * offset).flatten(1), meter], dim=1))

    def guess(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch map"]:
        """The mean of q(map | bar)."""
        return self.describe(velocity, offset, meter)[0]

    def describe(
        self,
        velocity: Float[Tensor, "batch voice step"],
        offset: Float[Tensor, "batch voice step"],
        meter: Float[Tensor, "batch meter"],
    ) -> tuple[Float[Tensor, "batch map"], Float[Tensor, "batch feel"]]:
        """The means of q(map | bar) and of q(feel | bar)."""
        seen = self.see(velocity, offset, meter)
        point, feel = (Gaussian.from_parameters(head(seen)).mean for head in (self.map_head, self.feel_head))
        return point, feel

    def told(
        self,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],
        section: Float[Tensor, "batch section"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch condition"]:
        """What sketch and priors are told: zeros for a style or section that is left out."""
        return torch.cat([waves(point), style, section, meter], dim=1)

    def sketch(
        self,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],
        section: Float[Tensor, "batch section"],
        meter: Float[Tensor, "batch meter"],
    ) -> Float[Tensor, "batch voice step"]:
        """What the map expects there, as logits of a hit."""
        return self.sketcher(self.told(point, style, section, meter)).unflatten(1, (VOICE_COUNT, STEP_COUNT))

    def expect_feel(
        self,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],
        section: Float[Tensor, "batch section"],
        meter: Float[Tensor, "batch meter"],
    ) -> Gaussian:
        """p(feel | map, style, section, meter)."""
        return Gaussian.from_parameters(self.feel_prior(self.told(point, style, section, meter)))

    def play(
        self,
        hits: Float[Tensor, "batch voice step"],
        feel: Float[Tensor, "batch feel"],
        point: Float[Tensor, "batch map"],
        meter: Float[Tensor, "batch meter"],
    ) -> tuple[Float[Tensor, "batch voice step"], Float[Tensor, "batch voice step"]]:
        """Velocity and offset of each cell, if it is struck, in a bar with these strokes and this feel."""
        return self.touch(hits, torch.cat([feel, waves(point), meter], dim=1))

    def spell(self, hits: Float[Tensor, "batch voice step"]) -> Int[Tensor, "batch sixteenth"]:
        """The token of each sixteenth; where there is none of that kind, the size of the vocabulary."""
        cells, mine = token_cells(hits), self.cells
        differing = cells.sum(dim=2, keepdim=True) + mine.sum(dim=1) - 2 * cells @ mine.T
        least, token = differing.min(dim=2)
        return torch.where(least == 0, token, len(mine))

    @torch.no_grad()
    def search(
        self, bars: Bars, guess: Float[Tensor, "batch map"], looks: int, noise: torch.Generator
    ) -> Float[Tensor, "batch map"]:
        """The likeliest point for each bar, of so many drawn anywhere, the guess, and what lies around the best of all.

        Two dimensions are few enough to look instead of believing an encoder.
        """
        found = guess.clone()
        for meter in torch.unique(bars.meter).tolist():
            rows = torch.nonzero(bars.meter == meter)[:, 0]
            mine = bars[rows]
            enough = looks if len(rows) > looks // 64 else looks // 4
            anywhere = 1.2 * torch.randn((enough, 2), generator=noise, device=guess.device)
            length = int(BAR_STEPS[meter])
            logit = self._sketch_untold(anywhere, torch.full((enough,), meter, device=guess.device))[:, :, :length]
            score = mine.hits[:, :, :length].flatten(1) @ logit.flatten(1).T
            score += -functional.softplus(logit).sum(dim=(1, 2)) - 0.5 * anywhere.square().sum(dim=1)
            best = anywhere[score.argmax(dim=1)]
            found[rows] = self._best_of(torch.stack([best, guess[rows]]), mine)
        for reach in REFINEMENTS:
            around = [found + reach * normal_like(found, noise) for _ in range(TRIES)]
            found = self._best_of(torch.stack([found, *around]), bars)
        return found

    def _sketch_untold(
        self, point: Float[Tensor, "batch map"], meter: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch voice step"]:
        nothing = point.new_zeros((len(point), self.config.styles)), point.new_zeros((len(point), len(SECTIONS)))
        return self.sketch(point, *nothing, one_hot(meter, len(METERS)))

    def _best_of(self, points: Float[Tensor, "choice batch map"], bars: Bars) -> Float[Tensor, "batch map"]:
        """Of these points for each bar, the one with the highest log p(hits | point) + log N(point; 0, 1)."""
        scores = torch.stack(
            [
                -hit_cross_entropy(self._sketch_untold(point, bars.meter), bars) - 0.5 * point.square().sum(dim=1)
                for point in points
            ]
        )
        return points[scores.argmax(dim=0), torch.arange(len(bars), device=points.device)]

    def losses(self, batch: Bars, noise: torch.Generator) -> dict[str, Tensor]:
        """What is trained on, in named parts; docs/rhythm-model.md tells what each is for."""
        config, meter = self.config, one_hot(batch.meter, len(METERS))
        if self.training:
            batch = rotated(without_a_voice(batch, config.voice_dropout, noise), config.rotation, noise)
        kept = ~chance(config.stroke_dropout if self.training else 0.0, batch.velocity.shape, batch, noise)
        seen = self.see(batch.velocity * kept, batch.offset, meter)
        style = batch.style * chance(config.told, (len(batch), 1), batch, noise)
        section = one_hot(batch.section, len(SECTIONS)) * chance(config.told, (len(batch), 1), batch, noise)

        on_map = Gaussian.from_parameters(self.map_head(seen))
        guess = on_map.sample(noise)
        found = self.search(batch, on_map.mean.detach(), config.looks, noise)
        point = found + config.point_std * normal_like(found, noise)
        in_feel = Gaussian.from_parameters(self.feel_head(seen))
        feel = in_feel.sample(noise)
        expected = self.expect_feel(point, style, section, meter)
        velocity, offset = self.play(batch.hits, feel, point, meter)
        blurred = found + config.prior_blur * normal_like(found, noise)
        tokens, strokes = self.token_cost(
            batch, blurred, style, section, meter, dropout=noise if self.training else None
        )
        parts = {
            "hits": hit_cross_entropy(self.sketch(guess, style, section, meter), batch).mean(),
            "hits_found": hit_cross_entropy(self.sketch(point, style, section, meter), batch).mean(),
            "kl_map": on_map.kl_to(on_map.standard()).sum(-1).mean(),
            "tokens": tokens.mean(),
            "strokes": strokes.mean(),
            "feel": self.feel_error(velocity, offset, batch).mean(),
            "kl_feel": in_feel.kl_to(expected).sum(-1).mean(),
        }
        for name, classifier, value in (("style", self.map_style, guess), ("style_feel", self.feel_style, feel)):
            if classifier is not None:
                parts[name] = -(batch.style * torch.log_softmax(classifier(value), dim=-1)).sum(-1).mean()
        return parts

    def token_cost(
        self,
        bars: Bars,
        point: Float[Tensor, "batch map"],
        style: Float[Tensor, "batch style"],
        section: Float[Tensor, "batch section"],
        meter: Float[Tensor, "batch meter"],
        dropout: torch.Generator | None = None,
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
        """-log p(tokens | map) in nats a bar, and the cross-entropy of their strokes one by one.

        Where a sixteenth is in no vocabulary, its strokes count one by one in the former too. In training, `dropout`
        says what the prior has to do without.
        """
        tokens, cells = self.spell(bars.hits), token_cells(bars.hits)
        places = bars.meter.unsqueeze(1) * SIXTEENTH_COUNT + torch.arange(SIXTEENTH_COUNT, device=tokens.device)
        condition = self.told(point, style, section, meter)
        shares, logit = self.prior(tokens, cells, condition, places, dropout)
        strokes = functional.binary_cross_entropy_with_logits(logit, cells, reduction="none").sum(dim=2)
        cost = strokes * (tokens == len(self.cells)) - shares.gather(2, tokens.unsqueeze(2))[:, :, 0]
        inside = bars.inside[:, ::STEPS_PER_SIXTEENTH]
        return (cost * inside).sum(dim=1), (strokes * inside).sum(dim=1)

    def feel_error(
        self, velocity: Float[Tensor, "batch voice step"], offset: Float[Tensor, "batch voice step"], bars: Bars
    ) -> Float[Tensor, " batch"]:
        """-log p(velocity, offset | hits) up to a constant: Gaussians of fixed width, where there is a hit."""
        loudness = ((velocity - bars.velocity) / self.config.velocity_std).square()
        timing = ((offset - bars.offset) / self.config.offset_std).square()
        return 0.5 * (bars.hits * (loudness + timing)).sum(dim=(1, 2))

    def log_weights(self, batch: Bars, draws: int, noise: torch.Generator) -> Float[Tensor, "draw batch"]:
        """Importance weights of each bar's hits; the style and the section are not told.

        The detail follows from the strokes, so that only the point is drawn: from normal distributions of several
        widths around where the bar was found.
        """
        meter = one_hot(batch.meter, len(METERS))
        found = self.search(batch, self.guess(batch.velocity, batch.offset, meter), 4 * self.config.looks, noise)
        nothing = batch.style * 0, found.new_zeros((len(batch), len(SECTIONS)))
        share, width = torch.tensor(PROPOSALS, device=found.device).unbind(dim=1)
        weights: list[Tensor] = []
        for _ in range(draws):
            which = torch.multinomial(share, len(batch), replacement=True, generator=noise)
            point = found + width[which].unsqueeze(1) * normal_like(found, noise)
            apart = (point - found).square().sum(dim=1, keepdim=True)
            proposed = torch.logsumexp(share.log() - 2 * width.log() - apart / (2 * width.square()), dim=1)
            prior = -0.5 * point.square().sum(dim=1)  # log 2 pi stands in both, and goes
            weights.append(prior - proposed - self.token_cost(batch, point, *nothing, meter)[0])
        return torch.stack(weights)
