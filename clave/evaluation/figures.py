"""What the figures of rhythm and of sound have in common: a grid of axes, loss curves, and files."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clave.errors import MissingExtraError
from clave.files import whole_file
from clave.latent.map_svg import colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAP_LIMIT = 3.0  # the map is drawn from -3 to 3, as on the page
SUFFIXES = ("png", "svg")
PNG_DPI = 200
COLOURS = colours(14)
MARKERS = "osD^v<>pPX*hd"  # thirteen shapes; with as many colours, no two of 182 groups look alike


def marks(count: int) -> list[tuple[str, str]]:
    """A colour and a marker for each of so many groups; 14 colours around the hue circle, the marker changes with each.

    Groups that follow each other differ in both, and no two of the first 182 are the same.
    """
    return [(COLOURS[each % len(COLOURS)], MARKERS[each % len(MARKERS)]) for each in range(count)]


def grid(rows: int, columns: int, size_inches: tuple[float, float]) -> "tuple[Figure, list[Axes]]":
    """A figure of so many axes, each of this width and height; MissingExtraError without matplotlib."""
    try:
        from matplotlib.figure import Figure as NewFigure
    except ImportError as error:
        raise MissingExtraError("figures need the extra `train`: pip install 'clave[train]'") from error
    figure = NewFigure(figsize=(columns * size_inches[0], rows * size_inches[1]), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def curves(log: Sequence[dict[str, Any]], unit: str = "nats a bar") -> "Figure":
    """Each loss over the epochs, on the training part and on the tuning part: the paper's figure 8.

    A space that was fine-tuned has no tuning part.
    """
    from matplotlib.ticker import MaxNLocator

    names = list(log[0]["tuning"] or log[0]["train"])
    parts = {part: style for part, style in (("train", "-"), ("tuning", "--")) if log[0][part]}
    figure, axes = grid(-(-len(names) // 3), 3, (4.0, 2.6))
    epochs = [row["epoch"] for row in log]
    for name, ax in zip(names, axes, strict=False):
        for part, style in parts.items():
            ax.plot(epochs, [row[part].get(name, np.nan) for row in log], style, label=part)
        ax.set_title(name)
        ax.set_xlabel("epoch")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_ylabel(unit)
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    axes[0].legend()
    return figure


def save(folder: Path, figures: Mapping[str, Callable[[], "Figure"]]) -> list[Path]:
    """Draw each figure into `folder/figures`, as a PNG and an SVG of its name, and return the paths, PNGs first.

    The SVG keeps its text as text and says nothing of when it was drawn, so that the same figure is the same file.
    """
    from matplotlib import rc_context

    (folder / "figures").mkdir(exist_ok=True)
    paths = {suffix: [folder / "figures" / f"{name}.{suffix}" for name in sorted(figures)] for suffix in SUFFIXES}
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "clave"}):
        for png, svg in zip(*(paths[suffix] for suffix in SUFFIXES), strict=True):
            figure = figures[png.stem]()
            with whole_file.writing(png) as file:
                figure.savefig(file, format="png", dpi=PNG_DPI)
            with whole_file.writing(svg) as file:
                figure.savefig(file, format="svg", metadata={"Date": None})
    return [path for suffix in SUFFIXES for path in paths[suffix]]
