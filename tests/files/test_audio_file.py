import contextlib
import io
import json
import os
import struct
import tracemalloc
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import soundfile

from clave import wav
from clave.errors import AudioFileError
from clave.files.audio_file import quiet, reading, voice_names
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit

RATE = 44_100
FIXTURES = Path(__file__).parents[1] / "fixtures"
NAMES = FIXTURES / "voice_names.json"


def tone(seconds=0.5, rate=RATE, hz=440.0, peak=0.7):
    return (peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def level_at(clip, hz):
    """Amplitude of a sine of this frequency in the middle of the clip."""
    middle = clip.samples[len(clip) // 4 : 3 * len(clip) // 4].astype(np.float64)
    window = np.hanning(len(middle))
    turn = np.exp(-2j * np.pi * hz * np.arange(len(middle)) / clip.sample_rate)
    return 2 * abs((middle * window * turn).sum()) / window.sum()


@pytest.mark.parametrize("suffix", ["wav", "flac", "FLAC"])
@pytest.mark.parametrize("rate", [8000, 44_100, 96_000])
def test_what_is_written_is_read_again_to_24_bits(tmp_path, suffix, rate):
    samples = np.random.default_rng(0).uniform(-1, 1, 1000).astype(np.float32)
    samples[:2] = 1, -1
    wav.write(tmp_path / f"new folder/x.{suffix}", Clip(samples, rate))
    again = wav.read(tmp_path / f"new folder/x.{suffix}", sample_rate=None)
    assert again.sample_rate == rate
    np.testing.assert_allclose(again.samples, samples, atol=2**-23)
    assert soundfile.info(tmp_path / f"new folder/x.{suffix}").subtype == "PCM_24"


def test_stereo_is_written_as_left_and_right(tmp_path):
    left, right = Clip(tone()), Clip(tone(hz=660.0))
    wav.write(tmp_path / "x.wav", left, right)
    samples, _ = soundfile.read(tmp_path / "x.wav", dtype="float32")
    np.testing.assert_allclose(samples, np.stack([left.samples, right.samples], 1), atol=2**-23)
    np.testing.assert_allclose(wav.read(tmp_path / "x.wav").samples, samples.mean(1), atol=2**-23)
    wav.write_stereo(tmp_path / "y.wav", left, right)
    assert (tmp_path / "y.wav").read_bytes() == (tmp_path / "x.wav").read_bytes()
    assert soundfile.info(tmp_path / "y.wav").subtype == "PCM_24"
    with pytest.raises(AudioFileError, match=r"z.wav: left and right are equally long and fast, got 22050 samples"):
        wav.write_stereo(tmp_path / "z.wav", left, Clip(tone(0.25)))


def test_bytes_are_the_file(tmp_path):
    clip = Clip(tone(0.1))
    wav.write(tmp_path / "x.wav", clip)
    assert wav.to_bytes(clip) == (tmp_path / "x.wav").read_bytes()
    assert wav.to_bytes(clip, format="flac")[:4] == b"fLaC"
    np.testing.assert_array_equal(wav.from_bytes(wav.to_bytes(clip)).samples, wav.read(tmp_path / "x.wav").samples)


@pytest.mark.parametrize(
    ("suffix", "subtype", "error"),
    [
        ("wav", "PCM_16", 1e-4),
        ("wav", "FLOAT", 1e-6),
        ("wav", "PCM_U8", 1e-2),
        ("flac", "PCM_16", 1e-4),
        ("aiff", "PCM_24", 1e-6),
        ("ogg", "VORBIS", 0.02),
        ("mp3", "MPEG_LAYER_III", 0.02),
    ],
)
@pytest.mark.parametrize(("rate", "channels"), [(44_100, 1), (48_000, 2), (22_050, 3)])
def test_every_kind_of_file_becomes_mono_at_44_1_khz(tmp_path, suffix, subtype, error, rate, channels):
    if suffix == "mp3" and channels == 3:
        pytest.skip("MP3 has at most two channels")
    path = tmp_path / f"x.{suffix}"
    soundfile.write(path, np.repeat(tone(rate=rate)[:, None], channels, 1), rate, subtype=subtype)
    clip = wav.read(path)
    assert clip.sample_rate == RATE
    assert clip.seconds == pytest.approx(0.5, abs=0.06 if suffix == "mp3" else 1e-3)
    assert level_at(clip, 440.0) == pytest.approx(0.7, abs=max(error, 1e-3))


def test_resampling_leaves_no_alias():
    clip = wav.resampled(Clip(tone(rate=96_000, hz=30_000.0), 96_000))
    assert np.abs(clip.samples[1000:-1000]).max() < 1e-4


def test_levels_above_full_scale_are_read_as_they_are_and_not_written(tmp_path):
    soundfile.write(tmp_path / "x.wav", tone(peak=1.5), RATE, subtype="FLOAT")
    clip = wav.read(tmp_path / "x.wav")
    assert clip.peak == pytest.approx(1.5, abs=1e-3)
    with pytest.raises(AudioFileError, match=r"y\.wav.*peak of 1\.5"):
        wav.write(tmp_path / "y.wav", clip)
    assert not (tmp_path / "y.wav").exists()


def broken_files(folder):
    good = wav.to_bytes(Clip(tone()))
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("this is a kick, believe me\n")
    (folder / "header.wav").write_bytes(good[:20])
    (folder / "noise.mp3").write_bytes(np.random.default_rng(0).bytes(5000))
    (folder / "folder.wav").mkdir()
    soundfile.write(folder / "nothing.wav", np.zeros((0, 1)), RATE)
    soundfile.write(folder / "nan.wav", np.array([0.1, np.nan, 0.2]), RATE, subtype="FLOAT")
    soundfile.write(folder / "infinite.wav", np.array([0.1, np.inf]), RATE, subtype="FLOAT")
    soundfile.write(folder / "long.flac", np.zeros(61 * 8000), 8000)
    return {
        "empty.wav": "0 bytes",
        "text.wav": "not a sound file",
        "header.wav": "not a sound file|at least one sample",
        "noise.mp3": "not a sound file|at least one sample",
        "folder.wav": "a folder",
        "nothing.wav": "at least one sample",
        "nan.wav": "finite.*at sample 1",
        "infinite.wav": "finite.*at sample 1",
        "long.flac": "61 s long",
        "missing.wav": "no such file",
    }


def test_broken_files_are_refused_by_name_and_rule(tmp_path):
    for name, rule in broken_files(tmp_path).items():
        with pytest.raises(AudioFileError, match=rule) as refusal:
            wav.read(tmp_path / name)
        assert name in str(refusal.value)


def test_a_file_cut_short_is_read_as_far_as_it_goes_or_refused(tmp_path):
    whole = wav.to_bytes(Clip(tone()))
    for length in np.random.default_rng(1).integers(1, len(whole), 30):
        (tmp_path / "cut.wav").write_bytes(whole[:length])
        try:
            clip = wav.read(tmp_path / "cut.wav")
        except AudioFileError:
            continue
        np.testing.assert_allclose(clip.samples, tone()[: len(clip)], atol=2**-22)


@pytest.mark.parametrize(("suffix", "rest"), [("wav", 0.5), ("aiff", 0.5), ("flac", 0.7), ("mp3", 0.5)])
def test_a_file_cut_short_is_remarked_on(tmp_path, suffix, rest):
    path = tmp_path / f"x.{suffix}"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, 3 * RATE), RATE)
    assert wav.read_and_remark(path)[1] == ()
    path.write_bytes(path.read_bytes()[: round(rest * path.stat().st_size)])
    clip, remarks = wav.read_and_remark(path)
    assert remarks == (wav.CUT_SHORT,)
    assert 0.5 < clip.seconds < 3
    np.testing.assert_array_equal(wav.from_bytes(path.read_bytes()).samples, wav.read(path).samples)


