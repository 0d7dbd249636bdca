"""How each of the eight voices of a project sounds, is mixed, and plays its row."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from clave.music.kit import VOICES, Origin, Voice
from clave.music.playback_settings import MAX_DECAY, MAX_GAIN, MAX_TUNE, MIN_DECAY, MIN_GAIN, MIN_TUNE
from clave.music.units import MAX_SWING, MIN_SWING
from clave.play.project.bars import Bar
from clave.play.project.value import Deviations, Digest, Finite, Point, Seed, Share, Value
from clave.play.sequencer import MAX_LEVEL

MAX_NUDGE_MS = 50.0
MAX_RATCHET = 8
MAX_LOOP_STEPS = 512
MAX_CYCLE_ROUNDS = 16
MIN_CUTOFF_HZ, MAX_CUTOFF_HZ = 20.0, 20_000.0
MIN_RESONANCE_DB, MAX_RESONANCE_DB = -3.0, 24.0  # at the cutoff

Detail = Annotated[tuple[Finite, ...], Field(max_length=4096)]


class SoundShift(Value):
    """How far the attributes of a sound are shifted, in standard deviations of the voice's sounds."""

    brightness: Deviations = 0.0
    decay: Deviations = 0.0
    pitch: Deviations = 0.0
    noisiness: Deviations = 0.0


class KitVoice(Value):
    """One voice of a kit: where its sound comes from, and how it is played."""

    origin: Annotated[Literal["map", "factory", "file"], Field(alias="from")]
    point: Point | None = None  # of the voice's sound map
    detail: Detail | None = None  # None: what is expected at the point
    variation: Share = 0.0
    seed: Seed = 0
    shift: SoundShift = SoundShift()
    kit: str | None = None  # built in
    file: Digest | None = None
    file_name: str | None = None  # as a person knows it: a path, or the name of what was dropped
    twin: bool = False  # a file, played as the space decodes it
    levelled: bool = True  # a file, as loud as its voice is in a kit; False: as loud as it is
    gain: Annotated[float, Field(ge=MIN_GAIN, le=MAX_GAIN)] = 1.0  # linear
    tune: Annotated[float, Field(ge=MIN_TUNE, le=MAX_TUNE)] = 0.0  # semitones
    decay: Annotated[float, Field(ge=MIN_DECAY, le=MAX_DECAY)] = 1.0  # ratio: 0.5 rings half as long
    velocity_layers: bool = False  # softer strokes sound softer, not only less loud
    locked: bool = False  # stays as it is when kits come and go

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> "KitVoice":
        needs = {"map": "point", "factory": "kit", "file": "file"}[self.origin]
        if getattr(self, needs) is None:
            raise ValueError(f"a voice from the {self.origin} names its {needs}")
        if self.twin and (self.origin != "file" or self.point is None):
            raise ValueError("the twin of a file has a point; only a file has a twin")
        return self

    def origin_of(self, voice: Voice, source: str) -> Origin:
        """Where the clip of this voice came from, in these words, and how it is played."""
        return Origin(voice.name, source, self.point, self.gain, self.tune, self.decay, self.velocity_layers)


EightVoices = Annotated[tuple[KitVoice, ...], Field(min_length=len(VOICES), max_length=len(VOICES))]


class ProjectKit(Value):
    """Eight sounds under the name they were chosen by."""

    name: str = "analogue"
    voices: EightVoices = tuple(KitVoice(origin="factory", kit="analogue") for _ in VOICES)


FilterType = Literal["off", "lowpass", "highpass", "bandpass"]


class VoiceMix(Value):
    """How loud a voice is, where it stands, its filter, and how much of it is sent to the room."""

    level: Annotated[float, Field(ge=0, le=MAX_LEVEL)] = 1.0  # linear
    pan: Annotated[float, Field(ge=-1, le=1)] = 0.0  # left to right
    mute: bool = False
    solo: bool = False
    filter: FilterType = "off"
    cutoff_hz: Annotated[float, Field(ge=MIN_CUTOFF_HZ, le=MAX_CUTOFF_HZ)] = 2000.0
    resonance_db: Annotated[float, Field(ge=MIN_RESONANCE_DB, le=MAX_RESONANCE_DB)] = 0.0
    send: Share = 0.25  # linear, into the room


class Rounds(Value):
    """In which rounds something happens, counted from 0.

    A round is once through the scene's loop of bars, or its path while that travels (there and back, for ping-pong),
    counted from the start of the scene. For a voice with a loop of its own it is once through that, counted from where
    that loop began: the start of the performance.
    """

    cycle: Annotated[tuple[bool, ...], Field(min_length=1, max_length=MAX_CYCLE_ROUNDS)] = (True,)  # again and again
    first: Literal["too", "never", "only"] = "too"  # the very first round: as the cycle says, never, or it alone

    def has(self, number: int) -> bool:
        """Whether it happens in the round of this number."""
        if self.first == "only":
            return number == 0
        return self.cycle[number % len(self.cycle)] and (number > 0 or self.first == "too")


class Lane(Value):
    """How a voice plays its row, whatever the bar is."""

    hold: Bar | None = None  # the bar whose row is played while everything else moves
    density: Share = 1.0  # share of its strokes that sound, the loudest first
    probability: Share = 1.0  # that a stroke sounds
    rounds: Rounds = Rounds()  # in which its strokes sound
    ratchet: Annotated[int, Field(ge=1, le=MAX_RATCHET)] = 1  # strokes in the place of one, within its 16th
    ratchet_probability: Share = 1.0  # that a stroke becomes as many
    ratchet_rounds: Rounds = Rounds()  # in which strokes may become as many
    accent: Annotated[float, Field(ge=-1, le=1)] = 0.0  # velocities on the beat grow, others shrink; below 0 contrary
    nudge_ms: Annotated[float, Field(ge=-MAX_NUDGE_MS, le=MAX_NUDGE_MS)] = 0.0  # late; below 0 early
    swing: Annotated[float, Field(ge=MIN_SWING, le=MAX_SWING)] | None = None  # None: that of the scene
    loop_steps: Annotated[int, Field(ge=1, le=MAX_LOOP_STEPS)] | None = None  # length of its own loop; None: the bar
