"""Styles of kits, from toy kits whose covariance is known."""

from collections.abc import Sequence

import numpy as np
import pytest

from clave.audio.descriptors import NAMES
from clave.music.kit import VOICES
from clave.sound import kit_style
from clave.sound.corpus_map import SoundMap
from clave.sound.kit_style import KitStyles, VoiceDescriptors, kit_styles
from clave.sound.shared_sounds import shares

BRIGHTNESS, DECAY, PITCH, NOISINESS = range(len(NAMES))
VOICE_COUNT = 4


def described(descriptors: np.ndarray, kits: Sequence[str]) -> VoiceDescriptors:
    return VoiceDescriptors(descriptors, kits, shares(descriptors))


def toy_kits(count: int, seed: int = 0) -> dict[int, VoiceDescriptors]:
    """Kits of four voices that share how long they ring, by a correlation of 0.8, and nothing else; 2 has no pitch."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal(count)
    voices = dict[int, VoiceDescriptors]()
    for voice in range(VOICE_COUNT):
        table = rng.standard_normal((count, len(NAMES)))
        table[:, DECAY] = np.sqrt(0.8) * shared + np.sqrt(0.2) * table[:, DECAY]
        table = table * [0.5, 2, 1, 0.1] + [12, -2 - voice, 6, 0.5]
        if voice == 2:
            table[:, PITCH] = np.nan
        voices[voice] = described(table.astype(np.float32), [f"maker {n}/kit" for n in range(count)])
    return voices


def correlation(styles: KitStyles) -> np.ndarray:
    """Between the values that have any variance between kits."""
    covariance = styles.root @ styles.root.T
    std = np.sqrt(np.maximum(np.diag(covariance), 1e-12))
    return covariance / np.outer(std, std)


def test_what_kits_share_is_found_and_shrunk_towards_its_mean() -> None:
    found = correlation(KitStyles.of(toy_kits(400)))
    for one in range(VOICE_COUNT):
        for other in range(one):
            places = one * len(NAMES) + DECAY, other * len(NAMES) + DECAY
            assert found[places] == pytest.approx(0.8, abs=0.1)
            places = one * len(NAMES) + BRIGHTNESS, other * len(NAMES) + BRIGHTNESS
            assert found[places] == pytest.approx(0, abs=0.1)
            crossed = found[one * len(NAMES) + BRIGHTNESS, other * len(NAMES) + DECAY]
            assert abs(crossed) < 0.06  # whatever was found between two descriptors counts by a part only


def test_a_pair_of_voices_that_no_kit_has_gets_the_mean_of_the_others() -> None:
    voices = toy_kits(200)
    for voice, half in ((0, slice(0, 100)), (3, slice(100, 200))):
        each = voices[voice]
        voices[voice] = described(each.descriptors[half], each.kits[half])
    found = correlation(KitStyles.of(voices))
    assert found[DECAY, 3 * len(NAMES) + DECAY] == pytest.approx(0.8, abs=0.15)


def test_draws_have_the_mean_and_the_covariance_and_no_pitch_where_there_is_none() -> None:
    styles = KitStyles.of(toy_kits(300))
    rng = np.random.default_rng(1)
    drawn = np.array([styles.draw(rng) for _ in range(2000)])
    assert drawn.shape == (2000, len(VOICES), len(NAMES))
    np.testing.assert_allclose((drawn[:, 1].mean(axis=0) - styles.mean[1]) / styles.std[1], 0, atol=0.1)
    assert np.isnan(drawn[:, 2, PITCH]).all()
    assert np.isnan(drawn[:, VOICE_COUNT:]).all()
    assert np.corrcoef(drawn[:, 0, DECAY], drawn[:, 3, DECAY])[0, 1] > 0.6
    share = np.var(drawn[:, 0, DECAY]) / np.var(toy_kits(300)[0].descriptors[:, DECAY])
    assert share == pytest.approx(kit_style.MAX_KIT_SHARE, abs=0.1)  # one sound a kit: all variance is between kits


def test_the_same_generator_draws_the_same_style() -> None:
    styles = KitStyles.of(toy_kits(20))
    one, again, other = (styles.draw(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one[:3], other[:3])


def test_too_few_kits_have_nothing_in_common() -> None:
    styles = KitStyles.of(toy_kits(kit_style.MIN_KITS - 1))
    assert not styles.root.any()
    np.testing.assert_allclose(styles.draw(np.random.default_rng(0))[:2, DECAY], styles.mean[:2, DECAY])


def test_drums_of_the_synthesizer_count_in_means_but_make_no_kits() -> None:
    voices = toy_kits(100)
    with_made = dict[int, VoiceDescriptors]()
    for voice, each in voices.items():
        longer = each.descriptors + np.array([0, 3, 0, 0], np.float32)
        kits = [*each.kits, *(f"factory {n}" for n in range(100))]
        with_made[voice] = described(np.concatenate([each.descriptors, longer]), kits)
    plain, both = KitStyles.of(voices), KitStyles.of(with_made)
    assert plain.mean[0, DECAY] < both.mean[0, DECAY] < plain.mean[0, DECAY] + 1.5  # a hundred kits count as ten
    np.testing.assert_allclose(correlation(plain)[:4, :4], correlation(both)[:4, :4], atol=1e-6)


def test_kits_of_one_source_count_as_the_root_of_their_number() -> None:
    alone, many = toy_kits(4), toy_kits(4, seed=1)
    table = np.concatenate([alone[0].descriptors, many[0].descriptors])
    kits = [*alone[0].kits, *(f"one maker/{n}" for n in range(4))]
    styles = KitStyles.of({0: described(table, kits)})
    np.testing.assert_allclose(styles.mean[0], np.average(table, axis=0, weights=[1] * 4 + [0.5] * 4), rtol=1e-5)


def test_a_source_whose_kits_share_one_sound_counts_as_one_kit() -> None:
    alone, shared = toy_kits(4), toy_kits(1, seed=1)
    table = np.concatenate([alone[0].descriptors, np.repeat(shared[0].descriptors, 9, axis=0)])
    kits = [*alone[0].kits, *(f"one bank/{n}" for n in range(9))]
    styles = KitStyles.of({0: described(table, kits)})
    np.testing.assert_allclose(styles.mean[0], np.average(table, axis=0, weights=[1] * 4 + [1 / 9] * 9), rtol=1e-5)


def test_kits_are_those_of_the_credits_or_the_folders() -> None:
    table = toy_kits(6)[0].descriptors
    sources = [f"a/kit {n // 2}/{n}.wav" for n in range(6)]
    corpora = {0: SoundMap(np.zeros((6, 2), np.float32), sources, table)}
    by_folder = kit_styles(corpora, {})
    expected = KitStyles.of({0: described(table, [f"a/kit {n // 2}" for n in range(6)])})
    np.testing.assert_allclose(by_folder.mean, expected.mean)
    named = kit_styles(corpora, {source: f"b/{n}" for n, source in enumerate(sources)})
    expected = KitStyles.of({0: described(table, [f"b/{n}" for n in range(6)])})
    np.testing.assert_allclose(named.root, expected.root)
