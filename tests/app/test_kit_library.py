"""Kits are kept with every version, taken back when deleted, and no database is misread."""

import sqlite3
import threading
from pathlib import Path

import pytest

from clave.app import kit_library
from clave.app.kit_library import FILE, KitLibrary
from clave.errors import ClaveError, KitError, KitLibraryError
from clave.play.project import KitVoice, SoundShift


def voices(gain: float = 1.0) -> tuple[KitVoice, ...]:
    mapped = KitVoice(
        origin="map", point=(0.25, -1.5), detail=(0.5, 2.0), variation=0.5, seed=7, shift=SoundShift(pitch=1), gain=gain
    )
    return (mapped,) * 7 + (KitVoice(origin="factory", kit="analogue", tune=-12, decay=0.5),)


@pytest.fixture(params=["in memory", "in a file"])
def library(request: pytest.FixtureRequest, tmp_path: Path):
    made = KitLibrary(tmp_path / "new" / FILE if request.param == "in a file" else None)
    yield made
    made.close()


def test_a_kit_comes_back_as_it_was_kept(library: KitLibrary) -> None:
    kit = library.keep("night", voices())
    found = library.kit(kit)
    assert (found.name, found.version, found.versions, found.voices) == ("night", 1, 1, voices())
    assert library.named("night") == found
    assert library.named("day") is None


def test_each_save_is_a_version_and_none_is_lost(library: KitLibrary) -> None:
    kits = {library.keep("night", voices(gain)) for gain in (0.0, 0.5, 1.0)}
    assert len(kits) == 1
    (kit,) = kits
    assert [each.version for each in library.history(kit)] == [3, 2, 1]
    assert [library.kit(kit, version).voices for version in (1, 2, 3)] == [voices(0.0), voices(0.5), voices(1.0)]
    assert library.kit(kit).version == library.kit(kit).versions == 3
    times = [each.changed for each in library.history(kit)]
    assert times == sorted(times, reverse=True)


