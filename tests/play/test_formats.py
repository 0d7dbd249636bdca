"""Every format: what it writes is there, says the same music, and names what it cannot hold."""

import io
import itertools
import json
import math
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import mido
import numpy as np
import pytest
import soundfile
from live import busy_bars, given
from pips import RATE, performed, pip

from clave.app.cli import export
from clave.errors import ExportError, KitError
from clave.files import hydrogen, live_code
from clave.music.kit import VOICES, Kit, velocity_ranges
from clave.music.pattern import Pattern
from clave.music.sampled_kit import SampledKit, SampledVoice
from clave.music.units import velocity_to_midi
from clave.play.formats import FORMATS, GROOVE_FORMATS, KIT_FORMATS, WriteOptions, write_files, write_kit
from clave.play.formats.daw import daw_song
from clave.play.formats.hydrogen_song import hydrogen_song
from clave.play.formats.live_code import piece
from clave.play.performance import Performance
from clave.play.project import Project, Scene, TempoChange
from clave.play.project.document import SongPart
from clave.play.project.voices import Lane, VoiceMix

EXACT = 1e-6  # quarters


@pytest.fixture(scope="module")
def song() -> Performance:
    """Two scenes, meters that change, a ramp of the tempo, and a voice that chance decides on."""
    lanes = tuple(Lane(probability=0.5) if voice == 2 else Lane() for voice in range(8))
    mix = tuple(VoiceMix(pan=0.5, send=0.0) if voice == 1 else VoiceMix(send=0.0) for voice in range(8))
    verse = Scene(name="verse", bars=busy_bars(2), lanes=lanes, mix=mix)
    ramp = (TempoChange(bar=0, tempo_bpm=90.0), TempoChange(bar=2, tempo_bpm=140.0, ramp=True))
    bridge = Scene(bars=busy_bars(1, seed=3), tempo=ramp, swing=0.6, mix=mix)
    parts = (SongPart(scene=0, bars=2), SongPart(scene=1, bars=2), SongPart(scene=0, bars=1))
    return performed(Project(name="a song", scenes=(verse, bridge), song=parts, scene=verse))


@pytest.fixture(scope="module")
def sampled() -> SampledKit:
    """Two layers and three takes, which differ in length."""
    voices = tuple(
        SampledVoice(
            tuple(tuple(pip(voice, 0.05 + 0.01 * take + 0.001 * layer) for take in range(3)) for layer in range(2)),
            level=0.5 if voice == 1 else 1.0,
            pan=-0.5 if voice == 1 else 0.0,
        )
        for voice in range(8)
    )
    return SampledKit("pips & more", voices, "made by a test")


@pytest.mark.parametrize("name", GROOVE_FORMATS)
def test_each_format_of_a_groove_writes_files_and_says_which(name: str, song: Performance, tmp_path: Path) -> None:
    lines = write_files(song, tmp_path, formats=(name,))
    named = [Path(line.split(": ")[0]) for line in lines if not line.startswith("lost: ")]
    assert named
    assert all(path.exists() for path in named)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("name", KIT_FORMATS)
def test_each_format_of_a_kit_writes_files_and_says_which(name: str, sampled: SampledKit, tmp_path: Path) -> None:
    lines = write_kit(sampled, tmp_path, (name,))
    assert all(Path(line.split(": ")[0]).exists() for line in lines)


def test_the_command_line_names_the_formats_of_the_table() -> None:
    assert tuple(GROOVE_FORMATS) == export.GROOVE_NAMES
    assert tuple(KIT_FORMATS) == export.KIT_NAMES
    assert set(FORMATS) == {*GROOVE_FORMATS, *KIT_FORMATS}


def test_what_is_no_format_or_choice_is_refused_by_name(song: Performance, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"midi, wav.* got the format 'sfz'"):
        write_files(song, tmp_path / "out", formats=("midi", "sfz"))
    assert not (tmp_path / "out").exists()
    with pytest.raises(ExportError, match="44100, 48000 Hz, got 22050"):
        WriteOptions(sample_rate=22_050)
    with pytest.raises(KitError, match="as many takes as the others"):
        SampledVoice(((pip(0),), (pip(0), pip(0))))


