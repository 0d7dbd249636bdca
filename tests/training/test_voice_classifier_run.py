from dataclasses import replace

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from clave import factory, sounds, wav
from clave.app.cli import app
from clave.errors import TrainingError
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound import voice_classifier as voices
from clave.training import voice_classifier_run
from clave.training.voice_classifier_data import (
    FACTORY_SHARE,
    ExampleCounts,
    augmented,
    folds,
    read_examples,
    sampling_weights,
)
from clave.training.voice_classifier_run import calibrate, fit, logits


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch):
    """There is little to learn here."""
    monkeypatch.setattr(voice_classifier_run, "BATCH", 16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two sources of a kit each, and a file that is none."""
    place = tmp_path_factory.mktemp("drums")
    for recipe in factory.KITS[:2]:
        for voice in VOICES:
            wav.write(place / recipe.name / f"{voice.name}.wav", factory.kit(recipe.name)[voice])
    (place / "kick broken.wav").write_text("no sound")
    wav.write(place / "box" / "tom silent.wav", Clip(np.zeros(1000, np.float32)))
    return place


@pytest.fixture(scope="module")
def learned(folder):
    known, _ = sounds.listed(folder)
    return read_examples(known, folder, ExampleCounts(variants=1, factory_drums=2))


def test_examples_are_recordings_their_variants_and_factory_drums(learned):
    rows, credited, refused = learned
    assert len(rows) == 16 * 2 + 2 * 8
    assert (rows.recorded.sum(), rows.synthesized.sum(), len(credited)) == (16, 16, 32)
    assert refused.keys() == {"kick broken.wav", "box/tom silent.wav"}
    assert np.bincount(rows.voice).tolist() == [6] * 8
    weight = sampling_weights(rows)
    assert weight[rows.synthesized].sum() == pytest.approx(FACTORY_SHARE)
    for index in range(8):
        assert weight[rows.voice == index].sum() == pytest.approx(1 / 8)


def test_parts_share_no_source(learned):
    rows = learned[0]
    parts = folds(rows)
    assert len(parts) == 2
    assert not (parts[0] & parts[1]).any()
    assert (parts[0] | parts[1]).sum() == (~rows.synthesized).sum()
    assert not any((part & rows.synthesized).any() for part in parts)


def test_a_network_learns_what_it_is_shown(learned):
    rows = learned[0]
    network = fit(rows, np.ones(len(rows), bool), steps=60, seed=3)
    assert (logits(network, rows.log_spectrogram).argmax(axis=1) == rows.voice).mean() > 0.8


def test_the_same_seed_learns_the_same(learned):
    rows = learned[0]
    everything = np.ones(len(rows), bool)
    networks = [fit(rows, everything, steps=5, seed=seed) for seed in (3, 3, 4)]
    said = [logits(network, rows.log_spectrogram) for network in networks]
    np.testing.assert_array_equal(said[0], said[1])
    assert not np.array_equal(said[0], said[2])


def test_only_chosen_rows_are_learned_from(learned):
    rows = learned[0]
    kicks = rows.voice == 0
    network = fit(rows, kicks, steps=40)
    assert (logits(network, rows.log_spectrogram).argmax(axis=1) == 0).all()


def test_what_is_not_finite_stops_at_its_step(learned):
    rows = replace(learned[0], log_spectrogram=np.full_like(learned[0].log_spectrogram, np.nan))
    with pytest.raises(TrainingError, match="not finite at step 0"):
        fit(rows, np.ones(len(rows), bool), steps=5)


def test_confidence_is_what_it_says_and_the_threshold_where_enough_are_right():
    rng = np.random.default_rng(0)
    voice = rng.integers(0, 8, 8000)
    honest = rng.standard_normal((8000, 8)) * 1.5
    chance = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    voice = np.array([rng.choice(8, p=row) for row in chance])  # logits that tell the very chances
    found = calibrate((3 * honest).astype(np.float32), voice, np.ones(8000))
    assert found.temperature == pytest.approx(3, rel=0.1)
    share = chance.max(axis=1)
    right = chance.argmax(axis=1) == voice
    assert right[share >= found.threshold].mean() == pytest.approx(voice_classifier_run.MIN_ACCURACY, abs=0.02)
    assert found.accuracy == pytest.approx(right.mean(), abs=0.02)
    with pytest.raises(TrainingError, match="85%"):
        calibrate(rng.standard_normal((8000, 8)).astype(np.float32), voice, np.ones(8000))


def test_a_varied_drum_is_finite_and_another():
    clip = factory.kit()["snare"]
    for seed in range(20):
        other = augmented(clip, np.random.default_rng(seed))
        assert 0.7 < other.seconds / clip.seconds < 1.4
        assert other.peak > 0
    pictures = torch.zeros(4, voices.BANDS, voices.FRAMES)
    assert voice_classifier_run.augmented(pictures, torch.Generator().manual_seed(0)).isfinite().all()


def test_the_command_leaves_a_classifier_to_use(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(voice_classifier_run, "MIN_ACCURACY", 0.0)  # after so few steps a classifier is seldom right
    learn = voice_classifier_run.learn_from_examples
    monkeypatch.setattr(
        voice_classifier_run, "learn_from_examples", lambda *given, **more: learn(*given, **(more | {"steps": 15}))
    )
    done = CliRunner().invoke(app, ["learn", "voices", str(folder), "-o", str(tmp_path / "voices"), "--factory", "2"])
    assert done.exit_code == 0, done.output
    assert "of sounds of unheard sources" in done.output
    guesses = voices.guess([factory.kit()["kick"]], tmp_path / "voices")
    assert 1 / 8 <= guesses[0].confidence <= 1
    assert {file.name for file in (tmp_path / "voices").iterdir()} == {
        "card.md",
        "config.json",
        "credits.csv",
        "hashes.json",
        "voices.onnx",
    }


def test_one_source_is_refused(learned, tmp_path):
    rows, credited, _ = learned
    alone = replace(rows, source=np.zeros_like(rows.source))
    with pytest.raises(TrainingError, match="one source"):
        voice_classifier_run.learn_from_examples(alone, credited, tmp_path)
