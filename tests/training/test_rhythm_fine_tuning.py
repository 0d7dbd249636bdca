"""A whole fine-tuning: from a few bars to a folder that plays, and what becomes of it when it is interrupted."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_bars import TOY, toy_space, untrained
from toy_grooves import toy_grooves

from clave import load_rhythm
from clave.errors import TrainingError
from clave.evaluation.compare import compare
from clave.evaluation.figures import curves
from clave.rhythm import dataset
from clave.rhythm.dataset import Corpus
from clave.rhythm.homes import homes_of
from clave.training import rhythm_fine_tuning
from clave.training.fine_tune import FineTuning
from clave.training.fine_tuned_space import joined_maps
from clave.training.recipes import recipe_to_dict
from clave.training.rhythm_fine_tuning import fine_tune_rhythm
from clave.training.rhythm_run import corpus_map
from clave.training.run_log import read_log
from clave.training.session import RunStoppedError, Session
from clave.training.tensor_file import halved, load_tensors, save_tensors
from clave.training.tuning_checkpoint import kept_settings, start_of_run

pytestmark = pytest.mark.usefixtures("rough_spaces", "quick")
SETTINGS = FineTuning(steps=6, own_rows=8, replay_rows=8, search_points=32, search_every=3, head_learning_rate=2e-3)
CARD = {"licence": "CC0", "credit": "the tests"}


@pytest.fixture(scope="module")
def quick():
    """Few steps between the things that happen now and then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rhythm_fine_tuning, "ROUND", 3)
        patch.setattr(rhythm_fine_tuning, "MEASURED_STEPS", 1)
        patch.setattr(dataset, "from_factory", lambda **_: _Few())
        yield


class _Few:
    patterns = ()


@pytest.fixture(scope="module")
def grooves(tmp_path_factory) -> Corpus:
    grooves = toy_grooves(tmp_path_factory.mktemp("grooves"))
    return grooves.subset(np.arange(0, len(grooves), 4))


@pytest.fixture(scope="module")
def start(tmp_path_factory) -> Path:
    """A space with its torch weights."""
    folder, model = tmp_path_factory.mktemp("start"), untrained()
    toy_space(folder, model)
    save_tensors(folder / "model.safetensors", halved(model.state_dict()))
    settings = json.loads((folder / "config.json").read_text())
    model_settings = recipe_to_dict(replace(TOY, model=model.config))["model"]
    (folder / "config.json").write_text(json.dumps(settings | {"model": model_settings}))
    return folder


@pytest.fixture(scope="module")
def tuned(grooves, start, quick, rough_spaces, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tuned") / "mine"
    epochs = list(fine_tune_rhythm(grooves, start, folder, SETTINGS, card=CARD))
    assert [epoch.number for epoch in epochs] == [1, 2]
    assert 0 <= epochs[-1].scores["hit_f1_own"] <= 1
    return folder


def test_own_bars_styles_and_sources_are_added_to_those_of_the_space(tuned: Path, start: Path, grooves: Corpus):
    before, space = load_rhythm(start), load_rhythm(tuned)
    assert space.styles == (*before.styles, "house", "reggae")
    assert space.own_sources == set(grooves.sources)
    assert len(space.corpus) == len(before.corpus) + len(grooves)
    assert space.corpus.sources[-1] in space.own_sources
    assert space.corpus.licences["a.mid"] == space.corpus.licences[grooves.sources[0]] == "CC0"
    assert (space.threshold, space.meters) == (before.threshold, before.meters)
    homes = {home.style: home for home in homes_of(space)}
    assert {"house", "reggae"} < set(homes)
    for home in homes_of(before):
        assert homes[home.style].point == pytest.approx(home.point, abs=1e-4)
    assert len(space.sample(2, style="reggae")) == len(space.at([[0, 0], [1, 1]], style="house")) == 2


def test_it_has_a_verdict_and_a_card(tuned: Path):
    space = load_rhythm(tuned)
    assert space.verdict is not None
    assert "bars became part of a space that knew many before" in space.verdict.says
    assert {"own", "shipped_own", "held_out", "shipped_held_out"} <= set(
        json.loads((tuned / "metrics.json").read_text())
    )
    card = (tuned / "card.md").read_text()
    assert space.verdict.says in card
    assert "toy (" in card
    assert space.card["credit"] == "nobody; the tests"


def test_a_file_that_is_learned_again_takes_its_own_place(tuned: Path, start: Path, grooves: Corpus):
    before, space = load_rhythm(start), load_rhythm(tuned)
    own = corpus_map(grooves, space.locate(grooves.patterns), "CC0")
    assert len(joined_maps(space.corpus, own)) == len(space.corpus)
    assert len(joined_maps(before.corpus, own)) == len(before.corpus) + len(grooves)
    with pytest.raises(TrainingError, match="is the space to begin with"):
        next(fine_tune_rhythm(grooves, tuned, tuned, SETTINGS, resume=True))


@pytest.fixture
def written(monkeypatch) -> list[dict]:
    """The weights of the spaces that would be written."""
    weights: list[dict] = []
    monkeypatch.setattr(
        rhythm_fine_tuning, "write_fine_tuned", lambda _, model, *__: weights.append(halved(model.state_dict()))
    )
    return weights


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(tuned, start, grooves, written, tmp_path):
    wishes = iter([None, None, None, "later"])
    with pytest.raises(RunStoppedError):
        list(fine_tune_rhythm(grooves, start, tmp_path, SETTINGS, session=Session(wish=lambda: next(wishes))))
    assert not written
    assert (start_of_run(tmp_path), kept_settings(tmp_path)) == (str(start.resolve()), SETTINGS)
    with pytest.raises(TrainingError, match="already holds a run"):
        next(fine_tune_rhythm(grooves, start, tmp_path, SETTINGS))
    with pytest.raises(TrainingError, match=r"other settings: near 0\.05 instead of 0\.1"):
        next(fine_tune_rhythm(grooves, start, tmp_path, replace(SETTINGS, near=0.1), resume=True))
    with pytest.raises(TrainingError, match="on other data"):
        next(fine_tune_rhythm(grooves.subset(np.arange(9)), start, tmp_path, SETTINGS, resume=True))
    assert len(list(fine_tune_rhythm(grooves, start, tmp_path, SETTINGS, resume=True))) == 1
    whole = load_tensors(tuned / "model.safetensors")[0]
    for name, weight in written[0].items():
        torch.testing.assert_close(weight, whole[name], rtol=0, atol=0)


def test_what_is_learned_so_far_can_be_used_now(start, grooves, written, tmp_path):
    wishes = iter([None, "use"])
    session = Session(wish=lambda: next(wishes))
    assert list(fine_tune_rhythm(grooves, start, tmp_path, SETTINGS, session=session)) == []
    assert len(written) == 1


def test_a_fine_tuned_space_is_compared_and_its_losses_are_drawn(tuned: Path, start: Path):
    pytest.importorskip("matplotlib")
    facts = compare([tuned, start]).columns[0].facts
    assert facts["epochs"] == 2
    axes = curves(read_log(tuned)).axes
    assert [ax.get_title() for ax in axes] == ["own", "forgotten", ""]
    assert [len(ax.lines) for ax in axes] == [1, 1, 0]
