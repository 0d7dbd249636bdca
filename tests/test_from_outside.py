"""What others pass in: any kind of numbers is taken, the rest is refused by one of our errors.

Here nothing checks signatures on the way in, as the rest of the test run does.
"""

import json
import subprocess
import sys

import pytest

BEFORE = """
import json, sys
import numpy as np
import clave
from clave import Clip, Code, Kit, Pattern
from clave.errors import ClaveError

hits = np.zeros((8, 64), bool)
hits[0, ::16] = True
bar = Pattern.from_hits(hits, hits * 0.5, hits * -0.25)
waltz = Pattern.empty((3, 4))
clips = [Clip([0.1] * 50, 44100) for _ in range(8)]
rhythm = clave.load_rhythm()
code = rhythm.encode([bar])

def answer(question):
    try:
        return str(eval(question))
    except ClaveError as error:
        return f"{type(error).__name__}: {error}"

print(json.dumps({question: answer(question) for question in json.loads(sys.argv[1])}))
"""

TAKEN = [
    "Clip([0, 1], 44100).samples.dtype == np.float32",
    "type(Clip([0.5], np.int64(44100)).sample_rate) is int",
    "type(Clip([0.5], 44100.0).sample_rate) is int",
    "Kit(clip for clip in clips)['snare'] is clips[1]",
    "Pattern.from_hits(hits.tolist()).hits.tolist() == hits.tolist()",
    "Pattern.from_hits(hits.astype(int), (hits * 0.5).tolist(), hits * -0.25) == bar",
    "Pattern.from_hits(hits, np.where(hits, 0.5, np.nan), np.where(hits, -0.25, np.nan)) == bar",
    "Pattern.from_hits(waltz.hits, meter=[3, 4]) == waltz",
    "repr(Pattern.from_hits(waltz.hits, meter=tuple(np.array([3, 4])))) == repr(waltz)",
    "len(clave.render((each for each in [bar]), Kit(clips), np.float32(120), np.float64(0.5))) == 88200",
    "rhythm.at([[0, 0]], variation=np.float32(1), seed=np.int64(3)) == rhythm.at([(0, 0)], None, 'beat', 1, None, 3)",
    "rhythm.decode(Code(code.map.astype(float), code.detail.astype(float))) == rhythm.decode(code)",
    "rhythm.decode(Code(code.map.tolist(), code.detail.tolist())) == rhythm.decode(code)",
]

REFUSED = {
    "Clip('loud')": "ClipError: a clip is one row of numbers",
    "Clip([[0.0], [0.0, 1.0]])": "ClipError: a clip is one row of numbers",
    "Clip([0.0, 1e300])": "ClipError: samples are finite numbers, got inf at sample 1",
    "Clip([0.0], float('nan'))": "ClipError: a sample rate is a whole number of at least 1 Hz, got nan",
    "Clip([0.0], float('inf'))": "ClipError: a sample rate is a whole number of at least 1 Hz, got inf",
    "Clip([0.0], 44100.5)": "ClipError: a sample rate is a whole number of at least 1 Hz, got 44100.5",
    "Clip([0.0], '44100')": "ClipError: a sample rate is a whole number of at least 1 Hz, got '44100'",
    "Kit([np.zeros(4)] * 8)": "KitError: the clips of a kit are made with Clip, got array",
    "Kit(clips, ['a.wav'] * 8)": "KitError: the origins of a kit are made with Origin, or None, got 'a.wav'",
    "Pattern.from_hits([[1], [1, 0]])": "PatternError: hits is rows of numbers",
    "Pattern.from_hits(hits, 'loud')": "PatternError: velocity is rows of numbers",
    "Pattern.from_hits(hits, offset=[[1], [1, 0]])": "PatternError: offset is rows of numbers",
    "Pattern.from_hits(hits, meter='4/4')": "PatternError: a meter is two whole numbers such as (4, 4), got '4/4'",
    "Pattern.from_hits(hits, meter=4)": "PatternError: a meter is two whole numbers such as (4, 4), got 4",
    "Pattern.from_hits(hits, meter=(4.5, 4))": "PatternError: a meter is two whole numbers such as (4, 4)",
    "Code(code.map, [['loud']])": "SpaceError: the detail of a code is rows of numbers, got [['loud']]",
    "rhythm.at([[0, 0]], seed=None)": "SpaceError: a seed is a whole number of at least 0, got None",
    "rhythm.at([[0, 0]], style=3)": "SpaceError: RhythmSpace.at: style is text or a mapping or None, got 3",
}


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    """What a process that checks no signatures answers."""
    asked = json.dumps([*TAKEN, *REFUSED])
    command = [sys.executable, "-W", "error", "-c", BEFORE, asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("question", TAKEN)
def test_every_kind_of_number_is_taken(answers: dict[str, str], question: str) -> None:
    assert answers[question] == "True"


@pytest.mark.parametrize("question", REFUSED)
def test_what_makes_no_sense_is_refused_by_an_error_of_ours(answers: dict[str, str], question: str) -> None:
    assert answers[question].startswith(REFUSED[question])
