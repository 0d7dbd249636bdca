import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_bars import TINY, as_patterns, toy_bars, toy_space, untrained

import clave.rhythm.likelihood
import clave.training.models.rhythm_vae
from clave import Code, Pattern, load_rhythm
from clave.errors import ClaveError, PatternError, SpaceError
from clave.latent.space_folder import write_settings
from clave.music.units import METERS, steps_per_bar
from clave.rhythm.attributes import NAMES
from clave.rhythm.hands import extra_hands
from clave.rhythm.scores import hit_f1
from clave.rhythm.space import SHIPPED_RHYTHM
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.training.loop import negative_log_likelihood
from clave.training.models.paper_rhythm_vae import PaperConfig
from clave.training.onnx_export import write_graphs

POINTS = np.array([[0.0, 0.0], [1.2, -0.4], [-2.0, 1.5], [40.0, -70.0]])
NEAR = np.random.default_rng(0).normal(0, 1, (24, 2))
MARKED = Pattern.from_hits(np.random.default_rng(5).random((8, 64)) < 0.06)


@pytest.fixture(scope="module")
def space():
    return load_rhythm()


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A space of a model that has learned nothing, and the model."""
    model = untrained(TINY)
    return toy_space(tmp_path_factory.mktemp("toy"), model), model


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """A space of the paper's recipe."""
    folder = tmp_path_factory.mktemp("paper")
    torch.manual_seed(0)
    write_graphs(folder, PaperConfig().build().eval().onnx_graphs())
    write_settings(
        folder, RHYTHM_FORMAT, styles=["funk"], sections=["beat", "fill"], meters=[[4, 4]],
        network_meters=[[4, 4]], threshold=0.0,
        detail_size=0, attribute_std=dict.fromkeys(NAMES, 1.0),
        card={"name": "p", "licence": "CC0", "credit": "x", "recipe": "paper"},
    )  # fmt: skip
    shutil.copy(SHIPPED_RHYTHM / "corpus.npz", folder)
    return load_rhythm(folder)


def hits(patterns):
    return np.stack([pattern.hits for pattern in patterns])


# Points to bars.


def test_every_finite_point_is_a_bar(space):
    patterns = space.at(POINTS)
    assert [pattern.meter for pattern in patterns] == [(4, 4)] * 4
    assert all(pattern.hits.any() for pattern in patterns[:3])
    assert all((pattern.velocity[pattern.hits] >= 1 / 127 - 1e-6).all() for pattern in patterns)


def test_a_click_where_the_map_is_unsure_plays_a_bar_all_the_same(space):
    points = np.random.default_rng(0).uniform(-3, 3, (3000, 2)).astype(np.float32)
    condition = space._condition(points, None, "beat", (4, 4))
    passing = space._decoder.map.hits(condition).sum(axis=(1, 2))
    expected = (1 / (1 + np.exp(-space._decoder.map.logits(condition)))).sum(axis=(1, 2))
    unsure = points[[(passing / expected).argmin()]]
    assert (passing / expected).min() < 0.5
    (bar,) = space.at(unsure)
    assert 0.65 * expected[(passing / expected).argmin()] <= bar.hits.sum()
    (again,) = space.decode(space.expected(unsure))
    assert hit_f1(again.hits[None].astype(float), bar.hits[None], 0.5) > 0.7


def test_clicks_need_a_third_hand_as_seldom_as_drummers_do(space):
    points = np.random.default_rng(0).uniform(-2, 2, (1000, 2)).astype(np.float32)
    by_cell = space._decoder.map.hits(space._condition(points, None, "beat", (4, 4)))
    one_by_one, played = ((extra_hands(bars) > 0).mean() for bars in (by_cell, hits(space.at(points))))
    assert 0.02 < played < 0.07  # of recorded bars 3 to 7 % do
    assert played < 0.75 * one_by_one


def test_a_paper_space_takes_each_cell_by_itself(paper):
    condition = paper._condition(NEAR.astype(np.float32), None, "beat", (4, 4))
    np.testing.assert_array_equal(hits(paper.at(NEAR)), paper._decoder.map.logits(condition) > 0)


