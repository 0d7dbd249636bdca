"""Many files to shards, where something goes wrong: a bucket, a disk, a folder, a worker, a kill."""

import os
import signal
import subprocess
import sys
import time

import fsspec
import pyarrow
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from clave.errors import CorpusError, StorageError
from clave.files.sharded import batches as batching
from clave.files.sharded import building, code_version
from clave.files.sharded.building import Index, Maker, finish, make_batches, read_index
from clave.files.sharded.lock import locked
from clave.files.sharded.place import LocalPlace, SourceFile, place_at
from clave.files.sharded.workers import read_ahead

SLOW_BUILD = """
import sys, time
sys.path.insert(0, sys.argv[1])
from test_sharded import build, Lengths
from clave.files.sharded.place import LocalPlace

class Slow(Lengths):
    def make(self, names, contents):
        time.sleep(0.2)
        return super().make(names, contents)

build(sys.argv[2], sys.argv[3], Slow())
"""


class Lengths(Maker):
    """How long files are: a row each, or why they could not be read."""

    usual_files = 2

    def settings(self):
        return {"of": "lengths"}

    def make(self, names, contents):
        found = list(contents)
        lengths = [len(each) if isinstance(each, bytes) else None for each in found]
        refused = [None if isinstance(each, bytes) else str(each) for each in found]
        return (
            pyarrow.table({"file": list(names), "refused": pyarrow.array(refused, pyarrow.string())}),
            pyarrow.table({"length": pyarrow.array(lengths, pyarrow.int32())}),
        )


def build(source, out, maker=None, files=None):
    maker, place = maker or Lengths(), place_at(out)
    files = place_at(source).find((".txt",)).files if files is None else files
    with locked(place):
        before = read_index(place, "lengths")
        made = make_batches(place_at(source), place, files, maker, before=before)
        index = Index("lengths", maker.settings(), made)
        return finish(place, index, pyarrow.table({"file": [file.name for file in files]}), before)


def reasons(out, index):
    tables = [building.read_table(place_at(out), f"batches/{each.batch}.parquet") for each in index.batches]
    return {row["file"]: row["refused"] for table in tables for row in table.to_pylist() if row["refused"]}


def content(out):
    place = place_at(out)
    return {
        f"{each}/{name}": place.read(f"{each}/{name}") for each in building.FOLDERS[:-1] for name in place.names(each)
    }


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "texts"
    root.mkdir()
    for number in range(16):
        (root / f"{number:02}.txt").write_text("x" * (number + 1))
    return root


class Breaking(MemoryFileSystem):
    """A store in memory that refuses what it is told to, after so many writes."""

    protocol = "breaking"
    writes_left, refused = 10**6, ()

    def pipe_file(self, path, value, mode="overwrite", **more):
        if not path.endswith(".lock"):
            type(self).writes_left -= 1
        if self.writes_left < 0:
            raise OSError("503 Slow Down: reduce your request rate")
        self._check("write", path)
        super().pipe_file(path, value, mode=mode, **more)

    def cat_file(self, path, **more):
        self._check("read", path)
        return super().cat_file(path, **more)

    def find(self, path, **more):
        self._check("list", path)
        return super().find(path, **more)

    def _check(self, what, path):
        if any(kind == what and part in path for kind, part in self.refused):
            raise PermissionError("Access Denied")


@pytest.fixture
def bucket(monkeypatch):
    fsspec.register_implementation("breaking", Breaking, clobber=True)
    monkeypatch.setattr(Breaking, "writes_left", 10**6)
    monkeypatch.setattr(Breaking, "store", {})
    monkeypatch.setattr(Breaking, "pseudo_dirs", [""])
    return "breaking://out"


def test_a_bucket_that_fails_half_way_is_refused_and_gone_on_with(folder, tmp_path, bucket, monkeypatch):
    whole = build(folder, tmp_path / "whole")
    for writes in (0, 4, 9):
        monkeypatch.setattr(Breaking, "writes_left", writes)
        with pytest.raises(StorageError, match=r"breaking://out/\w+/\w+\.\w+: cannot be written: 503 Slow Down"):
            build(folder, bucket)
        assert read_index(place_at(bucket)) is None
        assert place_at(bucket).read(".building.lock") is None
    monkeypatch.setattr(Breaking, "writes_left", 10**6)
    assert build(folder, bucket).batches == whole.batches
    assert content(bucket) == content(tmp_path / "whole")


def test_an_index_stays_until_the_next_is_whole(folder, bucket, monkeypatch):
    first = build(folder, bucket)
    (folder / "03.txt").write_text("another")
    monkeypatch.setattr(Breaking, "writes_left", 3)  # the table of files is there, the index is not
    with pytest.raises(StorageError, match="cannot be written"):
        build(folder, bucket)
    assert read_index(place_at(bucket)) == first
    assert all(place_at(bucket).read(f"rows/{each.rows}.parquet") for each in first.batches)


def test_a_bucket_without_rights_is_named_with_what_to_do(folder, bucket, monkeypatch):
    for what, part, said in (("write", "", "written"), ("read", "corpus.json", "read")):
        monkeypatch.setattr(Breaking, "refused", ((what, part),))
        with pytest.raises(StorageError, match=f"cannot be {said}: Access Denied; do the keys that are set allow it"):
            build(folder, bucket)
    monkeypatch.setattr(Breaking, "refused", (("list", "in"),))
    with pytest.raises(StorageError, match="breaking://in/: cannot be listed: Access Denied"):
        build("breaking://in", bucket)


