"""Python and page make the same performance of a project: cases made by each, and what the other one made of them."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from random_projects import chances, digest, heard, made_up, random_project

from clave.play.arrange import arrange, requests
from clave.play.chance import chance
from clave.play.plan import natural_bars
from clave.play.project.saving import from_document

TESTS = Path(__file__).parent.parent

SECONDS = 1e-9


def cases(name: str) -> list[dict[str, Any]]:
    return json.loads(gzip.decompress((TESTS / "fixtures" / name).read_bytes()))["cases"]


def in_place(strikes: list[Any]) -> np.ndarray:
    """By bar, voice and step; the strokes of a ratchet by their place on the grid."""
    return np.array(sorted([list(each) for each in strikes], key=lambda each: (each[9], each[1], each[10], each[4])))


@pytest.mark.parametrize(("file", "every"), [("arrange.json.gz", 15), ("arrange_page.json.gz", 4)])
def test_what_is_in_the_file_is_what_python_arranges(file: str, every: int) -> None:
    """Some of each file: shape checks make this slow, and the page's own test reads every case of Python's."""
    for number, case in list(enumerate(cases(file)))[::every]:
        project = from_document(case["project"])
        assert natural_bars(project) == case["natural_bars"], number
        asked = requests(project, case["bars"])
        assert [len(asked.bars), len(asked.sounds)] == case["requests"], number
        assert heard(asked) == case["heard"], number
        performance = arrange(project, made_up(asked), case["bars"])
        found, strikes = digest(performance), performance.events()
        np.testing.assert_allclose(found, case["digest"], rtol=0, atol=10 * SECONDS, err_msg=f"project {number}")
        if case["strikes"] is not None:
            wanted = in_place(case["strikes"])
            np.testing.assert_allclose(in_place(strikes), wanted, rtol=0, atol=SECONDS, err_msg=f"project {number}")


def test_the_file_has_the_projects_that_are_drawn_now() -> None:
    for number, case in enumerate(cases("arrange.json.gz")[:20]):
        assert random_project(number).model_dump(mode="json") == case["project"]


def test_many_chances_at_once_are_each_of_them() -> None:
    assert [float(each) for each in chances(7, np.arange(5), 3)] == [chance(7, place, 3) for place in range(5)]
