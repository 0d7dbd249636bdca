"""Where the strokes of exported songs sound in programs that nobody here wrote, against where Clave has them.

    python benchmarks/exports.py [--songs N] [--quick] [--hydrogen] [--json FILE]

Random songs of two scenes, each with its meter, swing and tempo, some of them ramps, are written as MIDI, as an SFZ kit
and as stems, and read back: notes by pretty_midi and symusic, the sound of kit and MIDI file by sfizz_render (in the
package pysfizz), stems by soundfile; with --hydrogen, two voices of the first by h2cli, which takes 25 s each. Programs
that are not installed are left out, and named.

Strokes below velocity 0.05 are left out, which the 16 bits of sfizz_render do not hold. Every sound is a click of 10 ms
here, so that nothing rings over the next stroke. It is looked for within 12 ms of its place, where it matches best.
Voices are rendered apart, and strokes left out that another of their voice is nearer to than 25 ms.
"""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from measuring import options, print_table, write_json

from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.units import METERS
from clave.play.formats import WriteOptions, write_files, write_kit
from clave.play.formats.kits import file_name
from clave.play.formats.losses import kit_of_beginning
from clave.play.formats.parts import voices_alone
from clave.play.groove_project import factory_kit
from clave.play.perform import perform
from clave.play.project import Generated, GenerationSettings, Project, Scene, TempoChange
from clave.play.project.document import SongPart
from clave.play.project.movement import slug
from clave.play.project.voices import VoiceMix
from clave.rhythm.space import load_rhythm
from clave.sound.drum_synth import KITS

RATE = 44_100
REACH, CLICK = round(0.012 * RATE), round(0.01 * RATE)  # samples
CLEAR = 0.025  # seconds


def program(name, module=None):
    """Where a program is: on the path, or where its Python package has put it."""
    found = shutil.which(name)
    if found is None and module is not None:
        try:
            beside = Path(importlib.import_module(module).__file__).parents[1] / "bin" / name
        except ImportError:
            return None
        found = str(beside) if beside.is_file() else None
    return found


def songs(count):
    """Performances of random songs: two scenes in styles, tempos, meters and swings drawn by the seed, on one kit."""
    rhythm = load_rhythm()
    for seed in range(count):
        rng = np.random.default_rng(seed)
        kit = factory_kit(str(rng.choice([each.name for each in KITS])))
        scenes = []
        for _ in range(2):
            meter = METERS[int(rng.choice([0, 0, 1, 2, 6]))]
            settings = GenerationSettings(style=str(rng.choice(rhythm.styles)), variation=0.3, seed=seed, meter=meter)
            points = rng.uniform(-2, 2, (2, 2)).tolist()
            tempo = [TempoChange(bar=0, tempo_bpm=float(rng.uniform(70, 180)))]
            if rng.random() < 1 / 3:
                tempo.append(TempoChange(bar=3, tempo_bpm=float(rng.uniform(70, 180)), ramp=True))
            bars = tuple(Generated(point=tuple(point), settings=settings) for point in points)
            mix = (VoiceMix(send=0.0),) * len(VOICES)
            scenes.append(
                Scene(mix=mix, tempo=tuple(tempo), swing=float(rng.choice([0.5, 0.58, 0.66])), bars=bars, kit=kit)
            )
        song = tuple(SongPart(scene=scene, bars=4) for scene in (0, 1))
        yield of_clicks(perform(Project(scene=scenes[0], scenes=tuple(scenes), song=song), rhythm))


def of_clicks(performance):
    """The same with a click for each sound, and silence after it: sfizz loses sounds shorter than its block."""
    clips = [Clip(np.pad(click(voice), (0, 9 * CLICK)), RATE) for voice in range(len(VOICES))]
    clicks = (replace(each, clip=clips[each.voice], origin=None) for each in performance.sounds)
    return replace(performance, sounds=tuple(clicks))


def click(voice):
    """A short sound that is like itself at one place only: noise that fades."""
    noise = np.random.default_rng(voice).standard_normal(CLICK) * np.linspace(1, 0, CLICK) ** 2
    return (0.3 * noise / np.abs(noise).max()).astype(np.float32)


def clear(strikes):
    """Those that no other stroke of these covers."""
    seconds = np.array([strike.seconds for strike in strikes])
    for index, strike in enumerate(strikes):
        others = np.delete(seconds, index) - strike.seconds
        if strike.seconds >= 0 and strike.velocity >= 0.05 and not (np.abs(others) < CLEAR).any():
            yield strike


def moment(rendered, sound, expected):
    """How far from its expected sample the sound begins, in samples."""
    head = sound.astype(np.float64)
    padded = np.pad(rendered, (REACH, REACH + CLICK))
    window = padded[expected : expected + 2 * REACH + len(head)]
    score = np.correlate(window, head, "valid")
    energy = np.sqrt(np.convolve(window**2, np.ones(len(head)), "valid")) + 1e-9
    return int(np.argmax(score / energy)) - REACH


def in_sound(performance, voice, rendered):
    """Of each clear stroke of a voice, in milliseconds."""
    strikes = clear([each for each in performance.strikes if each.voice == voice])
    return [1000 * moment(rendered, click(voice), round(strike.seconds * RATE)) / RATE for strike in strikes]


