"""Arguments are checked against their annotations, also where these carry something for another reader."""

from typing import Annotated

import pytest

from clave.errors import ProjectError
from clave.music.arguments import checked, whole_number


@checked(ProjectError)
def named(bars: Annotated[int | str, "for a schema"]) -> str:
    return str(bars)


def test_an_annotation_for_another_reader_changes_nothing() -> None:
    assert named(3) == named("3")
    with pytest.raises(ProjectError, match=r"named: bars is a whole number or text, got 2\.5"):
        named(2.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("127", 127), ("007", 7), ("0" * 5000 + "9", 9), ("128", None), ("9" * 5000, None), ("", None)]
    + [(text, None) for text in ("-1", "+1", " 1", "1.0", "1_0", "²", "٣", "x")],
)
def test_a_whole_number_is_written_in_digits_however_many(text: str, number: int | None) -> None:
    assert whole_number(text, 127) == number