def test_a_size_that_was_never_written_is_no_cut(tmp_path):
    data = bytearray(wav.to_bytes(Clip(tone())))
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "x.wav").write_bytes(data)
    clip, remarks = wav.read_and_remark(tmp_path / "x.wav")
    assert (clip.seconds, remarks) == (0.5, ())


def test_channels_that_cancel_are_heard_as_the_loudest_of_them(tmp_path):
    channels = np.stack([tone(), -0.9 * tone(), 0.0 * tone()], axis=1)
    soundfile.write(tmp_path / "x.wav", channels[:, :2], RATE, subtype="FLOAT")
    np.testing.assert_array_equal(wav.read(tmp_path / "x.wav").samples, tone())
    np.testing.assert_array_equal(wav.from_bytes((tmp_path / "x.wav").read_bytes()).samples, tone())
    soundfile.write(tmp_path / "x.wav", np.stack([tone(), tone()], 1) * [1, 0.5], RATE, subtype="FLOAT")
    np.testing.assert_allclose(wav.read(tmp_path / "x.wav").samples, 0.75 * tone(), atol=1e-6)


def flac_of_silence(path, seconds, rate, channels):
    with soundfile.SoundFile(path, "w", rate, channels, format="FLAC", subtype="PCM_16") as file:
        for _ in range(seconds):
            file.write(np.zeros((rate, channels), np.int16))
    return path.read_bytes()


