"""Every kind of file and folder that `clave learn sound` may meet: read, refused by name, and the rest goes on."""

import os
import time
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from toy_sounds import TOY

from clave import factory, sounds, wav
from clave.audio.log_spectrogram import placed
from clave.audio.phase import ONSET_S
from clave.errors import CorpusError
from clave.music.clip import SAMPLE_RATE, Clip
from clave.music.kit import VOICES
from clave.sound import voice_classifier as voices
from clave.sound.space import load_sound
from clave.training.sound_run import learn_sound

KICK = factory.kit("punch")["kick"]


def written(path, clip=KICK, *, rate=SAMPLE_RATE, channels=1, subtype=None):
    """A file of this sound, in so many channels, at this rate."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = wav.resampled(clip, rate).samples
    kind = "AIFF" if path.suffix in (".aif", ".aifc") else None
    soundfile.write(path, np.repeat(samples[:, None], channels, 1), rate, subtype=subtype, format=kind)
    return path


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """How the kick is read from an exact file."""
    return sounds.scan(written(tmp_path_factory.mktemp("kick") / "kick.wav", subtype="FLOAT").parent)


KINDS = [
    ("wav", "PCM_U8"), ("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "PCM_32"), ("wav", "FLOAT"), ("wav", "DOUBLE"),
    ("wav", "ULAW"), ("wav", "IMA_ADPCM"), ("aiff", "PCM_S8"), ("aif", "PCM_16"), ("aiff", "PCM_24"), ("aifc", "FLOAT"),
    ("flac", "PCM_16"), ("flac", "PCM_24"), ("ogg", "VORBIS"), ("mp3", "MPEG_LAYER_III"),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "subtype"), KINDS, ids=lambda kind: kind)
def test_every_format_gives_the_same_drum(tmp_path, expected, suffix, subtype):
    read = sounds.scan(written(tmp_path / f"kick.{suffix}", subtype=subtype).parent)
    assert read.report.refused == {}
    assert read.gain[0] == pytest.approx(KICK.peak, rel=0.1)
    loud = expected.log_spectrogram > expected.log_spectrogram.max() - np.log(1000)  # 60 dB
    coarse = {"PCM_U8": 0.5, "PCM_S8": 0.5, "ULAW": 0.5, "IMA_ADPCM": 0.5, "VORBIS": 0.5, "MPEG_LAYER_III": 0.5}
    assert np.median(np.abs(read.log_spectrogram - expected.log_spectrogram)[loud]) < coarse.get(subtype, 0.01)


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_rate_and_number_of_channels_gives_the_same_drum(tmp_path, rate, channels):
    clip, remarks = wav.read_and_remark(written(tmp_path / "x.wav", rate=rate, channels=channels, subtype="FLOAT"))
    assert (clip.sample_rate, remarks) == (SAMPLE_RATE, ())
    assert clip.seconds == pytest.approx(KICK.seconds, abs=2 / rate)
    assert clip.peak == pytest.approx(KICK.peak, rel=0.25 if rate < 20_000 else 0.05)


def test_the_onset_comes_after_two_milliseconds_and_a_long_end_is_faded(tmp_path):
    tone = np.sin(2 * np.pi * 440 * np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    for lead_s in (0.0, 0.001, 0.3):
        late = Clip(np.concatenate([np.zeros(round(lead_s * SAMPLE_RATE), np.float32), 0.5 * tone]))
        samples = placed(wav.read(written(tmp_path / "x.wav", late, subtype="FLOAT")))
        begins = int(np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())[0])
        assert ONSET_S == 0.002
        assert begins / SAMPLE_RATE == pytest.approx(ONSET_S, abs=1e-4)
        assert abs(samples[-1]) < 1e-3
        assert np.abs(np.diff(samples[begins:])).max() < 0.1  # no click at the end: a sine of 440 Hz moves by 0.06


def test_loudness_is_kept_as_gain_and_nowhere_else(tmp_path):
    for number, gain in enumerate((0.01, 0.3, 1.7)):
        written(tmp_path / f"kick {number}.wav", Clip(KICK.samples * np.float32(gain / KICK.peak)), subtype="FLOAT")
    read = sounds.scan(tmp_path)
    assert read.gain.tolist() == pytest.approx([0.01])
    assert set(read.report.refused.values()) == {"a copy of kick 0.wav"}  # the same drum, louder


def test_a_copy_is_known_in_another_format(tmp_path):
    written(tmp_path / "kick.wav", subtype="PCM_16")
    written(tmp_path / "other kit" / "kick.flac", subtype="PCM_16")
    read = sounds.scan(tmp_path)
    assert (read.report.sounds, read.report.copies) == (1, 1)


def test_one_bad_file_of_each_kind_is_named_and_the_rest_goes_on(tmp_path, monkeypatch):
    good = written(tmp_path / "kick good.wav", subtype="PCM_16").read_bytes()
    (tmp_path / "kick text.wav").write_text("boom")
    (tmp_path / "kick empty.aiff").touch()
    (tmp_path / "kick header.wav").write_bytes(good[:44])
    (tmp_path / "kick ring.wav").symlink_to("kick ring.wav")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "kick.m4a").write_bytes(good)
    (tmp_path / "kick locked.wav").write_bytes(good)
    (tmp_path / "kick folder.wav").mkdir()
    for name, samples in {
        "silent": np.zeros(5000),
        "dc": np.full(5000, 0.3),
        "one sample": np.ones(1),
        "not a number": np.where(np.arange(5000) == 7, np.nan, 0.1),
        "infinite": np.where(np.arange(5000) == 7, np.inf, 0.1),
    }.items():
        soundfile.write(tmp_path / f"kick {name}.wav", samples, SAMPLE_RATE, subtype="FLOAT")

    opened = type(tmp_path).open

    def guarded(self, *given, **more):
        if self.name == "kick locked.wav":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *given, **more)

    monkeypatch.setattr(type(tmp_path), "open", guarded)
    read = sounds.scan(tmp_path)
    assert read.sources == ("kick good.wav",)
    rules = {
        "kick text.wav": "not a sound file",
        "kick empty.aiff": "0 bytes",
        "kick header.wav": "at least one sample",
        "kick ring.wav": "a link that leads nowhere",
        "kick.m4a": ".m4a is not read",
        "kick locked.wav": "Permission denied",
        "kick silent.wav": "silence",
        "kick dc.wav": "silence",
        "kick one sample.wav": "0.02 ms",
        "kick not a number.wav": "nan at sample 7",
        "kick infinite.wav": "inf at sample 7",
    }
    assert read.report.refused.keys() == rules.keys()
    for name, rule in rules.items():
        assert rule in read.report.refused[name], name


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_folders_and_files_that_may_not_be_opened_are_named(tmp_path):
    written(tmp_path / "kick.wav")
    written(tmp_path / "mine" / "snare.wav")
    written(tmp_path / "tom.wav").chmod(0)
    (tmp_path / "mine").chmod(0)
    try:
        refused = sounds.scan(tmp_path).report.refused
    finally:
        (tmp_path / "mine").chmod(0o700)
    assert refused.keys() == {"mine", "tom.wav"}
    assert all("Permission denied" in reason for reason in refused.values())


def test_a_file_cut_short_is_read_with_a_remark(tmp_path):
    path = written(tmp_path / "kick.wav", subtype="PCM_16")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    read = sounds.scan(tmp_path)
    assert (len(read), read.report.remarks) == (1, {wav.CUT_SHORT: 1})


def test_clipping_and_what_is_longer_than_a_one_shot_are_remarked_on(tmp_path):
    loud = Clip(np.clip(8 * KICK.samples, -0.9, 0.9))
    long = Clip(np.sin(np.arange(3 * SAMPLE_RATE) / 50).astype(np.float32))
    written(tmp_path / "kick.wav", loud)
    written(tmp_path / "tom.wav", long)
    remarks = sounds.scan(tmp_path).report.remarks
    assert remarks == {"clipped: its peaks are cut off": 1, "longer than 1.5 s: its end is faded": 1}


@pytest.mark.parametrize(
    ("suffix", "subtype"), [("wav", "PCM_16"), ("flac", "PCM_16"), ("ogg", "VORBIS"), ("mp3", None)]
)
def test_ten_minutes_are_refused_unread(tmp_path, suffix, subtype):
    path = tmp_path / f"kick.{suffix}"
    second = np.zeros(8000, np.float32)
    with soundfile.SoundFile(path, "w", 8000, 1, subtype=subtype) as file:
        for _ in range(600):
            file.write(second)
    written(tmp_path / "snare.wav")
    began = time.perf_counter()
    read = sounds.scan(tmp_path)
    assert time.perf_counter() - began < 5  # of which nothing is spent on reading
    assert "600 s long" in read.report.refused[path.name]
    assert len(read) == 1


def test_a_folder_of_one_voice_becomes_a_space(tmp_path):
    folder, out = tmp_path / "my snares", tmp_path / "space"
    for number in range(4):
        drum = factory.draw("snare", np.random.default_rng(number))
        written(folder / f"snare {number}.wav", factory.synthesize(drum, seed=number))
    read = sounds.scan(folder)
    assert read.kits == ("my snares",)
    assert read.report.groups == 4  # of one kit, each sound stands by itself
    for _ in learn_sound(read, replace(TOY, epochs=1), out):
        pass
    space = load_sound(out)
    assert space.voices == ("snare",)
    assert np.isfinite(space.sample(1, "snare")[0].samples).all()
    assert len(space.kit().clips) == len(VOICES)


def test_names_that_say_nothing_are_listened_to(tmp_path, monkeypatch):
    for number, voice in enumerate(VOICES[:2]):
        written(tmp_path / f"take {number}.wav", factory.kit()[voice])
    written(tmp_path / "kick.wav")
    told = {0: (VOICES[0], 0.97, True), 1: (VOICES[4], 0.41, False)}
    numbers = iter((0, 1))
    monkeypatch.setattr(voices, "guess", lambda _: [voices.Guess(*told[next(numbers)])])
    report = sounds.scan(tmp_path).report
    assert report.guessed == {"take 0.wav": {"voice": "kick", "confidence": 0.97}}
    assert report.refused == {"take 1.wav": "nothing names its voice, and it sounds like tom at 41%: too unsure"}
    assert report.voices["kick"] == 2


def test_a_list_may_leave_the_voice_to_the_ear(tmp_path, monkeypatch):
    written(tmp_path / "a.wav")
    (tmp_path / "manifest.csv").write_text("path,voice\na.wav,\n")
    monkeypatch.setattr(voices, "guess", lambda clips: [voices.Guess(VOICES[0], 0.9, True)] * len(clips))
    assert sounds.scan(tmp_path).report.guessed == {"a.wav": {"voice": "kick", "confidence": 0.9}}


def test_where_nothing_can_be_learned_every_file_is_named(tmp_path):
    (tmp_path / "kick.wav").write_text("boom")
    (tmp_path / "snare.wav").touch()
    with pytest.raises(CorpusError) as refusal:
        sounds.scan(tmp_path)
    assert refusal.value.refused.keys() == {"kick.wav", "snare.wav"}
