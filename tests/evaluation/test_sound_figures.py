import json
import shutil

import numpy as np
import pytest
from toy_sounds import toy_corpus, toy_space

from clave.errors import TrainingError
from clave.evaluation import sound_figures
from clave.sound.space import load_sound

LOSSES = {"sound": 1.0, "kl_map": 2.0, "total": 1.5}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = toy_space(tmp_path_factory.mktemp("run"))
    toy_corpus().save(folder)
    rows = [{"epoch": epoch, "seconds": 1.0, "train": LOSSES, "tuning": LOSSES} for epoch in (1, 2)]
    (folder / "log.json").write_text(json.dumps(rows))
    return folder


def test_a_finished_run_has_every_figure(run):
    assert sound_figures.is_sound_run(run)
    paths = sound_figures.draw(run)
    names = ["01-curves", "02-reconstructions", "04-latent", "05-maps", "06-traversal"]
    assert [path.name for path in paths] == [f"{name}.png" for name in names] + [f"{name}.svg" for name in names]
    starts = {".png": b"\x89PNG", ".svg": b"<?xml"}
    assert all(path.read_bytes().startswith(starts[path.suffix]) and path.stat().st_size > 5000 for path in paths)


def test_an_unfinished_run_has_its_curves_and_no_run_is_refused(run, tmp_path):
    assert not sound_figures.is_sound_run(tmp_path)
    with pytest.raises(TrainingError, match=r"no log\.json"):
        sound_figures.draw(tmp_path)
    shutil.copy(run / "log.json", tmp_path)
    assert [path.stem for path in sound_figures.draw(tmp_path)] == ["01-curves"] * 2


def test_each_voice_is_drawn_once_in_the_latent(run):
    space, corpus = load_sound(run), toy_corpus()
    (ax,) = sound_figures.latent(space, corpus).axes
    assert [each.get_label() for each in ax.collections] == list(space.voices)
    assert sum(len(each.get_offsets()) for each in ax.collections) == len(corpus)


def test_a_traversal_shows_each_sound_where_it_lies(run):
    space = load_sound(run)
    ax = sound_figures.traversal(space, points_per_axis=3).axes[1]
    image = ax.images[0].get_array()
    for point, (row, column) in (([-2.0, -2.0], (0, 0)), ([2.0, 0.0], (1, 2))):  # rows from below
        picture = space.log_spectrograms(space.expected([point], "snare"), "snare")[0] * 20 / np.log(10)
        tile = image[row * 148 + 4 :, column * 70 + 3 :][:140, :64]
        np.testing.assert_allclose(tile, picture - picture.max(), atol=1e-3)
