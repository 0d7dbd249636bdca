"""The rules that the parts of a project keep among themselves, at their limits; what is missing is as documented."""

from typing import Any

import numpy as np
import pytest
from annotated_types import Ge, Le

from clave.errors import ClaveError, PatternError, ProjectError
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.play.project import (
    Automation,
    BarPattern,
    Breakpoint,
    Complete,
    Edited,
    FollowTaps,
    Generated,
    GenerationSettings,
    Given,
    Humanise,
    Modulation,
    Path,
    PathEdit,
    Phrase,
    Project,
    RhythmShift,
    Rounds,
    Scene,
    SetCells,
    Shift,
    SongPart,
    TempoChange,
    edited,
    saving,
)
from clave.play.project.bars import Leg, check_operations, finished, kept_cells, model_part, space_operations
from clave.play.project.material import MAX_MATERIAL_BARS, MaterialBar, MaterialFile, check_material
from clave.play.project.movement import MAP_EDGE, PARAMETERS, slug
from clave.play.project.value import Value
from clave.play.project.voices import KitVoice, Lane, SoundShift, VoiceMix

HALF = Generated(point=(0, 0))
SILENT = Given(pattern=BarPattern())
CELL = SetCells(cells=((0, 63, 0.5, 0.0),))


def bounds(model: type[Value], name: str) -> tuple[float, float]:
    """The range of a field."""
    low, high = (
        next(getattr(each, key) for each in model.model_fields[name].metadata if isinstance(each, kind))
        for kind, key in ((Ge, "ge"), (Le, "le"))
    )
    return low, high


def test_a_parameter_has_the_range_of_the_field_that_it_moves() -> None:
    voice = {
        "tune": KitVoice, "decay": KitVoice, "gain": KitVoice, "density": Lane, "level": VoiceMix, "pan": VoiceMix,
        "probability": Lane, "ratchet": Lane, "ratchet_probability": Lane, "accent": Lane, "send": VoiceMix,
        **{f"shift.{name}": SoundShift for name in SoundShift.model_fields},
    }  # fmt: skip
    scene: dict[str, type[Value]] = {
        "variation": GenerationSettings, "swing": Scene,
        **{f"shift.{name}": RhythmShift for name in RhythmShift.model_fields},
    }  # fmt: skip
    wanted = {name: bounds(model, name.removeprefix("shift.")) for name, model in scene.items()}
    wanted |= {f"open-hi-hat.{name}": bounds(model, name.removeprefix("shift.")) for name, model in voice.items()}
    wanted |= {
        "tempo": bounds(TempoChange, "tempo_bpm"), "open-hi-hat.nudge": bounds(Lane, "nudge_ms"), "density": (0, 1),
        "open-hi-hat.swing": bounds(Scene, "swing"),
        **{f"map.{axis}": (-MAP_EDGE, MAP_EDGE) for axis in "xy"},
        **{f"open-hi-hat.sound.{axis}": (-MAP_EDGE, MAP_EDGE) for axis in "xy"},
    }  # fmt: skip
    low, high = bounds(VoiceMix, "cutoff_hz")
    voices = {slug(each.name) for each in VOICES} - {"open-hi-hat"}
    others = {name for name in PARAMETERS if name.split(".")[0] in voices}
    found = {name: (each.low, each.high) for name, each in PARAMETERS.items() if name not in others}
    assert found.pop("open-hi-hat.cutoff") == (0, pytest.approx(np.log2(high / low)))
    assert found == wanted
    every_step = {name.partition(".")[2] for name, each in PARAMETERS.items() if each.each == "step"}
    ratchets = {"ratchet", "ratchet_probability"}
    assert every_step == {"level", "pan", "probability", "accent", "cutoff", "send", "nudge", *ratchets}


