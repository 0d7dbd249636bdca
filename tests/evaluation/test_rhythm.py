"""Each measure of `clave evaluate rhythm` beside a second way to the same number, and spaces that must pass or fail."""

import itertools
import json
import math
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from toy_rhythm import ToyDecoder, ToyRhythm
from typer.testing import CliRunner

from clave import corpus
from clave.app.cli import app
from clave.errors import CorpusError, SpaceError
from clave.evaluation import tables
from clave.evaluation.rhythm import (
    baselines,
    evaluate,
    metrics,
    networks,
    paths,
    played_bars,
    real_fills,
    reconstruction,
    report,
)
from clave.evaluation.rhythm.beats import Beats, EvaluationData, evaluation_data
from clave.evaluation.rhythm.context import Evaluation, HeldOut
from clave.evaluation.rhythm.journeys import measure as measure_journeys
from clave.music.pattern import Pattern
from clave.play import project
from clave.rhythm import space
from clave.rhythm.dataset import Corpus
from clave.rhythm.space import Code, CorpusMap, RhythmSpace

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
RNG = np.random.default_rng(0)
HITS = RNG.random((40, 8, 64)) < 0.08


class WithoutLikelihood(ToyRhythm):
    def log_likelihood(self, patterns, draws=256):  # noqa: ARG002
        return np.zeros(len(patterns))


class PerfectRhythm(RhythmSpace):
    """A space whose detail is the bar itself and whose map is how many strokes it has; it draws bars it has learned."""

    def __init__(self, bars: EvaluationData, folder: Path) -> None:
        self.bars, self.folder = bars, folder
        self.styles, self.sections, self.detail_size = bars.styles, ("beat", "fill"), 3 * 512
        self.meters, self.decoder, self.known_journeys = ((4, 4),), ToyDecoder(), {}
        self.card = {"name": "perfect", "licence": "CC0", "credit": "nobody", "seed": 0}
        styles = [self.styles[style] for style in bars.train.style]
        self.corpus = CorpusMap(
            self.encode(bars.train.patterns).map, styles, ["beat"] * len(styles), [(4, 4)] * len(styles),
            [""] * len(styles), {"": "CC0"},
        )  # fmt: skip

    def encode(self, patterns):
        beats = Beats.from_patterns(patterns)
        strokes = beats.hits.reshape(len(beats), 2, -1).sum(axis=2) / 40
        detail = np.stack([beats.hits, beats.velocity, beats.offset], axis=1).reshape(len(beats), -1)
        return Code(strokes.astype(np.float32), detail.astype(np.float32))

    def decode(self, code, density=None):  # noqa: ARG002
        hits, velocity, offset = code.detail.reshape(-1, 3, 8, 64).transpose(1, 0, 2, 3)
        struck = np.where(hits > 0.5, np.clip(velocity, 0.01, 1), 0)
        return [Pattern(*bar) for bar in zip(struck.astype(np.float32), offset, strict=True)]

    def at(self, points, style=None, section="beat", variation=0.0, density=None, seed=0, meter=(4, 4)):  # noqa: ARG002
        return [Pattern.from_hits(np.zeros((8, 64), bool)) for _ in points]

    def sample(self, n, style=None, seed=0, section="beat", meter=(4, 4)):  # noqa: ARG002
        where = np.arange(len(self.bars.train))
        if style is not None:
            where = np.flatnonzero(self.bars.train.style == self.styles.index(style))
        return self.bars.train.subset(np.random.default_rng(seed).choice(where, n)).patterns

    def expected(self, points, style=None, section="beat"):  # noqa: ARG002
        return Code(points, np.zeros((len(points), self.detail_size), np.float32))

    def cell_feel(self, code):
        _, velocity, offset = code.detail.reshape(-1, 3, 8, 64).transpose(1, 0, 2, 3)
        return velocity, offset

    def log_likelihood(self, patterns, draws=256, before=None):  # noqa: ARG002
        return np.full(len(patterns), -20.5 if before is None else -10.0)

    def phrase(self, point, bars, style, **_):  # noqa: ARG002
        return self.sample(bars, style)

    def feel(self, pattern, style=None, amount=1.0, like=None, seed=0):  # noqa: ARG002
        return replace(pattern, velocity=(0.5 * pattern.hits).astype(np.float32))

    def shifted(self, pattern, shift):  # noqa: ARG002
        raise SpaceError("this space has no directions")


@pytest.fixture(scope="module")
def whole() -> Corpus:
    return corpus.from_factory(("house", "trap", "samba"), takes=12)


@pytest.fixture(scope="module")
def bars(whole: Corpus) -> EvaluationData:
    return evaluation_data(whole)


