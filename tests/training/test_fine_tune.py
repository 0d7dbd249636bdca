"""Fine-tuning teaches a map a few bars, and says at its end what came of it."""

import copy

import pytest
import torch
from toy_bars import toy_bars, toy_space, untrained

from clave.errors import TrainingError
from clave.training.fine_tune import FineTuning, find, fine_tune_map, without_unknown_styles
from clave.training.replay import Replay, forgotten

SETTINGS = FineTuning(steps=40, own_rows=16, replay_rows=32, search_points=64, search_every=20, head_learning_rate=2e-3)


def test_a_few_bars_are_learned_and_little_else_is_forgotten(tmp_path):
    model = untrained()
    kept, bars = Replay.of(toy_space(tmp_path, model)), toy_bars(4)
    before = copy.deepcopy(model.map_decoder)
    steps = list(fine_tune_map(model, bars, kept, SETTINGS))
    assert steps[-1].own < 0.8 * steps[0].own
    asked = kept.conditions(256, torch.Generator().manual_seed(9))
    points = find(model.map_decoder, bars, 64, torch.Generator().manual_seed(0))
    far = torch.cdist(asked.map, points).amin(dim=1) > 1
    lost = forgotten(before, model.map_decoder, asked).detach()
    assert float(lost[far].mean()) < 0.5 * (steps[0].own - steps[-1].own)
    assert float(forgotten(before, before, asked).detach().abs().max()) < 1e-3


def test_no_bars_are_refused(tmp_path):
    model = untrained()
    with pytest.raises(TrainingError, match="got none"):
        list(fine_tune_map(model, toy_bars(4)[:0], Replay.of(toy_space(tmp_path, model)), SETTINGS))


def test_styles_that_a_space_does_not_know_are_none():
    bars = toy_bars(8)
    names = ("dub", "house")
    known = without_unknown_styles(bars, names, ("house", "rock", "samba"))
    torch.testing.assert_close(known.style[:, 0], bars.style[:, 1])
    assert not known.style[:, 1:].any()
