import errno
import os
from pathlib import Path

import pytest

from clave.files import whole_folder


def written(folder: Path, text: str) -> None:
    with whole_folder.new(folder) as part:
        (part / "below").mkdir()
        (part / "below" / "file").write_text(text)


def test_a_folder_is_written_and_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    written(folder, "one")
    (folder / "stray").write_text("of the old one")
    written(folder, "two")
    assert [path.name for path in folder.iterdir()] == ["below"]
    assert (folder / "below" / "file").read_text() == "two"
    assert list(tmp_path.iterdir()) == [folder]


def full_disk(folder: Path) -> None:
    with whole_folder.new(folder) as part:
        (part / "file").write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part / "file"))


def test_an_error_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    written(folder, "one")
    with pytest.raises(OSError, match="No space left") as refused:
        full_disk(folder)
    assert refused.value.filename == str(folder), "not the name of a file that nobody asked for"
    assert (folder / "below" / "file").read_text() == "one"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_run_that_is_killed_between_the_renames_loses_nothing(tmp_path: Path) -> None:
    folder, old = tmp_path / "page", tmp_path / ".page.old"
    written(folder, "one")
    folder.rename(old)  # as it is found after the kill
    with pytest.raises(OSError, match="No space left"):
        full_disk(folder)
    assert (folder / "below" / "file").read_text() == "one"


def test_a_folder_that_cannot_be_moved_in_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, replace = tmp_path / "page", os.replace
    written(folder, "one")

    def refused(source: Path, target: Path) -> None:
        if source.name == ".page.part":
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(OSError, match="Permission"):
        written(folder, "two")
    assert (folder / "below" / "file").read_text() == "one"
    assert list(tmp_path.iterdir()) == [folder]