def some_beats(count: int = 40, seed: int = 0) -> Beats:
    rng = np.random.default_rng(seed)
    velocity = np.where(rng.random((count, 8, 64)) < 0.08, rng.uniform(0.1, 1, (count, 8, 64)), 0)
    offset = rng.normal(0, 0.3, (count, 8, 64)) * (velocity > 0)
    return Beats(velocity.astype(np.float32), offset.astype(np.float32), rng.integers(0, 2, count))


# ---------------------------------------------------------------------------------------------------------------- beats


def test_only_common_time_beats_of_four_strokes_are_scored() -> None:
    made = corpus.from_factory(("samba",), takes=3)
    kept = Beats.from_corpus(made)
    plain = [bar for bar, section in zip(made.patterns, made.section, strict=True) if section == 0]
    assert len(kept) == sum(bar.meter == (4, 4) and bar.hits.sum() >= 4 for bar in plain)
    assert 0 < len(kept) < len(made)
    assert kept.hits.sum(axis=(1, 2)).min() >= 4


def test_parts_share_no_bar(bars: EvaluationData) -> None:
    parts = [bars.train, bars.tuning, *bars.held_out.values()]
    strokes = [{bar.tobytes() for bar in part.hits} for part in parts]
    for one, other in itertools.combinations(strokes, 2):
        assert one
        assert not one & other


def test_our_own_grooves_are_learned_from_but_not_scored_beside_others(whole: Corpus) -> None:
    theirs = replace(whole, sources=tuple(name.removeprefix("factory ") for name in whole.sources))
    both = evaluation_data(corpus.joined(theirs, corpus.from_factory(("footwork",), takes=6)))
    footwork = both.styles.index("footwork")
    assert (both.train.style == footwork).any()
    assert not (both.tuning.style == footwork).any()
    assert not any((beats.style == footwork).any() for beats in both.held_out.values())


def test_nothing_to_score_is_said(whole: Corpus) -> None:
    few = replace(whole, velocity=whole.velocity.copy())
    few.velocity[:, 3:] = few.velocity[:, :, 1:] = 0
    with pytest.raises(CorpusError, match="4/4 beat of 4 hits"):
        evaluation_data(few)


# ------------------------------------------------------------------------------------------------------------- measures


def test_f1_counts_as_the_definition_says() -> None:
    guessed = HITS.copy()
    guessed[0] = ~guessed[0]
    right, wrong, missed = (guessed & HITS).sum(), (guessed & ~HITS).sum(), (~guessed & HITS).sum()
    assert metrics.f1(guessed, HITS) == pytest.approx(2 * right / (2 * right + wrong + missed))
    silent = HITS & (np.arange(8) != 7)[:, None]
    by_voice = metrics.f1_by_voice(silent, silent)
    assert by_voice.pop("other") is None
    assert set(by_voice.values()) == {1.0}


def test_neighbours_are_those_that_a_plain_search_finds() -> None:
    rng = np.random.default_rng(1)
    x, known = (rng.standard_normal((count, 3)).astype(np.float32) for count in (50, 300))
    style = rng.integers(0, 4, 300)
    said = metrics.style_by_neighbours(x, known, style)
    for point, guess in zip(x, said, strict=True):
        votes = style[np.argsort(np.square(known - point).sum(axis=1))[:15]].tolist()
        assert guess == max(votes, key=lambda each: (votes.count(each), -votes.index(each)))


def test_a_tie_goes_to_the_nearer() -> None:
    known = np.array([[1.0], [2.0], [3.0], [4.0]], np.float32)
    origin = np.zeros((1, 1), np.float32)
    assert metrics.style_by_neighbours(origin, known, np.array([2, 1, 1, 2]), 4).tolist() == [2]
    assert metrics.style_by_neighbours(origin, known, np.array([1, 2, 2, 1]), 4).tolist() == [1]


def test_balanced_accuracy_lets_every_style_count_the_same() -> None:
    style = np.array([0, 0, 0, 0, 0, 0, 1, 1])
    said = np.array([0, 0, 0, 0, 0, 0, 0, 1])
    assert metrics.accuracy(said, style) == {"accuracy": 7 / 8, "balanced": 0.75}


@pytest.mark.parametrize("apart", [0.0, 0.5, 1.0, 2.0, 4.0])
def test_the_overlap_of_two_normals_has_a_closed_form(apart: float) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal(20_000), apart + rng.standard_normal(20_000)
    assert metrics.overlapping_area(x, y) == pytest.approx(math.erfc(apart / 2 / math.sqrt(2)), abs=0.02)


def test_overlaps_of_constants_and_of_strangers() -> None:
    assert metrics.overlapping_area(np.full(9, 2.0), np.full(5, 2.0)) == 1
    assert metrics.overlapping_area(np.full(9, 2.0), np.full(5, 3.0)) == pytest.approx(0, abs=1e-6)
    assert metrics.overlapping_area(np.arange(50.0), np.arange(50.0) + 500) == pytest.approx(0, abs=1e-6)