def test_many_channels_at_a_high_rate_need_little_memory(tmp_path):
    """Twelve seconds of eight channels at 192 kHz are 74 MB as a whole, and 9 as one channel."""
    data = flac_of_silence(tmp_path / "x.flac", 12, 192_000, 8)
    tracemalloc.start()
    try:
        assert wav.from_bytes(data, sample_rate=None).seconds == 12
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("seconds", "rate", "channels", "rule"), [
    (6, 655_350, 8, "8 channels x 655350 Hz x 6.0 s are 31 million samples; at most 24 million"),
    (61, 8000, 1, "61 s long; sounds are at most 60 s: cut it into parts"),
])  # fmt: skip
def test_what_would_be_too_much_is_refused_before_it_is_decoded(tmp_path, monkeypatch, seconds, rate, channels, rule):
    """A FLAC of 342 kB once took 2.3 GB."""
    data = flac_of_silence(tmp_path / "x.flac", seconds, rate, channels)
    undecoded = mock.Mock(side_effect=AssertionError)
    monkeypatch.setattr(soundfile.SoundFile, "read", undecoded)
    for read, what in ((wav.read, tmp_path / "x.flac"), (wav.from_bytes, data)):
        with pytest.raises(AudioFileError, match=rule):
            read(what)


def test_a_flac_that_does_not_know_its_length_is_read_to_its_end(tmp_path, monkeypatch):
    data = bytearray(flac_of_silence(tmp_path / "x.flac", 3, 8000, 1))
    data[21] &= 0xF0  # the lowest 36 bits of its first block: samples in all
    data[22:26] = bytes(4)
    assert wav.from_bytes(bytes(data)).seconds == 3
    monkeypatch.setattr(reading, "MAX_SAMPLES", 20_000)
    with pytest.raises(AudioFileError, match="1 channels x 8000 Hz"):
        wav.from_bytes(bytes(data))


def test_folders_are_walked_once_and_what_cannot_be_read_is_named(tmp_path):
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "drums"
    for name in ("a.wav", "B.AIFF", "sub/c.mp3", "sub/notes.txt", ".hidden.wav", ".cache/d.wav", "e.m4a"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    elsewhere.mkdir()
    (elsewhere / "linked.ogg").touch()
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "there").symlink_to(elsewhere)
    (folder / "ring.wav").symlink_to("ring.wav")
    (folder / "gone.flac").symlink_to("nowhere.flac")
    found = wav.sound_files(folder)
    assert [path.relative_to(folder).as_posix() for path in found.paths] == [
        "B.AIFF",
        "a.wav",
        "sub/c.mp3",
        "there/linked.ogg",
    ]
    assert dict(found.refused).keys() == {"ring.wav", "gone.flac", "e.m4a"}
    assert dict(found.refused)["ring.wav"] == "a link that leads nowhere"