def test_points_decode_alike_alone_and_together(space):
    together = space.at(POINTS, variation=0.7, seed=3)
    alone = [space.at(POINTS[i : i + 1], variation=0.7, seed=3)[0] for i in range(4)]
    np.testing.assert_array_equal(hits(together), hits(alone))


def test_no_points_are_no_bars(space):
    nothing = np.zeros((0, 2))
    code = space.encode([])
    assert (code.map.shape, code.detail.shape, len(code)) == ((0, 2), (0, space.detail_size), 0)
    assert space.at(nothing) == space.decode(code) == space.decode(space.expected(nothing)) == space.sample(0) == []
    assert space.hit_logits(code).shape == space.map_logits(code).shape == (0, 8, 0)
    assert space.log_likelihood([]).shape == space.distance(nothing).shape == (0,)


def test_variation_strays_by_seed_and_comes_back_by_seed(space):
    still, one, same, other = (
        hits(space.at(NEAR, variation=variation, seed=seed)) for variation, seed in ((0, 1), (1, 1), (1, 1), (1, 2))
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    assert (one != still).any()
    np.testing.assert_array_equal(still, hits(space.at(NEAR, seed=2)))  # without variation, the seed says nothing


def test_bars_stray_farther_with_more_variation(space):
    still = hits(space.at(NEAR))
    changed = np.array(
        [(hits(space.at(NEAR, variation=v, seed=1)) != still).sum() / len(NEAR) for v in np.linspace(0, 1, 6)]
    )
    assert changed[0] == 0
    assert 0.3 < changed[1] < 8  # a neighbour, not another bar
    assert (np.diff(changed) > 0).all()


def test_a_journey_with_variation_is_of_one_piece(space):
    way = np.linspace([-1, -0.5], [1, 0.5], 30)
    bars = hits(space.at(way, variation=0.6, seed=4))
    next_ones = (bars[1:] != bars[:-1]).sum(axis=(1, 2)).mean()
    own_seeds = hits([space.at([point], variation=0.6, seed=seed)[0] for seed, point in enumerate(way)])
    assert next_ones < 0.6 * (own_seeds[1:] != own_seeds[:-1]).sum(axis=(1, 2)).mean()


@pytest.mark.parametrize("meter", METERS)
def test_one_map_is_heard_in_every_meter(space, meter):
    drawn = [*space.sample(6, meter=meter), *space.phrase((0.0, 0.0), 3, meter=meter)]
    made = [*drawn, *space.at(POINTS, meter=meter), *space.at(POINTS, meter=meter, variation=0.5)]
    assert {pattern.meter for pattern in made} == {meter}
    assert {pattern.steps for pattern in made} == {steps_per_bar(meter)}
    assert hits(made).any()
    again = space.decode(space.encode(drawn))
    assert hit_f1(hits(again).astype(float), hits(drawn), 0.5) > 0.6


def test_density_adds_strokes_and_takes_none(space):
    sparse, plain, busy = (hits(space.at(POINTS, density=density)) for density in (0.3, None, 0.7))
    assert (sparse <= plain).all()
    assert (plain <= busy).all()
    assert sparse.sum() < plain.sum() < busy.sum()
    np.testing.assert_array_equal(plain, hits(space.at(POINTS, density=0.5)))


def test_density_counts_with_variation_and_detail_too(space):
    code = space.encode(space.sample(20, seed=2))
    for counts in (
        [hits(space.at(NEAR, variation=0.8, density=density)).sum() for density in (0.2, 0.5, 0.8)],
        [hits(space.decode(code, density)).sum() for density in (0.2, 0.5, 0.8)],
    ):
        assert counts[0] < counts[1] < counts[2]
    np.testing.assert_array_equal(hits(space.decode(code, 0.5)), hits(space.decode(code)))
    assert (hits(space.decode(code, 0.3)) <= hits(space.decode(code, 0.6))).all()


def test_style_and_section_keep_the_point_and_bend_the_bar(space):
    plain = hits(space.at(NEAR))
    assert (plain != hits(space.at(NEAR, style="jazz"))).any()
    assert (plain != hits(space.at(NEAR, section="fill"))).any()


def test_a_blend_lies_between_its_styles(space):
    styles = space.styles[:2]
    weights = space.weights({styles[0]: 0.7, styles[1]: 0.3})
    assert weights[:2].tolist() == pytest.approx([0.7, 0.3])
    assert weights[2:].sum() == 0
    assert not space.weights(None).any()
    whole, same = (space.at(NEAR, style=style) for style in (styles[0], {styles[0]: 1.0}))
    assert whole == same
    assert space.sample(4, style=styles[0], seed=1) == space.sample(4, style={styles[0]: 1.0}, seed=1)
    assert len(space.sample(5, style={styles[0]: 0.5, styles[1]: 0.5})) == 5


def test_samples_follow_their_seed(space):
    assert space.sample(6, seed=1) == space.sample(6, seed=1)
    assert space.sample(6, seed=1) != space.sample(6, seed=2)
    assert len(set(space.sample(6, seed=1))) == 6


# Bars to points.


def test_a_bar_of_the_space_comes_back_through_its_own_code(space):
    patterns = space.sample(40, seed=5)
    again = space.decode(space.encode(patterns))
    assert hit_f1(hits(again).astype(float), hits(patterns), 0.5) > 0.85
    code = space.encode(patterns)
    velocity, offset = space.cell_feel(code, hits(patterns))
    played = np.stack([pattern.velocity for pattern in patterns])
    assert np.abs(velocity - played)[hits(patterns)].mean() < 0.15
    assert (np.abs(offset) <= 2).all()


def test_bars_of_several_meters_go_together(space):
    mixed = [space.sample(1, seed=seed, meter=meter)[0] for seed, meter in enumerate((*METERS, (3, 4)))]
    code = space.encode(mixed)
    assert code.meters == (*METERS, (3, 4))
    assert code.detail.shape == (len(mixed), space.detail_size)
    again = space.decode(code)
    assert [bar.meter for bar in again] == list(code.meters)
    for row, bar in enumerate(mixed):
        alone = space.encode([bar])
        np.testing.assert_allclose(alone.map[0], code.map[row], atol=1e-4)
        np.testing.assert_allclose(alone.detail[0], code.detail[row], atol=0.05)
        assert (space.hit_logits(code)[row, :, bar.steps :] < -20).all()
    np.testing.assert_allclose(
        space.log_likelihood(mixed, 64), [space.log_likelihood([bar], 64)[0] for bar in mixed], atol=2
    )


def test_encode_finds_a_point_no_worse_than_any_other(space):
    patterns = space.at(POINTS[:3])
    code, struck = space.encode(patterns), hits(patterns)

    def log_posterior(points):
        logit = space.map_logits(Code(points, np.zeros((len(points), space.detail_size), np.float32)))
        return (logit * struck - np.logaddexp(0, logit)).sum(axis=(1, 2)) - 0.5 * np.square(points).sum(1)

    best = log_posterior(code.map)
    rng = np.random.default_rng(0)
    for _ in range(50):
        assert (log_posterior(rng.uniform(-3, 3, (3, 2)).astype(np.float32)) <= best + 0.5).all()
    assert (log_posterior(POINTS[:3].astype(np.float32)) <= best + 0.5).all()
    assert (log_posterior(space.guess(patterns).map) <= best + 1e-3).all()


def test_expected_is_the_code_of_what_is_played_there(space):
    code = space.expected(POINTS)
    np.testing.assert_array_equal(code.map, POINTS.astype(np.float32))
    assert hit_f1(hits(space.decode(code)).astype(float), hits(space.at(POINTS)), 0.5) > 0.8
    assert space.expected(POINTS, meter=(3, 4)).meters == ((3, 4),) * 4


def test_the_likelihood_is_that_of_torch(toy, monkeypatch):
    rhythm, model = toy
    around = np.array([0.2, -0.3], np.float32)
    for module in (
        clave.rhythm.likelihood,
        clave.training.models.rhythm_vae,
    ):  # all draws at one point, so that only their own density differs
        monkeypatch.setattr(module, "PROPOSALS", ((1.0, 1e-3),))
    monkeypatch.setattr(rhythm, "locate", lambda bars: np.tile(around, (len(bars), 1)))
    monkeypatch.setattr(model, "search", lambda bars, *_: torch.from_numpy(around).repeat(len(bars), 1))
    bars, copies = toy_bars(4, seed=4, meters=METERS), 300
    many = replace(bars, style=0 * bars.style)[torch.arange(4).repeat_interleave(copies)]
    theirs = negative_log_likelihood(model, many, 1).reshape(4, copies).mean(dim=1)
    ours = [rhythm.log_likelihood([bar] * copies, 1).mean() for bar in as_patterns(bars)]
    np.testing.assert_allclose(ours, -theirs.numpy(), atol=0.4)  # the density of a draw has a deviation of 1


def test_likely_bars_are_more_likely(space):
    played, noise = space.sample(8, seed=3), [MARKED] * 2
    assert space.log_likelihood(played, 8).min() > space.log_likelihood(noise, 8).max()


# What is played around what is there.


def test_feel_keeps_the_strokes_and_says_how_they_are_played(space):
    flat = Pattern.from_hits(space.at([[0, 0]])[0].hits)
    played = space.feel(flat, seed=1)
    np.testing.assert_array_equal(played.hits, flat.hits)
    assert played.offset[flat.hits].std() > 0
    assert played.velocity[flat.hits].std() > 0.02
    assert space.feel(flat, seed=1) == played
    assert space.feel(flat, seed=2) != played
    assert space.feel(flat, style="jazz", seed=1) != played
    assert space.feel(flat, amount=0) == flat
    half = space.feel(flat, amount=0.5, seed=1)
    np.testing.assert_allclose(half.velocity, (flat.velocity + played.velocity) / 2, atol=0.02)  # at most 1 each


def test_feel_is_lent_by_a_performance_of_any_meter(space):
    flat = Pattern.from_hits(space.at([[0, 0]])[0].hits)
    quiet, loud = (Pattern(np.float32(scale) * flat.velocity, flat.offset) for scale in (0.3, 1.2))
    soft, hard = (space.feel(flat, like=like).velocity[flat.hits].mean() for like in (quiet, loud))
    assert soft + 0.1 < hard
    waltz = space.sample(1, meter=(3, 4))[0]
    np.testing.assert_array_equal(space.feel(flat, like=waltz).hits, flat.hits)


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_kept_cells_stay_exactly_as_they_are(space, meter, share):
    rng = np.random.default_rng(3)
    shape = (8, steps_per_bar(meter))
    struck = rng.random(shape) < 0.1
    bar = Pattern.from_hits(struck, rng.uniform(0.01, 1, shape), rng.uniform(-1.9, 1.9, shape), meter)
    keep = rng.random(shape) < share
    made = space.complete(bar, keep, seed=1)
    np.testing.assert_array_equal(made.velocity[keep], bar.velocity[keep])
    np.testing.assert_array_equal(made.offset[keep], bar.offset[keep])
    assert made.meter == meter
    assert space.complete(bar, keep, seed=1) == made
    if share < 1:
        assert space.complete(bar, keep, seed=2) != made
    else:
        assert made == bar


def test_drums_follow_taps(space):
    taps = np.zeros(64, bool)
    taps[[0, 16, 24, 48]] = True
    made = space.drums_for(taps, seed=1)
    led = made.hits[[0, 1]].any(axis=0) | made.hits[[4, 5, 6, 7]].any(axis=0)
    assert led[taps].sum() >= 3
    assert made == space.drums_for(taps, seed=1)
    assert made != space.drums_for(taps, seed=2)
    moments = [(float(step), 0.8) for step in np.flatnonzero(taps)]
    np.testing.assert_array_equal(space.drums_for(moments, seed=1).hits, made.hits)
    waltz = space.drums_for([(0.0, 1.0), (16.0, 0.5)], meter=(3, 4))
    assert waltz.meter == (3, 4)
    assert space.drums_for(waltz, style="funk", section="fill").meter == (3, 4)


@pytest.mark.parametrize("taps", [[], np.zeros(64), Pattern.empty()], ids=["none", "silence", "an empty bar"])
def test_no_taps_are_refused(space, taps):
    with pytest.raises(PatternError, match="at least one onset"):
        space.drums_for(taps)


def test_hundreds_of_taps_are_refused_or_folded(space):
    with pytest.raises(PatternError, match="room for 256 taps, got 300"):
        space.drums_for([(float(at % 64), 0.5) for at in range(300)])
    with pytest.raises(PatternError, match="room for 32 taps, got 64"):
        space.drums_for(np.ones(64))
    assert space.drums_for([(float(at % 64), 0.5) for at in range(250)]).hits.any()


def test_a_shift_of_nothing_is_the_very_bar_and_a_shift_moves(space):
    bar = space.sample(1, seed=1)[0]
    assert space.directions == NAMES
    assert space.shifted(bar, {}) == bar
    assert space.shifted(Pattern.empty(), {"density": 2}) == Pattern.empty()
    assert space.shifted(bar, {"density": 1.5}).hits.sum() > bar.hits.sum()
    louder = space.shifted(bar, {"loudness": 1})
    np.testing.assert_array_equal(louder.hits, bar.hits)
    assert louder.velocity.sum() > bar.velocity.sum()


def test_bars_of_a_phrase_agree_and_end_in_a_fill(space):
    phrase = space.phrase([0.3, 0.1], 4, seed=2)
    plain = space.phrase([0.3, 0.1], 4, fill=False, seed=2)
    assert phrase == space.phrase([0.3, 0.1], 4, seed=2)
    assert phrase != space.phrase([0.3, 0.1], 4, seed=3)
    assert phrase[:3] == plain[:3]
    others = hits(space.sample(3, seed=1))
    agreeing = (hits(plain[1:]) != plain[0].hits).sum(axis=(1, 2)).mean()
    assert agreeing < 0.5 * (others != plain[0].hits).sum(axis=(1, 2)).mean()
    fills = [space.phrase(point, 2, seed=seed)[1] for seed, point in enumerate(NEAR[:8])]
    beats = [space.phrase(point, 2, fill=False, seed=seed)[1] for seed, point in enumerate(NEAR[:8])]
    begun, ended = ((hits(fills) != hits(beats))[:, :, half].sum() for half in (slice(0, 24), slice(40, 64)))
    assert begun < ended


def test_without_variation_the_bars_of_a_phrase_hardly_differ(space):
    def strays(variation):
        made = [hits(space.phrase(point, 4, variation=variation, fill=False, seed=1)) for point in NEAR[:6]]
        return sum((bars[1:] != bars[0]).sum() for bars in made)

    assert strays(0.0) < strays(0.5) < strays(1.0)


def test_a_phrase_may_travel(space):
    there = space.phrase([[-1, 0], [1, 0.5]], 5, fill=False)
    assert len(there) == 5
    assert len(space.phrase([0, 0], 1)) == 1


# The map and what lies on it.


def test_neighbours_and_distance_are_those_of_looking_at_every_bar(space):
    apart = np.linalg.norm(space.corpus.map - np.array([0.3, -0.2], np.float32), axis=1)
    near = space.neighbours([0.3, -0.2], 5)
    np.testing.assert_allclose(apart[near], np.sort(apart)[:5], rtol=1e-5)
    assert space.distance([[0.3, -0.2]])[0] == pytest.approx(np.sort(apart)[:8].mean(), rel=1e-4)
    assert space.neighbours((0.0, 0.0)).shape == (8,)
    assert space.neighbours([0, 0], 0).shape == (0,)
    assert space.distance([[50.0, 50.0]])[0] > 40


def test_the_corpus_says_where_each_point_comes_from(space):
    corpus = space.corpus
    assert corpus.map.shape == (len(corpus), 2)
    columns = (corpus.styles, corpus.sections, corpus.meters, corpus.sources)
    assert {*map(len, columns)} == {len(corpus)}
    assert len(corpus) > 10_000
    assert set(corpus.styles) <= {*space.styles, ""}
    assert set(corpus.sections) <= set(space.sections)
    assert set(corpus.meters) <= set(space.meters)
    assert set(corpus.sources) <= set(corpus.licences)
    assert all(source.endswith(".mid") for source in corpus.sources[:100])


def test_the_card_credits_the_data(space):
    assert "CC BY 4.0" in space.card["licence"]
    assert "Groove MIDI" in space.card["credit"]


def test_samples_of_a_style_come_from_where_its_bars_lie(space):
    rng = np.random.default_rng(0)
    points = space.corpus.sample_points(400, "jazz", space.labels, (4, 4), rng)
    bars = space.corpus.map[[name == "jazz" for name in space.corpus.styles]]
    apart = np.linalg.norm(points[:, None] - bars, axis=2).min(axis=1)
    assert (apart < 0.4).mean() > 0.99


# A space of the paper's recipe.


def test_a_space_without_detail_plays_its_map(paper):
    assert (paper.detail_size, paper.directions) == (0, ())
    bars = paper.at(POINTS, style="funk", variation=0.5)
    assert len(bars) == 4
    code = paper.encode(bars)
    assert code.detail.shape == (4, 0)
    assert len(paper.decode(code)) == 4
    assert len(paper.decode(code, density=0.7)) == 4
    assert len(paper.sample(3)) == 3
    assert paper.hit_logits(code).shape == (4, 8, 64)
    assert paper.expected(POINTS).detail.shape == (4, 0)
    velocity, offset = paper.cell_feel(code)
    assert (velocity == np.float32(0.8)).all()
    assert (offset == 0).all()
    assert np.isfinite(paper.log_likelihood(bars, 8)).all()
    assert paper.distance(POINTS).shape == (4,)
    assert paper.decode(paper.encode([])) == []


@pytest.mark.parametrize(
    ("question", "what"),
    [
        (lambda paper: paper.phrase([0, 0]), "write a phrase"),
        (lambda paper: paper.feel(MARKED), "give a feel"),
        (lambda paper: paper.drums_for([(0.0, 1.0)]), "play to taps"),
        (lambda paper: paper.complete(MARKED, np.ones((8, 64), bool)), "complete a bar"),
        (lambda paper: paper.shifted(MARKED, {"density": 1}), "move a bar"),
    ],
)
def test_a_space_without_detail_says_what_it_cannot_do(paper, question, what):
    with pytest.raises(SpaceError, match=rf"a map without detail \(recipe paper\): it cannot {what}"):
        question(paper)


def test_a_space_of_one_meter_says_so(paper):
    with pytest.raises(SpaceError, match="has learned 4/4, got 3/4"):
        paper.at(POINTS, meter=(3, 4))
    with pytest.raises(SpaceError, match="has learned 4/4, got pattern 1 in 6/8"):
        paper.encode([MARKED, Pattern.empty((6, 8))])


def test_a_space_without_styles_plays(tmp_path):
    rhythm = toy_space(tmp_path, untrained(replace(TINY, styles=0)), meters=[(3, 4)])
    assert rhythm.styles == ()
    assert rhythm.meters == ((3, 4),)
    bars = [*rhythm.sample(3, meter=(3, 4)), *rhythm.at(POINTS, variation=0.3, meter=(3, 4))]
    assert len(rhythm.decode(rhythm.encode(bars))) == 7
    with pytest.raises(SpaceError, match="none, it was learned without labels"):
        rhythm.at(POINTS, style="funk", meter=(3, 4))
    with pytest.raises(SpaceError, match="has learned 3/4, got 4/4"):
        rhythm.at(POINTS)


# What is refused.


def code_of(space, map=((0.0, 0.0),), detail=None, meters=()):  # noqa: A002
    detail = np.zeros((1, space.detail_size)) if detail is None else detail
    return Code(np.array(map, np.float32), detail.astype(np.float32), meters)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (lambda space: space.at([[np.nan, 0]]), "two finite numbers, got .*nan"),
        (lambda space: space.at([0.0, 1.0]), r"array \[n, 2\], got shape \[2\]"),
        (lambda space: space.at([["a", "b"]]), "numbers"),
        (lambda space: space.expected([[np.inf, 0]]), "two finite numbers"),
        (lambda space: space.distance([[np.nan, 0]]), "two finite numbers"),
        (lambda space: space.neighbours([np.nan, 0]), "two finite numbers"),
        (lambda space: space.neighbours(["a", "b"]), "numbers"),
        (lambda space: space.neighbours([0, 0], -1), "at least 0, got -1"),
        (lambda space: space.phrase([np.nan, 0]), "two finite numbers"),
        (lambda space: space.phrase(["a", "b"]), "numbers"),
        (lambda space: space.phrase(np.zeros((0, 2))), "one point or more, got none"),
        (lambda space: space.phrase([]), r"array \[n, 2\]"),
        (lambda space: space.phrase([0, 0], 0), "1 to 64 bars, got 0"),
        (lambda space: space.phrase([0, 0], 65), "1 to 64 bars, got 65"),
        (lambda space: space.phrase([0, 0], variation=-0.1), r"variation lies in \[0, 1\], got -0.1"),
        (lambda space: space.at(POINTS, style="polka"), "no style 'polka'.*funk"),
        (lambda space: space.at(POINTS, style={"funk": 0.7}), "add up to 1"),
        (lambda space: space.at(POINTS, style={"funk": 2.0, "jazz": -1.0}), "at least 0"),
        (lambda space: space.at(POINTS, style={"funk": float("nan")}), "at least 0"),
        (lambda space: space.at(POINTS, style={}), "add up to 1"),
        (lambda space: space.at(POINTS, style={"funk": 0.5, "polka": 0.5}), "no style 'polka'"),
        (lambda space: space.sample(1, style="polka"), "no style 'polka'"),
        (lambda space: space.feel(MARKED, style="polka"), "no style 'polka'"),
        (lambda space: space.at(POINTS, section="chorus"), "no section 'chorus'.*beat, fill"),
        (lambda space: space.sample(1, section="chorus"), "no section 'chorus'"),
        (lambda space: space.complete(MARKED, np.ones((8, 64)), section="chorus"), "no section 'chorus'"),
        (lambda space: space.at(POINTS, variation=1.5), r"variation lies in \[0, 1\], got 1.5"),
        (lambda space: space.at(POINTS, variation=float("nan")), r"variation lies in \[0, 1\], got nan"),
        (lambda space: space.at(POINTS, density=float("nan")), r"density lies in \[0, 1\], got nan"),
        (lambda space: space.decode(code_of(space), density=2), r"density lies in \[0, 1\], got 2"),
        (lambda space: space.feel(MARKED, amount=1.01), r"amount lies in \[0, 1\], got 1.01"),
        (lambda space: space.sample(-1), "at least 0, got -1"),
        (lambda space: space.log_likelihood([MARKED], 0), "1 draw or more, got 0"),
        (lambda space: space.at(POINTS, seed=-1), "seed is a whole number of at least 0, got -1"),
        (lambda space: space.sample(1, seed=-1), "seed is a whole number of at least 0, got -1"),
        (
            lambda space: space.at(POINTS, meter=(11, 8)),
            "has learned 4/4, 3/4, 6/8, 5/4, 12/8, 9/8, 7/8, 5/8, got 11/8",
        ),
        (lambda space: space.encode([MARKED, Pattern.empty((2, 4))]), "5/8, got pattern 1 in 2/4"),
        (lambda space: space.complete(Pattern.empty((2, 4)), np.ones((8, 32))), "got 2/4"),
        (lambda space: space.feel(MARKED, like=Pattern.empty((11, 8))), "got pattern 0 in 11/8"),
        (lambda space: space.complete(MARKED, np.ones((8, 48), bool)), r"shape is \[8, 64\], got \[8, 48\]"),
        (lambda space: space.complete(MARKED, np.full((8, 64), 0.5)), "true or false"),
        (lambda space: space.shifted(MARKED, {"darkness": 1.0}), "'darkness'.*density, syncopation"),
        (lambda space: space.shifted(MARKED, {"swing": float("nan")}), "finite number"),
        (lambda space: space.drums_for(np.full(64, np.nan)), "velocities of taps lie in|room for 32"),
        (lambda space: space.drums_for(np.ones(16)), "one row of the 64 steps"),
        (lambda space: space.drums_for([(0.0, 1.0)], meter=(11, 8)), "got 11/8"),
        (lambda space: space.decode(code_of(space, detail=np.zeros((1, 1)))), "a code of this"),
        (lambda space: space.decode(code_of(space, meters=((4, 4), (4, 4)))), "a code of this"),
        (lambda space: space.decode(code_of(space, meters=((11, 8),))), "got 11/8"),
        (lambda space: space.decode(code_of(space, detail=np.full((1, 62), np.nan))), "finite numbers"),
        (lambda space: space.decode(code_of(space, map=((np.nan, 0),))), "two finite numbers"),
        (lambda space: space.decode(code_of(space, map=((0, 0, 0),))), "a code of this"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(space, question, answer):
    with pytest.raises(ClaveError, match=answer):
        question(space)


def test_what_is_no_space_is_refused_with_the_reason(tmp_path):
    with pytest.raises(SpaceError, match=r"no config\.json"):
        load_rhythm(tmp_path)

    broken = tmp_path / "broken"
    shutil.copytree(SHIPPED_RHYTHM, broken)
    settings = json.loads((broken / "config.json").read_text())

    def refused(match, **changes):
        (broken / "config.json").write_text(json.dumps({**settings, **changes}))
        with pytest.raises(SpaceError, match=match):
            load_rhythm(broken)

    refused("format version 99", version=99)
    refused("does not describe a rhythm space", format="somebody else's")
    refused("styles is a list of names, got 3", styles=3)
    refused("sections is a list of names", sections=[1])
    refused("detail_size is a whole number of at least 0, got 'many'", detail_size="many")
    refused("threshold is a number from -100 to 100, got nan", threshold=float("nan"))
    refused("threshold is a number from -100 to 100, got -9223372036854775808", threshold=-(2**63))  # e^-x has no end
    refused("attribute_std is a finite number", attribute_std=dict.fromkeys(NAMES, 10**400))
    refused("meters is some of 4/4, 3/4, 6/8, 5/4, 12/8, 9/8, 7/8, 5/8, got", meters=[[11, 8]])
    refused("network_meters is the first so many of 4/4, 3/4", network_meters=[[3, 4]], version=3)
    refused("meters is some of 4/4", meters=[])
    refused("meters is some of 4/4", meters=4)
    refused("meters is some of 4/4", meters=[4])
    refused("attribute_std is a finite number for each direction", attribute_std={"density": 1.0})
    refused("card is a name, a licence and a credit", card={"name": "mine"})
    refused(r"map_decoder\.onnx is a foreign model: it takes .*style \d+", styles=["funk"])
    (broken / "config.json").write_text(json.dumps({k: v for k, v in settings.items() if k != "styles"}))
    with pytest.raises(SpaceError, match="lacks styles"):
        load_rhythm(broken)
    (broken / "config.json").write_text("{")
    with pytest.raises(SpaceError, match="not JSON"):
        load_rhythm(broken)
    (broken / "config.json").write_text(json.dumps(settings))

    whole = (broken / "dynamics.onnx").read_bytes()
    (broken / "dynamics.onnx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SpaceError, match=r"dynamics\.onnx cannot be run"):
        load_rhythm(broken)
    shutil.copy(broken / "encoder.onnx", broken / "dynamics.onnx")
    with pytest.raises(SpaceError, match=r"dynamics\.onnx is a foreign model"):
        load_rhythm(broken)
    (broken / "dynamics.onnx").unlink()
    with pytest.raises(SpaceError, match=r"dynamics\.onnx is missing"):
        load_rhythm(broken)
    (broken / "dynamics.onnx").write_bytes(whole)


def test_what_is_no_corpus_map_is_refused_with_the_reason(tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(SHIPPED_RHYTHM, broken)
    path = broken / "corpus.npz"
    whole = path.read_bytes()
    with np.load(path) as file:
        columns = dict(file)

    def refused(match):
        with pytest.raises(SpaceError, match=f"not a corpus map: {match}"):
            _ = load_rhythm(broken).corpus

    for data in (b"", b"\x80\x04 a pickle, perhaps", whole[: len(whole) // 2]):
        path.write_bytes(data)
        refused(".+")
    np.savez(path, **{**columns, "map": np.zeros((5, 2))})
    refused(r"its columns are \[5, ")
    np.savez(path, **{**columns, "map": np.full_like(columns["map"], np.nan)})
    refused("a map point is two finite numbers")
