"""The two pure functions of the instrument: what the spaces have to decode for a project, and what it plays then.

    project --requests--> what to decode --the spaces--> decoded bars and sounds --arrange--> performance

Neither knows a model. The page has the same two (`web/src/rules/arrange.ts`), held to the same fixtures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from clave.errors import ProjectError
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import STEPS_PER_SIXTEENTH, seconds_per_step, swing_steps
from clave.play.bus import BusSettings
from clave.play.chance import PROBABILITY, RATCHET, chance
from clave.play.performance import FILTERS, BarSource, KitSound, Performance, Production, Strike, UncertainStrike
from clave.play.plan import Plan, Planned, PlannedBar, scene_starts
from clave.play.project.bars import Bar, Edited, Generated, finished, model_part
from clave.play.project.document import Project
from clave.play.project.movement import slug
from clave.play.project.voices import MIN_CUTOFF_HZ, KitVoice, Lane
from clave.play.sequencer import audible, steps_per_beat
from clave.play.tempo import TempoCurve

RATCHET_FALL = 0.9  # velocity of each further stroke of a ratchet, over that before it
QUIETEST = 1 / 127  # what sounds is never silent
SILENCE = Clip(np.zeros(1, np.float32), SAMPLE_RATE)
VOICE_SLUGS = tuple(slug(voice.name) for voice in VOICES)


@dataclass(frozen=True)
class Requests:
    """What the spaces have to decode for a project: each bar and each sound once."""

    bars: tuple[Generated | Edited, ...]
    sounds: tuple[tuple[int, KitVoice], ...]  # voice, and the sound without its playback settings
    first_played: tuple[int, ...] = ()  # of each bar: the bar of the performance that plays it first


@dataclass(frozen=True, eq=False)
class Decoded:
    """What the spaces answered; what is missing is silent, and says why."""

    bars: Mapping[str, Pattern]  # by `bar_key`
    sounds: Mapping[str, Clip]  # by `sound_key`
    remarks: tuple[str, ...] = field(default=())


def bar_key(bar: Bar) -> str:
    """Two bars with one key are the same bar."""
    return bar.model_dump_json()


def bare(sound: KitVoice) -> KitVoice:
    """The sound without how it is played: what has to be decoded."""
    return sound.changed(gain=1.0, tune=0.0, decay=1.0, velocity_layers=False, locked=False, file_name=sound.file_name)


def sound_key(voice: int, sound: KitVoice) -> str:
    """Two sounds with one key sound the same but for their playback settings."""
    return f"{voice} {bare(sound).model_dump_json()}"


def requests(project: Project, bars: int | None = None) -> Requests:
    """What the spaces have to decode for the first so many bars, or for as many as the project has."""
    return requests_of(Plan(project).planned(bars))


def requests_of(planned: Planned) -> Requests:
    """What the spaces have to decode for these bars."""
    found: dict[str, tuple[Generated | Edited, int]] = {}
    sounds: dict[str, tuple[int, KitVoice]] = {}
    for bar in planned.bars:
        held = [lane.hold for lane in bar.lanes if lane.hold is not None]
        for each in [own for _, own in bar.pieces] + held:
            part = model_part(each)
            if part is not None:
                found.setdefault(bar_key(part), (part, bar.index))
        for voice, sound in enumerate(bar.voices):
            sounds.setdefault(sound_key(voice, sound), (voice, bare(sound)))
    bars_found, first_played = zip(*found.values(), strict=True) if found else ((), ())
    return Requests(tuple(bars_found), tuple(sounds.values()), tuple(first_played))


def arrange(project: Project, decoded: Decoded, bars: int | None = None, *, first: int = 0) -> Performance:
    """The performance of the first so many bars, or of as many as the project has; or of those from bar `first` on.

    What is performed from a later bar on is what the whole has there, counted from that bar: places, times and the bars
    of strokes begin at 0. Raises ProjectError for a bar or a sound that was not decoded.
    """
    return arranged(project, Plan(project).planned(bars, first), decoded)


def arranged(project: Project, planned: Planned, decoded: Decoded) -> Performance:
    """The performance of these bars of the project. Raises ProjectError for what was not decoded."""
    curve = TempoCurve([bar.tempo for bar in planned.bars], planned.before)
    table = _Sounds(decoded)
    patterns: list[Pattern] = []
    strikes: list[Strike] = []
    uncertain: list[UncertainStrike] = []
    sources: list[BarSource] = []
    begins = accumulate((bar.steps for bar in planned.bars), initial=0)
    for index, (bar, start) in enumerate(zip(planned.bars, begins, strict=False)):
        sounds = [table.index(voice, sound) for voice, sound in enumerate(bar.voices)]
        pattern = _composed(bar.pieces, decoded)
        rows = [pattern if lane.hold is None else _pattern_of(lane.hold, decoded) for lane in bar.lanes]
        mixed = audible([each.mute for each in bar.mix], [each.solo for each in bar.mix])
        velocity, offset = np.zeros_like(pattern.velocity), np.zeros_like(pattern.offset)
        for voice, lane in enumerate(bar.lanes):
            strokes = _lane_strokes(bar, voice, lane, rows[voice], project.seed)
            for stroke in (each for each in strokes if each.sounds):
                step = min(int(stroke.step), bar.steps - 1)  # a ratchet may reach over the bar line
                velocity[voice, step] = max(velocity[voice, step], stroke.velocity)
                offset[voice, step] = stroke.offset
            if mixed[voice]:
                found = _strikes(bar, voice, strokes, curve, (index, start), sounds[voice])
                pairs = list(zip(found, strokes, strict=True))
                strikes += (strike for strike, stroke in pairs if stroke.sounds)
                uncertain += (
                    UncertainStrike(strike, stroke.probability, stroke.sounds, stroke.cell)
                    for strike, stroke in pairs
                    if stroke.probability < 1
                )
        patterns.append(Pattern(velocity, offset, bar.meter))
        sources.append(BarSource(_with_held_rows(pattern, rows), tuple(sounds)))
    scene = (project.scenes[project.song[0].scene] if project.song else None) or project.scene
    production = Production(scene.room.size, BusSettings(scene.bus.drive, scene.bus.glue))
    return Performance(
        tuple(patterns), curve, tuple(table.sounds), tuple(sorted(strikes)), project.volume, project.name or "groove",
        scene.kit.name, decoded.remarks, tuple(sources), production, tuple(uncertain),
        scene_starts(project, len(planned.bars), planned.first),
    )  # fmt: skip


@dataclass(frozen=True)
class _Stroke:
    """A stroke of a lane, chance decided; a ratchet is several."""

    step: float  # of the bar
    velocity: float
    offset: float  # steps
    ends: float  # step of the bar at which the next one may begin
    cell: int  # step of the bar that it comes from
    probability: float  # that it sounds
    sounds: bool  # as chance decided


class _Sounds:
    """The distinct sounds of a performance; the first eight are those of its first bar."""

    def __init__(self, decoded: Decoded) -> None:
        self._decoded, self._places, self.sounds = decoded, dict[str, int](), list[KitSound]()

    def index(self, voice: int, sound: KitVoice) -> int:
        key = f"{voice} {sound.model_dump_json()}"
        if key not in self._places:
            raw = sound_key(voice, sound)
            if raw not in self._decoded.sounds:
                raise ProjectError(f"the sound of the {VOICES[voice].name} was not decoded: {sound!r}")
            source = {"map": "map", "factory": f"factory {sound.kit}", "file": f"file {sound.file}"}[sound.origin]
            self._places[key] = len(self.sounds)
            self.sounds.append(KitSound(voice, self._decoded.sounds[raw], sound.origin_of(VOICES[voice], source)))
        return self._places[key]


def _pattern_of(bar: Bar, decoded: Decoded) -> Pattern:
    part = model_part(bar)
    if part is None:
        return finished(bar, None)
    key = bar_key(part)
    if key not in decoded.bars:
        raise ProjectError(f"a bar was not decoded: {key[:200]}")
    return finished(bar, decoded.bars[key])


def _composed(pieces: Sequence[tuple[int, Bar]], decoded: Decoded) -> Pattern:
    """The bar that is put together of these pieces, each from its step on; a stroke goes by its step."""
    whole = _pattern_of(pieces[0][1], decoded)
    if len(pieces) == 1:
        return whole
    velocity, offset = whole.velocity.copy(), whole.offset.copy()
    for step, bar in pieces[1:]:
        piece = _pattern_of(bar, decoded)
        velocity[:, step:], offset[:, step:] = piece.velocity[:, step:], piece.offset[:, step:]
    return Pattern(velocity, offset, whole.meter)


def _with_held_rows(pattern: Pattern, rows: Sequence[Pattern]) -> Pattern:
    """The bar with each voice's row from its own pattern, as far as that reaches."""
    if all(each is pattern for each in rows):
        return pattern
    velocity, offset = np.zeros_like(pattern.velocity), np.zeros_like(pattern.offset)
    for voice, source in enumerate(rows):
        steps = min(pattern.steps, source.steps)
        velocity[voice, :steps], offset[voice, :steps] = source.velocity[voice, :steps], source.offset[voice, :steps]
    return Pattern(velocity, offset, pattern.meter)


