"""A performance as a song for digital audio workstations: notes in a clip a scene, and a track of audio a voice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from clave.files import audio_file, whole_file
from clave.files.dawproject import AudioTrack, DawSong, Note, NoteClip, dawproject_bytes
from clave.music.kit import VOICES
from clave.music.units import STEPS_PER_QUARTER, Meter
from clave.play.formats.kits import counted
from clave.play.formats.losses import decided
from clave.play.formats.options import WriteOptions
from clave.play.formats.parts import file_stem
from clave.play.formats.sound_file import at_rate, fitting_stems
from clave.play.performance import Performance

SHORTEST = 0.5  # steps; some samplers ignore notes without a duration


def write_dawproject(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """`NAME.dawproject`: the notes of all voices on one track, and what is heard of each voice as audio on its own."""
    path = folder / f"{file_stem(performance)}.dawproject"
    song = daw_song(at_rate(performance, options.sample_rate), options)
    whole_file.write(path, dawproject_bytes(song))
    early = sum(strike.position < 0 for strike in performance.strikes)
    said = [f"lost: {early} notes before the beginning are moved to it, not so the audio"] if early else []
    what = f"{path}: notes in {counted(len(song.clips), 'clip')}, {counted(len(song.audio), 'audio track')}"
    return [what, *said, *decided(performance)]


def daw_song(performance: Performance, options: WriteOptions) -> DawSong:
    """The performance in the words of the format."""
    from clave import __version__

    end = performance.tempo.steps / STEPS_PER_QUARTER
    starts = _bar_starts(performance)
    scenes = [(starts[scene.bar], scene.name) for scene in performance.scenes] or [(0.0, performance.name)]
    ends = [time for time, _ in scenes[1:]] + [end]
    notes = list(_notes(performance, on_grid=options.on_grid))
    clips = tuple(
        NoteClip(name, start, until - start, tuple(_in_clip(notes, start, until)))
        for (start, name), until in zip(scenes, ends, strict=True)
    )
    named: dict[str, NoteClip] = {}
    for clip in clips:
        named.setdefault(clip.name, replace(clip, time=0.0))  # a scene that comes again is launched as it came first
    launched = tuple(named.values())
    return DawSong(
        performance.name, __version__, clips, launched, tuple(_audio(performance, options)),
        tuple(_tempos(performance)), tuple(_meters(performance)), tuple(scenes) if performance.scenes else (),
    )  # fmt: skip


def _bar_starts(performance: Performance) -> list[float]:
    starts = [0.0]
    for bar in performance.bars:
        starts.append(starts[-1] + bar.steps / STEPS_PER_QUARTER)
    return starts


def _notes(performance: Performance, *, on_grid: bool) -> Iterator[Note]:
    """All notes, by their time in the song."""
    for strike in performance.strikes:
        at = max(0.0, strike.grid if on_grid else strike.position)
        lasts = max(SHORTEST, strike.end - at)
        key = VOICES[strike.voice].note
        yield Note(at / STEPS_PER_QUARTER, lasts / STEPS_PER_QUARTER, key, strike.velocity)


def _in_clip(notes: list[Note], start: float, until: float) -> Iterator[Note]:
    for note in notes:
        if start <= note.time < until:
            yield Note(note.time - start, min(note.duration, until - note.time), note.key, note.velocity)


def _audio(performance: Performance, options: WriteOptions) -> Iterator[AudioTrack]:
    end = performance.tempo.steps / STEPS_PER_QUARTER
    stems, _ = fitting_stems(performance, options.tail)
    for voice, sides in zip(VOICES, stems, strict=True):
        if any(strike.voice == voice.index for strike in performance.strikes):
            content, seconds = audio_file.to_bytes(*sides), sides[0].seconds
            last = performance.tempo.position_at(seconds) / STEPS_PER_QUARTER
            yield AudioTrack(voice.name, content, seconds, max(end, last), sides[0].sample_rate, len(sides))


def _tempos(performance: Performance) -> Iterator[tuple[float, float, bool]]:
    starts, bars = _bar_starts(performance), performance.tempo.bars
    last: tuple[float, bool] | None = None
    for index, bar in enumerate(bars):
        moves = bar.start_bpm != bar.end_bpm
        if (bar.start_bpm, moves) != last or moves:
            yield starts[index], bar.start_bpm, moves
        last = (bar.end_bpm, False) if not moves else None
        after = bars[index + 1].start_bpm if index + 1 < len(bars) else None
        if moves and after != bar.end_bpm:
            yield starts[index + 1], bar.end_bpm, False


def _meters(performance: Performance) -> Iterator[tuple[float, Meter]]:
    last: Meter | None = None
    for start, bar in zip(_bar_starts(performance), performance.bars, strict=False):
        if bar.meter != last:
            yield start, bar.meter
        last = bar.meter
