"""Every error that Clave raises on purpose: each names the rule that was broken and the value that broke it."""

import re
from collections.abc import Mapping


class ClaveError(Exception):
    """The root of them all: catch this one to catch whatever Clave refuses. Its message can be printed anywhere."""

    def __init__(self, *given: object) -> None:
        super().__init__(*(printable(each) if isinstance(each, str) else each for each in given))


def printable(text: str) -> str:
    r"""The text, fit for a screen, JSON and HTTP: bytes of a file's name that are no letters of UTF-8 become `\xf6`."""
    return _LONE_SURROGATE.sub(lambda found: _escaped(ord(found[0])), text)


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _escaped(code: int) -> str:
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


class ClipError(ClaveError):
    """Samples that are not a playable sound."""


class VoiceError(ClaveError):
    """A voice that is none of the eight."""


class KitError(ClaveError):
    """A kit that lacks a sound or cannot be found."""


class PatternError(ClaveError):
    """Strokes, velocities or offsets that do not make a bar."""


class GrooveError(ClaveError):
    """A groove template that cannot be read, a style without one, or a section it does not play."""


class MidiError(ClaveError):
    """A MIDI file that cannot be read as drums, or a drum map that is not one."""


class MidiPortError(ClaveError):
    """A MIDI port that is not there or takes no message, or a message that cannot be sent."""


class MidiMapError(ClaveError):
    """A MIDI map that cannot be read, or a binding in it that breaks a rule."""


class AudioFileError(ClaveError):
    """An audio file that cannot be read or written."""


class LoopError(ClaveError):
    """A sound that is no drum loop, or a correction of one that breaks a rule."""


class TransformError(ClaveError):
    """A transform or a phase estimate that cannot be made."""


class CorpusError(ClaveError):
    """A folder from which nothing can be learned; `refused` has each of its files with the reason."""

    def __init__(self, message: str, refused: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.refused = dict(refused or {})


class DownloadError(ClaveError):
    """Public data that cannot be fetched: an unknown name, a broken connection, wrong bytes, an unsafe archive."""


class StorageError(ClaveError):
    """A folder, a bucket or a cluster that cannot be read, written or reached, or that another run is writing."""


class TrainingError(ClaveError):
    """A training run that cannot start, go on or be resumed."""


class SpaceError(ClaveError):
    """A model folder that is not a space, or a question that a space cannot answer."""


class ProjectError(ClaveError):
    """A project that cannot be read, or a part of one that breaks a rule."""


class RenderError(ClaveError):
    """A tempo, a swing or a level that cannot be played."""


class ExportError(ClaveError):
    """A file for another program that cannot be written: an unknown format, or one that cannot hold this."""


class ControlError(ClaveError):
    """A control that does not exist, an argument that it does not take, or one that nobody is there to carry out."""


class AudioPortError(ClaveError):
    """A sound device that is not there, or has gone."""


class OscError(ClaveError):
    """A packet that is not OSC, or a port that cannot be opened."""


class MissingExtraError(ClaveError):
    """An optional package that is not installed; the message names the extra to install."""


class ServerError(ClaveError):
    """An instrument that cannot be served: no free port."""


class KitLibraryError(ClaveError):
    """A database of kept kits that cannot be read or written."""


class KitLibraryBusyError(KitLibraryError):
    """A database of kept kits that another program has locked for too long."""


class KitLibraryFullError(KitLibraryError):
    """A database of kept kits that holds as many bytes of sounds as it may."""


ShelfError = KitLibraryError  # its name up to 0.1.0, for code outside that catches it
