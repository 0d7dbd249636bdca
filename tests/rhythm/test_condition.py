from dataclasses import replace

import numpy as np
import pytest

from clave.errors import SpaceError
from clave.music.units import METERS
from clave.rhythm.condition import Condition, Labels, style_weights

LABELS = Labels(("funk", "jazz"), ("beat", "fill"), ((4, 4), (3, 4), (5, 4)))
POINTS = np.array([[0, 1], [2, 3], [4, 5]], np.float32)


def test_a_condition_has_a_row_for_each_bar():
    condition = LABELS.condition(POINTS, [(4, 4), (3, 4), (5, 4)], {"funk": 0.25, "jazz": 0.75}, "fill")
    assert len(condition) == 3
    assert condition.style.tolist() == [[0.25, 0.75]] * 3
    assert condition.section.tolist() == [[0, 1]] * 3
    assert condition.meters == [(4, 4), (3, 4), (5, 4)]
    assert list(condition.inputs()) == ["map", "style", "section", "meter"]
    assert not condition.without_style().style.any()
    both = condition.followed_by(condition.without_style())
    assert both.style.tolist() == [[0.25, 0.75]] * 3 + [[0, 0]] * 3
    assert both.map.tolist() == condition.map.tolist() * 2
    assert both.meters == condition.meters * 2
    twice = condition[np.array([1, 1])]
    assert twice.map.tolist() == [[2, 3], [2, 3]]
    assert twice.steps == 48


def test_what_is_not_given_is_left_unconditioned():
    condition = LABELS.condition(POINTS, [(4, 4)] * 3)
    assert not condition.style.any()
    assert not condition.section.any()


def test_a_condition_knows_the_lengths_of_its_bars():
    condition = LABELS.condition(POINTS, [(4, 4), (3, 4), (5, 4)])
    assert condition.step_counts.tolist() == [64, 48, 80]
    assert (condition.steps, condition.sixteenths) == (80, 20)
    assert condition.inside[:, 0].sum(axis=1).tolist() == [64, 48, 80]
    empty = condition[:0]
    assert (len(empty), empty.steps, empty.inside.shape) == (0, 0, (0, 1, 0))


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(Exception, match="row"):  # by the check of shapes in the test run
        Condition(POINTS, np.zeros((2, 2), np.float32), np.zeros((3, 2), np.float32), LABELS.meter_rows([(4, 4)] * 3))


def test_meters_are_one_hot():
    np.testing.assert_array_equal(LABELS.meter_rows(METERS), np.eye(len(METERS)))


def test_networks_that_know_the_first_meters_alone_are_given_no_others():
    older = replace(LABELS, network_meters=METERS[:4])
    condition = older.condition(POINTS, [(4, 4), (3, 4), (5, 4)])
    assert condition.meter.shape == (3, 4)
    assert condition.meters == [(4, 4), (3, 4), (5, 4)]
    assert older.input_shapes()["meter"] == (4,)
    assert (older.network_steps, LABELS.network_steps) == (80, 96)


def test_what_a_space_has_not_learned_is_refused():
    with pytest.raises(SpaceError, match="no section 'bridge' in this space; its sections are: beat, fill"):
        LABELS.condition(POINTS, [(4, 4)] * 3, section="bridge")
    with pytest.raises(SpaceError, match="no style 'polka' in this space; its styles are: funk, jazz"):
        LABELS.condition(POINTS, [(4, 4)] * 3, "polka")
    with pytest.raises(SpaceError, match="this space has learned 4/4, 3/4, 5/4, got pattern 2 in 6/8"):
        LABELS.check_meter((6, 8), "pattern 2 in ")
    assert LABELS.check_meter((3, 4)) == (3, 4)


@pytest.mark.parametrize("blend", [{"funk": 0.5}, {"funk": 1.5, "jazz": -0.5}, {}, {"funk": float("nan"), "jazz": 1.0}])
def test_shares_that_are_no_blend_are_refused(blend):
    with pytest.raises(SpaceError, match="at least 0 and add up to 1"):
        style_weights(blend, LABELS.styles)
