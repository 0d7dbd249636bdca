"""What `--from` means: the shipped space for few data, scratch for many, or a folder."""

from pathlib import Path

import pytest

from clave.errors import TrainingError
from clave.training.start import choose_start

SHIPPED_SPACE = Path("shipped")


@pytest.mark.parametrize(
    ("given", "count", "space"),
    [("auto", 163, SHIPPED_SPACE), ("auto", 5000, None), ("shipped", 5000, SHIPPED_SPACE), ("scratch", 163, None)],
)
def test_few_bars_begin_from_the_shipped_space(given: str, count: int, space: Path | None):
    start = choose_start(given, "rhythm", SHIPPED_SPACE, count, 3000)
    assert start.space == space
    assert f"{count} bars" in start.why


def test_a_path_is_a_space_or_holds_one(tmp_path: Path):
    (tmp_path / "rhythm").mkdir()
    (tmp_path / "rhythm" / "config.json").write_text("{}")
    for given in (tmp_path, tmp_path / "rhythm"):
        assert choose_start(str(given), "rhythm", SHIPPED_SPACE, 9, 3000).space == tmp_path / "rhythm"
    with pytest.raises(TrainingError, match=r"shipped, scratch or the folder of a sound space.*no config"):
        choose_start(str(tmp_path), "sound", SHIPPED_SPACE, 9, 3000)
