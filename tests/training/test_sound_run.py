import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from toy_sounds import TOY, toy_corpus

from clave.errors import CorpusError, TrainingError
from clave.evaluation.recompute import RECOMPUTE
from clave.evaluation.verify import verify
from clave.sound.space import load_sound
from clave.training import run as training_run
from clave.training.sound_run import learn_sound


@pytest.fixture(scope="module")
def corpus():
    return toy_corpus()


@pytest.fixture(scope="module")
def run(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, list(learn_sound(corpus, TOY, folder, card={"licence": "CC0", "credit": "the tests"}))


def test_a_run_leaves_a_space_one_can_play(run, corpus):
    folder, epochs = run
    assert [epoch.number for epoch in epochs] == [1, 2]
    space = load_sound(folder)
    assert len(space.sample(1, "kick")) == 1
    there = space.corpus("snare")
    assert [source.split()[1] for source in there.sources] == ["snare"] * 6
    own = corpus.subset(corpus.voice == 1)
    np.testing.assert_allclose(space.encode_log_spectrograms(own.log_spectrogram, "snare").map, there.map, atol=2e-3)
    assert there.descriptors is not None
    np.testing.assert_allclose(there.descriptors, own.descriptors, rtol=1e-3)


@pytest.mark.parametrize("keeps_last", [True, False])
def test_the_last_weights_are_kept_or_the_best(corpus, tmp_path, monkeypatch, keeps_last):
    totals = iter([1.0, 2.0])
    monkeypatch.setattr(training_run, "score", lambda *_: {"total": next(totals)})
    list(learn_sound(corpus, replace(TOY, keeps_last=keeps_last), tmp_path))
    assert load_sound(tmp_path).card["epoch"] == (2 if keeps_last else 1)


def test_the_card_credits_every_sound_with_its_licence(run):
    folder, _ = run
    card = (folder / "card.md").read_text()
    assert "| factory | CC0-1.0 | Clave's own synthesizer | 48 |" in card
    assert "* CC0-1.0: https://creativecommons.org/publicdomain/zero/1.0/" in card
    assert "[credits.csv](credits.csv)" in card
    rows = (folder / "credits.csv").read_text().splitlines()
    assert rows[0] == "path,voice,kit,licence,credit,sha256"
    assert len(rows) == 1 + 48
    assert "| credit | the tests |" in card
    metrics = json.loads((folder / "metrics.json").read_text())
    assert json.loads((folder / "config.json").read_text())["metrics"] == metrics


def test_a_run_is_verified_with_the_sounds_it_keeps(run):
    folder, _ = run
    checks = list(verify(folder, None, lambda: RECOMPUTE))
    assert [check.name for check in checks] == ["files", "card", "credits", "code", "data", "table"]
    assert {check.state for check in checks} == {"same"}, checks


def test_a_run_that_was_killed_goes_on_to_the_same_weights(run, corpus, tmp_path):
    folder, _ = run
    assert len(list(islice(learn_sound(corpus, TOY, tmp_path), 1))) == 1
    with pytest.raises(TrainingError, match="already holds a run"):
        next(learn_sound(corpus, TOY, tmp_path))
    assert len(list(learn_sound(corpus, TOY, tmp_path, resume=True))) == 1
    assert (tmp_path / "decoder.onnx").read_bytes() == (folder / "decoder.onnx").read_bytes()


def test_too_little_to_learn_from_is_refused(corpus, tmp_path):
    with pytest.raises((TrainingError, CorpusError), match="kits"):
        next(learn_sound(corpus.subset(corpus.kit == 0), TOY, tmp_path))
