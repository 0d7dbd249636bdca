"""Page and server read the same messages: `web/src/rules/messageChecks.test.ts` reads this very file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from clave import Pattern
from clave.app import protocol, sound_protocol
from clave.app.protocol import BarPattern
from clave.errors import ProjectError
from clave.play.project.bars import kept_cells

FIXTURES = json.loads((Path(__file__).parents[1] / "fixtures" / "protocol.json").read_text("utf-8"))


def cases(which: str) -> list[Any]:
    return [
        pytest.param(name, message, id=f"{name}-{n}")
        for name, messages in FIXTURES[which].items()
        for n, message in enumerate(messages)
    ]


def model(name: str) -> Any:
    return getattr(protocol, name, None) or getattr(sound_protocol, name)


@pytest.mark.parametrize(("name", "message"), cases("accepted"))
def test_what_both_sides_read_comes_back_unchanged(name: str, message: dict[str, Any]) -> None:
    assert model(name).model_validate(message).model_dump(mode="json") == message


@pytest.mark.parametrize(("name", "message"), cases("refused"))
def test_what_neither_side_reads_is_refused(name: str, message: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model(name).model_validate(message)


@pytest.mark.parametrize("meter", [(4, 4), (3, 4), (7, 8)])
def test_a_pattern_travels_there_and_back(meter: tuple[int, int]) -> None:
    random = np.random.default_rng(3)
    shape = Pattern.empty(meter).velocity.shape
    velocity = np.where(random.random(shape) < 0.2, random.uniform(0.01, 1, shape), 0).astype(np.float32)
    pattern = Pattern(velocity, random.uniform(-2, 1.99, shape).astype(np.float32), meter)
    text = BarPattern.of(pattern).model_dump_json()
    assert BarPattern.model_validate_json(text).pattern() == pattern


def test_a_stroke_outside_the_bar_is_named() -> None:
    with pytest.raises(ProjectError, match="a bar of 3/4 has steps 0 to 47, got step 48"):
        BarPattern(meter=(3, 4), strokes=((0, 48, 1.0, 0.0),))


def test_two_strokes_at_one_place_are_not_merged_in_silence() -> None:
    with pytest.raises(ProjectError, match="two for the snare at step 8"):
        BarPattern(strokes=((1, 8, 1.0, 0.0), (1, 8, 0.5, 0.1)))


def test_blocks_are_the_cells_that_stay() -> None:
    blocks = ((0, 0, 48), (7, 44, 4), (2, 8, 1), (2, 8, 2))
    kept = kept_cells(blocks, (6, 8))
    struck = {(voice, step) for voice, first, steps in blocks for step in range(first, first + steps)}
    assert kept.shape == (8, 48)
    assert set(zip(*(axis.tolist() for axis in kept.nonzero()), strict=True)) == struck
