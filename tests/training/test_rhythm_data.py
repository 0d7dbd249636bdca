from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_bars import toy_bars
from toy_grooves import toy_grooves, waltzes

from clave import corpus, midi
from clave.errors import TrainingError
from clave.training.rhythm_data import STYLE_BALANCE, beats, divide, in_meters, recorded, style_weights, to_bars


@pytest.fixture(scope="module")
def grooves(tmp_path_factory):
    return toy_grooves(tmp_path_factory.mktemp("grooves"))


def test_the_parts_share_no_file_and_miss_no_bar(grooves):
    divided = divide(grooves)
    assert divided.by == "stratified"
    assert divided.stratified is divided.validation
    files = [set(part.source) for part in (divided.train, divided.tuning, divided.validation)]
    assert sum(map(len, files)) == len(set.union(*files)) == len(grooves.sources)
    assert sum(len(part) for part in (divided.train, divided.tuning, divided.validation)) == len(grooves)


def test_beside_a_split_of_the_data_set_whole_files_are_held_out(grooves):
    divided = divide(replace(grooves, splits=("test", *["train"] * 5) * 2))
    parts = (divided.train, divided.tuning, divided.validation, divided.stratified)
    assert divided.by == "official"
    files = [set(part.source) for part in parts]
    assert sum(map(len, files)) == len(set.union(*files)) == 12
    assert sum(map(len, parts)) == len(grooves)
    assert files[2] == {0, 6}
    again = divide(replace(grooves, splits=("test", *["train"] * 5) * 2))
    np.testing.assert_array_equal(again.stratified.source, divided.stratified.source)


def test_bars_of_all_meters_become_tensors_as_long_as_the_longest(grooves, tmp_path):
    midi.write(tmp_path / "waltz.mid", waltzes(4))
    both = corpus.joined(grooves.subset(np.arange(4)), corpus.scan(tmp_path))
    bars = to_bars(both)
    assert bars.velocity.shape == bars.offset.shape == (8, 8, 96)
    assert bars.meter.tolist() == [0] * 4 + [1] * 4
    assert bars.section.tolist() == both.section.tolist()
    assert bars.style.sum(dim=1).tolist() == (both.style >= 0).astype(float).tolist()
    for row, pattern in enumerate(both.patterns):
        np.testing.assert_array_equal(bars.velocity[row, :, : pattern.steps], pattern.velocity)
        np.testing.assert_array_equal(bars.offset[row, :, : pattern.steps], pattern.offset)
        assert not bars.velocity[row, :, pattern.steps :].any()
    narrow = to_bars(grooves, 64)
    assert narrow.velocity.shape == narrow.offset.shape == (96, 8, 64)


@pytest.mark.parametrize("files", [1, 2])
def test_few_files_are_parted_into_bars_that_differ(grooves, files):
    few = grooves.subset(grooves.source < files)
    divided = divide(few)
    assert divided.by == "bars"
    parts = (divided.train, divided.tuning, divided.validation)
    assert sum(map(len, parts)) == len(few)
    strokes = [{bar.tobytes() for bar in part.hits} for part in parts]
    assert sum(map(len, strokes)) == len(set.union(*strokes))
    assert set(divided.train.source) == set(range(files))


def test_bars_of_the_same_strokes_stay_together(grooves):
    loud = replace(grooves, velocity=np.float32(0.5) * grooves.velocity)
    both = corpus.joined(grooves, loud).subset(np.r_[0:8, 96:104])
    np.testing.assert_array_equal(corpus.same_strokes(both)[:8], corpus.same_strokes(both)[8:])
    held_out = corpus.split(both, by="bars")
    np.testing.assert_array_equal(held_out[:8], held_out[8:])
    assert held_out.sum() in (2, 4)


def test_a_split_of_the_data_set_is_kept_even_if_there_is_one_file_to_train_on(grooves):
    splits = ("train", *["test"] * 11)
    divided = divide(replace(grooves, splits=splits))
    assert divided.by == "official"
    np.testing.assert_array_equal(divided.validation.source, grooves.source[grooves.source > 0])


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_split_of_the_data_set_that_leaves_nothing_is_not_kept(grooves, split):
    divided = divide(replace(grooves, splits=(split,) * 12))
    assert divided.by == "stratified"
    np.testing.assert_array_equal(divided.validation.source, divide(grooves).validation.source)


@pytest.mark.parametrize(
    ("bars", "message"),
    [
        ([0], "got 1 bars, 1 distinct"),
        ([0] * 40, "got 40 bars, 1 distinct"),
        ([0, 1] * 3, "got 6 bars, 2 distinct"),
        ([], "got 0 bars, 0 distinct"),
    ],
    ids=["one bar", "all bars equal", "two that differ", "none"],
)
def test_fewer_than_three_bars_that_differ_are_too_little(grooves, bars, message):
    with pytest.raises(TrainingError, match=f"three bars whose strokes differ.*{message}"):
        divide(grooves.subset(np.array(bars, int)))


def test_a_meter_that_a_model_does_not_learn_is_left_out(grooves, tmp_path):
    midi.write(tmp_path / "waltz.mid", waltzes(4))
    waltz = corpus.scan(tmp_path)
    both = corpus.joined(grooves, waltz)
    assert in_meters(both, ((4, 4),)).meter.tolist() == [0] * 96
    assert in_meters(both, ((4, 4), (3, 4))) is both
    with pytest.raises(TrainingError, match=r"no bar of 4/4, 6/8; this model learns no other meter"):
        in_meters(waltz, ((4, 4), (6, 8)))


def test_beats_and_recordings_are_chosen_where_there_are_any(grooves):
    fills = replace(grooves, section=np.ones_like(grooves.section))
    half = replace(grooves, section=(np.arange(96) % 2).astype(grooves.section.dtype))
    assert beats(fills) is fills
    assert beats(half).section.tolist() == [0] * 48
    ours = corpus.from_factory(("house",), takes=2)
    assert recorded(ours) is ours
    assert set(recorded(corpus.joined(grooves, ours)).source) == set(range(12))


def test_a_bar_comes_with_the_one_before_it_in_its_file(tmp_path):
    corpus = toy_grooves(tmp_path)
    bars = to_bars(corpus)
    assert bars.follows is not None
    assert bars.before is not None
    for row in range(len(corpus)):
        there = (corpus.source == corpus.source[row]) & (corpus.number == corpus.number[row] - 1)
        assert bars.follows[row] == there.any()
        expected = corpus.hits[there.argmax()] if there.any() else np.zeros_like(corpus.hits[0])
        assert (bars.before[row, :, : expected.shape[1]].numpy() == expected).all()
    assert 0 < bars.follows.float().mean() < 1


def test_rare_styles_count_more_and_all_bars_one_on_average():
    bars = replace(toy_bars(40), style=torch.eye(3)[[0] * 30 + [1] * 6 + [2] * 4])
    bars = replace(bars, style=bars.style[:, :2])  # the last four have no style
    weight = style_weights(bars)
    assert weight.mean().item() == pytest.approx(1)
    common, rare, unknown = weight[[0, 30, 36]].tolist()
    assert rare / common == pytest.approx(5**STYLE_BALANCE)
    assert unknown / common == pytest.approx(7.5**STYLE_BALANCE)