def test_one_file_without_rights_is_refused_and_the_rest_goes_on(folder, tmp_path, bucket, monkeypatch):
    for path in folder.iterdir():
        place_at("breaking://in").write(path.name, path.read_bytes())
    monkeypatch.setattr(Breaking, "refused", (("read", "05.txt"),))
    index = build("breaking://in", tmp_path / "out")
    assert reasons(tmp_path / "out", index) == {"05.txt": "Access Denied"}
    monkeypatch.setattr(Breaking, "refused", ())
    assert reasons(tmp_path / "out", build("breaking://in", tmp_path / "out")) == {}


def test_a_folder_that_changes_while_it_is_read_is_read_rightly_the_next_time(folder, tmp_path):
    listed = place_at(folder).find((".txt",)).files
    (folder / "02.txt").unlink()
    (folder / "07.txt").write_text("longer than it was")
    index = build(folder, tmp_path / "out", files=listed)
    found = reasons(tmp_path / "out", index)
    assert set(found) == {"02.txt", "07.txt"}
    assert "changed while it was read, from 8 to 18 bytes: the next build reads it" in found["07.txt"]
    again = build(folder, tmp_path / "out")
    assert reasons(tmp_path / "out", again) == {}
    assert sum(each.length for each in again.batches) == 15


def test_a_build_that_is_killed_leaves_nothing_broken_and_goes_on_to_the_same_bytes(folder, tmp_path):
    build(folder, tmp_path / "whole")
    out = tmp_path / "out"
    run = [sys.executable, "-c", SLOW_BUILD, os.path.dirname(__file__), str(folder), str(out)]
    process = subprocess.Popen(run)
    ends = time.monotonic() + 60
    while not list((out / "rows").glob("*.parquet")) and time.monotonic() < ends:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    whole = content(tmp_path / "whole")
    there = {name: data for name, data in content(out).items() if not name.endswith(".part")}
    assert 0 < len(there) < len(whole)
    assert there == {name: whole[name] for name in there}
    assert read_index(place_at(out)) is None
    build(folder, out)
    assert content(out) == whole


def test_a_worker_of_another_version_is_refused(folder, tmp_path):
    class Other(Lengths):
        asked = 0

        def settings(self):
            type(self).asked += 1
            return {"of": "lengths", "code": min(self.asked, 2)}  # another where batches are made

    with pytest.raises(StorageError, match="a worker has another version of Clave, which reads files otherwise"):
        build(folder, tmp_path / "out", Other())


def test_a_corpus_of_another_kind_is_refused(folder, tmp_path):
    build(folder, tmp_path / "out")
    with pytest.raises(CorpusError, match="is a corpus of lengths, not of sounds"):
        read_index(place_at(tmp_path / "out"), "sounds")


def test_the_version_of_code_changes_with_its_source_alone(tmp_path, monkeypatch):
    (tmp_path / "readers_of_tests").mkdir()
    module = tmp_path / "readers_of_tests" / "parser.py"
    (tmp_path / "readers_of_tests" / "__init__.py").write_text("VERSION = 1\n")
    module.write_text("RULE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    def version(*modules):
        code_version.code_version.cache_clear()
        return code_version.code_version(modules)

    one, all_of_it = version("readers_of_tests.parser"), version("readers_of_tests")
    (tmp_path / "readers_of_tests" / "__init__.py").write_text("VERSION = 2\n")
    assert version("readers_of_tests.parser") == one
    assert version("readers_of_tests") != all_of_it
    module.write_text("RULE = 2\n")
    assert version("readers_of_tests.parser") != one


def test_a_folder_and_a_bucket_are_listed_by_the_same_rules(tmp_path, bucket):
    names = (
        "b/2.txt",
        "b/10.TXT",
        "a.txt",
        "a/c.txt",
        ".hidden.txt",
        "__MACOSX/a.txt",
        "b/Thumbs.db",
        "notes",
        "x.zip",
    )
    for name in names:
        for place in (LocalPlace(str(tmp_path / "in")), place_at("breaking://in")):
            place.write(name, b"1")
    here, there = (place_at(each).find((".txt",), (".zip",)) for each in (tmp_path / "in", "breaking://in"))
    assert [file.name for file in here.files] == ["a/c.txt", "a.txt", "b/10.TXT", "b/2.txt"]
    assert [file.name for file in there.files] == [file.name for file in here.files]
    assert here.refused == there.refused == {"x.zip": ".zip is not read; .txt are"}
    assert here.left_out == there.left_out


def test_batches_are_at_most_four_times_as_large_as_usual():
    files = [SourceFile(f"{n:05}.txt", 1, "") for n in range(5000)]
    sizes = [span.stop - span.start for span in batching.batches(files, 64)]
    assert sum(sizes) == 5000
    assert max(sizes) <= 256
    assert min(sizes[:-1]) >= 32


def test_what_is_read_ahead_comes_in_order_and_an_error_in_its_place():
    assert list(read_ahead(str, range(5))) == ["0", "1", "2", "3", "4"]
    assert list(read_ahead(str, [])) == []
    found = read_ahead(lambda number: 1 / number, [2, 1, 0, 4])
    assert [next(found), next(found)] == [0.5, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)
