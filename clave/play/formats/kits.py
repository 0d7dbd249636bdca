"""A kit as files for samplers: the sounds as WAV files, and a text that says which stroke plays which of them."""

import json
from pathlib import Path

from clave.files import audio_file, decent_sampler, hydrogen, live_code, whole_file
from clave.files.sfz import sfz_text
from clave.music.sampled_kit import SampledKit

SAMPLES = "samples"


def write_sfz(kit: SampledKit, folder: Path) -> list[str]:
    """`NAME.sfz`, `NAME-flat.sfz` without takes played in turn, and the sounds of both in `samples/`."""
    name = file_name(kit)
    lines = [_write_wavs(kit, folder / SAMPLES)]
    whole_file.write(folder / f"{name}.sfz", sfz_text(kit).encode())
    lines.insert(0, f"{folder / name}.sfz: {_contents(kit)}")
    if kit.takes > 1:
        whole_file.write(folder / f"{name}-flat.sfz", sfz_text(kit.without_takes()).encode())
        lines.insert(1, f"{folder / name}-flat.sfz: the same for players that cannot play takes in turn")
    return lines


def write_decent_sampler(kit: SampledKit, folder: Path) -> list[str]:
    """`NAME.dspreset`, and its sounds in `samples/`."""
    path = folder / f"{file_name(kit)}.dspreset"
    said = _write_wavs(kit, folder / SAMPLES)
    whole_file.write(path, decent_sampler.preset_bytes(kit))
    return [f"{path}: {_contents(kit)}", said]


def write_samples(kit: SampledKit, folder: Path) -> list[str]:
    """`samples/BANK_bd/` and so on, as SuperDirt reads folders, and `strudel.json`, which Strudel reads.

    The sounds of a voice are numbered from 0 on: the takes of the hardest layer first. Paths begin with a slash:
    Strudel puts them behind the address of the list, which it takes without one.
    """
    bank, names = bank_name(kit), dict[str, list[str]]()
    for sample in kit.samples():
        name = live_code.sample_name(bank, sample.voice.index)
        own = names.setdefault(name, [])
        path = f"{SAMPLES}/{name}/{len(own):02}-{sample.file}"
        audio_file.write(folder / path, sample.clip)
        own.append(f"/{path}")
    whole_file.write(folder / "strudel.json", json.dumps(names, indent=1).encode())
    return [f"{folder / 'strudel.json'}: {_contents(kit)}, as the bank {bank}, in {folder / SAMPLES}"]


def bank_name(kit: SampledKit) -> str:
    """The name of the kit as live coders type it: letters and digits alone."""
    return "".join(letter for letter in kit.name if letter.isascii() and letter.isalnum()) or "kit"


def write_hydrogen_kit(kit: SampledKit, folder: Path) -> list[str]:
    """`NAME.h2drumkit`: one packed file."""
    path = folder / f"{file_name(kit)}.h2drumkit"
    whole_file.write(path, hydrogen.kit_bytes(kit))
    return [f"{path}: {_contents(kit)}"]


def file_name(kit: SampledKit) -> str:
    """The name of the kit as a file may have it."""
    return whole_file.safe_name(kit.name, "kit").replace(" ", "-")


def _write_wavs(kit: SampledKit, folder: Path) -> str:
    """The sounds of a kit as WAV files."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = list(kit.samples())
    for sample in samples:
        audio_file.write(folder / sample.file, sample.clip)
    return f"{folder}: {len(samples)} sounds"


def _contents(kit: SampledKit) -> str:
    layers = max(len(each.layers) for each in kit.voices)
    return f"8 voices, {counted(layers, 'velocity layer')}, {counted(kit.takes, 'take')} of each sound"


def counted(number: int, noun: str) -> str:
    """The number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
