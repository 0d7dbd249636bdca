"""Arguments are checked against their annotations, also where these carry something for another reader."""

from typing import Annotated

import pytest

from clave.errors import ProjectError
from clave.music.arguments import checked


@checked(ProjectError)
def named(bars: Annotated[int | str, "for a schema"]) -> str:
    return str(bars)


def test_an_annotation_for_another_reader_changes_nothing() -> None:
    assert named(3) == named("3")
    with pytest.raises(ProjectError, match=r"named: bars is a whole number or text, got 2\.5"):
        named(2.5)  # type: ignore[arg-type]
