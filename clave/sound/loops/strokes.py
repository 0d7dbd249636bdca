"""Strokes in a loop: onset candidates, and which voices are struck at each, by a small network.

    samples -> onset candidates -> cells around each -> network -> probability and velocity of each voice

Several voices may be struck at once, or none: then the candidate is no onset. The network hears a candidate beside the
others of the loop, since its drums sound alike each time and repeat in time. It runs in ONNX Runtime.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from clave.audio.band_levels import band_levels
from clave.audio.onsets import find_onsets
from clave.latent.onnx_runner import run, session
from clave.latent.space_folder import SpaceFormat, open_space
from clave.music.kit import VOICES
from clave.music.shapes import Bool, Float32, Float64
from clave.sound.loops.stroke_cells import SHAPE, stroke_cells

SHIPPED_STROKES = Path(__file__).parents[2] / "weights" / "strokes"
NETWORK_FILE = "strokes.onnx"
TOGETHER = 512  # candidates that are compared with each other; a loop with more is read in parts
LEAST_PROBABILITY = 0.02  # of any voice: candidates below are dropped at once
SAME_SECONDS = 0.03  # two strokes of a voice so near to each other are one


@dataclass(frozen=True, eq=False)
class HeardStrokes:
    """What the network hears at each onset candidate, in the order of time."""

    seconds: Float64[np.ndarray, " onset"]
    probability: Float32[np.ndarray, "onset voice"]
    velocity: Float32[np.ndarray, "onset voice"]  # in (0, 1], of a stroke of that voice if there is one

    def __len__(self) -> int:
        return len(self.seconds)


@dataclass(frozen=True)
class LoopStroke:
    """One stroke of a loop."""

    seconds: float  # from the start of the file
    voice: int  # row in VOICES
    velocity: float  # in (0, 1]
    confidence: float = 1.0  # in [0, 1]: the probability that it is one


def hear_strokes(samples: Float32[np.ndarray, " sample"], folder: str | Path = SHIPPED_STROKES) -> HeardStrokes:
    """The candidates of a sound at 44.1 kHz that may be strokes."""
    onsets = find_onsets(samples)
    cells = stroke_cells(band_levels(samples), onsets.seconds)
    network = _loaded(Path(folder))
    seconds = onsets.seconds.astype(np.float32)
    parts = [slice(at, at + TOGETHER) for at in range(0, len(cells), TOGETHER)]
    outputs = [run(network, cells=cells[part], seconds=seconds[part]) for part in parts]
    none = np.zeros((0, len(VOICES)), np.float32)
    probability, velocity = (np.concatenate([none, *(each[n] for each in outputs)]) for n in (0, 1))
    kept = probability.max(axis=1, initial=0) >= LEAST_PROBABILITY
    return HeardStrokes(onsets.seconds[kept], probability[kept], np.clip(velocity[kept], 0.02, 1))


def chosen_strokes(
    heard: HeardStrokes, struck: Bool[np.ndarray, "onset voice"], probability: Float32[np.ndarray, "onset voice"]
) -> tuple[LoopStroke, ...]:
    """These strokes in the order of time; of those of a voice within 30 ms, the most probable."""
    kept = list[LoopStroke]()
    for voice in range(len(VOICES)):
        last: LoopStroke | None = None
        for onset in np.flatnonzero(struck[:, voice]):
            stroke = LoopStroke(
                float(heard.seconds[onset]),
                voice,
                float(heard.velocity[onset, voice]),
                float(probability[onset, voice]),
            )
            if last is not None and stroke.seconds - last.seconds < SAME_SECONDS:
                if stroke.confidence <= last.confidence:
                    continue
                kept.remove(last)
            kept.append(stroke)
            last = stroke
    return tuple(sorted(kept, key=lambda stroke: (stroke.seconds, stroke.voice)))


@cache
def _loaded(folder: Path) -> Any:
    open_space(folder, STROKE_FORMAT)
    return session(folder / NETWORK_FILE, 2 * [(len(VOICES),)], cells=SHAPE, seconds=())


STROKE_FORMAT = SpaceFormat(
    "stroke", {"voices": ("the eight voices in order", lambda value: value == [voice.name for voice in VOICES])}
)
