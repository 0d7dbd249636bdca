import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_sounds import SMALL, toy_space

from clave import factory
from clave.audio.descriptor_gradients import DescriptorGradients
from clave.audio.descriptors import NAMES, describe_all
from clave.errors import ClaveError, SpaceError, VoiceError
from clave.latent.code import Code
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.sound.comparison import aligned, log_spectral_distance_db
from clave.sound.space import SHIPPED_SOUND, load_sound, write_corpus
from clave.training.models.sound_vae import SoundConfig
from clave.training.onnx_export import write_graphs
from clave.training.tensor_file import load_tensors


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return toy_space(tmp_path_factory.mktemp("space"))


@pytest.fixture(scope="module")
def sound(folder):
    return load_sound(folder)


def same(one, other):
    return all(np.array_equal(a.samples, b.samples) for a, b in zip(one, other, strict=True))


def test_the_voices_are_the_eight(sound):
    assert sound.voices == tuple(voice.name for voice in VOICES)


@pytest.mark.parametrize("point", [[0, 0], [-3, 3], [100, -1e30]])
def test_every_finite_point_is_a_sound_that_a_speaker_survives(sound, point):
    clip = sound.at([point], voice="snare")[0]
    assert np.isfinite(clip.samples).all()
    assert clip.peak == pytest.approx(0.9)
    assert not clip.samples[:80].any()
    assert clip.sample_rate == 44_100
    assert len(clip) <= 66_238


@pytest.mark.parametrize("points", [[[np.nan, 0]], [[0, np.inf]], [1, 2], [[1, 2, 3]]])
def test_other_points_are_refused(sound, points):
    with pytest.raises(SpaceError, match="map point"):
        sound.at(points, voice="snare")


def test_voices_are_found_by_alias_and_others_are_refused(sound):
    assert same(sound.at([[0.5, 0.5]], "CH"), sound.at([[0.5, 0.5]], VOICES[2]))
    with pytest.raises(VoiceError, match="cowbell"):
        sound.at([[0, 0]], "cowbell")


def test_each_voice_has_its_own_map(sound):
    kick, tom = (sound.at([[0.5, 0.5]], voice)[0] for voice in ("kick", "tom"))
    assert not same([kick], [tom])


def test_what_was_not_learned_is_refused_or_filled_from_the_factory(tmp_path):
    some = load_sound(toy_space(tmp_path, voices=("kick", "snare")))
    with pytest.raises(SpaceError, match="kick, snare"):
        some.sample(1, "clap")
    kit = some.kit()
    assert kit.origins[6].source.startswith("factory")
    assert kit.origins[0].source == "map"


def test_code_goes_there_and_back(sound):
    clips = list(factory.kit().clips[:2])
    code = sound.encode(clips, voice="kick")
    assert (code.map.shape, code.detail.shape) == ((2, 2), (2, 11))
    assert (code.map.dtype, code.detail.dtype) == (np.float32, np.float32)
    assert len(sound.decode(code, voice="kick")) == 2
    quiet = [Clip(0.1 * clip.samples, clip.sample_rate) for clip in clips]
    np.testing.assert_allclose(sound.encode(quiet, "kick").map, code.map, atol=1e-3)


def test_nothing_gives_nothing(sound):
    empty = sound.encode([], "kick")
    assert len(empty) == 0
    assert sound.decode(empty, "kick") == sound.sample(0, "kick") == sound.at(np.zeros((0, 2)), "kick") == []


def test_codes_of_another_space_are_refused(sound):
    with pytest.raises(SpaceError, match=r"detail \[n, 11\]"):
        sound.decode(Code(np.zeros((1, 2), np.float32), np.zeros((1, 4), np.float32)), "kick")
    with pytest.raises(SpaceError, match="finite"):
        sound.decode(Code(np.zeros((1, 2), np.float32), np.full((1, 11), np.nan, np.float32)), "kick")
    with pytest.raises(SpaceError, match="finite"):
        sound.decode(Code(np.full((1, 2), np.nan, np.float32), np.zeros((1, 11), np.float32)), "kick")


def test_silence_has_no_place(sound):
    with pytest.raises(SpaceError, match="clip 1"):
        sound.encode([factory.kit()["kick"], Clip(np.zeros(100, np.float32))], "kick")


