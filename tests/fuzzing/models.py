"""Model folders: one file in the folder of a space is changed, and the space is played."""

import io
import json
import shutil
import struct
import tempfile
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from clave.errors import ClaveError
from clave.latent.index_folder import open_index
from clave.rhythm.space import load_rhythm
from clave.sound.space import SHIPPED_SOUND, load_sound
from fuzzing.door import Broken, Door
from fuzzing.mutations import json_bytes, mutated_bytes, mutated_json

RHYTHM = Path(__file__).parents[1] / "fixtures" / "rhythm_space_1"


class FolderDoor(Door):
    """A folder of which one file is changed."""

    source: Path
    unread = (".md", ".csv", ".safetensors", "expected.npz")

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp()) / "space"
        shutil.copytree(self.source, self.folder)
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        self._contents = {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}
        self._names = [name for name in self._contents if not name.endswith(self.unread)]

    def case(self, random: Random) -> bytes:
        """The file's name on a line, then its content."""
        name = random.choice(self._names)
        content = self._contents[name]
        return name.encode() + b"\n" + _changed(name, content, random, list(self._contents.values()))

    def open(self, case: bytes) -> None:
        """Open the folder with this file in it, and play it."""
        name, _, content = case.partition(b"\n")
        known = name.decode("ascii", "replace")
        if known not in self._contents:
            raise ClaveError("there is no file of this name in the folder")
        path = self.folder / known
        _replace(path, content)
        try:
            self.play()
        finally:
            _replace(path, self._contents[known])

    def play(self) -> None:
        """Whatever can be played, or a ClaveError."""

    def warm(self) -> None:
        """Play it as it is."""
        self.play()


def _replace(path: Path, content: bytes) -> None:
    """Write another file of this name: the one that was there may still be mapped into memory."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def _changed(name: str, content: bytes, random: Random, others: list[bytes]) -> bytes:
    if name.endswith(".json"):
        return json_bytes(mutated_json(json.loads(content), random), random)
    if name.endswith(".npz") and random.random() < 0.7:
        return _npz(content, random)
    if name.endswith((".onnx", ".bin")) and random.random() < 0.4:
        return _with_numbers(content, random)
    return mutated_bytes(content, random, others) if len(content) < 300_000 else _with_numbers(content, random)


def _with_numbers(content: bytes, random: Random) -> bytes:
    """Some weights that are not finite, or huge; in a large file mutations would seldom meet anything else."""
    found = bytearray(content)
    for _ in range(random.choice((1, 5, 50))):
        at = random.randrange(max(1, len(found) - 4) // 4) * 4 + random.randrange(4)
        found[at : at + 4] = struct.pack("<f", random.choice((float("nan"), float("inf"), 1e38, -1e38)))
    return bytes(found)


def _npz(content: bytes, random: Random) -> bytes:
    """The arrays with one exchanged, left out, damaged, or made to promise more than there is."""
    with np.load(io.BytesIO(content)) as file:
        arrays: dict[str, Any] = {name: file[name] for name in file.files}
    name = random.choice(list(arrays))
    one = arrays[name]
    head = None
    match random.randrange(7):
        case 0:
            del arrays[name]
        case 1:
            arrays[name] = one.reshape(-1)[: random.randrange(one.size + 1)]
        case 2:
            with np.errstate(invalid="ignore"):
                arrays[name] = (
                    one.astype(random.choice((np.float64, np.int8, np.complex64))) if one.dtype.kind in "iuf" else one
                )
        case 3:
            flat = one.reshape(-1).copy()
            if flat.size and flat.dtype.kind in "iuf":
                worst = float("nan") if flat.dtype.kind == "f" else random.choice((-1, np.iinfo(flat.dtype).max))
                flat[random.randrange(flat.size)] = worst
            arrays[name] = flat.reshape(one.shape)
        case 4:
            arrays[name] = np.zeros(random.choice((0, 1, 3_000_000)), random.choice((np.float32, np.int64, "U1")))
        case 5:
            head = random.choice(((1 << 40,), (1 << 62, 8), (-1,), (1000, 1000, 1000), (*one.shape, 0)))
        case _:
            arrays[name] = np.broadcast_to(one, (random.choice((1, 2, 500)), *one.shape))
    return _packed(arrays, name, head, random)


def _packed(arrays: dict[str, Any], name: str, shape: tuple[int, ...] | None, random: Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, value in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(value))
            content = member.getvalue()
            if each == name and shape is not None:
                member = io.BytesIO()
                head = {"descr": value.dtype.str, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(member, head)
                content = member.getvalue() + content[-value.nbytes :]
            elif each == name and random.random() < 0.1:
                content = mutated_bytes(content, random)
            archive.writestr(f"{each}.npy", content)
    return buffer.getvalue()


class RhythmFolderDoor(FolderDoor):
    """A rhythm space, in its first version."""

    name, weight, noisy = "rhythm-space", 0.5, True
    source = RHYTHM

    def play(self) -> None:
        """Bars, a sample, an encoding, the corpus."""
        space = load_rhythm(self.folder)
        bars = space.at([[0.3, -0.2]], variation=0.5, seed=1)
        check_finite(bars[0].velocity, bars[0].offset, space.encode(bars).map, space.corpus.map)


class SoundFolderDoor(FolderDoor):
    """A sound space: the shipped one, elsewhere."""

    name, weight, noisy, heavy = "sound-space", 0.1, True, True
    source = SHIPPED_SOUND

    def play(self) -> None:
        """A sound, its place, the corpus."""
        space = load_sound(self.folder)
        sounds = space.at([[0.3, -0.2]], "kick", variation=0.5, seed=1)
        check_finite(sounds[0].samples, space.encode(sounds, "kick").map, space.corpus("kick").map)


class IndexDoor(FolderDoor):
    """An index of similar bars."""

    name, weight = "index", 1.0

    def __init__(self) -> None:
        from clave.latent.index_folder import Batch, write_index

        self.source = Path(tempfile.mkdtemp()) / "index"
        rng = np.random.default_rng(0)
        rows = Batch(rng.standard_normal((30, 6)).astype(np.float32), {"bar": np.arange(30)}, {"tags": np.arange(4)})
        write_index(self.source, "bars", "a rule", [rows], {"styles": ["funk", "rock"]})
        super().__init__()

    def play(self) -> None:
        """The nearest of a row."""
        index = open_index(self.folder, "bars")
        rows, distances = index.search.nearest(index.projection(np.zeros((1, 6), np.float32)), 3)
        check_finite(rows, distances)


def check_finite(*arrays: Any) -> None:
    """Broken unless all numbers are finite."""
    if not all(np.isfinite(each).all() for each in arrays):
        raise Broken("what is played holds numbers that are not finite")
