"""The doors, by name."""

from collections.abc import Mapping

from fuzzing import indices, kept, live, models, music_files, requests, runs, training_files
from fuzzing.door import Door

ALL: tuple[type[Door], ...] = (
    music_files.MidiDoor, music_files.SoundDoor, music_files.LoopDoor, music_files.DrumMapDoor, music_files.MidiMapDoor,
    kept.ProjectDoor, kept.KeptKitsDoor, live.OscDoor, live.SocketDoor, requests.HttpDoor, requests.SimilarDoor,
    models.RhythmFolderDoor, models.SoundFolderDoor, models.IndexDoor,
    indices.BarIndexDoor, indices.FaissDoor, indices.SoundIndexDoor, indices.BarsDoor, indices.SoundsDoor,
    runs.RunBarsDoor, runs.RunSoundsDoor,
    training_files.TensorsDoor, training_files.ModelDoor, training_files.CheckpointDoor,
)  # fmt: skip
DOORS: Mapping[str, type[Door]] = {each.name: each for each in ALL}
