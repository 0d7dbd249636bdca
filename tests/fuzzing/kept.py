"""Projects, and the database of kept kits."""

import json
import tempfile
from pathlib import Path
from random import Random

from random_projects import random_project

from clave.app.kit_library import FILE, KitLibrary
from clave.play.plan import Plan
from clave.play.project import Project
from clave.play.project.saving import from_json, to_json
from clave.play.project.voices import KitVoice
from fuzzing.door import Broken, Door
from fuzzing.mutations import json_bytes, mutated_bytes, mutated_json

_FACTORY = KitVoice.model_validate({"from": "factory", "kit": "analogue"})


class ProjectDoor(Door):
    """A project file."""

    name, weight = "project", 4.0

    def __init__(self) -> None:
        self._seeds = [
            json.loads(to_json(Project())),
            *(json.loads(to_json(random_project(seed))) for seed in range(8)),
        ]

    def case(self, random: Random) -> bytes:
        """One with values changed."""
        return json_bytes(mutated_json(random.choice(self._seeds), random), random)

    def open(self, case: bytes) -> None:
        """What is taken is written, read again, and planned."""
        project = from_json(case)
        if from_json(to_json(project)) != project:
            raise Broken("it does not come back as it was")
        Plan(project).bars(2)


class KeptKitsDoor(Door):
    """The database of kept kits."""

    name, weight = "kept-kits", 1.0

    def __init__(self) -> None:
        self._path = Path(tempfile.mkdtemp()) / FILE
        library = KitLibrary(self._path)
        digest = library.keep_file(b"RIFF" * 50)
        voices = [KitVoice.model_validate({"from": "file", "file": digest})] + 7 * [_FACTORY]
        for name in ("one", "two", "one"):
            kit = library.keep(name, voices)
        library.delete(kit)
        library.close()
        self._seed = self._path.read_bytes()

    def case(self, random: Random) -> bytes:
        """The file with bytes changed."""
        return mutated_bytes(self._seed, random)

    def open(self, case: bytes) -> None:
        """Look at all of it, and keep another."""
        for beside in self._path.parent.iterdir():
            beside.unlink()
        self._path.write_bytes(case)
        library = KitLibrary(self._path)
        try:
            for deleted in (False, True):
                for each in library.kits(deleted=deleted):
                    kit = library.kit(each.id)
                    library.history(each.id)
                    for voice in kit.voices:
                        if voice.file is not None:
                            library.file(voice.file)
            library.restore(library.keep("three", [_FACTORY] * 8))
        finally:
            library.close()
