"""A space of each version that was ever written: tests/fixtures/rhythm_space_1 was made by the code of its time."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from clave import load_rhythm
from clave.errors import SpaceError
from clave.latent.space_folder import open_space
from clave.rhythm.attributes import NAMES
from clave.rhythm.detail_decoder import DetailDecoder
from clave.rhythm.space import SHIPPED_RHYTHM
from clave.rhythm.space_format import MAP_DECODER_FILE, MODEL_SETTINGS_1, RHYTHM_FORMAT, TOKENS_FILE

VERSION_1 = Path(__file__).parents[1] / "fixtures" / "rhythm_space_1"


def test_a_space_of_version_1_plays_what_it_played_then(monkeypatch):
    """With the strokes of a click chosen cell by cell, as they were then."""
    monkeypatch.setattr(DetailDecoder, "expected_hits", lambda self, *asked: self.map.hits(*asked))
    space = load_rhythm(VERSION_1)
    with np.load(VERSION_1 / "expected.npz") as expected:
        bars = space.at(expected["points"], "style 1", variation=0.6, seed=3)
        np.testing.assert_allclose([bar.velocity for bar in bars], expected["velocity"], atol=1e-5)
        np.testing.assert_allclose([bar.offset for bar in bars], expected["offset"], atol=1e-5)
        code = space.encode(bars)
        np.testing.assert_allclose(code.map, expected["map"], atol=1e-4)
        np.testing.assert_allclose(code.detail, expected["detail"], atol=1e-3)
    assert space.attribute_std == dict.fromkeys(NAMES, 1.0)
    assert len(space.corpus) == 20
    assert space.phrase((0, 0), 2)[1].meter == (4, 4)


def test_its_settings_and_files_have_the_names_of_today():
    folder = open_space(VERSION_1, RHYTHM_FORMAT)
    written = json.loads((VERSION_1 / "config.json").read_text())
    assert written["version"] == 1
    assert folder.settings["attribute_std"] == written["spread"]
    assert folder.settings["model"]["map_decoder_width"] == written["model"]["sketch_width"]
    assert folder.settings["model"]["style_keep_prob"] == written["model"]["told"]
    assert folder.settings["network_meters"] == [[4, 4], [3, 4], [6, 8], [5, 4]]
    assert not MODEL_SETTINGS_1.keys() & folder.settings["model"].keys()
    assert folder.file(MAP_DECODER_FILE) == VERSION_1 / "sketch.onnx"
    assert folder.file(TOKENS_FILE) == VERSION_1 / "vocabulary.npz"
    assert folder.file("corpus.npz") == VERSION_1 / "corpus.npz"


def test_the_shipped_space_is_of_the_newest_version():
    folder = open_space(SHIPPED_RHYTHM, RHYTHM_FORMAT)
    assert json.loads((SHIPPED_RHYTHM / "config.json").read_text())["version"] == RHYTHM_FORMAT.version == 3
    assert folder.file(MAP_DECODER_FILE) == SHIPPED_RHYTHM / "map_decoder.onnx"


def test_what_an_old_space_lacks_is_said_by_the_name_that_its_file_has(tmp_path):
    shutil.copytree(VERSION_1, tmp_path / "old")
    (tmp_path / "old" / "sketch.onnx").unlink()
    with pytest.raises(SpaceError, match=r"not a whole space: sketch\.onnx is missing"):
        load_rhythm(tmp_path / "old")
