"""`clave live --audio`: a sound device, and the sounds of a project for it."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from clave.app.cli.opening import ANY_DEVICE
from clave.app.cli.performing import Player, chosen_sound, open_library
from clave.errors import AudioPortError, ClaveError, MissingExtraError
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.play.arrange import SILENCE
from clave.play.live.audio_out import AudioOutput
from clave.play.live.audio_port import PortAudioPort, open_again
from clave.play.project.voices import KitVoice
from clave.play.sounds import decode_sound

if TYPE_CHECKING:
    from clave.play.live.strokes import Sounds, Strokes
    from clave.play.output import Output
    from clave.sound.space import SoundSpace

SAMPLE_RATE = 44_100  # of all sounds

Report = Callable[[str], None]


def sounds_of(project: Path, sound: str | None, home: Path | None, report: Report, opened: ExitStack) -> "Sounds":
    """What decodes the sounds of a project; one that cannot be had is silent, and said."""
    library = opened.enter_context(closing(open_library(home)))
    find, space = Player(None, None, library, project.parent).find_file(), _Space(sound)

    def decoded(voice: int, wanted: KitVoice) -> Clip:
        try:
            learned = space.get() if wanted.origin == "map" or wanted.twin else None
            return decode_sound(VOICES[voice], wanted, learned, find)
        except ClaveError as error:  # NaN from a model among them
            report(f"the {VOICES[voice].name} is silent: {error}")
            return SILENCE

    return decoded


class _Space:
    """The sound space, loaded for the first sound that is decoded by it."""

    def __init__(self, which: str | None) -> None:
        self._which = which
        self._loaded: list[SoundSpace | None] = []

    def get(self) -> "SoundSpace | None":
        if not self._loaded:
            self._loaded.append(chosen_sound(self._which))
        return self._loaded[0]


def audio_output(name: str, strokes: "Strokes", report: Report, opened: ExitStack) -> "list[Output]":
    """The device of this name as an output that sounds; none where there is no such device, which is said."""
    wanted = None if name == ANY_DEVICE else name
    try:
        port = PortAudioPort(wanted, SAMPLE_RATE)
    except (AudioPortError, MissingExtraError) as error:
        report(f"{error}; what else plays goes on")
        return []
    output = opened.enter_context(closing(AudioOutput(port, report, lambda: open_again(wanted, SAMPLE_RATE))))
    strokes.ready.append(output.prepare)
    print(f"Sound goes to {port.name}")
    return [output]
