"""What the README takes for granted: a reader's own MIDI, sounds, loop and song, made by our own generators.

python scripts/newcomer_material.py FOLDER
"""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from generated_drums import write_sounds
from generated_midi import write_folder

import clave
from clave import factory
from clave.play.project import SongPart

MIDI_FILES, LOOP_FILES = 60, 6
SOUNDS = 160  # twenty of each voice


def write(folder: Path) -> None:
    """Everything, by the names that the README has."""
    write_folder(folder / "my-midi", MIDI_FILES)
    write_folder(folder / "my-loops", LOOP_FILES, seed=1)
    write_sounds(folder / "my-drums", SOUNDS)
    write_sounds(folder / "other-drums", SOUNDS, first=SOUNDS)
    shutil.copy(next((folder / "my-midi").rglob("*.mid")), folder / "drums.mid")
    bars = clave.load_rhythm().at([[0.0, 0.5]] * 4, seed=7)
    clave.wav.write(folder / "break.wav", clave.render(bars, factory.kit("analogue"), tempo_bpm=96))
    scene = clave.Project().scene
    song = clave.Project(name="my song", scene=scene, scenes=(scene,), song=(SongPart(scene=0, bars=4),))
    clave.project.save(song, folder / "my-song.json")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
