"""A dropped MIDI file: its bars with their places, and in words what was taken of it and what was not."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from midi_files import meter, midi_file, note, notes, tempo
from toy_rhythm import ToyRhythm

from clave import load_rhythm
from clave.app import server
from clave.app.material import MAX_MIDI_BYTES, read_material
from clave.app.protocol import Refusal
from clave.errors import MidiError, ProjectError
from clave.play.project import BarPattern, Given, MaterialBar, MaterialFile, Project, from_json
from clave.play.project.material import MAX_FILE_BARS, MAX_MATERIAL_BARS, MAX_MATERIAL_FILES
from clave.play.project.saving import to_json

BAR = 1920  # ticks
PAGE_RULES = Path(__file__).parents[2] / "web" / "src" / "rules" / "material.ts"


@pytest.fixture
def client() -> TestClient:
    return TestClient(server.create_app(ToyRhythm()), base_url="http://localhost")


def send(client: TestClient, content: bytes, name: str = "own.mid") -> MaterialFile:
    answer = client.post("/api/material", params={"name": name}, content=content)
    assert answer.status_code == 200, answer.text
    return MaterialFile.model_validate_json(answer.text)


def refusal(client: TestClient, content: bytes, name: str = "own.mid") -> tuple[int, str, str]:
    answer = client.post("/api/material", params={"name": name}, content=content)
    said = Refusal.model_validate_json(answer.text)
    return answer.status_code, said.kind, said.error


def beat(*bars: int) -> list:
    """A kick on the first beat of these bars, and a snare a 16th later in each."""
    return [
        event
        for nth, bar in enumerate(bars)
        for event in (*note(bar * BAR), *note(bar * BAR + 120 * (nth + 1), number=38))
    ]


@pytest.mark.parametrize("form", [0, 1])
def test_bars_come_in_their_order_with_their_places(client: TestClient, form: int) -> None:
    made = send(client, midi_file(tempo(0, 600_000) + beat(0, 1, 2), type=form))
    assert [bar.pattern.strokes for bar in made.bars] == [
        ((0, 0, 0.7874, 0.0), (1, 4 * (nth + 1), 0.7874, 0.0)) for nth in range(3)
    ]
    assert [bar.point for bar in made.bars] == [(0.25, (nth + 1) / 4) for nth in range(3)]
    assert [bar.bar for bar in made.bars] == [0, 1, 2]
    assert (made.name, made.tempo_bpm) == ("own.mid", 100)
    assert made.said == ("3 bars (3 in 4/4) and 6 strokes read.",)


def test_what_is_left_out_is_said_each_thing_once(client: TestClient) -> None:
    events = (
        beat(0)
        + beat(2)  # bar 1 has no stroke, bar 2 is bar 0 again
        + notes(2 * BAR + 480, number=120)  # no drum
        + notes(10, 20, number=60, channel=1)  # another instrument
        + notes(3, number=36, velocity=20)  # on the place of a louder one
        + meter(3 * BAR, 7, 8) + notes(3 * BAR)  # the toy does not know 7/8
    )  # fmt: skip
    made = send(client, midi_file(events))
    assert [bar.bar for bar in made.bars] == [0]
    assert made.said == (
        "4 bars (3 in 4/4, 1 in 7/8) and 5 strokes read.",
        "1 bar without strokes left out.",
        "Left out, as the map knows 4/4, 3/4, 6/8, 5/4 only: 1 in 7/8.",
        "1 bar like an earlier one: no star of its own.",
        "Notes that mean no drum (general-midi) left out: 120 (1).",
        "2 notes of other instruments left out.",
        "1 stroke at the place of a louder one of the same voice left out.",
    )


def test_other_meters_are_placed_in_their_meter(client: TestClient) -> None:
    made = send(client, midi_file(meter(0, 3, 4) + notes(0, 1440, 1920)))
    assert [bar.pattern.meter for bar in made.bars] == [(3, 4), (3, 4)]


def test_a_file_gives_so_many_bars_at_most_and_says_how_many_are_left(client: TestClient) -> None:
    bars = MAX_FILE_BARS + 7
    numbers = [
        [voice for bit, voice in enumerate((36, 38, 42, 46, 45, 49, 39, 37, 41)) if place >> bit & 1]
        for place in range(1, bars + 1)
    ]
    events = [
        event
        for bar, voices in enumerate(numbers)
        for voice in voices
        for event in note(bar * BAR + 120 * (voice % 3), number=voice)
    ]
    made = send(client, midi_file(events))
    assert len(made.bars) == MAX_FILE_BARS
    assert any(
        re.fullmatch(rf"\d+ bars left out: a file gives {MAX_FILE_BARS} different bars at most\.", each)
        for each in made.said
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Dear drummer, this is a letter.", "letter.mid: not a MIDI file; one begins with MThd"),
        (b"", "letter.mid: empty, 0 bytes"),
        (midi_file([]), "letter.mid: no drums; the file has no notes at all"),
        (midi_file(notes(0, 480, number=60, channel=1)), "letter.mid: no drums; its 2 notes are not on channel 10"),
        (midi_file(beat(0))[:30], "letter.mid: "),
        (midi_file(meter(0, 7, 8) + notes(0)), "letter.mid: no bar has a meter that the map knows (4/4, "),
    ],
    ids=["a text", "nothing", "no notes", "no drums", "cut short", "no known meter"],
)  # fmt: skip
def test_what_is_no_material_is_refused_in_words(client: TestClient, content: bytes, words: str) -> None:
    status, kind, said = refusal(client, content, "letter.mid")
    assert (status, kind) == (422, "midi")
    assert said.startswith(words)


def test_a_file_that_is_too_large_is_refused_while_it_comes(client: TestClient) -> None:
    status, _, said = refusal(client, b"MThd" + bytes(MAX_MIDI_BYTES))
    assert status == 413
    assert said == "POST /api/material: a MIDI file is at most 4 MB"


def test_the_shipped_space_places_a_bar_where_it_lies() -> None:
    rhythm = load_rhythm()
    made = read_material(midi_file(beat(0, 1)), "own.mid", rhythm)
    found = rhythm.locate([bar.pattern.pattern() for bar in made.bars])
    assert [bar.point for bar in made.bars] == pytest.approx(found, abs=1e-4)


def test_a_name_may_be_long_and_a_report_too(client: TestClient) -> None:
    many = [event for number in range(80, 120) for event in note(number * 30, number=number)]
    made = send(client, midi_file(beat(0) + many), name="n" * 200)
    assert any(each.endswith("and 32 more.") or "more." in each for each in made.said)
    with pytest.raises(MidiError, match="nnn"):
        read_material(b"x", "n" * 1000, ToyRhythm())


def test_material_is_saved_with_the_project_and_older_ones_have_none() -> None:
    bar = MaterialBar(pattern=BarPattern(strokes=((0, 0, 0.5, 0.0),)), point=(0.5, -1.0))
    project = Project(material=(MaterialFile(name="own.mid", bars=(bar,), said=("1 bar read.",)),))
    assert from_json(to_json(project)) == project
    assert from_json('{"format": "clave project", "version": 1}').material == ()
    assert Given(pattern=bar.pattern).point is None


def test_a_project_keeps_so_much_material_at_most() -> None:
    bar = MaterialBar(pattern=BarPattern(), point=(0.0, 0.0))
    full = MaterialFile(name="own.mid", bars=(bar,) * MAX_FILE_BARS)
    Project(material=(full,) * (MAX_MATERIAL_BARS // MAX_FILE_BARS))
    with pytest.raises(ProjectError, match="material: the material of a project has at most 512 bars, got 513"):
        Project(material=(full, full, MaterialFile(name="one more.mid", bars=(bar,))))
    with pytest.raises(ProjectError, match="material: Tuple should have at most 16 items"):
        Project(material=(MaterialFile(name="own.mid", bars=(bar,)),) * (MAX_MATERIAL_FILES + 1))


def test_the_page_has_the_same_limits() -> None:
    said = dict(re.findall(r"export const (MAX_\w+) = ([\d_]+);", PAGE_RULES.read_text("utf-8")))
    limits = {name: int(value.replace("_", "")) for name, value in said.items()}
    assert limits == {
        "MAX_MIDI_BYTES": MAX_MIDI_BYTES,
        "MAX_SOUND_BYTES": 50_000_000,
        "MAX_PROJECT_BYTES": 32_000_000,
        "MAX_MATERIAL_FILES": MAX_MATERIAL_FILES,
        "MAX_MATERIAL_BARS": MAX_MATERIAL_BARS,
    }


@pytest.mark.parametrize("name", ["caf%E9.mid", "%ED%B3%A9.mid"], ids=["Latin-1", "a lone surrogate"])
def test_a_name_whose_bytes_are_no_letters_is_answered_in_json(client: TestClient, name: str) -> None:
    answer = client.post(f"/api/material?name={name}", content=midi_file(notes(0, 480)))
    assert MaterialFile.model_validate_json(answer.content).name.endswith(".mid")
    refused = client.post(f"/api/material?name={name}", content=b"no")
    assert refused.status_code == 422
    assert "not a MIDI file" in refused.json()["error"]
