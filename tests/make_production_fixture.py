"""Write tests/fixtures/production.json: the room and the gain of bars, as Python computes them; the page has to agree.

Run it after a change of the rules: python tests/make_production_fixture.py.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from random_projects import made_up_pattern

from clave.audio.loudness import k_weighted_energy
from clave.play.chance import noise
from clave.play.program import bar_gain
from clave.play.project import BarPattern
from clave.play.room import ROOMS, impulse_response

PATH = Path(__file__).parent / "fixtures" / "production.json"
RATE = 44_100
EVERY = 97  # samples of a room that are in the file
METERS = ((4, 4), (3, 4), (7, 8))


def document() -> dict[str, Any]:
    """All of it."""
    rooms = {size: impulse_response(size, RATE)[:, ::EVERY].astype(float).round(9).tolist() for size in ROOMS}
    sound = noise(3, 2000) * np.exp(-np.arange(2000) / 300)
    bars = []
    for number, (seconds, scale) in enumerate([(2.1, 1e-3), (0.25, 1e-4), (1.6, 3e-3), (2.0, 0.0), (7.0, 0.2)]):
        pattern = made_up_pattern(number, METERS[number % 3])
        energies = [round(scale * (1 + voice / 3), 9) for voice in range(8)]
        own = {"pattern": BarPattern.of(pattern).model_dump(), "energies": energies, "seconds": seconds}
        bars.append({**own, "gain": round(bar_gain(pattern, energies, seconds), 9)})
    return {"every": EVERY, "rooms": rooms, "energy": k_weighted_energy(sound.astype(np.float32), RATE), "bars": bars}


if __name__ == "__main__":
    PATH.write_text(json.dumps(document()) + "\n", "utf-8")
    print(f"{PATH} written")
