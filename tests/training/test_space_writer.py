import os

import pytest

from clave.latent.file_hashes import HASHES_FILE, hash_of, read_hashes
from clave.training.space_writer import PART_FOLDER, new_space


def files(folder):
    """The files but their hashes, which `clave.latent.file_hashes` is tested for."""
    return {path.name: path.read_text() for path in folder.iterdir() if path.name != HASHES_FILE}


def written(folder, text):
    with new_space(folder) as part:
        for name in ("config.json", "a.onnx", "z.npz"):
            (part / name).write_text(text)


def test_files_move_when_all_are_written_and_others_stay(tmp_path):
    (tmp_path / "log.json").write_text("a run")
    with new_space(tmp_path) as part:
        (part / "config.json").write_text("new")
        assert set(files_and_folders(tmp_path)) == {"log.json", PART_FOLDER}
    assert files(tmp_path) == {"log.json": "a run", "config.json": "new"}
    written(tmp_path, "newer")
    assert files(tmp_path) == {"log.json": "a run", "config.json": "newer", "a.onnx": "newer", "z.npz": "newer"}


def test_the_hash_of_each_file_goes_with_the_space(tmp_path):
    written(tmp_path, "new")
    assert read_hashes(tmp_path) == {name: hash_of(tmp_path / name) for name in ("a.onnx", "config.json", "z.npz")}


def files_and_folders(folder):
    return [path.name for path in folder.iterdir()]


def test_an_error_leaves_the_old_space_as_it_was(tmp_path):
    def broken():
        with new_space(tmp_path) as part:
            (part / "config.json").write_text("new")
            raise ZeroDivisionError

    written(tmp_path, "old")
    with pytest.raises(ZeroDivisionError):
        broken()
    assert files(tmp_path) == {"config.json": "old", "a.onnx": "old", "z.npz": "old"}


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_config_goes_first_and_comes_last(tmp_path, monkeypatch, moves):
    """So a process that dies while files move leaves no space that is half old and half new."""
    written(tmp_path, "old")
    moved = []

    def replace(source, target):
        if target.parent.name == PART_FOLDER:
            return os.rename(source, target)
        if len(moved) == moves:
            raise KeyboardInterrupt
        moved.append(target.name)
        return os.rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path, "new")
    assert moved == ["a.onnx", "hashes.json"][:moves]
    assert "config.json" not in files(tmp_path)


def test_what_a_killed_run_left_is_not_taken_over(tmp_path):
    (tmp_path / PART_FOLDER).mkdir()
    (tmp_path / PART_FOLDER / "old.npz").write_text("old")
    written(tmp_path, "new")
    assert set(files(tmp_path)) == {"config.json", "a.onnx", "z.npz"}
