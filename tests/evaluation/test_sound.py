"""Each part of `clave evaluate sound` beside a second way to the same number, and with spaces that must fail it."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_sounds import toy_space
from typer.testing import CliRunner

from clave import factory, sounds, wav
from clave.app.cli import app
from clave.audio.log_spectrogram import LENGTH, ONSET_SAMPLE
from clave.errors import CorpusError
from clave.evaluation.sound import classifier, data, duds, evaluate, kits, metrics, paths, reconstruction, samples
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound import comparison
from clave.sound.space import load_sound, write_corpus

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
RNG = np.random.default_rng(3)


def drums(numbers: range, seed: int = 0) -> data.Drums:
    """The factory's, a kit for each number."""
    clips = [sounds.made_clip(voice, number, seed) for number in numbers for voice in VOICES]
    kits = np.repeat(list(numbers), len(VOICES)).tolist()
    return data.Drums.of(clips, list(range(8)) * len(numbers), kits, [f"{kit}.wav" for kit in kits])


@pytest.fixture(scope="module")
def judge() -> classifier.Classifier:
    """A classifier that was trained on six kits for a while."""
    return classifier.train(drums(range(6)), steps=50)


@pytest.fixture(scope="module")
def real() -> data.Drums:
    return drums(range(100, 104))


def heard(what: data.Drums, judge: classifier.Classifier) -> samples.Judged:
    return samples.Judged(what, judge(what.sounds), np.ones(len(what), np.bool_))


def quiet(_done: int, _whole: int) -> None:
    """Whom nobody asks how far it is."""


def noises(like: data.Drums) -> data.Drums:
    """What a broken space might give: steady noise in place of every drum."""
    rng = np.random.default_rng(5)
    clips = [Clip(rng.standard_normal(60_000).astype(np.float32)) for _ in range(len(like))]
    return data.Drums.of(clips, like.voice.tolist(), list(range(len(like))), like.name)


def test_kid_is_what_two_loops_say() -> None:
    x, y = RNG.standard_normal((7, 4)), RNG.standard_normal((5, 4)) + 1

    def k(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / 4 + 1) ** 3)

    within = [np.mean([k(a, b) for i, a in enumerate(z) for j, b in enumerate(z) if i != j]) for z in (x, y)]
    by_hand = sum(within) - 2 * np.mean([k(a, b) for a in x for b in y])
    ones = np.ones((1, 7)), np.ones((1, 5))
    assert metrics.kid(x, y, *ones)[0] == pytest.approx(by_hand)
    twice = np.array([[2.0, 1, 1, 1, 1, 1, 1]])
    repeated = np.concatenate([x, x[:1]])
    pairs_apart = [k(a, b) for i, a in enumerate(repeated) for j, b in enumerate(repeated) if i % 7 != j % 7]
    by_hand = np.mean(pairs_apart) + within[1] - 2 * np.mean([k(a, b) for a in repeated for b in y])
    assert metrics.kid(x, y, twice, ones[1])[0] == pytest.approx(by_hand)


def test_kid_of_one_distribution_is_nothing_on_average_and_of_two_is_more() -> None:
    values = []
    for _ in range(200):
        x, y = RNG.standard_normal((2, 20, 3))
        values.append(metrics.kid(x, y, np.ones((1, 20)), np.ones((1, 20)))[0])
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(len(values))
    assert metrics.kid(x, y + 1, np.ones((1, 20)), np.ones((1, 20)))[0] > 3 * np.std(values)


def test_fad_is_the_distance_of_gaussians_that_is_known() -> None:
    x = RNG.standard_normal((40_000, 2)) * [2.0, 1.0] + [3.0, 0.0]
    y = RNG.standard_normal((40_000, 2)) * [1.0, 4.0]
    closed = 3**2 + (2 - 1) ** 2 + (1 - 4) ** 2  # diagonal covariances: squared differences of means and deviations
    ones = np.ones(len(x))
    assert metrics.fad(x, y, ones, ones) == pytest.approx(closed, rel=0.03)
    turned = np.array([[0.6, -0.8], [0.8, 0.6]])
    assert metrics.fad(x @ turned, y @ turned, ones, ones) == pytest.approx(metrics.fad(x, y, ones, ones), rel=1e-6)
    assert metrics.fad(x, x, ones, ones) == pytest.approx(0, abs=1e-6)