def test_overlapping_areas_are_those_of_a_kernel_density_estimate() -> None:
    from scipy.stats import gaussian_kde

    rng = np.random.default_rng(3)
    x, y = rng.gamma(3, 1, 400), rng.gamma(4, 1, 300)
    grid = np.linspace(-10, 40, 20_000)
    # gaussian_kde takes the deviation over n - 1
    both = [gaussian_kde(each)(grid) for each in (x, y)]
    assert metrics.overlapping_area(x, y) == pytest.approx(np.minimum(*both).sum() * (grid[1] - grid[0]), abs=0.003)


def test_distances_within_and_between_agree_for_one_population() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((2, 500))
    assert metrics.overlap_of_distances(x, y) > 0.95
    assert metrics.overlap_of_distances(x, y + 3) < 0.6


def test_nearest_distances_are_those_of_a_plain_search() -> None:
    found = metrics.nearest_distance(HITS[:15], HITS[10:])
    assert found.tolist() == [min((one != other).sum() for other in HITS[10:]) for one in HITS[:15]]
    assert (found[10:] == 0).all()


def test_a_fade_of_sounds_jumps_once() -> None:
    path = metrics.audio_crossfade(HITS[0], HITS[1], 32)
    jumps = metrics.hamming_distance(path[1:], path[:-1])
    assert sorted(jumps)[-2:] == [0, (HITS[0] != HITS[1]).sum()]
    assert (path[0] == HITS[0]).all()
    assert (path[-1] == HITS[1]).all()


def test_a_fade_of_velocities_lets_a_middling_stroke_go_half_way() -> None:
    one, other = np.zeros((2, 8, 64), np.float32)
    one[0, 0], one[1, 16], one[2, 32] = 0.5, 1.0, 0.25
    other[3, 48] = 0.5
    path = metrics.velocity_crossfade(one, other, 32)  # loud enough is 0.25
    leaves = [int(np.flatnonzero(path[:, voice, step])[-1]) for voice, step in ((0, 0), (1, 16), (2, 32))]
    assert leaves == [15, 23, 0]
    assert np.flatnonzero(path[:, 3, 48])[0] == 17
    assert (path[0] == (one > 0)).all()
    assert (path[-1] == (other > 0)).all()


def test_density_is_kept_between_both_ends_and_a_fifth() -> None:
    path = np.zeros((3, 8, 64), bool)
    path[0, 0, :10] = path[2, 0, :20] = True
    for strokes, kept in ((8, True), (7, False), (24, True), (25, False)):
        path[1] = np.arange(512).reshape(8, 64) < strokes
        assert metrics.keeps_density(path) is kept


def test_mean_feel_falls_back_from_step_to_voice_to_all() -> None:
    hits = np.zeros((6, 8, 64), bool)
    hits[:, 0, 0] = hits[:3, 1, 8] = hits[:3, 1, 16] = hits[0, 2, 0] = True
    values = np.zeros((6, 8, 64), np.float32)
    values[:, 0, 0] = [1, 2, 3, 4, 5, 6]
    values[:3, 1, 8], values[:3, 1, 16], values[0, 2, 0] = 1, 3, 10
    mean = metrics.mean_dynamics(values, hits)
    assert mean[0, 0] == 3.5
    assert mean[1, 8] == mean[1, 30] == 2
    assert mean[2, 0] == mean[7, 7] == pytest.approx(values.sum() / hits.sum())


def test_rank_correlation_sees_order_alone() -> None:
    x = np.arange(20.0)
    assert metrics.rank_correlation(x, np.exp(x)) == pytest.approx(1)
    assert metrics.rank_correlation(x, -(x**3)) == pytest.approx(-1)
    assert metrics.rank_correlation(x, np.ones(20)) == 0


def backbeats(count: int = 60, turn: int = 0) -> np.ndarray:
    """Kicks on 1 and 3, snares on 2 and 4, begun so many quarters later, with a stroke anywhere."""
    hits = np.zeros((count, 8, 64), bool)
    hits[:, 0, [0, 32]] = hits[:, 1, [16, 48]] = True
    hits[np.arange(count), 2, np.random.default_rng(0).integers(0, 64, count)] = True
    return np.roll(hits, 16 * turn, axis=2)


def test_turned_bars_are_told_by_where_training_bars_have_their_strokes() -> None:
    model = played_bars.PositionModel.fit(backbeats())
    for turn, gains in ((0, False), (1, True), (2, False), (3, True)):
        assert ((model.turn_gain(backbeats(turn=turn)) > played_bars.TURNED_NATS) == gains).all()


def test_positions_have_the_likelihood_of_independent_cells() -> None:
    model = played_bars.PositionModel.fit(HITS)
    share = (HITS.sum(axis=0) + 0.5) / 41
    exact = np.where(HITS, np.log(share), np.log(1 - share)).sum(axis=(1, 2)) - np.log(1 - share).sum()
    np.testing.assert_allclose(model.log_odds(HITS), exact)
    best = [max(model.log_odds(np.roll(HITS, 16 * turn, axis=2))[7] for turn in (1, 3)) - exact[7]]
    assert model.turn_gain(HITS)[7] == pytest.approx(best[0])


