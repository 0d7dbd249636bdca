"""SFZ: a kit as a text that names sound files and says which stroke plays which of them.

Written from the opcodes that sfizz, sforzando and most other players share. A sound is as loud as the square of its
velocity (`amp_veltrack=100`, the format's own curve), as in Clave. Takes of a sound are played in turn
(`seq_length`, `seq_position`); players that do not know these play them all at once, and are given a kit without takes.
"""

import math
from itertools import groupby

from clave.music.kit import Voice
from clave.music.sampled_kit import Sample, SampledKit


def sfz_text(kit: SampledKit, folder: str = "samples") -> str:
    """The text of an SFZ file whose samples lie in this folder beside it, under `Sample.file`."""
    parts = [
        f"// {kit.name}, a drum kit written by Clave",
        *(f"// {line}" for line in kit.credit.splitlines()),
        "",
        "<control>",
        f"default_path={folder}/",
        "",
        "<global>",
        "loop_mode=one_shot",
        "amp_veltrack=100",
    ]
    for voice, samples in groupby(kit.samples(), lambda sample: sample.voice):
        own = kit.voices[voice.index]
        parts += ["", f"<group> // {voice.name}", f"key={voice.note}", *_choke(voice)]
        if own.level != 1:
            parts.append(f"volume={20 * math.log10(max(own.level, 1e-7)):.3f}")
        if own.pan:
            parts.append(f"pan={100 * own.pan:.2f}")
        parts += [_region(sample, len(own.layers[sample.layer])) for sample in samples]
    return "\n".join(parts) + "\n"


def _choke(voice: Voice) -> list[str]:
    if voice.choke_group is None:
        return []
    return [f"group={voice.choke_group}", f"off_by={voice.choke_group}", "off_mode=fast"]


def _region(sample: Sample, takes: int) -> str:
    turn = f" seq_length={takes} seq_position={sample.take + 1}" if takes > 1 else ""
    return f"<region> sample={sample.file} lovel={sample.low} hivel={sample.high}{turn}"
