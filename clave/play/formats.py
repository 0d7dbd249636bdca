"""The files that a performance is written as: a writer for each format, by name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clave.files import audio_file, midi
from clave.music import pattern_svg
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.units import TICKS_PER_QUARTER, TICKS_PER_STEP, Meter
from clave.play.performance import Performance
from clave.play.project.movement import slug
from clave.play.render import fitted, mix, performance_stems, render_stereo, stereo_stems

if TYPE_CHECKING:
    from mido import MidiFile

SHORTEST_TICKS = TICKS_PER_STEP // 2  # some samplers ignore notes without a duration


@dataclass(frozen=True)
class WriteOptions:
    """What may be chosen when a performance is written."""

    stems: bool = False  # also one WAV a voice
    loop: bool = False  # the end rings into the beginning
    on_grid: bool = False  # MIDI strokes on their steps, without their feel


Writer = Callable[[Performance, Path, WriteOptions], list[str]]
"""Writes a performance into a folder, and says a line for each file that it wrote."""


def write_files(performance: Performance, folder: Path, options: WriteOptions = WriteOptions()) -> list[str]:
    """All formats, into this folder, which is made if it is missing; a line for each file."""
    folder.mkdir(parents=True, exist_ok=True)
    return [line for write in FORMATS.values() for line in write(performance, folder, options)]


def write_midi(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """A MIDI file: every stroke at its tick, with the meters and the tempo map."""
    path = folder / f"{performance.name}.mid"
    notes, clamped = midi_notes(performance, on_grid=options.on_grid), ""
    if early := notes.before(0):
        clamped = f", {early} moved to the beginning, which they came before"
    midi.save(path, _composed(performance, notes))
    return [f"{path}: {len(notes)} strokes{clamped}"]


def midi_bytes(performance: Performance, *, on_grid: bool = False) -> bytes:
    """The MIDI file that `write_midi` would write."""
    return midi.file_bytes(_composed(performance, midi_notes(performance, on_grid=on_grid)))


def _composed(performance: Performance, notes: midi.MidiNotes) -> "MidiFile":
    return midi.compose(notes, _meters(performance), tempo_marks(performance), end_tick=_tick(performance.tempo.steps))


def write_wav(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """A WAV file; with `stems` also one a voice, which add up to it.

    Of a project both are in stereo, and each stem has its filter, its part of the room, and the gains that drive, glue
    and limiter have for the mix. Other performances are as they are: in stereo where a voice does not stand in the
    middle, and their stems in mono.
    """
    path, tail = folder / f"{performance.name}.wav", "wrap" if options.loop else "cut"
    stems: Sequence[tuple[Clip, ...]] = ()
    if performance.production is not None:
        channels = render_stereo(performance, tail=tail)
        stems = stereo_stems(performance, tail=tail) if options.stems else ()
    else:
        placed = any(strike.pan for strike in performance.events())
        plain = fitted(performance_stems(performance, tail=tail)) if options.stems or not placed else ()
        channels = render_stereo(performance, tail=tail) if placed else (mix(plain),)
        stems = [(stem,) for stem in plain]
    audio_file.write(path, *channels)
    lines = [f"{path}: {channels[0].seconds:.2f} s, kit {performance.kit_name}"]
    if options.stems:
        (folder / "stems").mkdir(exist_ok=True)
        loudest = max(side.peak for stem in stems for side in stem)
        fit = 1 / max(1.0, loudest)  # where voices cancel each other, one alone may exceed full scale
        for voice, stem in zip(VOICES, stems, strict=True):
            sides = stem if fit == 1 else [Clip(side.samples * np.float32(fit), side.sample_rate) for side in stem]
            audio_file.write(folder / "stems" / f"{slug(voice.name)}.wav", *sides)
        quieter = "" if fit == 1 else f", all {20 * np.log10(loudest):.1f} dB quieter than in the mix to fit full scale"
        lines.append(f"{folder / 'stems'}: one WAV a voice{quieter}")
    return lines


def write_svg(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """A drawing of the bars as they are struck."""
    del options
    path = folder / f"{performance.name}.svg"
    path.write_text(pattern_svg.svg(performance.bars), "utf-8")
    return [f"{path}"]


FORMATS: Mapping[str, Writer] = {"midi": write_midi, "wav": write_wav, "svg": write_svg}
"""The formats there are, in the order they are written."""


def midi_notes(performance: Performance, *, on_grid: bool = False) -> midi.MidiNotes:
    """The strokes as notes on ticks, 480 a quarter; each lasts to the end of its step."""
    strikes = performance.events()
    tick = [_tick(each.grid if on_grid else each.position) for each in strikes]
    end = [max(_tick(each.end), at + SHORTEST_TICKS) for each, at in zip(strikes, tick, strict=True)]
    return midi.MidiNotes(
        np.array([each.voice for each in strikes], np.int64),
        np.array(tick, np.int64),
        np.array(end, np.int64),
        np.array([each.velocity for each in strikes], np.float32),
    )


def tempo_marks(performance: Performance) -> list[tuple[int, float]]:
    """The tempo map as changes at ticks; a ramp is a change every quarter, each so fast that it arrives in time."""
    marks: list[tuple[int, float]] = []
    start, curve = 0, performance.tempo
    for bar in curve.bars:
        if bar.start_bpm == bar.end_bpm:
            edges = [start, start + bar.steps]
        else:
            edges = [*range(start, start + bar.steps, TICKS_PER_QUARTER // TICKS_PER_STEP), start + bar.steps]
        for here, there in pairwise(edges):
            quarters = (there - here) * TICKS_PER_STEP / TICKS_PER_QUARTER
            seconds = curve.seconds_at(there) - curve.seconds_at(here)
            bpm = bar.start_bpm if bar.start_bpm == bar.end_bpm else 60 * quarters / seconds
            if not marks or marks[-1][1] != bpm:
                marks.append((_tick(here), bpm))
        start += bar.steps
    return marks


def _meters(performance: Performance) -> list[tuple[int, Meter]]:
    meters: list[tuple[int, Meter]] = []
    start = 0
    for bar in performance.bars:
        if not meters or meters[-1][1] != bar.meter:
            meters.append((_tick(start), bar.meter))
        start += bar.steps
    return meters


def _tick(position_steps: float) -> int:
    return int(np.floor(position_steps * TICKS_PER_STEP + 0.5))