def test_a_file_that_may_not_be_opened_says_so(tmp_path, monkeypatch):
    path = tmp_path / "mine.wav"
    wav.write(path, Clip(tone()))

    def refuse(self, *_):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioFileError, match=r"mine\.wav: cannot be opened \(Permission denied\)"):
        wav.read(path)


def test_only_wav_and_flac_are_written(tmp_path):
    with pytest.raises(AudioFileError, match=r"\.mp3"):
        wav.write(tmp_path / "x.mp3", Clip(tone()))
    with pytest.raises(AudioFileError, match="equally long"):
        wav.to_bytes(Clip(tone()), Clip(tone(0.1)))
    with pytest.raises(AudioFileError, match="one channel or two"):
        wav.to_bytes()


def test_a_one_shot_begins_when_it_is_struck_and_ends_softly():
    silence = np.zeros(3000, np.float32)
    clip = wav.one_shot(Clip(np.concatenate([silence, tone(3.0, peak=1.0)])))
    assert clip.seconds == 1.5
    assert np.abs(clip.samples[:20]).max() > 0.5  # a quarter turn of 440 Hz is 25 samples
    assert clip.samples[-1] == pytest.approx(0, abs=1e-6)
    assert np.abs(np.diff(clip.samples)).max() < 0.1


def test_a_one_shot_that_is_one_already_stays():
    for samples in (tone(1.4)[20:], np.zeros(100, np.float32)):
        np.testing.assert_array_equal(wav.one_shot(Clip(samples)).samples, samples)


@pytest.mark.parametrize("voice", VOICES, ids=lambda voice: voice.name)
def test_names_and_aliases_are_found_in_file_names(voice):
    for word in (voice.name, *voice.aliases):
        for name in (word, word.upper(), f"03 {word}", f"{word}_2", f"My-{word}-(loud)", word.title().replace(" ", "")):
            assert wav.voice_in_name(name) == voice, name


@pytest.mark.parametrize(
    ("name", "voice"),
    [
        ("BD0025", "kick"),
        ("BassDrum-01", "kick"),
        ("Snare_Drum", "snare"),
        ("ClosedHat2", "closed hi-hat"),
        ("HHOpen", "open hi-hat"),
        ("Hat_Op_Dirty", "open hi-hat"),
        ("hihat-semi-open-1", "open hi-hat"),
        ("low tom 3", "tom"),
        ("RideBell", "cymbal"),
        ("Kick_01", "kick"),
        ("tr808kick", "kick"),
        ("808bd", "kick"),
        ("snr", "snare"),
        ("fatsnares 3", "snare"),
        ("hh_open", "open hi-hat"),
        ("OpHat", "open hi-hat"),
        ("hi-hat-o", "open hi-hat"),
        ("HHO2", "open hi-hat"),
        ("closedhh", "closed hi-hat"),
        ("clhat", "closed hi-hat"),
        ("hitom1", "tom"),
        ("TomHi", "tom"),
        ("HT", "tom"),
        ("MT01", "tom"),
        ("crsh", "cymbal"),
        ("CY", "cymbal"),
        ("RD1", "cymbal"),
        ("ride", "cymbal"),
        ("clp", "clap"),
        ("tamb", "other"),
        ("shaker", "other"),
        ("CB", "other"),
        ("xstick", "other"),
        ("SNARE_RIM", "other"),
        ("pride", None),
        ("symptoms", None),
        ("cowbell", "other"),
        ("RS", "other"),
        ("kick and snare", None),
        ("thing", None),
        ("", None),
        ("schmicker", None),
    ],
)
def test_voices_in_names(name, voice):
    found = wav.voice_in_name(name)
    assert (found and found.name) == voice


@pytest.mark.parametrize(("path", "voice"), json.loads(NAMES.read_text(encoding="utf-8"))["paths"])
def test_voices_in_paths(path, voice):
    found = wav.voice_of_path(Path("my kick folder") / path, Path("my kick folder"))
    assert (found and found.name) == voice


