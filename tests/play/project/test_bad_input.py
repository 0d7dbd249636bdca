"""Bad input is refused with its place and rule, or opened with a remark that says what is silent and why."""

import hashlib
import json
from pathlib import Path as FilePath
from typing import Any

import numpy as np
import pytest
from toy_rhythm import ToyRhythm
from toy_tones import ToyTones

from clave import Clip, wav
from clave.errors import ProjectError, SpaceError
from clave.music.kit import VOICES
from clave.play.perform import BUILT_IN, perform
from clave.play.project import (
    Edited,
    Generated,
    GenerationSettings,
    Humanise,
    KitVoice,
    Lane,
    Path,
    PathEdit,
    Phrase,
    Project,
    ProjectKit,
    RhythmShift,
    Scene,
    SetCells,
    Shift,
    SongPart,
    SpaceReference,
    Spaces,
    from_json,
    to_json,
)
from clave.play.project.bars import MAX_SPACE_OPERATIONS, space_operations
from clave.play.project.saving import from_document
from clave.play.remarks import remarks

HERE = Generated(point=(0, 0))


def document(**scene: Any) -> dict[str, Any]:
    return {"format": "clave project", "version": 1, "scene": scene}


def remarks_on(project: Project, sound: ToyTones | None = None) -> list[str]:
    return remarks(project, ToyRhythm(), sound or ToyTones(), lambda _: "it is not here", BUILT_IN)


def generated(**settings: Any) -> Generated:
    return Generated(point=(0, 0), settings=GenerationSettings(**settings))


# Nine kinds of bad input.


def test_a_newer_version_is_refused() -> None:
    with pytest.raises(ProjectError, match=r"of version 2, and this Clave reads up to 1: update Clave"):
        from_document({**document(), "version": 2})


@pytest.mark.parametrize(
    ("spaces", "remark"),
    [
        (Spaces(rhythm=SpaceReference(name="other")), "made with the rhythm space 'other' and plays with 'toy'"),
        (Spaces(sound=SpaceReference(name="other", hash="0" * 16)), "made with the sound space 'other' and plays with"),
    ],
)
def test_an_unknown_space_is_remarked_on_and_another_plays(spaces: Spaces, remark: str) -> None:
    project = Project(spaces=spaces)
    assert [remark in said for said in remarks_on(project)] == [True]
    performance = perform(project, ToyRhythm(), ToyTones())
    assert [remark in said for said in performance.remarks] == [True]
    assert performance.events()


def test_a_space_of_the_same_name_with_other_content_is_remarked_on(tmp_path: FilePath) -> None:
    class Stored(ToyRhythm):
        def __init__(self) -> None:
            super().__init__()
            self.folder = tmp_path

    (tmp_path / "config.json").write_text("{}")
    own = hashlib.sha256(b"{}").hexdigest()[:16]
    for made_with, count in (("f" * 16, 1), (own, 0), ("", 0)):
        project = Project(spaces=Spaces(rhythm=SpaceReference(name="toy", hash=made_with)))
        said = perform(project, Stored(), ToyTones()).remarks
        assert ["'toy' and plays with another version of it" in each for each in said] == [True] * count


