import numpy as np
import pytest

from clave.clip import Clip
from clave.errors import ClaveError, KitError, VoiceError
from clave.kit import VOICES, Kit, Origin, voice

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
