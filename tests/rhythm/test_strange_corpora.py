"""A built corpus of a stranger's: what does not fit together is refused with its name."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fuzzing.indices import BarsDoor, CorpusDoor, SoundsDoor
from pyarrow import parquet

from clave.errors import CorpusError
from clave.sound.dataset import sound_shards


@pytest.fixture(scope="module")
def bars() -> BarsDoor:
    return BarsDoor()


@pytest.fixture(scope="module")
def sounds() -> SoundsDoor:
    return SoundsDoor()


def refusal(door: CorpusDoor, folder: str, change: Callable[[pa.Table], pa.Table]) -> str:
    """What is said of the corpus with the table in this folder changed."""
    shutil.rmtree(door.folder)
    shutil.copytree(door.source, door.folder)
    [path] = (door.folder / folder).iterdir()
    parquet.write_table(change(parquet.read_table(path)), path)
    with pytest.raises(CorpusError) as error:
        door.play()
    assert str(door.folder) in str(error.value)
    return str(error.value)


def with_column(name: str, change: Callable[[Any], Any]) -> Callable[[pa.Table], pa.Table]:
    """Each value of a column changed."""

    def changed(table: pa.Table) -> pa.Table:
        at = table.column_names.index(name)
        kind = table.schema.field(at).type
        return table.set_column(at, name, pa.array(list(map(change, table.column(name).to_pylist())), kind))

    return changed


@pytest.mark.parametrize(
    ("folder", "change", "says"),
    [
        ("rows", lambda table: table.drop_columns(["place"]), "place"),
        ("rows", with_column("voice", lambda old: [8 for _ in old]), "a voice lies from 0 to 7, got 8 to 8"),
        ("rows", with_column("step", lambda old: [200 for _ in old]), "a step lies from 0 to"),
        ("rows", with_column("velocity", lambda old: [0 for _ in old]), "a velocity lies from 1 to 127"),
        ("rows", with_column("tick", lambda old: [127 for _ in old]), "a tick lies from"),
        ("rows", with_column("tick", lambda old: old[1:]), "strokes have a tick of"),
        ("rows", with_column("place", lambda _: 9), "bars are of files 9 to 9, and there are 2"),
        ("rows", with_column("place", lambda _: None), "is broken"),
        ("batches", with_column("remarks", lambda _: None), "is broken"),
        ("files", lambda table: table.slice(0, 1), "is broken"),
        ("files", with_column("section", lambda _: "coda"), "is broken"),
        ("files", with_column("file", lambda _: None), "a file has no name"),
    ],
)
def test_bars_that_no_build_writes_are_refused(
    bars: BarsDoor, folder: str, change: Callable[[pa.Table], pa.Table], says: str
) -> None:
    assert says in refusal(bars, folder, change)


@pytest.mark.parametrize(
    ("folder", "change"),
    [
        ("rows", with_column("flac", lambda _: b"RIFF")),
        ("rows", lambda table: pa.concat_tables([table, table])),
        ("rows", lambda table: table.drop_columns(["level"])),
        ("rows", with_column("log_spectrogram", lambda content: b"\0\x7e" + content[2:])),  # NaN
        ("batches", lambda table: table.slice(0, 1)),
        ("files", with_column("kit", lambda _: None)),
    ],
)
def test_so_are_sounds(sounds: SoundsDoor, folder: str, change: Callable[[pa.Table], pa.Table]) -> None:
    assert "broken" in refusal(sounds, folder, change)


def test_a_sound_that_unfolds_into_hours_is_refused(sounds: SoundsDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    hours = sound_shards.to_flac(np.zeros(3_000_000, np.float32))
    monkeypatch.setattr(sound_shards.soundfile, "read", lambda *_, **__: pytest.fail("it is unpacked"))
    assert "a sound is FLAC of 1 channels and 3000000 frames" in refusal(
        sounds, "rows", with_column("flac", lambda _: hours)
    )


def test_an_index_that_names_files_elsewhere_is_refused(bars: BarsDoor) -> None:
    shutil.rmtree(bars.folder)
    shutil.copytree(bars.source, bars.folder)
    path = bars.folder / "corpus.json"
    index = json.loads(path.read_text())
    first = index["batches"][0]
    for changed, says in (
        ({"files": "../../secret"}, "a part is named by 32 hex digits, got '../../secret'"),
        ({"batches": [[*first[:3], "/etc/passwd", *first[4:]]]}, "a part is named by 32 hex digits"),
        ({"batches": [[*first[:4], -1, first[5]]]}, "a batch has -1 files"),
        ({"batches": 3}, "is broken"),
        ({"settings": 3}, "is broken"),
        ({"settings": {}}, "KeyError: 'licence'"),
    ):
        path.write_text(json.dumps(index | changed))
        with pytest.raises(CorpusError, match="build the corpus again") as error:
            bars.play()
        assert says in str(error.value)
    path.write_text("[" * 100_000)
    with pytest.raises(CorpusError, match="its lists lie too deep"):
        bars.play()
