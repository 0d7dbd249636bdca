"""Which styles have bars in a meter, and which of them is nearest to a style that has none."""

from collections.abc import Sequence

import numpy as np
import pytest

from clave import load_rhythm
from clave.music.units import Meter
from clave.rhythm.corpus_map import CorpusMap
from clave.rhythm.style_meters import StyleMeters

FOUR, THREE, SEVEN = (4, 4), (3, 4), (7, 8)


def corpus(*rows: tuple[float, str, Meter]) -> CorpusMap:
    x, styles, meters = zip(*rows, strict=True)
    points = np.stack([np.array(x, np.float32), np.zeros(len(x), np.float32)], axis=1)
    return CorpusMap(points, styles, ["beat"] * len(x), meters, ["a.mid"] * len(x), {"a.mid": ""})


def known(rows: Sequence[tuple[float, str, Meter]]) -> StyleMeters:
    return StyleMeters(corpus(*rows))


ROWS = [(0.0, "funk", FOUR), (2.0, "jazz", FOUR), (0.2, "jazz", THREE), (1.0, "waltz", THREE), (-0.1, "", THREE)]


def test_the_nearest_style_has_bars_in_the_meter_that_lie_nearest() -> None:
    found = known(ROWS)
    assert [found.nearest(style, THREE) for style in ("funk", "jazz", "waltz")] == ["jazz", "jazz", "waltz"]
    assert found.nearest("waltz", FOUR) == "funk"  # 1.0 away, as jazz is: the first by name of those equally near
    assert known([*ROWS, (3.0, "funk", FOUR), (2.0, "funk", FOUR)]).nearest("funk", THREE) == "waltz"
    assert found.nearest("funk", SEVEN) is None
    assert found.nearest("polka", THREE) == "jazz"  # a style without any bar


def test_the_sentence_names_style_meter_and_the_nearest() -> None:
    found = known(ROWS)
    assert found.why_none("funk", THREE) == "'funk' has no bars in 3/4; the nearest style with bars in it is 'jazz'"
    assert found.why_none("funk", SEVEN) == "'funk' has no bars in 7/8; no style has any"
    both = found.why_none({"waltz": 0.3, "funk": 0.7}, SEVEN)
    assert both == "'waltz' and 'funk' have no bars in 7/8; no style has any"
    for style, meter in (("jazz", THREE), ({"funk": 0.9, "jazz": 0.1}, THREE), (None, SEVEN), ("polka", FOUR)):
        assert found.why_none(style, meter) is None
    blend = found.why_none({"funk": 0.6, "waltz": 0.4, "jazz": 0.0}, FOUR)
    assert blend is None


def test_every_style_of_the_shipped_space_is_offered_one_in_each_meter() -> None:
    rhythm = load_rhythm()
    for meter in rhythm.meters:
        for style in rhythm.styles:
            nearest = rhythm.style_meters.nearest(style, meter)
            assert rhythm.style_meters.has_bars(nearest or "", meter)
    with pytest.warns(UserWarning, match=r"'samba' has no bars in 7/8; the nearest style .* 'seven eight'"):
        assert len(rhythm.sample(1, style="samba", meter=(7, 8))) == 1