def test_fad_agrees_with_the_square_root_of_the_product_of_covariances() -> None:
    from scipy.linalg import sqrtm

    x, y = RNG.standard_normal((50, 5)) @ RNG.standard_normal((5, 5)), RNG.standard_normal((60, 5))
    a, b = np.cov(x.T), np.cov(y.T)
    by_hand = np.square(x.mean(0) - y.mean(0)).sum() + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert metrics.fad(x, y, np.ones(50), np.ones(60)) == pytest.approx(by_hand)


def test_weights_let_voices_count_alike_and_leave_out_what_one_side_lacks() -> None:
    x_voice, y_voice = np.array([0, 0, 0, 1, 2]), np.array([0, 1, 1, 1, 3])
    x, y = metrics.voice_weights(x_voice, y_voice, np.ones((1, 5)), np.ones((1, 5)))
    np.testing.assert_allclose(x, [[1 / 3, 1 / 3, 1 / 3, 1, 0]])
    np.testing.assert_allclose(y, [[1, 1 / 3, 1 / 3, 1 / 3, 0]])


def test_halves_and_bootstraps_never_part_a_kit() -> None:
    group = np.repeat([0, 1, 2, 3, 7], [2, 3, 4, 1, 5])
    half = metrics.halves(group, 50, RNG)
    again = metrics.resampled(group, 50, RNG)
    for rows in (half, again):
        for each in np.unique(group):
            assert (rows[:, group == each] == rows[:, group == each][:, :1]).all()
    assert set(np.unique(half)) == {0, 1}
    assert ((half.sum(axis=1) > 0) & (half.sum(axis=1) < len(group))).all()
    assert again[:, [0, 2, 5, 9, 10]].sum(axis=1) == pytest.approx(5)  # as many kits as there are


def test_all_log_spectral_distances_are_those_of_each_pair(real: data.Drums) -> None:
    x, y = real.sounds[:3], real.sounds[4:8]
    table_of = metrics.log_spectral_distances_db(x, y)
    by_hand = [[comparison.log_spectral_distance_db(one, other) for other in y] for one in x]
    np.testing.assert_allclose(table_of, by_hand, rtol=1e-3)


def test_the_nearest_is_the_nearest() -> None:
    x, y = RNG.standard_normal((5, 3)), RNG.standard_normal((9, 3))
    by_hand = [min(np.linalg.norm(one - other) for other in y) for one in x]
    np.testing.assert_allclose(metrics.nearest(x, y), by_hand)


def test_no_credit_for_silence_that_agrees() -> None:
    sound = np.zeros(LENGTH, np.float32)
    sound[ONSET_SAMPLE : ONSET_SAMPLE + 4000] = RNG.standard_normal(4000)
    other = np.roll(sound, 3) * np.linspace(1, 0.2, LENGTH, dtype=np.float32)
    apart = comparison.difference(sound, other)
    assert apart.own_distance_db > 3 * apart.distance_db
    assert comparison.audible(sound) == ONSET_SAMPLE + 4000


@pytest.mark.parametrize(("level_db", "lead"), [(-40.0, 10), (-12.0, ONSET_SAMPLE - 1), (-180.0, 0)])
def test_what_sounds_before_the_onset_is_measured_against_the_peak(level_db: float, lead: int) -> None:
    sound = np.zeros(LENGTH, np.float32)
    sound[ONSET_SAMPLE + 5] = -0.8
    sound[lead] = 0.8 * 10 ** (level_db / 20)
    assert comparison.lead_in_db(sound) == pytest.approx(level_db, abs=0.01)
    assert comparison.peak_s(sound) == pytest.approx(5 / 44_100)


def test_an_attack_close_by_either_rule_is_close() -> None:
    zero = comparison.Difference(*[0] * len(comparison.Difference._fields))
    rows = [zero, zero._replace(attack=9.0, attack_ms=1.9), zero._replace(attack=0.2, attack_ms=30.0)]
    assert comparison.summary(rows)["attacks_close"] == 1
    assert comparison.summary([*rows, zero._replace(attack=0.3, attack_ms=2.1)])["attacks_close"] == 0.75