# MIDI


def notes_of(path: Path) -> list[tuple[int, int, int]]:
    """Tick, note and velocity of each note, in order."""
    found = []
    for track in mido.MidiFile(path).tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "note_on":
                found.append((tick, message.note, message.velocity))
    return sorted(found)


def test_midi_marks_scenes_and_holds_each_stroke(song: Performance, tmp_path: Path) -> None:
    write_files(song, tmp_path, formats=("midi",))
    tick, marks, meters = 0, [], []
    for message in mido.MidiFile(tmp_path / "a song.mid").tracks[0]:
        tick += message.time
        if message.type == "marker":
            marks.append((tick, message.text))
        elif message.type == "time_signature":
            meters.append((tick, (message.numerator, message.denominator)))
    starts = [0, *itertools.accumulate(bar.steps * 30 for bar in song.bars)]
    assert marks == [(0, "verse"), (starts[2], "scene 2"), (starts[4], "verse")]
    assert meters == [(0, (4, 4)), (starts[1], (3, 4)), (starts[2], (4, 4))]
    wanted = [
        (max(0, math.floor(each.position * 30 + 0.5)), VOICES[each.voice].note, velocity_to_midi(each.velocity))
        for each in song.events()
    ]
    assert notes_of(tmp_path / "a song.mid") == sorted(wanted)


def test_midi_of_each_voice_and_each_bar_is_the_whole(song: Performance, tmp_path: Path) -> None:
    write_files(song, tmp_path, formats=("midi",))
    write_files(song, tmp_path, WriteOptions(apart="voice"), formats=("midi",))
    whole = notes_of(tmp_path / "a song.mid")
    assert sorted(note for path in (tmp_path / "voices").iterdir() for note in notes_of(path)) == whole
    write_files(song, tmp_path, WriteOptions(apart="bar", on_grid=True), formats=("midi",))
    write_files(song, tmp_path, WriteOptions(on_grid=True), formats=("midi",))
    starts = [0, *itertools.accumulate(bar.steps * 30 for bar in song.bars)]
    bars = sorted((tmp_path / "bars").iterdir())
    moved = [
        (tick + start, *rest)
        for path, start in zip(bars, starts, strict=False)
        for tick, *rest in notes_of(path)
    ]  # fmt: skip
    assert len(bars) == len(song.bars)
    assert sorted(moved) == notes_of(tmp_path / "a song.mid")


# Sound files


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_stems_add_up_to_the_mix_and_a_loop_is_exact(rate: int, song: Performance, tmp_path: Path) -> None:
    options = WriteOptions(stems=True, tail="wrap", sample_rate=rate)
    write_files(song, tmp_path, options, formats=("wav",))
    mix, found = soundfile.read(tmp_path / "a song.wav")
    stems = sum(soundfile.read(path)[0] for path in (tmp_path / "stems").glob("*.wav"))
    assert found == rate
    assert len(mix) == round(song.seconds * rate)
    assert np.abs(mix).max() > 0.1
    assert 20 * np.log10(np.abs(stems - mix).max()) < -90
    write_files(song, tmp_path, options, formats=("flac",))
    np.testing.assert_allclose(soundfile.read(tmp_path / "a song.flac")[0], mix, atol=2**-22)


def test_a_tail_may_ring(song: Performance, tmp_path: Path) -> None:
    write_files(song, tmp_path, WriteOptions(tail="ring"), formats=("wav",))
    late = max(strike.seconds for strike in song.strikes) + 0.08
    assert soundfile.info(tmp_path / "a song.wav").frames >= max(song.seconds, late) * RATE - 1


# SFZ


def regions(text: str) -> list[dict[str, str]]:
    """Each region with what its group says."""
    found, group = [], dict[str, str]()
    for line in text.splitlines():
        values = dict(re.findall(r"(\w+)=(\S+)", line))
        if line.startswith("<group>"):
            group = {}
        elif line.startswith("<region>"):
            found.append(group | values)
        elif found or group or "key" in values:
            group |= values
    return found


