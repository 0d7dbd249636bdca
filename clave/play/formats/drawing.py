"""A performance as a drawing."""

from pathlib import Path

from clave.files import whole_file
from clave.music import pattern_svg
from clave.play.formats.losses import decided
from clave.play.formats.options import WriteOptions
from clave.play.formats.parts import file_stem
from clave.play.performance import Performance


def write_svg(performance: Performance, folder: Path, options: WriteOptions) -> list[str]:
    """A drawing of the bars as they are struck."""
    del options
    path = folder / f"{file_stem(performance)}.svg"
    whole_file.write(path, pattern_svg.svg(performance.bars).encode())
    return [f"{path}", *decided(performance)]
