"""Kits are kept with every version, taken back when deleted, and no database is misread."""

import sqlite3
import threading
from pathlib import Path

import pytest

from clave.app import kit_library as shelves
from clave.app.kit_library import FILE, Shelf
from clave.app.protocol import KitVoice, SoundShift
from clave.errors import ClaveError, KitError, ShelfError


def voices(gain: float = 1.0) -> list[KitVoice]:
    mapped = KitVoice(
        origin="map", point=(0.25, -1.5), detail=(0.5, 2.0), variation=0.5, seed=7, shift=SoundShift(pitch=1), gain=gain
    )
    return [mapped] * 7 + [KitVoice(origin="factory", kit="analogue", tune=-12, decay=0.5)]


@pytest.fixture(params=["in memory", "in a file"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path):
    made = Shelf(tmp_path / "new" / FILE if request.param == "in a file" else None)
    yield made
    made.close()


def test_a_kit_comes_back_as_it_was_kept(shelf: Shelf) -> None:
    kit = shelf.keep("night", voices())
    found = shelf.kit(kit)
    assert (found.name, found.version, found.versions, found.voices) == ("night", 1, 1, voices())
    assert shelf.named("night") == found
    assert shelf.named("day") is None


def test_each_save_is_a_version_and_none_is_lost(shelf: Shelf) -> None:
    kits = {shelf.keep("night", voices(gain)) for gain in (0.0, 0.5, 1.0)}
    assert len(kits) == 1
    (kit,) = kits
    assert [each.version for each in shelf.history(kit)] == [3, 2, 1]
    assert [shelf.kit(kit, version).voices for version in (1, 2, 3)] == [voices(0.0), voices(0.5), voices(1.0)]
    assert shelf.kit(kit).version == shelf.kit(kit).versions == 3
    times = [each.changed for each in shelf.history(kit)]
    assert times == sorted(times, reverse=True)


def test_the_list_begins_with_what_changed_last(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(f"2026-01-01T00:00:0{second}.000+00:00" for second in range(9))
    monkeypatch.setattr(shelves, "_now", lambda: next(clock))
    one, other = shelf.keep("one", voices()), shelf.keep("other", voices())
    assert [each.id for each in shelf.kits()] == [other, one]
    shelf.keep("one", voices(0.5))
    assert [(each.id, each.name, each.versions) for each in shelf.kits()] == [(one, "one", 2), (other, "other", 1)]
    assert shelf.kits()[0].changed == "2026-01-01T00:00:02.000+00:00"


def test_what_is_deleted_can_be_taken_back(shelf: Shelf) -> None:
    kit = shelf.keep("night", voices())
    shelf.delete(kit)
    assert (shelf.kits(), shelf.named("night")) == ([], None)
    assert [each.id for each in shelf.kits(deleted=True)] == [kit]
    assert shelf.kit(kit).voices == voices()
    shelf.restore(kit)
    assert [each.id for each in shelf.kits()] == [kit]


def test_a_deleted_name_is_free_but_two_never_share_one(shelf: Shelf) -> None:
    first = shelf.keep("night", voices())
    shelf.delete(first)
    second = shelf.keep("night", voices(0.5))
    assert second != first
    with pytest.raises(KitError, match="another kit is called 'night'"):
        shelf.restore(first)
    third = shelf.keep("day", voices())
    with pytest.raises(KitError, match="another kit is called 'night'"):
        shelf.rename(third, "night")
    shelf.rename(second, "dusk")
    shelf.restore(first)
    assert {each.name for each in shelf.kits()} == {"dusk", "day", "night"}


def test_what_is_not_there_is_said(shelf: Shelf) -> None:
    kit = shelf.keep("night", voices())
    for asked in (shelf.kit, shelf.delete, shelf.restore, shelf.history, lambda number: shelf.rename(number, "x")):
        with pytest.raises(KitError, match="no kit is kept under the number 99"):
            asked(99)
    with pytest.raises(KitError, match="'night' has versions 1 to 1, got 2"):
        shelf.kit(kit, 2)
    with pytest.raises(KitError, match="no file is kept under 00"):
        shelf.file("00" * 32)


def test_a_file_is_kept_once_and_by_its_content(shelf: Shelf) -> None:
    digest = shelf.keep_file(b"abc")
    assert shelf.keep_file(b"abc") == digest
    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4
    assert shelf.file(digest) == b"abc"
    kit = shelf.keep("mine", [KitVoice(origin="file", file=digest)] * 8)
    assert shelf.kit(kit).voices[0].file == digest


def test_a_kit_of_a_file_that_is_not_kept_is_refused_and_leaves_nothing(shelf: Shelf) -> None:
    with pytest.raises(KitError, match="no file"):
        shelf.keep("mine", [KitVoice(origin="file", file="ab" * 32)] * 8)
    assert shelf.kits() == []


def test_a_save_that_fails_half_way_leaves_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(shelves, "_now", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shelf.keep("night", voices())
    assert shelf._rows("SELECT * FROM kit") == []
    assert shelf.kit(shelf.keep("night", voices())).version == 1


def test_many_threads_and_two_claves_lose_nothing(tmp_path: Path) -> None:
    one, other = Shelf(tmp_path / FILE), Shelf(tmp_path / FILE)

    of_a_file = [KitVoice(origin="file", file=one.keep_file(b"a sound"))] * 8  # read first, then written

    def save(shelf: Shelf, name: str) -> None:
        for turn in range(5):
            shelf.keep("of a file", of_a_file)
            shelf.keep("shared", voices(turn / 10))
            shelf.keep(name, voices())
            shelf.kits()

    threads = [
        threading.Thread(target=save, args=[shelf, f"{n} {m}"])
        for n, shelf in enumerate((one, other))
        for m in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.name: each.versions for each in other.kits()} == {"shared": 30, "of a file": 30} | {
        f"{n} {m}": 5 for n in range(2) for m in range(3)
    }
    one.close()
    other.close()


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE song (name TEXT)")
    database.close()


def newer(path: Path) -> None:
    Shelf(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()


def truncated(path: Path) -> None:
    made = Shelf(path)
    for n in range(50):
        made.keep(f"kit {n}", voices())
    made.close()
    path.write_bytes(path.read_bytes()[:5000])


WRONG = {
    "no database": (lambda path: path.write_text("kits, kits, kits" * 100), "cannot be used to keep kits"),
    "another program's": (foreign, "is a database of something else"),
    "of a newer Clave": (newer, "is of version 7; this Clave reads 1"),
    "a folder": (lambda path: path.mkdir(), "cannot be used to keep kits"),
    "cut short": (truncated, "cannot be used to keep kits"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_is_none_of_ours_is_named_and_left_as_it_is(tmp_path: Path, case: str) -> None:
    make, words = WRONG[case]
    path = tmp_path / FILE
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ShelfError, match=words) as refusal:
        Shelf(path).kits()
    assert str(path) in str(refusal.value)
    assert isinstance(refusal.value, ClaveError)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_version_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / FILE)
    kit = shelf.keep("night", voices())
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE version SET voices = '[]'")
    database.close()
    with pytest.raises(ShelfError, match="version 1 of the kit 'night' cannot be read"):
        shelf.kit(kit)
    shelf.close()


def test_home_is_where_the_variable_says_or_the_system_has_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLAVE_HOME", str(tmp_path))
    assert shelves.home() == tmp_path
    monkeypatch.delenv("CLAVE_HOME")
    monkeypatch.setattr(shelves.sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert shelves.home() == Path("/somewhere/clave")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert shelves.home() == Path.home() / ".local" / "share" / "clave"
    monkeypatch.setattr(shelves.sys, "platform", "darwin")
    assert shelves.home() == Path.home() / "Library" / "Application Support" / "Clave"
