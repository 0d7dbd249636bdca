"""MIDI files to strokes on ticks: what a file holds, before anything is snapped.

A file has one sequence, or several if its format is 2. Of each sequence the drum notes are found; those that the drum
map knows are strokes, and together with the bar lines they lie between they are a song.
"""

import io
import os
import re
from collections import Counter
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from clave.errors import MidiError, PatternError
from clave.files.midi.chunks import Layout, layout_of
from clave.files.midi.drum_map import DRUM_CHANNEL, DrumMap, MapFit, detect_drum_map, fit_of
from clave.files.midi.drum_tracks import DrumParts, Notes, Part, named_voice, one_pitch, voice_by_channel
from clave.files.midi.hat_pedal import hats_by_pedal
from clave.files.midi.normalising import is_plain, normalise
from clave.files.midi.strict_parsing import END_OF_TRACK, Found, parse_strictly, table
from clave.music.shapes import Int
from clave.music.units import (
    COMMON_TIME,
    STEPS_PER_QUARTER,
    STEPS_PER_WHOLE,
    TICKS_PER_QUARTER,
    TICKS_PER_STEP,
    Meter,
    meter_name,
    steps_per_bar,
)

MAX_BYTES = 16_000_000  # of a file: days of drums, four bytes a message
MAX_BARS = 100_000  # two days of music; a file that is longer is broken
MAX_STEPS = 6_400_000  # the same in 4/4, as bars of eight wholes take eight times the memory

Source = str | os.PathLike[str] | bytes | io.BufferedIOBase
"""What can be read: a path, a whole file as bytes, or an open binary file."""


class Song(NamedTuple):
    """The strokes of a song in time order, in ticks, and where its bars lie."""

    voice: Int[np.ndarray, " stroke"]
    tick: Int[np.ndarray, " stroke"]
    end: Int[np.ndarray, " stroke"]
    velocity: Int[np.ndarray, " stroke"]  # 1..127
    lines: list[int]  # bar lines, in steps, from the song's beginning to beyond its last stroke
    meters: list[Meter]  # of the bars between them


class ParsedFile(NamedTuple):
    """A parsed file: its songs (one, unless it has format 2) and remarks on what was read."""

    name: str
    format: int
    ticks_per_quarter: int
    tempos_bpm: list[float]
    drum_map: str
    songs: list[Song]  # those that have strokes
    unknown: Counter[int]  # notes that are not in the drum map
    elsewhere: int  # notes of other instruments
    remarks: list[str]
    drum_map_fit: float  # share of the notes that the map lists


def parse(source: Source, wanted: DrumMap | None) -> ParsedFile:
    """What a file holds, before it is snapped."""
    file, data = _load(source)
    layout = layout_of(data, file)
    remarks = layout.remarks
    found = [_drum_notes(tracks, layout, file, wanted, remarks) for tracks in _sequences(data, layout, file)]
    elsewhere = sum(notes.elsewhere for notes in found)
    if not any(notes.note.size for notes in found):
        raise MidiError(f"{file}: no drums; {_why_none(elsewhere, remarks)}")
    for_the_map = np.concatenate([_for_the_map(notes) for notes in found])
    chosen = wanted or detect_drum_map(for_the_map)
    fit = fit_of(chosen, for_the_map)
    remarks += _on_the_fit(chosen, fit, for_the_map.size, by_user=wanted is not None)
    unknown: Counter[int] = Counter()
    songs = [song_of(notes, chosen, file, unknown, remarks) for notes in found]
    songs = [song for song in songs if song is not None]
    if not songs:
        numbers = ", ".join(map(str, sorted(unknown)))
        raise MidiError(f"{file}: no drums; the drum map {chosen.name} has none of its notes ({numbers})")
    tempos_bpm = [bpm for notes in found for bpm in notes.tempos_bpm]
    return ParsedFile(
        file,
        layout.format,
        layout.ticks_per_quarter,
        tempos_bpm,
        chosen.name,
        songs,
        unknown,
        elsewhere,
        remarks,
        fit.known,
    )


def notes_of(source: Source, wanted: DrumMap | None = None) -> Int[np.ndarray, " note"]:
    """The notes of a file's drums whose voice a drum map decides; MidiError for a file without drums."""
    return np.concatenate([notes.pitch for notes in placed_notes(source, wanted)])