def test_the_classifier_tells_voices_and_drums_from_others(judge: classifier.Classifier, real: data.Drums) -> None:
    said = judge(real.sounds)
    assert (said.voice == real.voice).mean() > 0.4, "50 steps on 48 drums; chance is 0.125"
    assert said.drum.mean() > 0.9
    assert judge(classifier.other_sounds(30, np.random.default_rng(9))).drum.mean() < 0.2


def test_no_sounds_are_judged_too(judge: classifier.Classifier, real: data.Drums) -> None:
    """A folder need not hold what a space was trained on."""
    none = real.subset(np.zeros(0, np.int64))
    bounds = np.stack([np.zeros((len(VOICES), 2)), np.ones((len(VOICES), 2))])
    judged, held_out = samples.judge(none, judge, bounds), heard(real, judge)
    assert (len(judged.drums), judged.predictions.embedding.shape[0], judged.usual.shape) == (0, 0, (0,))
    assert samples.copies(judged, held_out, {}, np.random.default_rng(0)) == {}
    assert "none" not in samples.set_distances(held_out, {"none": judged}, np.random.default_rng(0))
    assert sounds.weights_of(none.voice, none.group).shape == (0,)


def test_the_classifier_is_the_same_again() -> None:
    few = drums(range(2))
    weights = [classifier.train(few, seed=4, steps=3).network.voice.weight for _ in range(2)]
    assert torch.equal(*weights)


def test_sounds_that_are_no_drums_are_sounds_of_full_length() -> None:
    strangers = classifier.other_sounds(12, np.random.default_rng(0))
    assert strangers.shape == (12, LENGTH)
    assert np.isfinite(strangers).all()
    assert np.abs(strangers).max(axis=1) == pytest.approx(0.9)


def test_noise_for_drums_fails_every_check(judge: classifier.Classifier, real: data.Drums) -> None:
    noise = heard(noises(real), judge)
    true = heard(real, judge)
    others = heard(drums(range(200, 204)), judge)
    assert samples.recognition(noise)["recognised"] < 0.3
    assert samples.recognition(noise)["drum"] < 0.2
    rows = samples.set_distances(true, {"noise": noise, "drums": others}, np.random.default_rng(0))
    assert rows["noise"]["kid_low"] > rows["drums"]["kid_high"]
    assert rows["noise"]["fad"] > 2 * rows["drums"]["fad"]


def test_steady_sounds_have_no_usual_decay(judge: classifier.Classifier, real: data.Drums) -> None:
    picture = np.zeros((len(real), 1, 1), np.float32)
    parts = data.EvaluationData(
        real.subset(np.zeros(len(real), np.bool_)), picture[:0], picture[:0, 0, 0], real, real, {}
    )
    low, high = usual = samples.usual_bounds(parts)
    assert (low <= high).all()
    assert not samples.judge(noises(real), judge, usual).usual.any()
    assert samples.judge(real, judge, usual).usual.any()  # of four a voice, those that are nowhere the first or last


def test_a_space_that_copies_is_caught(judge: classifier.Classifier, real: data.Drums) -> None:
    learned = drums(range(8))
    drawn = {
        "copies": heard(learned.subset(np.arange(0, 64, 3)), judge),
        "its own": heard(drums(range(300, 303)), judge),
    }
    rows = samples.copies(heard(learned, judge), heard(real, judge), drawn, np.random.default_rng(0))
    assert rows["samples, copies"]["distance_db"] < 0.1
    assert rows["samples, copies"]["embedding_nearer"] == 1 == rows["samples, copies"]["distance_db_nearer"]
    assert rows["samples, its own"]["distance_db_nearer"] < 0.3


def test_a_path_that_jumps_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = load_sound(toy_space(tmp_path, ("kick",)))
    kit = factory.kit()
    monkeypatch.setattr(space, "at", lambda points, _: [kit["kick" if x < 0.5 else "cymbal"] for x in points[:, 0]])
    rows = paths.paths({"jumping": space}, quiet)
    assert rows["jumping"]["largest_to_mean"] == pytest.approx(63)  # one step of a path does it all
    assert rows["cross-fade, jumping"]["largest_to_mean"] < 30
    assert rows["jumping"]["largest_db"] == pytest.approx(
        comparison.compare(factory.kit()["kick"], factory.kit()["cymbal"]).distance_db
    )


