"""TorchScript instruments: the calls that nn~ makes, and the space's own bars and sounds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from clave.app.cli import app
from clave.audio.log_spectrogram import DrumSpectrogram
from clave.errors import ExportError
from clave.latent.space_folder import SpaceFolder, open_space
from clave.music.clip import Clip
from clave.music.kit import VOICES
from clave.music.units import steps_per_bar
from clave.rhythm.recorded_dynamics import RecordedDynamics
from clave.rhythm.space import SHIPPED_RHYTHM, RhythmSpace, load_rhythm
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.sound.space import load_sound
from clave.training.torchscript.rhythm import rhythm_player

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # nn~ reads nothing newer

# What nn~ asks of a file, by torch alone: the methods and attributes, the ratios, and blocks of some sizes.
CONTRACT = """
import json, sys, torch


def check(player):
    found = {}
    for method in player.get_methods():
        ins, in_ratio, outs, out_ratio = getattr(player, method + "_params").tolist()
        assert len(getattr(player, method + "_input_labels")) == ins
        assert len(getattr(player, method + "_output_labels")) == outs
        for batch, size in ((1, 2048), (1, 64), (3, 512), (1, 1)):
            reply = getattr(player, method)(torch.zeros(batch, ins, size // in_ratio))
            assert reply.dtype == torch.float32 and torch.isfinite(reply).all()
            assert reply.shape == (batch, outs, size // out_ratio), reply.shape
        found[method] = [ins, outs]
    for name in player.get_attributes():
        kind = (bool, int, float)[getattr(player, name + "_params").tolist()[0]]
        value = getattr(player, "get_" + name)()
        assert type(value) is kind
        assert getattr(player, "set_" + name)(value) == 0
        assert getattr(player, "set_" + name)(kind(1000)) == -1
        assert getattr(player, "get_" + name)() == value
        found[name] = value
    return found


with torch.inference_mode():
    for path in sys.argv[1:]:
        print(json.dumps(check(torch.jit.load(path).eval())))
assert not any(each.startswith("clave") for each in sys.modules)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both spaces that ship, as `clave export model` writes them: TorchScript compiles no checked functions."""
    made = tmp_path_factory.mktemp("torchscript")
    script = "from clave.app.cli import main; import sys; argv = sys.argv; words = argv[1:]\n"
    script += "for which in ('rhythm', 'sound'):\n    sys.argv = ['clave', 'export', 'model', which, *words]\n"
    script += "    try: main()\n    except SystemExit as end: assert not end.code\n"
    command = [sys.executable, "-c", script, "--format", "torchscript", "-o", str(made)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def rhythm(folder: Path) -> torch.jit.ScriptModule:
    return torch.jit.load(folder / "clave-rhythm.ts")


@pytest.fixture(scope="module")
def sound(folder: Path) -> torch.jit.ScriptModule:
    return torch.jit.load(folder / "clave-sound.ts")


def test_each_file_keeps_the_contract_with_torch_alone(folder: Path) -> None:
    names = {
        "clave-rhythm": {"forward": [3, 16], "style": -1, "meter": 0, "density": 0.5},
        "clave-sound": {"forward": [3, 1], "voice": 0},
    }
    command = [sys.executable, "-I", "-c", CONTRACT, *(f"{name}.ts" for name in names)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == list(names.values())
    for name, wanted in names.items():
        described = (folder / f"{name}.md").read_text()
        assert "| inlet | |" in described
        assert all(f"| `{each}` |" in described for each in wanted if each != "forward")
        assert (folder / f"{name}-card.md").is_file()


@pytest.fixture
def space(monkeypatch: pytest.MonkeyPatch) -> RhythmSpace:
    """The space as its networks have it: the player has not what is measured of recorded strokes (docs/exports.md)."""
    monkeypatch.setattr(RecordedDynamics, "from_settings", lambda *_: None)
    return load_rhythm()


def test_the_bars_are_those_of_the_space(rhythm: torch.jit.ScriptModule, space: RhythmSpace) -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (12, 2)).astype(np.float32)
    for style, meter, density in ((None, (4, 4), 0.5), ("funk", (6, 8), 0.7), ("jazz", (5, 4), 0.2)):
        rhythm.set_style(-1 if style is None else space.styles.index(style))
        rhythm.set_meter(space.network_meters.index(meter))
        rhythm.set_density(density)
        for point, bar in zip(points, space.at(points, style=style, meter=meter, density=density), strict=True):
            hits, velocity, offset = (each.numpy() for each in rhythm.bar(torch.from_numpy(point)))
            steps = steps_per_bar(meter)
            np.testing.assert_array_equal(hits[:, :steps], bar.hits)
            assert not hits[:, steps:].any()
            np.testing.assert_allclose(velocity[hits], bar.velocity[bar.hits], atol=1e-4)
            # the space keeps an offset where a MIDI reader finds it on its step; the player has that of the networks
            away = np.abs(offset[hits] - bar.offset[bar.hits])
            assert np.median(away) < 0.15
            assert away.max() < 2


def test_a_phase_plays_each_stroke_once_where_it_lies_whatever_the_block(
    rhythm: torch.jit.ScriptModule,
) -> None:
    rhythm.set_style(-1)
    rhythm.set_meter(0)
    rhythm.set_density(0.5)
    point = (0.4, -1.0)
    hits, velocity, offset = (each.numpy()[:, :64] for each in rhythm.bar(torch.tensor(point)))
    voice, step = np.nonzero(hits)
    places = np.round(((step + offset[hits]) % 64) / 64 * 20_000).astype(int)
    sizes = (1, 64, 777, 2048) * 20
    phase, found, loud = 0, [], dict[int, float]()
    rhythm.forward(torch.zeros(2, 3, 1))  # a change of the batch begins anew
    while phase < 40_000:
        size = sizes[len(found) % len(sizes)]
        block = torch.tensor(point).repeat(size, 1).T[None]
        at = (torch.arange(phase, phase + size) % 20_000) / 20_000
        played = rhythm.forward(torch.cat([block, at[None, None]], dim=1))[0].numpy()
        for row, sample in np.argwhere(played[::2]):
            if phase + sample < 40_000:
                found.append((int(row), int(phase + sample)))
            loud[int(row)] = max(loud.get(int(row), 0.0), float(played[2 * row + 1, sample]))
        phase += size
    wanted = [(int(row), int(place + turn)) for turn in (0, 20_000) for place, row in zip(places, voice, strict=True)]
    assert len(found) == len(wanted)
    for one, other in zip(sorted(found), sorted(wanted), strict=True):
        assert one[0] == other[0]
        assert abs(one[1] - other[1]) <= 1
    assert all(loud[row] == pytest.approx(velocity[row][hits[row]].max(), abs=1e-3) for row in loud)


def test_a_phase_that_jumps_plays_nothing_between(rhythm: torch.jit.ScriptModule) -> None:
    rhythm.forward(torch.zeros(2, 3, 1))
    rhythm.forward(torch.tensor([[[0.4], [-1.0], [0.01]]]))
    block = torch.tensor([[[0.4] * 2, [-1.0] * 2, [0.751, 0.751]]])
    assert rhythm.forward(block)[0, ::2].sum() == 0
    stopped = torch.tensor([[[0.4] * 100, [-1.0] * 100, [0.751] * 100]])
    assert rhythm.forward(stopped)[0, ::2].sum() == 0


def test_the_sounds_are_those_of_the_space(sound: torch.jit.ScriptModule) -> None:
    space = load_sound()
    spectrogram = space.spectrogram
    assert isinstance(spectrogram, DrumSpectrogram)
    for voice in VOICES[:4:3]:
        assert sound.set_voice(voice.index) == 0
        point = np.array([0.5, -0.5], np.float32)
        wanted = space.log_spectrograms(space.expected(point[None], voice), voice)[0]
        with torch.inference_mode():
            np.testing.assert_allclose(sound.log_spectrogram(torch.from_numpy(point)).numpy(), wanted, atol=1e-3)
            heard = sound.sound(torch.from_numpy(point)).numpy()
        assert np.abs(heard).max() == pytest.approx(0.9, abs=1e-3)
        own = spectrogram.estimate(wanted, voice.index)
        far = [8.686 * np.abs(spectrogram.forward(each) - wanted).mean() for each in (Clip(heard), own)]
        assert far[0] < far[1] + 0.7, "dB: as near to what was wanted as the space's own estimate"


def test_a_trigger_strikes_once_as_hard_as_it_is_high_and_rings_on(sound: torch.jit.ScriptModule) -> None:
    sound.set_voice(0)
    with torch.inference_mode():
        clip = sound.sound(torch.tensor([0.5, -0.5])).numpy()
        sound.forward(torch.zeros(2, 3, 1))
        blocks = []
        for number in range(len(clip) // 1024 + 3):
            x = torch.tensor([0.5, -0.5, 0.0]).repeat(1024, 1).T[None].clone()
            if number == 1:
                x[0, 2, 100:] = 0.5  # held: one strike
            blocks.append(sound.forward(x)[0, 0].numpy())
        heard = np.concatenate(blocks)
        assert not heard[: 1024 + 100].any()
        np.testing.assert_allclose(heard[1124 : 1124 + len(clip)], 0.25 * clip, atol=1e-5)
        assert not heard[1124 + len(clip) :].any()
        assert sound.set_sample_rate(48_000) == 0
        assert sound.set_sample_rate(0) == -1
        x = torch.tensor([[[0.5], [-0.5], [1.0]]])
        sound.forward(torch.zeros(2, 3, 1))
        sound.forward(x)
        resampled = sound.forward(torch.zeros(1, 3, 80_000))[0, 0].numpy()
        assert np.flatnonzero(resampled)[-1] / 48_000 == pytest.approx(len(clip) / 44_100, abs=1e-3)
        assert np.abs(resampled).max() == pytest.approx(0.9, abs=0.05)
        sound.set_sample_rate(44_100)


def test_a_space_without_detail_is_refused_by_name(tmp_path: Path) -> None:
    shipped = open_space(SHIPPED_RHYTHM, RHYTHM_FORMAT)
    with pytest.raises(ExportError, match="model of kind 'cello'; this version knows"):
        rhythm_player(SpaceFolder(SHIPPED_RHYTHM, {**shipped.settings, "model": {"kind": "cello"}}))
    done = CliRunner().invoke(app, ["export", "model", "rhythm", "--format", "pd", "-o", str(tmp_path / "out")])
    assert "written as onnx or torchscript; got the format 'pd'" in str(done.exception)
    assert not (tmp_path / "out").exists()
