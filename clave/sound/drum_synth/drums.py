"""The eight drums of the factory: a dozen parameters each, and the sound that they make.

`synthesize(Kick(pitch_hz=45), seed=3)` is a clip; `draw("kick", rng)` is one of endlessly many kicks. A parameter
says its unit in its name and carries its range; one outside is refused.
"""

# ruff: noqa: D102 -- what `seconds` and `dry` are is said once, in Drum
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.random import Generator

from clave.music.shapes import Float64
from clave.sound.drum_synth import signal
from clave.sound.drum_synth.drum import Drum, by_ratio, linear
from clave.sound.drum_synth.signal import (
    Signal,
    attack,
    bandpass,
    decay,
    filtered,
    highpass,
    lowpass,
    noise,
    swept_sine,
)


@dataclass(frozen=True, kw_only=True)
class Kick(Drum):
    """A sine that falls fast and rings long, under the click of a beater and the noise of a shell."""

    pitch_hz: float = by_ratio(50.0, 30.0, 110.0)  # where it comes to rest
    sweep_octaves: float = linear(1.5, 0.0, 4.0)
    sweep_ms: float = by_ratio(18.0, 3.0, 120.0)
    drop_octaves: float = linear(0.1, 0.0, 0.6)  # a slow fall under the fast one
    hold_ms: float = linear(10.0, 0.0, 90.0)
    decay_s: float = by_ratio(0.5, 0.08, 2.5)
    attack_ms: float = linear(0.3, 0.0, 5.0)
    overtone: float = linear(0.0)  # the skin's next mode
    click: float = linear(0.3)
    click_hz: float = by_ratio(2500.0, 500.0, 9000.0)
    click_ms: float = by_ratio(4.0, 2.0, 40.0)  # its noise, to fall by 60 dB
    thud: float = linear(0.1)  # noise of air, skin and shell
    thud_hz: float = by_ratio(700.0, 300.0, 8000.0)  # little above
    thud_ms: float = by_ratio(30.0, 8.0, 900.0)

    @property
    def seconds(self) -> float:
        thud_s = self.thud_ms / 1000 if self.thud > 0 else 0.0
        return max(self.hold_ms / 1000 + 1.15 * self.decay_s, thud_s)

    def dry(self, t: Signal, rng: Generator) -> Signal:
        slow = self.pitch_hz * 2 ** (self.drop_octaves * np.exp(-t / (0.35 * self.decay_s)))
        hz = slow * 2 ** (self.sweep_octaves * np.exp(-t / (self.sweep_ms / 1000)))
        turns = (np.cumsum(hz) - hz) / signal.SAMPLE_RATE
        ring = decay(t, self.decay_s, hold_s=self.hold_ms / 1000)
        body = np.sin(2 * math.pi * turns) * ring
        skin = np.sin(2 * math.pi * 1.59 * turns) * ring**2.5
        tick = _click(t, self.click_hz, rng, ms=self.click_ms)
        air = filtered(noise(t, rng) * decay(t, self.thud_ms / 1000), lowpass(self.thud_hz), highpass(60.0))
        whole = (body + 0.6 * self.overtone * skin) * attack(t, self.attack_ms)
        return whole + 1.3 * self.click * tick + 3.5 * math.sqrt(700.0 / self.thud_hz) * self.thud * air


