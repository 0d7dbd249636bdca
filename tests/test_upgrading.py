"""Projects and kept kits as 0.x wrote them first, opened by this version: docs/upgrading.md says what becomes of them.

`project_1.json` was written by the first version that had projects, `kept_1.sqlite` by the first that kept kits. Old
spaces are in `rhythm/test_space_format.py` and `sound/test_space.py`.
"""

import json
import shutil
from pathlib import Path

import pytest
from toy_rhythm import ToyRhythm

import clave
from clave.app.kit_library import FILE, KitLibrary
from clave.errors import KitLibraryError, ProjectError
from clave.play.project import load, to_json
from clave.play.project.saving import from_document, unknown_fields

OLD = Path(__file__).parent / "fixtures" / "upgrading"


def test_the_first_project_opens_as_it_is_and_plays() -> None:
    project = load(OLD / "project_1.json")
    assert (project.name, project.seed, len(project.scene.bars)) == ("old one", 7, 2)
    assert [bar.point for bar in project.scene.bars] == [(0.5, -0.3), (1.0, 0.2)]
    assert unknown_fields(project) == []
    assert {"old one", 7} <= {json.loads(to_json(project))[name] for name in ("name", "seed")}
    assert len(clave.perform(project, ToyRhythm(), bars=2).bars) == 2


def test_a_project_of_a_newer_version_says_what_to_do() -> None:
    document = json.loads((OLD / "project_1.json").read_text("utf-8"))
    with pytest.raises(ProjectError, match="it is of version 2, and this Clave reads up to 1: update Clave to open it"):
        from_document(document | {"version": 2})


def test_the_first_kit_library_opens_with_all_versions_files_and_deleted_kits(tmp_path: Path) -> None:
    shutil.copy(OLD / "kept_1.sqlite", tmp_path / FILE)
    library = KitLibrary(tmp_path / FILE)
    try:
        [kit] = library.kits()
        assert (kit.name, kit.versions) == ("my old kit", 2)
        assert [gone.name for gone in library.kits(deleted=True)] == ["gone"]
        first = library.kit(kit.id, 1).voices
        assert [voice.origin for voice in first] == ["map", *["factory"] * 5, "file", "file"]
        assert first[0].point == (0.1, 0.2)
        assert first[0].shift.brightness == 0.5
        assert first[6].file is not None
        assert library.file(first[6].file)[:4] == b"RIFF"
        assert library.keep("another", first) > kit.id
    finally:
        library.close()


def test_a_kit_library_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    import sqlite3

    shutil.copy(OLD / "kept_1.sqlite", tmp_path / FILE)
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(KitLibraryError, match=r"is of version 2; this Clave reads 1"):
        KitLibrary(tmp_path / FILE)
