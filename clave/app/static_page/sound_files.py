"""The sounds of a static page: each voice's map at the points of a grid, and the built-in kits, in one file.

The page interpolates between the points of the grid: `web/src/static/soundGrid.ts` says how.
"""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clave.app.kit_builder import KitBuilder
from clave.app.sound_protocol import SoundRequest
from clave.audio.descriptors import describe
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.shapes import Float32
from clave.play.project.voices import KitVoice
from clave.play.sounds import decode_point
from clave.sound.space import SoundSpace

SPAN = 3.0  # map units: the page shows [-3, 3]
GRID_POINTS = 12  # in a row
PIECE = 4  # sounds of a row that are compressed together: fewer take more room, more take longer to unpack
DRAWN_KITS = 32  # that the page draws from
COMPRESSION = 0.9  # of Vorbis: 0 is the least, 1 the most
GAP_SAMPLES = 1024  # of silence between two sounds, so that none is heard in the next


@dataclass
class SoundFile:
    """Sounds one after the other in pieces of a file, each an Ogg Vorbis stream, and where each of them lies."""

    content: bytearray = field(default_factory=bytearray)

    def add(self, clips: Sequence[Clip]) -> dict[str, Any]:
        """Where the piece with these sounds lies in the file, and where each sound lies in it, in samples."""
        starts, lengths, parts = list[int](), list[int](), list[Float32[np.ndarray, " sample"]]()
        at = GAP_SAMPLES
        parts.append(np.zeros(GAP_SAMPLES, np.float32))
        for clip in clips:
            parts += [clip.samples, np.zeros(GAP_SAMPLES, np.float32)]
            starts.append(at)
            lengths.append(len(clip))
            at += len(clip) + GAP_SAMPLES
        first, piece = len(self.content), _vorbis(np.concatenate(parts), clips[0].sample_rate)
        self.content += piece
        return {"at": first, "bytes": len(piece), "starts": starts, "lengths": lengths}


def sound_files(
    builder: KitBuilder,
    sound: SoundSpace | None,
    points: int,
    say: Callable[[str], None] = lambda _: None,
    drawn: int = DRAWN_KITS,
) -> dict[str, bytes]:
    """The files of a static page that hold sounds, by their names.

    Each map has a grid of `points` times `points`; `drawn` kits are there to draw from. `say` is told what is made.
    """
    file = SoundFile()
    kits = {name: file.add([kit[voice] for voice in VOICES]) for name, kit in _kits(builder)}
    index: dict[str, Any] = {
        "span": SPAN, "points": points, "piece": PIECE, "kits": kits, "voices": {}, "drawn": [],
    }  # fmt: skip
    if sound is not None:
        for name in sound.voices:
            say(f"{name}: {points * points} sounds")
            index["voices"][name] = _voice_grid(file, sound, name, points)
        index["drawn"] = [[_without_detail(voice) for voice in builder.draw(seed)] for seed in range(drawn)]
    return {"sounds.json": json.dumps(index, separators=(",", ":")).encode(), "sounds.bin": bytes(file.content)}


def _kits(builder: KitBuilder) -> "Iterator[tuple[str, Any]]":
    for name, kit in builder.kits.items():
        yield name, kit.make()


def _voice_grid(file: SoundFile, sound: SoundSpace, name: str, points: int) -> dict[str, Any]:
    """The rows of a voice's grid, from low to high y, in pieces, and what is heard at each of its points."""
    axis = np.linspace(-SPAN, SPAN, points)
    voice = next(each for each in VOICES if each.name == name)
    rows: list[Any] = []
    heard: list[Any] = []
    for y in axis:
        clips = [_at(sound, voice.index, float(x), float(y)) for x in axis]
        rows.append([file.add(clips[first : first + PIECE]) for first in range(0, points, PIECE)])
        heard.append([_heard(clip) for clip in clips])
    return {"rows": rows, "heard": heard}


def _at(sound: SoundSpace, voice: int, x: float, y: float) -> Clip:
    return decode_point(VOICES[voice], KitVoice(origin="map", point=(x, y)), sound)


def _heard(clip: Clip) -> list[float | None]:
    """Brightness (Hz), decay (s), pitch (Hz or None) and noisiness, rounded as a person reads them."""
    found = describe(clip)
    numbers = (found.brightness_hz, found.decay_s, found.pitch_hz, found.noisiness)
    return [None if each is None else float(f"{each:.4g}") for each in numbers]


def _without_detail(voice: KitVoice) -> Any:
    """A drawn voice as the page can play it: at its point, as its map expects it there."""
    return voice.changed(variation=0.0, seed=0, shift=SoundRequest(point=(0, 0)).shift).model_dump(mode="json")


def _vorbis(samples: Float32[np.ndarray, " sample"], sample_rate: int) -> bytes:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, samples, sample_rate, format="OGG", subtype="VORBIS", compression_level=COMPRESSION)
    return buffer.getvalue()