@dataclass(frozen=True, kw_only=True)
class Snare(Drum):
    """Two modes of a skin, and the wires that rattle against it."""

    sources: ClassVar[tuple[str, ...]] = ("body", "wires", "snap")

    pitch_hz: float = by_ratio(190.0, 110.0, 380.0)
    second_ratio: float = linear(1.75, 1.3, 2.3)
    second: float = linear(0.5)
    bend_octaves: float = linear(0.3, 0.0, 1.5)
    bend_ms: float = by_ratio(12.0, 4.0, 50.0)
    body: float = linear(0.6)
    body_decay_s: float = by_ratio(0.18, 0.05, 0.8)
    wires: float = linear(0.6)
    wires_decay_s: float = by_ratio(0.25, 0.05, 1.0)
    wires_hz: float = by_ratio(3500.0, 1000.0, 9000.0)  # where they rattle most
    wires_low_hz: float = by_ratio(900.0, 250.0, 4000.0)  # below, they are silent
    rattle: float = linear(0.3)  # how much the skin's motion shakes them
    strike: float = linear(0.0)  # how much of the wires is gone at once
    snap: float = linear(0.4)  # the stick
    snap_hz: float = by_ratio(4500.0, 1200.0, 8000.0)

    @property
    def seconds(self) -> float:
        return 1.1 * max(self.body_decay_s, self.wires_decay_s)

    def dry(self, t: Signal, rng: Generator) -> Signal:
        low = swept_sine(t, self.pitch_hz, self.bend_octaves, self.bend_ms) * decay(t, self.body_decay_s)
        high_hz = min(self.pitch_hz * self.second_ratio, 900.0)
        high = swept_sine(t, high_hz, self.bend_octaves, self.bend_ms) * decay(t, 0.7 * self.body_decay_s)
        shaking = 1 - self.rattle + self.rattle * np.abs(low + 0.5 * high) / decay(t, self.body_decay_s)
        buzz = noise(t, rng) * shaking * _two_stage(t, self.wires_decay_s, self.strike) * attack(t, 0.6)
        wide = filtered(buzz, highpass(self.wires_low_hz), lowpass(2.5 * self.wires_hz))
        near = filtered(buzz, highpass(0.5 * self.wires_low_hz), bandpass(self.wires_hz, 0.6))
        rattled = 0.3 * wide + 0.5 * near
        scrape = filtered(noise(t, rng) * decay(t, 0.012), highpass(self.snap_hz / 3), lowpass(3 * self.snap_hz))
        stick = _click(t, self.snap_hz, rng) + 0.4 * scrape
        return self.body * (low + 0.7 * self.second * high) + 1.1 * self.wires * rattled + 0.6 * self.snap * stick


@dataclass(frozen=True, kw_only=True)
class _Hat(Drum):
    """Six square waves that fit no scale, a disc and noise, through a window high up."""

    pitch_hz: float = by_ratio(320.0, 180.0, 900.0)  # the lowest of the six
    clang: float = linear(0.5)  # 0: the six lie close together, 1: far apart
    metal: float = linear(0.7)  # the rest is noise
    shimmer: float = linear(0.3)  # hundreds of weak partials, as a hammered disc has
    low_hz: float = by_ratio(6500.0, 1500.0, 11_000.0)  # little below
    centre_hz: float = by_ratio(9000.0, 4000.0, 14_000.0)
    resonance: float = by_ratio(1.0, 0.5, 6.0)
    tick: float = linear(0.3)
    tick_ms: float = by_ratio(8.0, 3.0, 60.0)  # to fall by 60 dB
    strike: float = linear(0.0)  # how much of the ringing is gone at once
    bright_decay: float = linear(1.0, 0.3, 1.0)  # how long the highs last, beside the lows
    attack_ms: float = linear(0.2, 0.0, 6.0)

    decay_s: float  # the two below say how long

    @property
    def seconds(self) -> float:
        return 1.1 * self.decay_s + 0.03

    def dry(self, t: Signal, rng: Generator) -> Signal:
        six = signal.squares(t, _metal_hz(self.pitch_hz, self.clang), rng)
        disc = _shimmer(t, 2500.0, rng)
        source = self.metal * 0.5 * six + (1 - self.metal) * noise(t, rng) + 1.5 * self.shimmer * disc
        near = filtered(source, bandpass(self.centre_hz, self.resonance), highpass(self.low_hz))
        wide = filtered(source, highpass(self.low_hz))
        whole = _highs_first(t, 0.6 * (near + wide), HAT_BANDS_HZ, self.decay_s, self.bright_decay, self.strike)
        ring = whole * attack(t, self.attack_ms)
        stick = filtered(noise(t, rng) * decay(t, self.tick_ms / 1000), highpass(0.7 * self.low_hz))
        return ring + 0.9 * self.tick * stick


@dataclass(frozen=True, kw_only=True)
class ClosedHat(_Hat):
    """A hat that is held shut."""

    decay_s: float = by_ratio(0.12, 0.02, 0.7)


