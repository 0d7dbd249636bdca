"""The drum map that dropped files are read with: looked at, edited, chosen, kept, exported and imported."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm

from clave.app.drum_maps import DrumMaps
from clave.app.kit_library import KitLibrary
from clave.app.server import create_app
from clave.errors import MidiError
from clave.files import midi

QUARTER = 480


def file_of(notes: list[tuple[int, int]]) -> bytes:
    """A MIDI file with these notes on channel 10: quarter and number."""
    body, now = b"", 0
    for tick, number in sorted((quarter * QUARTER, number) for quarter, number in notes):
        wait = tick - now
        body += bytes([*([0x80 | wait >> 7] if wait > 127 else []), wait & 127, 0x99, number, 100])
        body += bytes([0, 0x89, number, 0])
        now = tick
    track = body + b"\x00\xff\x2f\x00"
    head = b"MThd\x00\x00\x00\x06\x00\x00\x00\x01" + QUARTER.to_bytes(2, "big")
    return head + b"MTrk" + len(track).to_bytes(4, "big") + track


BACKBEAT = [(bar * 4 + beat, 18) for bar in range(4) for beat in (1, 3)]  # no map lists 18
KICKS = [(bar * 4 + beat, 36) for bar in range(4) for beat in (0, 2)]
FILE = file_of([*BACKBEAT, *KICKS])


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    app = create_app(ToyRhythm(), library=KitLibrary(tmp_path / "kits.db"))
    return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50000))


def snares(client: TestClient) -> int:
    read = client.post("/api/material?name=own.mid", content=FILE)
    assert read.status_code == 200, read.text
    return sum(voice == 1 for voice, *_ in read.json()["bars"][0]["pattern"]["strokes"])


def test_an_unknown_note_is_shown_guessed_given_to_a_voice_and_read(client: TestClient, tmp_path: Path) -> None:
    assert snares(client) == 0
    look = client.post("/api/drum-map/look?name=own.mid", content=FILE).json()
    assert (look["name"], look["known"]) == ("general-midi", 0.5)
    unknown, kick = look["notes"]
    assert unknown == {"note": 18, "strokes": 8, "bars": 4, "first_bar": 1, "voice": "snare", "guessed": True,
                       "why": "by where its strokes lie"}  # fmt: skip
    assert (kick["note"], kick["voice"], kick["guessed"]) == (36, "kick", False)
    assert {fit["name"] for fit in look["fits"]} == set(midi.drum_map_names())
    assert look["fits"] == sorted(look["fits"], key=lambda fit: -fit["kit"])

    kept = client.post("/api/drum-map/own", json={"base": "general-midi", "notes": {"18": "snare", "38": None}}).json()
    assert (kept["reads_with"], kept["own"]["18"], kept["own"]["36"], "38" in kept["own"]) == (
        "own",
        "snare",
        "kick",
        False,
    )
    assert snares(client) == 2
    assert client.post("/api/drum-map/look?drum_map=own", content=FILE).json()["known"] == 1.0
    exported = tmp_path / "exported.toml"
    exported.write_bytes(client.get("/api/drum-map/own.toml").content)
    assert midi.load_drum_map(exported)[18] == "snare"  # what --drum-map reads

    again = DrumMaps(tmp_path)  # after a restart
    current = again.current()
    assert current is not None
    assert current[18] == "snare"
    assert again.option() == str(tmp_path / "drum-map.toml")
    assert client.post("/api/drum-map", json={"reads_with": "fit"}).json()["reads_with"] == "fit"
    assert snares(client) == 0


def test_a_map_is_imported_and_what_is_none_is_refused(client: TestClient) -> None:
    taken = client.post("/api/drum-map/own.toml", content=b"[notes]\nclap = [5]\n")
    assert (taken.json()["reads_with"], taken.json()["own"]) == ("own", {"5": "clap"})
    for path, body, why in [
        ("/api/drum-map/own.toml", {"content": b"[notes]\nkick = [200]\n"}, "0..127, got 200"),
        ("/api/drum-map/own.toml", {"content": b"\xff"}, "UTF-8"),
        ("/api/drum-map", {"json": {"reads_with": "no such"}}, "no drum map 'no such'"),
        ("/api/drum-map/own", {"json": {"base": "fit", "notes": {}}}, "by its name"),
        ("/api/drum-map/own", {"json": {"base": "own", "notes": {"5": "cowbells"}}}, "cowbells"),
        ("/api/drum-map/own", {"json": {"base": "own", "notes": {"128": "kick"}}}, "127"),
        ("/api/drum-map/look", {"content": b"no MIDI"}, "MIDI"),
    ]:
        refused = client.post(path, **body)
        assert refused.status_code == 422, (path, refused.text)
        assert why in refused.json()["error"]
    assert client.get("/api/drum-map").json()["own"] == {"5": "clap"}  # nothing has changed


def test_a_kept_map_that_is_broken_is_said_and_does_not_stop_the_instrument(tmp_path: Path) -> None:
    (tmp_path / "drum-map.toml").write_text("[notes]\nkick = [1, 1]")
    (tmp_path / "drum-map.json").write_text('{"reads_with": "own"}')
    maps = DrumMaps(tmp_path)
    assert "listed twice" in maps.state().trouble
    assert (maps.state().reads_with, maps.current(), maps.option()) == ("fit", None, None)
    with pytest.raises(MidiError, match="no drum map of your own yet"):
        maps.choose("own")
    assert DrumMaps().option() is None
