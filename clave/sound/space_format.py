"""The format of a sound space's folder: the rules of its settings, and what its first version called them.

Version 2 holds the same numbers as version 1 under the field's names. The graphs are the same, and so are the names of
their inputs and outputs. In version 3 the prior may draw only the first `drawn_size` numbers of the detail; before, it
drew all of them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clave.audio.log_spectrogram import DrumSpectrogram, Spectrogram
from clave.audio.paper_log_spectrogram import PaperSpectrogram
from clave.errors import SpaceError
from clave.latent.space_folder import Settings, SpaceFormat, Upgrade, are_names, is_card, renamed
from clave.music.kit import VOICES

SPECTROGRAMS: Mapping[str, type[Spectrogram]] = {each.name: each for each in (DrumSpectrogram, PaperSpectrogram)}
"""The kinds of log spectrogram that a space can be learned from, by their names in its settings."""


def _upgrade_1(settings: Settings) -> Settings:
    names = {"picture": "log_spectrogram_shape", "spectrum": "spectrogram"}
    return {"spectrogram": DrumSpectrogram.name, **renamed(settings, names)}  # the first spaces had no other kind


def _upgrade_2(settings: Settings) -> Settings:
    return settings | ({"drawn_size": settings["detail_size"]} if "detail_size" in settings else {})


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 1


def _are_points(value: Any) -> bool:
    try:
        points = np.array(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        return False
    return points.shape == (len(VOICES), 2) and bool(np.isfinite(points).all())


SOUND_FORMAT = SpaceFormat(
    "sound",
    {
        "voices": ("a list of names", are_names),
        "detail_size": ("a whole number of at least 1", _is_count),
        "drawn_size": ("a whole number of at least 1, of which the detail has as many or more", _is_count),
        "spectrogram": (f"one of {', '.join(SPECTROGRAMS)}", lambda value: value in list(SPECTROGRAMS)),
        "log_spectrogram_shape": (
            "two whole numbers", lambda value: isinstance(value, list) and all(type(n) is int for n in value)
        ),
        "centre": ("a finite point for each of eight voices", _are_points),
        "spread": (
            "two numbers above 0 for each of eight voices",
            lambda value: _are_points(value) and bool((np.array(value) > 0).all()),
        ),
        "card": ("a name, a licence and a credit", is_card),
    },
    upgrades=(Upgrade(_upgrade_1), Upgrade(_upgrade_2)),
)  # fmt: skip
"""The settings of a sound space, each with its rule."""


def spectrogram_of(folder: Path, settings: Settings) -> Spectrogram:
    """The kind of log spectrogram that a space was learned from; SpaceError if this Clave's has another shape."""
    spectrogram = SPECTROGRAMS[settings["spectrogram"]]()
    if settings["log_spectrogram_shape"] != [spectrogram.bands, spectrogram.frames]:
        raise SpaceError(
            f"{folder / 'config.json'} is of log spectrograms of {settings['log_spectrogram_shape']} cells; "
            f"this Clave makes sounds of {[spectrogram.bands, spectrogram.frames]}"
        )
    return spectrogram
