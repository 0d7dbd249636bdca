"""Paths across the maps: how evenly the sound changes from step to step."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from clave.audio.log_spectrogram import placed
from clave.music.shapes import Float32, Float64
from clave.sound.comparison import log_spectral_distance_db
from clave.sound.space import SoundSpace
from clave.training.progress import OnCount

PATH_POINTS = 64
PATH_END = 2.0  # a path crosses the map from -2 to 2
MIN_JUMP_DB = 1e-6  # of a path on which nothing changes, so that it counts as even

Jumps = dict[str, list[list[float]]]
"""By voice, for each path the log-spectral distances between neighbouring points, dB."""


def paths(spaces: Mapping[str, SoundSpace], on_count: OnCount) -> dict[str, Any]:
    """The jumps along both axes of each voice's map, beside those of cross-fades between the ends of the paths."""
    rows: dict[str, Any] = {}
    across = np.linspace(-PATH_END, PATH_END, PATH_POINTS)
    routes = [np.stack([across, 0 * across], axis=1), np.stack([0 * across, across], axis=1)]
    done, total = 0, sum(len(space.voices) for space in spaces.values()) * len(routes)
    for name, space in spaces.items():
        path_jumps, fade_jumps = Jumps(), Jumps()
        for voice in space.voices:
            for route in routes:
                path, fade = _path_and_crossfade(space, voice, route)
                path_jumps.setdefault(voice, []).append(_jumps_db(path))
                fade_jumps.setdefault(voice, []).append(_jumps_db(fade))
                on_count(done := done + 1, total)
        rows[name] = _summary(path_jumps)
        rows[f"cross-fade, {name}"] = _summary(fade_jumps)
    return rows


def _path_and_crossfade(
    space: SoundSpace, voice: str, route: Float64[np.ndarray, "point 2"]
) -> tuple[Float32[np.ndarray, "point sample"], Float32[np.ndarray, "point sample"]]:
    sounds = np.stack([placed(space.at(point[None], voice)[0]) for point in route])
    share = np.linspace(0, 1, len(route), dtype=np.float32)[:, None]
    return sounds, (1 - share) * sounds[0] + share * sounds[-1]


def _jumps_db(sounds: Float32[np.ndarray, "point sample"]) -> list[float]:
    return [log_spectral_distance_db(*pair) for pair in pairwise(sounds)]


def _summary(jumps: Jumps) -> dict[str, Any]:
    ratios = {
        voice: max(max(path) / max(float(np.mean(path)), MIN_JUMP_DB) for path in paths_of)
        for voice, paths_of in jumps.items()
    }
    every = [jump for paths_of in jumps.values() for path in paths_of for jump in path]
    return {
        "largest_db": max(every), "mean_db": float(np.mean(every)),
        "largest_to_mean": max(ratios.values()), "by_voice": ratios, "jumps": jumps,
    }  # fmt: skip
