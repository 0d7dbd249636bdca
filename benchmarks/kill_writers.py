"""Every writer of Clave, killed with SIGKILL at random moments, and on a disk that is full.

    python benchmarks/kill_writers.py [--kills 100] [--seed 0] [--quick] [--json FILE]

A process writes files of every kind, again and again, and says after each that it is written. It is killed at a random
moment; then every file must be there as it was said, or, where it was being written, as it was before or whole and new.
Then the same writers write where no file may be longer than some bytes (RLIMIT_FSIZE, which ends a write as a full disk
does): each must refuse with the name of the file, and leave what was there.
"""

import hashlib
import io
import json
import os
import resource
import signal
import sys
import tarfile
import tempfile
import time
import warnings
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from measuring import options, print_table, write_json

from clave import Clip, Project, midi, perform
from clave.app.kit_library import KitLibrary
from clave.errors import ClaveError
from clave.evaluation import tables
from clave.files import whole_file, whole_folder
from clave.files.midi import drum_map_names, load_drum_map
from clave.files.midi.map_editing import toml_of
from clave.files.sharded.place import LocalPlace
from clave.latent.index_folder import Batch, open_index, write_index
from clave.music.kit import VOICES
from clave.music.sampled_kit import SampledKit, SampledVoice
from clave.play.formats import GROOVE_FORMATS, KIT_FORMATS, WriteOptions
from clave.play.live.midi_map import MidiMap, load_map, save_map
from clave.play.project import Scene, TempoChange, load, save
from clave.play.project.voices import KitVoice
from clave.rhythm import dataset
from clave.sound.dataset import Credit, write_credits
from clave.training.run_log import write_log
from clave.training.space_writer import new_space
from clave.training.tensor_file import load_tensors, save_tensors

VARIANTS = 3  # of what is written: two writes after each other always differ
LIMIT_BYTES = 24  # of a file on the full disk
FOLDERS = ("page", "index", "space")  # that are written as wholes

Write = Callable[[Path, int], object]
"""Writes version n into a folder."""


def writers() -> dict[str, Write]:
    """All of them, by name; what they need is made once."""
    scenes = [Scene(tempo=(TempoChange(bar=0, tempo_bpm=120 + n),)) for n in range(VARIANTS)]
    songs = [perform(Project(scene=scene), bars=1) for scene in scenes]
    noise = np.random.default_rng(0).normal(0, 0.1, (VARIANTS, 2000)).astype(np.float32)
    kits = [
        SampledKit("kit", tuple(SampledVoice(((Clip(noise[n], 44100),),)) for _ in VOICES)) for n in range(VARIANTS)
    ]
    bars = [dataset.from_factory(("house", "techno"), takes=1, seed=n) for n in range(VARIANTS)]
    made: dict[str, Write] = {
        **{
            name: lambda folder, n, each=each: each.write(songs[n % VARIANTS], folder, WriteOptions(stems=True))
            for name, each in GROOVE_FORMATS.items()
        },
        **{
            name: lambda folder, n, each=each: each.write(kits[n % VARIANTS], folder)
            for name, each in KIT_FORMATS.items()
        },
        "project": lambda folder, n: save(Project(scene=scenes[n % VARIANTS]), folder / "project.json"),
        "corpus": lambda folder, n: bars[n % VARIANTS].save(folder),
        "MIDI map": lambda folder, n: save_map(MidiMap(f"map {n}"), folder / "map.json"),
        "drum map": lambda folder, n: whole_file.write(
            folder / "own.toml", (toml_of(load_drum_map(drum_map_names()[n % VARIANTS]))).encode()
        ),
        "checkpoint": lambda folder, n: save_tensors(folder / "c.safetensors", {"x": torch.full((999,), float(n))}),
        "log": lambda folder, n: write_log(folder, [{"epoch": 1, "seconds": n, "train": {"a": 1}, "tuning": {"a": n}}]),
        "table": lambda folder, n: tables.write_table(folder, "t", f"| {n} |\n" * 9, {"n": n}, ["n"], [[str(n)]] * 9),
        "credits": lambda folder, n: write_credits(folder / "c.csv", [Credit("a", "kick", "k", "CC0", str(n), "")] * 9),
        "shard": lambda folder, n: LocalPlace(str(folder)).write("rows/a.json", json.dumps([n] * 99).encode()),
        "page": _write_page,
        "index": _write_index,
        "space": _write_space,
        "kept kits": _keep_kit,
    }
    return made