def test_principal_components_are_those_of_the_singular_values() -> None:
    picture = RNG.standard_normal((12, 3, 4)).astype(np.float32)
    found = reconstruction.principal_components(picture, np.ones(12, np.float32), 5)
    flat = picture.reshape(12, -1)
    _, _, axes = np.linalg.svd(flat - flat.mean(0))
    back = flat.mean(0) + (flat[0] - flat.mean(0)) @ axes[:5].T @ axes[:5]
    np.testing.assert_allclose(found.projected(picture[0]).ravel(), back, atol=1e-4)
    assert (
        len(reconstruction.principal_components(picture, np.ones(12, np.float32), 50).axes) == 11
    )  # no more than there are


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight kits of three voices: kit 0 was learned from, and kit 1 holds a copy of one of its sounds."""
    place = tmp_path_factory.mktemp("drums")
    for kit in range(8):
        for voice in VOICES[:3]:
            wav.write(place / f"kit {kit}" / f"{voice.name}.wav", sounds.made_clip(voice, kit, 7))
    wav.write(place / "kit 1" / "snare 2.wav", sounds.made_clip(VOICES[1], 0, 7))
    return place


@pytest.fixture(scope="module")
def space_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A space that says it learned from kit 0 and from drums of the factory."""
    place = toy_space(tmp_path_factory.mktemp("spaces") / "toy", tuple(voice.name for voice in VOICES[:3]))
    names = [f"kit 0/{voice.name}.wav" for voice in VOICES[:3]]
    names += [f"factory {voice.name} {number}" for number in range(2) for voice in VOICES[:3]] + ["gone/kick.wav"]
    voices = np.array([0, 1, 2] * 3 + [0])
    points = np.random.default_rng(0).standard_normal((10, 2)).astype(np.float32)
    write_corpus(place, points, voices, names)
    return place


def test_kits_that_share_a_sound_with_a_training_kit_are_not_held_out(folder: Path, space_folder: Path) -> None:
    parts = data.evaluation_data(folder, None, [load_sound(space_folder)])
    kits = {name.split("/")[0] for each in (parts.judging, parts.test) for name in each.name}
    assert kits == {f"kit {number}" for number in range(2, 8)}
    assert not set(parts.judging.group.tolist()) & set(parts.test.group.tolist())
    assert set(parts.judging.voice.tolist()) == set(parts.test.voice.tolist()) == {0, 1, 2}
    assert sorted(parts.train.name)[-3:] == [f"kit 0/{name}.wav" for name in ("closed hi-hat", "kick", "snare")]
    assert (parts.counts["train"], parts.counts["train_factory"], parts.counts["train_missing"]) == (3, 6, 1)
    assert len(parts.log_spectrogram) == len(parts.weight) == len(parts.train) == 9


def test_a_learned_file_that_was_left_out_as_a_copy_still_counts(folder: Path) -> None:
    corpus = sounds.scan(folder)
    assert corpus.report.refused == {"kit 1/snare 2.wav": "a copy of kit 0/snare.wav"}
    kit_of = {"kit 1/snare 2.wav": "kit 1", "kit 0/snare.wav": "kit 0"}
    for learned in kit_of:
        rows = data.held_out_rows(corpus, {learned}, kit_of)
        assert {corpus.kits[kit] for kit in corpus.kit[~rows]} == {"kit 0", "kit 1"}


def test_too_few_held_out_kits_are_refused(folder: Path) -> None:
    corpus = sounds.scan(folder)
    with pytest.raises(CorpusError, match="of 3 kits that the space was not trained on"):
        data.divide(corpus.subset(np.isin(corpus.group, [0, 1, 2])), 0)


def test_the_factory_makes_the_same_drums_again_from_their_names() -> None:
    corpus = sounds.made(2, seed=5)
    voice, number = sounds.factory_drum(corpus.sources[11])
    assert (voice.name, number) == ("open hi-hat", 1)
    again = data.DrumSpectrogram().forward(sounds.made_clip(voice, number, 5))
    np.testing.assert_allclose(again, corpus.log_spectrogram[11], atol=1e-5)