def test_an_sfz_kit_plays_each_velocity_by_one_layer_and_its_takes_in_turn(sampled: SampledKit, tmp_path: Path) -> None:
    write_kit(sampled, tmp_path, ("sfz",))
    found = regions((tmp_path / "pips-&-more.sfz").read_text())
    flat = regions((tmp_path / "pips-&-more-flat.sfz").read_text())
    for voice in VOICES:
        own = [each for each in found if each["key"] == str(voice.note)]
        for turn, velocity in itertools.product("123", range(1, 128)):
            playing = [
                each
                for each in own
                if int(each["lovel"]) <= velocity <= int(each["hivel"]) and each["seq_position"] == turn
            ]
            assert len(playing) == 1
        assert {each.get("off_by") for each in own} == {str(voice.choke_group) if voice.choke_group else None}
        assert {each.get("group") for each in own} == {each.get("off_by") for each in own}
    assert len(flat) * 3 == len(found)
    assert not any("seq_position" in each for each in flat)
    assert {path.name for path in (tmp_path / "samples").iterdir()} == {each["sample"] for each in found}
    snare = next(each for each in found if each["key"] == "38")
    assert float(snare["volume"]) == pytest.approx(20 * math.log10(0.5), abs=1e-3)
    assert float(snare["pan"]) == -50


def sfizz() -> str | None:
    """The program, on the path or where its package puts it."""
    found = shutil.which("sfizz_render")
    try:
        import pysfizz
    except ImportError:
        return found
    beside = Path(pysfizz.__file__).parents[1] / "bin" / "sfizz_render"
    return found or (str(beside) if beside.is_file() else None)


@pytest.mark.skipif(sfizz() is None, reason="sfizz_render comes with pysfizz, which is not for every system")
def test_sfizz_plays_our_strokes_where_and_how_loud_they_are(sampled: SampledKit, tmp_path: Path) -> None:
    hats = [(2, 0, 1.0, 0.0), (3, 8, 0.9, 0.4), (2, 10, 0.5, 0.0)]
    kicks = [(0, 16, 1.0, 0.0), (0, 32, 0.25, -0.37), (0, 48, 0.75, 1.2)]
    music = performed(Project(scene=Scene(bars=(given(*hats, *kicks),))))
    write_kit(sampled, tmp_path, ("sfz",))
    write_files(music, tmp_path, formats=("midi",))
    command = [sfizz(), "--sfz", "pips-&-more.sfz", "--midi", "groove.mid", "--wav", "out.wav", "-s", str(RATE)]
    subprocess.run([str(each) for each in command], cwd=tmp_path, check=True, capture_output=True)
    heard = soundfile.read(tmp_path / "out.wav")[0].mean(axis=1)
    peaks = []
    for strike in (each for each in music.strikes if each.step != 10):  # the open hat still sounds there
        start = round(strike.seconds * RATE)
        window = np.abs(heard[max(0, start - 400) : start + 1500])
        onset = max(0, start - 400) + int(np.argmax(window > 0.2 * window.max()))
        assert abs(onset - start) < 0.0015 * RATE
        peaks.append((strike, np.abs(heard[onset : onset + 200]).max()))
    kick = [peak for strike, peak in peaks if strike.voice == 0]
    np.testing.assert_allclose(np.array(kick) / kick[0], [1, 0.25**2, 0.75**2], rtol=0.05)
    choked = round(music.strikes[2].seconds * RATE) + round(0.015 * RATE)
    spectrum = np.abs(np.fft.rfft(heard[choked : choked + 2048]))
    frequencies = np.fft.rfftfreq(2048, 1 / RATE)
    closed, opened = (spectrum[np.argmin(np.abs(frequencies - 200 - 150 * voice))] for voice in (2, 3))
    assert closed > 2 * opened, "the closed hat silences the open one, which is louder"


# Hydrogen


