"""Page and server read the same messages: `web/src/rules/messageChecks.test.ts` reads this very file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from clave import Pattern
from clave.app import protocol
from clave.app.protocol import CompleteRequest, WirePattern
from clave.errors import PatternError

FIXTURES = json.loads((Path(__file__).parents[1] / "fixtures" / "protocol.json").read_text("utf-8"))


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
