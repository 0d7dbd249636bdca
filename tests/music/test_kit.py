import numpy as np
import pytest

from clave.errors import ClaveError, KitError, RenderError, VoiceError
from clave.music import playback_settings
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit, Origin, layer_of, velocity_ranges, voice

NAMES = ("kick", "snare", "closed hi-hat", "open hi-hat", "tom", "cymbal", "clap", "other")
CLIPS = tuple(Clip(np.full(10, 0.1 * n, np.float32)) for n in range(8))


def test_there_are_eight_voices_in_order():
    assert tuple(each.name for each in VOICES) == NAMES
    assert [each.index for each in VOICES] == list(range(8))


def test_the_table_gives_each_voice_a_note_and_a_colour_of_its_own():
    assert len({each.note for each in VOICES}) == 8
    assert len({each.colour for each in VOICES}) == 8
    assert [each.name for each in VOICES if each.choke_group == 1] == ["closed hi-hat", "open hi-hat"]


def test_names_and_aliases_find_their_voice_whatever_case_and_hyphens():
    for each in VOICES:
        assert voice(each) is each
        for alias in (each.name, *each.aliases):
            assert voice(alias.upper()) is each
            assert voice(alias.replace(" ", "-")) is each
    assert voice("closed-hihat") is voice("ch") is VOICES[2]
    aliases = [alias for each in VOICES for alias in each.aliases]
    assert len(aliases) == len(set(aliases))


@pytest.mark.parametrize("unknown", ["kazoo", "", "9"])
def test_an_unknown_voice_lists_the_eight(unknown):
    with pytest.raises(VoiceError) as refusal:
        voice(unknown)
    assert all(name in str(refusal.value) for name in NAMES)
    assert isinstance(refusal.value, ClaveError)


def test_a_kit_gives_the_clip_of_a_voice():
    kit = Kit(CLIPS, name="mine")
    assert kit["snare"] is kit[VOICES[1]] is kit["sd"] is CLIPS[1]
    assert kit.origins == (None,) * 8


def test_a_kit_has_eight_clips_and_as_many_origins():
    with pytest.raises(KitError, match="8 clips, one a voice; got 7"):
        Kit(CLIPS[:7])
    with pytest.raises(KitError, match="8 origins"):
        Kit(CLIPS, (Origin("kick", "a.wav"),))
    with pytest.raises(VoiceError):
        Kit(CLIPS)["kazoo"]


def test_a_kit_as_played_follows_its_origins_once():
    rng = np.random.default_rng(0)
    clips = tuple(Clip(rng.standard_normal(500).astype(np.float32)) for _ in VOICES)
    how = {1: {"tune": 5.0}, 2: {"decay": 0.5}, 3: {"gain": 0.25}, 4: {"gain": 2.0, "tune": -3.0, "decay": 2.0}}
    kit = Kit(clips, tuple(Origin(each.name, "x", **how[each.index]) if each.index in how else None for each in VOICES))
    played = kit.as_played()
    assert played.clips[0] is clips[0]
    np.testing.assert_array_equal(played.clips[1].samples, playback_settings.apply(clips[1], tune_semitones=5).samples)
    np.testing.assert_array_equal(played.clips[2].samples, playback_settings.apply(clips[2], decay_ratio=0.5).samples)
    np.testing.assert_array_equal(played.clips[3].samples, 0.25 * clips[3].samples)
    expected = playback_settings.apply(clips[4], tune_semitones=-3, decay_ratio=2, gain=2)
    np.testing.assert_array_equal(played.clips[4].samples, expected.samples)
    assert all(a is b for a, b in zip(played.as_played().clips, played.clips, strict=True))
    assert played.origins[1] == Origin("snare", "x")


def test_an_origin_out_of_range_is_refused_where_it_is_played():
    kit = Kit(CLIPS, (Origin("kick", "x", tune=99.0), *[None] * 7))
    with pytest.raises(RenderError, match="tune lies in"):
        kit.as_played()


@pytest.mark.parametrize("layers", [1, 2, 4, 7])
def test_each_velocity_is_in_the_range_of_its_layer(layers):
    ranges = velocity_ranges(layers)
    assert (len(ranges), ranges[0][1], ranges[-1][0]) == (layers, 127, 1)
    for velocity in range(1, 128):
        inside = [place for place, (low, high) in enumerate(ranges) if low <= velocity <= high]
        assert inside == [layer_of(velocity / 127, layers)]


def test_a_voice_may_have_clips_for_softer_strokes():
    clips = tuple(Clip(np.full(3, each / 10, np.float32)) for each in range(1, 9))
    soft = Clip(np.full(3, 0.05, np.float32))
    kit = Kit(clips, (Origin("kick", "mine", gain=0.5), *[None] * 7), softer=((soft,), *[()] * 7))
    assert kit.layers("kick") == (clips[0], soft)
    assert kit.layers("snare") == (clips[1],)
    assert [float(each.samples[0]) for each in kit.as_played().layers("kick")] == pytest.approx([0.05, 0.025])


def test_softer_clips_are_clips_of_eight_voices():
    with pytest.raises(KitError, match="8 rows of softer clips"):
        Kit((Clip(np.ones(3, np.float32)),) * 8, softer=((),) * 7)
    with pytest.raises(Exception, match="no clip"):  # by our own check, or that of types in the test run
        Kit((Clip(np.ones(3, np.float32)),) * 8, softer=(("no clip",), *[()] * 7))
