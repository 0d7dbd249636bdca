"""Live audio: what a port is given is what `clave render` makes, stroke by stroke and as a whole."""

from typing import Any

import numpy as np
import pytest
from sound_device import BLOCK_SAMPLES, RATE, Device, Playing, project

from clave.audio.biquad import BLOCK, RunningBiquad, biquad
from clave.errors import AudioPortError, MissingExtraError
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.play.bus import BusSettings, RunningBus, bus_gains
from clave.play.live import audio_port
from clave.play.live.audio_mix import StreamMix, Stroke
from clave.play.live.audio_out import AudioOutput
from clave.play.live.audio_port import PortAudioPort
from clave.play.performance import Performance
from clave.play.produced import produced_rows
from clave.play.room import RunningConvolution, convolved, impulse_response

STARTS = round(0.06 * RATE)  # samples after the beginning: the conductor's delay


def decibels(difference: np.ndarray, whole: np.ndarray) -> float:
    return 10 * np.log10((difference**2).mean() / (whole**2).mean() + 1e-30)


MIXES: dict[str, dict[str, Any]] = {
    "dry": {"send": 0.0},
    "pan, send": {"pan": -0.4, "send": 0.5},
    "filter": {"filter": "lowpass", "cutoff_hz": 900.0, "resonance_db": 6.0},
}


def performed(playing: Playing) -> Performance:
    return playing.performances[-1]


@pytest.mark.parametrize("mix", MIXES)
def test_what_sounds_live_is_what_render_makes(mix: str) -> None:
    playing = Playing(project(**MIXES[mix]))
    heard = playing.play(2.4)
    rendered = produced_rows(performed(playing), "cut")
    length = round(2.2 * RATE)
    live, whole = heard[:, STARTS : STARTS + length], rendered[:, :length]
    assert (whole**2).mean() > 1e-4
    assert not heard[:, : STARTS - 100].any()
    assert decibels(live - whole, whole) < -90


def test_every_stroke_begins_within_a_sample_of_the_render() -> None:
    """A click in the place of each sound: where it is heard, one begins."""
    playing = Playing(project(send=0.0))
    click = np.zeros(64, np.float32)
    click[0] = 1.0
    playing.engine._strokes._sounds = lambda *_: Clip(click, RATE)  # pyright: ignore[reportPrivateUsage]
    heard = playing.play(3.9)
    strikes = [each for each in performed(playing).strikes if each.seconds < 3.7]
    wanted = np.unique([round(each.seconds * RATE) for each in strikes])
    begins = np.flatnonzero(np.abs(heard).sum(axis=0) > 1e-6) - STARTS
    begins = begins[begins < 3.7 * RATE]
    assert len(strikes) > 15
    assert len(wanted) == len(begins)
    assert np.abs(wanted - begins).max() <= 1