class PlacedNotes(NamedTuple):
    """The drum notes of a sequence whose voice a drum map decides, with the bar and the place in it."""

    pitch: Int[np.ndarray, " note"]
    bar: Int[np.ndarray, " note"]  # from 0
    step: Int[np.ndarray, " note"]  # 64ths of a whole note after the bar line, to the nearest
    bars: int  # of the sequence


def placed_notes(source: Source, wanted: DrumMap | None = None) -> list[PlacedNotes]:
    """The same with their places, a list of the file's sequences."""
    file, data = _load(source)
    layout = layout_of(data, file)
    found = [_drum_notes(tracks, layout, file, wanted, layout.remarks) for tracks in _sequences(data, layout, file)]
    if not any(notes.note.size for notes in found):
        raise MidiError(f"{file}: no drums; {_why_none(sum(each.elsewhere for each in found), layout.remarks)}")
    return [_placed(notes, file) for notes in found if notes.note.size]


def _placed(notes: "DrumNotes", file: str) -> PlacedNotes:
    lines, _ = _bar_lines(notes.signatures, int(notes.tick[-1]), file, [])
    mine = slice(None) if notes.named is None else notes.named < 0
    steps = (notes.tick[mine] + TICKS_PER_STEP // 2) // TICKS_PER_STEP
    bar = np.searchsorted(lines, steps, side="right") - 1
    return PlacedNotes(notes.note[mine], bar, steps - np.asarray(lines)[bar], len(lines) - 1)


def _for_the_map(notes: "DrumNotes") -> Int[np.ndarray, " note"]:
    """The notes whose voice the drum map decides."""
    return notes.note if notes.named is None else notes.note[notes.named < 0]


def _on_the_fit(chosen: DrumMap, fit: MapFit, notes: int, *, by_user: bool) -> list[str]:
    """A word on a drum map that is not one of the usual, or that hardly fits."""
    if by_user or notes < _FEW_NOTES:
        return []
    if fit.known < _POOR_FIT or fit.kit < 0.5:
        return [
            f"the drum map {chosen.name} hardly fits: it lists {fit.known:.0%} of {notes} notes, "
            f"{fit.kit:.0%} as strokes of the kit; name another or make one of your own"
        ]
    usual = chosen.name in ("general-midi", "td-11")
    return [] if usual else [f"the drum map {chosen.name} fits best: it lists {fit.known:.0%} of {notes} notes"]


_FEW_NOTES = 12  # that no fit can be told by
_POOR_FIT = 0.8


def _why_none(elsewhere: int, remarks: list[str]) -> str:
    if not elsewhere:
        return "the file has no notes at all"
    more = "".join(f"; {remark}" for remark in dict.fromkeys(remarks))
    return f"its {elsewhere} notes are not on channel {DRUM_CHANNEL} and do not look like drums{more}"


# From a file to its sequences


def _load(source: Source) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        _check_size("MIDI data", len(source))
        return "MIDI data", source
    if isinstance(source, str | os.PathLike):
        try:
            with open(source, "rb", buffering=0) as file:
                _check_size(os.fspath(source), os.fstat(file.fileno()).st_size)
                return os.fspath(source), file.readall()
        except (OSError, ValueError) as error:  # ValueError: a null character in the name
            raise MidiError(f"{source}: cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    name, data = str(getattr(source, "name", "MIDI data")), source.read(MAX_BYTES + 1)
    _check_size(name, len(data))
    return name, data


def _check_size(name: str, size: int) -> None:
    if size > MAX_BYTES:
        raise MidiError(f"{name}: more than {MAX_BYTES / 1e6:.0f} MB; a MIDI file that large is no drum part: split it")


class _Tracks(NamedTuple):
    """The tracks of one sequence."""

    bodies: list[bytes]
    plain: bool  # a strict parser reads them as they are


def _sequences(data: bytes, layout: Layout, file: str) -> list[_Tracks]:
    """The tracks of a file; those of format 2 are a sequence each."""
    bodies = [data[start:end] for start, end in layout.tracks]
    if layout.format < 2:
        return [_Tracks(bodies, layout.plain and all(map(is_plain, bodies)))]
    if not bodies:
        raise MidiError(f"{file}: no drums; the file has no tracks")
    return [_Tracks([body], layout.plain and is_plain(body)) for body in bodies]


# From a sequence to its drum notes


class DrumNotes(NamedTuple):
    """The drum notes of a sequence in time order, in ticks; what other instruments play is only counted."""

    note: Int[np.ndarray, " note"]
    tick: Int[np.ndarray, " note"]
    end: Int[np.ndarray, " note"]
    velocity: Int[np.ndarray, " note"]
    signatures: list[tuple[int, int, int]]  # tick, beats, unit
    tempos_bpm: list[float]
    elsewhere: int
    named: Int[np.ndarray, " note"] | None = None  # the voices that names or pedals say; -1: the drum map decides


def _drum_notes(tracks: _Tracks, layout: Layout, file: str, wanted: DrumMap | None, remarks: list[str]) -> DrumNotes:
    """The notes of the drum parts among these tracks."""
    score, found, hanging = _find_drums(tracks, layout, file, wanted, remarks)
    remarks += found.remarks
    if hanging:
        remarks.append(f"{hanging} notes never end: kept as strokes")
    notes = table(_with_named_voices(found.drums, wanted, remarks))
    notes = hats_by_pedal(notes, score.tracks, wanted, remarks)
    ticks_per_quarter = layout.ticks_per_quarter
    time = notes["time"].astype(np.int64)
    if time.size and time[0] < 0:
        raise MidiError(f"{file}: broken: longer than MIDI time can count")
    tempos_bpm: list[float] = []
    for tempo in score.tempos:
        if tempo.mspq <= 0:
            raise MidiError(f"{file}: tempo 0 (0 microseconds a quarter) at tick {tempo.time}")
        tempos_bpm.append(round(60e6 / tempo.mspq, 3))
    return DrumNotes(
        note=notes["pitch"],
        tick=_to_ticks(time, ticks_per_quarter),
        end=_to_ticks(time + notes["duration"], ticks_per_quarter),
        velocity=notes["velocity"],
        signatures=[
            (int(_to_ticks(each.time, ticks_per_quarter)), each.numerator, each.denominator)
            for each in score.time_signatures
        ],
        tempos_bpm=tempos_bpm,
        elsewhere=sum(int(part.notes["pitch"].size) for part in found.others),
        named=notes.get("named"),
    )


def _with_named_voices(parts: list[Part], wanted: DrumMap | None, remarks: list[str]) -> list[Notes]:
    """The notes of parts. Where the names of tracks say voices, with a column `named` of those voices."""
    voices = [named_voice(part) if one_pitch(part) else None for part in parts]
    if wanted is not None:  # then the user has said what the notes that it lists mean
        voices = [None if wanted.voices[part.notes["pitch"][:1]].max(initial=-1) >= 0 else voice
                  for voice, part in zip(voices, parts, strict=True)]  # fmt: skip
    if all(voice is None for voice in voices):
        return [part.notes for part in parts]
    said = ", ".join(
        f"{part.name}: {v.name}" for v, part in list(zip(voices, parts, strict=True))[:12] if v is not None
    )
    remarks.append(f"voices by the names of tracks ({said})")
    return [
        part.notes | {"named": np.full(part.notes["pitch"].size, -1 if voice is None else voice.index, np.int8)}
        for voice, part in zip(voices, parts, strict=True)
    ]


def _to_ticks(time: Any, ticks_per_quarter: int) -> Any:
    """Times of a file in 480ths of a quarter, to the nearest; arrays and numbers alike."""
    if ticks_per_quarter == TICKS_PER_QUARTER:
        return time
    return (time * (2 * TICKS_PER_QUARTER) + ticks_per_quarter) // (2 * ticks_per_quarter)


_MORE_TO_KNOW = re.compile(rb"\xff[\x04\x08\x09\x20]|[\xb0-\xbf]\x00[\x78\x79\x7f]")
"""What the strict parser leaves out, and counts where drums are not all on channel 10: more names, bank selects."""


def _find_drums(tracks: _Tracks, layout: Layout, file: str, wanted: DrumMap | None, remarks: list[str]) -> Found:
    """The drum parts of a sequence. Its tracks are normalised only where they must be."""
    if tracks.plain:
        try:
            found = parse_strictly(
                [body[: -len(END_OF_TRACK)] for body in tracks.bodies], layout.ticks_per_quarter, file, wanted
            )
        except MidiError:
            found = None  # the normaliser reads it, or says what is wrong
        if found and not (_asks_more(found.parts) and _can_say_more(found.parts, tracks.bodies, wanted)):
            return found
    normalised = normalise(tracks.bodies, layout.ticks_per_quarter, file)
    remarks += normalised.remarks
    found = parse_strictly(normalised.tracks, layout.ticks_per_quarter, file, wanted)
    if wanted is None and voice_by_channel(found.parts):
        by_channel = normalise(tracks.bodies, layout.ticks_per_quarter, file, channels_as_notes=True)
        remarks.append("one and the same note on each channel: channels are read as tracks, channel 1 as note 0")
        return parse_strictly(by_channel.tracks, layout.ticks_per_quarter, file, wanted)
    return found


def _asks_more(found: DrumParts) -> bool:
    """Whether names or bank selects could tell more."""
    return bool(found.others) or any(one_pitch(part) or not part.on_drum_channel for part in found.drums)


def _can_say_more(found: DrumParts, bodies: list[bytes], wanted: DrumMap | None) -> bool:
    if wanted is None and voice_by_channel(found):
        return True
    unreadable = any("\ufffd" in part.name for part in (*found.drums, *found.others))  # a name that is not in UTF-8
    return unreadable or any(map(_MORE_TO_KNOW.search, bodies))


# From drum notes to strokes between bar lines


def song_of(notes: DrumNotes, drums: DrumMap, file: str, unknown: Counter[int], remarks: list[str]) -> Song | None:
    """The strokes among the notes, None if there are none; the rest is counted as unknown."""
    voices = drums.voices[notes.note]
    if notes.named is not None:
        voices = np.where(notes.named >= 0, notes.named, voices)
    columns = (voices, notes.tick, notes.end, notes.velocity)
    in_map = columns[0] >= 0
    if not in_map.all():
        unknown.update(notes.note[~in_map].tolist())
        columns = tuple(column[in_map] for column in columns)
    voice, tick, end, velocity = columns
    if not tick.size:
        return None
    return Song(voice, tick, end, velocity, *_bar_lines(notes.signatures, int(tick[-1]), file, remarks))


def _bar_lines(
    signatures: list[tuple[int, int, int]], last_tick: int, file: str, remarks: list[str]
) -> tuple[list[int], list[Meter]]:
    """Lines (in steps) and meters of the bars that the time signatures make, to beyond the last tick.

    A bar that a new meter cuts short has the meter of what is left of it.
    """
    changes: dict[int, tuple[Meter, int]] = {0: (COMMON_TIME, 0)}  # step -> meter, and the tick it stood at
    for tick, beats, unit in sorted(signatures, key=lambda each: each[0]):
        if beats < 1 or unit < 1:
            remarks.append(f"time signature {beats}/{unit} at tick {tick} means nothing: left out")
        else:
            changes[(tick + TICKS_PER_STEP // 2) // TICKS_PER_STEP] = ((beats, unit), tick)
    last_step = last_tick // TICKS_PER_STEP + STEPS_PER_QUARTER  # a quarter more than the last stroke can ask for
    begins: list[tuple[int, Meter]] = []
    for step, (meter, tick) in sorted(changes.items()):
        if step > last_step or (begins and meter == begins[-1][1]):
            continue
        if tick % TICKS_PER_STEP:
            remarks.append(f"the change to {meter_name(meter)} at tick {tick} lies between steps: moved to the nearest")
        begins.append((step, meter))

    lines: list[int] = []
    meters: list[Meter] = []
    for (start, meter), following in zip(begins, [*begins[1:], None], strict=True):
        try:
            length = cached_steps_per_bar(meter)
        except PatternError as error:
            raise MidiError(f"{file}: {error}") from error
        span = (following[0] if following else last_step + length) - start
        if len(meters) + span // length > MAX_BARS:
            raise MidiError(f"{file}: longer than {MAX_BARS} bars")
        if start + span > MAX_STEPS:
            wholes, most = (start + span) // STEPS_PER_WHOLE, MAX_STEPS // STEPS_PER_WHOLE
            raise MidiError(f"{file}: {wholes} whole notes long; at most {most} are read")
        lines += range(start, start + span - span % length, length)
        meters += [meter] * (span // length)
        if following and span % length:
            cut = Fraction(span % length, STEPS_PER_WHOLE)
            lines.append(following[0] - span % length)
            meters.append((cut.numerator, cut.denominator))
            remarks.append(
                f"a bar of {meter_name(meter)} is cut short to {meter_name(meters[-1])} "
                f"by the change to {meter_name(following[1])} at tick {following[0] * TICKS_PER_STEP}"
            )
    lines.append(lines[-1] + cached_steps_per_bar(meters[-1]))
    return lines, meters


cached_steps_per_bar = cache(steps_per_bar)  # asked several times a file
