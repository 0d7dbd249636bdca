"""How the spaces work, as the server says it: with the shipped spaces."""

import base64
import gzip
import json

import numpy as np
import pytest
from fastapi.testclient import TestClient
from make_explain_fixture import ASKED, FIXTURE, cases

from clave import load_rhythm, load_sound
from clave.app.server import create_app
from clave.files import audio_file
from clave.music.kit import VOICES
from clave.play.project.bars import BarPattern

KICK = {"from": "factory", "kit": "analogue"}


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(load_rhythm(), load_sound()), base_url="http://localhost")


@pytest.fixture(scope="module")
def bar() -> dict:
    return BarPattern.of(load_rhythm().at([[0.5, -1.0]])[0]).model_dump(mode="json")


def test_a_bar_has_its_place_its_detail_and_comes_back(client: TestClient, bar: dict) -> None:
    said = client.post("/api/explain/bar", json={"pattern": bar}).json()
    assert (len(said["feel"]), len(said["strokes"])) == (14, 48)
    assert said["again"]["f1"] == 1
    assert sorted(said["again"]["kept"]) == sorted(stroke[:2] for stroke in bar["strokes"])
    assert said["posterior"]["radii"][0] >= said["posterior"]["radii"][1] > 0


def test_a_point_is_decoded_beside_the_bar(client: TestClient, bar: dict) -> None:
    there, elsewhere = (
        client.post("/api/explain/point", json={"pattern": bar, "point": point}).json()
        for point in ([0.5, -1.0], [-2.0, 1.5])
    )
    assert there["likely"]["f1"] == 1  # the bar that lies there
    assert elsewhere["likely"]["f1"] < 1
    kept, gained = ({tuple(cell) for cell in there["drawn"][part]} for part in ("kept", "gained"))
    lost = {tuple(cell) for cell in there["drawn"]["lost"]}
    assert kept | lost == {tuple(stroke[:2]) for stroke in bar["strokes"]}
    assert not gained & (kept | lost)
    assert all(0 <= cell <= 1 for row in there["probability"] for cell in row)
    assert [len(row) for row in there["probability"]] == [64] * len(VOICES)


def test_a_sound_goes_through_and_is_there_to_be_heard(client: TestClient) -> None:
    said = client.post("/api/explain/sounds/0", json={"sound": KICK}).json()
    assert (said["spectrogram"]["bands"], said["spectrogram"]["frames"], said["attack_bands"]) == (140, 64, 12)
    nsgt = said["nsgt"]
    assert len(base64.b64decode(nsgt["levels"])) == nsgt["bands"] * nsgt["frames"] > 10_000
    assert max(base64.b64decode(said["spectrogram"]["levels"])) == 255
    names = ("sound", "decoded_sound", "random_phase")
    assert len({said[name] for name in names}) == 3
    for name in names:
        assert 0.1 < audio_file.from_bytes(base64.b64decode(said[name])).peak <= 1
    without = client.post("/api/explain/sounds/0", json={"sound": KICK, "with_detail": False}).json()
    assert without["point"] == said["point"]
    assert without["model_db"] > said["model_db"]


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("bar", {"pattern": {"meter": [7, 4], "strokes": []}}, "7/4"),
        ("point", {"pattern": {"meter": [4, 4], "strokes": []}, "point": [0, 0], "style": "polka"}, "polka"),
        ("point", {"pattern": {"meter": [4, 4], "strokes": []}, "point": [0, 0], "variation": 2}, "variation"),
        ("sounds/8", {"sound": KICK}, "voice"),
        ("sounds/0", {"sound": {"from": "factory", "kit": "no such"}}, "no such"),
    ],
)
def test_what_cannot_be_explained_is_refused(client: TestClient, path: str, body: dict, why: str) -> None:
    refused = client.post(f"/api/explain/{path}", json=body)
    assert 400 <= refused.status_code < 500, refused.text
    assert why in refused.json()["error"]


def test_the_fixture_of_a_page_without_a_server_is_up_to_date() -> None:
    kept = json.loads(gzip.decompress(FIXTURE.read_bytes()))
    assert len(kept) == len(ASKED)
    for one, now in zip(kept, cases(), strict=True):
        assert one["request"] == now["request"], "run `python tests/make_explain_fixture.py`"
        assert [one["answer"][name] for name in ("likely", "drawn")] == [now["answer"][n] for n in ("likely", "drawn")]
        np.testing.assert_allclose(one["answer"]["probability"], now["answer"]["probability"], atol=2e-4)
