"""Fitting shifts of a sound model near sounds that are new to its maps: one linear system, no training.

The components of the model describe any sound well enough, and its encoder says where on the map a sound lies; only
what the map expects there is another sound. A shift is a Gaussian bump around such a place (`LocalShifts`). All of them
are fitted at once by regularised least squares, so that the map gives the new sounds at their places, and at the places
of its older sounds what it gave before.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from clave.music.kit import VOICES
from clave.music.shapes import Float, Float32, Int
from clave.sound.space import SoundSpace
from clave.training.models.local_shifts import LocalShifts
from clave.training.models.sound_model import VOICE_COUNT
from clave.training.models.sound_vae import SoundVAE


@dataclass(frozen=True)
class SoundFineTuning:
    """The settings of `with_shifts`."""

    narrowest: float = 0.06  # map units: standard deviation of a bump whose neighbours are near ...
    widest: float = 0.15  # ... and of one without neighbours
    neighbour_share: float = 0.5  # of the distance to the nearest new sound of the voice, between the two
    kept_weight: float = 0.1  # of an older sound's place in the fit, where nothing is to change; a new sound has 1
    ridge: float = 0.02  # added to the fit's squares, so that sounds at one place share it


class Places(NamedTuple):
    """Points of maps, in the coordinates of the networks, and whose map each is on."""

    point: Float32[np.ndarray, "place map"]
    voice: Int[np.ndarray, " place"]  # index into VOICES

    @classmethod
    def in_networks(
        cls, space: SoundSpace, points: Float32[np.ndarray, "place map"], voice: Int[np.ndarray, " place"]
    ) -> "Places":
        """Those of points in the coordinates of the maps."""
        at = np.zeros_like(points)
        for index in np.unique(voice):
            at[voice == index] = space.to_network(points[voice == index], VOICES[index])
        return cls(at, voice)

    @property
    def points(self) -> Float[Tensor, "place map"]:
        """For the networks."""
        return torch.from_numpy(self.point)

    @property
    def voices(self) -> Float[Tensor, "place voice"]:
        """One-hot."""
        return functional.one_hot(torch.from_numpy(self.voice).long(), VOICE_COUNT).float()


@torch.no_grad()
def with_shifts(
    model: SoundVAE,
    log_spectrogram: Float32[np.ndarray, "sound band frame"],
    places: Places,
    kept: Places,
    spread: Float32[np.ndarray, "voice map"],
    settings: SoundFineTuning,
) -> SoundVAE:
    """The same model with a shift at the place of each of these sounds, beside those that it has.

    Where something is `kept`, next to nothing is to change. `spread` is how much wider the map of each voice is in the
    coordinates of the networks.
    """
    scale = torch.from_numpy(spread[places.voice])
    new = LocalShifts(len(places.voice), model.map_size, VOICE_COUNT, model.drawn_size)
    new.point, new.voice = places.points, places.voices
    new.width = scale * _widths(new.point / scale, new.voice, settings)
    features = model.features(torch.from_numpy(log_spectrogram), new.voice)
    missing = features[:, : model.drawn_size] - model.expected_detail(new.point, new.voice)
    near, near_kept = (new.nearness(each.points, each.voices) for each in (places, kept))
    new.shift = _fitted(near, near_kept, missing, settings)
    return _joined(model, new)


def _widths(
    point: Float[Tensor, "sound map"], voices: Float[Tensor, "sound voice"], settings: SoundFineTuning
) -> Float[Tensor, "sound 1"]:
    """How wide the bump at each sound is: narrower where another sound of its voice is near."""
    distance = torch.cdist(point, point)
    distance[(voices @ voices.T == 0) | torch.eye(len(point), dtype=torch.bool)] = torch.inf
    share = settings.neighbour_share * distance.amin(dim=1, keepdim=True)
    return share.clamp(settings.narrowest, settings.widest)


def _fitted(
    near: Float[Tensor, "sound sound"],
    near_kept: Float[Tensor, "kept sound"],
    missing: Float[Tensor, "sound component"],
    settings: SoundFineTuning,
) -> Float[Tensor, "sound component"]:
    """The shifts that give what is missing at the new sounds, and next to nothing at the places that are kept."""
    squares = near.T @ near + settings.kept_weight * near_kept.T @ near_kept
    return torch.linalg.solve(squares + settings.ridge * torch.eye(len(near)), near.T @ missing)


def _joined(model: SoundVAE, new: LocalShifts) -> SoundVAE:
    """The model with these shifts beside its own."""
    parts = [new] if model.shifts is None else [model.shifts, new]
    state = model.state_dict()
    for name in ("point", "voice", "width", "shift"):
        state[f"shifts.{name}"] = torch.cat([getattr(each, name) for each in parts])
    tuned = replace(model.config, centres=len(state["shifts.point"])).build().eval()
    tuned.load_state_dict(state)
    return tuned