def test_the_file_of_a_sound_that_is_missing_is_silence_and_a_remark(tmp_path: FilePath) -> None:
    wav.write(tmp_path / "there.wav", Clip(np.full(4410, 0.25, np.float32)))
    digest = hashlib.sha256((tmp_path / "there.wav").read_bytes()).hexdigest()
    there = KitVoice(origin="file", file=digest, file_name=str(tmp_path / "there.wav"))
    gone = KitVoice(origin="file", file="ab" * 32, file_name=str(tmp_path / "gone.wav"))
    other = KitVoice(origin="file", file="cd" * 32, file_name=str(tmp_path / "there.wav"))
    kit = ProjectKit(voices=(there, gone, other, *ProjectKit().voices[3:]))
    performance = perform(Project(scene=Scene(bars=(HERE,), kit=kit)), ToyRhythm(), ToyTones())
    snare, hat = performance.remarks
    assert snare.startswith("the scene: the snare is silent: ")
    assert "gone.wav cannot be read" in snare
    assert hat.startswith("the scene: the closed hi-hat is silent: ")
    assert "another file than the project was made with" in hat
    assert [sound.clip.peak > 0 for sound in performance.sounds] == [True, False, False] + [True] * 5


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize(
    "place", ['"seed": {}', '"scene": {{"bars": [{{"kind": "generated", "point": [0, {}]}}]}}', '"own": {}']
)
def test_what_is_no_finite_number_is_refused(number: str, place: str) -> None:
    with pytest.raises(ProjectError, match=f"numbers are finite, got {number}"):
        from_json('{"format": "clave project", "version": 1, ' + place.format(number) + "}")
    with pytest.raises(ProjectError, match=r"point\.1: .*finite number, got nan"):
        Generated(point=(0, float("nan")))


def test_a_cycle_of_bars_is_refused_and_so_is_one_too_deep() -> None:
    bar: dict[str, Any] = {"kind": "edited", "base": HERE.model_dump(), "operations": [{"kind": "humanise"}]}
    bar["operations"][0]["like"] = bar
    with pytest.raises(ProjectError, match="scene"):
        from_document(document(bars=[bar]))
    deep: dict[str, Any] = HERE.model_dump()
    for _ in range(MAX_SPACE_OPERATIONS + 1):
        deep = {"kind": "edited", "base": HERE.model_dump(), "operations": [{"kind": "humanise", "like": deep}]}
    with pytest.raises(ProjectError, match="at most 32 operations that need the space"):
        from_document(document(bars=[deep]))
    deeper: list[Any] = []
    for _ in range(3000):
        deeper = [deeper]
    with pytest.raises(ProjectError, match="more deeply than a project can"):
        from_document(document(bars=[deeper]))


def test_a_thousand_scenes_are_refused_and_as_many_as_there_are_slots_are_not() -> None:
    with pytest.raises(ProjectError, match=r"scenes: .*at most 128 items.* got"):
        from_document({**document(), "scenes": [{}] * 1000})
    assert len(from_document({**document(), "scenes": [{}] * 128}).scenes) == 128


def test_a_path_of_one_point_is_refused() -> None:
    with pytest.raises(ProjectError, match=r"scene\.path: a path has two points or more, got 1"):
        from_document(document(path={"points": [[0, 0]]}))


def test_a_modulation_of_an_unknown_parameter_is_refused() -> None:
    wave = {"parameter": "cowbell.level", "shape": "sine", "period": 1, "depth": 1}
    with pytest.raises(
        ProjectError, match=r"scene\.modulations\.0\.parameter: no parameter 'cowbell\.level'; there are"
    ):
        from_document(document(modulations=[wave]))


def test_0_bars_are_refused_wherever_bars_are_counted() -> None:
    for scene, place in (({"bars": []}, "bars"), ({"path": {"points": [[0, 0], [1, 1]], "bars": 0}}, "path.bars")):
        with pytest.raises(ProjectError, match=rf"scene\.{place}: .*1"):
            from_document(document(**scene))
    with pytest.raises(ProjectError, match=r"song\.0\.bars: .*1, got 0"):
        from_document({**document(), "scenes": [{}], "song": [{"scene": 0, "bars": 0}]})
    with pytest.raises(ProjectError, match="got 0"):
        perform(Project(), ToyRhythm(), ToyTones(), bars=0)


# What the spaces here cannot make.