def _lane_strokes(bar: PlannedBar, voice: int, lane: Lane, source: Pattern, seed: int) -> list[_Stroke]:
    """The strokes of a voice in this bar, through its lane: length, density, rounds, chance, accent, ratchet."""
    found: list[_Found] = []
    for step in range(bar.steps):
        cell = step if lane.loop_steps is None else (bar.start + step) % lane.loop_steps % source.steps
        if cell < source.steps and source.velocity[voice, cell] > 0:
            found.append((step, float(source.velocity[voice, cell]), float(source.offset[voice, cell])))
    density = bar.value(f"{VOICE_SLUGS[voice]}.density", lane.density, 0)
    if density < 1:
        loudest = sorted(found, key=lambda each: (-each[1], each[0]))
        found = sorted(loudest[: math.ceil(density * len(found) - 1e-9)])
    return [stroke for each in found for stroke in _struck(each, bar, voice, lane, seed)]


_Found = tuple[int, float, float]  # step, velocity, offset


def _struck(found: _Found, bar: PlannedBar, voice: int, lane: Lane, seed: int) -> list[_Stroke]:
    """What rounds, chance, accent and ratchet make of one stroke: none, one or several, whatever chance says."""
    step, velocity, offset = found
    name = VOICE_SLUGS[voice]

    def now(parameter: str, own: float) -> float:
        return bar.value(f"{name}.{parameter}", own, step)

    turn = bar.round if lane.loop_steps is None else (bar.start + step) // lane.loop_steps
    if not lane.rounds.has(turn):
        return []
    probability = now("probability", lane.probability)
    sounds = chance(seed, PROBABILITY, voice, bar.index, step) < probability
    accent = now("accent", lane.accent) / 2
    factor = 1 + accent if step % steps_per_beat(bar.meter) == 0 else 1 - accent
    velocity = velocity if accent == 0 else min(max(velocity * factor, QUIETEST), 1.0)
    count = math.floor(now("ratchet", lane.ratchet) + 0.5) if lane.ratchet_rounds.has(turn) else 1
    if count > 1 and chance(seed, RATCHET, voice, bar.index, step) >= now(
        "ratchet_probability", lane.ratchet_probability
    ):
        count = 1
    apart = STEPS_PER_SIXTEENTH / count
    strokes: list[_Stroke] = []
    for each in range(count):
        at = step + each * apart
        ends = step + 1 if count == 1 else at + apart
        strokes.append(_Stroke(at, velocity, offset, ends, step, probability, sounds))
        velocity *= RATCHET_FALL
    return strokes