def test_the_list_begins_with_what_changed_last(library: KitLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(f"2026-01-01T00:00:0{second}.000+00:00" for second in range(9))
    monkeypatch.setattr(kit_library, "_now", lambda: next(clock))
    one, other = library.keep("one", voices()), library.keep("other", voices())
    assert [each.id for each in library.kits()] == [other, one]
    library.keep("one", voices(0.5))
    assert [(each.id, each.name, each.versions) for each in library.kits()] == [(one, "one", 2), (other, "other", 1)]
    assert library.kits()[0].changed == "2026-01-01T00:00:02.000+00:00"


def test_a_clock_set_back_does_not_change_the_order(library: KitLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(f"2026-01-0{day}T00:00:00.000+00:00" for day in (3, 2, 1))
    monkeypatch.setattr(kit_library, "_now", lambda: next(clock))
    one, other = library.keep("one", voices()), library.keep("other", voices())
    assert [each.id for each in library.kits()] == [other, one]
    library.keep("one", voices(0.5))
    assert [each.id for each in library.kits()] == [one, other]
    assert library.kits()[0].changed == library.kit(one).changed == "2026-01-01T00:00:00.000+00:00"


def test_what_is_deleted_can_be_taken_back(library: KitLibrary) -> None:
    kit = library.keep("night", voices())
    library.delete(kit)
    assert (library.kits(), library.named("night")) == ([], None)
    assert [each.id for each in library.kits(deleted=True)] == [kit]
    assert library.kit(kit).voices == voices()
    library.restore(kit)
    assert [each.id for each in library.kits()] == [kit]


def test_a_deleted_name_is_free_but_two_never_share_one(library: KitLibrary) -> None:
    first = library.keep("night", voices())
    library.delete(first)
    second = library.keep("night", voices(0.5))
    assert second != first
    with pytest.raises(KitError, match="another kit is called 'night'"):
        library.restore(first)
    third = library.keep("day", voices())
    with pytest.raises(KitError, match="another kit is called 'night'"):
        library.rename(third, "night")
    library.rename(second, "dusk")
    library.restore(first)
    assert {each.name for each in library.kits()} == {"dusk", "day", "night"}


def test_what_is_not_there_is_said(library: KitLibrary) -> None:
    kit = library.keep("night", voices())
    for asked in (
        library.kit,
        library.delete,
        library.restore,
        library.history,
        lambda number: library.rename(number, "x"),
    ):
        with pytest.raises(KitError, match="no kit is kept under the number 99"):
            asked(99)
    with pytest.raises(KitError, match="'night' has versions 1 to 1, got 2"):
        library.kit(kit, 2)
    with pytest.raises(KitError, match="no file is kept under 00"):
        library.file("00" * 32)


def test_a_file_is_kept_once_and_by_its_content(library: KitLibrary) -> None:
    digest = library.keep_file(b"abc")
    assert library.keep_file(b"abc") == digest
    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4
    assert library.file(digest) == b"abc"
    kit = library.keep("mine", [KitVoice(origin="file", file=digest)] * 8)
    assert library.kit(kit).voices[0].file == digest


def test_a_kit_of_a_file_that_is_not_kept_is_refused_and_leaves_nothing(library: KitLibrary) -> None:
    with pytest.raises(KitError, match="no file"):
        library.keep("mine", [KitVoice(origin="file", file="ab" * 32)] * 8)
    assert library.kits() == []


def test_a_save_that_fails_half_way_leaves_nothing(library: KitLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(kit_library, "_now", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            library.keep("night", voices())
    assert library._rows("SELECT * FROM kit") == []
    assert library.kit(library.keep("night", voices())).version == 1


def test_many_threads_and_two_claves_lose_nothing(tmp_path: Path) -> None:
    one, other = KitLibrary(tmp_path / FILE), KitLibrary(tmp_path / FILE)

    of_a_file = [KitVoice(origin="file", file=one.keep_file(b"a sound"))] * 8  # read first, then written

    def save(library: KitLibrary, name: str) -> None:
        for turn in range(5):
            library.keep("of a file", of_a_file)
            library.keep("shared", voices(turn / 10))
            library.keep(name, voices())
            library.kits()

    threads = [
        threading.Thread(target=save, args=[library, f"{n} {m}"])
        for n, library in enumerate((one, other))
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
    KitLibrary(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()


def truncated(path: Path) -> None:
    made = KitLibrary(path)
    for n in range(50):
        made.keep(f"kit {n}", voices())
    made.close()
    path.write_bytes(path.read_bytes()[:5000])


def damaged(path: Path) -> None:
    """Its schema is no text, and so neither is what SQLite says of it."""
    KitLibrary(path).close()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE kit", b"CR\xffATE TABLE kit"))


WRONG = {
    "damaged": (damaged, "cannot be used to keep kits"),
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
    with pytest.raises(KitLibraryError, match=words) as refusal:
        KitLibrary(path).kits()
    assert str(path) in str(refusal.value)
    assert isinstance(refusal.value, ClaveError)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_version_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    library = KitLibrary(tmp_path / FILE)
    kit = library.keep("night", voices())
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE version SET voices = '[]'")
    database.close()
    with pytest.raises(KitLibraryError, match="version 1 of the kit 'night' cannot be read"):
        library.kit(kit)
    library.close()


def test_home_is_where_the_variable_says_or_the_system_has_such(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLAVE_HOME", str(tmp_path))
    assert kit_library.home() == tmp_path
    monkeypatch.delenv("CLAVE_HOME")
    monkeypatch.setattr(kit_library.sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert kit_library.home() == Path("/somewhere/clave")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert kit_library.home() == Path.home() / ".local" / "share" / "clave"
    monkeypatch.setattr(kit_library.sys, "platform", "darwin")
    assert kit_library.home() == Path.home() / "Library" / "Application Support" / "Clave"


def test_a_kit_that_was_kept_before_voices_had_their_newer_fields_still_opens(tmp_path: Path) -> None:
    KitLibrary(tmp_path / FILE).close()
    before = (
        '{"from":"map","point":[0.25,-1.5],"detail":[0.5,2.0],"variation":0.5,"seed":7,'
        '"shift":{"brightness":0.0,"decay":0.0,"pitch":1.0,"noisiness":0.0},"kit":null,"file":null,"twin":false,'
        '"gain":1.0,"tune":0.0,"decay":1.0}'
    )
    database = sqlite3.connect(tmp_path / FILE)
    with database:
        database.execute("INSERT INTO kit (name) VALUES ('night')")
        database.execute("INSERT INTO version VALUES (1, 1, '2025-01-01', ?)", [f"[{','.join([before] * 8)}]"])
    database.close()
    library = KitLibrary(tmp_path / FILE)
    assert library.kit(1).voices == voices()[:1] * 8
    library.close()


def test_the_library_lies_in_the_folder_that_is_named_or_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAVE_HOME", "at-home")
    assert kit_library.file_in() == Path("at-home") / FILE
    assert kit_library.file_in(Path("mine")) == Path("mine") / FILE