REFUSED: dict[str, tuple[Any, str]] = {
    "a phrase has its index": (lambda: Phrase(bars=4, index=4), "bars 0 to 3, got index 4"),
    "phrase or leg": (
        lambda: Generated(point=(0, 0), phrase=Phrase(bars=2, index=0), leg=Leg(start=(0, 0), end=(1, 1), share=0.5)),
        "not both",
    ),
    "phrase or hears": (lambda: Generated(point=(0, 0), phrase=Phrase(bars=2, index=0), hears=HALF), "no other bar"),
    "hears one that hears none": (lambda: HALF.changed(hears=HALF.changed(hears=SILENT)), "hears none itself"),
    "hears one in its meter": (
        lambda: HALF.changed(hears=Given(pattern=BarPattern(meter=(3, 4)))),
        "in its meter, 4/4; got 3/4",
    ),
    "a stroke beyond the bar": (
        lambda: BarPattern(meter=(3, 4), strokes=((0, 48, 0.5, 0.0),)),
        "steps 0 to 47, got step 48",
    ),
    "two strokes on a step": (
        lambda: BarPattern(strokes=((0, 3, 0.5, 0), (0, 3, 0.6, 0))),
        "two for the kick at step 3",
    ),
    "a cell beyond the bar": (lambda: edited(SILENT, SetCells(cells=((0, 64, 0.5, 0.0),))), "got a cell at step 64"),
    "a tap beyond the bar": (lambda: edited(SILENT, FollowTaps(taps=((66.0, 0.5),))), r"\[-2, 66\) steps, got 66"),
    "a block beyond the bar": (lambda: edited(SILENT, Complete(keep=((0, 60, 5),))), "got a block from 60 to 64"),
    "a path of one point": (lambda: Path(points=((0, 0),)), "two points or more, got 1"),
    "fewer stops than bars": (
        lambda: Path(points=((0, 0), (1, 1)), bars=3, stops=(0, 1)),
        "as many stops, or none, got 2",
    ),
    "stops that go back": (lambda: Path(points=((0, 0), (1, 1)), bars=3, stops=(0, 0.6, 0.5)), "never go back"),
    "two edits of a bar": (
        lambda: Path(points=((0, 0), (1, 1)), edits=(PathEdit(bar=1, operations=(CELL,)),) * 2),
        "each bar once",
    ),
    "anchors": (lambda: Scene(path=Path()), "two of them or more, got 0"),
    "tempo from bar 1": (lambda: Scene(tempo=(TempoChange(bar=1, tempo_bpm=90),)), "begins at bar 0"),
    "two tempi of a bar": (lambda: Scene(tempo=(TempoChange(bar=0, tempo_bpm=90),) * 2), "each bar has one tempo"),
    "a ramp from nowhere": (lambda: Scene(tempo=(TempoChange(bar=0, tempo_bpm=90, ramp=True),)), "no ramp"),
    "steps without values": (
        lambda: Modulation(parameter="tempo", shape="steps", period=1, depth=1),
        "one value or more",
    ),
    "values without steps": (
        lambda: Modulation(parameter="tempo", shape="sine", period=1, depth=1, values=(1.0,)),
        "no other shape has any",
    ),
    "breakpoints at one place": (
        lambda: Automation(parameter="swing", breakpoints=(Breakpoint(bar=1, value=0.5),) * 2),
        "one after the other",
    ),
    "a morph longer than its part": (lambda: SongPart(scene=0, bars=2, morph_bars=3), "a part of 2 bars"),
    "a song of what is not there": (
        lambda: Project(scenes=(Scene(), None), song=(SongPart(scene=0, bars=1), SongPart(scene=1, bars=1))),
        "part 1 of the song plays scene 1",
    ),
    "a voice from nowhere": (lambda: KitVoice(origin="map"), "from the map names its point"),
    "a twin of no file": (lambda: KitVoice(origin="map", point=(0, 0), twin=True), "only a file has a twin"),
}


@pytest.mark.parametrize("rule", REFUSED)
def test_what_does_not_go_together_is_refused_with_the_rule(rule: str) -> None:
    make, says = REFUSED[rule]
    with pytest.raises(ClaveError, match=says):
        make()


def test_what_lies_on_the_limit_is_taken() -> None:
    Phrase(bars=4, index=3)
    HALF.changed(hears=SILENT)
    BarPattern(meter=(3, 4), strokes=((0, 47, 0.5, 0), (1, 47, 0.5, 0)))
    edited(SILENT, CELL, FollowTaps(taps=((65.9, 0.5),)), Complete(keep=((0, 60, 4),)))
    Path(points=((0, 0), (1, 1)), bars=2, stops=(0.5, 0.5))
    Path(points=((0, 0), (1, 1)), bars=2, stops=())
    Path(edits=(PathEdit(bar=1, operations=(CELL,)), PathEdit(bar=1, operations=(CELL,), fill=True)))
    SongPart(scene=0, bars=2, morph_bars=2)
    Automation(parameter="swing", breakpoints=(Breakpoint(bar=1, value=0.5), Breakpoint(bar=1.5, value=0.75)))
    Automation(parameter="map.x", breakpoints=(Breakpoint(bar=0, value=40),))  # kept at the edge as it is played
    PathEdit(bar=0, operations=(SetCells(cells=((0, 500, 0.5, 0.0),)),))  # the meter may change
    check_operations((CELL,), (4, 4))


def test_rounds_go_by_their_cycle_and_the_first_may_be_another() -> None:
    for first, heard in (("too", [0, 2]), ("never", [2]), ("only", [0])):
        rounds = Rounds(cycle=(True, False), first=first)
        assert [number for number in range(4) if rounds.has(number)] == heard
    assert not Rounds(cycle=(False,)).has(0)
    assert Rounds(cycle=(False,), first="only").has(0)