def _write_page(folder: Path, n: int) -> None:
    with whole_folder.new(folder / "page") as part:
        for name in range(6):
            (part / f"{name}.json").write_text(json.dumps([n] * 99))


def _write_index(folder: Path, n: int) -> None:
    vectors = np.random.default_rng(n).normal(size=(40, 8)).astype(np.float32)
    write_index(folder / "index", "bars", "random", [Batch(vectors, {"n": np.full(40, n)})], {"names": ["a"]})


def _write_space(folder: Path, n: int) -> None:
    with new_space(folder) as part:
        for name in ("a.json", "b.json", "config.json"):
            whole_file.write(part / name, json.dumps([n] * 99).encode())


def _keep_kit(folder: Path, n: int) -> None:
    with closing(KitLibrary(folder / "kits.db")) as library:
        library.keep(f"kit {n}", tuple(KitVoice(origin="factory", kit="analogue") for _ in VOICES))


def state(name: str, folder: Path) -> dict[str, str]:
    """The hash of each file; of kept kits, their names."""
    if name == "kept kits":
        with closing(KitLibrary(folder / "kits.db")) as library:
            return {each.name: "kept" for each in library.kits()}
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not any(part.startswith(".") or part == "space.part" for part in path.relative_to(folder).parts)
    }


def check_whole(path: Path) -> None:
    """Read a file to its end; whatever it raises, the file is broken."""
    content = path.read_bytes()
    if not content:
        raise ValueError("it is empty")
    match path.suffix:
        case ".wav" | ".flac":
            assert len(soundfile.read(io.BytesIO(content))[0])
        case ".mid":
            assert midi.read(path).patterns
        case ".json":
            json.loads(content)
        case ".svg" | ".h2song" | ".h2pattern" | ".dspreset":
            ElementTree.fromstring(content)
        case ".dawproject" | ".npz" | ".zip":
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
        case ".h2drumkit":
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                assert archive.getmembers()
        case ".npy":
            np.load(io.BytesIO(content), allow_pickle=False)
        case ".safetensors":
            load_tensors(path)
        case ".parquet":
            from pyarrow import parquet

            parquet.read_table(path)
        case _:
            content.decode()


def check_folder(name: str, folder: Path) -> None:
    """What is written as a whole is all of one version."""
    if name == "project":
        load(folder / "project.json")
    elif name == "corpus":
        dataset.Corpus.load(folder)
    elif name == "MIDI map":
        load_map(folder / "map.json")
    elif name == "index" and (folder / "index").exists():
        open_index(folder / "index", "bars")
    elif name in ("page", "space"):
        names = [
            path
            for path in sorted(folder.rglob("*.json"))
            if "part" not in str(path.parent.name) and path.name != "hashes.json"
        ]
        versions = {json.loads(path.read_text())[0] for path in names if ".page" not in str(path)}
        whole = name == "page" or (folder / "config.json").exists()  # a space without config.json is none, and says so
        assert len(versions) == 1 or not whole, f"files of versions {versions}"


def writing(folder: Path, made: Mapping[str, Write], first: int, order: list[str], out: int) -> None:
    """The process that is killed: begin, write, say what is there."""
    for n in range(first, first + 10**6):
        for name in order:
            os.write(out, f"{json.dumps([name, n, None])}\n".encode())
            made[name](folder / name, n)
            os.write(out, f"{json.dumps([name, n, state(name, folder / name)])}\n".encode())


