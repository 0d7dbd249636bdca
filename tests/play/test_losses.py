"""What each format cannot hold: each of them against each loss, and against a full disk."""

import errno
import os
from pathlib import Path

import pytest
from live import given
from pips import performed, pip

from clave.errors import ClaveError
from clave.music.sampled_kit import SampledKit, SampledVoice
from clave.play.formats import GROOVE_FORMATS, KIT_FORMATS, WriteOptions, write_files, write_kit
from clave.play.performance import Performance
from clave.play.project import Given, Project, Scene, TempoChange
from clave.play.project.voices import Lane, VoiceMix

DRY = tuple(VoiceMix(send=0.0) for _ in range(8))
DECIDED = "probability; the strokes are those that chance decided for"
EACH = "ratchets sound as a whole or not at all"
MOVED = "before the beginning"
RAMP_BY_BARS = "tempo changes at bar lines only, a ramp in steps of a bar"
NO_CHANGE = "tempo changes, that of the beginning is kept"
EFFECTS = "the filters of the voices"


def steady(tempo_bpm: float) -> tuple[TempoChange, ...]:
    return (TempoChange(bar=0, tempo_bpm=tempo_bpm),)


RAMP = (*steady(90.0), TempoChange(bar=2, tempo_bpm=140.0, ramp=True))


def project(
    lane: Lane | None = None,
    offset: float = 0.0,
    tempo: tuple[TempoChange, ...] = steady(120.0),
    mix: tuple[VoiceMix, ...] = DRY,
    bars: tuple[Given, ...] = (),
) -> Performance:
    """Two bars of four kicks, the first of each so many steps off; or these bars."""
    four = given(*((0, step, 0.9, offset if step == 0 else 0.0) for step in (0, 16, 32, 48)))
    lanes = (Lane() if lane is None else lane, *(Lane(),) * 7)
    return performed(Project(scene=Scene(bars=bars or (four, four), lanes=lanes, tempo=tempo, mix=mix)))


def of_odd_meter() -> Performance:
    seven = given((0, 0, 0.9, 0.0), (0, 32, 0.9, 0.0), meter=(7, 8))
    return project(bars=(seven, given((0, 0, 0.9, 0.0), meter=(5, 4))))


CASES = {
    "odd meter": of_odd_meter,
    "micro-timing": lambda: project(offset=0.37),
    "slow micro-timing": lambda: project(offset=0.35, tempo=steady(40.0)),
    "early": lambda: project(offset=-0.5),
    "probability": lambda: project(Lane(probability=0.5)),
    "ratchets": lambda: project(Lane(ratchet=3)),
    "uncertain ratchets": lambda: project(Lane(ratchet=3, probability=0.5)),
    "tempo ramp": lambda: project(tempo=RAMP),
    "filters": lambda: project(mix=(VoiceMix(send=0.0, filter="lowpass", cutoff_hz=300.0), *DRY[1:])),
}
AUDIO = {"probability": DECIDED, "uncertain ratchets": DECIDED}
HYDROGEN = {"early": MOVED, "uncertain ratchets": EACH, "tempo ramp": RAMP_BY_BARS, "filters": EFFECTS}
LIVE_CODE = {"uncertain ratchets": EACH, "tempo ramp": NO_CHANGE, "filters": EFFECTS}
LOST = {
    "midi": AUDIO | {"early": "which they came before", "slow micro-timing": "ms of timing, as there are 480 ticks"},
    "wav": AUDIO,
    "svg": AUDIO,
    "flac": AUDIO,
    "dawproject": AUDIO | {"early": MOVED},
    "strudel": LIVE_CODE,
    "tidal": LIVE_CODE,
    "h2song": HYDROGEN,
    "h2pattern": HYDROGEN,
}
"""What is said of each case; nothing of the others, which the format holds."""


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[str, Performance]:
    return request.param, CASES[request.param]()


def test_each_format_says_what_it_loses_and_nothing_else(case: tuple[str, Performance], tmp_path: Path) -> None:
    assert set(LOST) == set(GROOVE_FORMATS)
    name, performance = case
    for each, lost in LOST.items():
        lines = write_files(performance, tmp_path, formats=(each,))
        said = [line for line in lines if line.startswith("lost: ") or "which they came before" in line]
        if name in lost:
            assert len(said) == 1, (each, said)
            assert lost[name] in said[0], each
        else:
            assert said == [], each


@pytest.mark.parametrize("name", [*GROOVE_FORMATS, *KIT_FORMATS])
def test_a_full_disk_leaves_every_old_file_of_a_format(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(velocity: float) -> None:
        if name in KIT_FORMATS:
            sounds = tuple(SampledVoice(((pip(voice, 0.05 + 0.02 * velocity),),)) for voice in range(8))
            write_kit(SampledKit("pips", sounds), tmp_path, (name,))
        else:
            bar = given((0, 0, velocity, 0.0), (1, 16, velocity, 0.0))
            write_files(project(bars=(bar,)), tmp_path, WriteOptions(stems=True), formats=(name,))

    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write(0.9)
    before = files()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises((OSError, ClaveError), match="No space left"):
            write(0.4)
        assert files() == before
    write(0.4)
    assert files().keys() == before.keys()
    assert files() != before, "the other one would have been written"
