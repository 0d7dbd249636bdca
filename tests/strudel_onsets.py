"""Whether the onsets in FOLDER/strudel.json, read by @strudel/core, are those of the project beside it: an argument."""

import json
import sys
from pathlib import Path

import clave

folder = Path(sys.argv[1])
heard = json.loads((folder / "strudel.json").read_text("utf-8"))
music = clave.perform(clave.project.load(folder / "funk.json"))
bars = len(music.bars)
seconds = 60 / heard["cyclesPerMinute"]
wanted = sorted(strike.seconds / seconds % bars for strike in music.strikes)
found = sorted(at for at, *_ in heard["hits"])
if len(found) != len(wanted):
    sys.exit(f"{len(found)} onsets instead of {len(wanted)}")
furthest = seconds * max(abs(one - other) for one, other in zip(found, wanted, strict=True))
if furthest > 1e-4:
    sys.exit(f"an onset is {1000 * furthest:.2f} ms off")
