"""What the calls of a rhythm space promise, by examples: defaults, seeds, where a feel strays, likelihoods by hand."""

import inspect
import warnings

import numpy as np
import pytest

import clave.rhythm.space
from clave import Pattern, load_rhythm
from clave.errors import SpaceError
from clave.music.units import METERS
from clave.rhythm.condition import Condition
from clave.rhythm.detail_decoder import CHANGE_COST, Feel, MapOnlyDecoder, change_cost
from clave.rhythm.dynamics import Hits, Noise
from clave.rhythm.measured_space import check_before
from clave.rhythm.space import RhythmSpace, play

POINTS = np.array([[0.3, -0.4], [1.0, 0.5]])


@pytest.fixture(scope="module")
def space() -> RhythmSpace:
    return load_rhythm()


class EvenOdds(MapOnlyDecoder):
    """A map on which every cell is struck three times out of four, whatever lies after the end of a bar."""

    def __init__(self) -> None:
        self.map = self  # type: ignore[assignment]
        self.noise_rows: list[int | None] = []  # of each call of `play`

    def logits(self, condition: Condition) -> np.ndarray:
        return np.full((len(condition), 8, condition.steps), np.log(3), np.float32)

    def play(self, hits: Hits, feel: Feel, condition: Condition, noise: Noise | None = None) -> list[Pattern]:  # noqa: ARG002
        self.noise_rows.append(None if noise is None else noise.shape[1])
        return []


DEFAULTS = {
    "at": {"style": None, "section": "beat", "variation": 0.0, "density": None, "seed": 0, "meter": (4, 4)},
    "sample": {"style": None, "seed": 0, "section": "beat", "meter": (4, 4), "after": None},
    "phrase": {
        "bars": 4, "style": None, "variation": 0.25, "fill": True, "seed": 0, "meter": (4, 4),
    },
    "feel": {"style": None, "amount": 1.0, "like": None, "seed": 0},
    "drums_for": {"style": None, "section": "beat", "seed": 0, "meter": (4, 4)},
    "complete": {"style": None, "section": "beat", "seed": 0},
    "decode": {"density": None},
    "neighbours": {"n": 8},
    "expected": {"style": None, "section": "beat", "meter": (4, 4)},
    "log_likelihood": {"draws": 64, "seed": 0, "before": None},
    "similar": {"n": 10},
}  # fmt: skip


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_defaults_are_those_that_others_rely_on(name: str) -> None:
    parameters = inspect.signature(getattr(RhythmSpace, name)).parameters.values()
    found = {each.name: each.default for each in parameters if each.default is not inspect.Parameter.empty}
    assert found == DEFAULTS[name]
    assert all(type(found[key]) is type(value) for key, value in DEFAULTS[name].items())


def test_without_variation_the_seed_changes_nothing_and_with_it_everything(space: RhythmSpace) -> None:
    assert space.at(POINTS, seed=1) == space.at(POINTS, seed=2)
    assert space.at(POINTS, variation=0.01, seed=1) != space.at(POINTS, variation=0.01, seed=2)
    assert space.at(POINTS, variation=0.5, seed=1) == space.at(POINTS, variation=0.5, seed=1)


