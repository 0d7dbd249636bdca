"""A performance as MIDI files: every stroke at its tick, with the meters, the tempo map and the scenes as markers."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from clave.files import midi
from clave.music.kit import VOICES
from clave.music.units import STEPS_PER_SIXTEENTH, TICKS_PER_QUARTER, TICKS_PER_STEP, Meter
from clave.play.formats.losses import decided, rounded
from clave.play.formats.options import WriteOptions
from clave.play.formats.parts import bars_alone, file_stem, voices_alone
from clave.play.performance import Performance, Strike
from clave.play.project.movement import slug

SHORTEST_TICKS = TICKS_PER_STEP // 2  # some samplers ignore notes without a duration
HALF_TICK = 0.5 + 1e-6  # so that a position at half a tick goes up in Python and in the page, whatever its last digits


def write_midi(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """A MIDI file: every stroke at its tick, with the meters, the tempo map, and markers where scenes begin.

    `apart` writes one for each bar, into `bars/`, or for each voice that sounds, into `voices/`.
    """
    match options.apart:
        case "bar":
            alone = bars_alone(performance)
            parts = [(folder / "bars" / f"bar-{bar + 1:03}.mid", each) for bar, each in enumerate(alone)]
        case "voice":
            parts = [
                (folder / "voices" / f"{slug(VOICES[voice].name)}.mid", each)
                for voice, each in voices_alone(performance)
            ]
        case _:
            parts = [(folder / f"{file_stem(performance)}.mid", performance)]
    lines = [_write_one(part, path, on_grid=options.on_grid) for path, part in parts]

    def written(strike: Strike) -> float:
        return strike.grid if options.on_grid else strike.position

    return [*lines, *rounded(performance, written, TICKS_PER_STEP), *decided(performance)]


def _write_one(performance: Performance, path: Path, *, on_grid: bool) -> str:
    notes, clamped = midi_notes(performance, on_grid=on_grid), ""
    if early := notes.before(0):
        clamped = f", {early} moved to the beginning, which they came before"
    path.parent.mkdir(parents=True, exist_ok=True)
    midi.save(path, _composed(performance, notes))
    return f"{path}: {len(notes)} strokes{clamped}"


def midi_bytes(performance: Performance, *, on_grid: bool = False) -> bytes:
    """The MIDI file that `write_midi` would write."""
    return midi.file_bytes(_composed(performance, midi_notes(performance, on_grid=on_grid)))


def _composed(performance: Performance, notes: midi.MidiNotes) -> midi.ComposedFile:
    starts = np.cumsum([0, *(bar.steps for bar in performance.bars)])
    scenes = [(_tick(float(starts[scene.bar])), scene.name) for scene in performance.scenes]
    end = _tick(performance.tempo.steps)
    return midi.compose(notes, _meters(performance), tempo_marks(performance), end, markers=scenes)


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
    """The tempo map as changes at ticks; a ramp is a change every 16th, each so fast that it arrives in time."""
    marks: list[tuple[int, float]] = []
    start, curve = 0, performance.tempo
    for bar in curve.bars:
        if bar.start_bpm == bar.end_bpm:
            edges = [start, start + bar.steps]
        else:
            edges = [*range(start, start + bar.steps, STEPS_PER_SIXTEENTH), start + bar.steps]
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
    return int(np.floor(position_steps * TICKS_PER_STEP + HALF_TICK))
