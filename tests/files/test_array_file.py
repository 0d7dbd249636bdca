"""arrays_of of strangers: nothing is unpacked before its size is known."""

import io
import json
import resource
import sys
import zipfile

import numpy as np
import pytest

from clave.files import array_file
from clave.files.array_file import arrays_of, map_array
from clave.files.json_file import read_json


def written(path, *, head=None, **arrays):
    """An npz file; with a head, its arrays say that they have this shape."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in arrays.items():
            member = io.BytesIO()
            if head is None:
                np.lib.format.write_array(member, value)
            else:
                table = {"descr": value.dtype.str, "fortran_order": False, "shape": head}
                np.lib.format.write_array_header_1_0(member, table)
                member.write(value.tobytes())
            archive.writestr(f"{name}.npy", member.getvalue())
    return path


def test_arrays_come_back_as_numpy_reads_them(tmp_path):
    arrays = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": np.array(["ä", "bc"]),
        "c": np.asfortranarray(np.eye(3)),
        "d": np.zeros((0, 2)),
        "e": np.array(5),
    }
    for path in (tmp_path / "one.npz", tmp_path / "other.npz"):
        (np.savez if path.stem == "one" else np.savez_compressed)(path, **arrays)
        with arrays_of(path) as read:
            assert list(read) == list(arrays)
            for name, value in arrays.items():
                assert read[name].dtype == value.dtype
                np.testing.assert_array_equal(read[name], value)


def test_what_unfolds_to_gigabytes_is_refused_before_it_does(tmp_path, monkeypatch):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as member:
        for _ in range(21):
            member.write(bytes(1_000_000))
    monkeypatch.setattr(array_file, "MAX_BYTES", 20_000_000)
    assert path.stat().st_size < 30_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with (
        pytest.raises(ValueError, match="its arrays unfold to 21000000 bytes; at most 20000000 are read"),
        arrays_of(path, array_file.MAX_BYTES),
    ):
        pass
    if sys.platform == "linux":
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000
    monkeypatch.setattr(array_file, "MAX_TEXTS", 3)
    written(path, a=np.array(["x"] * 4))
    with pytest.raises(ValueError, match="at most 3 are read"), arrays_of(path) as read:
        read["a"]
    with arrays_of(path, most_bytes=None) as read:  # our own data sets
        assert len(read["a"]) == 4


@pytest.mark.parametrize("head", [(1 << 40,), (1 << 62, 8), (-4,), (3,), (5,)])
def test_a_head_that_promises_another_size_is_refused(tmp_path, head):
    path = written(tmp_path / "a.npz", head=head, a=np.zeros(4, np.float32))
    with pytest.raises(ValueError, match="says that it holds"), arrays_of(path, most_bytes=None) as read:
        read["a"]


def test_whatever_else_is_wrong_is_a_value_error(tmp_path):
    path = tmp_path / "a.npz"
    for content in (b"", b"PK\3\4", b"\x93NUMPY", written(path, a=np.zeros(9)).read_bytes()[:-30]):
        path.write_bytes(content)
        with pytest.raises(ValueError), arrays_of(path) as read:  # noqa: PT011 -- each says something else
            read["a"]
    written(path, a=np.array([{}]), b=np.zeros(2, [("x", "f4")]), c=np.zeros(2, complex))
    for name in ("a", "b", "c", "none"):
        with pytest.raises(ValueError), arrays_of(path) as read:  # noqa: PT011
            read[name]
    with pytest.raises(OSError, match="none"), arrays_of(tmp_path / "none.npz"):
        pass
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\1\0\x0a\0{'descr':(\n")
    with pytest.raises(ValueError):  # noqa: PT011
        map_array(tmp_path / "a.npy")


def test_a_head_of_python_2_is_refused_without_a_warning_of_numpys(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((3, 2)))
    assert map_array(path).shape == (3, 2)
    path.write_bytes(path.read_bytes().replace(b"(3, 2), ", b"(3L, 2),"))
    with pytest.raises(ValueError, match="SyntaxError"):
        map_array(path)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.write(path, "a.npy")
    with pytest.raises(ValueError, match="SyntaxError"), arrays_of(tmp_path / "a.npz") as read:
        read["a"]


def test_json_that_is_too_large_or_too_deep_is_a_value_error(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("[" * 100_000)
    with pytest.raises(ValueError, match="too deep"):
        read_json(path)
    path.write_text(json.dumps([1, 2, 3]))
    assert read_json(path) == [1, 2, 3]
    with pytest.raises(ValueError, match="9 bytes; at most 8 are read"):
        read_json(path, most_bytes=8)
