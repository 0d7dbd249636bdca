"""Page and server read the same messages: `web/test` holds `protocol.ts` to this very file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from clave import Pattern, protocol
from clave.errors import PatternError
from clave.protocol import CompleteRequest, TapsRequest, WirePattern
from clave.units import Meter, steps_per_bar

FIXTURES = json.loads((Path(__file__).parent / "fixtures" / "protocol.json").read_text("utf-8"))


def cases(which: str) -> list[Any]:
    return [
        pytest.param(name, message, id=f"{name}-{n}")
        for name, messages in FIXTURES[which].items()
        for n, message in enumerate(messages)
    ]


@pytest.mark.parametrize(("name", "message"), cases("accepted"))
def test_what_both_sides_read_comes_back_unchanged(name: str, message: dict[str, Any]) -> None:
    assert getattr(protocol, name).model_validate(message).model_dump(mode="json") == message


@pytest.mark.parametrize(("name", "message"), cases("refused"))
def test_what_neither_side_reads_is_refused(name: str, message: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        getattr(protocol, name).model_validate(message)


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (7, 8)])
def test_a_pattern_travels_there_and_back(meter: tuple[int, int]) -> None:
    random = np.random.default_rng(3)
    shape = Pattern.empty(meter).velocity.shape
    velocity = np.where(random.random(shape) < 0.2, random.uniform(0.01, 1, shape), 0).astype(np.float32)
    pattern = Pattern(velocity, random.uniform(-2, 1.99, shape).astype(np.float32), meter)
    text = WirePattern.of(pattern).model_dump_json()
    assert WirePattern.model_validate_json(text).pattern() == pattern


def test_a_stroke_outside_the_bar_is_named() -> None:
    with pytest.raises(PatternError, match="a bar of 3/4 has steps 0 to 47, got step 48"):
        WirePattern(meter=(3, 4), strokes=[(0, 48, 1.0, 0.0)]).pattern()


def test_two_strokes_at_one_place_are_not_merged_in_silence() -> None:
    with pytest.raises(PatternError, match="two for the snare at step 8"):
        WirePattern(strokes=[(1, 8, 1.0, 0.0), (1, 8, 0.5, 0.1)]).pattern()


def test_blocks_are_the_cells_that_stay() -> None:
    blocks = [(0, 0, 48), (7, 44, 4), (2, 8, 1), (2, 8, 2)]
    kept = CompleteRequest(pattern=WirePattern(meter=(6, 8), strokes=[]), keep=blocks).kept()
    struck = {(voice, step) for voice, first, steps in blocks for step in range(first, first + steps)}
    assert kept.shape == (8, 48)
    assert set(zip(*(axis.tolist() for axis in kept.nonzero()), strict=True)) == struck


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8)])
def test_taps_snap_to_sixteenths_and_triplets_and_come_back_in_time(meter: Meter) -> None:
    steps = steps_per_bar(meter)
    random = np.random.default_rng(1)
    for _ in range(20):
        position = float(random.uniform(0, steps))
        bar = TapsRequest(taps=[(position, 0.5)], meter=meter).tapped()
        (stroke,) = bar.strokes()
        assert (stroke.voice, stroke.velocity) == (0, 0.5)
        assert stroke.step % 16 in (0, 4, 5, 8, 11, 12)
        away = abs(stroke.position - position) % steps
        assert min(away, steps - away) <= 1 / 60 + 1e-6  # strokes keep to 480ths of a quarter: half of one is 1/60 step


def test_a_tap_just_before_the_bar_line_is_early_for_the_beat_that_it_announces() -> None:
    (stroke,) = TapsRequest(taps=[(63.5, 1.0)]).tapped().strokes()
    assert (stroke.step, stroke.offset) == (0, -0.5)
    (stroke,) = TapsRequest(taps=[(61.5, 1.0)]).tapped().strokes()
    assert (stroke.step, stroke.offset) == (60, 1.5)


def test_of_taps_on_one_step_the_loudest_stays() -> None:
    bar = TapsRequest(taps=[(16.25, 0.5), (15.5, 0.75), (0, 0.25)]).tapped()
    assert [(stroke.step, stroke.velocity, stroke.offset) for stroke in bar.strokes()] == [
        (0, 0.25, 0.0),
        (16, 0.75, -0.5),
    ]