def midi_in(reader, performance, folder):
    """Of each note that another library reads from the MIDI file, in milliseconds."""
    write_files(performance, folder, formats=("midi",))
    wanted = sorted((VOICES[each.voice].note, max(0.0, each.seconds)) for each in performance.strikes)
    found = sorted(reader(folder / "groove.mid"))
    if [note for note, _ in wanted] != [note for note, _ in found]:
        raise SystemExit(f"{len(found)} notes read of {len(wanted)}")
    return [1000 * (there - here) for (_, here), (_, there) in zip(wanted, found, strict=True)]


def read_by_pretty_midi(path):
    """Note and seconds of each."""
    import pretty_midi

    return [(note.pitch, note.start) for track in pretty_midi.PrettyMIDI(str(path)).instruments for note in track.notes]


def read_by_symusic(path):
    """The same."""
    import symusic

    score = symusic.Score(path, ttype="second")
    return [(note.pitch, note.time) for track in score.tracks for note in track.notes]


def sfz_in(sfizz, performance, folder):
    """Of each clear stroke of each voice, as sfizz plays the kit from the MIDI file of the voice."""
    write_files(performance, folder, WriteOptions(apart="voice"), formats=("midi",))
    write_kit(replace(kit_of_beginning(performance), name="kit"), folder, ("sfz",))
    found = []
    for voice in {each.voice for each in performance.strikes}:
        file = folder / "voices" / f"{slug(VOICES[voice].name)}.mid"
        out = folder / "out.wav"
        command = [sfizz, "--sfz", folder / "kit.sfz", "--midi", file, "--wav", out, "-s", str(RATE)]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        heard = soundfile.read(out)[0].mean(axis=1)
        found += in_sound(performance, voice, heard)
    return found


def stems_in(performance, folder):
    """Of each clear stroke, in its stem, in samples; and how far the stems are off the mix, in dB."""
    write_files(performance, folder, WriteOptions(stems=True, tail="ring"), formats=("wav",))
    found = []
    stems = {voice.index: soundfile.read(folder / "stems" / f"{slug(voice.name)}.wav")[0] for voice in VOICES}
    for voice in {each.voice for each in performance.strikes}:
        found += in_sound(performance, voice, stems[voice].mean(axis=1))
    apart = np.abs(sum(stems.values()) - soundfile.read(folder / "groove.wav")[0]).max()
    return [each * RATE / 1000 for each in found], 20 * np.log10(max(apart, 1e-12))


def hydrogen_in(performance, folder):
    """Of each clear stroke, as h2cli renders the song, voice by voice."""
    found = []
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environment = os.environ | {"HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    kit = kit_of_beginning(performance)
    for voice, alone in list(voices_alone(performance))[:2]:
        write_files(alone, folder, formats=("h2song",))
        out = folder / "out.wav"
        for words in (("-i", folder / f"{file_name(kit)}.h2drumkit"), ("-s", folder / "groove.h2song", "-o", out)):
            subprocess.run(["h2cli", *map(str, words)], env=environment, check=True, capture_output=True)
        heard = soundfile.read(out)[0].mean(axis=1)
        found += in_sound(performance, voice, heard)
    return found


def main():
    parser = options(__doc__)
    parser.add_argument("--songs", type=int, default=20, metavar="N", help="how many random songs")
    parser.add_argument("--hydrogen", action="store_true", help="also one song through h2cli")
    chosen = parser.parse_args()
    count = 2 if chosen.quick else chosen.songs
    sfizz = program("sfizz_render", "pysfizz")
    found: dict[str, list[float]] = {}
    worst_stems = -240.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for index, performance in enumerate(songs(count)):
            for title, reader in (("pretty_midi", read_by_pretty_midi), ("symusic", read_by_symusic)):
                try:
                    found.setdefault(f"MIDI, read by {title} (ms)", []).extend(midi_in(reader, performance, folder))
                except ImportError:
                    print(f"{title} is not installed", file=sys.stderr)
            if sfizz:
                found.setdefault("SFZ, played by sfizz (ms)", []).extend(sfz_in(sfizz, performance, folder))
            offsets, decibels = stems_in(performance, folder)
            found.setdefault("stems, read by soundfile (samples)", []).extend(offsets)
            worst_stems = max(worst_stems, decibels)
            if chosen.hydrogen and index == 0 and shutil.which("h2cli"):
                found.setdefault("Hydrogen song, by h2cli (ms)", []).extend(hydrogen_in(performance, folder))
    rows = [
        (title, len(each), *(f"{value:.2f}" for value in (np.median(np.abs(each)), np.quantile(np.abs(each), 0.99))),
         f"{np.abs(each).max():.2f}")
        for title, each in found.items()
    ]  # fmt: skip
    print_table(("exported as", "strokes", "median off", "p99", "worst"), rows)
    print(f"\nThe sum of the stems is off the mix by {worst_stems:.1f} dB at most.")
    numbers = {title: {"strokes": len(each), "worst": float(np.abs(each).max())} for title, each in found.items()}
    write_json(numbers | {"stems_db": worst_stems}, chosen.json)


if __name__ == "__main__":
    main()
