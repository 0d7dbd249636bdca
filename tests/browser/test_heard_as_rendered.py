"""What the page plays is what `clave render` writes: the same strokes at the same samples, live and as sound."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from test_page import heard
from test_projects import open_file

import clave
from clave.music.kit import VOICES
from clave.play.performance import Performance
from clave.play.project import Bus, Project, Room, from_json
from clave.play.render import render_stereo

RATE = 44_100
SAMPLE = 1 / RATE
AGREED = 10 ** (-50 / 20)  # of the peak of a stroke; measured: at most 0.04 %
SILENT = 1e-4  # a stroke that is softer is judged as one so loud
BARS = [
    {"kind": "generated", "point": [0.3, 0.4], "settings": {"variation": 0.2, "seed": 3}},
    {"kind": "generated", "point": [-1.0, 0.4]},
]
LANES = [{"probability": 0.7}, {"ratchet": 3, "ratchet_probability": 0.5}, {"nudge_ms": 8}, *[{}] * 5]
LEVEL = {"parameter": "closed-hi-hat.level", "shape": "sine", "period": 1, "unit": "bars", "depth": 0.5}
TUNE = {"parameter": "snare.tune", "shape": "steps", "period": 2, "unit": "bars", "depth": 5, "values": [-1, 1]}
WANDER = {"parameter": "map.x", "shape": "random", "period": 2, "unit": "bars", "depth": 1}
NOT_EVERY_3RD = {"cycle": [True, True, False]}
ROUNDS = [
    {"rounds": NOT_EVERY_3RD},
    {"ratchet": 2, "ratchet_rounds": {"cycle": [False, True], "first": "never"}},
    {"rounds": {"cycle": [True, False]}, "loop_steps": 20},
    *[{}] * 5,
]
LATER = {"parameter": "snare.swing", "shape": "square", "period": 2, "unit": "bars", "depth": 0.12}
RATTLE = {"parameter": "kick.ratchet", "shape": "steps", "period": 3, "unit": "beats", "depth": 3, "values": [0, 0, 1]}
CURVE = {"parameter": "tempo", "breakpoints": [{"bar": 0, "value": 150}, {"bar": 1, "value": 190}], "loop_bars": 2}
RAMP = [{"bar": 0, "tempo_bpm": 150}, {"bar": 3, "tempo_bpm": 210, "ramp": True}]
DRAWN = {"points": [[-1, -1], [0, 1], [1, 0]], "curve": "smooth", "bars": 3, "quantum": "beat", "travelling": True}
SLOW = {"tempo": [{"bar": 0, "tempo_bpm": 140}], "bars": BARS[:1]}
FAST = {"tempo": [{"bar": 0, "tempo_bpm": 170}], "bars": BARS[1:], "mix": [{"level": 0.5}, {"mute": True}, *[{}] * 6]}
HELD = {"hold": {"kind": "generated", "point": [-0.5, -0.7], "settings": {"seed": 4}}}
MOVED = [
    {"parameter": "map.x", "loop_bars": 1, "quantum": "step",
     "breakpoints": [{"bar": 0, "value": -1}, {"bar": 0.9, "value": 1}]},
    {"parameter": "snare.pan", "breakpoints": [{"bar": 0, "value": -1}, {"bar": 2, "value": 1}]},
]  # fmt: skip
LAYERED = [{"from": "factory", "kit": "analogue", "velocity_layers": voice != 1} for voice in range(8)]
FOUR = [
    {"tempo": [{"bar": 0, "tempo_bpm": 260}], "path": {**DRAWN, "quantum": "step"}, "lanes": [HELD, *[{}] * 7]},
    {"tempo": [{"bar": 0, "tempo_bpm": 300}], "bars": BARS, "lanes": LANES, "modulations": [LEVEL, TUNE, WANDER]},
    {"tempo": [{"bar": 0, "tempo_bpm": 280}], "bars": BARS, "swing": 0.6, "kit": {"voices": LAYERED},
     "lanes": [{}, HELD, {"ratchet": 4}, *[{}] * 5], "automations": MOVED, "mix": [{"level": 0.5}, *[{}] * 7]},
    {"tempo": [{"bar": 0, "tempo_bpm": 240}, {"bar": 1, "tempo_bpm": 320, "ramp": True}], "bars": BARS[1:],
     "path": {"points": [[1, 1], [-1, 0]], "bars": 2, "way": "ping-pong"}, "modulations": [{**LEVEL, "unit": "beats"}]},
]  # fmt: skip
VARIED = [
    {"tempo": [{"bar": 0, "tempo_bpm": 240}], "settings": {"variation": 0.5, "seed": 2},
     "path": {"points": [[-1, -1], [1, 1]], "bars": 3, "way": "once"}},
    {"tempo": [{"bar": 0, "tempo_bpm": 240}], "fill_every": 2,
     "bars": [{**BARS[0], "settings": {"variation": 0.6, "seed": seed}} for seed in (5, 6, 7)]},
]  # fmt: skip
SCENES: dict[str, dict[str, Any]] = {
    "plain": {"scene": {"tempo": [{"bar": 0, "tempo_bpm": 160}], "bars": BARS}},
    "lanes, a ramp and modulation": {
        "scene": {"tempo": RAMP, "swing": 0.58, "bars": BARS, "lanes": LANES, "modulations": [LEVEL, TUNE]}
    },
    "rounds, and what moves a lane": {
        "scene": {"bars": BARS[:1], "lanes": ROUNDS, "modulations": [LATER, RATTLE], "automations": [CURVE]}
    },
    "a drawn path": {"scene": {"tempo": [{"bar": 0, "tempo_bpm": 180}], "path": DRAWN, "modulations": [WANDER]}},
    "a song with a morph": {
        "scenes": [SLOW, FAST],
        "song": [{"scene": 0, "bars": 2, "morph_bars": 1}, {"scene": 1, "bars": 1}],
    },
    "a song of two scenes that vary and hear": {
        "scenes": VARIED,
        "song": [{"scene": 0, "bars": 3, "morph_bars": 1}, {"scene": 1, "bars": 3, "fill": True}],
    },
    "a song of four scenes with paths, modulation, ratchets, holds and recorded moves": {
        "scenes": FOUR,
        "song": [
            {"scene": 0, "bars": 2, "fill": True},
            {"scene": 1, "bars": 2, "morph_bars": 1},
            {"scene": 2, "bars": 2},
            {"scene": 3, "bars": 2, "morph_bars": 2},
        ],
    },
}
LISTEN = """() => {
    window.listened = { start: null, strikes: [] };
    clave.player.outputs.push({
        strike: (voice, velocity, time) => listened.strikes.push([voice, velocity, time]),
        step: ({ time }) => (listened.start ??= time),
        release() {},
        silence() {},
    });
}"""

FAR_AHEAD = """() => {
    Object.defineProperty(document, "hidden", { value: true });  // then a busy computer does not make strokes late
    document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(params=SCENES)
def project(request: pytest.FixtureRequest) -> Project:
    document = {"format": "clave project", "version": 1, "seed": 5, **SCENES[request.param]}
    return from_json(json.dumps(document).encode())


def opened_here(page: Page, project: Project, bars: int | None = None) -> Performance:
    """The project in the page, what it begins with decoded; and its performance, as Python has it."""
    open_file(page, "project.json", project.model_dump_json())
    expect(page.get_by_role("status").filter(has_text="Opened project.json")).to_be_visible()
    page.wait_for_function("!clave.store.waiting.value && clave.store.sounds.coming.value.size === 0")
    return clave.perform(project, bars=bars)


def test_each_stroke_is_queued_for_its_sample(opened: Page, project: Project) -> None:
    opened.evaluate(LISTEN)
    performance = opened_here(opened, project, 8)
    opened.get_by_role("button", name="Play", exact=True).click()
    opened.evaluate(FAR_AHEAD)
    seconds = min(6.0, performance.seconds - 0.5)
    opened.wait_for_timeout(seconds * 1000 + 800)
    found = opened.evaluate("listened")
    for voice, info in enumerate(VOICES):
        wanted = sorted(max(0.0, strike.seconds) for strike in performance.strikes if strike.voice == voice)
        wanted = [each for each in wanted if each < seconds]
        times = sorted(time - found["start"] for row, _, time in found["strikes"] if row == voice)[: len(wanted)]
        assert len(times) == len(wanted), info.name
        assert np.abs(np.subtract(times, wanted)).max(initial=0) < SAMPLE, info.name


def dry(project: Project) -> Project:
    """Without room and bus, in which the strokes before ring on: how late a stroke is can be read from its samples."""
    room, bus = Room(level=0), Bus(drive=0, glue=0)
    scenes = [scene and scene.changed(room=room, bus=bus) for scene in project.scenes]
    return project.changed(scene=project.scene.changed(room=room, bus=bus), scenes=tuple(scenes))


def test_the_sound_is_that_of_the_rendered_file(opened: Page, project: Project) -> None:
    """Each voice alone, so that both limiters work on the same; every stroke, and what rings into it, sample by sample.

    A stroke of another gain, sound, velocity or one sample late differs by more.
    """
    performance = opened_here(opened, dry(project))
    compared = 0
    for voice, info in enumerate(VOICES):
        own = tuple(strike for strike in performance.strikes if strike.voice == voice)
        if not own:
            continue
        left, right = render_stereo(replace(performance, strikes=own), tail="ring")
        sound = heard(opened, None, voice)
        length = min(len(left), len(sound))
        rendered = (left.samples + right.samples)[:length]
        difference = np.abs(sound[:length] - rendered)
        struck = sorted(round(max(0.0, strike.seconds) * RATE) for strike in own)
        for first, after in pairwise([*struck, length]):
            window = slice(first, min(after, first + RATE // 20))
            apart = difference[window].max(initial=0) / np.abs(rendered[window]).max(initial=SILENT)
            assert apart < AGREED, f"{info.name} at {first / RATE:.3f} s differs by {apart:.1%} of its peak"
            compared += 1
    assert compared == len(performance.strikes) > 5
