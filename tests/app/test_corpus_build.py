"""`clave corpus build`, and learning and searching in what it built."""

import json

import numpy as np
import pytest
import soundfile
from midi_files import midi_file, notes
from typer.testing import CliRunner

from clave.app import corpora
from clave.app.cli import app
from clave.errors import CorpusError
from clave.latent.index_folder import index_in_memory
from clave.rhythm import dataset
from clave.rhythm.bar_index import StoredBars, batches_of, names_of
from clave.rhythm.rhythm_vector import rhythm_vectors


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "material"
    root.mkdir()
    (root / "funk.mid").write_bytes(midi_file(notes(0, 480, 960, 1440, 1920, 2400, 2880, 3360)))
    decay = np.exp(-np.arange(4000) / 800)
    for number, name in enumerate(("kick", "snare", "tom")):
        soundfile.write(root / f"{name}.wav", decay * np.sin(np.arange(4000) * (0.02 + 0.05 * number)), 44_100)
    return root


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_the_kind_is_that_of_the_files_of_the_corpus_or_as_said(folder, tmp_path):
    refused = run("corpus", "build", folder, "-o", tmp_path / "out", "--jobs", 1)
    assert isinstance(refused.exception, CorpusError)
    assert "holds 1 MIDI files and 3 sounds: say --kind bars or --kind sounds" in str(refused.exception)
    done = run("corpus", "build", folder, "-o", tmp_path / "out", "--jobs", 1, "--kind", "sounds", "--variants", 0)
    assert done.exit_code == 0, done.output
    assert "a corpus of 3 sounds; learn from it with: clave learn sound" in done.output
    assert corpora.kind_to_build(str(folder), str(tmp_path / "out"), None) == "sounds"
    assert not corpora.holds_bars(tmp_path / "out")
    learned = run("learn", tmp_path / "out", "--look")
    assert "a built corpus of sounds; learn from it with: clave learn sound" in str(learned.exception)
    done = run("corpus", "build", folder, "-o", tmp_path / "bars", "--jobs", 1, "--kind", "bars", "--variants", 2)
    assert done.exit_code != 0
    assert "--variants mean nothing for a corpus of bars" in done.output
    with pytest.raises(CorpusError, match="a corpus is of bars or of sounds, got 'loops'"):
        corpora.kind_to_build(str(folder), str(tmp_path), "loops")


def test_a_built_corpus_of_bars_is_searched_as_the_folder_is(folder, tmp_path):
    for number in range(3):
        more = notes(0, 240 * (number + 1), 960, 1440, 1920, 2400, 2880 - 60 * number, 3360)
        (folder / f"{number} rock.mid").write_bytes(midi_file(more))
    dataset.build(folder, tmp_path / "bars", licence="CC0")
    built = index_in_memory("rule", *corpora.bar_batches(tmp_path / "bars"))
    scanned = dataset.scan(folder, licence="CC0")
    expected = index_in_memory("rule", batches_of(scanned), names_of(scanned))
    assert {name: list(values) for name, values in built.names.items()} == {
        name: list(values) for name, values in expected.names.items()
    }
    for name in ("source", "number", "style", "section", "meter", "strokes"):
        np.testing.assert_array_equal(built.columns[name], expected.columns[name])
        assert built.columns[name].dtype == expected.columns[name].dtype
    both = [StoredBars(each).patterns(range(len(scanned))) for each in (built, expected)]
    for one, other in zip(*both, strict=True):
        np.testing.assert_array_equal(one.velocity, other.velocity)
        np.testing.assert_array_equal(one.offset, other.offset)
    wanted = rhythm_vectors(scanned.patterns)
    _, away = built.search.nearest(built.projection(wanted), 1)
    assert away.max() < 0.1
    done = run("corpus", "index", tmp_path / "bars", "-o", tmp_path / "index")
    assert f"an index of {len(scanned)} bars" in done.output
    done = run("similar", folder / "funk.mid", "--in", tmp_path / "index", "-n", 2, "--json")
    assert json.loads(done.stdout)["found"][0]["similar"][0]["agreement"] == 1
