"""A dropped MIDI file as material: its bars with their places on the map, and what was taken of it in plain words."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from clave.errors import MidiError
from clave.files import midi
from clave.files.midi.drum_map import DrumMap
from clave.files.midi.reading import ReadingReport
from clave.music.pattern import Pattern
from clave.music.units import meter_name
from clave.play.project.bars import BarPattern
from clave.play.project.material import (
    MAX_FILE_BARS,
    MAX_NAME_LENGTH,
    MAX_SAID,
    MAX_SAID_LENGTH,
    MaterialBar,
    MaterialFile,
)
from clave.rhythm.space import RhythmSpace

MAX_MIDI_BYTES = 4_000_000  # hours of drums: four bytes a message
DIGITS = 4  # of velocity and offset: a 1/10,000 of a step is 13 microseconds at 120 bpm
LISTED = 8  # notes or meters in one sentence


def read_material(content: bytes, name: str, rhythm: RhythmSpace, drum_map: DrumMap | None = None) -> MaterialFile:
    """The bars of a MIDI file that the space can place, up to `MAX_FILE_BARS` that differ; read with this drum map.

    Raises MidiError for what is no MIDI file, has no drums, or has no bar in a meter of the space.
    """
    name = name[-MAX_NAME_LENGTH:].strip() or "a MIDI file"
    source = io.BytesIO(content)
    source.name = name
    patterns, report = midi.read(source, drum_map)
    struck = [pattern for pattern in patterns if pattern.hits.any()]
    known = [pattern for pattern in struck if pattern.meter in rhythm.meters]
    if not known:
        raise MidiError(f"{name}: no bar has a meter that the map knows ({_meters(rhythm.meters)}), {_read(report)}")
    bars, differing = placed_bars(patterns, rhythm)
    said = [
        _read(report).capitalize() + ".",
        *_bars_left_out(len(patterns), struck, known, differing, rhythm),
        *_notes_left_out(report),
        *(f"{remark[:1].upper()}{remark[1:]}." for remark in report.remarks),
    ]
    return MaterialFile(
        name=name,
        tempo_bpm=report.tempos_bpm[0],
        bars=bars,
        said=tuple(each[:MAX_SAID_LENGTH] for each in said[:MAX_SAID]),
    )


def placed_bars(patterns: Sequence[Pattern], rhythm: RhythmSpace) -> tuple[tuple[MaterialBar, ...], int]:
    """The bars that differ and have a meter of the space, each at its place, up to `MAX_FILE_BARS`; how many differ."""
    differing: dict[BarPattern, int] = {}  # with the bar of the file where each comes first
    for bar, pattern in enumerate(patterns):
        if pattern.hits.any() and pattern.meter in rhythm.meters:
            differing.setdefault(written_bar(pattern), bar)
    taken = list(islice(differing.items(), MAX_FILE_BARS))
    points = rhythm.locate([written.pattern() for written, _ in taken]).tolist() if taken else []
    placed = tuple(
        MaterialBar(bar=bar, pattern=written, point=(round(x, DIGITS), round(y, DIGITS)))
        for (written, bar), (x, y) in zip(taken, points, strict=True)
    )
    return placed, len(differing)


def written_bar(pattern: Pattern) -> BarPattern:
    """Its strokes in a few digits: as short in a project as their MIDI file was exact."""
    bar = BarPattern.of(pattern)
    strokes = tuple(
        (voice, step, round(velocity, DIGITS), min(round(offset, DIGITS), 2 - 10**-DIGITS))
        for voice, step, velocity, offset in bar.strokes
    )
    return BarPattern.model_construct(meter=bar.meter, strokes=strokes)


def _read(report: ReadingReport) -> str:
    meters = ", ".join(f"{count} in {name}" for name, count in list(report.meters.items())[:LISTED])
    strokes = sum(report.strokes.values())
    return f"{_count(report.bars, 'bar')} ({meters}) and {_count(strokes, 'stroke')} read"


def _bars_left_out(
    bars: int, struck: Sequence[Pattern], known: Sequence[Pattern], differing: int, rhythm: RhythmSpace
) -> Iterator[str]:
    taken = min(differing, MAX_FILE_BARS)
    if empty := bars - len(struck):
        yield f"{_count(empty, 'bar')} without strokes left out."
    if unknown := Counter(pattern.meter for pattern in struck if pattern.meter not in rhythm.meters):
        listed = ", ".join(f"{count} in {meter_name(meter)}" for meter, count in unknown.most_common(LISTED))
        yield f"Left out, as the map knows {_meters(rhythm.meters)} only: {listed}."
    if repeated := len(known) - differing:
        yield f"{_count(repeated, 'bar')} like an earlier one: no star of {'its' if repeated == 1 else 'their'} own."
    if differing > taken:
        yield f"{_count(differing - taken, 'bar')} left out: a file gives {MAX_FILE_BARS} different bars at most."


def _notes_left_out(report: ReadingReport) -> Iterator[str]:
    if unknown := report.notes_not_in_map:
        most = sorted(unknown.items(), key=lambda each: -each[1])[:LISTED]
        listed = ", ".join(f"{note} ({count})" for note, count in most)
        more = f" and {len(unknown) - LISTED} more" if len(unknown) > LISTED else ""
        yield f"Notes that mean no drum ({report.drum_map}) left out: {listed}{more}."
    if other := report.notes_on_other_channels:
        yield f"{_count(other, 'note')} of other instruments left out."
    if report.merged:
        yield f"{_count(report.merged, 'stroke')} at the place of a louder one of the same voice left out."
    if report.moved:
        yield f"{_count(report.moved, 'stroke')} moved to the next free place of the grid."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _meters(meters: Sequence[tuple[int, int]]) -> str:
    return ", ".join(map(meter_name, meters))
