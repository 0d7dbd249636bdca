"""Filters, room, drive, glue and limiter sound in the page as in `clave render`: the difference is 50 dB down."""

import base64
import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from test_heard_as_rendered import opened_here

from clave.audio.loudness import integrated
from clave.play.project import Project, from_json
from clave.play.render import render_stereo

RATE = 44_100
AGREED_DB = -50
BARS = [{"kind": "generated", "point": [0.3, 0.4]}, {"kind": "generated", "point": [-1.0, 0.4]}]
BASE = {"tempo": [{"bar": 0, "tempo_bpm": 120}], "bars": BARS}  # 16ths lie half-way between two samples
MIX = [
    {"level": 1.2, "pan": -0.2, "filter": "lowpass", "cutoff_hz": 900, "resonance_db": 9, "send": 0.1},
    {"filter": "bandpass", "cutoff_hz": 1500, "resonance_db": 6, "send": 0.8},
    {"pan": 0.5, "filter": "highpass", "cutoff_hz": 5000, "resonance_db": 3},
    {"pan": -0.5, "send": 0},
    *[{}] * 4,
]
SWEEP = {"parameter": "snare.cutoff", "shape": "sine", "period": 1, "unit": "bars", "depth": 1.5}
SPACE = {"parameter": "closed-hi-hat.send", "shape": "saw", "period": 2, "unit": "beats", "depth": 0.5}
LAYERED = [{"from": "factory", "kit": "room", "tune": tune, "velocity_layers": True} for tune in (0, 3, *[0] * 6)]
SOFT = [{"accent": 0.8}] * 8  # strokes of many velocities
SONG = {
    "scenes": [BASE, {**BASE, "mix": MIX}],
    "song": [{"scene": 0, "bars": 2, "morph_bars": 1}, {"scene": 1, "bars": 1}],
}
CHAINS: dict[str, dict[str, Any]] = {
    "as a new project has it": {"scene": BASE},
    "nothing but the limiter": {"scene": {**BASE, "room": {"level": 0}, "bus": {"drive": 0, "glue": 0}}},
    "filters and a hall": {"scene": {**BASE, "mix": MIX, "room": {"size": "hall", "level": 1}}},
    "all of the bus": {"volume": 1, "scene": {**BASE, "bus": {"drive": 1, "glue": 1}}},
    "what moves": {"scene": {**BASE, "mix": MIX, "modulations": [SWEEP, SPACE]}},
    "velocity layers": {"scene": {**BASE, "kit": {"name": "room", "voices": LAYERED}, "lanes": SOFT}},
    "a morph": SONG,
}


@pytest.fixture(params=CHAINS)
def project(request: pytest.FixtureRequest) -> Project:
    document = {"format": "clave project", "version": 1, "seed": 5, **CHAINS[request.param]}
    return from_json(json.dumps(document).encode())


def sides(page: Page) -> np.ndarray:
    """Left and right of the bars that are heard, through the page's own audio graph."""
    encoded = page.evaluate(
        """async () => {
            const sound = await clave.renderOffline();
            return Promise.all([0, 1].map((channel) => new Promise((done) => {
                const reader = new FileReader();
                reader.onload = () => done(reader.result.split(",")[1]);
                reader.readAsDataURL(new Blob([sound.getChannelData(channel)]));
            })));
        }"""
    )
    return np.stack([np.frombuffer(base64.b64decode(side), np.float32) for side in encoded])


def test_page_and_render_differ_by_50_db_less_than_the_sound(opened: Page, project: Project) -> None:
    performance = opened_here(opened, project)
    rendered = np.stack([side.samples for side in render_stereo(performance, tail="ring")])
    heard = sides(opened)
    length = min(heard.shape[1], rendered.shape[1], round((performance.seconds + 0.5) * RATE))
    difference = heard[:, :length] - rendered[:, :length]
    apart = 10 * np.log10((difference**2).mean() / (rendered[:, :length] ** 2).mean())
    print(f"{apart:.1f} dB, {integrated(rendered, RATE):.1f} LUFS")
    assert apart < AGREED_DB
