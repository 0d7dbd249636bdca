"""The project: everything that is being played, as one value."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from clave.music.kit import VOICES
from clave.music.units import MAX_SWING, MIN_SWING
from clave.play.project.bars import Bar, Generated, GenerationSettings
from clave.play.project.material import MAX_MATERIAL_FILES, MaterialFile, check_material
from clave.play.project.movement import MAX_BARS, Anchor, Automation, Modulation, Path, TempoChange, TempoMap
from clave.play.project.value import Seed, Share, Value
from clave.play.project.voices import Lane, ProjectKit, VoiceMix
from clave.play.room import RoomSize
from clave.play.sequencer import Quantum

FORMAT = "clave project"
VERSION = 1
MAX_SCENES = 128
MAX_LOOP_BARS = 1024

EightMixes = Annotated[tuple[VoiceMix, ...], Field(min_length=len(VOICES), max_length=len(VOICES))]
EightLanes = Annotated[tuple[Lane, ...], Field(min_length=len(VOICES), max_length=len(VOICES))]


class Room(Value):
    """The one room that voices are sent to."""

    size: RoomSize = "room"
    level: Share = 0.5  # linear, of all that is sent


class Bus(Value):
    """What the sum of the voices goes through."""

    drive: Share = 0.2
    glue: Share = 0.4


class SpaceReference(Value):
    """A space that a project was made with."""

    name: str
    hash: str = ""  # of its files, so that another space of this name is noticed; empty: not known


class Spaces(Value):
    """The spaces that a project was made with; None: not known, or none."""

    rhythm: SpaceReference | None = None
    sound: SpaceReference | None = None


class Scene(Value):
    """All that sounds: a loop of bars or a path over the map, the kit, the mix, and what moves."""

    name: str = ""
    tempo: TempoMap = (TempoChange(bar=0, tempo_bpm=120.0),)  # by its own bars
    swing: Annotated[float, Field(ge=MIN_SWING, le=MAX_SWING)] = 0.5  # place of the second of two 16ths
    settings: GenerationSettings = GenerationSettings()  # of what is generated next, and along the path
    bars: Annotated[tuple[Bar, ...], Field(min_length=1, max_length=MAX_LOOP_BARS)] = (Generated(point=(0.0, 0.0)),)
    fill: Bar | None = None  # stands in for the last of each `fill_every` bars; None: as the space fills that bar
    fill_every: Annotated[int, Field(ge=0, le=MAX_BARS)] = 0  # bars; 0 is never
    anchors: Annotated[tuple[Anchor, ...], Field(max_length=64)] = ()
    path: Path | None = None
    kit: ProjectKit = ProjectKit()
    mix: EightMixes = (VoiceMix(),) * len(VOICES)
    room: Room = Room()
    bus: Bus = Bus()
    lanes: EightLanes = (Lane(),) * len(VOICES)
    modulations: Annotated[tuple[Modulation, ...], Field(max_length=64)] = ()
    automations: Annotated[tuple[Automation, ...], Field(max_length=64)] = ()

    @model_validator(mode="after")
    def _path_leads_somewhere(self) -> "Scene":
        if self.path is not None and not self.path.points and len(self.anchors) < 2:
            raise ValueError(f"a path through anchors needs two of them or more, got {len(self.anchors)}")
        names = [automation.parameter for automation in self.automations]
        if len(set(names)) < len(names):
            raise ValueError("each parameter has one automation at most")
        return self


class SongPart(Value):
    """A scene that is played for so many bars."""

    scene: Annotated[int, Field(ge=0, lt=MAX_SCENES)]  # index into the scenes of the project
    bars: Annotated[int, Field(ge=1, le=MAX_BARS)]
    fill: bool = False  # its last bar is one
    morph_bars: Annotated[int, Field(ge=0, le=MAX_BARS)] = 0  # its last bars, on the way to the next part

    @model_validator(mode="after")
    def _morphs_within(self) -> "SongPart":
        if self.morph_bars > self.bars:
            raise ValueError(f"a part of {self.bars} bars morphs in as many at most, got {self.morph_bars}")
        return self


class Project(Value):
    """What is being played. `clave.project` loads and saves it, `clave.perform` plays it."""

    format: Literal["clave project"] = FORMAT
    version: Literal[1] = VERSION
    name: str = ""
    spaces: Spaces = Spaces()
    seed: Seed = 0  # of all chance: probability, ratchets
    volume: Share = 0.8  # of the whole
    quantum: Quantum = "bar"  # when a launched change takes effect
    scene: Scene = Scene()  # what is being played
    scenes: Annotated[tuple[Scene | None, ...], Field(max_length=MAX_SCENES)] = ()  # kept ones, by slot
    song: Annotated[tuple[SongPart, ...], Field(max_length=1024)] = ()  # empty: the scene alone
    material: Annotated[
        tuple[MaterialFile, ...], Field(max_length=MAX_MATERIAL_FILES), AfterValidator(check_material)
    ] = ()  # MIDI files of the player's own: at hand as stars on the map, heard only where bars are taken from them

    @model_validator(mode="after")
    def _song_plays_what_is_there(self) -> "Project":
        for place, part in enumerate(self.song):
            if part.scene >= len(self.scenes) or self.scenes[part.scene] is None:
                raise ValueError(f"part {place} of the song plays scene {part.scene}, which is not there")
        return self
