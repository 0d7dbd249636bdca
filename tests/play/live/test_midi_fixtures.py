"""The cases that the page is held to say what Python does."""

import json

import pytest
from make_midi_fixtures import PATH, fixtures


@pytest.mark.parametrize("part", ["about", "follow", "gate", "input", "learn", "state", "grid", "targets"])
def test_the_fixtures_are_what_python_makes_of_midi(part: str) -> None:
    written, found = json.loads(PATH.read_text("utf-8"))[part], json.loads(json.dumps(fixtures()[part]))
    if part == "follow":
        for one, other in zip(written, found, strict=True):
            assert one["messages"] == other["messages"]
            for key in ("reads", "commands"):
                for row, same in zip(one[key], other[key], strict=True):
                    assert row == [pytest.approx(each, abs=1e-9) for each in same]
    else:
        assert written == found