@dataclass(frozen=True, kw_only=True)
class OpenHat(_Hat):
    """A hat that is left to ring."""

    decay_s: float = by_ratio(0.9, 0.25, 3.5)


@dataclass(frozen=True, kw_only=True)
class Tom(Drum):
    """Two heads that glide down after the stroke, the upper one with its modes, under the burst of a stick."""

    pitch_hz: float = by_ratio(110.0, 55.0, 320.0)
    sweep_octaves: float = linear(0.4, 0.0, 2.5)
    sweep_ms: float = by_ratio(40.0, 6.0, 250.0)
    decay_s: float = by_ratio(0.8, 0.1, 2.5)
    second_ratio: float = linear(1.6, 1.3, 2.4)
    second: float = linear(0.2)
    third: float = linear(0.1)
    head: float = linear(0.0)  # the lower one, a tone higher
    attack_ms: float = linear(0.5, 0.0, 5.0)
    stick: float = linear(0.3)
    stick_hz: float = by_ratio(2000.0, 600.0, 7000.0)
    stick_ms: float = by_ratio(4.0, 2.0, 60.0)  # its noise, to fall by 60 dB
    breath: float = linear(0.15)  # noise that follows the skin
    breath_s: float = by_ratio(0.15, 0.03, 1.2)

    @property
    def seconds(self) -> float:
        head_s = self.decay_s / 0.8 if self.head > 0 else 0.0
        return max(1.15 * self.decay_s, head_s)

    def dry(self, t: Signal, rng: Generator) -> Signal:
        ring = decay(t, self.decay_s) * attack(t, self.attack_ms)
        modes = (
            level * swept_sine(t, self.pitch_hz * ratio, self.sweep_octaves, self.sweep_ms) * ring**power
            for level, ratio, power in (
                (1.0, 1.0, 1.0),
                (0.7 * self.second, self.second_ratio, 1.6),
                (0.5 * self.third, self.second_ratio * 1.37, 2.5),
                (0.6 * self.head, 1.12, 0.8),
            )
        )
        air = filtered(noise(t, rng) * decay(t, self.breath_s), lowpass(40 * self.pitch_hz), highpass(self.pitch_hz))
        stick = _click(t, self.stick_hz, rng, ms=self.stick_ms)
        return sum(modes) + 3 * self.stick**1.5 * stick + 0.9 * self.breath * air


@dataclass(frozen=True, kw_only=True)
class Cymbal(Drum):
    """A disc of hundreds of partials whose highs die first, with the bell of a ride in its middle."""

    sources: ClassVar[tuple[str, ...]] = ("metal", "shimmer", "wash", "bell", "stick")

    pitch_hz: float = by_ratio(400.0, 200.0, 1000.0)
    clang: float = linear(0.6)
    metal: float = linear(0.3)  # six squares, as machines do it
    shimmer: float = linear(0.6)  # hundreds of partials, as a disc does it
    wash: float = linear(0.4)  # noise
    low_hz: float = by_ratio(2000.0, 300.0, 7000.0)
    bright_decay: float = linear(0.5, 0.15, 1.0)  # how long the highs last, beside the lows
    swell_ms: float = linear(2.0, 0.0, 30.0)
    decay_s: float = by_ratio(2.4, 0.5, 6.0)
    bell: float = linear(0.1)
    bell_hz: float = by_ratio(900.0, 400.0, 3000.0)
    strike: float = linear(0.0)  # how much of the disc is gone at once
    stick: float = linear(0.3)
    stick_ms: float = by_ratio(20.0, 4.0, 80.0)  # to fall by 60 dB

    @property
    def seconds(self) -> float:
        return 1.1 * self.decay_s

    def dry(self, t: Signal, rng: Generator) -> Signal:
        six = signal.squares(t, _metal_hz(self.pitch_hz, self.clang), rng)
        disc = _shimmer(t, self.low_hz, rng)
        source = 0.4 * self.metal * six + 1.5 * self.shimmer * disc + self.wash * noise(t, rng)
        rise = attack(t, self.swell_ms)
        crowd = 1 + 0.8 * decay(t, 0.15)  # the first moment
        source = filtered(source, highpass(self.low_hz))
        body = _highs_first(t, source, CYMBAL_BANDS_HZ, self.decay_s, self.bright_decay, self.strike)
        ratios = np.array([1.0, 1.503, 2.316, 2.67, 3.41])
        bells = signal.partials(t, self.bell_hz * ratios, 1 / ratios, rng.uniform(0, 2 * math.pi, 5))
        tap = filtered(noise(t, rng) * decay(t, self.stick_ms / 1000), highpass(2500.0))
        whole = body * rise * crowd + 0.8 * self.bell * bells * decay(t, 0.6 * self.decay_s) * attack(t, 0.5)
        return whole + 1.2 * self.stick * tap


