"""What the stroke network learns from: loops rendered from bars and one-shots, and the candidates in them."""

from pathlib import Path

import numpy as np
import pytest

from clave import factory, midi, wav
from clave.errors import TrainingError
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.rhythm.dataset import Corpus, scan
from clave.sound.dataset import Listed
from clave.sound.loops.strokes import LoopStroke
from clave.training import loop_examples
from clave.training.loop_examples import BarStock, SoundStock, bar_runs, examples_of, make_examples, read_stock
from clave.training.loop_rendering import CHOKE_FADE, TrainingLoop, mixed, no_drums, played, produced, varied

CLICK = Clip(np.exp(-np.arange(600) / 60).astype(np.float32))


def bar(*strokes: tuple[int, int], velocity: float = 0.8) -> Pattern:
    hits = np.zeros((8, 64), bool)
    for voice, step in strokes:
        hits[voice, step] = True
    return Pattern.from_hits(hits, velocity=np.full((8, 64), velocity))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Three bars of one file, and one of another, which is in 3/4."""
    midi.write(tmp_path / "a.mid", [bar(*((0, 8 * beat) for beat in range(8)), (1, 16 + n)) for n in range(3)])
    waltz = Pattern.from_hits(np.arange(8 * 48).reshape(8, 48) % 8 == 0, meter=(3, 4))
    midi.write(tmp_path / "b.mid", [waltz])
    return scan(tmp_path)


@pytest.fixture
def stock() -> SoundStock:
    return SoundStock(({0: (CLICK,), 1: (CLICK,)}, {2: (CLICK,)}), tuple((CLICK,) for _ in VOICES))


# Rendering


def test_strokes_come_at_their_moments_and_the_bars_last_as_long_as_they_do() -> None:
    for seed in range(20):  # some of them with even velocities or other voices
        strokes, seconds = played([bar((0, 0), (1, 16)), bar((1, 32))], 120, np.random.default_rng(seed))
        assert seconds == 4
        assert [each.seconds for each in strokes] == [0, 0.5, 3]
        assert strokes[0].voice == 0  # nothing stands in for a kick
        assert all(each.voice in (1, 6, 7) for each in strokes[1:])
        assert all(0.8 - 1e-6 <= each.velocity <= 1 for each in strokes)


def test_a_stroke_is_as_loud_as_the_square_of_its_velocity_and_rings_out_in_the_loop() -> None:
    sounds = [[np.ones(1000, np.float32)]] * 8
    strokes = (LoopStroke(0.1, 0, 1.0), LoopStroke(0.5, 0, 0.5), LoopStroke(0.99, 0, 1.0), LoopStroke(1.0, 0, 1.0))
    samples = mixed(strokes, 1.0, sounds, np.random.default_rng(0))
    assert len(samples) == SAMPLE_RATE
    loud, soft = samples[4410 + 100], samples[22_050 + 100]
    assert soft == pytest.approx(loud / 4, rel=1e-5)
    assert samples[4410 + 1000 - CHOKE_FADE // 2] == pytest.approx(loud / 2, rel=0.02)  # each end is faded
    assert samples[4410 + 999] == pytest.approx(0, abs=1e-6)
    assert not samples[4410 + 1000 : 22_050].any()


def test_the_next_hat_stops_the_one_before() -> None:
    sounds = [[np.ones(SAMPLE_RATE, np.float32)]] * 8
    samples = mixed((LoopStroke(0.0, 3, 1.0), LoopStroke(0.5, 2, 0.001)), 1.0, sounds, np.random.default_rng(0))
    stop = SAMPLE_RATE // 2
    assert samples[stop - CHOKE_FADE] > 0.1
    assert np.abs(samples[stop + CHOKE_FADE + 1 :]).max() < 1e-5 * samples[0] + 1e-4


def test_what_is_produced_has_a_peak_of_about_1_and_is_never_silent_noise() -> None:
    sound = (0.01 * np.sin(np.arange(2000) / 9)).astype(np.float32)
    for seed in range(12):
        made = produced(sound, np.random.default_rng(seed))
        assert made.dtype == np.float32
        assert np.abs(made).max() == pytest.approx(1, abs=0.05)
        assert np.abs(varied(CLICK, np.random.default_rng(seed))).max() == pytest.approx(1)


def test_loops_without_drums_have_sound_and_no_strokes() -> None:
    lengths = set()
    for seed in (0, 1, 3):  # a bass line, noise, a pad
        loop = no_drums(np.random.default_rng(seed))
        assert loop.strokes == ()
        assert np.abs(loop.samples).max() == pytest.approx(1, abs=0.05)
        assert 2 <= len(loop.samples) / SAMPLE_RATE <= 6
        lengths.add(len(loop.samples))
    assert len(lengths) == 3


# Sounds and bars


def test_a_stock_has_the_sounds_kit_by_kit_and_credits_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_examples, "FACTORY_DRUMS", 1)
    wav.write(tmp_path / "k.wav", factory.kit()["kick"])
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    listed = [
        Listed("k.wav", "kick", "mine", "CC0", "me"),
        Listed("broken.wav", "snare", "mine", "CC0", "me"),
        Listed("k.wav", "", "mine", "CC0", "me"),  # of no voice that is known
    ]
    told: list[tuple[str, int, int]] = []
    stock, credited = read_stock(listed, tmp_path, on_progress=lambda *progress: told.append(progress))
    assert [list(kit) for kit in stock.kits] == [[0]]
    assert [len(takes) for takes in stock.made] == [1] * 8
    assert [(each.path, each.licence) for each in credited[:2]] == [
        ("k.wav", "CC0"),
        ("factory kick 0 to 0", credited[1].licence),
    ]
    assert len(credited) == 1 + 8
    assert told
    with pytest.raises(TrainingError, match="holds no sound of a known voice"):
        read_stock(listed[1:], tmp_path)


def test_every_voice_has_a_sound_also_where_no_kit_has_one(stock: SoundStock) -> None:
    for seed in range(6):
        sounds = stock.draw(np.random.default_rng(seed))
        assert len(sounds) == 8
        assert all(1 <= len(takes) <= 3 for takes in sounds)
        assert all(np.abs(take).max() == pytest.approx(1) for takes in sounds for take in takes)


def test_bars_follow_each_other_within_a_file_and_a_meter(corpus: Corpus) -> None:
    runs = bar_runs(corpus)
    assert sorted(map(len, runs)) == [1, 3]
    (longest,) = (run for run in runs if len(run) == 3)
    assert [int(corpus.number[row]) for row in longest] == [0, 1, 2]
    bars = BarStock(corpus, runs, {"a.mid": 100.0, "b.mid": 100.0})
    for seed in range(12):
        patterns, tempo = bars.draw(np.random.default_rng(seed))
        assert len(patterns) in (1, 2, 3, 4)
        assert len({pattern.meter for pattern in patterns}) == 1
        assert 50 <= tempo <= 220


# Examples


def test_each_stroke_belongs_to_the_nearest_candidate_if_that_is_near() -> None:
    samples = np.zeros(SAMPLE_RATE, np.float32)
    for second in (0.2, 0.6):
        samples[round(second * SAMPLE_RATE) :][:600] += CLICK.samples[: len(samples)]
    strokes = (LoopStroke(0.2, 0, 0.9), LoopStroke(0.21, 2, 0.5), LoopStroke(0.205, 2, 0.7), LoopStroke(0.66, 1, 1.0))
    found = examples_of(TrainingLoop(samples, strokes), number=3)
    first = int(np.abs(found.seconds - 0.2).argmin())
    assert found.seconds[first] == pytest.approx(0.2, abs=0.02)
    assert np.flatnonzero(found.struck[first]).tolist() == [0, 2]
    assert found.velocity[first, [0, 2]] == pytest.approx([0.9, 0.7])
    assert not found.struck[:, 1].any()  # more than 25 ms from any candidate
    assert (found.loop == 3).all()
    assert found.decibels.max() <= 0
    assert found.loudest_db.shape == found.decibels.shape[:2]


def test_examples_of_the_same_seed_are_the_same_and_loops_are_numbered(corpus: Corpus, stock: SoundStock) -> None:
    told: list[int] = []
    once = make_examples(corpus, stock, 3, seed=5, on_progress=lambda _, done, __: told.append(done))
    again = make_examples(corpus, stock, 3, seed=5)
    assert len(once) == len(again) > 0
    np.testing.assert_array_equal(once.decibels, again.decibels)
    assert set(once.loop.tolist()) <= {0, 1, 2}
    assert told[-1] == 3
    assert (once.velocity[~once.struck] == 0).all()
