"""The server answers what the protocol says, refuses in sentences, and talks to this machine only."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from toy_rhythm import ToyRhythm
from toy_tones import ToyTones

import clave
from clave import Clip, Kit, Pattern, midi, wav
from clave.app import rhythm_map, server
from clave.app.kit_builder import KitBuilder, OfferedKit
from clave.app.kit_library import KitLibrary
from clave.app.path_protocol import EvenReply, WanderReply
from clave.app.protocol import (
    BarPattern,
    CorpusMap,
    Instrument,
    MapGround,
    Neighbour,
    PatternMade,
    PatternReply,
    ProjectReply,
    Refusal,
    ShiftReply,
)
from clave.app.server import listening, sound_routes
from clave.app.sound_protocol import (
    DrawnKit,
    Heard,
    KeptId,
    KeptInfo,
    KeptKit,
    KeptVersion,
    PlacedSound,
    SoundMap,
    SoundRequest,
)
from clave.errors import KitLibraryError, ServerError
from clave.music.kit import VOICES
from clave.play.formats import WriteOptions, midi_bytes, write_midi
from clave.play.project import (
    Generated,
    GenerationSettings,
    Given,
    Humanise,
    Project,
    ProjectKit,
    Scene,
    SpaceReference,
    Spaces,
    edited,
    from_json,
    saving,
)
from clave.play.project.bars import kept_cells, with_cells
from clave.play.project.voices import KitVoice
from clave.play.wander_path import wander_path
from clave.rhythm import attributes
from clave.rhythm.corpus_map import CorpusMap as LearnedMap

MADE: list[str] = []
TAPPED = {"kind": "taps", "taps": [[0.25, 1], [30, 0.5]], "style": "jazz", "section": "fill", "seed": 2}
GENERATED = {"kind": "generated", "point": [1, -1], "settings": {"style": "funk", "meter": [3, 4]}}
PHRASE = {"bars": 4, "index": 1}
HUMANISE = {"kind": "humanise"}
HUMANISED = {"kind": "edited", "base": GENERATED, "operations": [HUMANISE]}
MANY_HUMANISED = [{**HUMANISED, "operations": [{"kind": "humanise", "seed": bar}] * 32} for bar in range(17)]
LONG_PATH = {"points": [[0, 0], [1, 1]], "bars": 1024, "quantum": "step"}
OWN_ORIGIN = {"origin": "http://127.0.0.1:8064"}
EMPTY_PROJECT = {"format": "clave project", "version": 1}


def toy_kit() -> Kit:
    MADE.append("toy")
    return Kit(tuple(Clip(np.linspace(0.5, -0.5, 100 + voice.index, dtype=np.float32)) for voice in VOICES), name="toy")


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Clave</title>", "utf-8")
    (tmp_path / "assets" / "page.js").write_text("1", "utf-8")
    return tmp_path


@pytest.fixture
def client(static: Path) -> Iterator[TestClient]:
    with TestClient(
        server.create_app(ToyRhythm(), ToyTones(), [OfferedKit("toy-kit", "A toy", toy_kit)], static, KitLibrary()),
        "http://127.0.0.1:8064",
    ) as client:
        yield client


class WithDrummer(ToyRhythm):
    """Whose corpus is one long take of drummer 3."""

    def __init__(self) -> None:
        super().__init__()
        walk, count = np.random.default_rng(0).normal(size=(24, 2)).astype(np.float32), 24
        sources = ["drummer3/session1/2_funk.mid"] * count
        self.corpus = LearnedMap(
            walk, ["funk"] * count, ["beat"] * count, [(4, 4)] * count, sources, {sources[0]: "CC BY 4.0"}
        )


def refusal(response: httpx.Response) -> Refusal:
    assert 400 <= response.status_code < 500
    return Refusal.model_validate(response.json())


def test_the_instrument_is_all_the_page_must_know(client: TestClient) -> None:
    told = Instrument.model_validate(client.get("/api/instrument").json())
    assert told.space.styles == ["funk", "jazz"]
    assert told.space.bars == 4
    assert told.space.meters == [(4, 4), (3, 4), (6, 8), (5, 4)]
    assert told.space.directions == list(attributes.NAMES)
    assert [voice.name for voice in told.voices] == [voice.name for voice in VOICES]
    assert [(kit.name, kit.label) for kit in told.kits] == [("toy-kit", "A toy")]
    assert told.sound is not None
    assert (told.sound.name, told.sound.detail_size) == ("toy", 2)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_corpus_comes_whole_packed_or_not(client: TestClient, encoding: str) -> None:
    response = client.get("/api/corpus", headers={"accept-encoding": encoding})
    assert response.headers.get("content-encoding", "identity") == encoding
    told, corpus = CorpusMap.model_validate(response.json()), ToyRhythm().corpus
    np.testing.assert_allclose(np.column_stack([told.x, told.y]), corpus.map, atol=5e-4)
    assert [told.styles[n] if n >= 0 else "" for n in told.style] == list(corpus.styles)
    assert [told.sections[n] for n in told.section] == list(corpus.sections)
    assert [told.sources[n] for n in told.source] == list(corpus.sources)
    assert dict(zip(told.sources, told.licences, strict=True)) == {"a.mid": "CC BY 4.0", "b.mid": "CC0", "c.mid": "CC0"}


def test_a_space_without_detail_can_shift_nothing(static: Path) -> None:
    class Flat(ToyRhythm):
        def __init__(self) -> None:
            super().__init__()
            self.directions = ()

    client = TestClient(server.create_app(Flat(), static=static), "http://localhost")
    assert client.get("/api/instrument").json()["space"]["directions"] == []


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_the_ground_of_the_map_comes_packed_or_not(client: TestClient, encoding: str) -> None:
    response = client.get("/api/map/ground", headers={"accept-encoding": encoding})
    assert response.headers.get("content-encoding", "identity") == encoding
    assert MapGround.model_validate(response.json()) == rhythm_map.ground(ToyRhythm())


def test_neighbours_are_told_with_source_and_licence(client: TestClient) -> None:
    told = [Neighbour.model_validate(each) for each in client.get("/api/map/neighbours?x=0.5&y=0.5&n=3").json()]
    assert told == rhythm_map.neighbours(ToyRhythm(), (0.5, 0.5), 3)
    assert len(client.get("/api/map/neighbours?x=9&y=-1e6").json()) == 4


def test_a_point_gives_the_bar_that_the_space_has_there(client: TestClient) -> None:
    points = [[-2.5, 1.0], [0.0, -1.0], [2.5, 1.0]]
    asked = {"points": points, "style": "funk", "section": "fill", "density": 0.9, "variation": 0.2, "seed": 5}
    reply = PatternReply.model_validate(client.post("/api/patterns", json=asked).json())
    expected = ToyRhythm().at(np.array(points), "funk", "fill", 0.2, 0.9, 5)
    assert [bar.pattern() for bar in reply.patterns] == expected


def test_meter_blend_and_shift_go_through_to_the_space(client: TestClient) -> None:
    asked = {"points": [[-2.5, 1.0]], "style": {"funk": 0.7, "jazz": 0.3}, "meter": [6, 8], "shift": {"loudness": -2}}
    reply = PatternReply.model_validate(client.post("/api/patterns", json=asked).json())
    (bar,) = ToyRhythm().at([[-2.5, 1.0]], meter=(6, 8))
    assert [bar.pattern() for bar in reply.patterns] == [ToyRhythm().shifted(bar, {"loudness": -2})]
    assert reply.patterns[0].meter == (6, 8)


def test_a_phrase_is_bars_that_the_space_makes_together(client: TestClient) -> None:
    asked = {"point": [1, 1], "bars": 3, "style": "jazz", "fill": True, "seed": 4, "meter": [3, 4]}
    reply = PatternReply.model_validate(client.post("/api/phrases", json=asked).json())
    assert [bar.pattern() for bar in reply.patterns] == ToyRhythm().phrase((1, 1), 3, "jazz", meter=(3, 4))


def test_even_change_gives_the_stops_of_a_path(client: TestClient) -> None:
    across = {"points": [[-3, 1], [3, 1]], "bars": 4, "between": "map"}
    asked: dict[str, Any] = {"path": across, "most": 2}
    reply = EvenReply.model_validate(client.post("/api/path/even", json=asked).json())
    assert (len(reply.stops), reply.stops[0], reply.stops[-1]) == (4, 0, 1)
    assert (reply.changes, reply.least, reply.needed_bars) == ([2, 2, 2], 2, 2)
    through = {"path": {"bars": 4, "between": "map"}, "points": across["points"]}  # of the anchors
    again = EvenReply.model_validate(client.post("/api/path/even", json=through).json())
    assert (again.stops, again.needed_bars) == (reply.stops, None)


def test_to_wander_like_a_drummer_it_takes_one(client: TestClient) -> None:
    """This space knows none."""
    assert client.get("/api/path/drummers").json() == []
    answer = client.post("/api/path/wander", json={"point": [0, 0], "like": "drummer 3"})
    assert answer.status_code == 422
    assert "nobody to wander like 'drummer 3'" in Refusal.model_validate(answer.json()).error
    with TestClient(server.create_app(WithDrummer()), "http://127.0.0.1:8064") as known:
        assert known.get("/api/path/drummers").json() == ["drummer 3"]
        asked = {"point": [0.5, 0.25], "bars": 6, "like": "drummer 3", "seed": 2}
        reply = WanderReply.model_validate(known.post("/api/path/wander", json=asked).json())
        path = wander_path(WithDrummer(), (0.5, 0.25), 6, "drummer 3", 2)
        assert (tuple(reply.points), tuple(reply.stops)) == (path.points, path.stops)
        assert client.post("/api/path/wander", json={"point": [0, 0], "bars": 1}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"path": {"points": [[0, 0]]}}, "a path has two points or more, got 1"),
        ({"path": {"points": [[0, 0]] * 10_000}}, "at most 4096 items"),
        ({"path": {}}, "a path has two points or more, got 0"),
        ({"path": {}, "points": [[0, 0], [1, 1]], "most": 0}, "greater than or equal to 1"),
        ({"path": {"points": [[0, 0], [1, 1]]}, "settings": {"style": "polka"}}, "polka"),
    ],
)
def test_a_path_that_cannot_be_evened_is_refused_in_words(client: TestClient, asked: Any, said: str) -> None:
    answer = client.post("/api/path/even", json=asked)
    assert answer.status_code == 422
    assert said in Refusal.model_validate(answer.json()).error


def bar_of(meter: tuple[int, int] = (4, 4)) -> tuple[Pattern, dict[str, Any]]:
    """A bar, and as it is sent."""
    (bar,) = ToyRhythm().at([[1.0, -1.0]], meter=meter)
    return bar, BarPattern.of(bar).model_dump(mode="json")


def made(response: httpx.Response) -> Pattern:
    assert response.status_code == 200, response.text
    return PatternMade.model_validate(response.json()).pattern.pattern()


def test_a_bar_is_played_with_feel_or_like_another(client: TestClient) -> None:
    bar, sent = bar_of((3, 4))
    asked = {"pattern": sent, "style": "funk", "amount": 0.6, "seed": 3}
    assert made(client.post("/api/patterns/feel", json=asked)) == ToyRhythm().feel(bar, "funk", 0.6, seed=3)
    loud = Pattern(bar.velocity / 2, bar.offset, bar.meter)
    asked = {"pattern": sent, "like": BarPattern.of(loud).model_dump(mode="json")}
    assert made(client.post("/api/patterns/feel", json=asked)) == loud


def test_what_is_kept_stays_and_the_rest_is_made(client: TestClient) -> None:
    bar, sent = bar_of()
    asked = {"pattern": sent, "keep": [[1, 0, 64], [2, 16, 48]], "section": "fill", "style": "jazz", "seed": 2}
    keep = kept_cells(((1, 0, 64), (2, 16, 48)), bar.meter)
    completed = made(client.post("/api/patterns/complete", json=asked))
    assert completed == ToyRhythm().complete(bar, keep, "jazz", "fill", 2)
    assert completed.velocity[keep].tolist() == bar.velocity[keep].tolist()
    assert completed != bar


def test_taps_become_drums(client: TestClient) -> None:
    asked = {"taps": [[0.25, 1], [30, 0.5]], "meter": [3, 4], "style": "jazz", "section": "fill", "seed": 2}
    drums = made(client.post("/api/patterns/taps", json=asked))
    assert drums == ToyRhythm().drums_for(asked["taps"], "jazz", "fill", 2, (3, 4))
    assert drums.meter == (3, 4)


def test_a_bar_that_was_played_is_snapped_and_placed(client: TestClient) -> None:
    bar, _ = bar_of((3, 4))
    strokes = [[stroke.voice, stroke.position, stroke.velocity] for stroke in bar.strokes()]
    reply = client.post("/api/patterns/played", json={"meter": [3, 4], "strokes": strokes})
    given = Given.model_validate(reply.json())
    assert given.pattern.pattern() == bar
    assert given.point == pytest.approx(ToyRhythm().locate([bar])[0].tolist(), abs=1e-4)
    refused = client.post("/api/patterns/played", json={"strokes": [[0, 64, 1]]})
    assert "a bar of 64 steps, got position 64" in Refusal.model_validate(refused.json()).error


def test_a_shift_is_measured(client: TestClient) -> None:
    bar, sent = bar_of()
    asked = {"pattern": sent, "shift": {"loudness": -1.5, "swing": 0}}
    reply = ShiftReply.model_validate(client.post("/api/patterns/shift", json=asked).json())
    assert reply.pattern.pattern() == ToyRhythm().shifted(bar, {"loudness": -1.5})
    assert reply.measured.before.loudness == pytest.approx(bar.velocity[bar.hits].mean())
    assert reply.measured.after.loudness == pytest.approx(reply.measured.before.loudness * 10**-0.15)
    assert reply.measured.after.density == reply.measured.before.density == bar.hits.sum() / 4


def test_midi_comes_back_as_it_was_sent(client: TestClient, tmp_path: Path) -> None:
    bars = ToyRhythm().at(np.array([[1.0, 1.0], [-1.0, -1.0]]))
    asked = {"patterns": [BarPattern.of(bar).model_dump() for bar in bars], "tempo_bpm": 97}
    response = client.post("/api/midi", json=asked)
    assert response.headers["content-type"] == "audio/midi"
    assert "groove.mid" in response.headers["content-disposition"]
    (tmp_path / "groove.mid").write_bytes(response.content)
    reading = midi.read(tmp_path / "groove.mid")
    assert [bar.hits.tolist() for bar in reading.patterns] == [bar.hits.tolist() for bar in bars]


def test_a_project_is_written_as_the_midi_file_that_it_renders_to(client: TestClient, tmp_path: Path) -> None:
    tempo = [{"bar": 0, "tempo_bpm": 97}, {"bar": 1, "tempo_bpm": 140}]
    lanes = [{"probability": 0.5, "nudge_ms": 20}, {"ratchet": 3, "nudge_ms": -10}, *[{}] * 6]
    scene = {"tempo": tempo, "lanes": lanes, "bars": [{"kind": "generated", "point": [1.0, 1.0]}] * 2}
    sent = {"format": "clave project", "version": 1, "scene": scene}
    response = client.post("/api/project/midi", json=sent)
    assert response.headers["content-type"] == "audio/midi"
    performance = clave.perform(from_json(json.dumps(sent).encode()), ToyRhythm())
    write_midi(performance, tmp_path, WriteOptions())
    assert response.content == (tmp_path / "groove.mid").read_bytes()
    on_grid = client.post("/api/project/midi?on_grid=true", json=sent)
    assert on_grid.content == midi_bytes(performance, on_grid=True) != response.content
    polka = {**scene, "bars": [{"kind": "generated", "point": [0, 0], "settings": {"style": "polka"}}]}
    refused = client.post("/api/project/midi", json={**sent, "scene": polka})
    assert (refused.status_code, "polka" in refused.json()["error"]) == (422, True)


def test_a_kit_is_made_once_however_many_ask(client: TestClient, tmp_path: Path) -> None:
    MADE.clear()
    answers: dict[int, httpx.Response] = {}

    def ask(voice: int) -> None:
        answers[voice] = client.get(f"/api/kits/toy-kit/{voice}.wav")

    threads = [threading.Thread(target=ask, args=[voice]) for voice in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert MADE == ["toy"]
    for voice in range(8):
        (tmp_path / "clip.wav").write_bytes(answers[voice].content)
        clip = wav.read(tmp_path / "clip.wav")
        np.testing.assert_allclose(clip.samples, np.linspace(0.5, -0.5, 100 + voice), atol=1e-4)


def builder() -> KitBuilder:
    """The one behind the client, but its own."""
    return KitBuilder(ToyTones(), [OfferedKit("toy-kit", "A toy", toy_kit)], KitLibrary())


def test_a_point_of_a_sound_map_is_a_wav_and_what_one_hears_in_it(client: TestClient) -> None:
    asked = {"point": [0.5, 1], "detail": [0.25, 0], "variation": 0.5, "seed": 3, "shift": {"decay": -1.0}}
    response = client.post("/api/sounds/1", json=asked)
    made = builder().sound(1, SoundRequest.model_validate(asked))
    assert response.headers["content-type"] == "audio/wav"
    assert response.content == made.wav
    assert Heard.model_validate_json(response.headers["clave-heard"]) == made.heard


def test_the_map_of_a_voice_comes_whole(client: TestClient) -> None:
    assert SoundMap.model_validate(client.get("/api/sounds/2/map").json()) == builder().map(2)


def test_a_file_is_placed_kept_and_given_back(client: TestClient) -> None:
    content = wav.to_bytes(Clip(np.sin(np.arange(5000) / 15).astype(np.float32)))
    placed = PlacedSound.model_validate(client.post("/api/sounds/0/place", content=content).json())
    own = builder()
    assert placed == own.place(0, content)
    for query, voice in (("", 7), ("?voice=0", 0)):
        response = client.get(f"/api/files/{placed.file}.wav{query}")
        assert response.headers["content-type"] == "audio/wav"
        assert response.content == own.file(placed.file, voice)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_routes, "MAX_FILE_BYTES", 1000)
    client = TestClient(server.create_app(ToyRhythm(), ToyTones(), static=static), "http://localhost")
    response = client.post("/api/sounds/0/place", content=bytes(1001))
    assert response.status_code == 413
    assert "at most" in refusal(response).error


def test_a_kit_is_drawn_around_what_is_kept(client: TestClient) -> None:
    mine = KitVoice(origin="factory", kit="toy-kit", gain=0.5)
    asked = {"seed": 5, "kept": {"2": mine.model_dump(mode="json")}}
    drawn = DrawnKit.model_validate(client.post("/api/kits/draw", json=asked).json())
    assert drawn.voices == builder().draw(5, {2: mine})
    assert drawn.voices[2] == mine


def test_kits_are_kept_renamed_deleted_and_taken_back(client: TestClient) -> None:
    voices = [voice.model_dump(mode="json") for voice in builder().draw(0)]
    assert client.get("/api/kept").json() == []
    kit = KeptId.model_validate(client.post("/api/kept", json={"name": "night", "voices": voices}).json()).id
    louder = [{**voice, "gain": 2.0} for voice in voices]
    assert client.post("/api/kept", json={"name": "night", "voices": louder}).json() == {"id": kit}
    history = [KeptVersion.model_validate(each).version for each in client.get(f"/api/kept/{kit}/history").json()]
    assert history == [2, 1]
    assert client.get(f"/api/kept/{kit}").json()["voices"] == louder
    first = KeptKit.model_validate(client.get(f"/api/kept/{kit}/history/1").json())
    assert [voice.gain for voice in first.voices] == [1.0] * 8

    assert client.patch(f"/api/kept/{kit}", json={"name": "day"}).json()["name"] == "day"
    assert client.delete(f"/api/kept/{kit}").status_code == 200
    assert client.get("/api/kept").json() == []
    (deleted,) = client.get("/api/kept?deleted=true").json()
    assert (KeptInfo.model_validate(deleted).name, deleted["versions"]) == ("day", 2)
    client.post(f"/api/kept/{kit}/restore")
    assert [each["id"] for each in client.get("/api/kept").json()] == [kit]


def test_a_kit_library_that_fails_is_a_sentence_too(tmp_path: Path, static: Path) -> None:
    class Full(KitLibrary):
        def kits(self, *, deleted: bool = False) -> list[KeptInfo]:  # noqa: ARG002
            raise KitLibraryError("kept.sqlite cannot be used to keep kits: database or disk is full")

    app = server.create_app(ToyRhythm(), static=static, library=Full())
    response = TestClient(app, "http://localhost").get("/api/kept")
    assert response.status_code == 500
    assert "disk is full" in Refusal.model_validate(response.json()).error


def test_a_broken_space_is_a_sentence_and_no_sound(static: Path) -> None:
    class Broken(ToyTones):
        def decode(self, code, voice):
            (clip,) = super().decode(code, voice)
            object.__setattr__(clip, "samples", clip.samples * np.float32(np.nan))
            return [clip]

    client = TestClient(server.create_app(ToyRhythm(), Broken(), static=static), "http://localhost")
    response = client.post("/api/sounds/0", json={"point": [0, 0]})
    assert response.status_code == 422
    assert re.search("peaks at nan.* not played", refusal(response).error)


def test_without_a_sound_space_kits_are_played(static: Path) -> None:
    client = TestClient(server.create_app(ToyRhythm(), static=static), "http://localhost")
    assert client.get("/api/instrument").json()["sound"] is None
    assert "without a sound space" in refusal(client.get("/api/sounds/0/map")).error
    drawn = DrawnKit.model_validate(client.post("/api/kits/draw", json={}).json())
    assert {voice.origin for voice in drawn.voices} == {"factory"}


def test_the_event_loop_answers_while_a_sound_is_made(static: Path) -> None:
    making, go_on = threading.Event(), threading.Event()

    class Slow(ToyTones):
        def decode(self, code, voice):
            making.set()
            assert go_on.wait(10)
            return super().decode(code, voice)

    with TestClient(server.create_app(ToyRhythm(), Slow(), static=static), "http://localhost") as client:
        answers: list[int] = []
        ask = threading.Thread(
            target=lambda: answers.append(client.post("/api/sounds/0", json={"point": [0, 0]}).status_code)
        )
        ask.start()
        assert making.wait(10)
        assert client.post("/api/patterns", json={"points": [[0, 0]]}).status_code == 200
        assert answers == []
        go_on.set()
        ask.join()
        assert answers == [200]


REFUSED: dict[str, tuple[str, str, Any, int, str, str]] = {
    "NaN": ("POST", "/api/patterns", '{"points": [[NaN, 0]]}', 422, "request", "points.0.0: .*finite number, got NaN"),
    "no points": ("POST", "/api/patterns", {"points": []}, 422, "request", "points: .*at least 1"),
    "a tap that rounds to silence": (
        *("POST", "/api/patterns/taps", {"taps": [[0, 1e-46]]}, 422),
        *("request", "taps.0.1: a stroke that sounds has a velocity of at least 1.18e-38, got 1e-46"),
    ),
    "a stroke that rounds to silence": (
        *("POST", "/api/midi", {"patterns": [{"strokes": [[0, 0, 1e-46, 0]]}]}, 422),
        *("request", "patterns.0.strokes.0.2: a stroke that sounds"),
    ),
    "a kit beyond all numbers": ("GET", f"/api/kept/{2**63}", None, 422, "request", "kit: .*less than or equal to"),
    "the last kit": ("GET", f"/api/kept/{2**63 - 1}", None, 404, "kit", "no kit is kept under"),
    "a version beyond all numbers": (
        *("GET", f"/api/kept/1/history/{2**63}", None, 422),
        *("request", "version: .*less than or equal to"),
    ),
    "too many points": ("POST", "/api/patterns", {"points": [[0, 0]] * 257}, 422, "request", "at most 256"),
    "a typo": ("POST", "/api/patterns", {"points": [[0, 0]], "stile": "funk"}, 422, "request", "stile: extra"),
    "not JSON": ("POST", "/api/patterns", "kick", 422, "request", "the request is not JSON"),
    "nothing": ("POST", "/api/patterns", "", 422, "request", "required"),
    "unknown style": (
        *("POST", "/api/patterns", {"points": [[0, 0]], "style": "polka"}, 422),
        *("space", "no style 'polka' .* funk, jazz"),
    ),
    "a blend that does not add up": (
        *("POST", "/api/patterns", {"points": [[0, 0]], "style": {"funk": 0.5, "jazz": 0.4}}, 422),
        *("space", "shares of a blend .* add up to 1, got .*0.5"),
    ),
    "a negative share": (
        *("POST", "/api/phrases", {"point": [0, 0], "style": {"funk": -1, "jazz": 2}}, 422),
        *("request", "style.*funk: .*greater than or equal to 0, got -1"),
    ),
    "a style of its own in a blend": (
        *("POST", "/api/patterns/taps", {"taps": [[0, 1]], "style": {"polka": 1}}, 422),
        *("space", "no style 'polka'"),
    ),
    "a meter of no kind": (
        *("POST", "/api/patterns", {"points": [[0, 0]], "meter": [4, 0]}, 422, "space"),
        "no meter",
    ),
    "an unknown meter": ("POST", "/api/phrases", {"point": [0, 0], "meter": [7, 8]}, 422, "space", "no meter"),
    "a shift there is not": (
        *("POST", "/api/patterns", {"points": [[0, 0]], "shift": {"pitch": 1}}, 422, "request"),
        "shift: unknown: pitch",
    ),
    "a shift the space cannot make": (
        *("POST", "/api/patterns/shift", {"pattern": {"strokes": []}, "shift": {"swing": 1}}, 422, "space"),
        "got swing",
    ),
    "a typo in a bar": (
        *("POST", "/api/patterns/feel", {"pattern": {"strokes": [], "stepz": 3}}, 422, "request"),
        "pattern: unknown: stepz",
    ),
    "no bars": ("POST", "/api/bars", {"bars": []}, 422, "request", "bars: .*at least 1"),
    "a bar of no kind": ("POST", "/api/bars", {"bars": [{"kind": "heard"}]}, 422, "request", "bars.0: .*'heard'"),
    "a bar that cannot be": (
        *("POST", "/api/bars", {"bars": [{**GENERATED, "point": [0]}]}, 422, "request"),
        "bars.0.generated.point.1: field required",
    ),
    "a bar the space does not know": (
        *("POST", "/api/bars", {"bars": [{**GENERATED, "settings": {"style": "polka"}}]}, 422),
        *("space", "no style 'polka'"),
    ),
    "a project that is none": (
        *("POST", "/api/project/check", {"bars": []}, 422),
        *("project", "its format is 'clave project'"),
    ),
    "a project of a newer version": (
        *("POST", "/api/project/check", {"format": "clave project", "version": 2}, 422, "project"),
        "of version 2.*update Clave",
    ),
    "a project that breaks a rule": (
        *("POST", "/api/project/check", {"format": "clave project", "version": 1, "scene": {"swing": 2}}, 422),
        *("project", "scene.swing: .*less than or equal to 0.75, got 2"),
    ),
    "a project that is not JSON": ("POST", "/api/project/check", "{", 422, "project", "it is not JSON"),
    "bars that take minutes": (
        *("POST", "/api/bars", {"bars": [{**HUMANISED, "operations": [HUMANISE] * 32}] * 17}, 422, "request"),
        "bars|the request: .*at most 512 operations that need the space, got 544",
    ),
    "a bar that takes long": (
        *("POST", "/api/bars", {"bars": [{**HUMANISED, "operations": [HUMANISE] * 33}]}, 422, "request"),
        r"bars\.0.*: a bar has at most 32 operations that need the space, got 33",
    ),
    "a project with a bar that takes long": (
        *(
            "POST",
            "/api/project/check",
            {**EMPTY_PROJECT, "scene": {"bars": [{**HUMANISED, "operations": [HUMANISE] * 33}]}},
        ),
        *(422, "project", r"scene\.bars\.0.*at most 32 operations .*got 33"),
    ),
    "a MIDI file that takes minutes": (
        *("POST", "/api/project/midi", {**EMPTY_PROJECT, "scene": {"bars": MANY_HUMANISED}}, 422, "project"),
        "at most 512 operations that need the space, got 544; `clave render` writes longer ones",
    ),
    "a MIDI file of a path that is long": (
        *("POST", "/api/project/midi", {**EMPTY_PROJECT, "scene": {"path": LONG_PATH}}, 422, "project"),
        "at most 4096 bars that differ, got 16",
    ),
    "a phrase that is no beat": (
        *("POST", "/api/bars", {"bars": [{**GENERATED, "settings": {"section": "fill"}, "phrase": PHRASE}]}, 422),
        *("space", "bars of a phrase are beats, .*got section 'fill'"),
    ),
    "a phrase of another density": (
        *("POST", "/api/bars", {"bars": [{**GENERATED, "settings": {"density": 0.8}, "phrase": PHRASE}]}, 422),
        *("space", "as dense as the space has learned, .*got 0.8"),
    ),
    "no taps": ("POST", "/api/patterns/taps", {"taps": []}, 422, "request", "taps: .*at least 1"),
    "hundreds of taps": (
        *("POST", "/api/patterns/taps", {"taps": [[0, 1]] * 257}, 422, "request"),
        "taps: .*at most 256",
    ),
    "a tap after the bar": (
        *("POST", "/api/patterns/taps", {"taps": [[0, 1], [50, 1]], "meter": [3, 4]}, 422, "midi"),
        r"position in \[-2, 50\) steps .*got \(50.0",
    ),
    "a block out of the bar": (
        *("POST", "/api/patterns/complete", {"pattern": {"strokes": []}, "keep": [[0, 60, 5]]}, 422, "midi"),
        "steps 0 to 63, got a block from 60 to 64",
    ),
    "a bar no one may send": (
        *("POST", "/api/patterns/feel", {"pattern": {"strokes": [[0, 64, 1, 0]]}}, 422, "request"),
        "steps 0 to 63, got step 64",
    ),
    "too much feel": (
        *("POST", "/api/patterns/feel", {"pattern": {"strokes": []}, "amount": 2}, 422, "request"),
        "amount: .*less than or equal to 1",
    ),
    "a phrase without bars": ("POST", "/api/phrases", {"point": [0, 0], "bars": 0}, 422, "request", "bars: .*1, got 0"),
    "neighbours of nowhere": ("GET", "/api/map/neighbours?x=nan&y=0", None, 422, "request", "x: .*finite"),
    "neighbours of no point": ("GET", "/api/map/neighbours?x=0", None, 422, "request", "y: .*required"),
    "too many neighbours": ("GET", "/api/map/neighbours?x=0&y=0&n=65", None, 422, "request", "n: .*64, got"),
    "tempo": ("POST", "/api/midi", {"patterns": [{"strokes": []}], "tempo_bpm": 7}, 422, "request", "tempo_bpm.*20"),
    "a voice too many": (
        *("POST", "/api/midi", {"patterns": [{"strokes": [[8, 0, 1, 0]]}]}, 422),
        *("request", r"patterns.0.strokes.0.0: .*less than or equal to 7, got 8"),
    ),
    "outside the bar": (
        *("POST", "/api/midi", {"patterns": [{"strokes": [[0, 64, 1, 0]]}]}, 422, "request"),
        "steps 0 to 63, got step 64",
    ),
    "unknown kit": ("GET", "/api/kits/tin/0.wav", None, 404, "kit", "no kit 'tin'; there are: toy-kit"),
    "unknown voice": ("GET", "/api/kits/toy-kit/8.wav", None, 404, "kit", "0 to 7, got 8"),
    "no number": ("GET", "/api/kits/toy-kit/kick.wav", None, 422, "request", 'voice: .*integer.*, got "kick"'),
    "a point of no sound": ("POST", "/api/sounds/0", '{"point": [NaN, 0]}', 422, "request", "point.0: .*got NaN"),
    "a sound's voice": ("POST", "/api/sounds/9", {"point": [0, 0]}, 404, "kit", "0 to 7, got 9"),
    "far shifted": (
        *("POST", "/api/sounds/0", {"point": [0, 0], "shift": {"pitch": 4}}, 422, "request"),
        "shift.pitch: .*less than or equal to 3, got 4",
    ),
    "no sound in the body": ("POST", "/api/sounds/0/place", "kick", 422, "sound", "not a sound file that can be read"),
    "an empty body": ("POST", "/api/sounds/0/place", "", 422, "sound", "empty"),
    "a file that is not kept": ("GET", f"/api/files/{'0' * 64}.wav", None, 404, "kit", "no file is kept under 00"),
    "a kit that is not kept": ("GET", "/api/kept/7", None, 404, "kit", "no kit is kept under the number 7"),
    "a kit without voices": ("POST", "/api/kept", {"name": "x", "voices": []}, 422, "request", "voices: .*at least 8"),
    "a kit without a name": ("POST", "/api/kept", {"name": " ", "voices": []}, 422, "request", "name: "),
    "nowhere": ("GET", "/api/nothing", None, 404, "not found", "nothing for GET /api/nothing"),
    "no file": ("GET", "/assets/none.js", None, 404, "not found", "nothing for GET /assets/none.js"),
    "wrong verb": ("POST", "/", None, 405, "request", "POST /: Method Not Allowed"),
    "up and out": ("GET", "/..%2f..%2fpyproject.toml", None, 404, "not found", "nothing for"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_a_sentence(client: TestClient, case: str) -> None:
    verb, path, body, status, kind, sentence = REFUSED[case]
    content = body if isinstance(body, str | None) else json.dumps(body)
    response = client.request(verb, path, content=content, headers={"content-type": "application/json"})
    told = refusal(response)
    assert (response.status_code, told.kind) == (status, kind)
    assert re.search(sentence, told.error), told.error


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example:8064"},
        {"host": "localhost.evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost.evil.example:8064"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:5173"},  # another program of this machine
        {"origin": "http://127.0.0.1"},
        {"origin": "https://127.0.0.1:8064"},
        {"origin": "http://localhost:8064"},  # what was asked is 127.0.0.1
    ],
    ids=str,
)
def test_strangers_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    response = client.get("/api/instrument", headers=headers)
    assert response.status_code == 403
    assert "only on this machine" in refusal(response).error


@pytest.mark.parametrize("headers", [{"host": "localhost:5173"}, {"host": "[::1]:80"}, OWN_ORIGIN], ids=str)
def test_this_machine_is_heard_by_all_its_names(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/api/instrument", headers=headers).status_code == 200


def test_a_form_of_another_page_cannot_post(client: TestClient) -> None:
    body = json.dumps({"points": [[0, 0]]})
    assert refusal(client.post("/api/patterns", content=body, headers={"content-type": "text/plain"}))


def test_the_page_and_its_files_are_served(client: TestClient) -> None:
    page = client.get("/")
    assert "Clave" in page.text
    assert page.headers["cache-control"] == "no-cache"
    assert client.get("/assets/page.js").text == "1"


def test_a_page_that_is_not_built_says_what_to_do(tmp_path: Path) -> None:
    app = server.create_app(ToyRhythm(), static=tmp_path / "nothing")
    response = TestClient(app, "http://localhost").get("/")
    assert response.status_code == 503
    assert "scripts/play" in response.text


def test_a_taken_port_gives_the_next() -> None:
    with server.listen(0) as first:
        port = first.getsockname()[1]
        with server.listen(port) as second:
            assert second.getsockname()[0] == "127.0.0.1"
            assert port < second.getsockname()[1] <= port + server.PORTS_TO_TRY


def test_no_free_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(listening, "PORTS_TO_TRY", 1)
        with pytest.raises(ServerError, match=rf"{port} .*taken"):
            server.listen(port)


# Projects.


def test_bars_of_a_project_are_decoded_whole(client: TestClient) -> None:
    given = {"kind": "given", "pattern": {"strokes": [[0, 0, 1.0, 0.0]]}}
    cells = {"kind": "cells", "cells": [[4, 47, 0.5, 0]]}
    edited = {"kind": "edited", "base": GENERATED, "operations": [TAPPED, cells]}
    response = client.post("/api/bars", json={"bars": [edited, given, GENERATED]})
    first, second, third = [bar.pattern() for bar in PatternReply.model_validate(response.json()).patterns]
    tapped = ToyRhythm().drums_for(TAPPED["taps"], "jazz", "fill", 2, (3, 4))
    assert first == with_cells(tapped, ((4, 47, 0.5, 0.0),))
    assert second.hits.sum() == 1
    assert third == ToyRhythm().at([[1, -1]], "funk", meter=(3, 4))[0]


def test_what_the_page_sends_for_a_phrase_and_cells_without_number_are_decoded(client: TestClient) -> None:
    phrase = {**GENERATED, "settings": {"section": "beat", "density": None}, "phrase": PHRASE}
    cells = {"kind": "cells", "cells": [[4, 47, 0.5, 0]]}
    written = {**HUMANISED, "operations": [cells] * 256}
    response = client.post("/api/bars", json={"bars": [phrase, *[written] * 8]})
    assert response.status_code == 200
    assert len(PatternReply.model_validate(response.json()).patterns) == 9


def project_client(static: Path, project: Project | None = None) -> TestClient:
    app = server.create_app(ToyRhythm(), ToyTones(), static=static, project=project)
    return TestClient(app, "http://localhost")


def test_the_page_opens_with_the_project_that_the_server_was_started_with(static: Path) -> None:
    project = Project(name="night", seed=7)
    assert Project.model_validate(project_client(static, project).get("/api/project").json()) == project
    assert project_client(static).get("/api/project").json() is None


def test_the_schema_of_a_project_is_published(client: TestClient) -> None:
    assert client.get("/api/project/schema").json() == saving.schema()


def test_a_project_is_checked_and_comes_back_whole_with_its_unknown_fields(static: Path) -> None:
    project = Project.model_validate({"name": "night", "wheel": 3, "scene": {"kit": {"gloss": 1}}})
    response = project_client(static).post("/api/project/check", content=saving.to_json(project))
    reply = ProjectReply.model_validate(response.json())
    assert reply.project == project
    assert response.json()["project"]["wheel"] == 3
    assert reply.remarks == ["fields that this Clave does not know are kept and change nothing: wheel, scene.kit.gloss"]


def test_what_of_a_project_is_silent_or_otherwise_is_said(static: Path) -> None:
    voices = [
        KitVoice(origin="factory", kit="tin"),
        KitVoice(origin="file", file="ab" * 32, file_name="my snare.wav"),
        KitVoice(origin="map", point=(0, 0)),
        *[KitVoice(origin="factory", kit="analogue")] * 5,
    ]
    polka = Generated(point=(0, 0), settings=GenerationSettings(style={"polka": 1.0}))
    odd = Generated(point=(0, 0), settings=GenerationSettings(meter=(7, 8)))
    like = edited(Given(pattern=BarPattern()), Humanise(like=edited(polka, Humanise(style="waltz"))))
    scene = Scene(bars=(odd, like), kit=ProjectKit(voices=tuple(voices)))
    spaces = Spaces(rhythm=SpaceReference(name="other"), sound=SpaceReference(name="toy"))
    project = Project(spaces=spaces, scene=Scene(), scenes=(None, scene))
    app = server.create_app(ToyRhythm(), ToyTones(("kick",)), static=static)
    reply = TestClient(app, "http://localhost").post("/api/project/check", content=saving.to_json(project)).json()
    assert reply["remarks"] == [
        "it was made with the rhythm space 'other' and plays with 'toy': it may sound otherwise",
        "scene 1: bar 0 cannot be played: this space has learned 4/4, 3/4, 6/8, 5/4, got 7/8",
        "scene 1: bar 1 cannot be played: no style 'polka' in this space; its styles are: funk, jazz",
        "scene 1: the kick is silent: there is no kit 'tin'",
        "scene 1: the snare is silent: the file my snare.wav is not kept here: drop it on the voice",
        "scene 1: the closed hi-hat is silent: no sound space here knows this voice",
    ]
