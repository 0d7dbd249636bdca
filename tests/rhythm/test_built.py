import json
import os
import shutil
from dataclasses import fields
from multiprocessing import get_context

import numpy as np
import pytest
from midi_files import midi_file, note, notes

from clave import corpus as corpora
from clave.errors import CorpusError, StorageError
from clave.files.sharded import batches as batching
from clave.files.sharded import building
from clave.files.sharded.lock import locked
from clave.files.sharded.place import LocalPlace, RemotePlace, SourceFile, is_address, place_at
from clave.files.sharded.workers import cluster, mapped, processes

COLUMNS = ("velocity", "offset", "meter", "style", "section", "source", "number", "group")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(building, "batches", lambda files, _: batching.batches(files, 2))


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "midi"
    for number in range(12):
        path = root / ("funk", "jazz")[number % 2] / f"{number}.mid"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(groove(number))
    (root / "funk" / "broken.mid").write_bytes(b"MThd")
    (root / "jazz" / "zcopy.mid").write_bytes(groove(1))
    return root


def groove(number):
    return midi_file(notes(0, 480, 960, 1440, 1920, 2400, 2880, 3360) + note(120 + 30 * number, 38, 50 + number))


def content(folder):
    """Every file of a corpus but the times that its source had."""
    return {path.name: path.read_bytes() for path in folder.rglob("*.parquet")}


def same(one, other):
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    for each in fields(one):
        if each.name not in COLUMNS:
            assert getattr(one, each.name) == getattr(other, each.name), each.name


def test_a_built_corpus_opens_as_the_one_that_a_scan_gives(folder, tmp_path):
    report = corpora.build(folder, tmp_path / "out", licence="CC0")
    assert (report.files, report.files_read, len(report.refused)) == (14, 12, 2)
    same(corpora.open_corpus(tmp_path / "out"), corpora.scan(folder, licence="CC0"))


def test_a_large_corpus_is_mapped_and_the_same(folder, tmp_path, monkeypatch):
    corpora.build(folder, tmp_path / "out")
    monkeypatch.setattr("clave.files.sharded.arrays.IN_MEMORY_BYTES", 0)
    mapped_one = corpora.open_corpus(tmp_path / "out")
    assert isinstance(mapped_one.velocity, np.memmap)
    same(mapped_one, corpora.scan(folder))


def test_a_second_build_reads_only_what_changed(folder, tmp_path, monkeypatch):
    out, read = tmp_path / "out", []
    corpora.build(folder, out)
    index = (out / "corpus.json").read_bytes()
    contents = LocalPlace.contents
    monkeypatch.setattr(LocalPlace, "contents", lambda self, files: read.extend(files) or contents(self, files))
    corpora.build(folder, out)
    assert read == []
    assert (out / "corpus.json").read_bytes() == index
    (folder / "jazz" / "3.mid").write_bytes(groove(40))
    corpora.build(folder, out)
    assert "jazz/3.mid" in {file.name for file in read}
    assert len({file.name for file in read}) <= 4
    same(corpora.open_corpus(out), corpora.scan(folder))


def test_new_times_of_change_alone_write_no_new_rows(folder, tmp_path):
    corpora.build(folder, tmp_path / "out")
    before = content(tmp_path / "out")
    for path in folder.rglob("*.mid"):
        os.utime(path, (1, 1))
    corpora.build(folder, tmp_path / "out")
    assert content(tmp_path / "out") == before


def test_a_build_that_stops_anywhere_goes_on_to_the_same_files(folder, tmp_path, monkeypatch):
    corpora.build(folder, tmp_path / "whole")
    write, left = LocalPlace.write, [0]

    def failing(self, name, data):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", name)
        write(self, name, data)

    monkeypatch.setattr(LocalPlace, "write", failing)
    for writes in range(4, 13, 4):  # no more than the first batches, or a few more each time
        left[0] = writes
        with pytest.raises(OSError, match="No space left") as refusal:
            corpora.build(folder, tmp_path / "out")
        assert refusal.value.filename
        assert not (tmp_path / "out" / "corpus.json").exists()
        shutil.rmtree(tmp_path / "out" / "seen")  # as if killed before it was noted
    left[0] = 1000
    corpora.build(folder, tmp_path / "out")
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_two_builds_of_one_place_are_refused(folder, tmp_path):
    with locked(LocalPlace(str(tmp_path / "out"))), pytest.raises(StorageError, match="another run is writing here"):
        corpora.build(folder, tmp_path / "out")
    place = RemotePlace("memory://locked")
    with locked(place), pytest.raises(StorageError, match="is writing here"):
        corpora.build(folder, "memory://locked")
    assert place.read(".building.lock") is None


