"""A trained rhythm model that learns to know more styles than it did: a column for each, which changes nothing yet."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from clave.errors import TrainingError
from clave.music.shapes import Float
from clave.music.units import METERS
from clave.rhythm.dataset import NO_STYLE, Corpus
from clave.training.models.bars import SECTIONS
from clave.training.models.rhythm_model import RhythmModel
from clave.training.models.rhythm_vae import RhythmVAE

LABELLED = ("map_decoder.head.0.weight", "token_prior.condition.0.weight", "feel_prior.0.weight")
"""Weights [width, input] of the layers that a condition comes into; its styles are followed by section and meter."""


def with_styles(model: RhythmModel, styles: int) -> RhythmVAE:
    """The same model for so many styles, as many or more; the new ones are as if no style were named.

    Raises TrainingError for a model whose map is no table of features: that of the recipe `paper`.
    """
    if not isinstance(model, RhythmVAE):
        raise TrainingError(
            f"only spaces of the recipes rhythm and quick can be fine-tuned, got a model of {type(model).__name__}"
        )
    assert styles >= model.config.styles, "no style is taken away"
    if styles == model.config.styles:
        return model
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        grown = replace(model.config, styles=styles).build().eval()
    weights = model.state_dict()
    for name in LABELLED:
        weights[name] = _with_columns(weights[name], grown.state_dict()[name].shape[1])
    for name, fresh in grown.state_dict().items():
        if name.startswith("feel_style."):  # guesses the style; only training asks it
            old = weights.get(name)
            weights[name] = fresh if old is None else torch.cat([old, fresh[len(old) :]])
    grown.load_state_dict(weights)
    return grown


def _with_columns(weight: Float[Tensor, "width input"], inputs: int) -> Float[Tensor, "width more"]:
    """So many inputs: columns of zeros behind those of the styles that are known."""
    at = weight.shape[1] - len(SECTIONS) - len(METERS)
    zeros = weight.new_zeros(len(weight), inputs - weight.shape[1])
    return torch.cat([weight[:, :at], zeros, weight[:, at:]], dim=1)


def styles_of_both(known: Sequence[str], own: Corpus) -> tuple[str, ...]:
    """The styles of a space, and behind them those that only bars of one's own have."""
    used = [own.styles[index] for index in np.unique(own.style[own.style != NO_STYLE])]
    return (*known, *(name for name in used if name not in known))


def in_styles(corpus: Corpus, styles: Sequence[str]) -> Corpus:
    """The same bars with their styles as indices into these, which know all of them."""
    index = np.array([styles.index(name) if name in styles else NO_STYLE for name in (*corpus.styles, "")])
    return replace(corpus, style=index[corpus.style], styles=tuple(styles))  # -1, which is unknown, takes the last