def number(note: ElementTree.Element, field: str) -> float:
    return float(note.findtext(field, ""))


def test_hydrogen_holds_each_moment_and_the_probability(song: Performance) -> None:
    made = hydrogen_song(song)
    written = ElementTree.fromstring(hydrogen.song_bytes(made))
    names = [each.name for each in made.patterns]
    bars = [names.index(each.text or "") for each in written.findall("patternSequence/group/patternID")]
    patterns = written.findall("patternList/pattern")
    starts = [0, *itertools.accumulate(bar.steps * 3 for bar in song.bars)]
    found = sorted(
        (
            start + number(note, "position") + hydrogen.LEAD_LAG_TICKS * number(note, "leadlag"),
            number(note, "instrument"),
            number(note, "probability"),
        )
        for start, index in zip(starts, bars, strict=False)
        for note in patterns[index].iter("note")
    )
    decided = {each.strike for each in song.uncertain}
    wanted = [(each.position * 3, each.voice, 1.0) for each in song.strikes if each not in decided]
    wanted += [(each.strike.position * 3, each.strike.voice, each.probability) for each in song.uncertain]
    late = [each for each in wanted if each[0] >= 0]
    assert len(found) == len(wanted)
    np.testing.assert_allclose(found[len(wanted) - len(late) :], sorted(late), atol=1e-5)
    assert max(number(note, "leadlag") for note in written.iter("note")) <= 0, "Hydrogen 1.2 plays no lags"
    assert any(not each.sounds for each in song.uncertain)
    assert [tag for _, tag in made.tags] == ["verse", "scene 2", "verse"]
    times = [bpm for _, bpm in made.tempos]
    assert times[0] == 120
    assert 90 < times[1] < 115 < times[2] < 140
    assert made.tempos[-1] == (4, 120.0)


def test_a_hydrogen_kit_is_whole_and_its_layers_cover_all(sampled: SampledKit) -> None:
    with tarfile.open(fileobj=io.BytesIO(hydrogen.kit_bytes(sampled))) as archive:
        names = {Path(each).name for each in archive.getnames()}
        content = archive.extractfile("pips & more/drumkit.xml")
        assert content is not None
        root = ElementTree.fromstring(content.read())
    space = "{http://www.hydrogen-music.org/drumkit}"
    instruments = root.findall(f".//{space}instrument")
    assert [each.findtext(f"{space}name") for each in instruments] == [voice.name for voice in VOICES]
    assert {each.findtext(f"{space}muteGroup") for each in instruments[2:4]} == {"1"}
    for instrument in instruments:
        layers = instrument.findall(f".//{space}layer")
        assert {each.findtext(f"{space}filename") for each in layers} <= names
        spans = sorted(
            {(float(each.findtext(f"{space}min", "")), float(each.findtext(f"{space}max", ""))) for each in layers}
        )
        assert (spans[0][0], spans[-1][1]) == (0, 1)
        assert spans[0][1] == pytest.approx(spans[1][0], abs=1e-5)
        assert instrument.findtext(f"{space}sampleSelectionAlgo") == "ROUND_ROBIN"


# Live coding


def onsets(sequence: str) -> list[tuple[float, str]]:
    """Where each part of a sequence begins, as a share of the whole; silence left out."""
    parts = [part.partition("@")[::2] for part in sequence.split()]
    weights = [float(weight or 1) for _, weight in parts]
    starts = np.cumsum([0, *weights]) / sum(weights)
    return [(float(start), name) for (name, _), start in zip(parts, starts, strict=False) if name != "~"]