def test_python_knows_the_words_that_the_page_knows():
    names = json.loads(NAMES.read_text(encoding="utf-8"))
    assert {voice.name: list(voice.aliases) for voice in VOICES} == names["aliases"]
    assert {voice: words.split() for voice, words in voice_names._MORE_WORDS.items()} == names["words"]
    assert {*names["open"]} == voice_names._OPEN_WORDS
    assert tuple(names["glued"]) == voice_names._GLUED


def test_a_folder_becomes_a_kit(tmp_path):
    (tmp_path / "snares").mkdir()
    files = {"BD.wav": 200.0, "bd 2.wav": 210.0, "snares/01.flac": 300.0, "OH.wav": 400.0, "loop.wav": 500.0}
    for name, hz in files.items():
        wav.write(tmp_path / name, Clip(tone(hz=hz)))
    (tmp_path / "clap.wav").write_text("no")
    (tmp_path / ".hidden kick.wav").write_text("no")
    soundfile.write(tmp_path / "tom.wav", np.zeros(100), RATE)
    fallback = Kit(tuple(Clip(np.full(10, 0.1 * row, np.float32)) for row in range(8)))
    reading = wav.read_kit(tmp_path, missing=fallback)

    assert reading.taken == (("kick", "BD.wav"), ("snare", "snares/01.flac"), ("open hi-hat", "OH.wav"))
    assert reading.filled == ("closed hi-hat", "tom", "cymbal", "clap", "other")
    assert dict(reading.refused).keys() == {"bd 2.wav", "loop.wav", "clap.wav", "tom.wav"}
    assert dict(reading.refused)["bd 2.wav"] == "kick is BD.wav"
    assert dict(reading.refused)["tom.wav"] == "silent"
    assert level_at(reading.kit["snare"], 300.0) == pytest.approx(0.7, abs=0.01)
    np.testing.assert_array_equal(reading.kit["tom"].samples, fallback["tom"].samples)
    assert reading.kit.origins[0].source == "BD.wav"
    assert reading.kit.name == tmp_path.name
    assert "tom: no file" in str(reading)
    assert "not used: loop.wav" in str(reading)


def test_names_that_say_nothing_may_be_listened_to(tmp_path):
    for name, hz in {"a1.wav": 100.0, "a2.wav": 101.0, "a3.wav": 900.0, "zkick.wav": 50.0, "a4.wav": 55.0}.items():
        wav.write(tmp_path / name, Clip(tone(hz=hz)))

    def listen(clip):
        return VOICES[0] if level_at(clip, 55.0) > 0.5 else VOICES[4] if level_at(clip, 900.0) < 0.5 else None

    reading = wav.read_kit(tmp_path, listen=listen)
    assert reading.taken == (("kick", "zkick.wav"), ("tom", "a1.wav"))
    assert reading.classified == ("a1.wav",)
    assert dict(reading.refused) == {
        "a2.wav": "its name says no voice, and it sounds like another tom",
        "a3.wav": "its name says no voice, and its sound is of none surely",
        "a4.wav": "its name says no voice, and it sounds like another kick",
    }
    assert "tom: a1.wav (by listening)" in str(reading)


def test_without_a_fallback_missing_voices_are_silent(tmp_path):
    soundfile.write(tmp_path / "kick.wav", tone(peak=2.0), RATE, subtype="FLOAT")
    reading = wav.read_kit(tmp_path)
    assert reading.kit["kick"].peak == pytest.approx(1.0)
    assert [clip.peak for clip in reading.kit.clips[1:]] == [0.0] * 7
    assert "snare: no file, silent" in str(reading)


def test_folders_without_drums_are_refused(tmp_path):
    with pytest.raises(AudioFileError, match="no such folder"):
        wav.read_kit(tmp_path / "nowhere")
    with pytest.raises(AudioFileError, match="no sound files"):
        wav.read_kit(tmp_path)
    wav.write(tmp_path / "thing.wav", Clip(tone()))
    with pytest.raises(AudioFileError, match=r"thing\.wav: its name says no voice"):
        wav.read_kit(tmp_path)


