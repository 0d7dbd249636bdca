import numpy as np
import pytest

from clave.errors import PatternError
from clave.music.kit import VOICES
from clave.music.pattern import (
    DEFAULT_VELOCITY,
    MAX_LOUDNESS,
    Pattern,
    Stroke,
    merge,
    musical_steps,
    nearest_steps,
    settle,
)


def hits(*cells, steps=64):
    """An activation matrix with strokes at these (voice, step)."""
    matrix = np.zeros((8, steps), bool)
    for voice, step in cells:
        matrix[voice, step] = True
    return matrix


def placed(*positions, voice=1, velocity=0.5, meter=(4, 4)):
    """A pattern of one voice with strokes at these positions, in ticks."""
    return Pattern.from_strokes([Stroke(voice, 0, velocity, tick / 30) for tick in positions], meter)


# The value


def test_a_pattern_keeps_its_hits_velocities_and_offsets():
    rng = np.random.default_rng(0)
    struck = rng.random((8, 64)) < 0.3
    velocity = rng.uniform(0.01, 1, (8, 64)).astype(np.float32)
    offset = rng.uniform(-2, 1.99, (8, 64)).astype(np.float32)
    pattern = Pattern.from_hits(struck, velocity, offset)
    np.testing.assert_array_equal(pattern.hits, struck)
    np.testing.assert_array_equal(pattern.velocity[struck], velocity[struck])
    np.testing.assert_array_equal(pattern.offset[struck], offset[struck])
    assert not pattern.velocity[~struck].any()
    assert not pattern.offset[~struck].any()


def test_there_is_no_offset_where_there_is_no_stroke():
    velocity = np.where(hits((0, 4)), 0.5, 0).astype(np.float32)
    pattern = Pattern(velocity, np.full((8, 64), 0.25, np.float32))
    assert pattern.offset.sum() == pattern.offset[0, 4] == 0.25


def test_hits_alone_have_the_default_velocity_and_no_offset():
    pattern = Pattern.from_hits(hits((0, 0), (1, 16)).astype(int).tolist())
    assert pattern.velocity.sum() == pytest.approx(2 * DEFAULT_VELOCITY)
    assert not pattern.offset.any()
    assert pattern.meter == (4, 4)


@pytest.mark.parametrize(
    ("meter", "steps"), [((4, 4), 64), ((3, 4), 48), ((6, 8), 48), ((7, 8), 56), ((5, 4), 80), ((1, 64), 1)]
)
def test_a_bar_has_64_steps_to_a_whole_note(meter, steps):
    assert Pattern.empty(meter).steps == steps
    assert Pattern.from_hits(np.ones((8, steps), bool), meter=meter).hits.all()


def test_equal_patterns_are_one_in_a_set():
    one, same = Pattern.from_hits(hits((0, 0))), Pattern.from_hits(hits((0, 0)))
    others = [Pattern.from_hits(hits((0, 1))), Pattern.from_hits(hits((0, 0)), np.full((8, 64), 0.5))]
    others += [Pattern.from_hits(hits((0, 0)), offset=np.full((8, 64), 0.5)), Pattern.empty(), Pattern.empty((8, 8))]
    assert one == same
    assert len({one, same, *others}) == 6
    assert one != "a pattern"


