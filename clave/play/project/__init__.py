"""The project: what is being played, as one value that is saved as one JSON file.

`document` has the whole, `bars`, `voices` and `movement` its parts, `saving` the file. Everything is frozen and checked
when it is made; a change makes a new value: `project.changed(seed=7)`.
"""

from clave.errors import ProjectError
from clave.music.arguments import guard
from clave.play.project.bars import (
    Bar,
    BarPattern,
    Complete,
    Edited,
    FollowTaps,
    Generated,
    GenerationSettings,
    Given,
    Humanise,
    Leg,
    Operation,
    Phrase,
    RhythmShift,
    SetCells,
    Shift,
    edited,
)
from clave.play.project.document import FORMAT, VERSION, Bus, Project, Room, Scene, SongPart, SpaceReference, Spaces
from clave.play.project.material import MaterialBar, MaterialFile
from clave.play.project.movement import (
    PARAMETERS,
    Anchor,
    Automation,
    Breakpoint,
    Modulation,
    Path,
    PathEdit,
    TempoChange,
)
from clave.play.project.saving import from_json, load, save, schema, to_json
from clave.play.project.voices import KitVoice, Lane, ProjectKit, Rounds, SoundShift, VoiceMix

__all__ = [
    "FORMAT", "PARAMETERS", "VERSION", "Anchor", "Automation", "Bar", "BarPattern", "Breakpoint", "Bus", "Complete",
    "Edited", "FollowTaps", "Generated", "GenerationSettings", "Given", "Humanise", "KitVoice", "Lane", "Leg",
    "MaterialBar", "MaterialFile", "Modulation", "Operation", "Path", "PathEdit", "Phrase", "Project", "ProjectKit",
    "RhythmShift", "Room", "Rounds", "Scene", "SetCells", "Shift", "SongPart", "SoundShift", "SpaceReference", "Spaces",
    "TempoChange", "VoiceMix", "edited", "from_json", "load", "save", "schema", "to_json",
]  # fmt: skip

guard(globals(), ProjectError)
