import numpy as np
import pytest
from toy_sounds import toy_corpus

from clave import sounds
from clave.training.sound_data import divide, to_sounds


@pytest.fixture(scope="module")
def corpus():
    return toy_corpus()


def test_parts_share_no_kit_and_variants_are_for_learning_alone(corpus):
    both = sounds.joined(corpus, toy_corpus())
    parts = divide(both)
    groups = [set(part.group.tolist()) for part in (parts.train, parts.tuning, parts.validation)]
    assert all(groups)
    assert not (groups[0] & groups[1] | groups[0] & groups[2] | groups[1] & groups[2])
    assert len(parts.train) + len(parts.tuning) + len(parts.validation) == len(both)


def test_a_limit_keeps_so_many_to_train_on_and_a_fourth_to_tune_on(corpus):
    parts = divide(sounds.joined(corpus, toy_corpus()))
    few = parts.limited(12, seed=3)
    assert (len(few.train), len(few.tuning)) == (12, 3)
    assert few.validation is parts.validation
    np.testing.assert_array_equal(few.train.source, parts.limited(12, seed=3).train.source)


def test_sounds_become_tensors_row_by_row(corpus):
    tensors = to_sounds(corpus)
    np.testing.assert_array_equal(tensors.log_spectrogram, corpus.log_spectrogram)
    assert tensors.voice.tolist() == corpus.voice.tolist()
    assert tensors.weight.mean().item() == pytest.approx(1, abs=1e-5)
