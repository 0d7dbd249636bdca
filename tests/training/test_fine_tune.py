"""Fine-tuning teaches a map a few bars, and keeps the rest."""

import copy

import pytest
import torch
from toy_bars import toy_bars, toy_space, untrained

from clave.errors import TrainingError
from clave.training.fine_tune import FineTuning, begin, find, fine_tune_map
from clave.training.replay import Replay, forgotten

SETTINGS = FineTuning(steps=24, own_rows=16, replay_rows=32, search_points=64, search_every=8, head_learning_rate=2e-3)


def test_a_few_bars_are_learned_and_little_else_is_forgotten(tmp_path):
    model = untrained()
    space, bars = toy_space(tmp_path, model), toy_bars(4)
    kept, before = Replay.of(space, space.styles), copy.deepcopy(model.map_decoder)
    steps = list(fine_tune_map(begin(model.map_decoder, bars, SETTINGS), bars, kept))
    assert steps[-1].own < 0.8 * steps[0].own
    asked = kept.conditions(256, torch.Generator().manual_seed(9))
    points = find(model.map_decoder, bars, 64, torch.Generator().manual_seed(0))
    far = torch.cdist(asked.map, points).amin(dim=1) > 1
    lost = forgotten(before, model.map_decoder, asked).detach()
    assert float(lost[far].mean()) < 0.5 * (steps[0].own - steps[-1].own)
    assert float(forgotten(before, before, asked).detach().abs().max()) < 1e-3


def test_no_bars_are_refused():
    with pytest.raises(TrainingError, match="got none"):
        begin(untrained().map_decoder, toy_bars(4)[:0], SETTINGS)
