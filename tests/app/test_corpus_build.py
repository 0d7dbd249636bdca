"""`clave corpus build`, and learning and searching in what it built."""

import numpy as np
import pytest
import soundfile
from midi_files import midi_file, notes
from typer.testing import CliRunner

from clave.app import corpora
from clave.app.cli import app
from clave.errors import CorpusError


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
    done = run("corpus", "build", folder, "-o", tmp_path / "bars", "--jobs", 1, "--kind", "bars", "--variants", 2)
    assert done.exit_code != 0
    assert "--variants mean nothing for a corpus of bars" in done.output
    with pytest.raises(CorpusError, match="a corpus is of bars or of sounds, got 'loops'"):
        corpora.kind_to_build(str(folder), str(tmp_path), "loops")
