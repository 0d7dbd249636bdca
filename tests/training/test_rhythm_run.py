import json
import os
import shutil
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from toy_bars import TOY
from toy_grooves import toy_grooves, waltzes

from clave import corpus, load_rhythm, midi
from clave.errors import SpaceError, TrainingError
from clave.evaluation import rhythm_figures as figures
from clave.evaluation.recompute import RECOMPUTE
from clave.evaluation.verify import verify
from clave.rhythm import scores
from clave.rhythm.tokens import Vocabulary
from clave.training import rhythm_run, space_writer
from clave.training.recipes import paper
from clave.training.rhythm_data import HELD_OUT, divide
from clave.training.rhythm_run import attribute_std, learn_rhythm

pytestmark = pytest.mark.usefixtures("rough_spaces")
CARD = {"licence": "CC0", "credit": "the tests"}


@pytest.fixture(scope="module")
def grooves(tmp_path_factory):
    return toy_grooves(tmp_path_factory.mktemp("grooves"))


@pytest.fixture(scope="module")
def run(grooves, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "toy"
    epochs = list(learn_rhythm(grooves, TOY, folder, card=CARD))
    return folder, epochs


def test_a_run_learns_and_leaves_a_space_one_can_play(run, grooves):
    folder, epochs = run
    assert [epoch.number for epoch in epochs] == [1, 2, 3, 4, 5, 6]
    for loss in ("tokens", "strokes", "map_guess"):
        assert epochs[-1].train[loss] < 0.9 * epochs[0].train[loss]
    space = load_rhythm(folder)
    assert space.styles == ("house", "reggae")
    assert len(space.corpus) == len(grooves)
    assert set(space.corpus.sources) == set(grooves.sources)
    assert set(space.corpus.licences.values()) == {"CC0"}
    assert set(space.corpus.meters) == set(space.meters) == {(4, 4)}
    assert space.attribute_std == attribute_std(divide(grooves).train)
    assert space.card["credit"] == "the tests"
    assert len(space.at([[0.0, 0.0]])) == 1
    scores = json.loads((folder / "metrics.json").read_text())
    assert 0 < scores["f1_map"] <= 1
    assert scores["nll"] > 0
    assert "CC0" in (folder / "card.md").read_text()
    assert len((folder / "log.csv").read_text().splitlines()) == 7


def test_a_model_has_the_vocabulary_of_its_training_bars(grooves):
    hits = divide(grooves).train.hits
    fitted = TOY.model.fitted_to(hits)
    assert fitted.vocabulary == Vocabulary.of([hits]).bits
    assert replace(fitted, vocabulary=TOY.model.vocabulary) == TOY.model
    assert paper().model.fitted_to(hits) == paper().model


@pytest.mark.parametrize("labelled", [True, False], ids=["with a style", "without labels"])
def test_a_folder_of_three_four_alone_is_learned_plays_and_is_drawn(labelled, tmp_path):
    place = tmp_path / "midi" / ("waltz" if labelled else "")
    place.mkdir(parents=True)
    for number in range(6):
        midi.write(place / f"{number}.mid", waltzes(4, number))
    waltz = corpus.scan(tmp_path / "midi")
    recipe = replace(TOY, epochs=1, model=replace(TOY.model, styles=len(waltz.styles)))
    list(learn_rhythm(waltz, recipe, tmp_path / "out", card=CARD))
    space = load_rhythm(tmp_path / "out")
    assert space.meters == ((3, 4),)
    assert set(space.corpus.meters) == {(3, 4)}
    assert {bar.steps for bar in [*space.sample(3, meter=(3, 4)), *space.phrase([0, 0], meter=(3, 4))]} == {48}
    assert len(figures.draw(tmp_path / "out")) == 14, "seven, each as PNG and as SVG"


def test_bars_that_a_model_cannot_learn_are_refused(tmp_path):
    for number in range(3):
        midi.write(tmp_path / f"{number}.mid", waltzes(4, number))
    with pytest.raises(TrainingError, match=r"no bar of 4/4"):
        next(learn_rhythm(corpus.scan(tmp_path), paper(), tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_our_own_grooves_alone_are_enough(tmp_path):
    ours = corpus.from_factory(("funk", "house", "waltz", "five four"), takes=3)
    list(learn_rhythm(ours, replace(TOY, epochs=1, model=replace(TOY.model, styles=4)), tmp_path))
    space = load_rhythm(tmp_path)
    assert set(space.styles) == set(ours.styles)
    assert space.meters == ((4, 4), (3, 4), (5, 4))
    assert set(space.corpus.licences.values()) == {corpus.LICENCE}
    assert len(space.sample(2, style="funk")) == 2


def test_a_killed_run_goes_on_to_the_same_weights(run, grooves, tmp_path):
    whole, _ = run
    cut = tmp_path / "cut"
    assert len(list(islice(learn_rhythm(grooves, TOY, cut, card=CARD), 3))) == 3
    with pytest.raises(TrainingError, match="already holds a run"):
        next(learn_rhythm(grooves, TOY, cut))
    with pytest.raises(TrainingError, match=r"other settings: seed 0 instead of 9$"):
        next(learn_rhythm(grooves, replace(TOY, seed=9), cut, resume=True))
    with pytest.raises(TrainingError, match="a run on other data"):
        next(learn_rhythm(grooves.subset(grooves.number < 7), TOY, cut, resume=True))
    rest = list(learn_rhythm(grooves, TOY, cut, card=CARD, resume=True))
    assert [epoch.number for epoch in rest] == [4, 5, 6]
    assert (cut / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    for name in ("token_prior.onnx", "map_decoder.onnx", "tokens.npz"):
        assert (cut / name).read_bytes() == (whole / name).read_bytes()


def test_a_finished_run_has_nothing_left_to_learn(run, grooves):
    folder, _ = run
    assert list(learn_rhythm(grooves, TOY, folder, card=CARD, resume=True)) == []


SPACE = {
    "config.json", "card.md", "metrics.json", "model.safetensors", "corpus.npz", "homes.json", "tokens.npz",
    "logistic_pca.npz", "encoder.onnx", "map_decoder.onnx", "token_prior.onnx", "feel_prior.onnx", "dynamics.onnx",
    "examples.mid", "hashes.json",
}  # fmt: skip
RUN = {"best.safetensors", "checkpoint.json", "checkpoint.safetensors", "log.csv", "log.json"}
CORPUS = {"bars.npz", "index.parquet", "report.json"}


def test_a_folder_holds_the_space_its_run_and_its_corpus_and_nothing_else(run):
    assert {path.name for path in run[0].iterdir()} == SPACE | RUN | CORPUS


@pytest.mark.parametrize("step", ["write_graphs", "measure", "write_corpus_map", "replace"])
def test_a_run_that_is_killed_while_it_writes_leaves_no_part_of_a_space(run, grooves, tmp_path, monkeypatch, step):
    """Whatever is the last thing it does, the folder holds no space, and the same run makes it whole."""

    def killed(*_args, **_more):
        raise KeyboardInterrupt

    folder = tmp_path / "cut"
    shutil.copytree(run[0], folder, ignore=shutil.ignore_patterns(*SPACE))
    where = {"write_graphs": space_writer, "measure": scores, "write_corpus_map": rhythm_run, "replace": os}[step]
    with monkeypatch.context() as patch:
        patch.setattr(where, step, killed)
        with pytest.raises(KeyboardInterrupt):
            list(learn_rhythm(grooves, TOY, folder, card=CARD, resume=True))
    assert {path.name for path in folder.iterdir()} == RUN | CORPUS
    with pytest.raises(SpaceError, match=r"no config\.json"):
        load_rhythm(folder)
    assert list(learn_rhythm(grooves, TOY, folder, card=CARD, resume=True)) == []
    for name in SPACE - {"config.json", "card.md", "hashes.json"}:  # these hold the name of the folder, or its hash
        assert (folder / name).read_bytes() == (run[0] / name).read_bytes(), name


def test_config_is_read_only_when_all_is_there(run, grooves, tmp_path, monkeypatch):
    """A run that is killed between two files of a new space leaves no old config.json beside new files."""
    folder = tmp_path / "cut"
    shutil.copytree(run[0], folder)
    moved = []

    def replaced(source, target):
        if target.parent == folder and source.parent.name == space_writer.PART_FOLDER:
            if len(moved) == 3:
                raise KeyboardInterrupt
            moved.append(target)
        os.rename(source, target)

    monkeypatch.setattr(os, "replace", replaced)
    with pytest.raises(KeyboardInterrupt):
        list(learn_rhythm(grooves, TOY, folder, card=CARD, resume=True))
    assert len(moved) == 3
    with pytest.raises(SpaceError, match=r"no config\.json"):
        load_rhythm(folder)


def test_the_papers_model_makes_a_space_without_detail(grooves, tmp_path):
    short = replace(paper(), epochs=2, warmup_epochs=1)
    list(learn_rhythm(grooves, short, tmp_path))
    space = load_rhythm(tmp_path)
    code = space.encode(grooves.patterns[:3])
    assert code.detail.shape == (3, 0)
    assert len(space.decode(code)) == len(space.at(code.map, variation=0.5)) == len(space.sample(3)) == 3


def test_a_latent_that_is_no_plane_is_measured_and_not_played(grooves, tmp_path):
    list(learn_rhythm(grooves, replace(paper(latent_size=4), epochs=1), tmp_path))
    assert json.loads((tmp_path / "metrics.json").read_text())["nll"] > 0
    assert not (tmp_path / "config.json").exists()


def test_nothing_is_left_behind_where_there_is_too_little(grooves, tmp_path):
    with pytest.raises(TrainingError, match="three bars"):
        next(learn_rhythm(grooves.subset(np.array([0])), TOY, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("bars", [slice(0, 3), slice(0, 16)], ids=["three bars", "two files of one style"])
def test_little_is_enough_for_a_space_that_says_how_it_was_scored(grooves, bars, tmp_path):
    few = grooves.subset(np.arange(96)[bars])
    assert len(list(learn_rhythm(few, replace(TOY, epochs=2), tmp_path))) == 2
    space = load_rhythm(tmp_path)
    assert len(space.sample(2)) == len(space.at([[0, 0], [1, 1]])) == 2
    assert space.card["held out"] == HELD_OUT["bars"]
    assert all(np.isfinite(list(json.loads((tmp_path / "metrics.json").read_text()).values())))


def test_a_run_is_verified_with_the_bars_it_keeps(run):
    folder, _ = run
    checks = {check.name: check for check in verify(folder, None, lambda: RECOMPUTE)}
    assert {name: check.state for name, check in checks.items()} == dict.fromkeys(checks, "same")
    assert checks.keys() == {"files", "card", "code", "data", "table"}
    card = load_rhythm(folder).card
    assert f"| data sha256 | {card['data sha256']} |" in (folder / "card.md").read_text()
    assert f"torch {torch.__version__}" in card["made with"]
    assert "thread" in card["made with"]


def test_figures_are_drawn_for_a_run(run):
    paths = figures.draw(run[0])
    assert [path.name[:2] for path in paths] == 2 * ["07", "08", "09", "10", "11", "12", "13"]
    assert [path.suffix for path in paths] == 7 * [".png"] + 7 * [".svg"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths[:7])


def test_figures_need_a_run(tmp_path):
    with pytest.raises(TrainingError, match="holds no training run"):
        figures.draw(tmp_path)
