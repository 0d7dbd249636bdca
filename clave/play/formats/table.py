"""Every format that Clave writes for other programs, in one table: the command line and the page take them from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from clave.errors import ExportError
from clave.music.sampled_kit import SampledKit
from clave.play.formats.daw import write_dawproject
from clave.play.formats.drawing import write_svg
from clave.play.formats.hydrogen_song import write_patterns, write_song
from clave.play.formats.kits import write_decent_sampler, write_hydrogen_kit, write_samples, write_sfz
from clave.play.formats.live_code import write_strudel, write_tidal
from clave.play.formats.midi_file import write_midi
from clave.play.formats.options import WriteOptions
from clave.play.formats.sound_file import write_flac, write_wav
from clave.play.performance import Performance

_F = TypeVar("_F")
Writer = Callable[[Performance, Path, WriteOptions], list[str]]
"""Writes a performance into a folder; a line for each file that it wrote, and for what the format could not hold."""
KitWriter = Callable[[SampledKit, Path], list[str]]
"""The same of a kit."""
ARCHIVE = "application/zip"


@dataclass(frozen=True)
class GrooveFormat:
    """A format for what is played."""

    title: str  # as a list of formats shows it
    write: Writer
    suffix: str = ""  # of its one file; "": it writes several, which the page gives in one archive
    media_type: str = ARCHIVE


@dataclass(frozen=True)
class KitFormat:
    """A format for a kit."""

    title: str
    write: KitWriter
    suffix: str = ""
    media_type: str = ARCHIVE


GROOVE_FORMATS: Mapping[str, GrooveFormat] = {
    "midi": GrooveFormat("MIDI file", write_midi, ".mid", "audio/midi"),
    "wav": GrooveFormat("WAV file", write_wav, ".wav", "audio/wav"),
    "svg": GrooveFormat("drawing (SVG)", write_svg, ".svg", "image/svg+xml"),
    "flac": GrooveFormat("FLAC file", write_flac, ".flac", "audio/flac"),
    "dawproject": GrooveFormat("DAWproject song", write_dawproject, ".dawproject", "application/octet-stream"),
    "strudel": GrooveFormat("Strudel text and its sounds", write_strudel),
    "tidal": GrooveFormat("Tidal text and its sounds", write_tidal),
    "h2song": GrooveFormat("Hydrogen song and its kit", write_song),
    "h2pattern": GrooveFormat("Hydrogen patterns", write_patterns),
}
KIT_FORMATS: Mapping[str, KitFormat] = {
    "sfz": KitFormat("SFZ kit", write_sfz),
    "decentsampler": KitFormat("DecentSampler preset", write_decent_sampler),
    "samples": KitFormat("samples for Strudel and Tidal", write_samples),
    "h2drumkit": KitFormat("Hydrogen kit", write_hydrogen_kit, ".h2drumkit", "application/octet-stream"),
}
FORMATS: Mapping[str, GrooveFormat | KitFormat] = {**GROOVE_FORMATS, **KIT_FORMATS}
"""All of them, by the names that are typed."""
USUAL_FORMATS = ("midi", "wav", "svg")
"""What `clave groove` and `clave render` write."""


def write_files(
    performance: Performance,
    folder: Path,
    options: WriteOptions = WriteOptions(),  # noqa: B008 -- frozen
    formats: tuple[str, ...] = USUAL_FORMATS,
) -> list[str]:
    """A performance in these formats, into this folder, which is made if it is missing.

    The lines say what was written, and what a format could not hold. Raises ExportError for a format that is none.
    """
    writers = [each.write for each in check_groove_formats(formats)]
    folder.mkdir(parents=True, exist_ok=True)
    return [line for write in writers for line in write(performance, folder, options)]


def write_kit(kit: SampledKit, folder: Path, formats: tuple[str, ...]) -> list[str]:
    """A kit in these formats, as `write_files` writes a performance."""
    writers = [each.write for each in check_kit_formats(formats)]
    folder.mkdir(parents=True, exist_ok=True)
    return [line for write in writers for line in write(kit, folder)]


def check_groove_formats(names: Sequence[str]) -> list[GrooveFormat]:
    """The formats of these names; ExportError for one that a groove is not written as."""
    return [_format("a groove", GROOVE_FORMATS, name) for name in names]


def check_kit_formats(names: Sequence[str]) -> list[KitFormat]:
    """The formats of these names; ExportError for one that a kit is not written as."""
    return [_format("a kit", KIT_FORMATS, name) for name in names]


def _format(what: str, formats: Mapping[str, _F], name: str) -> _F:
    if name not in formats:
        raise ExportError(f"{what} is written as {', '.join(formats)}; got the format {name!r}")
    return formats[name]
