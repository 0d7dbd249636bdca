import json
import subprocess
import sys

import numpy as np
import pytest

from clave import factory, wav
from clave.errors import SpaceError
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.sound import voice_classifier as voices

SNARE = factory.kit()["snare"]


@pytest.mark.parametrize("kit", factory.KITS, ids=lambda kit: kit.name)
def test_the_drums_of_built_in_kits_are_told_apart(kit):
    guesses = voices.guess(list(factory.kit(kit.name).clips))
    assert sum(guess.voice == voice for guess, voice in zip(guesses, VOICES, strict=True)) >= 6


def test_a_guess_says_how_sure_it_is():
    drums = [factory.draw(voice, np.random.default_rng(seed)) for seed in range(8) for voice in VOICES]
    clips = [factory.synthesize(drum, seed=n) for n, drum in enumerate(drums)]
    guesses = voices.guess(clips)
    threshold = json.loads((voices.SHIPPED_VOICES / "config.json").read_text())["threshold"]
    assert all(1 / 8 <= guess.confidence <= 1 for guess in guesses)
    assert all(guess.sure == (guess.confidence >= threshold) for guess in guesses)
    sure = [guess.voice == VOICES[n % 8] for n, guess in enumerate(guesses) if guess.sure]
    assert np.mean(sure) >= 0.9
    assert str(voices.Guess(VOICES[1], 0.934, True)) == "snare at 93%"


def test_one_by_one_or_all_at_once_is_the_same():
    clips = list(factory.kit().clips) * 40  # more than a batch
    together = voices.guess(clips)
    assert together[:8] == together[8:16]
    alone = [voices.guess([clip])[0] for clip in clips[:8]]
    assert [guess.voice for guess in alone] == [guess.voice for guess in together[:8]]
    np.testing.assert_allclose([g.confidence for g in alone], [g.confidence for g in together[:8]], atol=1e-5)
    assert voices.guess([]) == []


def test_silence_is_nothing_surely():
    guess = voices.guess([Clip(np.zeros(1000, np.float32))])[0]
    assert (guess.sure, guess.confidence) == (False, 1 / 8)


def test_a_picture_does_not_know_level_lead_in_and_rate():
    picture = voices.log_spectrogram(SNARE)
    assert picture.shape == (voices.BANDS, voices.FRAMES)
    assert (picture.min(), picture.max()) == (-1, 1)
    late = Clip(np.concatenate([np.zeros(5000, np.float32), 0.01 * SNARE.samples]))
    assert np.abs(voices.log_spectrogram(late) - picture).mean() < 0.01
    faster = wav.resampled(SNARE, 96_000)
    low = slice(0, -4)  # the highest bands are what resampling filters
    assert np.abs(voices.log_spectrogram(faster)[low] - picture[low]).mean() < 0.02
    assert (voices.log_spectrogram(Clip(np.zeros(5, np.float32))) == -1).all()


def test_a_sine_lights_the_band_of_its_frequency():
    for band, hz in ((2, 2.5 * SAMPLE_RATE / 1024), (10, 10.5 * SAMPLE_RATE / 1024), (40, 9200.0)):
        tone = Clip(np.sin(2 * np.pi * hz * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32))
        assert abs(int(voices.log_spectrogram(tone)[:, 20].argmax()) - band) <= 1


def test_a_folder_without_a_network_is_refused(tmp_path):
    with pytest.raises(SpaceError, match=r"no config\.json"):
        voices.guess([SNARE], tmp_path)


def test_the_network_is_small_and_its_sounds_are_credited():
    folder = voices.SHIPPED_VOICES
    assert (folder / "voices.onnx").stat().st_size < 300_000
    assert "credits.csv" in (folder / "card.md").read_text()
    rows = (folder / "credits.csv").read_text().splitlines()
    assert rows[0] == "path,voice,kit,licence,credit,sha256"
    assert all(row.split(",")[2] for row in rows)


def test_listening_needs_no_torch():
    code = (
        "import sys; from clave import factory; from clave.sound import voice_classifier as heard; "
        "heard.guess([factory.kit()['kick']]); "
        "print(sorted({'torch', 'onnx', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
