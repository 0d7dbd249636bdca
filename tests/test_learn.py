import json
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from toy_bars import TOY

from clave import Pattern, corpus, figures, learn, load_rhythm, midi
from clave.errors import TrainingError
from clave.recipes import paper

CARD = {"licence": "CC0", "credit": "the tests"}


@pytest.fixture(scope="module")
def grooves(tmp_path_factory):
    """A folder of two styles, twelve files of eight bars each, all different."""
    folder, rng = tmp_path_factory.mktemp("grooves"), np.random.default_rng(0)
    for style, first in (("house", 0), ("reggae", 8)):
        for number in range(6):
            hits = np.zeros((8, 8, 64), bool)
            hits[:, 0, first::16] = hits[:, 1, 16::32] = True
            hits[:, 2, ::4] = rng.random((8, 16)) < 0.7
            velocity = rng.uniform(0.2, 1, hits.shape)
            path = folder / style / f"{number}.mid"
            path.parent.mkdir(exist_ok=True)
            midi.write(path, [Pattern.from_hits(*bar) for bar in zip(hits, velocity, strict=True)])
    return corpus.scan(folder)


@pytest.fixture(scope="module")
def run(grooves, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "toy"
    epochs = list(learn.learn_rhythm(grooves, TOY, folder, card=CARD))
    return folder, epochs


def test_a_run_learns_and_leaves_a_space_one_can_play(run, grooves):
    folder, epochs = run
    assert [epoch.number for epoch in epochs] == [1, 2, 3, 4, 5, 6]
    assert epochs[-1].train["total"] < 0.7 * epochs[0].train["total"]
    space = load_rhythm(folder)
    assert space.styles == ("house", "reggae")
    assert len(space.corpus) == len(grooves)
    assert set(space.corpus.sources) == set(grooves.sources)
    assert space.card["credit"] == "the tests"
    assert len(space.at([[0.0, 0.0]])) == 1
    scores = json.loads((folder / "metrics.json").read_text())
    assert 0 < scores["f1_map"] <= 1
    assert scores["nll"] > 0
    assert "CC0" in (folder / "card.md").read_text()
    assert len((folder / "log.csv").read_text().splitlines()) == 7


def test_the_three_parts_share_no_file_and_miss_no_bar(grooves):
    divided = learn.divide(grooves)
    files = [set(part.source) for part in (divided.train, divided.tuning, divided.validation)]
    assert sum(map(len, files)) == len(set.union(*files)) == len(grooves.sources)
    assert sum(len(part) for part in (divided.train, divided.tuning, divided.validation)) == len(grooves)


def test_a_killed_run_goes_on_to_the_same_weights(run, grooves, tmp_path):
    whole, _ = run
    cut = tmp_path / "cut"
    assert len(list(islice(learn.learn_rhythm(grooves, TOY, cut, card=CARD), 3))) == 3
    with pytest.raises(TrainingError, match="already holds a run"):
        next(learn.learn_rhythm(grooves, TOY, cut))
    with pytest.raises(TrainingError, match=r"other settings: seed 0 instead of 9$"):
        next(learn.learn_rhythm(grooves, replace(TOY, seed=9), cut, resume=True))
    with pytest.raises(TrainingError, match="a run on other data"):
        next(learn.learn_rhythm(grooves.subset(grooves.number < 7), TOY, cut, resume=True))
    rest = list(learn.learn_rhythm(grooves, TOY, cut, card=CARD, resume=True))
    assert [epoch.number for epoch in rest] == [4, 5, 6]
    assert (cut / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    assert (cut / "decoder.onnx").read_bytes() == (whole / "decoder.onnx").read_bytes()


def test_a_finished_run_has_nothing_left_to_learn(run, grooves):
    folder, _ = run
    assert list(learn.learn_rhythm(grooves, TOY, folder, card=CARD, resume=True)) == []


def test_shipping_takes_along_no_data(run, tmp_path):
    learn.ship(run[0], tmp_path / "shipped")
    assert {path.name for path in (tmp_path / "shipped").iterdir()} == set(learn.SPACE_FILES)
    assert load_rhythm(tmp_path / "shipped").at([[0, 0]]) == load_rhythm(run[0]).at([[0, 0]])


def test_the_papers_model_makes_a_space_without_detail(grooves, tmp_path):
    short = replace(paper(), epochs=2, warmup_epochs=1)
    list(learn.learn_rhythm(grooves, short, tmp_path))
    space = load_rhythm(tmp_path)
    code = space.encode(grooves.patterns[:3])
    assert code.detail.shape == (3, 0)
    assert len(space.decode(code)) == len(space.at(code.map, variation=0.5)) == len(space.sample(3)) == 3


def test_a_latent_that_is_no_plane_is_measured_and_not_played(grooves, tmp_path):
    list(learn.learn_rhythm(grooves, replace(paper(latent_size=4), epochs=1), tmp_path))
    assert json.loads((tmp_path / "metrics.json").read_text())["nll"] > 0
    assert not (tmp_path / "config.json").exists()


def test_one_file_is_too_little(grooves, tmp_path):
    alone = grooves.subset(grooves.source == 0)
    with pytest.raises(TrainingError, match="several files"):
        next(learn.learn_rhythm(alone, TOY, tmp_path))


def test_figures_are_drawn_for_a_run(run):
    paths = figures.draw(run[0])
    assert [path.name[:2] for path in paths] == ["07", "08", "09", "10", "11", "12", "13"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_figures_need_a_run(tmp_path):
    with pytest.raises(TrainingError, match="holds no training run"):
        figures.draw(tmp_path)