@pytest.mark.parametrize("folder", json.loads((FIXTURES / "kit_folders.json").read_text("utf-8"))["folders"])
def test_python_takes_of_a_folder_what_the_page_takes(tmp_path, folder):
    for number, name in enumerate(folder["files"]):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        wav.write(tmp_path / "sound.flac", Clip(tone(hz=100.0 + number)))
        (tmp_path / "sound.flac").rename(path)
    if "manifest" in folder:
        (tmp_path / "manifest.csv").write_text(folder["manifest"], "utf-8")
    assert dict(wav.read_kit(tmp_path).taken) == folder["taken"]


def chunk(kind, content, size=None, pad=True):
    length = len(content) if size is None else size
    return kind + struct.pack("<I", length) + content + b"\0" * (pad and len(content) % 2)


def riff(*chunks):
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


SAMPLES = (8000 * tone()).astype("<i2").tobytes()
FORM = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)

PCM = struct.pack("<H14s", 1, bytes.fromhex("000000001000800000aa00389b71"))  # the GUID that says so
EXTENSIBLE = struct.pack("<HHIIHH", 0xFFFE, 1, RATE, 2 * RATE, 2, 16) + struct.pack("<HHI", 22, 16, 4) + PCM


def with_64_bit_sizes(name, size):
    sizes = struct.pack("<QQQI", 80 + len(SAMPLES), size, len(SAMPLES) // 2, 0)
    chunks = chunk(b"ds64", sizes), chunk(b"fmt ", FORM), chunk(b"data", SAMPLES, size=0xFFFFFFFF)
    return name + b"\xff" * 4 + b"WAVE" + b"".join(chunks)


@pytest.mark.parametrize(
    "data",
    [
        riff(chunk(b"fmt ", FORM), chunk(b"data", SAMPLES, size=0)),
        riff(chunk(b"fmt ", FORM), chunk(b"data", SAMPLES, size=0xFFFFFFFF)),
        riff(chunk(b"bext", b"x" * 603, pad=False), chunk(b"fmt ", FORM), chunk(b"data", SAMPLES)),
        riff(chunk(b"LIST", b"x" * 7, pad=False), chunk(b"fmt ", FORM), chunk(b"data", SAMPLES, size=0)),
        riff(chunk(b"bext", b"x" * 603), chunk(b"fmt ", FORM), chunk(b"data", SAMPLES), chunk(b"LIST", b"INFO" * 9)),
        riff(chunk(b"fmt ", EXTENSIBLE), chunk(b"data", SAMPLES)),
        riff(chunk(b"fmt ", EXTENSIBLE), chunk(b"data", SAMPLES, size=0)),
        riff(chunk(b"LIST", b"INFO" * 9), chunk(b"data", SAMPLES), chunk(b"LIST", b"x" * 7), chunk(b"fmt ", FORM)),
        with_64_bit_sizes(b"RF64", len(SAMPLES)),
        with_64_bit_sizes(b"BW64", len(SAMPLES)),
        with_64_bit_sizes(b"RF64", 0),
    ],
    ids=[
        "size 0", "no size", "odd without pad", "odd and size 0", "as it should be", "extensible",
        "extensible and size 0", "format after the samples", "RF64", "BW64", "RF64 without a size",
    ],
)  # fmt: skip
def test_chunks_of_a_wav_that_lie_otherwise_than_they_say_are_read_as_they_lie(tmp_path, data):
    (tmp_path / "x.wav").write_bytes(data)
    read = wav.read(tmp_path / "x.wav")
    np.testing.assert_array_equal(read.samples, np.frombuffer(SAMPLES, "<i2") / np.float32(32768))
    np.testing.assert_array_equal(wav.from_bytes(data).samples, read.samples)


def test_an_empty_data_chunk_before_another_is_empty():
    with pytest.raises(AudioFileError, match="at least one sample"):
        wav.from_bytes(riff(chunk(b"fmt ", FORM), chunk(b"data", b""), chunk(b"LIST", b"INFO" * 9)))


@pytest.mark.parametrize("coding", ["ALAW", "ULAW"])
def test_the_pad_byte_of_an_aifc_is_no_click(tmp_path, coding):
    samples = np.concatenate([0.5 * tone()[:2000], np.zeros(2)])
    soundfile.write(tmp_path / "x.aifc", samples, RATE, format="AIFF", subtype=coding)
    data = bytearray((tmp_path / "x.aifc").read_bytes())
    assert len(wav.from_bytes(bytes(data))) == 2002
    data[data.index(b"SSND") + 16 + 2001] = 0
    clip = wav.from_bytes(bytes(data))
    assert (len(clip), abs(clip.samples[-1]) < 0.01) == (2001, True)


@pytest.mark.parametrize("before", ["offset", "noise", "offset and noise"])
def test_a_stroke_after_a_level_or_a_noise_begins_within_5_ms(before):
    rng = np.random.default_rng(0)
    stroke = 0.7 * tone()
    lead = np.zeros(RATE // 4 + len(stroke))
    lead[RATE // 4 :] = stroke
    lead += 0.02 * ("offset" in before) + 0.02 * ("noise" in before) * rng.uniform(-1, 1, len(lead))
    shot = wav.one_shot(Clip(lead.astype(np.float32)))
    assert int(np.argmax(np.abs(shot.samples) > 0.1)) < 0.005 * RATE
    assert len(shot) <= len(stroke) + 0.005 * RATE
    assert abs(np.median(shot.samples)) < 0.01 or before == "noise"


def test_a_folder_with_a_list_of_its_own_is_the_kit_of_that_list(tmp_path):
    (tmp_path / "a").mkdir()
    for number, name in enumerate(("a/1.wav", "a/2.wav", "kick.wav", "Gr\udcf6\udcdfe.wav", "3.wav")):
        wav.write(tmp_path / "x.wav", Clip(tone(hz=100.0 * (number + 1))))
        (tmp_path / "x.wav").rename(tmp_path / name)
    rows = "path;Voice\na\\1.wav;bd\na/2.wav;kick\nGr\xf6\xdfe.wav;snare\n3.wav;\nnone.wav;clap\nkick.wav;bassoon\n"
    (tmp_path / "manifest.csv").write_bytes(rows.encode("latin-1"))
    reading = wav.read_kit(tmp_path, listen=lambda _: VOICES[7])
    assert reading.taken == (("kick", "a/1.wav"), ("snare", "Gr\\xf6\\xdfe.wav"), ("other", "3.wav"))
    assert reading.classified == ("3.wav",)
    refused = dict(reading.refused)
    assert refused["a/2.wav"] == "kick is a/1.wav"
    assert refused["none.wav"] == "manifest.csv lists it, and there is no such file"
    assert "bassoon" in refused["kick.wav"]
    (tmp_path / "manifest.csv").write_text("file,name\n")
    with pytest.raises(AudioFileError, match=r"manifest.csv lacks the column path, voice"):
        wav.read_kit(tmp_path)


def test_damaged_mp3s_say_nothing_on_standard_error_but_in_our_words(capfd):
    """libmpg123 wrote a line for each frame that it could not decode, and cffi a traceback for a seek to nowhere."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.random.default_rng(0).uniform(-0.5, 0.5, 6000), RATE, format="MP3")
    whole, random = buffer.getvalue(), np.random.default_rng(1)
    for _ in range(30):
        data = bytearray(whole)
        for at in random.integers(4, len(data), 20):
            data[at] = 0x55
        with contextlib.suppress(AudioFileError):
            wav.from_bytes(bytes(data))
    assert capfd.readouterr().err == ""


def test_what_others_write_meanwhile_is_written_afterwards(capfd):
    with quiet.without_noise():
        os.write(2, b"Note: Trying to resync...\n[src/libmpg123/layer3.c:1] error: no\nours\n")
    assert capfd.readouterr().err == "ours\n"
    assert all(map(quiet.may_be_mp3, (b"\xff\xfb\x90", b"ID3\3")))
    assert not any(map(quiet.may_be_mp3, (b"RIFF", b"")))
    position = quiet.Positions(io.BytesIO(b"abc"))
    assert [position.seek(2), position.seek(-5), position.seek(-1, 2)] == [2, 2, 2]
