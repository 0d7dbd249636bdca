"""A project file: what is saved comes back, what is broken is refused by name, what is unknown survives."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from random_projects import made_up, random_project

import clave
from clave.errors import ProjectError
from clave.play.arrange import arrange, requests
from clave.play.project import Project, Scene, from_json, schema, to_json
from clave.play.project.saving import from_document, unknown_fields, upgraded

SCHEMA = Path(__file__).parents[3] / "docs" / "project.schema.json"
SOME = random.Random(0).sample(range(1000), 40)  # of the 1000 that `benchmarks/projects.py` tries


@pytest.mark.parametrize("seed", SOME)
def test_what_is_saved_comes_back_and_plays_the_same(seed: int, tmp_path: Path) -> None:
    project = random_project(seed)
    clave.project.save(project, tmp_path / "p.json")
    again = clave.project.load(tmp_path / "p.json")
    assert again == project
    assert to_json(again) == to_json(project)
    wanted = requests(project, 2)
    assert arrange(again, made_up(requests(again, 2)), 2).events() == arrange(project, made_up(wanted), 2).events()


def broken(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The document with one thing in it that no project may have."""
    document = copy.deepcopy(document)
    scene = document["scene"]
    ways = [
        lambda: document.update(version=rng.choice([0, 2, 99, "1", None, 1.5])),
        lambda: document.update(format=rng.choice(["clave kit", "", None])),
        lambda: document.update(seed=rng.choice([-1, 2**32, "x", 0.5, None])),
        lambda: document.update(volume=rng.choice([-0.1, 1.5, "loud", None])),
        lambda: document.update(quantum=rng.choice(["", "Bar", 3])),
        lambda: document.update(song=[{"scene": rng.choice([-1, 120, 5000]), "bars": 4}]),
        lambda: document.update(song=[{"scene": 0, "bars": rng.choice([0, -3, 1e9])}]),
        lambda: document.update(scenes=[scene] * 1000),
        lambda: scene.update(bars=[]),
        lambda: scene.update(bars=[{"kind": "found", "point": [0, 0]}]),
        lambda: scene.update(bars=[{"kind": "generated", "point": rng.choice([[0], [0, None], "here", [0, "x"]])}]),
        lambda: scene.update(bars=[{"kind": "given", "pattern": {"strokes": [[0, 64, 0.5, 0]]}}]),
        lambda: scene.update(bars=[{"kind": "given", "pattern": {"strokes": [[9, 0, 0.5, 0]]}}]),
        lambda: scene.update(bars=[{"kind": "given", "pattern": {"strokes": [[0, 0, 0.5, 0], [0, 0, 0.6, 0]]}}]),
        lambda: scene.update(bars=[{"kind": "given", "pattern": {"meter": [4, 3], "strokes": []}}]),
        lambda: scene.update(path={"points": [[0, 0]]}),
        lambda: scene.update(anchors=[], path={"points": []}),
        lambda: scene.update(modulations=[{"parameter": "cowbell.level", "shape": "sine", "period": 1, "depth": 1}]),
        lambda: scene.update(modulations=[{"parameter": "tempo", "shape": "sine", "period": 0, "depth": 1}]),
        lambda: scene.update(modulations=[{"parameter": "tempo", "shape": "steps", "period": 1, "depth": 1}]),
        lambda: scene.update(automations=[{"parameter": "tempo", "breakpoints": [{"bar": 0, "value": 4000}]}]),
        lambda: scene.update(tempo=rng.choice([[], [{"bar": 1, "tempo_bpm": 90}], [{"bar": 0, "tempo_bpm": 0}]])),
        lambda: scene.update(swing=rng.choice([0, 0.9, "swung"])),
        lambda: scene.update(mix=scene["mix"][: rng.randrange(8)]),
        lambda: scene.update(lanes=scene["lanes"] * 2),
        lambda: scene["lanes"][rng.randrange(8)].update(probability=rng.choice([-1, 1.01, "often"])),
        lambda: scene["lanes"][rng.randrange(8)].update(ratchet=rng.choice([0, 9, 1.5])),
        lambda: scene["kit"]["voices"][rng.randrange(8)].update({"from": "nowhere"}),
        lambda: scene["kit"]["voices"][rng.randrange(8)].update({"from": "file", "file": "not a digest"}),
    ]
    rng.choice(ways)()
    return document


def test_broken_projects_are_refused_with_our_error_and_the_place() -> None:
    rng = random.Random(1)
    documents = [json.loads(to_json(random_project(seed))) for seed in SOME[:8]]
    for number in range(300):
        document = broken(documents[number % len(documents)], rng)
        with pytest.raises(ProjectError, match=r"got|format|version|update"):
            from_document(document)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[]", "format"),
        ('{"format": "clave project", "version": 2}', "version 2.*update Clave"),
        ('{"format": "clave project", "version": 1, "seed": NaN}', "finite"),
        ('{"format": "clave project", "version": 1, "scene": {"bars": []}}', r"scene\.bars: .*at least 1"),
        ('{"format": "clave project", "version": 1, ' + '"a": [' * 5000, "not JSON"),
    ],
)
def test_a_file_that_is_no_project_says_why_and_which_it_is(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(ProjectError, match=why) as refused:
        clave.project.load(tmp_path / "p.json")
    assert str(tmp_path / "p.json") in str(refused.value)


def test_a_missing_file_and_a_folder_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="cannot be read"):
        clave.project.load(tmp_path / "nothing.json")
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjectError, match="cannot be written"):
        clave.project.save(Project(), tmp_path / "file" / "p.json")


def test_unknown_fields_survive_a_round_trip_and_are_named() -> None:
    document = json.loads(to_json(Project()))
    document["colour"] = "blue"
    document["scene"]["lanes"][2]["glide"] = [1, 2]
    project = from_document(document)
    assert json.loads(to_json(project)) == document
    assert unknown_fields(project) == ["colour", "scene.lanes.2.glide"]
    assert json.loads(to_json(project.changed(seed=5)))["scene"]["lanes"][2]["glide"] == [1, 2]


def test_an_older_file_is_upgraded_step_by_step() -> None:
    steps = {-1: lambda _: {}, 0: lambda old: {**old, "seed": old["luck"]}}
    with pytest.raises(ProjectError, match="from 1 on"):
        upgraded({"version": 0, "luck": 3}, steps)
    assert upgraded({"version": 1}) == {"version": 1}


def test_values_are_frozen_and_checked_when_they_are_made() -> None:
    scene = Scene()
    with pytest.raises(ValueError, match="frozen"):
        scene.swing = 0.6
    with pytest.raises(ProjectError, match=r"swing: .*0\.75, got 0\.9"):
        scene.changed(swing=0.9)
    assert from_json(to_json(Project(scene=scene.changed(swing=0.6)))).scene.swing == 0.6


def test_the_published_schema_is_that_of_this_version() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == schema(), "run `python docs/make_project_schema.py`"
