"""DAWproject 1.0: a song as Bitwig Studio, Studio One and Cubase exchange it.

Notes lie directly in their clips, one level deep: Studio One cannot read clips within clips. Times are in quarters;
tempo ramps are linear over musical time there, as ours are.
"""

import io
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from clave.music.units import Meter

CHANNEL = 9  # of notes, counted from 0: drums


@dataclass(frozen=True)
class Note:
    """A note of a clip."""

    time: float  # quarters from the start of its clip
    duration: float  # quarters
    key: int  # MIDI note
    velocity: float  # in [0, 1]


@dataclass(frozen=True)
class NoteClip:
    """Bars of a song, or a scene."""

    name: str
    time: float  # quarters
    duration: float  # quarters
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class AudioTrack:
    """A sound file that begins with the song."""

    name: str
    content: bytes  # a WAV file
    seconds: float
    quarters: float  # the same at the tempo of the song
    sample_rate: int
    channels: int


@dataclass(frozen=True)
class DawSong:
    """A song: notes in clips, audio beside them, tempo and meters; changes at quarters, each from there on."""

    name: str
    version: str  # of the program that writes it
    clips: tuple[NoteClip, ...]
    scenes: tuple[NoteClip, ...]
    audio: tuple[AudioTrack, ...]
    tempos: tuple[tuple[float, float, bool], ...]  # quarter, bpm, and whether it moves to the next in a line
    meters: tuple[tuple[float, Meter], ...]
    markers: tuple[tuple[float, str], ...]


def dawproject_bytes(song: DawSong) -> bytes:
    """A .dawproject file: project.xml, metadata.xml and the audio, zipped."""
    files: dict[str, bytes] = {"metadata.xml": _text(_metadata(song)), "project.xml": _text(_project(song))}
    files |= {_audio_path(track): track.content for track in song.audio}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _metadata(song: DawSong) -> Element:
    root = Element("MetaData")
    SubElement(root, "Title").text = song.name
    return root


def _project(song: DawSong) -> Element:
    root = Element("Project", version="1.0")
    SubElement(root, "Application", name="Clave", version=song.version)
    transport = SubElement(root, "Transport")
    tempo, (beats, unit) = song.tempos[0][1], song.meters[0][1]
    _parameter(transport, "Tempo", "bpm", tempo, id="tempo", name="Tempo", min="20", max="400")
    SubElement(transport, "TimeSignature", id="meter", numerator=str(beats), denominator=str(unit))
    structure = SubElement(root, "Structure")
    _track(structure, "drums", "Drums", "notes")
    for index, track in enumerate(song.audio):
        _track(structure, f"audio{index}", track.name, "audio")
    _channel(SubElement(structure, "Track", id="master", name="Master", contentType="audio notes"), "master", "master")
    _arrangement(root, song)
    scenes = SubElement(root, "Scenes")
    for index, scene in enumerate(song.scenes):
        lanes = SubElement(
            SubElement(scenes, "Scene", id=f"scene{index}", name=scene.name), "Lanes", id=f"slots{index}"
        )
        slot = SubElement(lanes, "ClipSlot", track="drums", id=f"slot{index}", hasStop="true")
        _clip(slot, scene, f"launched{index}")
    return root


def _track(structure: Element, key: str, name: str, content: str) -> None:
    track = SubElement(structure, "Track", id=key, name=name, contentType=content, loaded="true")
    _channel(track, key, "regular", destination="master-channel")


def _channel(track: Element, key: str, role: str, **more: str) -> None:
    channel = SubElement(track, "Channel", {"id": f"{key}-channel", "role": role, "audioChannels": "2", **more})
    SubElement(channel, "Mute", id=f"{key}-mute", value="false")
    _parameter(channel, "Pan", "normalized", 0.5, id=f"{key}-pan", min="0", max="1")
    _parameter(channel, "Volume", "linear", 1.0, id=f"{key}-volume", min="0", max="2")


def _parameter(root: Element, tag: str, unit: str, value: float, **more: str) -> None:
    SubElement(root, tag, {"unit": unit, "value": _number(value), **more})


def _arrangement(root: Element, song: DawSong) -> None:
    arrangement = SubElement(root, "Arrangement", id="arrangement")
    lanes = SubElement(arrangement, "Lanes", id="lanes", timeUnit="beats")
    clips = SubElement(SubElement(lanes, "Lanes", track="drums", id="drum-lane"), "Clips", id="drum-clips")
    for index, clip in enumerate(song.clips):
        _clip(clips, clip, f"notes{index}")
    for index, track in enumerate(song.audio):
        lane = SubElement(lanes, "Lanes", track=f"audio{index}", id=f"audio-lane{index}")
        own = SubElement(lane, "Clips", id=f"audio-clips{index}")
        span = {"time": "0", "duration": _number(track.quarters), "contentTimeUnit": "seconds", "playStart": "0"}
        clip = SubElement(own, "Clip", span, name=track.name)
        sound = {"channels": str(track.channels), "sampleRate": str(track.sample_rate)}
        audio = SubElement(clip, "Audio", sound, duration=_number(track.seconds), id=f"sound{index}", algorithm="raw")
        SubElement(audio, "File", path=_audio_path(track), external="false")
    if song.markers:
        markers = SubElement(arrangement, "Markers", id="markers")
        for time, name in song.markers:
            SubElement(markers, "Marker", time=_number(time), name=name)
    tempo = _points(arrangement, "TempoAutomation", "tempo", unit="bpm")
    for time, bpm, moves in song.tempos:
        line = "linear" if moves else "hold"
        SubElement(tempo, "RealPoint", time=_number(time), value=_number(bpm), interpolation=line)
    meters = _points(arrangement, "TimeSignatureAutomation", "meter")
    for time, (beats, per) in song.meters:
        SubElement(meters, "TimeSignaturePoint", time=_number(time), numerator=str(beats), denominator=str(per))


def _points(arrangement: Element, tag: str, target: str, **more: str) -> Element:
    points = SubElement(arrangement, tag, {"id": f"{target}-changes", "timeUnit": "beats", **more})
    SubElement(points, "Target", parameter=target)
    return points


def _clip(root: Element, clip: NoteClip, key: str) -> None:
    made = SubElement(root, "Clip", time=_number(clip.time), duration=_number(clip.duration), name=clip.name)
    made.set("playStart", "0")
    notes = SubElement(made, "Notes", id=key)
    for note in clip.notes:
        time = {"time": _number(note.time), "duration": _number(note.duration)}
        SubElement(notes, "Note", time, channel=str(CHANNEL), key=str(note.key), vel=_number(note.velocity), rel="0")


def _audio_path(track: AudioTrack) -> str:
    return f"audio/{track.name.replace(' ', '-')}.wav"


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _text(root: Element) -> bytes:
    ElementTree.indent(root, " ")
    return ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