def test_a_changed_level_is_heard_and_a_stop_fades_what_sounds() -> None:
    playing = Playing(project(send=0.0))
    playing.play(1.0)
    playing.engine.desk.receive("/clave/volume", (0.0,))
    playing.go_on(1.0)
    assert np.abs(playing.device.heard()[:, -4096:]).max() < 1e-6
    playing.engine.desk.receive("/clave/volume", (0.8,))
    playing.go_on(1.0)
    assert np.abs(playing.device.heard()[:, -RATE // 2 :]).max() > 0.01
    playing.engine.act("stop", (), ())
    playing.go_on(0.2)
    assert np.abs(playing.device.heard()[:, -1024:]).max() < 1e-6


def test_a_pad_sounds_at_once() -> None:
    playing = Playing(project())
    playing.play(0.3)
    playing.engine.act("stop", (), ())
    playing.go_on(0.5)
    before = playing.device.heard().shape[1]
    playing.engine.act("strike", (1,), (1.0,))
    playing.go_on(0.1)
    sounding = np.flatnonzero(np.abs(playing.device.heard()[0, before:]) > 1e-4)
    assert sounding[0] < 2 * BLOCK_SAMPLES


def test_a_device_that_goes_is_said_once_and_the_music_goes_on() -> None:
    playing = Playing(project())
    playing.play(0.5)
    playing.device.gone = True
    playing.go_on(0.5)
    assert playing.said == ["the sound device 'collects' is gone: pulled out; what else plays goes on"]
    assert playing.engine.conductor.running


def test_a_card_that_runs_slower_is_followed_without_a_jump() -> None:
    """A card 200 ppm slow, whose report has a grain of 5 ms: strokes drift by less than a sample a beat."""
    device, output_at = Device(), list[float]()
    output = AudioOutput(device)
    for tick in range(20_000):  # 40 s
        now = tick * 0.002
        device.played = min(round(now * RATE * (1 - 200e-6)) // 220 * 220, device.given)
        output.release(now)
        output_at.append(output._ahead or 0.0)  # pyright: ignore[reportPrivateUsage]
    settled = np.array(output_at[10_000:])
    steps = np.diff(settled[::250])  # half a second
    assert abs(steps.mean() * 2 + 200e-6) < 60e-6
    assert np.abs(steps).max() * RATE < 10


def test_running_parts_are_the_whole_ones() -> None:
    block = BLOCK_SAMPLES
    random = np.random.default_rng(0)
    noise = random.standard_normal((2, 20 * block)).astype(np.float32) * 0.3
    blocks = np.split(noise, 20, axis=1)
    made = biquad("lowpass", 700.0, 9.0, RATE)
    running = RunningBiquad(made)
    got = np.concatenate([running.filtered(each[0].astype(np.float64)) for each in blocks])
    np.testing.assert_allclose(got, made.filtered(noise[0].astype(np.float64)), atol=1e-10)

    bus, settings = RunningBus(RATE), BusSettings(0.4, 0.7)
    got = np.concatenate([bus.gains(each, settings, 0.8) for each in blocks], axis=1)
    np.testing.assert_allclose(got, bus_gains(noise, settings, 0.8, RATE), atol=1e-6)

    response = impulse_response("room", RATE)
    room = RunningConvolution(response, block)
    got = np.concatenate([room.convolved(each[0]) for each in blocks], axis=1)  # pyright: ignore
    whole = np.stack([convolved(noise[0], side)[: 20 * block] for side in response])
    np.testing.assert_allclose(got, whole, atol=2e-5)
    assert RunningConvolution(response, block).convolved(np.zeros(block, np.float32)) is None


def test_a_stroke_silences_its_choke_group_and_late_ones_begin_at_once() -> None:
    mix = StreamMix(RATE, BLOCK)
    tone, gains = np.ones(4000, np.float32), np.array([1, 1, 0], np.float32)
    closed, opened = 2, 3
    assert [VOICES[each].name for each in (closed, opened)] == ["closed hi-hat", "open hi-hat"]
    mix.add(Stroke(0, opened, tone, gains, (0, 0.0, 0.0)))
    mix.add(Stroke(1000, closed, tone * 0, gains, (0, 0.0, 0.0)))
    heard = np.concatenate([mix.mix() for _ in range(20)], axis=1)[0]
    assert heard[999] == 1
    assert 0 < heard[1100] < 1
    assert not heard[1221:].any()
    late = Stroke(5, 0, tone, gains, (0, 0.0, 0.0))
    mix.add(late)
    assert late.first == 20 * BLOCK


class NoAudio:
    """What stands for sounddevice where there is no device."""

    class PortAudioError(Exception):
        pass

    class default:  # noqa: N801
        device = (-1, -1)

    @staticmethod
    def query_devices() -> list[dict[str, Any]]:
        return [{"name": "a microphone", "index": 0, "max_output_channels": 0}]


def test_no_device_and_no_extra_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_port, "_sounddevice", lambda: NoAudio)
    with pytest.raises(AudioPortError, match=r"there is no sound device$"):
        PortAudioPort(None, RATE)
    with pytest.raises(AudioPortError, match="no sound device 'Scarlett'; there are: none"):
        PortAudioPort("Scarlett", RATE)
    monkeypatch.undo()
    monkeypatch.setitem(__import__("sys").modules, "sounddevice", None)
    with pytest.raises(MissingExtraError, match=r"clave\[audio\]"):
        PortAudioPort(None, RATE)