def test_a_pattern_cannot_be_changed_from_outside():
    velocity = np.full((8, 64), 0.5, np.float32)
    pattern = Pattern(velocity, velocity)
    velocity[:] = 0
    assert pattern.hits.all()
    with pytest.raises(ValueError, match="read-only"):
        pattern.velocity[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        pattern.offset[0, 0] = 1


def test_strokes_come_in_the_order_they_sound():
    pattern = Pattern.from_hits(hits((0, 4), (3, 4), (1, 5)), offset=np.where(hits((1, 5)), -1.5, 0))
    assert list(pattern.strokes()) == [
        Stroke(1, 5, pytest.approx(DEFAULT_VELOCITY), -1.5),
        Stroke(0, 4, pytest.approx(DEFAULT_VELOCITY), 0),
        Stroke(3, 4, pytest.approx(DEFAULT_VELOCITY), 0),
    ]
    assert [stroke.position for stroke in pattern.strokes()] == [3.5, 4, 4]


def test_it_says_what_it_is():
    assert repr(Pattern.from_hits(hits((0, 0), (1, 3), steps=48), meter=(6, 8))) == "Pattern(6/8, 2 strokes)"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Pattern.from_hits(np.zeros((8, 63), bool)), r"8 voices x 64 steps, got velocity of shape \(8, 63\)"),
        (lambda: Pattern.from_hits(np.zeros((8, 64), bool), meter=(3, 4)), "a bar of 3/4"),
        (lambda: Pattern.from_hits(np.full((8, 64), 0.5)), "true or false"),
        (lambda: Pattern.from_hits(hits((0, 0)), np.full((8, 64), 1.5)), "velocities .* got 1.5 at voice 0"),
        (lambda: Pattern.from_hits(hits((1, 2)), np.full((8, 64), np.nan)), r"got nan at voice 1 \(snare\), step 2"),
        (lambda: Pattern.from_hits(hits((1, 2)), np.zeros((8, 64))), "above 0, got 0 at voice 1"),
        (lambda: Pattern.from_hits(hits((0, 0)), offset=np.full((8, 64), 2)), r"\[-2, 2\), got 2.0"),
        (lambda: Pattern.from_hits(hits((0, 0)), offset=np.full((8, 64), -2.1)), r"\[-2, 2\)"),
        (lambda: Pattern.from_hits(hits((0, 0)), offset=np.zeros((8, 3))), "offset has the shape of hits"),
        (lambda: Pattern.empty((0, 4)), "positive"),
        (lambda: Pattern.empty((5, 128)), "64th"),
        (lambda: Pattern.from_strokes([Stroke(8, 0, 0.5, 0)]), "8 voices x 64 steps"),
        (lambda: Pattern.from_strokes([Stroke(0, 64, 0.5, 0)]), "falls outside"),
        (lambda: Pattern.from_strokes([Stroke(0, 0, 0.0, 0)]), r"\(0, 1\]"),
        (lambda: Pattern.from_strokes([Stroke(0, 0, 0.5, float("nan"))]), "falls outside"),
    ],
)
def test_what_is_no_bar_is_refused_with_rule_and_value(build, message):
    with pytest.raises(PatternError, match=message):
        build()


# Snapping


@pytest.mark.parametrize(
    ("tick", "step", "offset"),
    [
        (0, 0, 0),
        (120, 4, 0),
        (160, 5, 1 / 3),  # an exact triplet
        (320, 11, -1 / 3),
        (59, 0, 59 / 30),
        (60, 4, -2),  # halfway belongs to the later place
        (139, 4, 19 / 30),
        (140, 5, -1 / 3),  # nearer to the triplet than to the 16th
        (200, 8, -40 / 30),
        (279, 8, 39 / 30),
        (280, 11, -50 / 30),
        (340, 12, -20 / 30),
        (480 + 160, 16 + 5, 1 / 3),  # every quarter has its triplets
        (-60, 0, -2),
        (-1, 0, -1 / 30),
    ],
)
def test_a_stroke_goes_to_the_nearest_16th_or_triplet_and_keeps_the_rest(tick, step, offset):
    [stroke] = placed(tick).strokes()
    assert stroke.step == step
    assert stroke.offset == pytest.approx(offset, abs=1e-6)


def test_every_tick_of_a_bar_finds_the_nearest_place_by_plain_search():
    places = {quarter * 480 + tick: quarter * 16 + step for quarter in range(4) for tick, step in PLACES.items()}
    places[1920] = 64
    ticks = np.arange(1920)
    wanted = [places[min(places, key=lambda place: (abs(place - tick), -place))] for tick in ticks]
    np.testing.assert_array_equal(musical_steps(ticks, np.array([0, 64, 128])), wanted)


PLACES = {0: 0, 120: 4, 160: 5, 240: 8, 320: 11, 360: 12}


@pytest.mark.parametrize("length", [1, 2, 5, 7, 13, 28, 47])
def test_the_next_bar_line_is_a_place_even_when_it_lies_on_no_16th(length):
    lines = np.array([0, length, length + 64])
    ticks = np.arange(length * 30)
    steps = musical_steps(ticks, lines)
    places = [(tick + 480 * q, step + 16 * q) for q in range(3) for tick, step in PLACES.items()]
    places = [(tick, step) for tick, step in places if tick < length * 30] + [(length * 30, length)]
    for tick, step in zip(ticks, steps, strict=True):
        assert step == max(places, key=lambda place: (-abs(place[0] - tick), place[0]))[1]
    off = ticks - steps * 30
    assert off.min() >= -60
    assert off.max() < 60


def test_the_nearer_of_two_keeps_the_cell_and_the_farther_goes_to_its_own_step():
    pattern = placed(80, 122)  # both in the 16th at 120
    assert [(s.step, round(s.offset * 30)) for s in pattern.strokes()] == [(3, -10), (4, 2)]


