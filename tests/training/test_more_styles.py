"""A model that knows more styles than it did says the same of the old ones."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_bars import toy_bars, untrained
from toy_grooves import toy_grooves

from clave.errors import TrainingError
from clave.training.models.condition import Condition
from clave.training.more_styles import in_styles, styles_of_both, with_styles
from clave.training.recipes import paper


@torch.no_grad()
def test_old_styles_are_as_they_were_and_new_ones_are_as_none():
    model, bars = untrained(), toy_bars(6)
    grown = with_styles(model, 4)
    assert (grown.config.styles, with_styles(model, 2)) == (4, model)
    point = torch.linspace(-1, 1, 12).reshape(6, 2)
    labels = Condition.of(bars, point, 1.0, torch.Generator().manual_seed(0))
    as_before = replace(labels, style=torch.cat([labels.style, torch.zeros(6, 2)], dim=1))
    new = replace(as_before, style=torch.eye(4)[[2, 3, 2, 3, 2, 3]])
    none = replace(labels, style=torch.zeros(6, 2))
    for condition, old in ((as_before, labels), (new, none)):
        torch.testing.assert_close(grown.decode_map(condition), model.decode_map(old))
        torch.testing.assert_close(grown.prior_of_feel(condition).mean, model.prior_of_feel(old).mean)
        torch.testing.assert_close(grown.token_nll(bars, condition), model.token_nll(bars, old))


def test_bars_have_their_styles_among_those_of_the_space(tmp_path):
    own = toy_grooves(tmp_path)
    own = replace(own, style=np.where(np.arange(len(own)) == 0, -1, own.style))
    styles = styles_of_both(("jazz", "reggae"), own)
    assert styles == ("jazz", "reggae", "house")
    both = in_styles(own, styles)
    assert both.style[0] == -1
    assert [styles[index] for index in both.style[1:]] == [own.styles[index] for index in own.style[1:]]


def test_a_model_without_tables_is_refused():
    with pytest.raises(TrainingError, match="recipes rhythm and quick"):
        with_styles(paper().model.build(), 2)
