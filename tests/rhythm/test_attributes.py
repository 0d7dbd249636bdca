import itertools
import time

import numpy as np
import pytest

from clave import grooves
from clave.music.pattern import Pattern, Stroke
from clave.music.units import steps_per_bar, swing_steps
from clave.rhythm.attributes import NAMES, measure, places, weights

METERS = [(4, 4), (3, 4), (6, 8), (5, 4)]
KICK, SNARE, HAT = 0, 1, 2


def bar(meter=(4, 4), late=0.0, **sixteenths):
    """A bar from the 16ths on which each voice is struck."""
    hits = np.zeros((8, steps_per_bar(meter)), bool)
    for row, struck in zip((KICK, SNARE, HAT), ("kick", "snare", "hat"), strict=True):
        hits[row, [4 * each for each in sixteenths.get(struck, [])]] = True
    return Pattern.from_hits(hits, np.full(hits.shape, 0.5), np.full(hits.shape, late), meter)


def heard(name, pattern):
    return measure([pattern])[0, NAMES.index(name)]


def random_bars(meter, count=60, seed=0):
    rng = np.random.default_rng(seed)
    shape = (8, steps_per_bar(meter))
    share = np.array([0.1, 0.1, 0.2, 0.03, 0.03, 0.03, 0.03, 0.03])[:, None]
    return [
        Pattern.from_hits(rng.random(shape) < share, rng.uniform(0.1, 1, shape), rng.normal(0, 0.4, shape), meter)
        for _ in range(count)
    ]


@pytest.mark.parametrize("meter", METERS)
def test_density_and_loudness_are_what_their_names_say(meter):
    for pattern in random_bars(meter, 5):
        assert heard("density", pattern) == pytest.approx(16 * pattern.hits.sum() / pattern.steps)
        assert heard("loudness", pattern) == pytest.approx(pattern.velocity[pattern.hits].mean())
    assert measure([Pattern.empty(meter)]).tolist() == [[0, 0, 0.5, 0]]


def test_weights_come_from_the_meter():
    common = [0, -3, -2, -3, -1, -3, -2, -3, -1, -3, -2, -3, -1, -3, -2, -3]
    assert weights((4, 4)).tolist() == common  # as Witek et al. print them
    assert weights((3, 4)).tolist() == common[:12]
    assert weights((5, 4)).tolist() == [*common, *common[4:8]]
    assert weights((6, 8)).tolist() == [0, -3, -2, -3, -2, -3, -1, -3, -2, -3, -2, -3]


def test_each_step_is_heard_as_its_16th_and_the_end_of_a_triplet_as_a_swung_8th():
    found = places((4, 4))
    assert found[:17].tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4]
    assert found[63] == 0  # it announces the next bar line
    assert places((6, 8))[11] == 3


@pytest.mark.parametrize(
    ("pattern", "total"),
    [
        (bar(kick=[0, 8], hat=range(0, 16, 2)), 0),
        (bar(kick=[0, 8], snare=[4], hat=range(0, 16, 2)), 1 + 1),  # the snare, silent where the kick begins the bar
        (bar(kick=[0, 6, 8], hat=range(0, 16, 2)), 0),  # what leads to a stroke is no syncopation
        (bar(kick=[0, 6], hat=range(0, 16, 2)), 1 + 5),  # off the beat, and then the hi-hat alone on it
        (bar(kick=[0, 7], snare=[8]), (2 + 2) + (1 + 1)),  # the kick, answered by the snare, and the snare by the kick
        (bar(kick=[0, 15]), 0),
        (bar(kick=[15]), 3 + 5),
    ],
)
def test_syncopation_by_hand(pattern, total):
    assert heard("syncopation", pattern) == total / 4


