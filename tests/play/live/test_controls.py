"""The table of controls is whole, says what it does, and refuses what it does not take."""

import typing
from itertools import pairwise
from typing import Any

import make_live_fixtures
import pytest
from random_projects import random_project

from clave.errors import ClaveError, ControlError
from clave.play.live.arguments import Number, Switch, Text, Value, Values, Whole, Word
from clave.play.live.controls.control import ACTIONS, BESIDE, Control
from clave.play.live.controls.table import CONTROLS, address_of, changed_by, find, parameter_of, values_of
from clave.play.live.patch import difference, patched
from clave.play.project import (
    PARAMETERS,
    Anchor,
    Automation,
    Breakpoint,
    Generated,
    KitVoice,
    Modulation,
    Path,
    Phrase,
    Project,
    ProjectKit,
    Scene,
    SetCells,
    SongPart,
    edited,
)
from clave.play.project.value import Value as ProjectValue

MAP_VOICE = KitVoice(origin="map", point=(0.1, 0.2))
BARS = tuple(Generated(point=(0.5, 0.5), phrase=Phrase(bars=2, index=index)) for index in range(2))
HAND = SetCells(cells=((0, 0, 0.5, 0.0), (1, 16, 0.5, 0.0)))
SCENE = Scene(
    bars=(edited(BARS[0], HAND), BARS[1]),
    modulations=(Modulation(parameter="map.x", shape="sine", period=4, depth=0.1),),
    anchors=tuple(Anchor(name=name, point=(0.1 * n, 0.2)) for n, name in enumerate("ABCD")),
    path=Path(points=((0, 0), (1, 1)), travelling=False),
    kit=ProjectKit(voices=(MAP_VOICE,) * 8),
)
RICH = Project(
    scene=SCENE,
    scenes=(SCENE, SCENE, None),
    song=(SongPart(scene=0, bars=4), SongPart(scene=1, bars=8)),
)
TEXTS = {
    "/clave/style": ("funk", "funk=0.25,jazz=0.75"),
    "/clave/scene/{scene}/name": ("verse", "chorus"),
    "/clave/name": ("one", "two"),
    "/clave/set": ("scene.lanes.1.rounds.first", '"never"'),
    "/clave/still": ("map.x", "swing"),
    "/clave/modulate": ("map.x", "swing"),
    "/clave/automate": ("map.x", "map.y"),
    "/clave/voice/{voice}/rounds": ("10", "0110"),
    "/clave/voice/{voice}/ratchet/rounds": ("10", "0110"),
}
NEEDS = {
    "/clave/meter": [(3, 4), (6, 8)],
    "/clave/set": [("scene.lanes.1.rounds.first", '"never"'), ("scene.fill_every", "4")],
    "/clave/voice/{voice}/sound/twin": [],  # of a file alone: tested below
    "/clave/bar/{bar}/cell": [("snare", 5, 0.5, 0.25), ("snare", 5, 0.0)],
    "/clave/automate": [("map.x", 4, 0.0, -1.0, 2.0, 1.0)],
    "/clave/modulate": [("map.x", "sine", 8, 0.5)],
    "/clave/song/{part}/morph": [(1,), (4,)],
    "/clave/scene/{scene}/clear": [()],
}
"""Arguments that cannot be made up from their kinds."""

BUILT = {
    "scene.anchors": "/clave/anchor/{anchor}",
    "scene.path.points": "/clave/path/points",
    "scene.modulations": "/clave/modulate",
    "scene.automations": "/clave/automate",
    "scene.bars": "/clave/map",
    "scenes": "/clave/scene/{scene}/keep",
    "song": "/clave/song/add",
}
"""Lists, and the control that makes what is in them."""

BY_PATH = (
    "format", "version", "spaces", "material", "scene.name", "scene.fill", "scene.tempo.*.bar", "scene.tempo.*.ramp",
    "scene.lanes.*.hold", "scene.path.edits", "scene.kit.voices.*.detail",
    "scene.kit.voices.*.file", "scene.kit.voices.*.file_name", "scene.kit.voices.*.twin",
)  # fmt: skip
"""What only /clave/set or a file sets: what a file is, structures, and what whoever plays has to find first."""


def sample(kind: object, address: str, turn: int) -> Value:
    """One of two different values that an argument takes."""
    match kind:
        case Number(low=low, high=high):
            return low + (high - low) * (0.375 if turn else 0.75)
        case Whole(low=low, high=high):
            return low if turn else min(high, low + 1)
        case Switch():
            return bool(turn)
        case Word(words=words):
            return words[turn % len(words)]
        case Text():
            return TEXTS[address][turn]
    raise AssertionError(kind)


def samples(control: Control) -> list[Values]:
    """Arguments that it takes, twice."""
    own = NEEDS.get(control.address)
    return (
        own
        if own is not None
        else [tuple(sample(each, control.address, turn) for each in control.takes) for turn in (0, 1)]
    )


