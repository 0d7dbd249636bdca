"""A space as ONNX networks with a README of their inputs, outputs and units: what runs without Clave."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clave.errors import ExportError
from clave.files import whole_file
from clave.latent.onnx_runner import SHARED_FILE, Network, session
from clave.music.kit import VOICES
from clave.music.units import STEPS_PER_WHOLE, meter_name

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace

NETWORKS: Mapping[str, Mapping[str, str]] = {
    "rhythm": {
        "map_decoder.onnx": "a point of the map to the cells that are struck there",
        "feel_prior.onnx": "a point of the map to how a bar there is played, as a normal distribution",
        "dynamics.onnx": "cells and feel to the velocity and the offset of each stroke",
        "encoder.onnx": "a bar to a point near its place on the map, and its feel",
        "token_prior.onnx": "what a 16th plays, given the map and all before it; the code is the contract here",
    },
    "sound": {
        "prior.onnx": "a point of a voice's map and noise to the detail of a sound",
        "decoder.onnx": "the detail of a sound to its log spectrogram",
        "encoder.onnx": "a log spectrogram to its point and features",
        "detail.onnx": "these features to the detail",
    },
}
MEANINGS: Mapping[str, str] = {
    "map": "point of the map, x and y; in a sound space it is centre + spread * point, both in model.json",
    "style": "weights of the styles in the order of model.json, which add up to 1; all 0: no style",
    "section": "one-hot in the order of model.json; all 0: neither",
    "meter": "one-hot in the order of model.json",
    "hit_logit": "a cell (voice, step) is struck where it exceeds the threshold of model.json",
    "hits": "1 where a cell is struck, else 0",
    "feel": "how a bar is played; the mean of feel_prior.onnx is the expectation",
    "mean": "of the feel",
    "std": "of the feel, its standard deviation",
    "velocity": "in [0, 1], of each cell if it is struck",
    "offset": "in steps, of each cell if it is struck: below 0 early",
    "offset_std": "in steps, standard deviation of the offset",
    "voice": "one-hot in the order of VOICES: " + ", ".join(voice.name for voice in VOICES),
    "noise": "standard normal; all 0 gives the expectation",
    "expected": "the detail expected at the point, its first drawn_size numbers",
    "drawn": "the same of the detail that this noise draws there",
    "detail": "what two numbers cannot say of a sound; a draw has 0 after the first drawn_size numbers",
    "picture": "log spectrogram, bands by frames: the natural logarithm of magnitudes",
    "seen": "features of the encoder",
}
RHYTHM_EXAMPLE = """
import json
import numpy as np
import onnxruntime

model = json.load(open("model.json"))
decoder = onnxruntime.InferenceSession("map_decoder.onnx")
feel, dynamics = (onnxruntime.InferenceSession(f"{name}.onnx") for name in ("feel_prior", "dynamics"))
style, section, meter = (np.zeros((1, len(model[name])), np.float32) for name in ("styles", "sections", "meters"))
section[0, 0] = meter[0, 0] = 1  # a beat in the first meter, of no style
point = np.array([[0.4, -1.0]], np.float32)
condition = {"map": point, "style": style, "section": section, "meter": meter}


def run(network, values):
    taken = {each.name: values[each.name] for each in network.get_inputs()}
    return dict(zip([each.name for each in network.get_outputs()], network.run(None, taken)))


steps = model["steps"][0]
hits = (run(decoder, condition)["hit_logit"] > model["threshold"]).astype(np.float32)
hits[:, :, steps:] = 0
played = run(dynamics, {**condition, "hits": hits, "feel": run(feel, condition)["mean"]})
for voice, step in np.argwhere(hits[0]):
    print(model["voices"][voice], step, played["velocity"][0, voice, step], played["offset"][0, voice, step])
"""
SOUND_EXAMPLE = """
import json
import numpy as np
import onnxruntime

model = json.load(open("model.json"))
prior, decoder = (onnxruntime.InferenceSession(f"{name}.onnx") for name in ("prior", "decoder"))
row = model["voices"].index("snare")
voice = np.eye(8, dtype=np.float32)[[row]]
point = np.array(model["centre"][row]) + np.array(model["spread"][row]) * [0.5, -0.5]
noise = np.zeros((1, model["drawn_size"]), np.float32)
detail = np.zeros((1, model["detail_size"]), np.float32)


