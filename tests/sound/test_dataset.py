import csv
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from clave import factory, sounds, wav
from clave.audio.descriptors import describe
from clave.errors import CorpusError
from clave.music.clip import Clip
from clave.music.kit import VOICES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four kits of two drums each; the last two share their kick."""
    root = tmp_path_factory.mktemp("sounds")
    for number, name in enumerate(("analogue", "punch", "box", "box again")):
        kit = factory.kit(factory.KITS[min(number, 2)].name)
        wav.write(root / name / "kick.wav", kit["kick"])
        snare = kit["snare"] if number < 3 else factory.kit(factory.KITS[3].name)["snare"]
        wav.write(root / name / "Snare 1.flac", snare)
    kick = wav.read(root / "box again" / "kick.wav").samples
    ripple = 1e-3 * np.sin(np.arange(len(kick)))
    near = Clip((0.5 * kick * (1 + ripple)).astype(np.float32))
    wav.write(root / "box again" / "kick.wav", near)
    return root


@pytest.fixture(scope="module")
def corpus(folder):
    return sounds.scan(folder, variants=1)


@pytest.fixture(scope="module")
def made():
    """Eleven drums of each voice by our synthesizer."""
    return sounds.made(11, seed=3)


def test_names_say_voice_and_kit(corpus):
    assert corpus.report.voices["kick"] == corpus.report.voices["snare"] == 4
    assert corpus.kits == ("analogue", "box", "box again", "punch")
    assert corpus.report.refused == {}
    first = corpus.themselves()
    for index in range(len(first)):
        source = first.sources[first.source[index]]
        assert source.startswith(first.kits[first.kit[index]] + "/")
        assert VOICES[first.voice[index]].name in source.lower()


def test_variants_are_the_same_drum_at_another_speed(corpus):
    assert len(corpus) == 2 * len(corpus.themselves()) == 16
    for index in np.flatnonzero(corpus.variant == 0):
        other = np.flatnonzero((corpus.source == corpus.source[index]) & (corpus.variant == 1))[0]
        apart = np.abs(corpus.log_spectrogram[index] - corpus.log_spectrogram[other]).mean()
        assert 0 < apart < 2


def test_kits_that_share_a_sound_stay_together(corpus):
    group = {corpus.kits[kit]: int(group) for kit, group in zip(corpus.kit, corpus.group, strict=True)}
    assert group["box"] == group["box again"]
    assert len(set(group.values())) == corpus.report.groups == 3
    for seed in range(10):
        held = sounds.split(corpus, share=0.3, seed=seed)
        assert 0 < held.sum() < len(corpus)
        assert not set(corpus.group[held]) & set(corpus.group[~held])


def test_each_voice_counts_the_same_and_large_kits_less_than_their_size():
    group = np.array([0] * 9 + [1] + [0])
    voice = np.array([0] * 10 + [1])
    weight = sounds.weights(_columns(voice, group))
    assert weight.mean() == pytest.approx(1)
    assert weight[:10].sum() == pytest.approx(weight[10])
    assert weight[9] / weight[:9].sum() == pytest.approx(1 / 3)


def test_all_that_was_made_here_counts_as_half_a_kit():
    two = _columns(np.zeros(12, np.int64), np.array([0] * 4 + [1] * 4 + [2] * 4))
    source = np.array([0] * 4 + [1] * 8)
    mixed = replace(two, source=source, sources=("a.wav", "factory kick 0"), licences=("",) * 2, credits=("",) * 2)
    weight = sounds.weights(mixed)
    assert weight[4:].sum() / weight[:4].sum() == pytest.approx(0.5 * 8**0.5 / 4**0.5)


def _columns(voice, group):
    made = sounds.made(1).subset(np.zeros(len(voice), np.int64))
    return replace(made, voice=voice, kit=group, group=group, sources=("a.wav",) * len(made.sources))


def test_what_is_saved_is_loaded(corpus, tmp_path):
    corpus.save(tmp_path)
    again = sounds.SoundCorpus.load(tmp_path)
    np.testing.assert_allclose(again.log_spectrogram, corpus.log_spectrogram, atol=0.005)
    assert (again.sources, again.kits, again.report) == (corpus.sources, corpus.kits, corpus.report)
    assert again.hashes == corpus.hashes
    np.testing.assert_array_equal(again.descriptors, corpus.descriptors)
    with pytest.raises(CorpusError, match="holds no sounds"):
        sounds.SoundCorpus.load(tmp_path / "nowhere")


def test_each_sound_has_its_descriptors_and_an_old_corpus_has_none(tmp_path):
    kit = factory.kit()
    for voice in ("kick", "tom"):
        wav.write(tmp_path / f"kit {voice}" / f"{voice}.wav", kit[voice])
    found = sounds.scan(tmp_path, variants=1)
    assert found.descriptors.shape == (4, 4)
    for row, source in zip(found.descriptors, found.source, strict=True):  # a variant has the row of its sound
        described = describe(kit[Path(found.sources[source]).stem])
        np.testing.assert_allclose(row, described.scaled, rtol=0.001)

    found.save(tmp_path)
    with np.load(tmp_path / "sounds.npz") as file:
        before = {name: file[name] for name in file if name != "descriptors"}
    np.savez(tmp_path / "sounds.npz", **before)
    assert np.isnan(sounds.SoundCorpus.load(tmp_path).descriptors).all()


def test_a_corpus_saved_under_old_names_is_loaded(corpus, tmp_path):
    corpus.save(tmp_path)
    old_names = {"log_spectrogram": "picture", "descriptors": "heard"}
    with np.load(tmp_path / "sounds.npz") as file:
        before = {old_names.get(name, name): file[name] for name in file}
    np.savez(tmp_path / "sounds.npz", **before)
    again = sounds.SoundCorpus.load(tmp_path)
    np.testing.assert_allclose(again.log_spectrogram, corpus.log_spectrogram, atol=0.005)
    np.testing.assert_array_equal(again.descriptors, corpus.descriptors)


def test_bad_files_are_refused_by_name_and_the_rest_goes_on(tmp_path):
    kick = factory.kit()["kick"]
    wav.write(tmp_path / "kick good.wav", kick)
    wav.write(tmp_path / "kick copy.wav", kick)
    wav.write(tmp_path / "what is it.wav", kick)
    (tmp_path / "kick text.wav").write_text("not a sound")
    (tmp_path / "kick empty.wav").write_bytes(b"")
    for name, samples, rate in (
        ("silent", np.zeros(5000), 44_100),
        ("dc", np.full(5000, 0.3), 44_100),
        ("one sample", np.ones(1), 44_100),
        ("ten minutes", np.ones(600 * 1000) * 0.1, 1000),
        ("not a number", np.full(5000, np.nan), 44_100),
        ("eight bits", kick.samples, 44_100),
        ("fast", np.repeat(kick.samples, 4), 192_000),
        ("clipped", np.clip(8 * factory.kit("punch")["kick"].samples, -0.9, 0.9), 44_100),
    ):
        subtype = {"eight bits": "PCM_U8", "not a number": "FLOAT"}.get(name, "PCM_16")
        soundfile.write(tmp_path / f"kick {name}.wav", samples, rate, subtype=subtype)
    read = sounds.scan(tmp_path)
    refused = {name.removeprefix("kick ").removesuffix(".wav"): why for name, why in read.report.refused.items()}
    for name, why in (
        ("good", "a copy of kick copy.wav"),
        ("what is it", "kick"),  # a copy of one, or too unsure
        ("text", "not a sound file"),
        ("empty", "empty"),
        ("silent", "silence"),
        ("dc", "silence"),
        ("one sample", "0.02 ms"),
        ("ten minutes", "600 s"),
        ("not a number", "nan"),
    ):
        assert why in refused.pop(name)
    assert refused == {}
    assert {name.split()[1] for name in read.sources} == {"copy.wav", "eight", "fast.wav", "clipped.wav"}
    assert read.report.remarks["clipped: its peaks are cut off"] >= 1
    assert np.isfinite(read.log_spectrogram).all()


def test_a_list_names_files_voices_kits_and_licences(folder, made, tmp_path):
    listing = tmp_path / "mine.csv"
    rows = [
        {"path": "analogue/kick.wav", "voice": "BD", "kit": "one", "licence": "CC0", "credit": "Ann"},
        {"path": "punch/kick.wav", "voice": "cowbell-ish", "kit": "one", "licence": "", "credit": ""},
        {"path": "gone.wav", "voice": "snare", "kit": "two", "licence": "", "credit": ""},
    ]
    with listing.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    read = sounds.scan(folder, listing)
    assert (read.sources, read.kits, read.licences) == (("analogue/kick.wav",), ("one",), ("CC0",))
    assert "cowbell-ish" in read.report.refused["punch/kick.wav"]
    assert "no such file" in read.report.refused["gone.wav"]
    digest = hashlib.sha256((folder / "analogue" / "kick.wav").read_bytes()).hexdigest()
    credited = sounds.credits_of(read)
    assert credited == [("analogue/kick.wav", "kick", "one", "CC0", "Ann", digest)]
    assert sounds.by_kit([*credited, *sounds.credits_of(made)]) == [
        ("factory", "CC0-1.0", "Clave's own synthesizer", 88),
        ("one", "CC0", "Ann", 1),
    ]
    several = [credited[0]._replace(credit=name) for name in ("Zoe, a kit", "Ann", "Bo, x", "Bo, y")]
    assert sounds.by_kit(several) == [("one", "CC0", "Ann, Bo, Zoe", 4)]
    sounds.write_credits(tmp_path / "credits.csv", credited)
    with (tmp_path / "credits.csv").open(newline="") as file:
        assert [tuple(row.values()) for row in csv.DictReader(file)] == credited


def test_folders_without_sounds_are_refused(tmp_path):
    with pytest.raises(CorpusError, match="not a folder"):
        sounds.scan(tmp_path / "nowhere")
    with pytest.raises(CorpusError, match="no sound file"):
        sounds.scan(tmp_path)
    (tmp_path / "list.csv").write_text("file,style\na,b\n")
    with pytest.raises(CorpusError, match="path and voice"):
        sounds.scan(tmp_path, tmp_path / "list.csv")
    (tmp_path / "kick.wav").write_text("text")
    with pytest.raises(CorpusError, match=r"kick\.wav: not a sound file"):
        sounds.scan(tmp_path)


def test_the_factory_makes_the_same_drums_again_and_kits_of_ten(made):
    assert len(made) == 88
    assert made.kits == ("factory 0", "factory 1")
    np.testing.assert_array_equal(made.log_spectrogram[:8], sounds.made(1, seed=3).log_spectrogram)
    both = sounds.joined(made, sounds.made(1))
    assert len(both) == 96
    assert both.kits[both.kit[-1]] == "factory 0"
    assert both.group[-1] not in made.group
