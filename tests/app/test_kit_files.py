"""A locked database is read all the same, and the sound files in it never grow beyond their room."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app import kit_files, kit_library
from clave.app.kit_library import FILE, KitLibrary
from clave.app.protocol import Refusal
from clave.app.server import create_app
from clave.errors import KitError, KitLibraryBusyError, KitLibraryFullError
from clave.play.project import KitVoice


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program is writing."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO kit (name) VALUES ('half')")
        yield
        other.execute("ROLLBACK")


def of_file(digest: str) -> list[KitVoice]:
    return [KitVoice(origin="file", file=digest)] * 8


def test_what_is_kept_is_read_while_another_program_writes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_library, "BUSY_SECONDS", 0.05)
    with closing(KitLibrary(path)) as library:
        kit = library.keep("mine", of_file(library.keep_file(b"abc")))
        monkeypatch.setattr(kit_files, "_today", lambda: "2100-01-01")  # so that its use is to be noted
        with locked(path):
            assert library.file(library.kit(kit).voices[0].file or "") == b"abc"
            assert [each.name for each in library.kits()] == ["mine"]
            with closing(KitLibrary(path)) as another:
                assert another.named("mine") is not None
            with pytest.raises(KitLibraryBusyError, match=r"kept.sqlite has been locked by another program"):
                library.delete(kit)
            app = create_app(ToyRhythm(), library=library)
            answer = TestClient(app, "http://localhost").delete(f"/api/kept/{kit}")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert Refusal.model_validate(answer.json()).kind == "busy"
        library.delete(kit)
        assert library.kits() == []


def test_a_library_of_an_older_clave_is_read_and_read_by_it(path: Path) -> None:
    KitLibrary(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as older:  # as version 0.1.0 made it
        older.execute("DROP TABLE file_use")
        older.execute("PRAGMA journal_mode = DELETE")
        older.execute("INSERT INTO file VALUES ('aa', X'616263')")
    with closing(KitLibrary(path)) as library:
        assert library.file("aa") == b"abc"
    with closing(sqlite3.connect(path)) as older:
        assert older.execute("PRAGMA user_version").fetchone() == (1,)
        assert older.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_files_that_no_kit_plays_make_room_the_longest_unused_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(KitLibrary(max_files_bytes=300)) as library:
        digests: list[str] = []
        for day, content in enumerate((b"a" * 100, b"b" * 100, b"c" * 100)):
            monkeypatch.setattr(kit_files, "_today", lambda day=day: f"2026-01-0{day + 1}")
            digests.append(library.keep_file(content))
        first, second, third = digests
        kit = library.keep("mine", of_file(second))
        library.delete(kit)  # it can be taken back, so that its files stay
        monkeypatch.setattr(kit_files, "_today", lambda: "2026-01-09")
        library.file(first)
        fourth = library.keep_file(b"d" * 100)
        assert [library.has_file(each) for each in (first, second, third, fourth)] == [True, True, False, True]
        assert library.keep_file(b"a" * 100) == first, "what is there needs no room"
        library.keep_file(b"e" * 200)
        assert [library.has_file(each) for each in (first, second, fourth)] == [False, True, False]
        with pytest.raises(KitError, match="no file is kept"):
            library.file(first)


def test_a_full_library_says_so_and_keeps_what_it_has() -> None:
    with closing(KitLibrary(max_files_bytes=150)) as library:
        kept = library.keep_file(b"a" * 100)
        library.keep("mine", of_file(kept))
        unused = library.keep_file(b"b" * 50)
        with pytest.raises(KitLibraryFullError, match="no room for one more"):
            library.keep_file(b"c" * 60)
        assert library.has_file(kept)
        assert library.has_file(unused), "nothing is removed in vain"
