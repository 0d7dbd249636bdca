"""`clave export page`: the files are whole, say what the spaces say, and nothing that was there is lost."""

import errno
import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import make_static_fixture
import numpy as np
import pytest
import soundfile

from clave import load_rhythm, load_sound
from clave.app.kit_builder import KitBuilder
from clave.app.kit_library import KitLibrary
from clave.app.server.application import create_app
from clave.app.sound_protocol import SoundRequest
from clave.app.static_page import PageOptions, write_page, writing
from clave.app.static_page.answers import answer
from clave.app.static_page.rhythm_files import rhythm_files
from clave.app.static_page.sound_files import sound_files
from clave.errors import ExportError
from clave.play.project import Project
from clave.rhythm.space import RhythmSpace

OLD_SPACE = Path(__file__).parents[1] / "fixtures" / "rhythm_space_1"


@pytest.fixture(scope="module")
def rhythm() -> RhythmSpace:
    return load_rhythm()


@pytest.fixture
def options(tmp_path: Path) -> PageOptions:
    """With a page as if it had been built."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text('<!doctype html>\n<html lang="en"><head><title>Clave</title></head></html>')
    (static / "offline-worker.js").write_text("// keeps the page\n")
    (static / "assets" / "index-1.js").write_text("// the page\n")
    return PageOptions(project=Project(name="opened"), static=static)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page asks for is two small files."""
    made = dict.fromkeys((writing.PRIOR, writing.SOUNDS), b"made")
    monkeypatch.setattr(writing, "_data_files", lambda *_: made)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpacked(file: bytes) -> Any:
    return json.loads(gzip.decompress(file))


def test_the_folder_is_the_page_and_what_its_server_would_answer(
    tmp_path: Path, rhythm: RhythmSpace, options: PageOptions
):
    said = write_page(tmp_path / "page", rhythm, None, options)
    files = contents(tmp_path / "page")
    assert said[0].startswith(f"{tmp_path / 'page'}: {len(files)} files")
    page = files["index.html"].decode()
    assert '<html lang="en" data-server="none">' in page
    assert page.count("manifest.webmanifest") == 1
    assert "href='/" not in page.replace('"', "'"), "an address from the root would not work in a folder of a host"
    assert unpacked(files["api/project.json.gz"])["name"] == "opened"
    app = create_app(rhythm)
    for path in ("corpus", "map/ground"):
        assert gzip.decompress(files[f"api/{path}.json.gz"]) == answer(app, path)
    listed = json.loads(files["files.json"])["files"]
    assert listed == {name: len(content) for name, content in files.items() if name != "files.json"}
    head, rest = files["sw.js"].decode().split("\n", 1)
    kept = json.loads(head.removeprefix("self.PAGE = ").removesuffix(";"))["files"]
    assert rest == "// keeps the page\n"
    assert set(kept) == set(files) - {"sw.js", "files.json"}
    icons = json.loads(files["manifest.webmanifest"])["icons"]
    assert [each["sizes"] for each in icons] == ["192x192", "512x512", "any"]


def test_weights_are_those_of_the_space(rhythm: RhythmSpace):
    safetensors = pytest.importorskip("safetensors.numpy")
    files = rhythm_files(rhythm)
    whole = safetensors.load_file(rhythm.folder / "model.safetensors")
    parts = safetensors.load(files["rhythm.safetensors"]) | safetensors.load(files["prior.safetensors"])
    for name, numbers in parts.items():
        np.testing.assert_array_equal(numbers, whole[name])
    left = {name.split(".")[0] for name in set(whole) - set(parts)}
    assert left == {"encoder", "feel_head", "map_head", "feel_style"}  # what no decoding needs
    facts = json.loads(files["rhythm.json"])
    assert facts["threshold"] == rhythm.threshold
    assert len(facts["vocabulary"]) == whole["token_prior.token_bias"].size - 1


def test_sounds_are_those_of_the_space_at_the_points_of_the_grid():
    sound = load_sound()
    files = sound_files(KitBuilder(sound, (), KitLibrary()), sound, 2, drawn=3)
    index, content = json.loads(files["sounds.json"]), files["sounds.bin"]
    assert list(index["voices"]) == list(sound.voices)
    assert len(index["drawn"]) == 3
    assert all(voice["variation"] == 0 for voice in index["drawn"][2])
    piece = index["voices"]["snare"]["rows"][1][0]
    samples, rate = soundfile.read(io.BytesIO(content[piece["at"] : piece["at"] + piece["bytes"]]))
    builder = KitBuilder(sound, (), KitLibrary())
    made = builder.sound(1, SoundRequest(point=(3.0, 3.0)))
    wanted, _ = soundfile.read(io.BytesIO(made.wav))
    start, length = piece["starts"][1], piece["lengths"][1]
    assert (rate, length) == (44_100, len(wanted))
    assert np.corrcoef(samples[start : start + length], wanted)[0, 1] > 0.9
    assert index["voices"]["snare"]["heard"][1][1][1] == pytest.approx(made.heard.decay_s, rel=1e-3)