def test_the_command_writes_the_whole_table(
    folder: Path, space_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, least in (
        (paths, "PATH_POINTS", 5),
        (samples, "BOOTSTRAPS", 10),
        (samples, "HALVES", 5),
        (evaluate, "OTHER_SOUNDS", 6),
        (evaluate, "TIMED_SOUNDS", 3),
        (evaluate, "TIMED_KITS", 1),
    ):
        monkeypatch.setattr(module, name, least)
    monkeypatch.setattr(classifier, "FACTORY_DRUMS", 1)
    monkeypatch.setattr(classifier, "STEPS", 5)
    words = ["evaluate", "sound", str(space_folder), str(folder), "-o", str(tmp_path), "--draws", "2", "--sounds", "1"]
    done = CliRunner().invoke(app, [*words, "--beside", str(space_folder)])
    assert done.exit_code == 0, done.output + str(done.exception)
    result = json.loads((tmp_path / "evaluation.json").read_text())
    text = (tmp_path / "evaluation.md").read_text()
    assert result["spaces"] == ["toy", str(space_folder)]
    decoded = result["reconstruction"]
    ways = ("toy", "principal components, 7", "the spectrogram alone, no model", "exact magnitudes, phase estimated")
    for way in (*ways, "the nearest training sound"):
        assert way in decoded
        assert decoded[way]["sounds"] == 3
        assert f"| {way} |" in text
    exact, picture, toy = (decoded[way]["log_spectral_distance_db"] for way in (ways[3], ways[2], "toy"))
    assert exact < picture < toy  # random weights
    assert decoded["toy"] == decoded[str(space_folder)]
    assert "## Noise by voice" in text
    for way in (*ways, "the nearest training sound", "real, held out"):
        assert len(decoded[way]["scatter_by_voice"]) == 3  # one sound each
        assert decoded[way]["scatter_db"] == pytest.approx(np.mean(list(decoded[way]["scatter_by_voice"].values())))
    levels = [decoded[way]["band_level_db"] for way in (ways[2], "toy")]
    assert levels[0] < levels[1]
    assert decoded["toy"]["band_level_by_voice"].keys() == decoded["real, held out"]["scatter_by_voice"].keys()
    assert result["samples"]["samples, toy"]["sounds"] == 6
    assert set(result["sets"]) == {
        "two halves of the held-out", "real, training", "samples, toy", f"samples, {space_folder}"
    }  # fmt: skip
    drawn = result["kits"]["drawn, toy"]
    assert drawn["kits"] == 2
    assert drawn["level_lu"] < 0.1
    assert 0 <= drawn["duds"] <= 1 >= drawn["recognised"] >= 0
    assert drawn["hats_apart_octaves"] is None  # it has learned no open hi-hat
    assert result["samples"]["real, held out"]["duds"] == result["kits"]["real, held out"]["duds"]
    assert "| drawn, toy, voices of different kits | 2 |" in text
    assert result["speed"]["toy"]["kit_s"] > result["speed"]["toy"]["point_p50_s"] > 0
    monkeypatch.syspath_prepend(BENCHMARKS)
    numbers_of = runpy.run_path(str(BENCHMARKS / "sound_quality.py"))["numbers_of"]
    assert all(np.isfinite(list(numbers_of(result).values())))
    for figure in ("classifier", "voices", "paths"):
        assert (tmp_path / f"{figure}.png").stat().st_size > 10_000


def test_a_space_and_a_folder_are_the_most(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", "sound", "a", "b", "c", "-o", str(tmp_path)])
    assert done.exit_code == 2
    assert "got 3" in done.output


def test_what_is_drawn_is_what_the_space_draws(space_folder: Path) -> None:
    space = load_sound(space_folder)
    drawn = samples.draw(space, 2, 9, quiet)
    assert drawn.voice.tolist() == [0, 0, 1, 1, 2, 2]
    again = data.Drums.of(space.sample(2, "snare", 9), [1, 1], [0, 1], ["", ""])
    np.testing.assert_array_equal(drawn.sample[2:4], again.sample)


def kits_alike(alike: float, count: int = 400) -> kits.Table:
    """Kits of three voices with this correlation of everything; hats half an octave apart, decays a ratio of 1/4."""
    rng = np.random.default_rng(0)
    found = np.full((count, len(VOICES), 4), np.nan)
    shared = rng.standard_normal((count, 4))
    for voice in (0, kits.CLOSED, kits.OPEN):
        found[:, voice] = np.sqrt(alike) * shared + np.sqrt(1 - alike) * rng.standard_normal((count, 4))
    found[:, kits.CLOSED, :2] = found[:, kits.OPEN, :2] + [-0.5, -2]
    return found


def test_voices_of_a_kit_are_as_alike_as_they_were_made() -> None:
    row = kits.likeness(kits_alike(0.0))
    assert row["noisiness_alike"] == pytest.approx(0, abs=0.08)
    assert (row["hats_apart_octaves"], row["hats_apart_most_octaves"]) == pytest.approx((0.5, 0.5))
    assert row["hats_decay_ratio"] == pytest.approx(0.25)
    assert row["hats_closed_shorter"] == 1
    close = kits.likeness(kits_alike(0.7))
    assert close["noisiness_alike"] == pytest.approx(0.7, abs=0.08)
    assert close["own_kit_nearer"] > row["own_kit_nearer"] + 0.05
    apart = kits_alike(0.0)
    apart[:, kits.OPEN] = np.roll(apart[:, kits.OPEN], 1, axis=0)  # of another kit
    assert kits.own_kit_nearer(kits._standardised(apart)) == pytest.approx(0.5, abs=0.03)


def test_too_few_kits_say_nothing() -> None:
    row = kits.likeness(kits_alike(0.5, kits.MIN_KITS - 1))
    assert row["decay_alike"] is row["own_kit_nearer"] is None
    assert row["hats_apart_octaves"] == pytest.approx(0.5)
    alone = kits_alike(0.5, 8)
    alone[:, kits.OPEN] = np.nan
    assert kits.likeness(alone)["hats_apart_octaves"] is None


def test_a_table_has_the_mean_of_each_voice_of_each_kit() -> None:
    described = np.arange(16.0).reshape(4, 4)
    found = kits.table(described, np.array([0, 0, 1, 0]), np.array([7, 7, 7, 9]))
    np.testing.assert_array_equal(found[0, 0], described[:2].mean(axis=0))
    np.testing.assert_array_equal(found[:, 1, 0], [8, np.nan])
    np.testing.assert_array_equal(found[1, 0], described[3])


def test_duds_are_another_voice_or_ring_too_long_or_are_too_loud(real: data.Drums) -> None:
    few = real.subset(np.arange(8))
    features = duds._features(few)
    right = classifier.Predictions(
        few.voice, np.ones(8, np.bool_), np.zeros((8, 1), np.float32), np.full(8, 0.9, np.float32)
    )
    rules = duds.DudRules(np.full(8, np.inf), np.full(8, np.inf))
    assert not rules(few, right).any()
    wrong = right._replace(voice=(few.voice + 1) % 8)
    assert rules(few, wrong).all()
    assert not rules(few, wrong._replace(confidence=np.full(8, duds.SURE - 0.01, np.float32))).any()
    longest, loud = np.full(8, np.inf), np.full(8, np.inf)
    longest[few.voice[2]] = features[2, 0] - 0.001
    loud[few.voice[5]] = features[5, 1] - 0.1
    assert np.flatnonzero(duds.DudRules(longest, loud)(few, right)).tolist() == [2, 5]


def test_the_limits_of_duds_are_those_of_recorded_sounds(real: data.Drums) -> None:
    picture = np.zeros((0, 1, 1), np.float32)
    nothing = real.subset(np.zeros(len(real), np.bool_))
    rules = duds.DudRules.of(data.EvaluationData(nothing, picture, picture[:, 0, 0], real, real, {}))
    features = duds._features(real)
    kicks = features[real.voice == 0]
    assert rules.longest_s[0] == pytest.approx(np.quantile(kicks[:, 0], 0.99))
    assert rules.loudest_lufs[0] == pytest.approx(np.median(kicks[:, 1]) + 10)
