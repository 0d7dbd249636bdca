"""MIDI files, sounds, drum maps and MIDI maps."""

import io
import json
import tempfile
from importlib import resources
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from midi_files import meter, midi_file, note, notes, tempo

import clave
from clave.files import audio_file, midi
from clave.files.midi.drum_map import parse_drum_map
from clave.music.kit import VOICES
from clave.play.live.midi_map import map_from_json, map_of_drums, map_to_json
from clave.sound import loops
from fuzzing.door import Door
from fuzzing.mutations import json_bytes, mutated_bytes, mutated_json, mutated_text


def midi_seeds() -> list[bytes]:
    """Small files of each kind: formats 0 to 2, meters, tempos, drums elsewhere."""
    beat = notes(0, 960, number=36) + notes(480, 1440, number=38) + notes(*range(0, 1920, 240), number=42)
    return [
        midi_file(beat),
        midi_file(tempo(0, 400_000) + meter(0, 6, 8), beat + note(2000, 49), type=1),
        midi_file(beat, notes(0, 100, 7000, number=37), type=2),
        midi_file(notes(0, 500, number=36, channel=1) + notes(250, number=38, channel=1), ticks_per_quarter=96),
        midi_file(*(notes(0, 96, number=60, channel=each) for each in range(1, 5)), ticks_per_quarter=24),
    ]


class MidiDoor(Door):
    """A MIDI file, read with one of the drum maps on one of the grids."""

    name, weight = "midi", 4.0

    def __init__(self) -> None:
        self._seeds = midi_seeds()

    def case(self, random: Random) -> bytes:
        """Two bytes that choose a drum map and a grid, then the file."""
        how = bytes((random.randrange(4), random.randrange(3)))
        if random.random() < 0.1:
            return how + _track_bomb(random)
        return how + mutated_bytes(random.choice(self._seeds), random, self._seeds)

    def open(self, case: bytes) -> None:
        """As `clave read` does."""
        drum_map = (None, "paper", "td-11", "general-midi")[case[0] % 4] if case else None
        grid = ("musical", 64, "paper")[case[1] % 3] if len(case) > 1 else "musical"
        midi.read(case[2:], drum_map, grid)

    def warm(self) -> None:
        """Read one."""
        midi.read(self._seeds[0])


def _track_bomb(random: Random) -> bytes:
    """Many tracks, each with little in it: what costs by the track costs most here."""
    events = bytes(random.choice((0, 0x90, 0x99, 36, 100, 127)) for _ in range(random.randrange(12)))
    events = random.choice((b"", b"\0\x99\x24\x64", b"\0\x90\x24\x64\0\x91\x24\x64\0\x92\x24\x64", b"\0" + events))
    body = events + random.choice((b"", b"\0\xff\x2f\0"))
    track = b"MTrk" + len(body).to_bytes(4, "big") + body
    count = random.choice((16, 255, 256, 257, 1000, 4096))
    return b"MThd\0\0\0\6\0\1" + count.to_bytes(2, "big") + b"\1\xe0" + track * count


def sound_seeds() -> list[bytes]:
    """A tenth of a second in every coding that is read."""
    rng = np.random.default_rng(0)
    samples = (np.exp(-np.arange(2000) / 300) * rng.uniform(-0.9, 0.9, 2000)).astype(np.float32)
    wide = np.stack([samples, -samples], axis=1)
    kinds = (("WAV", "PCM_16", samples), ("WAV", "FLOAT", wide), ("WAV", "MS_ADPCM", samples), ("FLAC", "PCM_24", wide),
             ("OGG", "VORBIS", samples), ("AIFF", "PCM_24", wide), ("AIFF", "ULAW", samples),
             ("MP3", "MPEG_LAYER_III", samples), ("RF64", "PCM_16", samples),
             ("WAVEX", "PCM_24", samples))  # fmt: skip
    found: list[bytes] = []
    for form, coding, data in kinds:
        buffer = io.BytesIO()
        soundfile.write(buffer, data, 44100, format=form, subtype=coding)
        found.append(buffer.getvalue())
    return found


class SoundDoor(Door):
    """A sound file."""

    name, weight = "sound", 4.0

    def __init__(self) -> None:
        self._seeds = sound_seeds()

    def case(self, random: Random) -> bytes:
        """A file with some bytes changed."""
        return mutated_bytes(random.choice(self._seeds), random, self._seeds)

    def open(self, case: bytes) -> None:
        """As one that is dropped on the page."""
        clip, _ = audio_file.from_bytes_and_remark(case)
        audio_file.one_shot(clip)

    def warm(self) -> None:
        """Read them all."""
        for each in self._seeds:
            self.open(each)


class LoopDoor(SoundDoor):
    """A sound that is read as a drum loop."""

    name, weight, heavy = "loop", 0.05, True

    def __init__(self) -> None:
        beat = np.zeros((8, 64), bool)
        beat[0, ::32] = beat[1, 16::32] = beat[2, ::8] = True
        sound = clave.render([clave.Pattern.from_hits(beat)], clave.factory.kit("analogue"), 104)
        self._seeds = [audio_file.to_bytes(sound, format=form) for form in ("wav", "flac")]

    def open(self, case: bytes) -> None:
        """As one that is dropped on the page."""
        loops.read(case)


class DrumMapDoor(Door):
    """A drum map of one's own, TOML."""

    name, weight = "drum-map", 2.0

    def __init__(self) -> None:
        folder = resources.files("clave.files.midi") / "drum_maps"
        self._seeds = [each.read_text("utf-8") for each in folder.iterdir()]
        self._path = Path(tempfile.mkdtemp()) / "own.toml"

    def case(self, random: Random) -> bytes:
        """A shipped one with words or bytes changed."""
        text = mutated_text(random.choice(self._seeds), random, [voice.name for voice in VOICES]).encode(
            "utf-8", "replace"
        )
        return mutated_bytes(text, random, most=2) if random.random() < 0.3 else text

    def open(self, case: bytes) -> None:
        """From the file."""
        try:
            text = case.decode()
        except UnicodeDecodeError:
            self._path.write_bytes(case)
            midi.load_drum_map(self._path)
        else:
            parse_drum_map(text, "own.toml")


class MidiMapDoor(Door):
    """A MIDI map, JSON."""

    name, weight = "midi-map", 1.0

    def __init__(self) -> None:
        self._seed = json.loads(map_to_json(map_of_drums("general-midi")))
        self._seed["controls"] = [
            {
                "target": "/clave/tempo",
                "number": 7,
                "kind": "absolute",
                "channel": 1,
                "takeover": True,
                "low": 0,
                "high": 1,
            }
        ]

    def case(self, random: Random) -> bytes:
        """One with values changed."""
        return json_bytes(mutated_json(self._seed, random), random)

    def open(self, case: bytes) -> None:
        """From its text."""
        map_from_json(case.decode("utf-8", "replace"))
