import json
import math

import jaxtyping
import make_sequencer_fixtures
import numpy as np
import pytest

from clave.errors import PatternError, RenderError
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import steps_per_bar
from clave.play.sequencer import (
    Event,
    along,
    audible,
    duration_seconds,
    events,
    journey,
    next_boundary,
    section_of,
    splice,
    steps_per_beat,
    stereo_gains,
    stops,
    velocity_gain,
)

FIXTURES = json.loads(make_sequencer_fixtures.PATH.read_text(encoding="utf-8"))


def pattern(wire):
    meter = tuple(wire["meter"])
    velocity, offset = np.zeros((2, len(VOICES), steps_per_bar(meter)), np.float32)
    for voice, step, strength, shift in wire["strokes"]:
        velocity[voice, step], offset[voice, step] = strength, shift
    return Pattern(velocity, offset, meter)


def cases(kind):
    return pytest.mark.parametrize("case", FIXTURES[kind])


def test_the_fixture_file_is_what_its_script_writes():
    assert make_sequencer_fixtures.PATH.read_text(encoding="utf-8") == make_sequencer_fixtures.text()


def test_choke_groups_are_those_of_the_voices():
    assert [voice.choke_group for voice in VOICES] == FIXTURES["choke_groups"]


@pytest.mark.parametrize("case", FIXTURES["events"], ids=lambda case: case["name"])
def test_events(case):
    found = events([pattern(wire) for wire in case["patterns"]], case["tempo_bpm"], case["swing"])
    expected = case["events"]
    assert [event.voice for event in found] == [voice for _, voice, _ in expected]
    np.testing.assert_allclose(
        [(event.seconds, event.velocity) for event in found],
        np.array([(seconds, velocity) for seconds, _, velocity in expected]).reshape(-1, 2)
        if expected
        else np.empty(0),
        atol=1e-12,
    )


@cases("stops")
def test_stops(case):
    assert list(stops([Event(*event) for event in case["events"]])) == case["stops"]


@cases("journeys")
def test_journeys(case):
    points = journey(tuple(case["a"]), tuple(case["b"]), case["bars"], case["mode"])
    np.testing.assert_allclose(points, case["points"], atol=1e-12)
    assert points[0] == tuple(case["a"])
    places = [along(bar, case["bars"], case["mode"]) for bar in range(len(case["places"]))]
    np.testing.assert_allclose(places, case["places"], atol=1e-12)


def test_a_journey_ends_exactly_where_it_should():
    a, b = (0.1, 0.7), (0.3, -0.2)
    assert journey(a, b, 7)[-1] == b
    assert journey(a, b, 7, "ping-pong")[6] == b


@cases("sections")
def test_sections(case):
    found = [section_of(bar, case["fill_every"], case["section"]) for bar in range(len(case["sections"]))]
    assert found == case["sections"]


@cases("boundaries")
def test_boundaries(case):
    found = next_boundary(case["position_steps"], case["quantum"], tuple(case["meter"]))
    assert found == pytest.approx(case["boundary_steps"], abs=1e-12)


@cases("splices")
def test_splices(case):
    assert splice(pattern(case["playing"]), pattern(case["coming"]), case["boundary_steps"]) == pattern(case["pattern"])


@cases("audible")
def test_audible(case):
    assert list(audible(case["muted"], case["soloed"])) == case["audible"]


@cases("gains")
def test_gains(case):
    left, right = stereo_gains(case["level"], case["pan"])
    assert (left, right) == pytest.approx((case["left"], case["right"]), abs=1e-12)
    assert math.hypot(left, right) == pytest.approx(case["level"])


@cases("velocity_gains")
def test_velocity_gains(case):
    assert velocity_gain(case["velocity"]) == pytest.approx(case["gain"], abs=1e-12)


def test_bars_of_any_length_follow_each_other():
    rng = np.random.default_rng(7)
    meters = [(4, 4), (3, 4), (6, 8), (5, 16)]
    bars = [Pattern.from_hits(rng.random((8, steps_per_bar(meter))) < 0.1, meter=meter) for meter in meters]
    whole = events(bars, 97.0)
    shifted, start = [], 0.0
    for each in bars:
        shifted += [(event.seconds + start, event.voice) for event in events([each], 97.0)]
        start += duration_seconds([each], 97.0)
    np.testing.assert_allclose([(event.seconds, event.voice) for event in whole], shifted, atol=1e-9)
    assert duration_seconds(bars, 97.0) == pytest.approx(start)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: events([], 10.0),
        lambda: events([], math.nan),
        lambda: events([], 120.0, 0.9),
        lambda: along(0, 0),
        lambda: along(-1, 4),
        lambda: journey((0.0, 0.0), (1.0, 1.0), 0),
        lambda: section_of(-1, 4),
        lambda: section_of(0, -4),
        lambda: next_boundary(math.nan, "bar", (4, 4)),
        lambda: stereo_gains(2.5, 0.0),
        lambda: stereo_gains(1.0, math.nan),
        lambda: stereo_gains(-0.01, 0.0),
        lambda: stereo_gains(1.0, 1.01),
        lambda: stereo_gains(1.0, -1.01),
    ],
)
def test_what_cannot_be_played_is_refused(refused):
    with pytest.raises(RenderError):
        refused()


def test_bars_of_different_meters_are_not_spliced():
    with pytest.raises(PatternError, match="bar line"):
        splice(Pattern.empty(), Pattern.empty((3, 4)), 16.0)


def test_beats_of_three_are_those_of_6_9_12_eighths_or_shorter():
    meters = {
        (4, 4): 16,
        (3, 4): 16,
        (6, 4): 16,
        (3, 8): 8,
        (6, 8): 24,
        (9, 8): 24,
        (12, 16): 12,
        (7, 8): 8,
        (5, 16): 4,
    }
    assert {meter: steps_per_beat(meter) for meter in meters} == meters


def test_bars_of_different_meters_are_not_joined_within():
    with pytest.raises(PatternError, match="join at a bar line only"):
        splice(Pattern.empty(), Pattern.empty((3, 4)), 16)


def test_words_that_are_none_of_ours_are_refused_also_where_types_are_not_checked(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # as in normal use
    with pytest.raises(RenderError, match="next step, beat or bar, got 'tick'"):
        next_boundary(0.0, "tick", (4, 4))
    with pytest.raises(RenderError, match="once, in a loop or ping-pong, got 'sideways'"):
        along(0, 4, "sideways")


def test_bars_play_straight_at_120_unless_said_otherwise():
    bars = [Pattern.from_hits(np.arange(512).reshape(8, 64) % 4 == 0)]
    assert events(bars) == events(bars, 120, 0.5)
    assert duration_seconds(bars) == 2
    assert journey((0.0, 0.0), (1.0, 0.0), 3) == ((0, 0), (0.5, 0), (1, 0))
    assert [section_of(bar, 2) for bar in range(4)] == ["beat", "fill"] * 2