def test_a_feel_strays_by_so_many_deviations_as_the_variation_and_the_noise_of_the_seed_say(
    space: RhythmSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[np.ndarray] = []

    def keep(decoder: object, hits: object, feel: np.ndarray, *_: object) -> list[Pattern]:
        given.append(feel)
        return []

    monkeypatch.setattr(clave.rhythm.space, "play", keep)
    for variation in (0.0, 0.25, 1.0):
        space.at(POINTS, variation=variation, seed=5)
    mean, std = space._decoder.expected_feel(space._condition(POINTS.astype(np.float32), None, "beat", (4, 4)))
    noise = np.random.default_rng(5).standard_normal(space._decoder.feel_size)
    for variation, feel in zip((0.0, 0.25, 1.0), given, strict=True):
        np.testing.assert_allclose(feel, mean + variation * std * noise, atol=1e-5)  # the same noise at both points


def test_bars_at_a_point_have_the_same_noise_and_samples_each_their_own(
    space: RhythmSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[dict[str, object], bool]] = []
    unused = np.random.default_rng(0).bit_generator.state

    def keep(*given: object, alike: bool = True) -> list[Pattern]:
        rng = given[4]
        assert isinstance(rng, np.random.Generator)
        calls.append((dict(rng.bit_generator.state), alike))
        return [Pattern.empty()] * 2

    monkeypatch.setattr(clave.rhythm.space, "play", keep)
    for variation in (0.0, 0.5):
        space.at(POINTS, variation=variation, seed=0)
    space.sample(2, seed=0)
    assert [alike for _, alike in calls] == [True, True, False]
    assert [state == unused for state, _ in calls] == [True, False, False]  # without variation, that of seed 0


def test_a_fill_is_drawn_beside_the_beat_of_its_point_and_a_beat_alone(
    space: RhythmSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[Condition, Condition | None]] = []

    def keep(decoder: object, condition: Condition, beats: Condition | None, *_: object) -> np.ndarray:
        given.append((condition, beats))
        return np.zeros((len(condition), 8, condition.steps), bool)

    monkeypatch.setattr(clave.rhythm.space, "hits_at", keep)
    space.at(POINTS, "funk", section="beat", variation=0.5)
    space.at(POINTS, "funk", section="fill", variation=0.5)
    (_, none), (fill, beat) = given
    assert none is None
    assert beat is not None
    assert [each.section[0].argmax() for each in (fill, beat)] == [
        space.sections.index(name) for name in ("fill", "beat")
    ]
    np.testing.assert_array_equal(beat.map, fill.map)
    np.testing.assert_array_equal(beat.style, fill.style)


def test_the_map_of_a_space_is_drawn_with_the_bars_of_each_style(
    space: RhythmSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, np.ndarray] = {}
    monkeypatch.setattr(clave.rhythm.space, "map_svg", lambda title, groups: drawn.update(groups) or title)
    assert space._repr_html_() == f"Rhythm space {space.card['name']}"
    styles = np.array(space.corpus.styles)
    assert sorted(drawn) == sorted(set(styles.tolist()))
    for style, points in drawn.items():
        np.testing.assert_array_equal(points, space.corpus.map[styles == style])


def test_the_detail_that_is_expected_has_the_mean_feel(space: RhythmSpace) -> None:
    mean, std = space._decoder.expected_feel(space._condition(POINTS.astype(np.float32), "funk", "beat", (4, 4)))
    feel = space._decoder.feel(space.expected(POINTS, "funk").detail)
    np.testing.assert_allclose(feel, mean, atol=1e-6)
    assert not np.allclose(mean, std)


def test_a_bar_is_completed_in_the_feel_of_its_kept_strokes_or_else_in_that_of_the_place(
    space: RhythmSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    felt: list[np.ndarray] = []
    guessed: list[Pattern] = []
    dynamics, guess = space._decoder.dynamics, space._encoder.guess

    def keep_dynamics(hits: Hits, feel: Feel, *rest: object) -> object:
        felt.append(feel)
        return dynamics(hits, feel, *rest)

    def keep_guess(patterns: list[Pattern]) -> object:
        guessed.extend(patterns)
        return guess(patterns)

    monkeypatch.setattr(space._decoder, "dynamics", keep_dynamics)
    monkeypatch.setattr(space._encoder, "guess", keep_guess)
    hits = np.zeros((8, 64), bool)
    hits[0, [0, 32]] = hits[1, [16, 48]] = True
    bar = Pattern.from_hits(hits, velocity=np.full((8, 64), 0.6), offset=np.full((8, 64), 0.25))
    keep = np.zeros((8, 64), bool)
    space.complete(bar, keep)
    assert guessed == []  # nothing is kept
    keep[0] = True
    done = space.complete(bar, keep)
    assert guessed == [Pattern(np.where(keep, bar.velocity, 0), np.where(keep, bar.offset, 0))]
    np.testing.assert_allclose(felt[-1], guess(guessed)[1])
    np.testing.assert_array_equal(done.velocity[0], bar.velocity[0])


def test_drums_for_taps_have_the_mean_feel_of_their_place(space: RhythmSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    felt: list[tuple[np.ndarray, Condition]] = []
    dynamics = space._decoder.dynamics

    def keep(hits: Hits, feel: Feel, condition: Condition) -> object:
        felt.append((feel, condition))
        return dynamics(hits, feel, condition)

    monkeypatch.setattr(space._decoder, "dynamics", keep)
    made = space.drums_for([(0.0, 0.9), (16.0, 0.5)])
    ((feel, condition),) = felt
    np.testing.assert_allclose(feel, space._decoder.expected_feel(condition)[0])
    assert made.hits[:, 0].any()


def test_no_samples_are_no_bars_and_fewer_are_refused(space: RhythmSpace) -> None:
    assert list(space.sample(0)) == []
    assert len(space.sample(1)) == 1
    with pytest.raises(SpaceError, match="a number of samples is at least 0, got -1"):
        space.sample(-1)


def test_a_style_without_bars_in_the_meter_is_drawn_with_a_warning_and_one_with_bars_without(
    space: RhythmSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(space.sample(1, "funk")) == 1
    monkeypatch.setattr(space.style_meters, "why_none", lambda style, meter: f"none of {style} in {meter}")
    with pytest.warns(UserWarning, match=r"none of funk in \(4, 4\)"):
        space.sample(1, "funk")


def test_only_beats_of_one_style_keep_its_signature(space: RhythmSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []

    def keeping(draw: object, n: int, name: str, *_: object) -> list[Pattern]:
        kept.append(name)
        return [Pattern.empty()] * n

    monkeypatch.setattr(clave.rhythm.space, "keeping_signature", keeping)
    space.sample(1, "funk")
    for style, section in (("funk", "fill"), (None, "beat"), ({"funk": 0.5, "jazz": 0.5}, "beat")):
        space.sample(1, style, section=section)
    assert kept == ["funk"]


def test_a_fill_ends_a_phrase_of_two_bars_or_more_and_begins_as_the_beat_does(
    space: RhythmSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    endings: list[Condition | None] = []

    def write(decoder: object, beats: Condition, ending: Condition | None, *_: object) -> list[Pattern]:
        endings.append(ending)
        return []

    monkeypatch.setattr(clave.rhythm.space, "write_phrase", write)
    path = np.array([[0.0, 0.0], [0.5, 0.5], [1.0, -1.0]])
    for bars, fill in ((1, True), (2, False), (2, True), (3, True)):
        space.phrase(path, bars, fill=fill)
    assert [ending is not None for ending in endings] == [False, False, True, True]
    ending = endings[-1]
    assert ending is not None
    np.testing.assert_array_equal(ending.map, path[-1:].astype(np.float32))
    assert ending.section[0].argmax() == space.sections.index("fill")
    for variation in (-0.1, 1.1):
        with pytest.raises(SpaceError, match="variation"):
            space.phrase([0, 0], variation=variation)


def test_an_amount_of_feel_lies_in_0_to_1(space: RhythmSpace) -> None:
    for amount in (-0.1, 1.1):
        with pytest.raises(SpaceError, match="amount"):
            space.feel(Pattern.from_hits(np.eye(8, 64)), amount=amount)


def test_an_empty_bar_is_shifted_to_itself(space: RhythmSpace) -> None:
    empty = Pattern.empty()
    assert space.shifted(empty, {"density": 1.0}) is empty


def test_neighbours_come_the_nearest_first_and_distance_is_their_mean(space: RhythmSpace) -> None:
    point = [0.2, 0.1]
    away = np.sqrt(np.square(space.corpus.map - np.float32(point)).sum(axis=1))
    near = space.neighbours(point, 5)
    np.testing.assert_allclose(away[near], np.sort(away)[:5], rtol=1e-4, atol=1e-5)
    assert space.distance([point])[0] == pytest.approx(np.sort(away)[:8].mean(), rel=1e-4)


def test_noise_is_shared_by_bars_that_are_alike_and_drawn_for_each_of_the_others() -> None:
    decoder, rng = EvenOdds(), np.random.default_rng(0)
    map_style_section = (np.zeros((3, size), np.float32) for size in (2, 1, 1))
    condition = Condition(*map_style_section, np.eye(1, dtype=np.float32)[[0] * 3])
    hits, feel = np.zeros((3, 8, 64), bool), np.zeros((3, 0), np.float32)
    play(decoder, hits, feel, condition)
    play(decoder, hits, feel, condition, rng)
    play(decoder, hits, feel, condition, rng, alike=False)
    play(decoder, hits[:1], feel[:1], condition[:1], rng)
    assert decoder.noise_rows == [None, 1, 3, 1]
    assert list(play(decoder, hits[:0], feel[:0], condition[:0])) == []
    assert len(decoder.noise_rows) == 4  # the networks need a row


# Likelihoods


def test_the_likelihood_of_cells_by_themselves_is_counted_by_hand() -> None:
    short = METERS.index((3, 4))
    meter = np.eye(len(METERS), dtype=np.float32)[[METERS.index((4, 4)), short]]
    none = np.zeros((2, 1), np.float32)
    hits = np.zeros((2, 8, 64), bool)
    hits[0, 0, :10] = hits[1, 0, :5] = True
    hits[1, :, 48:] = True  # after the end of 3/4
    found = EvenOdds().log_likelihood(hits, Condition(np.zeros((2, 2), np.float32), none, none, meter))
    wanted = [n * np.log(0.75) + (8 * steps - n) * np.log(0.25) for n, steps in ((10, 64), (5, 48))]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_a_bar_is_as_likely_as_seeds_and_draws_say(space: RhythmSpace) -> None:
    bars = space.at(POINTS)
    once, again, other = (space.log_likelihood(bars, 2, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(once, again)
    assert (once != other).all()
    assert (once < 0).all()
    assert space.log_likelihood(bars, 1).shape == (2,)
    with pytest.raises(SpaceError, match="1 draw or more, got 0"):
        space.log_likelihood(bars, 0)
    heard = space.log_likelihood(bars, 2, before=[bars[0]] * 2)
    assert (np.abs(heard - once) > 1e-3).any()


def test_bars_before_are_as_many_and_in_the_same_meters() -> None:
    check_before([(4, 4), (3, 4)], [(4, 4), (3, 4)])
    with pytest.raises(SpaceError, match="got 1 before 2 bars"):
        check_before([(4, 4)], [(4, 4), (4, 4)])
    with pytest.raises(SpaceError, match="the same meter, 3/4; got 4/4"):
        check_before([(4, 4)], [(3, 4)])


def test_a_change_costs_nothing_at_full_variation_and_less_than_half_half_way() -> None:
    assert change_cost(0) == CHANGE_COST
    assert change_cost(1) == 0
    assert change_cost(0.5) == pytest.approx(CHANGE_COST * 0.5**1.5)
