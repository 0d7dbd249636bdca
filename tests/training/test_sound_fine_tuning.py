"""Fine-tuning gives a few sounds places on the maps of a space, and changes nothing far from them."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_sounds import SMALL, toy_corpus, toy_tunable_space

from clave.errors import TrainingError
from clave.music.kit import VOICES
from clave.sound.dataset import read_credits
from clave.sound.space import load_sound
from clave.training.map_shifts import Places, SoundFineTuning, with_shifts
from clave.training.models.local_shifts import LocalShifts
from clave.training.sound_fine_tuning import fine_tune_sound
from clave.training.sound_verdict import places, sound_verdict


@pytest.fixture(scope="module")
def own():
    return replace(toy_corpus().subset(np.arange(16)), sources=tuple(f"mine {n}.wav" for n in range(48)))


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    return toy_tunable_space(tmp_path_factory.mktemp("start"))


@pytest.fixture(scope="module")
def tuned(start, own, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuned")
    return folder, list(fine_tune_sound(own, start, folder, card={"licence": "CC0", "credit": "me"}))


def test_own_sounds_are_expected_at_their_places(tuned, start, own):
    before, after = load_sound(start), load_sound(tuned[0])
    assert sum(len(after.corpus(name)) for name in after.voices) == 24 + len(own)
    assert after.own_sources == {own.sources[index] for index in own.source}
    for index in range(8):
        rows, voice = own.voice == index, VOICES[index]
        mine = [row for row, name in enumerate(after.corpus(voice).sources) if name in after.own_sources]
        there = after.corpus(voice).map[mine]
        np.testing.assert_allclose(there, places(before, own)[rows], atol=2e-3)
        codes = after.encode_log_spectrograms(own.log_spectrogram[rows], voice).detail[:, : after.drawn_size]
        missing = [np.abs(space.expected(there, voice).detail[:, :5] - codes).mean() for space in (before, after)]
        assert missing[1] < 0.3 * missing[0]
        drawn = after.code_at(there, voice, variation=1.0, seed=1).detail[:, :5]
        loose = before.code_at(there, voice, variation=1.0, seed=1).detail[:, :5]
        assert np.abs(drawn - codes).mean() < 0.5 * np.abs(loose - codes).mean()


def test_far_from_them_nothing_changes_and_sounds_come_back_as_before(tuned, start, own):
    before, after = load_sound(start), load_sound(tuned[0])
    grid = np.stack(np.meshgrid(*[np.linspace(-3, 3, 13)] * 2), axis=-1).reshape(-1, 2).astype(np.float32)
    mine = places(before, own)[own.voice == 0]
    far = grid[np.linalg.norm(grid[:, None] - mine, axis=2).min(axis=1) > 1]
    assert len(far) > 50
    for variation in (0.0, 1.0):
        old, new = (space.code_at(far, "kick", variation=variation, seed=3) for space in (before, after))
        np.testing.assert_allclose(new.detail, old.detail, atol=1e-3)
    spectrograms = own.log_spectrogram[own.voice == 1]
    old, new = (space.encode_log_spectrograms(spectrograms, "snare") for space in (before, after))
    np.testing.assert_allclose(new.map, old.map, atol=1e-4)
    np.testing.assert_allclose(new.detail, old.detail, atol=1e-4)


def test_the_space_says_whose_it_is_and_what_came_of_it(tuned):
    folder, epochs = tuned
    space, scores = load_sound(folder), epochs[0].scores
    assert scores["error_db_own"] < scores["error_db_own_before"]
    assert space.card["your sounds"] == 16
    assert space.card["licence"] == "CC0; of your sounds: CC0"
    assert space.verdict is not None
    assert "16 sounds became part of a space" in space.verdict.says
    assert any(each["what"].startswith("change at the sounds") for each in space.verdict.rows)
    assert {each.path for each in read_credits(folder / "credits.csv")} == space.own_sources
    assert (folder / "sounds.npz").is_file()


def test_a_fine_tuned_space_can_be_fine_tuned_again(tuned, own, tmp_path):
    names = (*own.sources[:2], *(f"new {n}.wav" for n in range(46)))  # two files are there already
    list(fine_tune_sound(replace(own.subset(np.arange(4)), sources=names), tuned[0], tmp_path / "both"))
    once, both = load_sound(tuned[0]), load_sound(tmp_path / "both")
    assert len(both.own_sources) == 18
    assert sum(len(both.corpus(name)) for name in both.voices) == 24 + 18
    points = places(once, own)[own.voice == 0]
    before, after = (space.expected(points, "kick").detail for space in (once, both))
    assert np.abs(after - before).mean() < 0.2 * np.abs(before).mean()


def test_what_cannot_be_fine_tuned_is_refused(tuned, start, own, tmp_path):
    with pytest.raises(TrainingError, match="is the space to begin with"):
        next(fine_tune_sound(own, start, start))
    with pytest.raises(TrainingError, match="already holds a space: choose another"):
        next(fine_tune_sound(own, start, tuned[0]))
    with pytest.raises(TrainingError, match="1 to 2000 sounds, got 0"):
        next(fine_tune_sound(own.subset(np.arange(0)), start, tmp_path))
    part = shutil.copytree(start, tmp_path / "part")
    text = (part / "config.json").read_text().replace('"clap",', "")
    (part / "config.json").write_text(text)
    with pytest.raises(TrainingError, match="has not learned clap; its voices are: kick"):
        next(fine_tune_sound(own, part, tmp_path / "out"))


def test_neighbours_share_a_place_and_loners_have_wide_bumps(own):
    model = SMALL.build().eval()
    there = Places(np.array([[0.0, 0.0], [0.01, 0.0], [2.0, 2.0]], np.float32), np.zeros(3, np.int64))
    nothing = Places(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
    spread, settings = np.ones((8, 2), np.float32), SoundFineTuning()
    tuned = with_shifts(model, own.log_spectrogram[:3], there, nothing, spread, settings)
    assert tuned.shifts is not None
    torch.testing.assert_close(tuned.shifts.width[:, 0], torch.tensor([0.06, 0.06, 0.15]))
    assert torch.isfinite(tuned.shifts.shift).all()


def test_a_shift_belongs_to_its_voice():
    shifts = LocalShifts(1, 2, 8, 3)
    shifts.voice[0, 2], shifts.shift[0] = 1.0, 5.0
    near = shifts.nearness(torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), torch.eye(8)[[2, 3, 2]])
    torch.testing.assert_close(near[:, 0], torch.tensor([1.0, 0.0, float(np.exp(-0.5))]))
    torch.testing.assert_close(shifts(near)[0], torch.full((3,), 5.0))


def test_a_verdict_beside_itself_is_no_worse(start, own):
    space = load_sound(start)
    verdict, measured = sound_verdict(space, own, beside=space, fine_tuned=True)
    assert measured["recognised"] == measured["shipped_recognised"]
    assert measured["changed_db"] == 0
    assert verdict.playable
