"""A performance as a song or as patterns of Hydrogen, with the kit that it begins with."""

import math
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from clave.files import hydrogen, whole_file
from clave.files.hydrogen import LEAD_LAG_TICKS, TICKS_PER_STEP, HydrogenPattern, HydrogenSong, Note
from clave.music.sampled_kit import SampledKit
from clave.music.units import STEPS_PER_QUARTER
from clave.play.formats.kits import counted, file_name
from clave.play.formats.losses import apart, kit_of_beginning, losses, with_probability
from clave.play.formats.options import WriteOptions
from clave.play.formats.parts import file_stem
from clave.play.performance import Performance
from clave.play.sequencer import velocity_gain

ROUNDING = 1e-6  # of a tick: what is that near to one lies on it


def write_song(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """`NAME.h2song`, and `KIT.h2drumkit`, which has to be installed for it to sound."""
    song = hydrogen_song(performance, on_grid=options.on_grid)
    song_path, kit_path = folder / f"{file_stem(performance)}.h2song", folder / f"{file_name(song.kit)}.h2drumkit"
    whole_file.write(kit_path, hydrogen.kit_bytes(song.kit))
    whole_file.write(song_path, hydrogen.song_bytes(song))
    return [
        f"{song_path}: {counted(len(song.sequence), 'bar')}, {counted(len(song.patterns), 'pattern')}",
        f"{kit_path}: its kit, to be installed in Hydrogen first",
        *losses(performance),
        *apart(performance),
    ]


def write_patterns(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """An .h2pattern file for each bar that differs, in `patterns/`."""
    song = hydrogen_song(performance, on_grid=options.on_grid)
    (folder / "patterns").mkdir(exist_ok=True)
    for pattern in song.patterns:
        content = hydrogen.pattern_bytes(pattern, song.kit.name)
        whole_file.write(folder / "patterns" / f"{pattern.name}.h2pattern", content)
    return [
        f"{folder / 'patterns'}: {counted(len(song.patterns), 'bar')}, each that differs",
        *losses(performance),
        *apart(performance),
    ]


def hydrogen_song(performance: Performance, *, on_grid: bool = False) -> HydrogenSong:
    """The performance as Hydrogen has songs: a pattern for each bar that differs, tempo by the bar.

    What chance decides on is written with its probability, so that Hydrogen decides anew.
    """
    kit = kit_of_beginning(performance)
    bars = _notes_of_bars(performance, kit, on_grid=on_grid)
    patterns: dict[tuple[object, ...], HydrogenPattern] = {}
    sequence: list[int] = []
    for bar, notes in zip(performance.bars, bars, strict=True):
        key = (bar.meter, tuple(notes))
        name = f"bar-{len(sequence) + 1:03}"
        pattern = HydrogenPattern(name, bar.meter, bar.steps * TICKS_PER_STEP, tuple(notes))
        patterns.setdefault(key, pattern)
        sequence.append(list(patterns).index(key))
    return HydrogenSong(
        performance.name, kit, min(performance.volume, hydrogen.MAX_VOLUME), tuple(patterns.values()), tuple(sequence),
        tuple(_tempos(performance)), tuple((scene.bar, scene.name) for scene in performance.scenes),
    )  # fmt: skip


def _notes_of_bars(performance: Performance, kit: SampledKit, *, on_grid: bool) -> list[list[Note]]:
    """The notes of each bar, by where they sound: a stroke before the bar line is in the bar before."""
    starts = [0]
    for bar in performance.bars:
        starts.append(starts[-1] + bar.steps * TICKS_PER_STEP)
    found: list[list[Note]] = [[] for _ in performance.bars]
    for strike, probability in sorted(with_probability(performance)):
        exact = TICKS_PER_STEP * (strike.grid if on_grid else strike.position)
        tick = min(max(math.ceil(exact - ROUNDING), 0), starts[-1] - 1)  # Hydrogen 1.2 plays leads, and no lags
        bar = bisect_right(starts, tick) - 1
        lead_lag = min(max((exact - tick) / LEAD_LAG_TICKS, 0.0 if tick == 0 else -1.0), 1.0)
        usual = kit.voices[strike.voice].level
        loud = velocity_gain(strike.velocity) * (strike.level / usual if usual else 0.0)
        note = Note(tick - starts[bar], round(lead_lag, 6), min(loud, 1.0), 0.0, strike.voice, probability)
        found[bar].append(note)
    return [sorted(notes, key=lambda note: (note.position, note.instrument)) for notes in found]


def _tempos(performance: Performance) -> Iterator[tuple[int, float]]:
    """The tempo of each bar where it changes: of a ramp, the one at which the bar lasts as long."""
    start, last = 0, 0.0
    for index, bar in enumerate(performance.tempo.bars):
        bpm = bar.start_bpm
        if bar.start_bpm != bar.end_bpm:
            seconds = performance.tempo.seconds_at(start + bar.steps) - performance.tempo.seconds_at(start)
            bpm = 60 * bar.steps / STEPS_PER_QUARTER / seconds
        if bpm != last:
            yield index, bpm
        start, last = start + bar.steps, bpm