UNKNOWN = {
    "style": (generated(style="polka"), "no style 'polka' in this space; its styles are: funk, jazz"),
    "a style in a blend": (generated(style={"funk": 0.5, "polka": 0.5}), "no style 'polka' in this space"),
    "section": (generated(section="break"), "no section 'break' in this space; its sections are: beat, fill"),
    "meter": (generated(meter=(7, 8)), "this space has learned 4/4, 3/4, 6/8, 5/4, got 7/8"),
    "style of an operation": (
        Edited(base=HERE, operations=(Humanise(style="polka"),)),
        "no style 'polka' in this space",
    ),
    "style of the bar that lends its feel": (
        Edited(base=HERE, operations=(Humanise(like=generated(style="polka")),)),
        "no style 'polka' in this space",
    ),
    "section of a phrase": (
        generated(section="fill").changed(phrase=Phrase(bars=2, index=0)),
        "the bars of a phrase are beats, and its last one may be a fill; got section 'fill'",
    ),
    "density of a phrase": (
        generated(density=0.8).changed(phrase=Phrase(bars=2, index=0)),
        "a phrase is as dense as the space has learned, with no density set; got 0.8",
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_bar_that_the_space_cannot_make_is_remarked_on_and_refused_with_its_place(case: str) -> None:
    bar, reason = UNKNOWN[case]
    (remark,) = remarks_on(Project(scene=Scene(bars=(HERE, bar))))
    assert remark.startswith(f"the scene: bar 1 cannot be played: {reason}")
    with pytest.raises(SpaceError) as refused:
        perform(Project(scene=Scene(bars=(HERE, bar))), ToyRhythm(), ToyTones())
    assert str(refused.value) == remark


def test_a_bar_that_is_not_played_is_remarked_on_and_the_rest_plays() -> None:
    polka = generated(style="polka")
    scenes = (Scene(bars=(HERE,)), Scene(bars=(HERE, polka, HERE, polka), fill=polka, lanes=(Lane(hold=polka),) * 8))
    project = Project(scenes=scenes, song=(SongPart(scene=0, bars=2),))
    (remark,) = remarks_on(project)
    held = ", ".join(f"the bar that holds the {voice.name}" for voice in VOICES[:5])
    assert remark.startswith(f"scene 1: bar 1, bar 3, the fill, {held} and 3 more cannot be played: no style 'polka'")
    performance = perform(project, ToyRhythm(), ToyTones())
    assert performance.remarks == ()
    assert len(performance.bars) == 2
    assert perform(
        project.changed(song=(), scene=scenes[1].changed(lanes=scenes[0].lanes)), ToyRhythm(), ToyTones(), bars=1
    )


def test_a_path_and_its_edits_are_looked_at_too() -> None:
    path = Path(points=((0, 0), (1, 1)), edits=(PathEdit(bar=2, operations=(SetCells(cells=((0, 60, 0.5, 0),)),)),))
    scene = Scene(path=path, settings=GenerationSettings(meter=(3, 4), style="polka"))
    path_said, edit_said = remarks_on(Project(scene=scene))
    assert path_said.startswith("the scene: the path cannot be played: no style 'polka'")
    assert edit_said.startswith("the scene: the edit of bar 2 of the path cannot be played: ")
    assert "the bar has steps 0 to 47, got a cell at step 60" in edit_said
    with pytest.raises(ProjectError, match=r"the edit of bar 2 of the path cannot be done: .*got a cell at step 60"):
        perform(Project(scene=scene), ToyRhythm(), ToyTones(), bars=3)


def test_a_bar_that_becomes_impossible_as_it_is_played_is_refused_with_the_place_in_the_performance() -> None:
    phrase = tuple(HERE.changed(phrase=Phrase(bars=2, index=index)) for index in range(2))
    moved = {"parameter": "density", "breakpoints": [{"bar": 0, "value": 0.5}]}
    scene = Scene(bars=phrase).changed(automations=(moved,))
    with pytest.raises(SpaceError, match=r"bar 0 of the performance cannot be played: a phrase is as dense"):
        perform(Project(scene=scene), ToyRhythm(), ToyTones())


def test_a_space_without_detail_says_what_it_cannot_do() -> None:
    class MapOnly(ToyRhythm):
        def __init__(self) -> None:
            super().__init__()
            self.detail_size, self.directions = 0, ()

    louder = Shift(shift=RhythmShift(loudness=1))
    for bar, action in (
        (Edited(base=HERE, operations=(Humanise(),)), "give a feel"),
        (Edited(base=HERE, operations=(louder,)), "move a bar"),
        (generated(shift=RhythmShift(loudness=1)), "move a bar"),
        (HERE.changed(phrase=Phrase(bars=2, index=0)), "write a phrase"),
    ):
        with pytest.raises(SpaceError, match=f"bar 0 cannot be played: .* without detail: it cannot {action}"):
            perform(Project(scene=Scene(bars=(bar,))), MapOnly(), ToyTones())
    still = Edited(base=HERE, operations=(Shift(shift=RhythmShift()), SetCells(cells=((0, 0, 0.5, 0),))))
    assert perform(Project(scene=Scene(bars=(still,))), MapOnly(), ToyTones()).events()


def test_a_voice_that_no_space_here_knows_is_silent_and_so_is_a_kit_that_is_not_there() -> None:
    on_map, tin = KitVoice(origin="map", point=(0, 0)), KitVoice(origin="factory", kit="tin")
    project = Project(scene=Scene(bars=(HERE,), kit=ProjectKit(voices=(on_map, on_map, tin, *[on_map] * 5))))
    said = [
        "the scene: the snare is silent: no sound space here knows this voice",
        "the scene: the closed hi-hat is silent: there is no kit 'tin'",
    ]
    tones = ToyTones(tuple(voice.name for voice in VOICES if voice.name != "snare"))
    assert remarks_on(project, tones) == said
    performance = perform(project, ToyRhythm(), tones)
    assert list(performance.remarks) == said
    assert [sound.clip.peak > 0 for sound in performance.sounds] == [True, False, False] + [True] * 5
    assert len(performance.events()) > 3  # silent, but there: MIDI has them


def test_a_sound_that_no_speaker_should_play_is_silent() -> None:
    class Broken(ToyTones):
        def tone(self, x: float, y: float, voice: Any) -> Clip:
            made = super().tone(x, y, voice)
            return Clip(made.samples * np.float32(0)) if voice.name == "tom" else made

    kit = ProjectKit(voices=(KitVoice(origin="map", point=(0, 0)),) * 8)
    (remark,) = perform(Project(scene=Scene(bars=(HERE,), kit=kit)), ToyRhythm(), Broken()).remarks
    assert remark.startswith("the tom is silent: the tom there peaks at 0")


# What takes the space long.


def test_operations_that_need_the_space_are_counted_with_those_of_the_bars_that_lend_their_feel() -> None:
    cells = SetCells(cells=((0, 0, 0.5, 0),))
    lent = Edited(base=HERE, operations=(Humanise(), cells, Humanise()))
    bar = Edited(base=HERE, operations=(cells, Humanise(like=lent), Shift(shift=RhythmShift(density=1))))
    assert space_operations(bar) == 4
    assert space_operations(HERE) == 0
    assert space_operations(generated(shift=RhythmShift(density=1)).changed(phrase=Phrase(bars=2, index=0))) == 2


def test_a_bar_takes_the_space_no_longer_than_some_seconds() -> None:
    Edited(base=HERE, operations=(Humanise(),) * MAX_SPACE_OPERATIONS)
    Edited(base=HERE, operations=(SetCells(cells=((0, 0, 0.5, 0),)),) * 256)
    too_many = (Humanise(),) * (MAX_SPACE_OPERATIONS + 1)
    for made in (lambda: Edited(base=HERE, operations=too_many), lambda: PathEdit(bar=0, operations=too_many)):
        with pytest.raises(ProjectError, match="at most 32 operations that need the space, got 33"):
            made()


def test_taps_lie_in_their_bar() -> None:
    taps = {"kind": "taps", "taps": [[0, 1], [66, 1]]}
    bar = {"kind": "edited", "base": HERE.model_dump(), "operations": [taps]}
    with pytest.raises(ProjectError, match=r"scene\.bars\.0\.edited: .*\[-2, 66\) steps, got 66"):
        from_document(document(bars=[bar]))


def test_what_is_loaded_can_be_saved() -> None:
    project = from_document({**document(), "own": {"number": 1e300}})
    assert json.loads(to_json(project))["own"]["number"] == 1e300
