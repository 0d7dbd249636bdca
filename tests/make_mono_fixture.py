"""Write tests/fixtures/mono.json: sounds of several channels, and the one that Python and the page make of each.

`python tests/make_mono_fixture.py`; a test holds it up to date, and web/src/rules/mono.ts makes the same.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from clave.files import audio_file

FIXTURE = Path(__file__).parent / "fixtures" / "mono.json"
RATE = 8  # samples a second: a block of one second is as short as can be looked at


def sounds() -> dict[str, np.ndarray]:
    """Names and samples [sample, channel], numbers that 32 bits hold exactly."""
    rng = np.random.default_rng(0)
    drum = np.round(rng.uniform(-0.9, 0.9, 20) * 256) / 256
    softer = drum / 2
    later = np.where(np.arange(20) < RATE, 0.25, 1.0)
    return {
        "the mean of two": np.column_stack([drum, softer]),
        "the mean of three": np.column_stack([drum, softer, np.zeros(20)]),
        "the loudest where one is turned over": np.column_stack([drum, -drum]),
        "nearly turned over": np.column_stack([drum, -drum * 15 / 16]),
        "turned over but half as loud: the mean": np.column_stack([drum, -softer]),
        "the loudest so far, second by second": np.column_stack([drum * 15 / 16, -drum * later]),
        "silence": np.zeros((12, 2)),
    }


def cases() -> list[dict[str, Any]]:
    """Each sound with what Python reads of its file."""
    made = list[dict[str, Any]]()
    for name, samples in sounds().items():
        file = io.BytesIO()
        soundfile.write(file, samples.astype(np.float32), RATE, format="WAV", subtype="FLOAT")
        mono = audio_file.from_bytes(file.getvalue(), sample_rate=None).samples
        channels = samples.astype(np.float32).T.tolist()
        made.append({"name": name, "sample_rate": RATE, "channels": channels, "mono": mono.tolist()})
    return made


if __name__ == "__main__":
    FIXTURE.write_text(json.dumps({"cases": cases()}, indent=1) + "\n")
