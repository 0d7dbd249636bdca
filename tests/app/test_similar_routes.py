"""More like this: what the server answers about bars and sounds that are alike; stubs stand for the indexes."""

import numpy as np
import pytest
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm
from toy_tones import ToyTones

from clave.app.server import create_app
from clave.latent.code import Code
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.rhythm.bar_index import SimilarBar
from clave.sound.sound_index import SimilarSound

BACKBEAT = {"meter": [4, 4], "strokes": [[0, 0, 1, 0], [1, 16, 0.5, 0]]}


def kick() -> Pattern:
    hits = np.zeros((8, 64), bool)
    hits[0, 0] = True
    return Pattern.from_hits(hits)


class Rhythm(ToyRhythm):
    """Two bars are like any: one with its place on the map, one without."""

    def similar(self, patterns, n=10):
        assert len(patterns) == 1
        assert n == 24  # enough to count styles
        first = SimilarBar(0, 0.0, 1.0, kick(), "a.mid", 0, "funk", "beat", "CC0", (0.5, -0.25))
        return [[first, SimilarBar(1, 2.5, 0.5, kick(), "b.mid", 6, "", "beat", "")]]

    def locate(self, patterns):
        return np.arange(2 * len(patterns), dtype=np.float32).reshape(-1, 2)


class Tones(ToyTones):
    """Remembers the sounds that were searched with."""

    def similar(self, clip, voice, n=10):
        self.searched = (clip, voice, n)
        code = Code(np.array([[1, -1]], np.float32), np.array([[0.25, 0]], np.float32))
        return [SimilarSound(4, 7.5, "kick.wav", "CC0-1.0", VOICES[0], code)]


@pytest.fixture
def tones() -> Tones:
    return Tones()


@pytest.fixture
def client(tones: Tones) -> TestClient:
    return TestClient(create_app(Rhythm(), tones), base_url="http://localhost")


def test_a_bar_has_its_place_its_styles_and_the_bars_like_it(client: TestClient) -> None:
    answer = client.post("/api/similar/bars", json={"pattern": BACKBEAT, "n": 2}).json()
    assert (answer["point"], answer["styles"]) == ([0, 1], [{"style": "funk", "share": 0.5}])
    first, second = answer["found"]
    assert (first["source"], first["bar"], first["agreement"], first["point"]) == ("a.mid", 1, 1.0, [0.5, -0.25])
    assert (second["bar"], second["distance"], second["style"], second["point"]) == (7, 2.5, "", [4, 5])
    assert [stroke[:2] for stroke in first["pattern"]["strokes"]] == [[0, 0]]


@pytest.mark.parametrize(
    "sound", [{"from": "map", "point": [0, 0]}, {"from": "factory", "kit": "analogue"}], ids=["map", "kit"]
)
def test_a_sound_of_any_origin_finds_sounds_that_the_space_plays(client: TestClient, tones: Tones, sound) -> None:
    [found] = client.post("/api/similar/sounds/0", json={"sound": sound, "n": 3}).json()["found"]
    assert found == {"source": "kick.wav", "licence": "CC0-1.0", "distance": 7.5, "point": [1, -1], "detail": [0.25, 0]}
    clip, voice, n = tones.searched
    assert clip.samples.any()
    assert (voice, n) == (VOICES[0], 3)
    played = client.post("/api/sounds/0", json={"point": found["point"], "detail": found["detail"]})
    assert played.status_code == 200


def test_what_cannot_be_searched_is_refused(client: TestClient) -> None:
    for path, body, why in [
        ("bars", {"pattern": BACKBEAT, "n": 51}, "50"),
        ("sounds/8", {"sound": {"from": "map", "point": [0, 0]}}, "voice"),
        ("sounds/0", {"sound": {"from": "factory", "kit": "no such"}}, "no such"),
    ]:
        refused = client.post(f"/api/similar/{path}", json=body)
        assert refused.status_code in (404, 422), refused.text
        assert why in refused.json()["error"]