def test_clicks_lie_uniformly_over_where_bars_lie(bars: EvaluationData) -> None:
    space = PerfectRhythm(bars, Path())
    crowd = np.repeat(np.array([[0.1, 0.1]], np.float32), 500, axis=0)
    points = np.concatenate([crowd, np.array([[-2.9, 1.1], [0.5, 0.1]], np.float32)])
    space.corpus = replace(space.corpus, map=points)
    clicked = played_bars.click_points(space, 3000, np.random.default_rng(0))
    near = np.abs(clicked[:, None] - np.array([[0.1, 0.1], [-2.9, 1.1], [0.5, 0.1]])).max(axis=2) <= 0.1001
    assert (near.sum(axis=1) == 1).all()
    np.testing.assert_allclose(near.mean(axis=0), 1 / 3, atol=0.04)


def test_velocities_overlap_by_their_histograms() -> None:
    assert played_bars.velocity_overlap(np.array([0.1, 0.9]), np.array([0.11, 0.9, 0.9, 0.9])) == pytest.approx(0.75)
    assert played_bars.velocity_overlap(np.array([0.1]), np.array([0.9])) == 0
    assert played_bars.velocity_overlap(np.zeros(0), np.array([0.9])) == 0


def test_the_spread_of_hats_is_that_within_bars() -> None:
    offset = np.zeros((3, 8, 64), np.float32)
    velocity = np.zeros_like(offset)
    velocity[:2, 2, ::8], velocity[2, 2, :3] = 0.5, 0.5  # the last bar has too few
    offset[0, 2, ::16], offset[1, 2] = 1.0, 1.5  # half of them late by 1; all late alike
    beats = Beats(velocity, offset, np.zeros(3, np.int64))
    assert played_bars.hat_spread(beats) == pytest.approx(0.25)
    assert played_bars.hat_spread(beats.subset(np.array([2]))) is None


# ------------------------------------------------------------------------------------------------------------ baselines


def test_all_components_bring_everything_back() -> None:
    beats = some_beats()
    assert (baselines.pca_reconstruction(512, beats, beats, beats) == beats.hits).all()
    few = [metrics.f1(baselines.pca_reconstruction(size, beats, beats, beats), beats.hits) for size in (2, 10, 30)]
    assert few == sorted(few)


def test_a_latent_that_says_nothing_leaves_the_likelihood_of_the_cells() -> None:
    class Nothing(nn.Module):
        def __init__(self, values: torch.Tensor) -> None:
            super().__init__()
            self.values = nn.Parameter(values)

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            return self.values.expand(len(rows), -1)

    beats, logit = some_beats(), torch.randn(512, generator=torch.Generator().manual_seed(1))
    model = networks.FlatVAE(Nothing(torch.zeros(4)), Nothing(logit), 2)
    share = 1 / (1 + np.exp(-logit.numpy().reshape(8, 64)))
    exact = -np.where(beats.hits, np.log(share), np.log(1 - share)).sum(axis=(1, 2)).mean()
    assert baselines.TrainedVAE(model, 0.0).nll(beats, 4) == pytest.approx(exact, rel=1e-4)


def test_the_search_over_a_plane_finds_what_an_encoder_does_not() -> None:
    rng = np.random.default_rng(5)
    decoder = nn.Sequential(nn.Linear(2, 512))
    with torch.no_grad():
        decoder[0].weight.copy_(torch.from_numpy(rng.standard_normal((512, 2)).astype(np.float32)))
        decoder[0].bias.fill_(-2.0)
    latent = baselines.TrainedVAE(networks.FlatVAE(nn.Linear(512, 4), decoder, 2).eval(), 0.0)
    points = rng.uniform(-1.5, 1.5, (30, 2)).astype(np.float32)
    share = 1 / (1 + np.exp(-latent.logits(points)))
    drawn = Beats.from_patterns([Pattern.from_hits(bar) for bar in rng.random(share.shape) < share])
    found = latent.most_likely_points(drawn)

    def posterior(where: np.ndarray) -> np.ndarray:
        logit = latent.logits(where.astype(np.float32))
        return (logit * drawn.hits - np.logaddexp(0, logit)).sum(axis=(1, 2)) - np.square(where).sum(axis=1) / 2

    assert np.abs(found - points).mean() < 0.2 < np.abs(latent.encode(drawn) - points).mean()
    for way in ((0.05, 0), (-0.05, 0), (0, 0.05), (0, -0.05)):
        assert (posterior(found) >= posterior(found + np.array(way))).all()