@pytest.mark.parametrize("meter", METERS)
def test_syncopation_is_what_a_plain_reading_of_the_rule_gives(meter):
    """The same, stroke by stroke, in the words of the definition."""
    weight, place = weights(meter).tolist(), places(meter)
    for pattern in random_bars(meter, seed=1):
        voices = {"kick": [0], "snare": [1, 4, 6]}
        at = {
            name: {int(place[s]) for v in rows for s in np.flatnonzero(pattern.hits[v])}
            for name, rows in voices.items()
        }
        total = 0
        for name, other, answered in (("kick", "snare", 2), ("snare", "kick", 1)):
            for stroke in at[name]:
                between = list(
                    itertools.takewhile(
                        lambda there: there not in at[name],  # noqa: B023
                        [(stroke + k) % len(weight) for k in range(1, len(weight))],
                    )
                )
                strongest = max(between, key=lambda there: weight[there], default=stroke)
                if weight[strongest] > weight[stroke]:
                    total += weight[strongest] - weight[stroke] + (answered if strongest in at[other] else 5)
        assert heard("syncopation", pattern) == pytest.approx(16 * total / pattern.steps)


@pytest.mark.parametrize("swing", [0.4, 0.5, 0.56, 0.62, 2 / 3, 0.7])
@pytest.mark.parametrize("meter", METERS)
def test_swing_is_the_one_that_16ths_are_played_with(meter, swing):
    """However a swung bar is written, as offsets or as what its moments snap to."""
    straight = bar(meter, hat=range(steps_per_bar(meter) // 4), kick=[0, 4])
    swung = [stroke._replace(offset=swing_steps(stroke.step, swing) - stroke.step) for stroke in straight.strokes()]
    snapped = Pattern.from_strokes(swung, meter)
    assert heard("swing", snapped) == pytest.approx(swing, abs=0.005)
    shown = np.zeros_like(straight.offset)
    for stroke in swung:
        shown[stroke.voice, stroke.step] = stroke.offset
    assert heard("swing", Pattern(straight.velocity, shown, meter)) == pytest.approx(swing, abs=1e-6)


@pytest.mark.parametrize("swing", [0.45, 0.5, 0.6, 2 / 3])
def test_in_a_bar_of_8ths_or_triplets_it_is_the_8ths_that_swing(swing):
    shuffle = [Stroke(HAT, 16 * beat, 0.5, 16 * place) for beat in range(4) for place in (0, swing)]
    assert heard("swing", Pattern.from_strokes(shuffle)) == pytest.approx(swing, abs=0.005)


def test_who_is_late_everywhere_does_not_swing_and_without_seconds_nothing_can():
    assert heard("swing", bar(hat=range(16), late=1.0)) == pytest.approx(0.5)
    assert heard("swing", bar(hat=range(0, 16, 2), late=-0.6)) == pytest.approx(0.5)
    assert heard("swing", bar(kick=[0, 4, 8, 12], late=0.7)) == 0.5


@pytest.mark.parametrize("attribute", ["density", "syncopation"])
def test_how_it_is_played_changes_neither_density_nor_syncopation(attribute):
    for pattern in random_bars((4, 4), 5, seed=2):
        played = Pattern.from_hits(pattern.hits, pattern.velocity**2, np.full(pattern.hits.shape, 1.5))
        assert heard(attribute, played) == heard(attribute, pattern)


def test_bars_of_several_meters_keep_their_order():
    bars = [random_bars(meter, 1)[0] for meter in (*METERS, *METERS)]
    np.testing.assert_array_equal(measure(bars), np.concatenate([measure([each]) for each in bars]))
    assert measure([]).shape == (0, 4)


def test_styles_are_heard():
    """Afrobeat is more syncopated than house; blues shuffles, house does not."""
    mean = {name: measure(grooves.bars(name, 16, seed=0)).mean(axis=0) for name in ("afrobeat", "house", "blues")}
    assert mean["afrobeat"][1] > mean["house"][1] + 1
    assert mean["blues"][2] > 0.62 > 0.56 > mean["house"][2]


def test_it_is_quick():
    """20,000 bars in 2 s, a tenth of them here."""
    bars = random_bars((4, 4), 200) * 10
    began = time.process_time()
    measure(bars)
    assert time.process_time() - began < 0.2