@dataclass(frozen=True, kw_only=True)
class Clap(Drum):
    """Several hands, never together, and the place they stand in."""

    bursts: float = linear(4.0, 2.0, 7.0)  # hands; a fraction is a softer last one
    burst_ms: float = by_ratio(10.0, 4.0, 20.0)  # from one hand to the next
    burst_decay_ms: float = by_ratio(12.0, 4.0, 40.0)
    looseness: float = linear(0.2)  # how uneven they are
    centre_hz: float = by_ratio(1200.0, 600.0, 3000.0)
    width: float = by_ratio(1.5, 0.4, 4.0)  # q of the window
    bright: float = linear(0.3)  # noise above it
    bright_hz: float = by_ratio(3500.0, 2000.0, 8000.0)
    tail: float = linear(0.5)
    tail_s: float = by_ratio(0.25, 0.05, 1.0)
    attack_ms: float = linear(0.3, 0.0, 3.0)

    @property
    def seconds(self) -> float:
        return self.bursts * self.burst_ms / 1000 * 1.5 + 1.1 * max(self.tail_s, 3 * self.burst_decay_ms / 1000)

    def dry(self, t: Signal, rng: Generator) -> Signal:
        hands = math.ceil(self.bursts)
        step = self.burst_ms / 1000
        start = step * (np.arange(hands) + 0.5 * self.looseness * rng.uniform(-1, 1, hands) * (np.arange(hands) > 0))
        level = 1 - 0.5 * self.looseness * rng.uniform(0, 1, hands)
        level[-1] *= 1 - (hands - self.bursts)
        envelope = np.zeros_like(t)
        for begin, height in zip(start, level, strict=True):
            since = t - begin
            stroke = decay(since, self.burst_decay_ms / 1000) * attack(since.clip(0), self.attack_ms)
            envelope = np.maximum(envelope, np.where(since >= 0, height * stroke, 0))
        after = t - start[-1]
        envelope += np.where(after >= 0, 0.5 * self.tail * decay(after, self.tail_s), 0)
        source = noise(t, rng)
        near = filtered(source, bandpass(self.centre_hz, self.width), highpass(0.5 * self.centre_hz))
        high = filtered(source, highpass(self.bright_hz))
        return (near * math.sqrt(self.width) + 0.35 * self.bright * high) * envelope


