"""Clips to sound files: mono or stereo, 24 bits, WAV or FLAC."""

import io
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile

from clave.errors import AudioFileError
from clave.files import whole_file
from clave.music.clip import Clip

Format = Literal["wav", "flac"]


def write(path: str | PathLike[str], *channels: Clip) -> None:
    """Write a clip, or the left and right of a stereo sound, as 24 bits: WAV or FLAC, by the name's suffix.

    The folder is made if need be. Samples beyond full scale are refused, not clipped.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".wav", ".flac"):
        raise AudioFileError(f"{path}: sounds are written as .wav or .flac, got {path.suffix or 'no suffix'}")
    try:
        data = to_bytes(*channels, format="flac" if suffix == ".flac" else "wav")
        path.parent.mkdir(parents=True, exist_ok=True)
        whole_file.write(path, data)
    except AudioFileError as error:
        raise AudioFileError(f"{path}: {error}") from error
    except OSError as error:
        raise AudioFileError(f"{path}: cannot be written ({error.strerror})") from error


def write_stereo(path: str | PathLike[str], left: Clip, right: Clip) -> None:
    """Write a stereo sound, as `write` does: 24 bits, WAV or FLAC.

    Raises AudioFileError for sides of different length or sample rate, and for samples beyond full scale.
    """
    write(path, left, right)


def to_bytes(*channels: Clip, format: Format = "wav") -> bytes:  # noqa: A002 -- the word for it
    """The file that `write` would write, in memory."""
    if not 1 <= len(channels) <= 2:
        raise AudioFileError(f"a sound has one channel or two, got {len(channels)}")
    if len({(len(clip), clip.sample_rate) for clip in channels}) > 1:
        shapes = " and ".join(f"{len(clip)} samples at {clip.sample_rate} Hz" for clip in channels)
        raise AudioFileError(f"left and right are equally long and fast, got {shapes}")
    peak = max(clip.peak for clip in channels)
    if peak > 1:
        raise AudioFileError(f"24-bit files hold [-1, 1], got a peak of {peak:.3f}; make it quieter first")
    buffer = io.BytesIO()
    samples = np.stack([clip.samples for clip in channels], axis=1)
    soundfile.write(buffer, samples, channels[0].sample_rate, subtype="PCM_24", format=format.upper())
    return buffer.getvalue()
