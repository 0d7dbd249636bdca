import numpy as np
import pytest
from toy_bars import TINY, toy_space, untrained

from clave.errors import SpaceError
from clave.latent.space_folder import open_space
from clave.music.units import METERS
from clave.rhythm.condition import Labels
from clave.rhythm.likely_bar import likely_hits
from clave.rhythm.logistic_pca import SILENT_LOGIT
from clave.rhythm.map_decoder import MapDecoder, density_logits
from clave.rhythm.space_format import RHYTHM_FORMAT

LABELS = Labels(("style 0", "style 1"), ("beat", "fill"), METERS)
POINTS = np.random.default_rng(0).normal(size=(4, 2)).astype(np.float32)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory) -> MapDecoder:
    folder = tmp_path_factory.mktemp("toy")
    toy_space(folder, untrained(TINY))
    return MapDecoder(open_space(folder, RHYTHM_FORMAT), LABELS)


def test_bars_are_as_wide_as_the_longest_and_silent_after_their_end(decoder):
    condition = LABELS.condition(POINTS, [(3, 4), (4, 4), (6, 8), (3, 4)])
    plain, silenced = decoder.logits(condition), decoder.silenced_logits(condition)
    assert plain.shape == silenced.shape == (4, 8, 64)
    inside = np.broadcast_to(condition.inside, plain.shape)
    np.testing.assert_array_equal(silenced[inside], plain[inside])
    assert (silenced[~inside] == SILENT_LOGIT).all()
    assert not decoder.hits(condition, 1.0)[~inside].any()


@pytest.mark.parametrize("density", [None, 0.0, 0.3, 0.5, 1.0])
def test_the_threshold_falls_as_the_density_rises(decoder, density):
    condition = LABELS.condition(POINTS, [(4, 4)] * 4, "style 1", "fill")
    expected = decoder.logits(condition) > decoder.threshold - 2.5 * (2 * (0.5 if density is None else density) - 1)
    np.testing.assert_array_equal(decoder.hits(condition, density), expected)


def test_a_likely_bar_is_chosen_from_the_same_logits(decoder):
    condition = LABELS.condition(POINTS, [(3, 4), (4, 4), (6, 8), (3, 4)], "style 0")
    for density in (None, 0.0, 0.8):
        expected = likely_hits(decoder.logits(condition), condition.inside, 0.5, density_logits(density))
        np.testing.assert_array_equal(decoder.likely_hits(condition, density), expected)
        assert (expected != decoder.hits(condition, density)).any()
        assert not expected[0, :, 48:].any()


def test_density_in_logits():
    assert [density_logits(density) for density in (None, 0.5, 0, 1, 0.75)] == [0, 0, -2.5, 2.5, 1.25]
    with pytest.raises(SpaceError, match=r"density lies in \[0, 1\], got 1.5"):
        density_logits(1.5)
