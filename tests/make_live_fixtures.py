"""Write tests/fixtures/live.json: what the page and the server must agree on when controls come from outside.

Names of actions, places on the map, anchors and settings that a control changes, and differences between projects; the
page's rules are held to them. Run it after a change of a control: python tests/make_live_fixtures.py
"""

import json
from pathlib import Path
from typing import Any

from random_projects import random_project

from clave.play.live.arguments import Value
from clave.play.live.controls.control import ACTIONS
from clave.play.live.controls.table import CONTROLS as TABLE
from clave.play.live.controls.table import changed_by, find
from clave.play.live.patch import difference
from clave.play.live.player_cc import control_changes
from clave.play.project import Edited, Generated, Given, Phrase, Project, Scene, SetCells, edited
from clave.play.project.bars import BarPattern

PATH = Path(__file__).parent / "fixtures" / "live.json"
HAND = SetCells(cells=((0, 0, 0.5, 0.0), (1, 16, 0.5, 0.25), (2, 62, 0.75, -1.0)))
PHRASE = tuple(Generated(point=(0.5, 0.5), phrase=Phrase(bars=2, index=index)) for index in range(2))
GIVEN = Given(pattern=BarPattern(strokes=((0, 0, 1.0, 0.0),)), source="own.mid")
SCENES: dict[str, Scene] = {
    "plain": Scene(),
    "phrase with a hand": Scene(bars=(edited(PHRASE[0], HAND), PHRASE[1])),
    "given with a hand": Scene(bars=(edited(GIVEN, HAND), GIVEN)),
    "fill with a hand": Scene(fill=Edited(base=Generated(point=(0, 0)), operations=(HAND,))),
}
CONTROLS: tuple[tuple[str, tuple[Value, ...]], ...] = (
    ("/clave/map", (0.25, -1.5)),
    ("/clave/variation", (0.5,)),
    ("/clave/meter", (3, 4)),
    ("/clave/section", ("fill",)),
    ("/clave/bars", (4,)),
    ("/clave/anchor/B", (1.0, 0.5)),
    ("/clave/release", ("snare",)),
    ("/clave/tempo", (97.0,)),
)

PLAYER: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("/clave/player/map", (-3.0, 0.0)),
    ("/clave/player/map", (1.2345, 9.0)),
    ("/clave/player/density", (4.75,)),
    ("/clave/player/syncopation", (-1.0,)),
    ("/clave/tempo", (120.0,)),
)


def document() -> dict[str, Any]:
    """All of it."""
    return {
        "actions": list(ACTIONS),
        "controls": [control.address for control in TABLE],
        "scenes": {name: scene.model_dump(mode="json") for name, scene in SCENES.items()},
        "changes": [_change(name, scene, *control) for name, scene in SCENES.items() for control in CONTROLS],
        "player_cc": [_player_cc(address, values) for address, values in PLAYER],
        "differences": [_difference(seed) for seed in (54, 41, 32, 59)],
    }


def _change(name: str, scene: Scene, address: str, given: tuple[Value, ...]) -> dict[str, Any]:
    before = Project(scene=scene)
    (found,) = find(address)
    after = changed_by(found, before, found.control.arguments(given))
    return {"scene": name, "address": address, "arguments": list(given), "patch": difference(before, after)}


def _player_cc(address: str, values: tuple[float, ...]) -> dict[str, Any]:
    messages = control_changes(address, values, (20, 21, 22, 23), 10)
    return {"address": address, "values": list(values), "changes": [list(each[1:]) for each in messages]}


def _difference(seed: int) -> dict[str, Any]:
    before = random_project(seed)
    after = before.changed(
        volume=0.25,
        scene=before.scene.changed(lanes=random_project(7).scene.lanes, swing=0.625),
        scenes=(),
        song=(),
    )
    return {
        "before": before.model_dump(mode="json"),
        "after": after.model_dump(mode="json"),
        "patch": difference(before, after),
    }


def text() -> str:
    """The file."""
    return json.dumps(document(), separators=(",", ":")) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
