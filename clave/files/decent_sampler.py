"""DecentSampler: a kit as a preset (.dspreset), by the maker's published guide.

The player's own velocity curve is linear, where ours is the square: each velocity layer is turned down to what is right
in its middle. Of four layers the upper three lie within 1.5 dB of our curve, the softest within 3 dB above velocity 27;
still softer strokes are louder than ours. Takes are played in turn (`seqMode`, which has to be said: its default plays
them all at once), and hi-hats choke each other by tags.
"""

import math
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from clave.music.sampled_kit import Sample, SampledKit


def preset_bytes(kit: SampledKit, folder: str = "samples") -> bytes:
    """The preset of a kit whose samples lie in this folder beside it, under `Sample.file`."""
    root = Element("DecentSampler", minVersion="1.6.0")
    groups = SubElement(root, "groups")
    for voice, samples in groupby(kit.samples(), lambda sample: sample.voice):
        own = kit.voices[voice.index]
        takes = len(own.layers[0])
        group = SubElement(groups, "group", name=voice.name, ampVelTrack="1", ampEnvEnabled="false")
        group.set("volume", f"{20 * math.log10(max(own.level, 1e-7)):.3f}dB")
        group.set("pan", f"{100 * own.pan:.2f}")
        group.set("seqMode", "round_robin" if takes > 1 else "always")
        if voice.choke_group is not None:
            tag = f"choke-{voice.choke_group}"
            group.attrib |= {"tags": tag, "silencedByTags": tag, "silencingMode": "fast"}
        for sample in samples:
            SubElement(group, "sample", _zone(sample, takes, f"{folder}/{sample.file}"))
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _zone(sample: Sample, takes: int, path: str) -> dict[str, str]:
    note = str(sample.voice.note)
    zone = {"path": path, "rootNote": note, "loNote": note, "hiNote": note}
    zone |= {"loVel": str(sample.low), "hiVel": str(sample.high), "volume": f"{_middle(sample):.4f}"}
    return zone | ({"seqPosition": str(sample.take + 1), "seqLength": str(takes)} if takes > 1 else {})


def _middle(sample: Sample) -> float:
    """What is missing in the middle of the layer between the player's curve, v, and ours, v^2."""
    return math.sqrt(max(sample.low, sample.high / 2) * sample.high) / 127
