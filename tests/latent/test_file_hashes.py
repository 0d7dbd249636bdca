import hashlib
import json
from pathlib import Path

import pytest

from clave.errors import SpaceError
from clave.latent.file_hashes import HASHES_FILE, hash_of, joint_hash, read_hashes, write_hashes
from clave.rhythm.space import SHIPPED_RHYTHM

SHIPPED = sorted(path.parent for path in SHIPPED_RHYTHM.parent.glob("*/config.json"))


def test_hashes_are_read_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(b"network")
    (tmp_path / "card.md").write_text("for people")
    (tmp_path / "below").mkdir()
    write_hashes(tmp_path)
    assert read_hashes(tmp_path) == {"a.onnx": hashlib.sha256(b"network").hexdigest()}
    assert read_hashes(tmp_path / "below") is None


def test_a_text_has_the_same_hash_whatever_its_line_ends(tmp_path: Path) -> None:
    unix, windows = tmp_path / "unix.json", tmp_path / "windows.json"
    unix.write_bytes(b"{\n}\n")
    windows.write_bytes(b"{\r\n}\r\n")
    assert hash_of(unix) == hash_of(windows)
    network = tmp_path / "network.onnx"
    network.write_bytes(b"{\r\n}\r\n")
    assert hash_of(network) != hash_of(unix), "bytes are bytes"


def test_many_hashes_are_one_whatever_their_order() -> None:
    assert joint_hash(["b", "a"]) == joint_hash(["a", "b"]) == hashlib.sha256(b"a\nb\n").hexdigest()
    assert joint_hash(["a", "a"]) != joint_hash(["a"]) != joint_hash([])


@pytest.mark.parametrize(
    "content",
    ["[1]", "no JSON", '{"format": "other", "version": 1, "sha256": {}}',
     '{"format": "clave file hashes", "version": 2, "sha256": {}}',
     '{"format": "clave file hashes", "version": 1, "sha256": {"../../a": "%s"}}' % ("0" * 64),
     '{"format": "clave file hashes", "version": 1, "sha256": {"a": "short"}}'],
)  # fmt: skip
def test_what_is_no_list_of_hashes_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    (tmp_path / HASHES_FILE).write_text(content)
    with pytest.raises(SpaceError, match=r"hashes\.json is no list of hashes"):
        read_hashes(tmp_path)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_what_ships_is_what_its_hashes_say(folder: Path) -> None:
    listed = read_hashes(folder)
    assert listed is not None, "clave.latent.file_hashes.write_hashes(folder) writes them"
    assert listed == {
        path.name: hash_of(path) for path in folder.iterdir() if path.name not in ("card.md", HASHES_FILE)
    }
    assert json.loads((folder / "config.json").read_text())["format"].startswith("clave ")