@dataclass(frozen=True, kw_only=True)
class Other(Drum):
    """All that is left: rims, bells, blocks, shakers and bongos, from two tones and a noise."""

    sources: ClassVar[tuple[str, ...]] = ("tone", "noise", "click")

    pitch_hz: float = by_ratio(800.0, 150.0, 5000.0)
    ratio: float = linear(1.48, 1.1, 3.0)  # the second tone's pitch to the first's
    second: float = linear(0.7)
    edge: float = linear(0.5)  # 0: sines, 1: squares
    bend_octaves: float = linear(0.0, 0.0, 1.0)
    tone: float = linear(0.8)
    decay_s: float = by_ratio(0.25, 0.02, 3.0)
    strike: float = linear(0.3)  # how much of the tone is gone at once
    noise: float = linear(0.1)
    noise_hz: float = by_ratio(6000.0, 1000.0, 12_000.0)
    noise_attack_ms: float = linear(0.5, 0.0, 60.0)  # long: a shaker
    noise_decay_s: float = by_ratio(0.06, 0.01, 1.5)
    click: float = linear(0.2)

    @property
    def seconds(self) -> float:
        tone_s = self.decay_s if self.tone > 0 else 0.0
        noise_s = self.noise_decay_s + self.noise_attack_ms / 1000 if self.noise > 0 else 0.0
        return 0.02 + 1.1 * max(tone_s, noise_s)

    def dry(self, t: Signal, rng: Generator) -> Signal:
        pitches = np.array([self.pitch_hz, min(self.pitch_hz * self.ratio, 12_000.0)])
        soft = swept_sine(t, float(pitches[0]), self.bend_octaves, 15.0)
        soft += self.second * swept_sine(t, float(pitches[1]), self.bend_octaves, 15.0)
        hard = filtered(signal.squares(t, pitches, rng), bandpass(1.3 * self.pitch_hz, 0.7))
        ring = _two_stage(t, self.decay_s, self.strike) * attack(t, 0.2)
        tones = ((1 - self.edge) * soft + self.edge * hard) * ring
        rising = attack(t, self.noise_attack_ms)
        hiss = noise(t, rng) * rising * decay(t, self.noise_decay_s, hold_s=self.noise_attack_ms / 1000)
        breath = filtered(hiss, bandpass(self.noise_hz, 0.9), highpass(0.4 * self.noise_hz))
        return self.tone * tones + 0.8 * self.noise * breath + 0.8 * self.click * _click(t, 3500.0, rng)


DRUMS: tuple[type[Drum], ...] = (Kick, Snare, ClosedHat, OpenHat, Tom, Cymbal, Clap, Other)
"""One a voice, in the order of kit.VOICES."""


def _click(t: Signal, hz: float, rng: Generator, *, ms: float = 4.0) -> Signal:
    """A stick or beater as it lands: half a tone of 1 or 2 ms, half noise that falls by 60 dB in `ms`."""
    tone = np.sin(2 * math.pi * hz * t) * np.exp(-t * hz / 1.5)
    grit = filtered(noise(t, rng) * decay(t, ms / 1000), bandpass(hz, 0.7))
    return tone + 0.8 * grit


def _two_stage(t: Signal, decay_s: float, strike: float) -> Signal:
    """A decay of which the share `strike` is gone in a fifth of the time."""
    return (1 - strike) * decay(t, decay_s) + strike * decay(t, 0.2 * decay_s)


HAT_BANDS_HZ = (6000.0, 11_000.0)
CYMBAL_BANDS_HZ = (1500.0, 4000.0, 9000.0)


def _highs_first(
    t: Signal, source: Signal, edges_hz: tuple[float, ...], decay_s: float, bright_decay: float, strike: float
) -> Signal:
    """A sound that dies away band by band, the lowest in `decay_s`, the third in `bright_decay` of it."""
    if bright_decay == 1:
        return source * _two_stage(t, decay_s, strike)
    body, rest = np.zeros_like(t), source
    for band, top_hz in enumerate((*edges_hz, None)):
        part = rest if top_hz is None else filtered(rest, lowpass(top_hz, 0.5))
        rest = rest - part  # what one band leaves is the next one's, so that all of them add up
        body += part * _two_stage(t, decay_s * bright_decay ** (band / 2), strike)
    return body


SIX_CLOSE = np.array([1.0, 1.16, 1.31, 1.52, 1.76, 2.03])
SIX_WIDE = np.array([1.0, 1.48, 2.09, 2.63, 3.39, 4.14])


def _metal_hz(pitch_hz: float, clang: float) -> Float64[np.ndarray, " oscillator"]:
    """Six pitches of which no two make a whole interval."""
    return pitch_hz * SIX_CLOSE ** (1 - clang) * SIX_WIDE**clang


def _shimmer(t: Signal, low_hz: float, rng: Generator) -> Signal:
    """Eight hundred partials spread like the modes of a plate, evenly over the hertz, and unequally strong."""
    hz = rng.uniform(low_hz, 19_000.0, 800)
    level = rng.gamma(1.0, 1.0, 800) / math.sqrt(800) * np.sqrt(np.minimum(1, 6000.0 / hz))
    return signal.partials(t, hz, level, rng.uniform(0, 2 * math.pi, 800))
