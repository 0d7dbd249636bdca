"""TorchScript files of a space, with a README of inlets, outlets and attributes."""

import io
from collections.abc import Iterator
from pathlib import Path

import torch

from clave.files import whole_file
from clave.latent.space_folder import SpaceFolder, open_space
from clave.music.kit import VOICES
from clave.music.units import meter_name
from clave.rhythm.space_format import RHYTHM_FORMAT
from clave.sound.space_format import SOUND_FORMAT
from clave.training.torchscript.networks import torchscript
from clave.training.torchscript.rhythm import INLETS as RHYTHM_INLETS
from clave.training.torchscript.rhythm import rhythm_player
from clave.training.torchscript.sound import INLETS as SOUND_INLETS
from clave.training.torchscript.sound import sound_player

RHYTHM_FILE, SOUND_FILE = "clave-rhythm.ts", "clave-sound.ts"


def write_rhythm_torchscript(source: Path, folder: Path) -> list[str]:
    """`clave-rhythm.ts` of the rhythm space in `source`, its README and card."""
    space = open_space(source, RHYTHM_FORMAT)
    return _write(space, folder, RHYTHM_FILE, rhythm_player(space), _rhythm_readme(space))


def write_sound_torchscript(source: Path, folder: Path) -> list[str]:
    """`clave-sound.ts` of the sound space in `source`, its README and card."""
    space = open_space(source, SOUND_FORMAT)
    return _write(space, folder, SOUND_FILE, sound_player(space), _sound_readme(space))


def _write(
    space: SpaceFolder, folder: Path, name: str, module: torch.jit.ScriptModule, readme: Iterator[str]
) -> list[str]:
    buffer = io.BytesIO()
    with torchscript():
        torch.jit.save(module, buffer)
    folder.mkdir(parents=True, exist_ok=True)
    whole_file.write(folder / name, buffer.getvalue())
    whole_file.write(folder / name.replace(".ts", ".md"), "\n".join(readme).encode())
    card = space.path / "card.md"
    if card.is_file():
        whole_file.write(folder / f"{Path(name).stem}-card.md", card.read_bytes())
    return [f"{folder / name}: {len(buffer.getvalue()) / 1e6:.1f} MB, for nn~, with {Path(name).stem}.md and the card"]


def _rhythm_readme(space: SpaceFolder) -> Iterator[str]:
    yield "# A rhythm space of Clave as TorchScript\n"
    yield f"For `nn~` in Max and Pd and nn.ar in SuperCollider: `nn~ {RHYTHM_FILE} forward`. In Python:\n"
    yield f"    player = torch.jit.load({RHYTHM_FILE!r})"
    yield "    strokes = player(torch.zeros(1, 3, 2048))  # [batch, inlet, sample] to [batch, outlet, sample]\n"
    yield from _numbered("inlet", RHYTHM_INLETS)
    yield from _numbered("outlet", [f"{voice.name}: {what}" for voice in VOICES for what in ("hit", "velocity")])
    yield "A hit is 1 in the sample in which the phase passes a stroke, else 0. A velocity in [0, 1] stays until the"
    yield "next stroke of its voice. A phase that jumps by more than a quarter of a bar plays nothing in between."
    yield "The bar is decoded where the point of a block ends; micro-timing is in it, swing is not.\n"
    yield "| attribute | values |\n|---|---|"
    styles = [f"{index} {name}" for index, name in enumerate(space.settings["styles"])]
    meters = [(beats, unit) for beats, unit in space.settings["network_meters"]]
    yield f"| `style` | {', '.join(['-1 none', *styles])} |"
    yield f"| `meter` | {', '.join(f'{index} {meter_name(meter)}' for index, meter in enumerate(meters))} |"
    yield "| `density` | 0 sparse to 1 busy; 0.5 as learned |\n"


def _sound_readme(space: SpaceFolder) -> Iterator[str]:
    yield "# A sound space of Clave as TorchScript\n"
    yield f"For `nn~` in Max and Pd and nn.ar in SuperCollider: `nn~ {SOUND_FILE} forward`, one for each voice.\n"
    yield from _numbered("inlet", SOUND_INLETS)
    yield "The outlet is the sound, as loud as the square of the trigger. Multiply a hit of the rhythm module by its"
    yield "velocity to have a trigger. A new point takes 0.1 to 0.3 s to decode: move, then strike.\n"
    names = [f"{voice.index} {voice.name}" for voice in VOICES if voice.name in space.settings["voices"]]
    yield f"| attribute | values |\n|---|---|\n| `voice` | {', '.join(names)} |\n"
    yield "`set_sample_rate` takes the rate of the host in Hz; 44100 unless it is called.\n"


def _numbered(what: str, names: list[str]) -> Iterator[str]:
    yield f"| {what} | |\n|---|---|"
    yield from (f"| {number} | {name} |" for number, name in enumerate(names, 1))
    yield ""
