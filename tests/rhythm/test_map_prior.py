"""The prior of the map: normal or uniform, the same in NumPy and in PyTorch."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from clave import load_rhythm
from clave.errors import SpaceError
from clave.rhythm.map_prior import MAP_PRIORS, UNIFORM, log_density
from clave.training.models import map_prior

POINTS = np.random.default_rng(0).uniform(-3.4, 3.4, (50, 2)).astype(np.float32)


@pytest.mark.parametrize("prior", MAP_PRIORS)
def test_it_adds_up_to_one_and_is_the_same_as_tensors(prior: str) -> None:
    axis = np.arange(-6, 6, 0.02) + 0.01
    whole = np.exp(log_density(prior, np.stack(np.meshgrid(axis, axis), axis=-1)).astype(float)).sum() * 0.02**2
    assert whole == pytest.approx(1, abs=0.01)
    twin = map_prior.log_density(prior, torch.from_numpy(POINTS)).numpy()
    np.testing.assert_allclose(twin, log_density(prior, POINTS), rtol=1e-5, atol=1e-4)


def test_a_search_begins_wherever_a_bar_may_lie() -> None:
    points = map_prior.candidates(UNIFORM, 4000, torch.Generator().manual_seed(0))
    assert points.abs().max() <= 3
    counts, _, _ = np.histogram2d(*points.numpy().T, bins=4, range=[[-3, 3], [-3, 3]])
    assert counts.min() > 200


def test_a_space_names_its_prior_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "space"
    shutil.copytree(Path(__file__).parents[1] / "fixtures" / "rhythm_space_1", folder)

    def written(prior: str) -> Path:
        config = folder / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | {"map_prior": prior}))
        return folder

    bars = load_rhythm(folder).sample(5, seed=1)
    assert np.abs(load_rhythm(written(UNIFORM)).locate(bars)).max() <= 3.01
    assert np.isfinite(load_rhythm(folder).log_likelihood(bars, draws=8)).all()
    with pytest.raises(SpaceError, match="map_prior must be one of normal, uniform, got 'flat'"):
        load_rhythm(written("flat"))
