"""A drum loop as a project: its bars as they were played, and its sounds as the kit."""

import hashlib
from pathlib import Path

from clave.app.loops import loop_bars, loop_material, loop_voice, sound_file
from clave.files import whole_file
from clave.music.kit import VOICES
from clave.music.units import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from clave.play.project import Project, Scene, Spaces, TempoChange
from clave.play.project.bars import GenerationSettings
from clave.play.project.voices import KitVoice, ProjectKit
from clave.play.space_reference import space_reference
from clave.rhythm.space import RhythmSpace
from clave.sound.loops import LoopReading

MISSING_KIT = "analogue"  # plays the voices that are not in the loop
KIT_FOLDER = "kit"


def write_kit(reading: LoopReading, folder: Path) -> ProjectKit:
    """Write the sounds of a loop into this folder's `kit`, and return the kit that names them from there."""
    voices = [KitVoice(origin="factory", kit=MISSING_KIT) for _ in VOICES]
    (folder / KIT_FOLDER).mkdir(parents=True, exist_ok=True)
    for sound in reading.sounds:
        content = sound_file(sound)
        whole_file.write(folder / KIT_FOLDER / sound.name, content)
        digest = hashlib.sha256(content).hexdigest()
        voices[sound.voice] = loop_voice(sound, digest, f"{KIT_FOLDER}/{sound.name}")
    return ProjectKit(name=reading.name, voices=tuple(voices))


def loop_project(reading: LoopReading, kit: ProjectKit, rhythm: RhythmSpace) -> Project:
    """The bars of a loop at its tempo, with this kit; they are stars on the map as well."""
    material = loop_material(reading, rhythm)
    scene = Scene(
        tempo=(TempoChange(bar=0, tempo_bpm=min(MAX_TEMPO_BPM, max(MIN_TEMPO_BPM, reading.tempo_bpm))),),
        settings=GenerationSettings(meter=reading.meter),
        bars=loop_bars(reading, material),
        kit=kit,
    )
    return Project(spaces=Spaces(rhythm=space_reference(rhythm)), scene=scene, material=(material,))