def test_another_version_is_refused_by_name(folder, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "corpus.json").write_text(json.dumps({"format": "clave corpus", "version": 9}))
    for asked in (lambda: corpora.open_corpus(tmp_path / "out"), lambda: corpora.build(folder, tmp_path / "out")):
        with pytest.raises(CorpusError, match="a corpus of version 9, and this Clave reads version 1"):
            asked()


def test_in_and_out_through_an_address(folder, tmp_path):
    for path in folder.rglob("*.mid"):
        place_at("memory://in").write(path.relative_to(folder).as_posix(), path.read_bytes())
    corpora.build("memory://in", "memory://out")
    corpora.build(folder, tmp_path / "out")
    here, there = corpora.open_corpus(tmp_path / "out"), corpora.open_corpus("memory://out")
    np.testing.assert_array_equal(here.velocity, there.velocity)
    for name, data in content(tmp_path / "out" / "rows").items():
        assert place_at("memory://out").read(f"rows/{name}") == data


def test_a_missing_shard_is_named(folder, tmp_path):
    corpora.build(folder, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "rows")
    with pytest.raises(CorpusError, match=r"rows/\w+\.parquet is missing: build the corpus again"):
        corpora.open_corpus(tmp_path / "out")


def test_batches_change_only_near_a_new_file():
    files = [SourceFile(f"{n:05}.mid", 1, "") for n in range(3000)]

    def named(listed):
        return {tuple(file.name for file in listed[span]) for span in batching.batches(listed)}

    before, after = named(files), named([*files[:700], SourceFile("00699b.mid", 1, ""), *files[700:]])
    assert sum(map(len, before)) == 3000
    assert len(after - before) <= 2


def test_an_address_is_told_from_a_path():
    assert is_address("s3://a/b")
    assert is_address("s3:/a/b")
    assert not is_address("C:/midi")
    assert not is_address("/midi/a")


def dies_once(path):
    if not os.path.exists(path):
        with open(path, "w"):
            pass
        os._exit(9)
    return os.path.basename(path)


def test_a_killed_worker_costs_no_result(tmp_path):
    assert get_context("spawn")
    paths = [str(tmp_path / "a")]
    assert dict(mapped(dies_once, paths, processes(1))) == {0: "a"}


def test_a_scheduler_that_is_not_there_is_named():
    with pytest.raises(StorageError, match="no Dask scheduler answers at tcp://127"):
        list(mapped(len, ["a"], cluster("tcp://127.0.0.1:9", connect_seconds=0.2)))


@pytest.fixture(scope="module")
def bucket():
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        import fsspec

        fsspec.filesystem("s3").mkdir("bars-of-tests")
        yield "s3://bars-of-tests"
    server.stop()


@pytest.mark.filterwarnings("default")  # botocore's and moto's own
def test_a_bucket_holds_the_same_files(folder, tmp_path, bucket):
    corpora.build(folder, f"{bucket}/out")
    corpora.build(folder, tmp_path / "out")
    same(corpora.open_corpus(f"{bucket}/out"), corpora.open_corpus(tmp_path / "out"))
    with pytest.raises(StorageError, match="s3://no-such-bucket/"):
        corpora.build(folder, "s3://no-such-bucket/out")


@pytest.mark.filterwarnings("default")  # Dask's own
def test_a_cluster_gives_the_same_files(folder, tmp_path):
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp://", host="127.0.0.1"
    ) as dask:
        corpora.build(folder, tmp_path / "there", pool=cluster(dask.scheduler_address))
    corpora.build(folder, tmp_path / "here")
    assert content(tmp_path / "there") == content(tmp_path / "here")