def test_variation_strays_from_what_is_expected_and_the_seed_says_where(sound):
    points = [[0.3, -0.2]]
    still = sound.at(points, "tom")
    assert same(still, sound.at(points, "tom", seed=5))
    assert not same(still, sound.at(points, "tom", variation=0.5))
    assert same(sound.at(points, "tom", variation=0.5, seed=5), sound.at(points, "tom", variation=0.5, seed=5))
    assert not same(sound.at(points, "tom", variation=0.5, seed=5), sound.at(points, "tom", variation=0.5, seed=6))
    with pytest.raises(SpaceError, match="variation"):
        sound.at(points, "tom", variation=2.0)


@pytest.fixture(scope="module")
def heard(folder, tmp_path_factory):
    """The same space, of sounds that are described."""
    return described(shutil.copytree(folder, tmp_path_factory.mktemp("heard"), dirs_exist_ok=True))


def described(folder):
    """A space whose sounds somebody has heard; hats have no pitch."""
    rng = np.random.default_rng(1)
    descriptors = rng.normal([11, -3, 7, 0.8], [1, 1, 0.5, 0.1], (80, 4)).astype(np.float32)
    descriptors[2::8, 2] = np.nan
    points = rng.standard_normal((80, 2)).astype(np.float32)
    write_corpus(folder, points, np.arange(80) % 8, [f"{n}.wav" for n in range(80)], descriptors)
    return folder


def test_a_shift_is_one_of_four_and_moves_the_detail_alone(heard):
    space = load_sound(heard)
    assert space.directions("snare") == NAMES
    assert space.directions("ch") == ("brightness", "decay", "noisiness")

    point, shift = [[0.4, -0.6]], {"brightness": 0.2}
    code = space.code_at(point, "snare", variation=0.4, seed=3)
    moved = space.shifted(code, "snare", shift)
    np.testing.assert_array_equal(moved.map, code.map)
    gradients = DescriptorGradients(space.spectrogram)
    before, after = (gradients.evaluate(space.log_spectrograms(each, "snare")[0]).value for each in (code, moved))
    assert after[0] > before[0]
    assert same(space.at(point, "snare", 0.4, 3, shift=shift), space.decode(moved, "snare"))
    assert same(space.at(point, "snare", shift={}), space.at(point, "snare"))
    assert space.shifted(code, "snare", {"decay": 0.0}) is code
    assert space.shifted(code, "ch", {"pitch": 1.0}) is code
    assert len(space.shifted(space.sample_codes(0, "snare"), "snare", {"decay": 1.0})) == 0
    with pytest.raises(SpaceError, match="brightness, decay, pitch, noisiness"):
        space.at(point, "snare", shift={"warmth": 1.0})


def test_a_space_that_nobody_has_heard_says_so_when_it_is_asked_to_shift(sound):
    assert sound.directions("snare") == ()
    code = sound.expected([[0, 0]], "snare")
    assert sound.shifted(code, "snare", {"pitch": 0}) is code
    with pytest.raises(SpaceError, match="no directions"):
        sound.shifted(code, "snare", {"pitch": 1})


def test_a_decoder_that_is_not_linear_has_no_directions(heard, monkeypatch):
    space = load_sound(heard)
    linear = space.log_spectrograms
    bent = lambda code, voice: linear(code, voice) * (1 + code.map[:, :1, None])  # noqa: E731
    monkeypatch.setattr(space, "log_spectrograms", bent)
    assert space.directions("snare") == ()


@pytest.fixture(scope="module")
def shipped():
    return load_sound()


@pytest.mark.parametrize("voice", [voice.name for voice in VOICES])
def test_the_shipped_space_moves_what_one_asks_for_and_holds_the_rest(shipped, voice):
    """As it is heard, at one point of each map; benchmarks/directions.py asks many."""
    begin = shipped.code_at([[0.3, -0.4]], voice, variation=0.3, seed=1)
    names = shipped.directions(voice)
    assert {"brightness", "decay", "noisiness"} <= set(names)
    assert ("pitch" in names) == (voice in ("kick", "snare", "tom"))
    held = [NAMES.index(name) for name in names if name != "pitch"]  # whose pitch may be none
    unit = np.nanstd(shipped.corpus(voice).descriptors, axis=0)
    for name in names:
        index = NAMES.index(name)
        codes = [shipped.shifted(begin, voice, {name: by}) for by in (-1.5, 1.5)]
        low, high = describe_all([shipped.decode(each, voice)[0] for each in codes])
        assert high[index] > low[index] + 0.3 * unit[index] or np.isnan(high[2] - low[2]), name
        others = [n for n in held if n != index]
        assert (np.abs(high - low) / unit)[others].max() < 0.8, name


