"""Write tests/fixtures/arrange.json.gz: projects drawn at random, and what `clave.play.arrange` makes of them.

Run it after a change of the rules: python tests/make_arrange_fixtures.py. The page has to make the same of them
(`web/src/rules/arrange.test.ts`); what the page draws and makes is in `arrange_page.json.gz`, by `npm run fixtures`.
"""

import gzip
import json
import random
from pathlib import Path
from typing import Any

from random_projects import digest, heard, made_up, random_project

from clave.play.arrange import arrange, requests
from clave.play.plan import natural_bars
from clave.play.project import PARAMETERS

PATH = Path(__file__).parent / "fixtures" / "arrange.json.gz"
PROJECTS = 300
IN_FULL = 30  # of these, every stroke is in the file; of the others, sums a bar


def case(seed: int) -> dict[str, Any]:
    """One project and its strokes."""
    project, bars = random_project(seed), random.Random(seed).randint(4, 12)
    asked = requests(project, bars)
    performance = arrange(project, made_up(asked), bars)
    strikes = performance.events()
    full = [[each if isinstance(each, int) else round(each, 12) + 0.0 for each in strike] for strike in strikes]
    return {
        "project": project.model_dump(mode="json"), "bars": bars, "natural_bars": natural_bars(project),
        "requests": [len(asked.bars), len(asked.sounds)], "heard": heard(asked),
        "digest": digest(performance), "strikes": full if seed < IN_FULL else None,
    }  # fmt: skip


def document() -> dict[str, Any]:
    """All cases, and of each parameter the range and how often it is read."""
    return {
        "parameters": {name: [low, high, each] for name, (low, high, _, each) in PARAMETERS.items()},
        "cases": [case(seed) for seed in range(PROJECTS)],
    }


if __name__ == "__main__":
    text = json.dumps(document(), separators=(",", ":"))
    PATH.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{PATH}: {PATH.stat().st_size} bytes")
