"""A limiter guards ears: whatever a project asks for, what leaves as sound stays below the ceiling, or full scale."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import numpy as np
import pytest
import soundfile
from sound_device import Playing

from clave.audio.loudness import true_peak_db
from clave.music.clip import Clip
from clave.music.kit import VOICES, Kit
from clave.music.pattern import Pattern
from clave.play.bus import CEILING
from clave.play.formats import GROOVE_FORMATS, WriteOptions, write_files
from clave.play.perform import perform
from clave.play.performance import Performance
from clave.play.project import BarPattern, Bus, Given, KitVoice, Project, ProjectKit, Room, Scene, TempoChange, VoiceMix
from clave.play.render import render, render_stereo

ROUNDING = 1e-4


@pytest.fixture(scope="module")
def absurd() -> Project:
    """Twice eight voices at once, all that can be turned up turned up, in a hall."""
    strokes = [(voice, step, 1.0, 0.0) for step in (0, 1) for voice in range(len(VOICES))]
    mix = VoiceMix(level=2.0, send=1.0, filter="lowpass", cutoff_hz=18_000.0, resonance_db=24.0)
    kit = ProjectKit(name="punch", voices=(KitVoice(origin="factory", kit="punch", gain=2.0),) * len(VOICES))
    scene = Scene(
        bars=(Given(pattern=BarPattern(meter=(1, 4), strokes=tuple(strokes))),),
        tempo=(TempoChange(bar=0, tempo_bpm=120.0),),
        mix=(mix,) * len(VOICES),
        kit=kit,
        room=Room(size="hall", level=1.0),
        bus=Bus(drive=1.0, glue=1.0),
    )
    return Project(scene=scene, volume=1.0)


@pytest.fixture(scope="module")
def loud(absurd: Project) -> Performance:
    return perform(absurd)


def peak(*samples: np.ndarray) -> float:
    return max(float(np.abs(each).max()) for each in samples)


def test_a_render_stays_below_the_ceiling_and_little_above_full_scale_between_samples(loud: Performance) -> None:
    sides = render_stereo(loud)
    assert 0.5 < peak(*(side.samples for side in sides)) <= CEILING + ROUNDING
    assert peak(render(loud).samples) <= CEILING + ROUNDING
    assert true_peak_db(np.stack([side.samples for side in sides])) < 1.5, "a usual mix stays 1 dB below"


@pytest.mark.parametrize("name", [each for each in GROOVE_FORMATS if each not in ("svg", "midi")])
def test_every_sound_in_every_file_stays_within_full_scale(absurd: Project, tmp_path: Path, name: str) -> None:
    """The whole below the ceiling; stems and the sounds of a kit, which others mix, within full scale."""
    unfiltered = tuple(each.changed(filter="off") for each in absurd.scene.mix)  # as loud, and quicker
    loud = perform(absurd.changed(scene=absurd.scene.changed(mix=unfiltered)))
    write_files(loud, tmp_path, WriteOptions(stems=name != "flac"), (name,))
    found: dict[str, np.ndarray] = {}
    for path in filter(Path.is_file, tmp_path.rglob("*")):
        if path.suffix in (".wav", ".flac"):
            found[path.name] = soundfile.read(path)[0]
        elif is_zipfile(path):
            with ZipFile(path) as held:
                sounds = [each for each in held.namelist() if each.endswith((".wav", ".flac"))]
                found.update({each: soundfile.read(BytesIO(held.read(each)))[0] for each in sounds})
    assert found or name in ("h2song", "h2pattern"), "a format that holds sounds"
    assert all(np.isfinite(each).all() and peak(each) <= 1 for each in found.values())
    for whole in ("groove.wav", "groove.flac"):
        if whole in found:
            assert peak(found[whole]) <= CEILING + ROUNDING


def test_what_a_sound_device_gets_stays_below_the_ceiling(absurd: Project) -> None:
    heard = Playing(absurd).play(0.8)
    assert 0.4 < peak(heard) <= CEILING + ROUNDING


def test_bars_on_a_kit_stay_within_full_scale_however_loud_its_sounds_are() -> None:
    hits = np.zeros((len(VOICES), 16), bool)
    hits[:, :2] = True
    kit = Kit((Clip(np.full(2000, 1e6, np.float32)),) * len(VOICES))
    assert peak(render([Pattern.from_hits(hits, meter=(1, 4))], kit, 60).samples) == pytest.approx(1)