@pytest.mark.usefixtures("quick")
def test_a_page_that_was_written_before_is_replaced(tmp_path: Path, rhythm: RhythmSpace, options: PageOptions):
    write_page(tmp_path / "page", rhythm, None, options)
    (options.static / "assets" / "index-1.js").rename(options.static / "assets" / "index-2.js")
    write_page(tmp_path / "page", rhythm, None, options)
    assert {path.name for path in (tmp_path / "page" / "assets").iterdir()} == {"index-2.js"}
    assert {path.name for path in tmp_path.iterdir()} == {"static", "page"}


def test_a_folder_with_other_things_is_refused_by_name(tmp_path: Path, rhythm: RhythmSpace, options: PageOptions):
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "diary.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"page holds other things, such as diary.txt; name an empty folder"):
        write_page(tmp_path / "page", rhythm, None, options)
    assert set(contents(tmp_path / "page")) == {"diary.txt"}
    with pytest.raises(ExportError, match=r"diary.txt is a file; name a folder"):
        write_page(tmp_path / "page" / "diary.txt", rhythm, None, options)


@pytest.mark.usefixtures("quick")
def test_a_full_disk_leaves_the_page_that_was_there(
    tmp_path: Path, rhythm: RhythmSpace, options: PageOptions, monkeypatch: pytest.MonkeyPatch
):
    write_page(tmp_path / "page", rhythm, None, options)
    before = contents(tmp_path / "page")
    write = Path.write_bytes

    def until_full(path: Path, content: bytes) -> int:
        if path.name == "sw.js":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", until_full)
    with pytest.raises(ExportError, match=r"No space left on device; it is as it was"):
        write_page(tmp_path / "page", rhythm, None, options)
    assert contents(tmp_path / "page") == before
    assert {path.name for path in tmp_path.iterdir()} == {"static", "page"}


@pytest.mark.usefixtures("quick")
def test_a_folder_that_cannot_be_moved_comes_back(
    tmp_path: Path, rhythm: RhythmSpace, options: PageOptions, monkeypatch: pytest.MonkeyPatch
):
    write_page(tmp_path / "page", rhythm, None, options)
    before, replace = contents(tmp_path / "page"), os.replace

    def once(source: Path, target: Path) -> None:
        if source.name.endswith(".part"):
            raise OSError(errno.EIO, "Input/output error")
        replace(source, target)

    monkeypatch.setattr(os, "replace", once)
    with pytest.raises(ExportError, match="Input/output error"):
        write_page(tmp_path / "page", rhythm, None, options)
    assert contents(tmp_path / "page") == before


def test_what_no_page_can_be_made_of_is_refused(tmp_path: Path, rhythm: RhythmSpace, options: PageOptions):
    with pytest.raises(ExportError, match="the page is not built"):
        write_page(tmp_path / "page", rhythm, None, PageOptions(static=tmp_path))
    with pytest.raises(ExportError, match=r"rhythm_space_1.*(cannot be read|is no space that a page can decode)"):
        write_page(tmp_path / "page", load_rhythm(OLD_SPACE), None, options)
    (options.static / "offline-worker.js").unlink()
    with pytest.raises(ExportError, match="a page of another version of Clave"):
        write_page(tmp_path / "page", rhythm, None, options)
    assert not (tmp_path / "page").exists()


def test_the_fixture_is_what_the_shipped_space_makes():
    known = json.loads(gzip.decompress(make_static_fixture.FIXTURE.read_bytes()))
    assert make_static_fixture.random_cases() == known["random"]
    assert make_static_fixture.midi_cases(4) == known["midi"][:4]
    bars = json.loads(json.dumps(make_static_fixture.bar_cases()))
    assert [each["bar"] for each in bars] == [each["bar"] for each in known["bars"]]
    for mine, other in zip(bars, known["bars"], strict=True):
        np.testing.assert_allclose(sorted(mine["strokes"]), sorted(other["strokes"]), atol=1e-4)
