"""One walk over folders, for MIDI, sounds and kits; and files found by the names that lists give them."""

import json
import os
import sys
import unicodedata
from pathlib import Path

import pytest

from clave.errors import AudioFileError, printable
from clave.files import walking
from clave.files.tables import read_table

LATIN_1 = os.fsdecode("Größe kick.wav".encode("latin-1"))


def filled(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def names_in(folder, suffixes=(".wav",)):
    return [walking.name_below(path, folder) for path in walking.walk(folder, suffixes).files]


def test_what_systems_keep_beside_files_is_no_material_and_is_counted(tmp_path):
    filled(
        tmp_path, "kick.wav", "._kick.wav", "__MACOSX/._kick.wav", "__MACOSX/a/b.wav", ".DS_Store", "Thumbs.db",
        "desktop.ini", ".git/x.wav", ".hidden.wav", "$RECYCLE.BIN/old.wav", "notes.txt", "README", ".tom.wav.icloud",
    )  # fmt: skip
    walked = walking.walk(tmp_path, (".wav",))
    assert names_in(tmp_path) == ["kick.wav"]
    assert dict(walked.left_out).keys() == {
        "._kick.wav", "__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".hidden.wav", "$RECYCLE.BIN",
        "notes.txt", "README", ".tom.wav.icloud",
    }  # fmt: skip
    assert walked.counts() == {
        walking.OF_MACOS: 3, walking.OF_THE_SYSTEM: 3, walking.HIDDEN: 2, ".txt is not read": 1, walking.NO_SUFFIX: 1,
        walking.IN_THE_CLOUD: 1,
    }  # fmt: skip
    assert walked.refused() == {".tom.wav.icloud": walking.IN_THE_CLOUD}
    assert walked.refused([".txt"])["notes.txt"] == ".txt is not read; .wav are"


def test_links_are_followed_once_and_real_folders_come_before_links_to_them(tmp_path):
    folder = filled(tmp_path / "drums", "z/kick.wav", "b.wav")
    filled(tmp_path / "elsewhere", "snare.wav")
    (folder / "a").symlink_to(folder / "z")
    (folder / "z" / "up").symlink_to(folder)
    (folder / "there").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "drums")
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    (folder / "ring.wav").symlink_to("ring.wav")
    (folder / "one.wav").symlink_to(tmp_path / "elsewhere" / "snare.wav")
    assert names_in(folder) == ["b.wav", "one.wav", "there/snare.wav", "z/kick.wav"]
    assert dict(walking.walk(folder, (".wav",)).left_out) == {
        "a": walking.READ_ELSEWHERE, "there/back": walking.READ_ELSEWHERE, "z/up": walking.READ_ELSEWHERE,
        "gone": walking.NOWHERE, "ring.wav": walking.NOWHERE,
    }  # fmt: skip


def test_a_file_is_a_folder_of_one_and_so_is_one_that_is_hidden(tmp_path):
    filled(tmp_path, ".kick.WAV", "kick.txt", ".drums/snare.wav")
    assert walking.walk(tmp_path / ".kick.WAV", (".wav",)).files == (tmp_path / ".kick.WAV",)
    assert walking.name_below(tmp_path / ".kick.WAV", tmp_path / ".kick.WAV") == ".kick.WAV"
    assert walking.base_of(tmp_path / ".kick.WAV") == tmp_path
    assert walking.walk(tmp_path / "kick.txt", (".wav",)).counts() == {".txt is not read": 1}
    assert names_in(tmp_path / ".drums") == ["snare.wav"]
    assert walking.walk(tmp_path / "nowhere", (".wav",)).refused().keys() == {"nowhere"}


def test_the_order_is_that_of_composed_names(tmp_path):
    composed = ["a.wav", "Größe.wav", "Grzb.wav", "Z/a.wav"]
    for number, form in enumerate(("NFC", "NFD")):
        filled(tmp_path / str(number), *(unicodedata.normalize(form, name) for name in composed))
    orders = [[unicodedata.normalize("NFC", name) for name in names_in(tmp_path / each)] for each in "01"]
    assert orders[0] == orders[1] == ["Grzb.wav", "Größe.wav", "Z/a.wav", "a.wav"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_of_any_bytes_are_found_and_their_names_can_be_written_anywhere(tmp_path):
    filled(tmp_path, LATIN_1)
    assert walking.walk(tmp_path, (".wav",)).files == (tmp_path / LATIN_1,)
    [name] = names_in(tmp_path)
    assert name == r"Gr\xf6\xdfe kick.wav"
    assert json.loads(json.dumps(name).encode("utf-8")) == name
    error = AudioFileError(f"{tmp_path / LATIN_1}: gone")
    assert str(error).encode("utf-8").endswith(rb"Gr\xf6\xdfe kick.wav: gone")
    for written in (name, "Größe kick.wav", LATIN_1):
        assert walking.Finder(tmp_path)(written) == tmp_path / LATIN_1
    assert printable("a\ud800b") == r"a\ud800b"


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_what_is_no_file_and_what_may_not_be_read_is_named(tmp_path, monkeypatch):
    filled(tmp_path, "a/kick.wav", "b/snare.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    scandir = os.scandir

    def vanishing(place):
        if Path(place).name == "a":
            raise FileNotFoundError(2, "No such file or directory")
        return scandir(place)

    monkeypatch.setattr(os, "scandir", vanishing)
    assert names_in(tmp_path) == ["b/snare.wav"]
    assert walking.walk(tmp_path, (".wav",)).refused() == {
        "a": "cannot be opened (No such file or directory)", "pipe.wav": walking.NO_FILE,
    }  # fmt: skip


def test_files_are_found_by_the_names_of_lists(tmp_path):
    decomposed = unicodedata.normalize("NFD", "Größe/ガ.wav")
    filled(tmp_path, "a/1.wav", decomposed, "Kick.wav", "b/x.wav", "B/X.wav", "b/X.wav")
    find = walking.Finder(tmp_path)
    assert find(r"a\1.wav") == find("a//1.wav") == find("./a/1.wav") == tmp_path / "a" / "1.wav"
    assert find("Größe/ガ.wav") == find("Größe\\ガ.wav") == tmp_path / decomposed
    assert find("kick.WAV") == tmp_path / "Kick.wav"
    assert find("b/x.wav") == tmp_path / "b/x.wav"
    for missing in ("", "nowhere.wav", "a", "a/1.wav/x", "a\0b", "b/x.WAV"):
        assert find(missing) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_tables_are_read_in_any_encoding_with_any_sign(tmp_path, encoding, sign):
    lines = [sign.join(each) for each in (("Path", " voice"), ("Größe.wav", "kick"), ("b.wav",), ())]
    (tmp_path / "list.csv").write_bytes("\r\n".join(lines).encode(encoding))
    assert read_table(tmp_path / "list.csv", ("path", "voice")) == [
        {"path": "Größe.wav", "voice": "kick"}, {"path": "b.wav", "voice": ""},
    ]  # fmt: skip