def run(network, values):
    taken = {each.name: values[each.name] for each in network.get_inputs()}
    return dict(zip([each.name for each in network.get_outputs()], network.run(None, taken)))


condition = {"map": point[None].astype(np.float32), "voice": voice}
detail[:, : model["drawn_size"]] = run(prior, {**condition, "noise": noise})["expected"]
print(run(decoder, {**condition, "detail": detail})["picture"].shape)
"""


def write_rhythm_model(space: "RhythmSpace", folder: Path) -> list[str]:
    """The networks of a rhythm space, model.json with what their inputs count in, and the README."""
    listed = {
        "voices": [voice.name for voice in VOICES],
        "notes": [voice.note for voice in VOICES],
        "styles": space.styles,
        "sections": space.sections,
        "meters": [meter_name(meter) for meter in space.network_meters],
        "steps": [beats * STEPS_PER_WHOLE // unit for beats, unit in space.network_meters],
        "threshold": space.threshold,
    }
    return _write("rhythm", space.folder, folder, listed, RHYTHM_EXAMPLE)


def write_sound_model(space: "SoundSpace", folder: Path) -> list[str]:
    """The same of a sound space. The way from log spectrograms to sound is an estimate that Clave makes."""
    settings = json.loads((space.folder / "config.json").read_text("utf-8"))
    listed = {
        "voices": [voice.name for voice in VOICES],
        "detail_size": space.detail_size,
        "drawn_size": space.drawn_size,
        "log_spectrogram_shape": settings["log_spectrogram_shape"],
        "centre": settings["centre"],
        "spread": settings["spread"],
    }
    return _write("sound", space.folder, folder, listed, SOUND_EXAMPLE)


def _write(kind: str, source: Path, folder: Path, listed: Mapping[str, object], example: str) -> list[str]:
    names = [name for name in NETWORKS[kind] if (source / name).is_file()]
    if not names:
        raise ExportError(f"{source} has no networks of a {kind} space in files that Clave exports")
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*names, *(each for each in (SHARED_FILE, "card.md") if (source / each).is_file())):
        whole_file.write(folder / name, (source / name).read_bytes())
    whole_file.write(folder / "model.json", json.dumps(listed, indent=1).encode())
    whole_file.write(folder / "README.md", "\n".join(_readme(kind, source, names, example)).encode())
    return [f"{folder}: {', '.join(names)}, with README.md, model.json and the card"]


def _readme(kind: str, source: Path, names: list[str], example: str) -> Iterator[str]:
    yield f"# A {kind} space of Clave as ONNX\n"
    yield "These networks run in ONNX Runtime without Clave. Every input has a row for each bar or sound."
    yield "A step is a 64th of a whole note. card.md states data, licence and credit."
    yield f"Where there is {SHARED_FILE}, it holds weights of several networks: keep it beside them.\n"
    for name in names:
        network: Network = session(source / name, **dict.fromkeys(_inputs(source / name)))
        yield f"## {name}\n\n{NETWORKS[kind][name][0].upper()}{NETWORKS[kind][name][1:]}.\n"
        yield "| | name | shape of a row | meaning |\n|---|---|---|---|"
        for way, table in (("in", network.inputs), ("out", _output_shapes(network))):
            for each, shape in table.items():
                numbers = " x ".join(map(str, shape)) or "1"
                yield f"| {way} | `{each}` | {numbers} | {MEANINGS.get(each, '')} |"
        yield ""
    yield f"## Example\n\n```python{example}```\n"


def _output_shapes(network: Network) -> Mapping[str, tuple[object, ...]]:
    """The shapes of a row; sizes that the graph leaves open are those of what it answers to zeros."""
    if all(isinstance(size, int) for shape in network.outputs.values() for size in shape):
        return network.outputs
    answers = network.run({name: np.zeros((1, *shape), np.float32) for name, shape in network.inputs.items()})
    return {name: answer.shape[1:] for name, answer in zip(network.outputs, answers, strict=True)}


def _inputs(path: Path) -> list[str]:
    import onnxruntime

    return [each.name for each in onnxruntime.InferenceSession(path).get_inputs()]
