"""Drum loops that a player drops: read, kept for a while to be corrected, their sounds as voices of a kit."""

import hashlib
import threading
from collections import OrderedDict

from clave.app.kit_builder import KitBuilder
from clave.app.loop_protocol import HeardStroke, LoopCorrection, LoopCut, LoopFile, LoopGrid
from clave.app.material import placed_bars, written_bar
from clave.errors import LoopError, SpaceError
from clave.files import audio_file
from clave.music.clip import Clip
from clave.music.playback_settings import MAX_GAIN
from clave.play.project.bars import Given
from clave.play.project.material import MAX_NAME_LENGTH, MaterialFile
from clave.play.project.voices import KitVoice
from clave.rhythm.space import RhythmSpace
from clave.sound.loops import BarGrid, LoopHint, LoopReading, LoopSound, LoopStroke, read

KEPT_LOOPS = 4  # of 60 s at most: 11 MB each
SECONDS_DIGITS, SHARE_DIGITS = 4, 3


class Loops:
    """Reads loops, for any number of threads; one network at a time. The latest are kept, to be corrected."""

    def __init__(self, rhythm: RhythmSpace, builder: KitBuilder) -> None:
        self._rhythm, self._builder = rhythm, builder
        self._kept = OrderedDict[str, Clip]()
        self._keeping, self._reading = threading.Lock(), threading.Lock()

    def take(self, content: bytes, name: str) -> LoopFile:
        """What the loop in these bytes of a sound file holds. Raises AudioFileError and LoopError, as `loops.read`."""
        clip = audio_file.from_bytes(content, name)
        digest = hashlib.sha256(content).hexdigest()
        found = self._read(digest, clip, name, LoopHint())
        with self._keeping:
            self._kept[digest] = clip
            self._kept.move_to_end(digest)
            while len(self._kept) > KEPT_LOOPS:
                self._kept.popitem(last=False)
        return found

    def corrected(self, digest: str, correction: LoopCorrection) -> LoopFile:
        """The same loop, as a person has corrected it. Raises LoopError for one that is not kept."""
        with self._keeping:
            clip = self._kept.get(digest)
        if clip is None:
            raise LoopError(f"the loop {digest[:12]}... is not here any more: drop it again")
        strokes = None if correction.strokes is None else tuple(LoopStroke(*each) for each in correction.strokes)
        hint = LoopHint(
            correction.tempo_bpm, correction.time_signature(), first_beat_s=correction.first_beat_s, strokes=strokes
        )
        return self._read(digest, clip, correction.name, hint)

    def _read(self, digest: str, clip: Clip, name: str, hint: LoopHint) -> LoopFile:
        with self._reading:
            reading = read(clip, hint, space=self._rhythm, name=name)
        material = loop_material(reading, self._rhythm)
        return LoopFile(
            loop=digest,
            seconds=round(reading.seconds, SECONDS_DIGITS),
            grid=_grid(reading.grid),
            other_grids=[_grid(each) for each in reading.other_grids],
            strokes=[_stroke(each) for each in reading.strokes],
            strokes_sure=round(reading.confidence.strokes, SHARE_DIGITS),
            grid_sure=round(reading.confidence.bar_line, SHARE_DIGITS),
            material=material,
            bars=list(loop_bars(reading, material)),
            cuts=[self._cut(each) for each in reading.sounds],
        )

    def _cut(self, sound: LoopSound) -> LoopCut:
        """A sound as a file that is kept, at its place on the map of its voice where it has one."""
        content = sound_file(sound)
        try:
            placed = self._builder.place(sound.voice, content)
            voice = loop_voice(sound, placed.file).changed(point=placed.point, detail=tuple(placed.detail))
        except SpaceError:  # no sound space, or none of this voice, or a sound without a place: it plays all the same
            voice = loop_voice(sound, self._builder.library.keep_file(content))
        return LoopCut(
            voice=sound.voice,
            sound=voice,
            start_s=round(sound.start_s, SECONDS_DIGITS),
            end_s=round(sound.end_s, SECONDS_DIGITS),
            alone=sound.alone,
        )


def loop_material(reading: LoopReading, rhythm: RhythmSpace) -> MaterialFile:
    """The bars of a loop, each at its place on the map."""
    bars, _ = placed_bars(reading.bars, rhythm)
    if not bars:
        raise LoopError(f"{reading.name}: no stroke lies in a bar; is the first beat right?")
    heard = f"{_count(len(reading.bars), 'bar')} and {_count(len(reading.strokes), 'stroke')} heard"
    return MaterialFile(
        name=reading.name[-MAX_NAME_LENGTH:],
        tempo_bpm=reading.tempo_bpm,
        bars=bars,
        said=tuple(_sentence(each) for each in (heard, *reading.remarks)),
    )


def loop_bars(reading: LoopReading, material: MaterialFile) -> tuple[Given, ...]:
    """All bars of a loop in their order, those that repeat and those without a stroke included."""
    places = {bar.pattern: bar.point for bar in material.bars}
    written = map(written_bar, reading.bars)
    return tuple(Given(pattern=bar, source=reading.name, point=places.get(bar)) for bar in written)


def loop_voice(sound: LoopSound, digest: str, file_name: str | None = None) -> KitVoice:
    """A sound of a loop as a voice of a kit: a stroke as hard as the one it was cut from is as loud as that."""
    return KitVoice(
        origin="file",
        file=digest,
        file_name=file_name or sound.name,
        levelled=False,
        gain=min(MAX_GAIN, 1 / sound.velocity**2),
    )


def sound_file(sound: LoopSound) -> bytes:
    """The sound as a WAV file, its peak at most at full scale."""
    return audio_file.to_bytes(Clip(sound.clip.samples / max(1.0, sound.clip.peak), sound.clip.sample_rate))


def _grid(grid: BarGrid) -> LoopGrid:
    return LoopGrid(
        tempo_bpm=round(grid.tempo_bpm, SHARE_DIGITS),
        meter=grid.meter,
        first_beat_s=max(0.0, round(grid.first_s, SECONDS_DIGITS)),
    )


def _stroke(stroke: LoopStroke) -> HeardStroke:
    return (
        round(stroke.seconds, SECONDS_DIGITS),
        stroke.voice,
        max(10**-SHARE_DIGITS, round(stroke.velocity, SHARE_DIGITS)),
        round(stroke.confidence, SHARE_DIGITS),
    )


def _sentence(remark: str) -> str:
    return f"{remark[:1].upper()}{remark[1:]}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