def test_live_code_plays_every_stroke_at_its_moment(song: Performance) -> None:
    made, merged = piece(song, "pips")
    text = live_code.strudel_text(made)
    found = []
    for line in re.findall(r's\("<(.*?)>"\)', text):
        start = 0.0
        for bar, quarters in re.findall(r"\[([^\]]*)\]@(\d+)", line):
            found += [(start + at * float(quarters), name) for at, name in onsets(bar)]
            start += float(quarters)
    end = song.tempo.steps / 16
    every = [*((each, 1.0) for each in song.strikes if each not in {other.strike for other in song.uncertain})]
    every += [(each.strike, each.probability) for each in song.uncertain]
    wanted = [
        (each.position / 16 % end, live_code.NAMES[each.voice] + ("" if share == 1 else "?0.5"))
        for each, share in every
    ]
    assert merged == 0
    assert len(found) == len(wanted)
    for (one, name), (other, called) in zip(sorted(found), sorted(wanted), strict=True):
        assert name == called
        assert one == pytest.approx(other, abs=2e-4)


def test_live_code_on_sixteenths_is_read_at_a_glance() -> None:
    bar = given((0, 0, 1.0, 0.0), (0, 32, 1.0, 0.0), (1, 16, 0.5, 0.0))
    made, _ = piece(performed(Project(volume=1.0, scene=Scene(bars=(bar,)))), "pips")
    text = live_code.strudel_text(made)
    assert 's("bd ~ ~ ~ ~ ~ ~ ~ bd ~ ~ ~ ~ ~ ~ ~").gain("1")' in text
    assert 's("~ ~ ~ ~ sd ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~").gain("0.25")' in text
    assert "setcpm(30)" in text
    tidal = live_code.tidal_text(made)
    assert 's "pips_bd ~ ~ ~ ~ ~ ~ ~ pips_bd ~ ~ ~ ~ ~ ~ ~" # gain "1"' in tidal
    assert "setcps (30/60)" in tidal


def test_samples_are_listed_as_they_lie(sampled: SampledKit, tmp_path: Path) -> None:
    write_kit(sampled, tmp_path, ("samples",))
    listed = json.loads((tmp_path / "strudel.json").read_text())
    assert set(listed) == {f"pipsmore_{name}" for name in live_code.NAMES}
    for name, files in listed.items():
        assert [f"/samples/{name}/{path.name}" for path in sorted((tmp_path / "samples" / name).iterdir())] == files
        assert len(files) == 6


# DecentSampler


def test_a_preset_keeps_the_rules_of_its_maker(sampled: SampledKit, tmp_path: Path) -> None:
    write_kit(sampled, tmp_path, ("decentsampler",))
    root = ElementTree.parse(tmp_path / "pips-&-more.dspreset").getroot()
    assert root.tag == "DecentSampler"
    assert len(root.findall("groups")) == 1
    there = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "samples").iterdir()}
    for voice, group in zip(VOICES, root.findall("groups/group"), strict=True):
        assert group.get("seqMode") == "round_robin"
        zones = group.findall("sample")
        assert {zone.get("path") for zone in zones} <= there
        assert {zone.get("rootNote") for zone in zones} == {str(voice.note)}
        spans = {(int(zone.get("loVel", 0)), int(zone.get("hiVel", 0))) for zone in zones}
        assert spans == set(velocity_ranges(2))
        assert {zone.get("seqPosition") for zone in zones} == {"1", "2", "3"}
        choked = group.get("silencedByTags")
        assert choked == group.get("tags") == (f"choke-{voice.choke_group}" if voice.choke_group else None)


# DAWproject


