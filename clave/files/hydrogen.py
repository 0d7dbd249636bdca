"""Hydrogen: drum kits (.h2drumkit), patterns (.h2pattern) and songs (.h2song), as version 1.2 reads them.

Hydrogen counts 48 ticks a quarter, three to a step of ours, and moves a note off its tick by its `leadlag`, in units of
LEAD_LAG_TICKS, early below 0: together they hold every moment exactly. A note is as loud as its velocity, where ours is
as loud as the square of it: velocities are squared on the way.
"""

import io
import tarfile
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from clave.files import audio_file
from clave.files.whole_file import safe_name
from clave.music.kit import Voice
from clave.music.sampled_kit import Sample, SampledKit
from clave.music.units import STEPS_PER_QUARTER, Meter

TICKS_PER_QUARTER = 48
TICKS_PER_STEP = TICKS_PER_QUARTER // STEPS_PER_QUARTER
LEAD_LAG_TICKS = 5  # a leadlag of 1
MAX_VOLUME = 1.5
NAMESPACE = "http://www.hydrogen-music.org/"
LICENCE = "CC0-1.0"  # of what is written: what a player makes with Clave is theirs
_INSTRUMENT_HEAD = {"isMuted": "false", "isSoloed": "false"}
_FILTER = {"applyVelocity": "true", "filterActive": "false", "filterCutoff": "1", "filterResonance": "0"}
_ENVELOPE = {"Attack": "0", "Decay": "0", "Sustain": "1", "Release": "1000"}
_HIHAT = {"isHihat": "-1", "lower_cc": "0", "higher_cc": "127"}
_WHOLE_SAMPLE = {
    "ismodified": "false", "smode": "forward", "startframe": "0", "loopframe": "0", "loops": "0", "endframe": "0",
    "userubber": "0", "rubberdivider": "1", "rubberCsettings": "4", "rubberPitch": "1",
}  # fmt: skip


@dataclass(frozen=True)
class Note:
    """One note of a pattern."""

    position: int  # ticks
    lead_lag: float  # in [-1, 1], of LEAD_LAG_TICKS
    velocity: float  # linear, in [0, 1]
    pan: float  # -1, left, to 1, right
    instrument: int  # index into VOICES
    probability: float = 1.0


@dataclass(frozen=True)
class HydrogenPattern:
    """A bar."""

    name: str
    meter: Meter
    ticks: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class HydrogenSong:
    """Patterns in their order, on a kit."""

    name: str
    kit: SampledKit
    volume: float
    patterns: tuple[HydrogenPattern, ...]
    sequence: tuple[int, ...]  # of each bar, its pattern
    tempos: tuple[tuple[int, float], ...]  # bars and their tempo from there on, the first at bar 0
    tags: tuple[tuple[int, str], ...]  # bars and what begins there


def kit_bytes(kit: SampledKit) -> bytes:
    """An .h2drumkit file: a folder of the kit's name with its sounds and drumkit.xml, packed."""
    files = {"drumkit.xml": _text(_kit(kit))}
    files |= {sample.file: audio_file.to_bytes(sample.clip) for sample in kit.samples()}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{_kit_name(kit)}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def pattern_bytes(pattern: HydrogenPattern, kit_name: str) -> bytes:
    """An .h2pattern file of one bar, for a kit of this name."""
    root = Element("drumkit_pattern", xmlns=NAMESPACE + "drumkit_pattern")
    _add(root, drumkit_name=kit_name, author="Clave", license=LICENCE)
    made = SubElement(root, "pattern")
    _add(made, name=pattern.name, info="", category="Clave", size=str(pattern.ticks), denominator=str(pattern.meter[1]))
    _add_notes(made, pattern)
    return _text(root)


