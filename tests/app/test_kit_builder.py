"""Sounds of a kit: from points, the factory and files, as loud as they should be, and never what hurts a speaker."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from toy_tones import POINTS, SOURCES, ToyTones

from clave import Clip, factory, wav
from clave.app import kit_builder as builder
from clave.app.kit_builder import BUILT_IN, DRAWN_VARIATION, KitBuilder, named_once, read_kit_file
from clave.app.kit_library import KitLibrary
from clave.app.sound_protocol import KitToKeep, SoundRequest
from clave.audio.descriptors import describe
from clave.audio.loudness import loudest
from clave.errors import AudioFileError, KitError, SpaceError
from clave.music.kit import VOICES
from clave.play.project.voices import KitVoice, SoundShift
from clave.play.sounds import safe
from clave.sound.space import SoundSpace, load_sound


def bench(space: SoundSpace | None = None) -> KitBuilder:
    return KitBuilder(space or ToyTones(), BUILT_IN, KitLibrary())


def clip_of(data: bytes) -> Clip:
    return wav.from_bytes(data)


def test_a_point_is_the_spaces_sound_at_the_level_of_its_voice() -> None:
    space = ToyTones()
    made = bench(space).sound(1, SoundRequest(point=(0.5, 1)))
    plain = wav.one_shot(space.at([[0.5, 1]], "snare")[0])
    level = factory.levelled(plain, VOICES[1])
    np.testing.assert_allclose(clip_of(made.wav).samples, level.samples, atol=2**-22)
    assert made.heard.pitch_hz == pytest.approx(200 * 2**0.5, rel=0.01)
    assert made.heard.brightness_hz == pytest.approx(describe(plain).brightness_hz, rel=1e-3)


def test_detail_variation_seed_and_shift_reach_the_space() -> None:
    asked = SoundRequest(point=(0, 0), detail=(1.0, 0.0), variation=0.25, seed=3, shift=SoundShift(decay=-1.5))
    made = bench().sound(0, asked)
    space = ToyTones()
    code = space.code_at([[0, 0]], "kick", 0.25, 3, np.array([[-0.5, 0]], np.float32))
    level = factory.levelled(wav.one_shot(space.decode(code, "kick")[0]), VOICES[0])
    np.testing.assert_allclose(clip_of(made.wav).samples, level.samples, atol=2**-22)


def test_a_sound_asked_for_again_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    space = ToyTones()
    makes = bench(space)
    first = makes.sound(0, SoundRequest(point=(0, 0)))
    assert makes.sound(0, SoundRequest(point=(0, 0))) is first
    assert space.decoded == 1
    makes.sound(1, SoundRequest(point=(0, 0)))
    makes.sound(0, SoundRequest(point=(0, 0), seed=1))
    assert space.decoded == 3
    monkeypatch.setattr(builder, "CACHED_SOUNDS", 1)
    makes.sound(2, SoundRequest(point=(0, 0)))
    makes.sound(0, SoundRequest(point=(0, 0)))
    assert space.decoded == 5


def test_no_more_sounds_are_decoded_at_once_than_there_are_benches() -> None:
    at_once, most, counting, going_on = 0, 0, threading.Lock(), threading.Event()

    class Slow(ToyTones):
        def decode(self, code, voice):
            nonlocal at_once, most
            with counting:
                at_once += 1
                most = max(most, at_once)
            going_on.wait(0.02)
            with counting:
                at_once -= 1
            return super().decode(code, voice)

    makes = bench(Slow())
    threads = [
        threading.Thread(target=makes.sound, args=[n % 8, SoundRequest(point=(n / 10, 0))])
        for n in range(4 * builder.AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == builder.AT_ONCE


def broken(change) -> ToyTones:
    """A space whose clips went wrong after they were checked."""

    class Broken(ToyTones):
        def decode(self, code, voice):
            clips = super().decode(code, voice)
            for clip in clips:
                samples = clip.samples.copy()
                change(samples)
                object.__setattr__(clip, "samples", samples)
            return clips

    return Broken()


def one(value: float):
    def change(samples: np.ndarray) -> None:
        samples[1000] = value

    return change


@pytest.mark.parametrize("change", [one(np.nan), one(np.inf), one(-np.inf), one(40.0), one(-1.5), one(1e30)])
def test_what_a_speaker_should_not_play_never_leaves(change) -> None:
    makes = bench(broken(change))
    with pytest.raises(SpaceError, match=r"kick.* peaks at .*: it is not played"):
        makes.sound(0, SoundRequest(point=(0, 0)))
    with pytest.raises(SpaceError, match="is not played"):
        makes.kit(makes.draw(0))


def loud_noise(samples: np.ndarray) -> None:
    samples[:] = np.sign(np.random.default_rng(0).standard_normal(len(samples)))


def hardly_there(samples: np.ndarray) -> None:
    samples *= np.float32(1e-30)


@pytest.mark.parametrize("change", [loud_noise, hardly_there])
def test_what_is_within_full_scale_is_brought_to_the_level_of_its_voice(change) -> None:
    makes = bench(broken(change))
    for voice in VOICES:
        clip = clip_of(makes.sound(voice.index, SoundRequest(point=(0, 0))).wav)
        found = loudest(clip.samples, clip.sample_rate, factory.kits.LOUDEST_SECONDS)
        assert found == pytest.approx(factory.kits.LOUDNESS_LUFS[voice.index], abs=0.1)


def test_silence_is_no_sound() -> None:
    with pytest.raises(SpaceError, match=r"the kick there peaks at 0.*not played"):
        bench(broken(lambda samples: samples.fill(0))).sound(0, SoundRequest(point=(0, 0)))


def test_safe_lets_the_rest_through() -> None:
    clip = Clip(np.array([1, -1], np.float32))
    assert safe(clip, "it") is clip


def test_a_file_has_a_place_and_is_kept(tmp_path: Path) -> None:
    makes = bench()
    sound = Clip((0.3 * np.sin(np.arange(9000) / 20) * np.exp(-np.arange(9000) / 2000)).astype(np.float32))
    placed = makes.place(0, wav.to_bytes(sound))
    assert placed.point == (1.25, 1.0)
    assert placed.detail == pytest.approx([0.5, 0.09])
    assert placed.heard.pitch_hz == pytest.approx(44_100 / 20 / 2 / np.pi, rel=0.02)
    distances = np.hypot(*(POINTS - [1.25, 1.0]).T)
    names, index = named_once(SOURCES)
    assert placed.nearest[0] == index[int(distances.argmin())]
    assert sorted(placed.nearest) == list(range(len(names)))
    level = factory.levelled(wav.one_shot(sound), VOICES[2])
    np.testing.assert_allclose(clip_of(makes.file(placed.file, 2)).samples, level.samples, atol=2**-21)


@pytest.mark.parametrize(
    ("content", "error"), [(b"", AudioFileError), (b"RIFF", AudioFileError), (b"text" * 99, AudioFileError)]
)
def test_a_file_that_is_none_is_refused_and_not_kept(content: bytes, error: type[Exception]) -> None:
    makes = bench()
    with pytest.raises(error):
        makes.place(0, content)
    assert makes.library._rows("SELECT * FROM file") == []


def test_a_drawn_kit_is_the_spaces_own_kit_of_that_seed(tmp_path: Path) -> None:
    space = load_sound()
    makes = bench(space)
    for seed in (0, 5):
        kit, other = makes.kit(makes.draw(seed)), space.kit(variation=DRAWN_VARIATION, seed=seed)
        for clip, expected in zip(kit.clips, other.clips, strict=True):
            np.testing.assert_array_equal(clip.samples, expected.samples)


def test_a_draw_changes_with_its_seed_and_leaves_what_is_kept() -> None:
    makes = bench()
    one, again, other = makes.draw(1), makes.draw(1), makes.draw(2)
    assert one == again != other
    mine = KitVoice(origin="factory", kit="punch", gain=0.5)
    kept = makes.draw(2, {3: mine})
    assert list(kept) == [mine if voice.index == 3 else other[voice.index] for voice in VOICES]


def test_a_kit_is_drawn_with_the_character_that_is_wanted() -> None:
    space = load_sound()
    drawn = bench(space).draw(3, character={"brighter": 1.0})
    expected = space.draw_kit(3, DRAWN_VARIATION, {"brighter": 1.0})
    for voice, made in zip(VOICES, drawn, strict=True):
        sound = expected[voice.name]
        assert made == KitVoice(
            origin="map", point=sound.point, variation=sound.variation, seed=sound.seed,
            shift=SoundShift(**sound.shift), velocity_layers=True,
        )  # fmt: skip
    assert all(voice.shift.brightness > 0 for voice in drawn if voice is not drawn[2])
    with pytest.raises(SpaceError, match="plays without one"):
        KitBuilder(None, BUILT_IN, KitLibrary()).draw(3, character={"brighter": 1.0})


def test_what_the_space_has_not_learned_is_drawn_from_the_kits() -> None:
    drawn = bench(ToyTones(("kick",))).draw(4)
    assert [voice.origin for voice in drawn] == ["map"] + ["factory"] * 7
    without = KitBuilder(None, BUILT_IN, KitLibrary())
    kits = {voice.kit for seed in range(9) for voice in without.draw(seed)}
    assert kits == {kit.name for kit in BUILT_IN}
    assert len(without.kit(without.draw(0)).clips) == 8


def test_a_kit_has_each_voice_from_where_it_says() -> None:
    makes = bench()
    sound = Clip(np.sin(np.arange(4000) / 9).astype(np.float32))
    digest = makes.library.keep_file(wav.to_bytes(sound))
    twin = KitVoice(origin="file", file=digest, point=(1, 0.5), twin=True, tune=3)
    voices = [
        KitVoice(origin="map", point=(0.5, 1)), KitVoice(origin="factory", kit="punch", decay=0.5, gain=0.25),
        KitVoice(origin="file", file=digest), twin, *[KitVoice(origin="factory", kit="analogue")] * 4,
    ]  # fmt: skip
    kit = makes.kit(voices, "mine")
    assert kit.name == "mine"
    np.testing.assert_allclose(
        kit.clips[0].samples, clip_of(makes.sound(0, SoundRequest(point=(0.5, 1))).wav).samples, atol=2**-22
    )
    np.testing.assert_array_equal(kit.clips[1].samples, factory.kit("punch").clips[1].samples)
    np.testing.assert_allclose(kit.clips[2].samples, clip_of(makes.file(digest, 2)).samples, atol=2**-22)
    np.testing.assert_allclose(
        kit.clips[3].samples, clip_of(makes.sound(3, SoundRequest(point=(1, 0.5))).wav).samples, atol=2**-22
    )
    assert [origin and (origin.gain, origin.tune, origin.decay) for origin in kit.origins[:4]] == [
        (1, 0, 1), (0.25, 0, 0.5), (1, 0, 1), (1, 3, 1),
    ]  # fmt: skip


def test_the_map_says_what_the_corpus_says() -> None:
    told = bench().map(0)
    np.testing.assert_allclose(np.column_stack([told.x, told.y]), POINTS, atol=5e-4)
    assert [told.sources[n] for n in told.source] == list(SOURCES)
    assert dict(zip(told.sources, told.licences, strict=True)) == {
        "a/kick.wav": "CC0", "b/kick.wav": "CC0", "c.wav": "CC BY 4.0",
    }  # fmt: skip
    assert told.decay == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert told.pitch == pytest.approx([0.5, 0.5, 0, 1])


def test_the_page_is_told_what_the_space_is() -> None:
    told = bench(ToyTones(("kick", "snare"))).info()
    assert told is not None
    assert (told.name, told.licence, told.credit, told.voices) == ("toy", "CC0", "nobody", ["kick", "snare"])
    assert (told.sounds, told.detail_size, told.directions) == (2 * len(POINTS), 2, ["decay"])


def test_without_a_space_what_needs_one_says_so() -> None:
    makes = KitBuilder(None, BUILT_IN, KitLibrary())
    assert makes.info() is None
    for ask in (
        lambda: makes.map(0),
        lambda: makes.sound(0, SoundRequest(point=(0, 0))),
        lambda: makes.place(0, wav.to_bytes(Clip(np.ones(99, np.float32)))),
        lambda: makes.kit([KitVoice(origin="map", point=(0, 0))] * 8),
    ):
        with pytest.raises(SpaceError, match="without a sound space"):
            ask()


@pytest.mark.parametrize("voice", [-1, 8])
def test_a_voice_that_is_none_is_refused(voice: int) -> None:
    makes = bench()
    for ask in (makes.map, lambda n: makes.sound(n, SoundRequest(point=(0, 0))), lambda n: makes.kit_clip("punch", n)):
        with pytest.raises(KitError, match=f"0 to 7, got {voice}"):
            ask(voice)


def test_a_file_may_stay_as_loud_as_it_is() -> None:
    makes, sound = bench(), Clip(0.05 * np.sin(np.arange(9000) / 7, dtype=np.float32))
    digest = makes.library.keep_file(wav.to_bytes(sound))
    as_it_is = KitVoice(origin="file", file=digest, levelled=False)
    kit = makes.kit((as_it_is, *[KitVoice(origin="file", file=digest)] * 7))
    assert kit.clips[0].peak == pytest.approx(0.05, rel=0.01)
    assert kit.clips[1].peak > 0.1  # as loud as a kick is in a kit
    np.testing.assert_allclose(
        kit.clips[0].samples, clip_of(makes.file(digest, 0, levelled=False)).samples, atol=2**-21
    )


def test_a_kit_in_a_file_is_read_or_named_with_its_fault(tmp_path: Path) -> None:
    kit = KitToKeep(name="mine", voices=bench().draw(0))
    (tmp_path / "kit.json").write_text(kit.model_dump_json(), "utf-8")
    assert read_kit_file(tmp_path / "kit.json") == kit
    for text, words in (
        ("[]", "is no kit: it: "),
        ("kick", "is no kit: it: Invalid JSON"),
        (json.dumps({"name": "x", "voices": []}), "is no kit: voices: .*at least 8"),
        (
            kit.model_dump_json().replace('"gain":1.0', '"gain":9', 1),
            "is no kit: voices.0.gain: .*less than or equal to 2",
        ),
    ):
        (tmp_path / "kit.json").write_text(text, "utf-8")
        with pytest.raises(KitError, match=words) as refusal:
            read_kit_file(tmp_path / "kit.json")
        assert "kit.json" in str(refusal.value)