def test_a_dawproject_holds_notes_one_level_deep_and_the_same_tempo(song: Performance, tmp_path: Path) -> None:
    write_files(song, tmp_path, formats=("dawproject",))
    with zipfile.ZipFile(tmp_path / "a song.dawproject") as archive:
        root = ElementTree.fromstring(archive.read("project.xml"))
        assert ElementTree.fromstring(archive.read("metadata.xml")).findtext("Title") == "a song"
        for file in root.iter("File"):
            assert archive.getinfo(file.get("path", ""))
    assert not root.findall(".//Clip/Clips"), "Studio One reads no clips within clips"
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for name in ("track", "parameter", "destination"):
        assert {each.get(name) for each in root.iter() if each.get(name)} <= set(ids)
    found = []
    for clip in root.findall("Arrangement/Lanes/Lanes[@track='drums']/Clips/Clip"):
        at = float(clip.get("time", ""))
        found += [(at + float(note.get("time", "")), int(note.get("key", ""))) for note in clip.findall("Notes/Note")]
    wanted = [(max(0.0, each.position / 16), VOICES[each.voice].note) for each in song.strikes]
    np.testing.assert_allclose(sorted(found), sorted(wanted), atol=EXACT)
    points = [each.attrib for each in root.findall("Arrangement/TempoAutomation/RealPoint")]
    times = [float(each["time"]) for each in points]
    bpm = np.interp(np.arange(0.5, 19), times, [float(each["value"]) for each in points])
    assert [each["interpolation"] for each in points] == ["hold", "linear", "linear", "hold", "hold"]
    ramp = slice(8, 15)
    np.testing.assert_allclose(bpm[ramp], [song.tempo.bpm_at(16 * at) for at in np.arange(0.5, 19)[ramp]], rtol=1e-6)
    assert [each.get("name") for each in root.findall("Scenes/Scene")] == ["verse", "scene 2"]
    assert daw_song(song, WriteOptions()).markers[1] == (7.0, "scene 2")


CHILDREN = {
    "Project": "Application Transport Structure Arrangement Scenes",
    "Transport": "Tempo TimeSignature",
    "Structure": "Track",
    "Track": "Channel",
    "Channel": "Mute Pan Volume",
    "Arrangement": "Lanes Markers TempoAutomation TimeSignatureAutomation",
    "Lanes": "Lanes Clips ClipSlot",
    "Clips": "Clip",
    "ClipSlot": "Clip",
    "Clip": "Notes Audio",
    "Notes": "Note",
    "Audio": "File",
    "Markers": "Marker",
    "TempoAutomation": "Target RealPoint",
    "TimeSignatureAutomation": "Target TimeSignaturePoint",
    "Scenes": "Scene",
    "Scene": "Lanes",
}
"""What the format's schema, Project.xsd of DAWproject 1.0, has in each element that we write, in its order."""
REQUIRED = {
    "Project": "version",
    "Application": "name version",
    "Tempo": "unit",
    "Pan": "unit",
    "Volume": "unit",
    "TimeSignature": "numerator denominator",
    "TimeSignaturePoint": "time numerator denominator",
    "RealPoint": "time value",
    "Marker": "time",
    "Clip": "time",
    "Note": "time duration channel key",
    "Audio": "channels sampleRate duration",
    "File": "path",
}


def test_a_dawproject_keeps_the_order_and_the_attributes_of_its_schema(song: Performance, tmp_path: Path) -> None:
    write_files(song, tmp_path, formats=("dawproject",))
    with zipfile.ZipFile(tmp_path / "a song.dawproject") as archive:
        root = ElementTree.fromstring(archive.read("project.xml"))
    for each in root.iter():
        allowed = CHILDREN.get(each.tag, "").split()
        places = [allowed.index(child.tag) for child in each]  # ValueError for what may not be there
        assert places == sorted(places), each.tag
        assert set(REQUIRED.get(each.tag, "").split()) <= set(each.keys()), each.tag
    assert all(len(each) == 1 for tag in ("Clip", "Scene") for each in root.iter(tag))
    assert {each.get("interpolation") for each in root.iter("RealPoint")} <= {"hold", "linear"}


# What a format cannot hold


def test_what_is_lost_is_said(song: Performance, tmp_path: Path) -> None:
    lost = {
        name: " ".join(line for line in write_files(song, tmp_path, formats=(name,)) if line.startswith("lost"))
        for name in ("h2song", "strudel", "dawproject", "midi")
    }
    assert "a ramp in steps of a bar" in lost["h2song"]
    assert "tempo changes" in lost["strudel"]
    assert "probability" in lost["dawproject"]
    plain = Performance.of_patterns([Pattern.from_hits(np.eye(8, 64, dtype=bool))], Kit(tuple(map(pip, range(8)))))
    assert not [
        line for name in lost for line in write_files(plain, tmp_path, formats=(name,)) if line.startswith("lost")
    ]