def song_bytes(song: HydrogenSong) -> bytes:
    """An .h2song file; its kit has to be installed, under its name, for it to sound."""
    root = Element("song")
    _add(root, version="1.2.0", bpm=f"{song.tempos[0][1]:.6f}", volume=f"{song.volume:.6f}", metronomeVolume="0.5",
         name=song.name, author="Clave", notes="", license=LICENCE, loopEnabled="false", patternModeMode="true",
         playbackTrackFilename="", playbackTrackEnabled="false", playbackTrackVolume="0", action_mode="0",
         isPatternEditorLocked="false", isTimelineActivated="true", mode="song", pan_law_type="POLAR_CONST_POWER",
         pan_law_k_norm="1.33333", humanize_time="0", humanize_velocity="0", swing_factor="0")  # fmt: skip
    _add_components(root)
    instruments = SubElement(root, "instrumentList")
    for voice, samples in groupby(song.kit.samples(), lambda sample: sample.voice):
        _add_instrument(instruments, song.kit, voice, list(samples), in_song=True)
    patterns = SubElement(root, "patternList")
    for pattern in song.patterns:
        made = SubElement(patterns, "pattern")
        size, unit = str(pattern.ticks), str(pattern.meter[1])
        _add(made, name=pattern.name, category="Clave", size=size, denominator=unit, info="")
        _add_notes(made, pattern)
    SubElement(root, "virtualPatternList")
    sequence = SubElement(root, "patternSequence")
    for index in song.sequence:
        _add(SubElement(sequence, "group"), patternID=song.patterns[index].name)
    SubElement(root, "ladspa")
    timeline = SubElement(root, "BPMTimeLine")
    for bar, bpm in song.tempos:
        _add(SubElement(timeline, "newBPM"), BAR=str(bar), BPM=f"{bpm:.6f}")
    tags = SubElement(root, "timeLineTag")
    for bar, tag in song.tags:
        _add(SubElement(tags, "newTAG"), BAR=str(bar), TAG=tag)
    return _text(root)


def _kit(kit: SampledKit) -> Element:
    root = Element("drumkit_info", xmlns=NAMESPACE + "drumkit")
    _add(root, name=_kit_name(kit), author="Clave", info=kit.credit, license=LICENCE, image="", imageLicense="")
    _add_components(root)
    instruments = SubElement(root, "instrumentList")
    for voice, samples in groupby(kit.samples(), lambda sample: sample.voice):
        _add_instrument(instruments, kit, voice, list(samples), in_song=False)
    return root


def _kit_name(kit: SampledKit) -> str:
    """The name under which it is installed, as a folder, and under which a song looks for it."""
    return safe_name(kit.name, "kit")


def _add_components(root: Element) -> None:
    component = SubElement(SubElement(root, "componentList"), "drumkitComponent")
    _add(component, id="0", name="Main", volume="1")


def _add_instrument(root: Element, kit: SampledKit, voice: Voice, samples: list[Sample], *, in_song: bool) -> None:
    """An instrument in the order that the schema of kits has; a song names the kit, and how samples are played."""
    made, own = SubElement(root, "instrument"), kit.voices[voice.index]
    takes = len(own.layers[0])
    _add(made, id=str(voice.index), name=voice.name)
    if in_song:
        _add(made, drumkit=_kit_name(kit), drumkitLookup="0")
    volume = min(own.level, MAX_VOLUME)
    _add(made, volume=f"{volume:.6f}", **_INSTRUMENT_HEAD, pan=f"{own.pan:.6f}", pitchOffset="0", randomPitchFactor="0")
    _add(made, gain=f"{own.level / max(volume, 1e-9) if own.level else 1:.6f}", **_FILTER, **_ENVELOPE)
    _add(made, muteGroup=str(-1 if voice.choke_group is None else voice.choke_group))
    _add(made, midiOutChannel="-1", midiOutNote=str(voice.note), isStopNote="false")
    _add(made, sampleSelectionAlgo="ROUND_ROBIN" if takes > 1 else "VELOCITY", **_HIHAT)
    _add(made, FX1Level="0", FX2Level="0", FX3Level="0", FX4Level="0")
    component = SubElement(made, "instrumentComponent")
    _add(component, component_id="0", gain="1")
    for sample in samples:
        layer = SubElement(component, "layer")
        _add(layer, filename=sample.file)
        if in_song:
            _add(layer, **_WHOLE_SAMPLE)
        low, high = _linear(sample.low - 0.5 if sample.low > 1 else 0), _linear(sample.high + 0.5)
        _add(layer, min=f"{low:.6f}", max=f"{min(high, 1):.6f}", gain="1", pitch="0")


def _linear(midi_velocity: float) -> float:
    """How loud a stroke of this MIDI velocity is: the velocity that it has in Hydrogen."""
    return (midi_velocity / 127) ** 2


def _add_notes(root: Element, pattern: HydrogenPattern) -> None:
    notes = SubElement(root, "noteList")
    for note in pattern.notes:
        _add(SubElement(notes, "note"), position=str(note.position), leadlag=f"{note.lead_lag:.6f}",
             velocity=f"{note.velocity:.6f}", pan=f"{note.pan:.6f}", pitch="0", key="C0", length="-1",
             instrument=str(note.instrument), note_off="false", probability=f"{note.probability:.6f}")  # fmt: skip


def _add(root: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(root, name).text = text


def _text(root: Element) -> bytes:
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
