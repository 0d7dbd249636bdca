"""Write tests/fixtures/explained_points.json.gz: what the decoder of the shipped space makes of some map points.

`python tests/make_explain_fixture.py`; a test holds it up to date, and web/src/static/explain.ts makes the same.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from clave.app.explain_protocol import ExplainPointRequest
from clave.app.server.explain_routes import explained_point
from clave.play.project.bars import BarPattern
from clave.rhythm.space import load_rhythm

FIXTURE = Path(__file__).parent / "fixtures" / "explained_points.json.gz"
ASKED: list[dict[str, Any]] = [
    {"point": [0.5, -1.0]},
    {"point": [-2.25, 1.5], "style": "funk", "density": 0.7, "variation": 0.4, "seed": 3},
    {"point": [3.0, 3.0], "style": {"jazz": 0.25, "rock": 0.75}, "variation": 0.0},
    {"point": [-0.125, 0.25], "meter": [3, 4], "seed": 7},
]


def cases() -> list[dict[str, Any]]:
    """Each request, and its answer beside the bar in the middle of the map."""
    rhythm = load_rhythm()
    found: list[dict[str, Any]] = []
    for asked in ASKED:
        [bar] = rhythm.at([[0.0, 0.0]], meter=tuple(asked.get("meter", (4, 4))))
        named = {name: value for name, value in asked.items() if name != "meter"}
        request = ExplainPointRequest(pattern=BarPattern.of(bar), **named)
        said = explained_point(rhythm, request).model_dump(mode="json")
        found.append({"request": request.model_dump(mode="json"), "answer": said})
    return found


if __name__ == "__main__":
    text = json.dumps(cases(), separators=(",", ":"))
    FIXTURE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
