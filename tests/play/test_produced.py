"""What a project's strokes go through: filters, the room, the bus, and gains that make bars alike in loudness."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import one_bar
from scipy.signal import lfilter

from clave.audio.biquad import biquad
from clave.audio.loudness import true_peak_db
from clave.errors import RenderError
from clave.music.clip import Clip
from clave.music.kit import Kit
from clave.music.pattern import Pattern
from clave.play.bus import CEILING, BusSettings, bent, bus_gains, driven, glued, limited
from clave.play.performance import BarSource, Performance, Production
from clave.play.produced import _to_bus, played_sounds, program_gains
from clave.play.program import MAX_GAIN, MIN_GAIN, REST_GAIN, bar_gain
from clave.play.render import performance_stems, render, render_stereo, stereo_stems
from clave.play.room import ROOMS, convolved, impulse_response
from clave.sound import drum_synth

sys.path.insert(0, str(Path(__file__).parents[1]))
from make_production_fixture import PATH, document

RATE = 44_100
DRY = Production("room", BusSettings())


def decaying(seed: int, seconds: float = 0.3) -> Clip:
    noise = np.random.default_rng(seed).standard_normal(round(seconds * RATE))
    return Clip((0.1 * noise * np.exp(-np.arange(len(noise)) / 2000)).astype(np.float32))


def played(bars: list[Pattern], production: Production = DRY, **tone: float) -> Performance:
    """These bars on a kit of noises, as if a project had them."""
    kit = Kit(tuple(decaying(voice) for voice in range(8)))
    plain = Performance.of_patterns(bars, kit, 120)
    strikes = tuple(strike._replace(**tone) for strike in plain.strikes)
    sources = tuple(BarSource(bar, tuple(range(8))) for bar in bars)
    return replace(plain, strikes=strikes, sources=sources, production=production, volume=0.8)


def rows(performance: Performance, tail="cut") -> np.ndarray:
    return np.stack([side.samples for side in render_stereo(performance, tail=tail)])


def numbers_in(value: Any) -> Iterator[float]:
    """All numbers of a JSON document, in their order."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from numbers_in(each)
    elif not isinstance(value, str):
        yield float(value)


def test_the_fixture_of_the_page_is_what_python_makes_now() -> None:
    written, now = json.loads(PATH.read_text("utf-8")), document()
    assert list(written) == list(now)
    # another processor may round the last digit otherwise
    np.testing.assert_allclose(list(numbers_in(written)), list(numbers_in(json.loads(json.dumps(now)))), 1e-9, 2e-9)


