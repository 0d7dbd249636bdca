import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clave.files import whole_file


def test_a_file_is_written_and_written_again(tmp_path: Path) -> None:
    path = tmp_path / "kit.sfz"
    whole_file.write(path, b"one")
    whole_file.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "groove.wav"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as refused:
        whole_file.write(path, b"new")
    assert refused.value.filename == str(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_writers_of_one_file_take_turns(tmp_path: Path) -> None:
    path, contents = tmp_path / "kit.sfz", [bytes([letter]) * 100_000 for letter in b"abcd"]

    def write(content: bytes) -> list[bytes]:
        read = list[bytes]()
        for _ in range(30):
            whole_file.write(path, content)
            read.append(path.read_bytes())
        return read

    with ThreadPoolExecutor(len(contents)) as threads:  # each has files of its own, as processes do
        read = set().union(*threads.map(write, contents))
    assert read <= set(contents)
    assert list(tmp_path.iterdir()) == [path]


def half_written(path: Path, error: BaseException) -> None:
    with whole_file.writing(path) as file:
        file.write(b"half of the n")
        raise error


def test_a_writer_that_fails_takes_nothing_from_one_that_waits(tmp_path: Path) -> None:
    path = tmp_path / "kit.sfz"

    def fail() -> None:
        for _ in range(200):
            with pytest.raises(ValueError, match="no table"):
                half_written(path, ValueError("no table"))

    def write() -> None:
        for _ in range(50):
            whole_file.write(path, b"whole")

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(each) for each in (fail, write, fail, write)]:
            done.result()
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), ValueError("no table"), KeyboardInterrupt()])
def test_an_error_in_the_midst_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "bars.npz"
    path.write_bytes(b"old")
    with pytest.raises(type(error)) as raised:
        half_written(path, error)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    if isinstance(raised.value, OSError):
        assert raised.value.filename == str(path)


@pytest.mark.parametrize(
    ("name", "safe"),
    [("my song", "my song"), ("a/b\\c:d", "a-b-c-d"), ("..", "groove"), ("", "groove"), ("Übung", "Übung")],
)
def test_names_become_names_of_files(name: str, safe: str) -> None:
    assert whole_file.safe_name(name, "groove") == safe
