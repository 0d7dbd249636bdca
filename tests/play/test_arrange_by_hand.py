"""One bar of one voice, arranged: each number of each stroke is worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest
from random_projects import asked_of

from clave.errors import ProjectError, RenderError
from clave.play.arrange import Decoded, _with_held_rows, arrange, requests
from clave.play.chance import PROBABILITY, RATCHET, chance, noise
from clave.play.performance import Performance, Strike
from clave.play.plan import Plan, place_of, scene_starts
from clave.play.project import (
    BarPattern,
    Edited,
    Generated,
    Given,
    Humanise,
    Lane,
    Project,
    ProjectKit,
    Scene,
    SongPart,
    TempoChange,
    VoiceMix,
)
from clave.play.project.voices import KitVoice
from clave.play.tempo import BarTempo, TempoCurve, tempo_of_bar

STEP = 60 / 120 / 16  # seconds


def given(*strokes: tuple[int, int, float, float], meter: tuple[int, int] = (4, 4)) -> Given:
    return Given(pattern=BarPattern(meter=meter, strokes=strokes))


def arranged(scene: Scene, bars: int = 1, **project: Any) -> Performance:
    made = Project(scene=scene, **project)
    return arrange(made, asked_of(made, bars), bars)


def kicks(lane: Lane, *strokes: tuple[int, float], bars: int = 1, **scene: Any) -> list[Strike]:
    """The strikes of a kick with this lane: steps and velocities are given."""
    bar = given(*((0, step, velocity, 0.0) for step, velocity in strokes))
    return list(arranged(Scene(bars=(bar,), lanes=(lane, *(Lane(),) * 7), **scene), bars).events())


def test_a_stroke_has_its_swing_offset_and_nudge_in_this_order() -> None:
    bar = given((0, 4, 0.5, 0.25))
    mix = (VoiceMix(level=0.7, pan=-0.3, send=0.5), *(VoiceMix(),) * 7)
    lanes = (Lane(nudge_ms=10), *(Lane(),) * 7)
    (strike,) = arranged(Scene(bars=(bar,), swing=0.75, lanes=lanes, mix=mix), 1, volume=0.5).events()
    assert (strike.voice, strike.velocity, strike.bar, strike.step, strike.sound) == (0, 0.5, 0, 4, 0)
    assert (strike.grid, strike.end) == (6.0, 6.5)  # the second 16th of a pair begins at 3/4 of it
    assert strike.seconds == pytest.approx(6.25 * STEP + 0.01)
    assert strike.position == pytest.approx(6.25 + 0.01 / STEP)
    assert (strike.level, strike.pan) == (0.7, -0.3)
    room = Scene().room.level
    assert strike.send == pytest.approx(0.5 * room)
    assert (strike.filter, strike.cutoff, strike.resonance) == (0, 0.0, 0.0)


def test_a_filter_is_told_by_its_number_and_its_cutoff_in_octaves_above_20_hz() -> None:
    mix = (VoiceMix(filter="highpass", cutoff_hz=160, resonance_db=3), *(VoiceMix(),) * 7)
    (strike,) = arranged(Scene(bars=(given((0, 0, 0.5, 0.0)),), mix=mix)).events()
    assert (strike.filter, strike.cutoff, strike.resonance) == (2, pytest.approx(3), 3)


def test_of_a_density_the_loudest_stay_and_of_equals_the_first_rounded_up() -> None:
    strokes = ((0, 0.5), (8, 0.9), (16, 0.5), (24, 0.5), (32, 0.7))
    wanted = {1.0: [0, 8, 16, 24, 32], 0.6: [0, 8, 32], 0.5: [0, 8, 32], 0.4: [8, 32], 0.01: [8], 0.0: []}
    assert {density: [each.step for each in kicks(Lane(density=density), *strokes)] for density in wanted} == wanted


def test_an_accent_lifts_the_beat_and_lowers_the_rest_by_half_of_it() -> None:
    strokes = ((0, 0.5), (8, 0.5), (16, 0.9), (20, 0.001))
    assert [each.velocity for each in kicks(Lane(accent=0.4), *strokes)] == pytest.approx([0.6, 0.4, 1.0, 1 / 127])
    assert [each.velocity for each in kicks(Lane(accent=-0.4), *strokes[:2])] == pytest.approx([0.4, 0.6])
    assert [each.velocity for each in kicks(Lane(), *strokes)] == pytest.approx([0.5, 0.5, 0.9, 0.001])


def test_a_ratchet_divides_a_16th_and_each_stroke_is_a_tenth_softer() -> None:
    found = kicks(Lane(ratchet=3), (8, 0.8))
    assert [each.grid for each in found] == pytest.approx([8, 8 + 4 / 3, 8 + 8 / 3])
    assert [each.end for each in found] == pytest.approx([8 + 4 / 3, 8 + 8 / 3, 12])
    assert [each.velocity for each in found] == pytest.approx([0.8, 0.72, 0.648])
    assert [each.step for each in found] == [8, 8, 8]
    (single,) = kicks(Lane(), (8, 0.8))
    assert (single.grid, single.end) == (8, 9)


def test_a_ratchet_at_the_end_of_a_bar_is_drawn_on_its_last_step() -> None:
    performance = arranged(Scene(bars=(given((0, 62, 0.8, 0.0)),), lanes=(Lane(ratchet=4), *(Lane(),) * 7)))
    assert [each.grid for each in performance.events()] == [62, 63, 64, 65]
    assert performance.bars[0].velocity[0, 61:] == pytest.approx([0, 0.8, 0.72])


def test_chance_decides_by_seed_voice_bar_and_step_and_says_what_it_decided() -> None:
    bar = given(*((0, step, 0.5, 0.0) for step in range(0, 64, 4)))
    scene = Scene(bars=(bar,), lanes=(Lane(probability=0.5), *(Lane(),) * 7))
    performance = arranged(scene, 2, seed=7)
    wanted = [(b, s) for b in range(2) for s in range(0, 64, 4) if chance(7, PROBABILITY, 0, b, s) < 0.5]
    assert [(each.bar, each.step) for each in performance.events()] == wanted
    assert 8 < len(wanted) < 24
    assert len(performance.uncertain) == 32
    assert [(each.strike.bar, each.cell) for each in performance.uncertain if each.sounds] == wanted
    assert {each.probability for each in performance.uncertain} == {0.5}
    assert not arranged(scene.changed(lanes=(Lane(),) * 8), 2).uncertain
    ratchets = kicks(Lane(ratchet=2, ratchet_probability=0.5), *((step, 0.5) for step in range(0, 64, 4)))
    doubled = {each.step for each in ratchets if each.grid != each.step}
    assert doubled == {step for step in range(0, 64, 4) if chance(0, RATCHET, 0, 0, step) < 0.5}


def test_a_lane_with_a_loop_of_its_own_goes_on_over_the_bar_line() -> None:
    found = kicks(Lane(loop_steps=24), (0, 0.5), (30, 0.9), bars=2)
    assert [(each.bar, each.step) for each in found] == [(0, 0), (0, 24), (0, 48), (1, 8), (1, 32), (1, 56)]


def test_muted_voices_make_no_strikes_and_soloed_ones_alone_do() -> None:
    bar = given((0, 0, 0.5, 0.0), (1, 0, 0.5, 0.0), (2, 0, 0.5, 0.0))
    for change, heard in (({"mute": True}, [1, 2]), ({"solo": True}, [0])):
        mix = (VoiceMix(**change), *(VoiceMix(),) * 7)
        performance = arranged(Scene(bars=(bar,), mix=mix))
        assert [each.voice for each in performance.events()] == heard
        assert performance.bars[0].hits.sum() == 3  # the bar is as it is


def test_a_held_row_reaches_as_far_as_the_bar_does() -> None:
    waltz = given((0, 0, 0.5, 0.0), meter=(3, 4))
    held = given((0, 40, 0.9, 0.5), (0, 60, 0.9, 0.0))
    performance = arranged(Scene(bars=(waltz,), lanes=(Lane(hold=held), *(Lane(),) * 7)))
    assert [(each.step, each.velocity) for each in performance.events()] == [(40, pytest.approx(0.9))]
    row = performance.sources[0].pattern
    assert (row.meter, row.velocity[0, 40], row.offset[0, 40]) == ((3, 4), np.float32(0.9), 0.5)
    plain = performance.bars[0]
    assert _with_held_rows(plain, [plain] * 8) is plain


def test_bars_and_sounds_that_were_not_decoded_are_refused_by_name() -> None:
    project = Project(scene=Scene(bars=(Generated(point=(0, 0)),)))
    decoded = asked_of(project, 1)
    with pytest.raises(ProjectError, match="a bar was not decoded"):
        arrange(project, Decoded({}, decoded.sounds), 1)
    with pytest.raises(ProjectError, match="the sound of the kick was not decoded"):
        arrange(project, Decoded(decoded.bars, {}), 1)


def test_each_bar_and_each_sound_is_asked_for_once_and_where_it_is_first_played() -> None:
    one, other = Generated(point=(0, 0)), Generated(point=(1, 0))
    scene = Scene(bars=(one, other, Edited(base=one, operations=(Humanise(),)), given((0, 0, 0.5, 0.0))))
    asked = requests(Project(scene=scene), 8)
    assert asked.bars[:2] == (one, other)
    assert asked.first_played == (0, 1, 2)
    assert [voice for voice, _ in asked.sounds] == list(range(8))
    held = scene.changed(lanes=(Lane(hold=Generated(point=(2, 0))), *(Lane(),) * 7))
    assert Generated(point=(2, 0)) in requests(Project(scene=held), 1).bars


def test_the_same_clip_played_otherwise_is_one_request_and_two_sounds() -> None:
    soft = KitVoice(origin="factory", kit="analogue", gain=0.5)
    scenes = (Scene(), Scene(kit=ProjectKit(voices=(soft, *ProjectKit().voices[1:]))))
    project = Project(scenes=scenes, song=(SongPart(scene=0, bars=1), SongPart(scene=1, bars=1)))
    assert len(requests(project).sounds) == 8
    assert len(arrange(project, asked_of(project, 2)).sounds) == 9


# The song


def test_a_song_is_walked_part_by_part_with_its_fills_morphs_and_what_was_before() -> None:
    one, other = Scene(name="A"), Scene(swing=0.6)
    song = (SongPart(scene=0, bars=3, morph_bars=2), SongPart(scene=1, bars=2, fill=True))
    project = Project(scenes=(one, other), song=song)
    places = [place_of(project, bar) for bar in range(6)]
    assert [each.bar for each in places] == [0, 1, 2, 0, 1, 0]
    assert [each.scene.swing for each in places] == [0.5, 0.5, 0.5, 0.6, 0.6, 0.5]
    assert [each.fill for each in places] == [False, False, False, False, True, False]
    assert [each.share for each in places] == pytest.approx([0, 1 / 3, 2 / 3, 0, 0, 0])
    assert [each.into is not None for each in places] == [False, True, True, False, False, False]
    before = [None if each.before is None else (each.before[0].name, each.before[1]) for each in places]
    assert before == [None, None, None, ("A", 2), None, None]
    starts = scene_starts(project, 6)
    assert [(each.bar, each.name) for each in starts] == [(0, "A"), (3, "scene 2"), (5, "A")]
    assert [each.bar for each in scene_starts(project, 5)] == [0, 3]
    assert scene_starts(Project(), 4) == ()


def test_beats_and_rounds_of_a_scene_are_counted_from_its_beginning() -> None:
    scene = Scene(bars=(given(meter=(6, 8)), given()))
    planned = Plan(Project(scene=scene)).bars(4)
    assert [bar.start for bar in planned] == [0, 48, 112, 160]
    assert [bar.scene_beats for bar in planned] == [0, 2, 6, 8]
    assert [bar.round for bar in planned] == [0, 0, 1, 1]
    for count in (0, 100_001):
        with pytest.raises(ProjectError, match=f"got {count}"):
            Plan(Project()).bars(count)


# Tempo and chance


def test_a_ramp_rises_in_equal_parts_a_bar_and_a_step_at_once() -> None:
    changes = [
        TempoChange(bar=0, tempo_bpm=100),
        TempoChange(bar=2, tempo_bpm=120, ramp=True),
        TempoChange(bar=3, tempo_bpm=90),
    ]
    found = [tempo_of_bar(changes, bar) for bar in range(5)]
    assert found == [(100, 110), (110, 120), (120, 120), (90, 90), (90, 90)]


def test_the_tempo_at_a_position_and_beyond_both_ends() -> None:
    curve = TempoCurve([BarTempo(64, 100, 100), BarTempo(64, 100, 140)])
    assert [curve.bpm_at(position) for position in (-5, 0, 64, 96, 128, 500)] == [100, 100, 100, 120, 140, 140]
    assert (curve.steps, TempoCurve([]).bpm_at(3), TempoCurve([]).seconds) == (128, 120, 0)
    assert curve.seconds_at(-16) == pytest.approx(-0.6)
    assert curve.seconds_at(128 + 16) == pytest.approx(curve.seconds + 60 / 140)
    assert curve.seconds == pytest.approx(2.4 + 60 * 4 / 40 * math.log(1.4))
    assert TempoCurve([]).seconds_at(16) == pytest.approx(0.5)
    for position in (-16, 0, 63, 64, 96, 127.9, 128, 150):  # the ramp is the last of it
        assert curve.position_at(curve.seconds_at(position)) == pytest.approx(position, abs=1e-9)
    for bpm in (19.9, 400.1):
        with pytest.raises(RenderError, match="tempo"):
            TempoCurve([BarTempo(64, 100, bpm)])


def test_bars_of_one_tempo_are_one_piece_without_a_rounding_error_between_them() -> None:
    many = TempoCurve([BarTempo(64, 97.3, 97.3)] * 1000)
    assert many.seconds_at(64_000 - 1) == 63_999 * (60 / 97.3 / 16)
    mixed = TempoCurve([BarTempo(64, 120, 120), BarTempo(64, 60, 60), BarTempo(32, 60, 60), BarTempo(64, 60, 120)])
    assert mixed.seconds_at(64 + 96) == pytest.approx(2 + 6)


def test_chance_lies_evenly_in_0_to_1_and_noise_is_twice_it_less_1() -> None:
    drawn = np.array([chance(3, 1, place) for place in range(4000)])
    assert (drawn >= 0).all()
    assert (drawn < 1).all()
    counts = np.histogram(drawn, 10, (0, 1))[0]
    assert np.abs(counts - 400).max() < 80
    assert chance(3, 1, 2) != chance(3, 2, 1)
    assert chance(2**32 + 3, 1) == chance(3, 1)  # a seed has 32 bits
    np.testing.assert_allclose(noise(5, 200), [2 * chance(5, n) - 1 for n in range(200)], atol=1e-12)