def test_a_bar_alone_without_drive_and_glue_is_its_stroke_at_the_gain_of_the_bar() -> None:
    bar = one_bar((1, 16))
    performance = played([bar])
    sound = performance.sounds[1].clip.samples
    start = RATE // 2
    found = rows(performance)[:, start : start + len(sound)]
    assert not rows(performance)[:, :start].any()
    np.testing.assert_array_equal(found[0], found[1])
    quiet = slice(len(sound) // 2, len(sound))  # where no limiter is at work
    ratio = found[0, quiet] @ sound[quiet] / (sound[quiet] @ sound[quiet])
    assert ratio == pytest.approx(np.sqrt(0.5) * program_gains(performance)[0], rel=0.01)


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_filtered_stroke_is_the_stroke_filtered(kind: int) -> None:
    bars = [one_bar((1, 0), (1, 32), (3, 8))]
    plain, through = (played(bars, filter=each, cutoff=5.0, resonance=6.0) for each in (0, kind))
    found, dry = (next(iter(_stems(each))) for each in (through, plain))
    made = biquad(("lowpass", "highpass", "bandpass")[kind - 1], 20 * 2**5.0, 6.0, RATE)
    wanted = lfilter([made.b0, made.b1, made.b2], [1, made.a1, made.a2], dry.astype(np.float64))
    np.testing.assert_allclose(found[:-400], wanted[:-400], atol=2e-5)


def _stems(performance: Performance) -> list[np.ndarray]:
    """What goes into the bus, of voice 1."""
    return [_to_bus(performance, "cut", played_sounds(performance), mono=False, only=1)[0]]


def test_stems_add_up_to_the_mix_through_all_of_the_bus() -> None:
    bars = [one_bar((0, 0), (1, 16), (2, 20), (3, 40), (4, 41))]
    performance = played(bars, Production("hall", BusSettings(0.8, 0.9)), send=0.4, pan=0.3)
    for tail in ("cut", "wrap", "ring"):
        stems = stereo_stems(performance, tail=tail)
        for side, whole in enumerate(render_stereo(performance, tail=tail)):
            np.testing.assert_allclose(sum(stem[side].samples for stem in stems), whole.samples, atol=2e-6)
    total = sum(stem.samples for stem in performance_stems(performance))
    np.testing.assert_allclose(total, render(performance).samples, atol=2e-6)


def test_a_loop_with_a_room_sounds_like_the_middle_of_many_rounds() -> None:
    bars = [one_bar((0, 0), (1, 16), (2, 20), (1, 60))]
    production = Production("room", BusSettings(0.3, 0.6))
    loop = rows(played(bars, production, send=0.5), "wrap")
    rounds = rows(played(bars * 4, production, send=0.5))
    size = loop.shape[1]
    np.testing.assert_allclose(loop, rounds[:, 2 * size : 3 * size], atol=2e-4)


def test_bars_on_a_kit_have_nothing_of_it() -> None:
    kit = Kit(tuple(decaying(voice) for voice in range(8)))
    bars = [one_bar((0, 0), (1, 16))]
    sound = render(bars, kit).samples
    np.testing.assert_array_equal(sound[: len(kit.clips[0])], kit.clips[0].samples)
    with pytest.raises(RenderError, match="in stereo"):
        stereo_stems(Performance.of_patterns(bars, kit))


@pytest.mark.parametrize("size", ROOMS)
def test_a_room_decays_in_its_time_and_sides_are_unlike(size) -> None:
    left, right = impulse_response(size, RATE).astype(np.float64)
    assert (left**2).sum() + (right**2).sum() == pytest.approx(1, abs=1e-5)
    assert abs(left @ right) < 0.35 * np.sqrt((left @ left) * (right @ right))
    start = round(ROOMS[size].predelay_seconds * RATE)
    assert not left[:start].any()
    noise = left[start + RATE // 8 :] if size != "booth" else left[start + RATE // 16 :]
    half = len(noise) // 2
    fall_db = 10 * np.log10((noise[:half] ** 2).mean() / (noise[half:] ** 2).mean())
    assert fall_db == pytest.approx(60 * half / RATE / ROOMS[size].decay_seconds, rel=0.2)


def test_a_convolution_in_blocks_is_the_convolution() -> None:
    rng = np.random.default_rng(0)
    sound, response = rng.standard_normal(50_000).astype(np.float32), rng.standard_normal(700).astype(np.float32)
    np.testing.assert_allclose(convolved(sound, response), np.convolve(sound, response), atol=1e-3)


def test_the_bus_leaves_a_usual_level_and_bounds_what_is_loud() -> None:
    usual = np.full((1, 4), 0.35, np.float32)
    for amount in (0.0, 0.5, 1.0):
        np.testing.assert_allclose(driven(usual, amount) * usual, 0.35, rtol=1e-5)
        assert glued(np.array([0.05]), amount) == pytest.approx(1)
    assert limited(np.array([0.01])) == pytest.approx(1, abs=1e-3)
    assert 100 * limited(np.array([100.0])) ** 2 == pytest.approx(0.3, rel=0.01)
    loud = np.linspace(-50, 50, 1001)
    assert np.abs(loud * bent(loud)).max() <= CEILING + 1e-9
    noise = 10 * np.random.default_rng(0).standard_normal((2, RATE)).astype(np.float32)
    assert np.abs(noise * bus_gains(noise, BusSettings(1, 1), 1.0, RATE)).max() <= CEILING + 1e-6


@pytest.mark.parametrize("kit", ["punch", "box"])
def test_a_built_in_kit_at_full_volume_stays_under_1_db_below_full_scale(kit: str) -> None:
    """Between samples too, with the levels of all voices doubled."""
    hits = np.zeros((8, 64), bool)
    hits[[0, 1, 6], [0, 16, 16]] = True
    bar = Pattern.from_hits(hits)
    plain = Performance.of_patterns([bar], drum_synth.kit(kit), 120)
    for level, settings in ((1.0, BusSettings(0.2, 0.4)), (2.0, BusSettings(1, 1))):
        strikes = tuple(strike._replace(level=level, send=0.125) for strike in plain.strikes)
        loud = replace(plain, strikes=strikes, production=Production("room", settings), volume=1.0)
        assert true_peak_db(rows(replace(loud, sources=(BarSource(bar, tuple(range(8))),)))) < -1


def test_the_gain_of_a_bar_makes_loud_and_quiet_alike_within_bounds() -> None:
    bar, energies = one_bar((0, 0), (1, 16), (0, 32), (1, 48)), [1e-3] * 8
    gain = bar_gain(bar, energies, 2.0)
    assert bar_gain(bar, [4e-3] * 8, 2.0) == pytest.approx(gain / 2)
    assert bar_gain(bar, [1e-9] * 8, 2.0) == MAX_GAIN
    assert bar_gain(bar, [10.0] * 8, 2.0) == MIN_GAIN
    assert bar_gain(Pattern.empty(), energies, 2.0) == REST_GAIN


def test_what_a_player_does_does_not_move_the_others() -> None:
    """The gain of a bar comes from its strokes before lanes and mix: a muted kick leaves the rest as loud as it was."""
    performance = played([one_bar((0, 0), (1, 16))])
    muted = replace(performance, strikes=tuple(each for each in performance.strikes if each.voice == 1))
    half = RATE // 2
    np.testing.assert_allclose(rows(muted)[:, half:], rows(performance)[:, half:], atol=1e-3)
