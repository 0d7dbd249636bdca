"""Whether what openDAW's reader found in a DAWproject, FOLDER/opendaw.json, is the project FOLDER/funk.json."""

import json
import sys
from pathlib import Path

import clave
from clave.music.kit import VOICES

folder = Path(sys.argv[1])
found = json.loads((folder / "opendaw.json").read_text("utf-8"))
music = clave.perform(clave.project.load(folder / "funk.json"))
wanted = sorted((max(0.0, each.position / 16), VOICES[each.voice].note, each.velocity) for each in music.strikes)
if len(found["notes"]) != len(wanted):
    sys.exit(f"{len(found['notes'])} notes instead of {len(wanted)}")
for one, other in zip(found["notes"], wanted, strict=True):
    if any(abs(a - b) > 1e-6 for a, b in zip(one, other, strict=True)):
        sys.exit(f"the note {one} instead of {list(other)}")
if found["tempo"] != music.tempo.bars[0].start_bpm or found["tracks"][0] != "Drums":
    sys.exit(f"tempo {found['tempo']}, tracks {found['tracks']}")