def _strikes(
    bar: PlannedBar, voice: int, strokes: Sequence[_Stroke], curve: TempoCurve, place: tuple[int, int], sound: int
) -> list[Strike]:
    """When each of these strokes sounds, and how loud; `place` is the bar in the performance, and its first step."""
    name, mix, lane = VOICE_SLUGS[voice], bar.mix[voice], bar.lanes[voice]
    index, start = place
    swing = bar.value(f"{name}.swing", bar.swing if lane.swing is None else lane.swing, 0)
    cutoff = math.log2(mix.cutoff_hz / MIN_CUTOFF_HZ)
    found: list[Strike] = []
    for stroke in strokes:
        grid = float(start + swing_steps(stroke.step, swing))
        nudge = bar.value(f"{name}.nudge", lane.nudge_ms, stroke.cell) / 1000  # seconds
        played = grid + stroke.offset
        found.append(
            Strike(
                seconds=curve.seconds_at(played) + nudge,
                voice=voice,
                velocity=stroke.velocity,
                position=played + nudge / seconds_per_step(curve.bpm_at(played)),
                grid=grid,
                end=float(start + swing_steps(stroke.ends, swing)),
                level=bar.value(f"{name}.level", mix.level, stroke.cell),
                pan=bar.value(f"{name}.pan", mix.pan, stroke.cell),
                sound=sound,
                bar=index,
                step=stroke.cell,
                filter=FILTERS.index(mix.filter),
                cutoff=bar.value(f"{name}.cutoff", cutoff, stroke.cell) if mix.filter != "off" else 0.0,
                resonance=mix.resonance_db if mix.filter != "off" else 0.0,
                send=bar.value(f"{name}.send", mix.send, stroke.cell) * bar.room_level,
            )
        )
    return found
