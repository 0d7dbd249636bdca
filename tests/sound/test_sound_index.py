"""Sounds that are like a sound."""

from pathlib import Path

import numpy as np
import pytest

from clave import factory, load_sound
from clave.errors import SpaceError
from clave.latent.index_folder import Batch, write_index
from clave.sound import dataset, sound_index
from clave.sound.sound_index import KIND, SoundIndex, open_sound_index, write_sound_index


@pytest.fixture(scope="module")
def space():
    return load_sound()


@pytest.fixture(scope="module")
def corpus(space):
    return dataset.made(4, spectrogram=space.spectrogram)


def test_a_sound_finds_itself_among_those_of_its_voice(space, corpus, tmp_path: Path) -> None:
    assert write_sound_index(tmp_path / "it", space, corpus) == len(corpus) == 32
    index = open_sound_index(tmp_path / "it", space)
    found = index.similar(dataset.made_clip(space_voice("snare"), 2), space_voice("snare"), 4)
    assert found[0].source == "factory snare 2"
    assert {each.voice.name for each in found} == {"snare"}
    assert len(found) == 4
    assert found[0].distance < 0.2 * found[1].distance
    assert [each.distance for each in found] == sorted(each.distance for each in found)
    assert found[0].licence == "CC0-1.0"


def space_voice(name: str):
    from clave.music.kit import voice

    return voice(name)


def test_another_space_s_codes_are_refused(space, tmp_path: Path) -> None:
    write_index(tmp_path / "it", KIND, "sound space 0123", [Batch(np.ones((3, 4), np.float32), {})], {})
    with pytest.raises(SpaceError, match="was made by 'sound space 0123', not by this sound space"):
        open_sound_index(tmp_path / "it", space)


def test_the_shipped_space_which_keeps_no_sounds_finds_drums_of_our_own(space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_index, "FACTORY_DRUMS", 4)
    assert isinstance(space.sounds, SoundIndex)
    assert len(space.sounds) == 32
    near = space.similar(factory.kit()["kick"], "kick", 3)
    assert all(each.source.startswith("factory kick ") and each.licence == "CC0-1.0" for each in near)
    [played] = space.decode(near[0].code, "kick")
    again = space.similar(played, "kick", 1)[0]
    assert again.source == near[0].source, "what is decoded from its code is nearest to it"
    with pytest.raises(SpaceError, match="finds 1 to 1000 sounds, got 0"):
        space.similar(factory.kit()["kick"], "kick", 0)
