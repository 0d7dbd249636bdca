"""One-shots that are built into a corpus: FLAC and features in Parquet."""

import shutil

import numpy as np
import pytest
import soundfile

from clave.errors import CorpusError
from clave.files.sharded import batches as batching
from clave.files.sharded import building
from clave.files.sharded.place import LocalPlace, place_at
from clave.sound import dataset
from clave.sound.dataset import copies
from clave.sound.dataset.sound_shards import clip_of, from_flac, to_flac

RATE = 44_100


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(building, "batches", lambda files, _: batching.batches(files, 2))


def stroke(number, seconds=0.1):
    """A tone that decays, in 16 bits."""
    at = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * (180 + 45 * number) * at) * np.exp(-at * (20 + 3 * number))
    return np.rint(tone * 30_000).astype(np.int16)


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "drums"
    for number, name in enumerate(("kick", "snare", "tom", "clap")):
        for kit in "ab":
            (root / kit).mkdir(parents=True, exist_ok=True)
            soundfile.write(root / kit / f"{name}.wav", stroke(number + 10 * (kit == "b")), RATE)
    shutil.copy(root / "a" / "kick.wav", root / "b" / "snare 2.wav")  # a copy, whatever it is called
    (root / "b" / "tom 2.wav").write_bytes(b"RIFF")
    return root


def content(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*.parquet")}


def same(built, scanned):
    np.testing.assert_allclose(built.log_spectrogram, scanned.log_spectrogram, atol=0.005)  # 16 bits
    for name in ("voice", "gain", "source", "variant", "kit", "group", "descriptors"):
        np.testing.assert_array_equal(getattr(built, name), getattr(scanned, name))
    for name in ("sources", "kits", "licences", "credits", "hashes", "report"):
        assert getattr(built, name) == getattr(scanned, name)


@pytest.fixture
def out(folder, tmp_path):
    report = dataset.build(folder, tmp_path / "out", variants=1)
    assert (report.files, report.sounds, report.copies, len(report.refused)) == (10, 8, 1, 2)
    return tmp_path / "out"


def test_a_built_corpus_opens_as_the_one_that_a_scan_gives(folder, out, monkeypatch):
    same(dataset.open_corpus(out), dataset.scan(folder))
    monkeypatch.setattr("clave.files.sharded.arrays.IN_MEMORY_BYTES", 0)
    mapped = dataset.open_corpus(out, variants=1)
    assert isinstance(mapped.log_spectrogram, np.memmap)
    same(mapped, dataset.scan(folder, variants=1))


def test_what_is_not_kept_is_made_of_the_sounds(folder, out):
    same(dataset.open_corpus(out, variants=2), dataset.scan(folder, variants=2))


def test_each_sound_is_kept_as_it_was_read(folder, out):
    rows = [row for path in sorted((out / "rows").iterdir()) for row in building.read_table(
        LocalPlace(str(out)), f"rows/{path.name}", ["file", "flac", "level"]).to_pylist()]  # fmt: skip
    assert len(rows) == 9  # the copy too
    for row in rows:
        there, _ = soundfile.read(folder / row["file"], dtype="float32")
        np.testing.assert_array_equal(clip_of(row["flac"], row["level"]).samples, there)


def test_flac_of_24_bits_gives_samples_back():
    samples = np.array([-1, -0.5, 0, 1 / 2**23, 0.25, 1 - 1 / 2**23] * 100, np.float32)
    np.testing.assert_array_equal(from_flac(to_flac(samples)), samples)


def test_a_second_build_reads_only_what_changed_and_a_list_needs_no_reading(folder, out, monkeypatch):
    read, contents = [], LocalPlace.contents
    monkeypatch.setattr(LocalPlace, "contents", lambda self, files: read.extend(files) or contents(self, files))
    before = (out / "corpus.json").read_bytes()
    dataset.build(folder, out, variants=1)
    assert read == []
    assert (out / "corpus.json").read_bytes() == before
    (folder / "manifest.csv").write_text(
        "path,voice,licence\nA\\kick.wav,tom,CC0\nb/clap.wav,other,\nb/gone.wav,tom,\n"
    )
    report = dataset.build(folder, out, variants=1, licence="CC BY 4.0")
    assert read == []
    assert (report.sounds, report.voices["tom"], report.voices["other"]) == (2, 1, 1)
    assert report.refused["b/gone.wav"] == "no such file"
    assert report.refused["a/tom.wav"] == "not in the list"
    assert dataset.open_corpus(out).licences == ("CC0", "CC BY 4.0")
    soundfile.write(folder / "a" / "kick.wav", stroke(30), RATE)
    dataset.build(folder, out, variants=1)
    assert "a/kick.wav" in {file.name for file in read}
    assert len(read) < 10


def test_in_and_out_through_an_address(folder, out):
    for path in folder.rglob("*.wav"):
        place_at("memory://drums").write(path.relative_to(folder).as_posix(), path.read_bytes())
    dataset.build("memory://drums", "memory://built", variants=1)
    for name, data in content(out / "rows").items():
        assert place_at("memory://built").read(f"rows/{name}") == data


def test_nothing_to_learn_from_names_each_file(tmp_path):
    (tmp_path / "kick.wav").write_bytes(b"RIFF")
    with pytest.raises(CorpusError, match="holds no sound that can be learned from") as refusal:
        dataset.build(tmp_path, tmp_path / "out")
    assert list(refusal.value.refused) == ["kick.wav"]
    with pytest.raises(CorpusError, match=r"holds no sound file \(\.wav"):
        dataset.build(tmp_path / "out", tmp_path / "other")


def test_copies_are_of_the_first_that_is_none():
    rng = np.random.default_rng(0)
    sketch = rng.normal(size=(1, 32)).astype(np.float32)
    chain = sketch + np.array([0, 0.0008, 0.0016, 0, 5], np.float32)[:, None]
    np.testing.assert_array_equal(copies.first_alike(chain), [-1, 0, -1, 0, -1])
    many = np.repeat(rng.normal(size=(20, 32)), 3, axis=0).astype(np.float32)[rng.permutation(60)]
    expected = [next((j for j in range(i) if (many[j] == many[i]).all()), -1) for i in range(60)]
    np.testing.assert_array_equal(copies.first_alike(many), expected)


def test_outlines_are_never_farther_apart_and_groups_are_those_of_all_pairs():
    rng = np.random.default_rng(1)
    base = rng.normal(size=(6, 140, 64)).astype(np.float32)
    near = base[[0, 1, 2, 0, 3, 4, 5, 2]] + rng.normal(size=(8, 140, 64)).astype(np.float32) * 0.2
    outline, kit = copies.outlines(near), np.array([0, 0, 1, 2, 3, 4, 5, 5])
    flat = near.reshape(8, -1)
    apart = np.linalg.norm(flat[:, None] - flat, axis=2)
    assert (np.linalg.norm(outline[:, None] - outline, axis=2) <= apart + 1e-3).all()
    np.testing.assert_array_equal(
        copies.groups(kit, outline, 140 * 64, lambda some: near[some]), [0, 0, 1, 0, 2, 3, 1, 1]
    )