def test_the_gru_knows_nothing_of_the_steps_to_come() -> None:
    beats = some_beats(1)
    model = networks.StepGRU(16).eval()
    later = Beats(beats.velocity.copy(), beats.offset, beats.style)
    later.velocity[0, :, 40] = 1 - later.velocity[0, :, 40]
    one, other = (model.logits(networks.Rows.of(each)).detach()[0] for each in (beats, later))
    assert torch.equal(one[:, :41], other[:, :41])
    assert not torch.allclose(one[:, 41:], other[:, 41:])


def test_the_grus_likelihood_adds_up_to_one() -> None:
    contents = np.array(list(itertools.product([0, 1], repeat=8)), np.float32)
    velocity = np.repeat(some_beats(1).velocity, 256, axis=0)
    velocity[:, :, -1] = contents
    model = networks.StepGRU(16).eval()
    rows = networks.Rows(torch.from_numpy(velocity), torch.zeros(256, 8, 64), torch.zeros(256, dtype=torch.long))
    whole = torch.logsumexp(-model.bar_nll(rows), dim=0)
    before = -networks.cross_entropy(
        model.logits(rows)[:1, :, :-1].flatten(1), (rows.velocity[:1, :, :-1] > 0).float().flatten(1)
    )
    assert whole.item() == pytest.approx(before.item(), abs=1e-3)


@pytest.mark.parametrize(
    "recipe",
    [
        baselines.plain_vae(32, 0.1), baselines.plain_vae(2, 0.5), baselines.paper_vae(), baselines.rhythm_vae(),
        baselines.gru(),
        baselines.classifier(3), baselines.classifier(3, dynamics=True, bottleneck=2),
    ],
    ids=lambda recipe: recipe.name,
)  # fmt: skip
def test_each_baseline_learns(recipe: Any, bars: EvaluationData) -> None:
    progress: list[tuple[str, int, int]] = []
    short = replace(recipe, epochs=4, warmup_epochs=0)

    def loss(model: Any) -> float:
        return baselines.score(model.eval(), networks.Rows.of(bars.train), short)["total"]

    model = baselines.train(short, bars, lambda *step: progress.append(step))
    assert progress[-1][2] == 4
    assert loss(model) < loss(baselines.begin(short).model)


def test_the_best_epoch_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    totals = iter([3.0, 1.0, 2.0, 2.5, 9.0])
    seen: list[torch.Tensor] = []

    def score(model: nn.Module, *_: Any) -> dict[str, float]:
        seen.append(model.network[0].weight.detach().clone())
        return {"total": next(totals)}

    monkeypatch.setattr(baselines, "score", score)
    recipe = replace(baselines.classifier(2), epochs=5, patience_epochs=2)
    model = baselines.train(recipe, EvaluationData(some_beats(), some_beats(10, 1), {}, ()))
    assert len(seen) == 4
    assert torch.equal(model.network[0].weight, seen[1])


def test_a_classifier_predicts_styles_that_differ(bars: EvaluationData) -> None:
    judge = baselines.train(baselines.classifier(3), bars)
    held_out = next(iter(bars.held_out.values()))
    assert metrics.accuracy(judge.predict(held_out), held_out.style)["balanced"] > 0.9


# ---------------------------------------------------------------------------------------------------------------- table