def test_operations_that_take_long_are_counted() -> None:
    shifted = HALF.changed(settings=GenerationSettings(shift=RhythmShift(swing=1)))
    in_phrase = Generated(point=(0, 0), phrase=Phrase(bars=2, index=0))
    counts = [
        (SILENT, 0), (CELL, 0), (HALF, 0), (shifted, 1), (in_phrase, 1), (HALF.changed(hears=shifted), 1),
        (Humanise(), 1), (Humanise(like=shifted), 2), (Shift(shift=RhythmShift(swing=1)), 1),
        (edited(shifted, Humanise(like=in_phrase), CELL), 3),
    ]  # fmt: skip
    assert [space_operations(part) for part, _ in counts] == [count for _, count in counts]
    with pytest.raises(ProjectError, match="at most 32 operations that need the space, got 33"):
        edited(SILENT, *(Humanise(),) * 33)
    assert isinstance(edited(SILENT, *(Humanise(),) * 32), Edited)


def test_only_what_a_space_can_make_is_asked_of_it_and_the_rest_is_done_here() -> None:
    assert model_part(SILENT) is None
    assert model_part(edited(SILENT, CELL)) is None
    assert model_part(HALF) == HALF
    assert model_part(edited(HALF, CELL)) == HALF
    assert model_part(edited(HALF, CELL, Humanise(), CELL)) == edited(HALF, CELL, Humanise())
    made = Pattern.from_hits(np.arange(512).reshape(8, 64) == 5)
    louder = SetCells(cells=((0, 5, 1.0, 0.5), (1, 0, 0.25, 0.0)))
    done = finished(edited(HALF, CELL, Humanise(), louder), made)
    assert [(each.voice, each.step, each.velocity, each.offset) for each in done.strokes()] == [
        (1, 0, 0.25, 0.0), (0, 5, 1.0, 0.5),
    ]  # fmt: skip
    assert finished(edited(SILENT, louder), None).hits.sum() == 2
    assert finished(HALF, made) is made
    for bar in (HALF, edited(HALF, CELL)):
        with pytest.raises(PatternError, match="was not decoded"):
            finished(bar, None)


def test_edits_are_added_to_those_that_were_there() -> None:
    once = edited(HALF, CELL)
    assert isinstance(once, Edited)
    twice = edited(once, Humanise())
    assert isinstance(twice, Edited)
    assert (twice.base, twice.operations) == (HALF, (CELL, Humanise()))
    assert edited(once) is once


def test_blocks_keep_their_cells() -> None:
    cells = kept_cells(((1, 4, 3), (2, 47, 1)), (3, 4))
    assert cells.shape == (8, 48)
    assert [tuple(place) for place in np.argwhere(cells).tolist()] == [(1, 4), (1, 5), (1, 6), (2, 47)]


def test_a_shift_names_what_it_shifts() -> None:
    assert RhythmShift(swing=1, density=-0.5).amounts() == {"density": -0.5, "swing": 1}
    heard = HALF.changed(settings=GenerationSettings(shift=RhythmShift(swing=1), seed=4)).as_heard()
    assert (heard.settings.shift, heard.settings.seed, heard.leg, heard.hears) == (RhythmShift(), 4, None, None)


def test_material_has_so_many_bars_and_no_more() -> None:
    one = MaterialBar(pattern=BarPattern(), point=(0, 0))
    file = MaterialFile.model_construct(name="a.mid", bars=(one,) * MAX_MATERIAL_BARS)
    assert check_material((file,)) == (file,)
    with pytest.raises(ValueError, match=f"at most {MAX_MATERIAL_BARS} bars, got {MAX_MATERIAL_BARS + 1}"):
        check_material((file, MaterialFile(name="b.mid", bars=(one,))))


def test_a_refusal_names_the_place_the_rule_and_the_value_and_counts_the_rest() -> None:
    with pytest.raises(ProjectError, match=r"^seed: .*greater than or equal to 0, got -1 \(and 1 more\)$"):
        Project(volume=2, seed=-1)
    with pytest.raises(ProjectError, match=r"got '" + "x" * 76 + r"\.\.\.$"):
        Project(volume="x" * 200)


def test_a_document_goes_through_each_version_up_to_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "VERSION", 4)
    steps = {version: lambda old, version=version: {**old, "went": [*old["went"], version]} for version in (1, 2, 3)}
    assert saving.upgraded({"version": 2, "went": []}, steps) == {"version": 4, "went": [2, 3]}
    assert saving.upgraded({"version": 4, "went": []}, steps) == {"version": 4, "went": []}
    for version in (5, 0, True, "4"):
        with pytest.raises(ProjectError, match="version"):
            saving.upgraded({"version": version, "went": []}, steps)