def done(control: Control, given: Values, project: Project = RICH) -> Project:
    found = find(address_of(control, (1,)))[0]
    return changed_by(found, project, control.arguments(given))


CHANGES = [control for control in CONTROLS if control.change is not None]


@pytest.mark.parametrize("control", CHANGES, ids=lambda each: each.address)
def test_each_control_changes_something_and_reads_what_it_has_set(control: Control) -> None:
    changed = 0
    for given in samples(control):
        after = done(control, given)
        changed += bool(difference(RICH, after))
        if control.read is not None and given:
            now = control.read(after, (1,))
            assert now is not None
            assert list(now)[: len(given)] == pytest.approx(list(given)), given
    assert changed or not samples(control)


def leaves(kind: Any, place: str = "") -> set[str]:
    """Every field of a project down to what is no value of ours; lists of values are marked by a star."""
    models = [each for each in parts_of(kind) if isinstance(each, type) and issubclass(each, ProjectValue)]
    if not models or place in BUILT or place in BY_PATH:
        return {place}
    star = ".*" if any(typing.get_origin(each) is tuple for each in [kind, *typing.get_args(kind)]) else ""
    return {
        found
        for model in models
        for name, field in model.model_fields.items()
        for found in leaves(field.annotation, f"{place}{star}.{field.alias or name}".strip("."))
    }


def parts_of(kind: Any) -> list[Any]:
    inner = typing.get_args(kind)
    return [kind, *(part for each in inner for part in parts_of(each))] if inner else [kind]


def is_plain(value: Any) -> bool:
    return not isinstance(value, dict) and not (
        isinstance(value, list) and any(isinstance(each, dict | list) for each in value)
    )


def test_every_field_of_a_project_has_a_control() -> None:
    """A control counts for the fields that it is seen to change, /clave/set for none."""
    set_by: set[str] = set()
    for control in CHANGES:
        for given in samples(control) if control.address != "/clave/set" else ():
            for place, value in difference(RICH, done(control, given)):
                dotted = ".".join("*" if isinstance(step, int) else step for step in place)
                if is_plain(value):
                    set_by |= {dotted, dotted.rpartition(".*")[0]} if dotted.endswith(".*") else {dotted}
    left = {field for field in leaves(Project) if field not in set_by and field not in BUILT}
    assert sorted(left - set(BY_PATH)) == []
    assert sorted(set(BY_PATH) - left) == [], "these have controls now"


@pytest.mark.parametrize(("place", "address"), BUILT.items())
def test_lists_are_made_by_the_control_that_is_named(place: str, address: str) -> None:
    control = next(each for each in CONTROLS if each.address == address)
    project = Project(scenes=(Scene(),)) if place in ("scenes", "song") else Project()
    given = next(iter(samples(control)), ())
    if place == "song":
        given = (1, 4)
    changed = [".".join(map(str, at)) for at, _ in difference(project, done(control, given, project))]
    assert any(f"{here}.".startswith(f"{place}.") or f"{place}.".startswith(f"{here}.") for here in changed)


def test_every_parameter_has_a_control_of_the_same_range() -> None:
    found: dict[str, Control] = {}
    for control in CONTROLS:
        for voice in range(8 if "{voice}" in control.address else 1):
            if (name := parameter_of(control, (voice,))) is not None:
                assert name not in found
                found[name] = control
    assert set(found) == set(PARAMETERS)
    for name, control in found.items():
        (takes,) = control.takes
        if not name.endswith(".cutoff"):  # in Hz, not octaves
            assert isinstance(takes, Number | Whole)
            assert (takes.low, takes.high) == PARAMETERS[name][:2]


def test_every_action_has_one_control() -> None:
    assert sorted(control.action for control in CONTROLS if control.action is not None) == sorted(ACTIONS + BESIDE)


def test_a_hand_ends_the_automation_of_what_it_moves() -> None:
    curves = tuple(
        Automation(parameter=name, breakpoints=(Breakpoint(bar=0, value=0.5),))
        for name in ("map.x", "snare.level", "swing")
    )
    project = RICH.changed(scene=SCENE.changed(automations=curves))

    def left(address: str, *given: Value) -> list[str]:
        (found,) = find(address)
        after = changed_by(found, project, found.control.arguments(given))
        return [each.parameter for each in after.scene.automations]

    assert left("/clave/map", 0.5, 0.5) == ["snare.level", "swing"]
    assert left("/clave/voice/snare/level", 0.5) == ["map.x", "swing"]
    assert left("/clave/voice/kick/level", 0.5) == ["map.x", "snare.level", "swing"]


def test_voices_are_named_by_alias_and_a_star_means_all() -> None:
    assert find("/clave/voice/ch/mute") == find("/clave/voice/closed-hi-hat/mute")
    assert [each.places for each in find("/clave/voice/*/mute")] == [(voice,) for voice in range(8)]


def test_addresses_that_are_told_are_found_again() -> None:
    for seed in range(20):
        project = random_project(seed)
        for address in values_of(project):
            ((control, places),) = find(address)
            assert address_of(control, places) == address