@pytest.fixture(scope="module")
def result(bars: EvaluationData, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        for module, name, least in (
            (paths, "LINES", 20),
            (paths, "SHIFTED_BARS", 3),
            (evaluate, "TIMED_POINTS", 4),
        ):
            patch.setattr(module, name, least)
        perfect = PerfectRhythm(bars, tmp_path_factory.mktemp("perfect"))
        return evaluate.evaluate(perfect, bars, sample_count=200, with_baselines=False)


def rows(result: dict[str, Any], subject: str) -> dict[str, dict[str, Any]]:
    return next(iter(result["splits"].values()))[subject]


def test_a_perfect_space_brings_everything_back_and_a_silent_map_nothing(result: dict[str, Any]) -> None:
    hits = rows(result, "hits")
    assert hits["perfect, map + detail"]["f1"] == 1
    assert hits["perfect, map alone"]["f1"] == hits["perfect, map alone"]["noisy"] == 0
    assert hits["perfect, map alone"]["numbers"] == 2
    feel = rows(result, "dynamics")
    assert feel["perfect, encoded and decoded"] == {
        "velocity": 0, "offset": 0, "velocity_gain": 1, "offset_gain": 1
    }  # fmt: skip
    assert feel["mean of each voice and step"]["velocity_gain"] == 0
    assert feel["perfect, generated for the hits"]["velocity"] > feel["mean of each voice and step"]["velocity"]


def test_likelihoods_are_the_spaces_own(result: dict[str, Any]) -> None:
    likelihood = rows(result, "likelihood")
    assert [row["nats"] for row in likelihood.values()] == [20.5, 20.5, 10.0]
    assert likelihood["perfect"]["bars"] > likelihood["perfect, the same given the bar before"]["bars"] > 0


def test_each_beat_knows_the_bar_before_it(whole: Corpus) -> None:
    kept = Beats.from_corpus(whole)
    following, before = kept.in_a_row()
    assert len(following) == len(before)
    assert 0 < len(following) < len(kept)
    hits = whole.hits
    place = {bar.tobytes(): row for row, bar in enumerate(hits)}
    for bar, earlier in zip(following.hits, before, strict=True):
        row = place[bar.tobytes()]
        there = (whole.source == whole.source[row]) & (whole.number == whole.number[row] - 1)
        assert (hits[there][0] == earlier.hits).all()
    assert len(some_beats().in_a_row()[0]) == 0


def test_real_bars_keep_their_style_and_silent_clicks_do_not(result: dict[str, Any]) -> None:
    kept = result["kept_styles"]
    for style in ("house", "trap", "samba"):
        assert kept[style]["templates"] == kept[style]["real"] == kept[style]["samples"] == 1
        assert kept[style].get("clicks", 0) == 0
    assert kept["styles that reach 0.9 of it"]["samples"] == 3
    assert kept["styles that reach 0.7 of it"]["clicks"] == 0


def test_styles_are_predicted_by_neighbours_in_the_code(result: dict[str, Any], bars: EvaluationData) -> None:
    style = rows(result, "style")
    assert style["hits, 512 numbers"]["balanced"] > 0.9
    assert style["the most common style"]["balanced"] == pytest.approx(1 / 3)
    assert style["perfect, map + detail"]["balanced"] > style["perfect, map"]["balanced"]
    assert result["bars"]["train"] == len(bars.train)


def test_a_space_that_draws_real_bars_of_a_style_is_recognised_as_real_ones_are(result: dict[str, Any]) -> None:
    asked = rows(result, "style_condition")
    assert asked["real, held out"]["of real, hits"] == 1
    assert asked["perfect, with a style"]["of real, hits"] == pytest.approx(1, abs=0.1)
    assert asked["perfect, without a style"]["hits"] == pytest.approx(1 / 3, abs=0.01)


def test_a_space_that_draws_real_bars_draws_as_real_bars_do_but_copies(result: dict[str, Any]) -> None:
    prior, copies = rows(result, "samples"), rows(result, "copies")
    assert prior["perfect, samples"]["density"] == pytest.approx(prior["real, training"]["density"], abs=0.1)
    assert copies["perfect, samples"]["copies"] == 1
    assert copies["perfect, samples"]["nearest"] == 0
    assert copies["real, held out"]["copies"] == 0
    assert copies["real, held out"]["distinct"] == 1


def test_silent_clicks_have_no_stroke_and_no_kick_beside_draws_that_are_real(result: dict[str, Any]) -> None:
    played = rows(result, "playable")
    clicks, draws, real = (played[row] for row in ("perfect, clicks", "perfect, samples", "real, training"))
    assert clicks == {
        "bars": 2000, "three_hands": 0, "turned": 0, "silent": 1, "few": 1, "no_kick": 1, "strokes": 0
    }  # fmt: skip
    for share in ("three_hands", "turned", "no_kick"):
        assert draws[share] == pytest.approx(real[share], abs=0.08)
    assert draws["silent"] == draws["few"] == 0
    assert draws["strokes"] == pytest.approx(real["strokes"], rel=0.1)


def test_a_space_that_is_indifferent_to_beat_one_loses_nothing_by_a_turn(result: dict[str, Any]) -> None:
    turning = rows(result, "turning")
    assert turning["perfect"]["nats"] == turning["perfect"]["prefers"] == 0
    assert turning["positions alone"]["nats"] > 2
    assert turning["positions alone"]["prefers"] < 0.5


def test_the_cost_of_a_turn_is_what_the_space_loses_by_it(bars: EvaluationData) -> None:
    class ByPositions(PerfectRhythm):
        def log_likelihood(self, patterns, draws=256):  # noqa: ARG002
            hits = np.array([pattern.hits for pattern in patterns])
            return played_bars.PositionModel.fit(self.bars.train.hits).log_odds(hits)

    space = ByPositions(bars, Path())
    held_out, code = next(iter(bars.held_out.values())), space.encode(bars.tuning.patterns)
    evaluation = Evaluation(space, bars, None, {}, code, bars.tuning, 0, {})
    turning = played_bars.turning(evaluation, HeldOut(held_out, code))
    assert turning["perfect"] == pytest.approx(turning["positions alone"])
    assert turning["perfect"]["nats"] > 2


def test_feel_of_draws_that_are_real(result: dict[str, Any]) -> None:
    feel = rows(result, "feel")
    assert feel["real, held out"]["snare_overlap"] == pytest.approx(1)
    assert feel["perfect, samples"]["snare_overlap"] > 0.6
    assert feel["perfect, samples"]["hat_spread"] == pytest.approx(feel["real, training"]["hat_spread"], rel=0.3)
    assert feel["perfect, clicks"] == {"snare_overlap": 0, "snare_middle": 0, "hat_spread": None}


def take_with(fills: dict[int, int], length: int = 20) -> np.ndarray:
    """Bars of two snares, with so many toms in some of them; each bar after one of these begins with a cymbal."""
    hits = np.zeros((length, 8, 64), bool)
    hits[:, 1, [16, 48]] = True
    for bar, toms in fills.items():
        hits[bar, 4, np.arange(toms) * 4] = True
        hits[bar + 1, 5, 2] = True
    return hits


def test_fills_within_takes_have_more_toms_than_the_take_and_what_follows_is_told_apart() -> None:
    take = take_with({5: 4, 9: 3, 12: 6, 18: 8})
    assert np.flatnonzero(real_fills.fills_within(take)).tolist() == [5, 12, 18]
    fills, short = take_with({0: 2, 1: 1}, 3), take_with({5: 4}, 15)
    found = real_fills.RealFills.of(fills, [take, short])
    assert len(found.fills) == 1  # of two snares and two toms or more
    assert real_fills.snare_and_toms(found.fills).tolist() == [4]
    assert [len(found.after_fills), len(found.after_others)] == [3, 15]
    assert real_fills.cymbal_on_one(found.after_fills).all()
    assert real_fills.cymbal_on_one(found.after_others).sum() == 1  # after three toms


def test_fills_of_a_corpus_are_those_of_its_held_out_files(whole: Corpus, bars: EvaluationData) -> None:
    assert list(bars.fills) == list(bars.held_out)
    (found,) = bars.fills.values()
    assert 0 < len(found.fills) <= (whole.section == 1).sum()
    assert (real_fills.snare_and_toms(found.fills) >= 4).all()


def test_fills_are_counted_beside_real_ones(result: dict[str, Any], bars: EvaluationData) -> None:
    found = rows(result, "fills")
    drawn, clicks, real = (found[name] for name in ("perfect, phrases; loops", "perfect, clicks", "real, held out"))
    (held_out,) = bars.fills.values()
    assert real["snare_and_toms"] == real_fills.snare_and_toms(held_out.fills).mean()
    assert clicks == {"bars": 100, "snare_and_toms": 0, "toms": 0}  # its clicks are silent
    assert drawn["bars"] == 100
    assert drawn["snare_and_toms"] > 0
    assert 0.3 < drawn["crash"] < 0.6  # silent loops, but for the crash that the plan puts after 45 % of fills
    assert drawn["crash_after_others"] == 0


def test_a_straight_line_between_bars_as_they_are_loses_and_finds_all_strokes_half_way(result: dict[str, Any]) -> None:
    lines = rows(result, "interpolation")
    one_jump = lines["cross-fade of audio"]["largest"]
    assert one_jump / 2 <= lines["perfect"]["largest"] < one_jump
    assert lines["perfect"]["below_cross-fade of audio"] > 0.5
    assert lines["cross-fade of velocities"]["largest"] < one_jump
    assert lines["perfect"]["keeps_density"] < lines["cross-fade of audio"]["keeps_density"] == 1
    assert lines["perfect"]["small_step"] == lines["perfect"]["small_step_on_map"] == 0


def test_journeys_are_measured_by_what_changes_and_how_dense_they_are(result: dict[str, Any]) -> None:
    """All clicks of this space are silent: nothing changes."""
    found = rows(result, "journeys")
    assert list(found) == [f"{n} bars, {way}" for n in (8, 16) for way in ("stroke by stroke", "as on the map")]
    assert {row["changes"] for row in found.values()} == {0}
    assert {row["nats"] for row in found.values()} == {20.5}
    paths = [
        project.Path(points=((-3, -1), (3, 1)), bars=7),
        project.Path(points=((0, -1), (0, 1)), bars=3, between="map"),
    ]
    measured = measure_journeys(WithoutLikelihood(), paths)
    assert measured["changes"] == 1  # of the toy: the snare goes from the first step to the last; hats thicken
    assert measured["least_density"] == 1
    assert measured["three_hands"] == 0


def test_what_a_space_cannot_do_is_left_out_with_its_reason(result: dict[str, Any]) -> None:
    assert rows(result, "attribute_shift") == {}
    assert result["missing"]["swing"] == "this space has no directions"
    text = report.markdown(result)
    assert "* swing: this space has no directions" in text


def test_directions_that_move_what_they_should() -> None:
    class Denser(PerfectRhythm):
        def shifted(self, pattern, shift):
            if "loudness" in shift:
                return replace(pattern, velocity=pattern.velocity * np.float32(np.exp(0.1 * shift["loudness"] - 0.2)))
            raise SpaceError("loudness alone")

    beats = some_beats(80)
    bars_ = EvaluationData(beats.subset(np.arange(60)), beats.subset(np.arange(60, 70)), {}, ("a", "b"))
    evaluation = Evaluation(
        Denser(bars_, Path()), bars_, None, {}, Code(*np.zeros((2, 0, 2), np.float32)), beats, 0, {}
    )
    found = paths.attribute_shift(evaluation, HeldOut(beats.subset(np.arange(70, 80)), evaluation.train_code))
    assert list(found) == ["loudness"]
    assert found["loudness"]["rank"] > 0.9
    assert found["loudness"]["others"] == 0
    assert set(evaluation.missing) == {"density", "syncopation", "swing"}


def test_the_command_writes_the_whole_table(
    whole: Corpus, bars: EvaluationData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole.save(tmp_path / "run")
    (tmp_path / "run" / "log.json").write_text(
        json.dumps([{"epoch": 1, "train": {"total": 2.0}, "tuning": {"total": 3.0}}])
    )
    perfect = PerfectRhythm(bars, tmp_path / "run")
    monkeypatch.setattr(space, "load_rhythm", lambda _: perfect)
    for module, name, least in (
        (paths, "LINES", 5),
        (paths, "SHIFTED_BARS", 2),
        (evaluate, "TIMED_POINTS", 3),
        (reconstruction, "LIKELIHOOD_DRAWS", 3),
        (reconstruction, "NOISE_DRAWS", 1),
    ):
        monkeypatch.setattr(module, name, least)
    monkeypatch.setattr(baselines, "LATTICE_STEP", 0.5)
    original = baselines.train
    monkeypatch.setattr(baselines, "train", lambda recipe, *rest: original(replace(recipe, epochs=2), *rest))
    done = CliRunner().invoke(
        app, ["evaluate", "rhythm", str(tmp_path / "run"), "-o", str(tmp_path / "out"), "--samples", "24"]
    )
    assert done.exit_code == 0, done.output + str(done.exception)
    found = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    text = (tmp_path / "out" / "evaluation.md").read_text()
    assert "| perfect, map + detail | 1538 | 1.000 | - |" in text
    hits, likelihood = rows(found, "hits"), rows(found, "likelihood")
    for peer in (
        "PCA 32",
        "PCA 64",
        baselines.PLAIN,
        f"{baselines.PAPER}, by search",
        f"{baselines.NETWORK}, by its encoder",
    ):
        assert 0 <= hits[peer]["f1"] <= 1
        assert f"| {peer} |" in text
    assert hits["PCA 64"]["f1"] > hits["PCA 32"]["f1"]
    assert {baselines.PAPER, baselines.NETWORK, baselines.PLANE, baselines.GRU, "perfect"} <= set(likelihood)
    assert {"classifier, 2-D", "classifier, 16-D", f"{baselines.PAPER}, 2-D"} <= set(rows(found, "style"))
    assert f"{baselines.PAPER}, samples" in rows(found, "samples")
    assert 0 < found["speed"]["perfect"]["at_p50_ms"] <= found["speed"]["perfect"]["at_p95_ms"]
    monkeypatch.syspath_prepend(BENCHMARKS)
    numbers_of = runpy.run_path(str(BENCHMARKS / "rhythm_quality.py"))["numbers_of"]
    assert all(np.isfinite(list(numbers_of(found).values())))
    for figure in ("reconstructions", "samples", "interpolation", "map", "voices", "attributes", "curves"):
        assert (tmp_path / "out" / f"{figure}.png").stat().st_size > 8000


def test_our_own_grooves_are_as_many_as_a_space_learns_beside_a_folder(
    whole: Corpus, bars: EvaluationData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole.save(tmp_path / "run")
    monkeypatch.setattr(space, "load_rhythm", lambda _: PerfectRhythm(bars, tmp_path / "run"))
    counts: list[int] = []

    def refuse(*, takes: int, seed: int) -> Corpus:
        counts.append(takes)
        raise CorpusError(f"takes of seed {seed}")

    monkeypatch.setattr(corpus, "from_factory", refuse)
    words = ["evaluate", "rhythm", str(tmp_path / "run"), "-o", str(tmp_path / "out"), "--factory"]
    with pytest.raises(CorpusError, match="seed 0"):
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert counts == [corpus.TAKES_BESIDE] == [20]


def test_rows_stand_by_split() -> None:
    by_split = {"one": {"a": {"f1": 0.5}, "b": {"f1": None}}, "two": {"a": {"f1": 0.25}}}
    text = report._table(by_split, [("F1", tables.number("f1", 2)), ("never", tables.number("no", 1))])
    assert text.splitlines() == [
        "|  | split | F1 |", "| --- | --- | --- |", "| a | one | 0.50 |", "| a | two | 0.25 |", "| b | one | - |",
    ]  # fmt: skip


def test_a_space_and_a_folder_are_the_most(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", "rhythm", "a", "b", "c", "-o", str(tmp_path)])
    assert done.exit_code == 2
    assert "got 3" in done.output