def test_samples_are_drawn_by_their_seed(sound):
    assert same(sound.sample(2, "clap", seed=1), sound.sample(2, "clap", seed=1))
    assert not same(sound.sample(1, "clap", seed=1), sound.sample(1, "clap", seed=2))
    with pytest.raises(SpaceError, match="at least 0"):
        sound.sample(-1, "clap")


def test_the_corpus_of_a_voice_has_its_sounds_alone(sound):
    there = sound.corpus("snare")
    assert list(there.sources) == ["kit 0/snare.wav", "kit 1/snare.wav", "kit 2/snare.wav"]
    assert there.map.shape == (3, 2)


def test_sounds_of_the_corpus_say_what_one_hears_in_them(sound, folder, tmp_path):
    heard = np.log2(np.array([[440, 0.5, 110, 2.0], [880, 0.25, np.nan, 4.0], [220, 1, 55, 1.0]], np.float32))
    heard[:, 3] = [0.5, 1, 0]
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    points = np.zeros((3, 2), np.float32)
    write_corpus(tmp_path, points, np.array([1, 1, 1]), ["a", "b", "c"], heard)
    there = load_sound(tmp_path).corpus("snare")
    np.testing.assert_allclose(there.brightness, [440, 880, 220], rtol=0.005)
    np.testing.assert_allclose(there.decay, [0.5, 0.25, 1], rtol=0.005)
    np.testing.assert_allclose(there.pitch, [110, np.nan, 55], rtol=0.005)
    np.testing.assert_allclose(there.noisiness, [0.5, 1, 0])
    assert [there.ranks(name) for name in NAMES] == [[0.5, 1, 0], [0.5, 0, 1], [1, 0.5, 0], [0.5, 1, 0]]

    old = sound.corpus("snare")  # a space from before descriptors
    assert old.brightness is old.decay is old.pitch is old.noisiness is old.descriptors is None
    assert old.ranks("brightness") == []
    write_corpus(tmp_path, points, np.array([1, 1, 1]), ["a", "b", "c"], heard[:, :3])
    with pytest.raises(SpaceError, match=r"descriptors \[3, 3\]"):
        load_sound(tmp_path).corpus("snare")


def test_a_kit_takes_its_points_and_draws_the_rest(sound):
    drawn, chosen = sound.kit(seed=3), sound.kit({"SD": (0.5, 1.0)}, seed=3)
    assert chosen.origins[1].map_point == (0.5, 1.0)
    for voice in VOICES:
        assert same([drawn[voice]], [chosen[voice]]) == (voice.name != "snare")
        x, y = drawn.origins[voice.index].map_point
        assert np.isclose(sound.corpus(voice).map, [x, y], atol=1e-3).all(axis=1).any()
    first = np.flatnonzero(np.abs(chosen["snare"].samples) > 0.01 * chosen["snare"].peak)[0]
    assert first < 100  # the lead-in is gone: a stroke sounds when it is struck
    assert all(0 < clip.peak <= 0.9001 for clip in chosen.clips)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("config.json", None, "no config.json"),
        ("config.json", "{", "not JSON"),
        ("config.json", '{"format": "clave rhythm space"}', "sound space"),
        ("config.json", '{"format": "clave sound space", "version": 9}', "version 9"),
        ("config.json", '{"format": "clave sound space", "version": 1}', "lacks card, centre, detail_size"),
        ("decoder.onnx", None, "decoder.onnx is missing"),
        ("prior.onnx", "x", "cannot be run"),
    ],
)
def test_folders_that_are_no_space_are_refused(folder, tmp_path, name, content, why):
    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    (broken / name).unlink()
    if content is not None:
        (broken / name).write_text(content)
    with pytest.raises(SpaceError, match=why):
        load_sound(broken)


