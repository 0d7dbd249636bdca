"""A few seeded bars to train small models on, two styles that are easy to tell apart; and a recipe that is as small.

And a whole space with random weights, which serves where two ways of computing the same are compared.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from clave.latent.space_folder import write_settings
from clave.music.pattern import Pattern
from clave.music.units import COMMON_TIME, METERS, Meter, steps_per_bar
from clave.rhythm.attributes import NAMES
from clave.rhythm.condition import Condition
from clave.rhythm.corpus_map import CorpusMap, write_corpus_map
from clave.rhythm.logistic_pca import LogisticPCA, fit
from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.rhythm.tokens import Vocabulary
from clave.training.models.bars import SECTIONS, STEP_COUNT, Bars
from clave.training.models.condition import Condition as TorchCondition
from clave.training.models.map_training import MapTraining
from clave.training.models.rhythm_vae import RhythmConfig, RhythmVAE
from clave.training.onnx_export import write_graphs
from clave.training.recipes import quick
from clave.training.tensor_file import halved


def toy_bars(count: int = 64, seed: int = 0, meters: Sequence[Meter] = (COMMON_TIME,)) -> Bars:
    """Half of them have kicks on the quarters, half on the off-beats; snares and hats vary. Meters take turns."""
    rng = np.random.default_rng(seed)
    velocity = np.zeros((count, 8, STEP_COUNT), np.float32)
    style = rng.integers(0, 2, count)
    meter = np.array([METERS.index(meters[bar % len(meters)]) for bar in range(count)])
    for bar, which in enumerate(style):
        velocity[bar, 0, (8 * which) :: 16] = 0.9
        velocity[bar, 1, [16, 48]] = 0.8
        velocity[bar, 2, ::4] = np.where(rng.random(STEP_COUNT // 4) < 0.7, 0.5, 0)
        velocity[bar, :, steps_per_bar(METERS[meter[bar]]) :] = 0
    offset = np.where(velocity > 0, rng.normal(0, 0.2, velocity.shape), 0).astype(np.float32)
    section = torch.from_numpy(rng.integers(0, 2, count))
    return Bars(
        torch.from_numpy(velocity), torch.from_numpy(offset), torch.eye(2)[style], section, torch.from_numpy(meter)
    )


def paper_bars(count: int = 64, seed: int = 0) -> Bars:
    """The same as wide as the paper's model has them."""
    bars = toy_bars(count, seed)
    return replace(bars, velocity=bars.velocity[:, :, :64], offset=bars.offset[:, :, :64])


def as_numpy(condition: TorchCondition) -> Condition:
    """The same condition, to play with."""
    return Condition(**{name: column.numpy() for name, column in condition.inputs().items()})


def as_patterns(bars: Bars) -> list[Pattern]:
    """The same bars, to be played."""
    rows = zip(bars.velocity.numpy(), bars.offset.numpy(), [METERS[meter] for meter in bars.meter], strict=True)
    return [
        Pattern(loud[:, : steps_per_bar(meter)], late[:, : steps_per_bar(meter)], meter) for loud, late, meter in rows
    ]


VOCABULARY = Vocabulary.of([(toy_bars().velocity > 0).numpy()])
TINY = RhythmConfig(
    2,
    VOCABULARY.bits,
    encoder_width=32,
    map_decoder_width=48,
    map_decoder_blocks=1,
    prior_width=16,
    dynamics_width=12,
    search_points=128,
    grid_resolutions=(4, 8),
    grid_features=4,
    map_training=MapTraining(side=4, start_epochs=1, epochs=2, lattice=8, batch_size=32),
)
TOY = replace(
    quick(2), model=TINY, batch_size=16, epochs=6, warmup_epochs=1, learning_rate=3e-3, annealed=False, averaging=0.5
)


def untrained(config: RhythmConfig = TINY, gain: float = 1.7) -> RhythmVAE:
    """A model with random weights, larger than fresh ones, so that its outputs depend on the condition."""
    torch.manual_seed(0)
    model = config.build().eval().requires_grad_(False)
    for part in (model.token_prior, model.feel_prior, model.map_decoder):
        for weight in part.parameters():
            weight.mul_(gain)
    model.load_state_dict(halved(model.state_dict()))
    return model


@cache
def toy_pca(size: int) -> LogisticPCA:
    """The principal components of some bars of all meters."""
    bars = toy_bars(200, meters=METERS)
    return fit((bars.velocity > 0).numpy(), bars.inside.numpy()[:, None], size)


def toy_space(folder: Path, model: RhythmVAE, meters: Sequence[Meter] = METERS) -> RhythmSpace:
    """The space that such a model makes, with some bars on its map."""
    folder.mkdir(parents=True, exist_ok=True)
    toy_pca(model.config.components).save(folder / "logistic_pca.npz")
    Vocabulary(model.config.vocabulary).save(folder / "tokens.npz")
    styles = [f"style {index}" for index in range(model.config.styles)]
    write_graphs(folder, model.onnx_graphs())
    write_settings(
        folder, RHYTHM_FORMAT, styles=styles, sections=list(SECTIONS), meters=list(meters), threshold=0.5,
        network_meters=list(METERS), map_prior="uniform",
        detail_size=model.detail_size, attribute_std=dict.fromkeys(NAMES, 1.0),
        card={"name": "toy", "licence": "CC0", "credit": "nobody", "recipe": "rhythm"},
    )  # fmt: skip
    points = np.random.default_rng(0).normal(0, 1, (20, 2)).astype(np.float32)
    corpus = CorpusMap(
        points,
        [(*styles, "")[row % max(1, len(styles))] for row in range(20)],
        [SECTIONS[row % 2] for row in range(20)],
        [meters[row % len(meters)] for row in range(20)],
        ["a.mid"] * 20,
        {"a.mid": "CC0"},
    )
    write_corpus_map(folder, corpus)
    return load_rhythm(folder)