@pytest.mark.parametrize(
    ("address", "given", "said"),
    [
        ("/clave/nose", (), "no control at '/clave/nose'"),
        ("/clave/voice", (), "no control at '/clave/voice'"),
        ("/clave//map", (0, 0), "no control"),
        ("map", (0, 0), "no control"),
        ("/clave/voice/nose/mute", (1,), "voice 'nose' is not there"),
        ("/clave/scene/0/keep", (), "scene '0' is not there"),
        ("/clave/scene/129/keep", (), "scene '129' is not there"),
        ("/clave/scene/3/clear", (), "scene 3 is empty"),
        ("/clave/anchor/E", (0, 0), "anchor 'E' is not there"),
        ("/clave/map", (0,), "it takes x y, got 1 argument"),
        ("/clave/map", (0, 0, 0), "got 3 argument"),
        ("/clave/map", (4, 0), r"x lies in \[-3, 3\] map units, got 4"),
        ("/clave/map", (float("nan"), 0), "x is a number, got nan"),
        ("/clave/map", ("a", 0), "x is a number, got 'a'"),
        ("/clave/map", (None, b"x"), "x is a number, got None"),
        ("/clave/voice/snare/ratchet", (2.5,), "strokes is a whole number, got 2.5"),
        ("/clave/voice/snare/ratchet", (9,), "1 to 8 strokes, got 9"),
        ("/clave/voice/snare/mute", (2,), "on is 0 or 1, got 2"),
        ("/clave/quantum", ("soon",), "quantum is one of step, beat, bar; got 'soon'"),
        ("/clave/meter", (4, 3), "meter"),
        ("/clave/voice/snare/rounds", ("012",), "digits, 0 or 1, got '012'"),
        ("/clave/song/9/bars", (2,), "the song has 2 parts, got part 9"),
        ("/clave/path/points", (0, 0, 1), "it takes x y x y ..., got 3"),
        ("/clave/bar/1/cell", ("snare", 65, 1), "1 to 64, got 65"),
        ("/clave/bar/7/cell", ("snare", 1, 1), "the loop has bars 1 to 2, got 7"),
        ("/clave/modulate", ("nose", "sine", 1, 1), "no parameter 'nose'"),
        ("/clave/automate", ("swing", 0, 0, 2), "swing lies in .* got 2"),
        ("/clave/set", ("scene.nose.length", "1"), "there is no field 'scene.nose'"),
        ("/clave/set", ("scene.bars." + "9" * 5000, "1"), "there is no field 'scene.bars.999"),
        ("/clave/set", ("volume", "loud"), "value is JSON"),
        ("/clave/set", ("volume", "7"), "less than or equal to 1, got 7"),
        ("/clave/style", ("funk=a",), "a blend is NAME=SHARE"),
    ],
)
def test_what_a_control_does_not_take_is_refused_with_the_rule_and_the_value(
    address: str, given: tuple[Any, ...], said: str
) -> None:
    with pytest.raises(ClaveError, match=said):
        changed_by(found := find(address)[0], RICH, found.control.arguments(given))


def test_a_locked_sound_stays() -> None:
    locked = done(next(each for each in CONTROLS if each.address.endswith("sound/lock")), (True,))
    (found,) = find("/clave/voice/snare/sound")
    with pytest.raises(ControlError, match="locked"):
        changed_by(found, locked, found.control.arguments((0.5, 0.5)))


def test_what_has_become_different_between_two_projects_makes_the_other_one() -> None:
    projects = [random_project(seed) for seed in range(60)]
    for before, after in pairwise(projects):
        assert patched(before, difference(before, after)) == after
    assert difference(projects[0], projects[0]) == []


def test_the_fixture_that_holds_the_page_to_the_same_rules_is_up_to_date() -> None:
    assert make_live_fixtures.PATH.read_text("utf-8") == make_live_fixtures.text(), "run tests/make_live_fixtures.py"


@pytest.mark.parametrize(
    ("address", "given", "said"),
    [
        ("/clave/map", (10**400, 0), "x is a number"),
        ("/clave/set", ("volume", "1" * 400), "at most 18 digits"),
        ("/clave/set", ("scene.swing", "1e999"), "numbers are finite"),
        ("/clave/set", ("scene.swing", "NaN"), "numbers are finite"),
        ("/clave/set", ("nose", "1"), "there is no field 'nose'"),
        ("/clave/set", ("", "1"), "there is no field ''"),
        ("/clave/set", ("scene.swing", "[" * 100_000), "value is JSON"),
        ("/clave/name", ("\ud800",), "lone surrogates"),
        ("/clave/name", ("x" * 200_001,), "at most 200000 characters"),
    ],
)
def test_what_no_project_file_could_hold_is_refused(address: str, given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(ClaveError, match=said):
        changed_by(found := find(address)[0], RICH, found.control.arguments(given))