def test_a_space_of_other_log_spectrograms_and_a_broken_corpus_are_refused(folder, tmp_path):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "corpus.npz").write_bytes(b"PK")
    with pytest.raises(ClaveError, match="not a corpus map"):
        load_sound(tmp_path).corpus("kick")
    settings = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(settings | {"log_spectrogram_shape": [410, 157]}))
    with pytest.raises(SpaceError, match=r"\[410, 157\]"):
        load_sound(tmp_path)


def test_what_the_prior_does_not_draw_stays_when_a_sound_is_shifted_or_varied(heard):
    space = load_sound(heard)
    code = space.encode([factory.kit()["snare"]], "snare")
    residual = code.detail[:, space.drawn_size :]
    assert np.abs(residual).max() > 0.1
    assert not space.sample_codes(2, "snare").detail[:, space.drawn_size :].any()
    for moved in (
        space.shifted(code, "snare", {"brightness": 0.3}),
        space.code_at(code.map, "snare", variation=0.5, seed=2, detail=code.detail),
    ):
        np.testing.assert_array_equal(moved.detail[:, space.drawn_size :], residual)
        assert np.abs(moved.detail - code.detail)[:, : space.drawn_size].max() > 0.01


def test_a_space_of_version_2_draws_all_of_its_detail(tmp_path):
    """Its spaces had no residual: the prior's noise is as long as the detail."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = replace(SMALL, residual_size=0).build().eval().requires_grad_(False)
    old = toy_space(tmp_path)
    write_graphs(old, model.onnx_graphs())
    settings = json.loads((old / "config.json").read_text()) | {"version": 2, "detail_size": 5}
    del settings["drawn_size"]
    (old / "config.json").write_text(json.dumps(settings))
    space = load_sound(old)
    assert (space.detail_size, space.drawn_size) == (5, 5)
    code = space.sample_codes(3, "tom")
    assert code.detail.shape == (3, 5)
    assert code.detail.any(axis=0).all()
    assert len(space.decode(code, "tom")) == 3
    (old / "config.json").write_text(json.dumps(settings | {"version": 3}))
    with pytest.raises(SpaceError, match="lacks drawn_size"):
        load_sound(old)


def test_a_space_of_version_1_is_read_as_it_was(tmp_path):
    """Settings and a column of the corpus had other names; what comes out is the same."""
    heard = described(toy_space(tmp_path / "heard", residual_size=0))
    old = shutil.copytree(heard, tmp_path / "old")
    settings = json.loads((old / "config.json").read_text())
    assert settings["version"] == 3
    del settings["drawn_size"]
    settings |= {
        "version": 1,
        "picture": settings.pop("log_spectrogram_shape"),
        "spectrum": settings.pop("spectrogram"),
    }
    (old / "config.json").write_text(json.dumps(settings))
    with np.load(old / "corpus.npz") as file:
        columns = {"heard" if name == "descriptors" else name: file[name] for name in file}
    np.savez(old / "corpus.npz", **columns)
    now, before = load_sound(heard), load_sound(old)
    np.testing.assert_array_equal(before.corpus("snare").descriptors, now.corpus("snare").descriptors)
    shift = {"brightness": 0.2}
    assert same(before.at([[0.4, -0.6]], "snare", 0.3, shift=shift), now.at([[0.4, -0.6]], "snare", 0.3, shift=shift))

    del settings["spectrum"]  # the first spaces did not say it
    (old / "config.json").write_text(json.dumps(settings))
    assert load_sound(old).spectrogram == now.spectrogram
    (old / "config.json").write_text(json.dumps(settings | {"spectrum": "strange"}))
    with pytest.raises(SpaceError, match="spectrogram is one of drum, paper, got 'strange'"):
        load_sound(old)


def test_the_shipped_space_knows_all_voices_and_thanks_every_maker():
    shipped = load_sound()
    assert shipped.voices == tuple(voice.name for voice in VOICES)
    assert sum(file.stat().st_size for file in SHIPPED_SOUND.iterdir()) < 13.1e6
    card = (SHIPPED_SOUND / "card.md").read_text()
    assert "not stated" not in card
    kits = {line.split(" | ")[0].removeprefix("| ") for line in card.splitlines() if line.startswith("| ")}
    for voice in VOICES:
        there = shipped.corpus(voice)
        assert len(there) > 100
        np.testing.assert_allclose(there.map.mean(axis=0), 0, atol=0.01)  # each map is centred
        np.testing.assert_allclose(there.map.std(axis=0), 1, atol=0.01)
        for source in there.sources:
            if not source.startswith("factory"):
                assert any(kit.split("/")[0] == source.split("/")[0] for kit in kits), source


def test_the_shipped_space_brings_drums_back():
    shipped = load_sound()
    for recipe in factory.KITS[:3]:
        kit = factory.kit(recipe.name)
        for voice in (VOICES[0], VOICES[1], VOICES[4]):
            again = shipped.decode(shipped.encode([kit[voice]], voice), voice)[0]
            one, other = aligned(kit[voice], again)
            assert log_spectral_distance_db(one, other) < 10
            strangers = [log_spectral_distance_db(one, aligned(kit[stranger], again)[0]) for stranger in VOICES[2:4]]
            assert log_spectral_distance_db(one, other) < min(strangers)


def test_the_shipped_onnx_is_the_shipped_weights():
    shipped = load_sound()
    settings = json.loads((SHIPPED_SOUND / "config.json").read_text())["model"]
    assert settings.pop("kind") == "sound"
    model = SoundConfig(**settings).build().eval().requires_grad_(False)
    model.load_state_dict(load_tensors(SHIPPED_SOUND / "model.safetensors")[0])
    log_spectrogram = np.stack([shipped.spectrogram.forward(clip) for clip in factory.kit().clips[:3]])
    one_hot = torch.zeros(3, 8)
    one_hot[:, 1] = 1
    code = shipped.encode_log_spectrograms(log_spectrogram, "snare")
    features = model.features(torch.from_numpy(log_spectrogram), one_hot)
    point = model.encode_map(features)
    in_network = shipped.to_network(code.map, "snare")
    np.testing.assert_allclose(in_network, point, rtol=1e-3, atol=1e-3)
    detail = model.encode_detail(features, point, one_hot)
    np.testing.assert_allclose(code.detail, detail, rtol=1e-3, atol=2e-3)
    mean = model.decode(torch.from_numpy(in_network), torch.from_numpy(code.detail), one_hot)
    np.testing.assert_allclose(shipped.log_spectrograms(code, "snare"), mean, rtol=1e-3, atol=2e-3)


def test_a_detail_of_ones_own_strays_from_itself_as_the_expected_one_does(sound):
    points = [[0.5, -0.5], [1.0, 1.0]]
    own = np.random.default_rng(1).standard_normal((2, sound.detail_size)).astype(np.float32)
    here, there = sound.code_at(points, "kick"), sound.code_at(points, "kick", variation=0.4, seed=3)
    mine = sound.code_at(points, "kick", variation=0.4, seed=3, detail=own)
    np.testing.assert_allclose(mine.detail - own, there.detail - here.detail, atol=1e-6)
    assert same(sound.at(points, "kick", 0.4, 3), sound.decode(there, "kick"))
    with pytest.raises(SpaceError, match=r"detail of this space is \[2, 11\].*got \[1, 11\]"):
        sound.code_at(points, "kick", detail=own[:1])


def test_places_are_those_of_sounds_and_change_with_the_seed(sound):
    places = [sound.places(seed) for seed in range(4)]
    assert sound.places(2) == places[2]
    assert len({str(each) for each in places}) > 1
    for each in places:
        for voice, point in each.items():
            assert np.isclose(sound.corpus(voice).map, point).all(axis=1).any()


def test_a_kit_plays_the_points_it_was_given_and_the_rest_where_the_seed_says(sound):
    kit = sound.kit({"CH": (0.5, -0.25)}, seed=3)
    expected = sound.places(3) | {"closed hi-hat": (0.5, -0.25)}
    assert [origin.map_point for origin in kit.origins] == [expected[voice.name] for voice in VOICES]


def test_licences_stand_beside_the_card(tmp_path):
    space = load_sound(toy_space(tmp_path))
    assert space.licences == {}
    (tmp_path / "credits.csv").write_text('path,licence,credit\na.wav,CC0,me\n"b, c.wav",CC BY 4.0,you\n', "utf-8")
    assert load_sound(tmp_path).licences == {"a.wav": "CC0", "b, c.wav": "CC BY 4.0"}
    (tmp_path / "credits.csv").write_text("file,words\na.wav,CC0\n", "utf-8")
    with pytest.raises(SpaceError, match=r"credits.csv is not a table"):
        _ = load_sound(tmp_path).licences