def killed(folder: Path, made: Mapping[str, Write], first: int, order: list[str], seconds: float) -> list[list[Any]]:
    """What a process said before it was killed, so many seconds after its first word."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            writing(folder, made, first, order, writer)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        lines = [said.readline()]
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        lines += said.read().splitlines()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writers stopped by themselves"
    return [json.loads(line) for line in lines if line.strip().endswith(b"]")]


def broken_and_lost(
    folder: Path, made: Mapping[str, Write], said: Mapping[str, dict[str, str]], begun: Any
) -> tuple[list[str], list[str], int]:
    """Files that are broken, and files that are not as they were said to be; folders that lie beside their place."""
    broken, lost, beside = list[str](), list[str](), 0
    for name in made:
        own = folder / name
        if name in FOLDERS and not (own / name).exists() and (own / f".{name}.old").exists():
            (own / f".{name}.old").rename(own / name)  # as the next write begins
            beside += 1
        try:
            now = state(name, own)
            for path in now if name != "kept kits" else ():
                check_whole(own / path)
            check_folder(name, own)
        except Exception as error:
            broken.append(f"{name}: {error!r}")
            continue
        kept = {path for path, digest in said.get(name, {}).items() if now.get(path) == digest}
        gone = said.get(name, {}).keys() - kept
        if name == begun[0]:  # what was being written may be new; and a space that moves in has no config.json yet
            gone = {path for path in gone if path not in now and not (name == "space" and "config.json" not in now)}
        lost += [f"{name}: {path}" for path in sorted(gone)]
    return broken, lost, beside


def full_disk(folder: Path, made: Mapping[str, Write]) -> dict[str, str]:
    """What is wrong with each writer on a full disk: "" where it refused with a name and left the old."""
    found = dict[str, str]()
    for name, write in made.items():
        own = folder / name
        write(own, 0)
        before = state(name, own)
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:
            os.write(writer, _refusal(write, own).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as said:
            text = said.read().decode()
        os.waitpid(child, 0)
        if state(name, own) != before:
            text = f"the old one is not as it was ({text})"
        elif text and str(own) in text:
            text = ""
        else:
            text = text and f"names no file: {text}"
        found[name] = text
    return found


def _refusal(write: Write, folder: Path) -> str:
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))
    try:
        write(folder, 1)
    except (ClaveError, OSError) as error:
        return str(error)
    except Exception as error:
        return f"foreign error {error!r}"
    return "it did not refuse"


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--kills", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    given = parser.parse_args()
    kills = 5 if given.quick else given.kills
    warnings.simplefilter("ignore", DeprecationWarning)  # of forks of a process with threads, of which these need none
    torch.set_num_threads(1)
    rng, made = np.random.default_rng(given.seed), writers()
    broken, lost, beside, written = list[str](), list[str](), 0, 0
    with tempfile.TemporaryDirectory(prefix="clave-") as name:
        folder, said, first = Path(name), dict[str, dict[str, str]](), 1
        for each in made:
            (folder / each).mkdir()
        started = time.monotonic()
        for each in made:
            made[each](folder / each, 0)
        round_seconds = time.monotonic() - started
        for _ in range(kills):
            order = rng.permutation(list(made)).tolist()
            lines = killed(folder, made, first, order, float(rng.uniform(0, round_seconds)))
            begun = lines[-1] if lines[-1][2] is None else [None]
            for each, n, now in lines:
                first = max(first, n + 1)
                if now is not None:
                    said[each], written = now, written + 1
            bad, gone, aside = broken_and_lost(folder, made, said, begun)
            broken, lost, beside = broken + bad, lost + gone, beside + aside
            said |= {
                each: state(each, folder / each) for each in made if each not in {line.split(":")[0] for line in bad}
            }
        strays = [path for path in folder.rglob("*.part") if path.is_file()]
    with tempfile.TemporaryDirectory(prefix="clave-") as name:
        for each in made:
            (Path(name) / each).mkdir()
        full = {each: wrong for each, wrong in full_disk(Path(name), made).items() if wrong}
    print_table(
        ["writers", "kills", "acknowledged writes", "broken", "acknowledged lost", "full disk: wrong"],
        [[len(made), kills, written, len(broken), len(lost), len(full)]],
    )
    for line in [*broken, *lost, *(f"full disk: {each}: {wrong}" for each, wrong in full.items())]:
        print(line)
    print(f"{len(strays)} unfinished files lay beside their places at the end, {beside} folders after a kill")
    numbers = {
        "writers": len(made),
        "kills": kills,
        "written": written,
        "broken": broken,
        "lost": lost,
        "full disk": full,
    }
    write_json(numbers, given.json)
    sys.exit(bool(broken or lost or full))


if __name__ == "__main__":
    main()