def test_a_roll_of_64ths_keeps_every_stroke_in_order():
    pattern = placed(*range(0, 1920, 30))
    assert [s.step for s in pattern.strokes()] == list(range(64))
    assert not pattern.offset.any()


def test_a_guest_gives_way_to_the_stroke_whose_own_step_it_is():
    # 137 belongs to the 16th at 120, but 121 is nearer; on its own step, 5, sits 180, whose triplet is 160
    pattern = placed(121, 137, 180)
    assert [(s.step, round(s.offset * 30)) for s in pattern.strokes()] == [(4, 1), (5, -13), (6, 0)]


def test_a_stroke_long_before_the_bar_keeps_the_first_step_and_sends_a_guest_home():
    pattern = placed(-50, 40)  # both want step 0: -50 has no other
    assert [(s.step, round(s.offset * 30)) for s in pattern.strokes()] == [(0, -50), (1, 10)]


def test_a_stroke_just_before_the_next_bar_line_stays_in_the_bar():
    assert [(s.step, round(s.offset * 30)) for s in placed(1919).strokes()] == [(63, 29)]


def test_strokes_of_one_step_merge_and_the_louder_stays():
    quiet, loud = Stroke(2, 8, 0.3, 0.1), Stroke(2, 8, 0.9, -0.2)
    [stroke] = Pattern.from_strokes([quiet, loud]).strokes()
    assert stroke.velocity == pytest.approx(0.9)
    assert stroke.offset == pytest.approx(-0.2)
    assert len(list(Pattern.from_strokes([quiet, loud._replace(voice=3)]).strokes())) == 2


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (7, 8), (5, 64)])
def test_no_stroke_is_lost_or_moved_in_time_unless_two_share_a_64th(meter):
    rng = np.random.default_rng(1)
    steps = Pattern.empty(meter).steps
    for _ in range(60):
        own = np.concatenate(
            [voice * steps + np.flatnonzero(rng.random(steps - 1) < rng.random()) for voice in range(8)]
        )
        voice, step = np.divmod(own, steps)
        tick = np.maximum(step * 30 + rng.integers(-15, 15, step.size), 0)
        strokes = [Stroke(int(v), 0, float(rng.uniform(0.01, 1)), t / 30) for v, t in zip(voice, tick, strict=True)]
        pattern = Pattern.from_strokes(strokes, meter)
        found = {(s.voice, round(s.position * 30)): s.velocity for s in pattern.strokes()}
        assert found == {(s.voice, round(s.position * 30)): pytest.approx(s.velocity) for s in strokes}


def test_strokes_and_from_strokes_undo_each_other():
    rng = np.random.default_rng(2)
    for _ in range(60):
        strokes = [
            Stroke(int(rng.integers(8)), 0, float(rng.uniform(0.01, 1)), float(rng.integers(0, 1860)) / 30)
            for _ in range(rng.integers(0, 200))
        ]
        pattern = Pattern.from_strokes(strokes)
        assert Pattern.from_strokes(pattern.strokes()) == pattern


def test_nearest_steps_and_merge_tell_ties_the_same_way_every_time():
    np.testing.assert_array_equal(nearest_steps(np.array([-15, 14, 15, 44, 45])), [0, 0, 1, 1, 2])
    voice, step = np.array([0, 0, 1, 0]), np.array([3, 3, 3, 3])
    np.testing.assert_array_equal(merge(voice, step, np.array([5, 9, 1, 9])), [1, 2])  # of equals the first
    np.testing.assert_array_equal(merge(voice, step, np.array([0, 1, 0, MAX_LOUDNESS])), [2, 3])
    assert merge(voice[:0], step[:0], step[:0]).size == 0


def test_settle_never_shares_a_step_within_a_voice():
    rng = np.random.default_rng(3)
    lines = np.array([0, 64, 128, 192])
    for _ in range(100):
        voice = rng.integers(0, 8, 700)
        tick = rng.integers(0, 3 * 1920 - 100, 700)
        own = nearest_steps(tick)
        kept = merge(voice, own, rng.integers(1, 128, 700))
        voice, tick, own = voice[kept], tick[kept], own[kept]
        cell = musical_steps(tick, lines)
        step = settle(voice, tick, cell, own)
        assert len(set(zip(voice.tolist(), step.tolist(), strict=True))) == step.size
        assert ((step == cell) | (step == own)).all()
        assert (np.abs(tick - step * 30) <= 60).all()
        for row in range(len(VOICES)):  # who comes first, stays first
            mine = np.argsort(tick[voice == row], kind="stable")
            same_time = np.diff(tick[voice == row][mine]) == 0
            assert (np.diff(step[voice == row][mine])[~same_time] > 0).all()
