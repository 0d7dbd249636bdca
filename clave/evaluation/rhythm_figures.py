"""The paper's figures, drawn for any training run: matrix, curves, generated bars, waveform, map, reconstructions."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clave.errors import MissingExtraError, TrainingError
from clave.files import midi
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import STEPS_PER_QUARTER
from clave.play.render import render
from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.sound import drum_synth as factory

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAP_LIMIT = 3.0  # of the map that is shown, as on the page
TRAVERSAL = 7  # points a side
# Paul Tol's muted scheme and enough markers that no two of twenty styles look alike
STYLE_COLOURS = ("#CC6677", "#332288", "#DDCC77", "#117733", "#88CCEE", "#882255", "#44AA99", "#999933", "#AA4499")
STYLE_MARKERS = ("o", "s", "^", "D", "v")


def draw(folder: Path) -> list[Path]:
    """Draw every figure of the run in `folder` into `folder/figures`, and say which files these are.

    Raises TrainingError for a folder that holds no finished run, MissingExtraError without matplotlib.
    """
    log = read_log(folder)
    figures: dict[str, Callable[[], Figure]] = {"08-curves": lambda: curves(log)}
    if (folder / "config.json").is_file():
        space = load_rhythm(folder)
        examples = midi.read(folder / "examples.mid").patterns if (folder / "examples.mid").is_file() else []
        drawn = space.sample(8, seed=1, meter=space.meters[0])
        figures |= {
            "07-matrix": lambda: bars(examples[:1], ["a bar of the data"]),
            "09-generated": lambda: bars(drawn, [f"drawn from the prior, {n + 1}" for n in range(len(drawn))]),
            "10-waveform": lambda: waveform(drawn[0]),
            "11-latent": lambda: latent(space),
            "12-reconstructions": lambda: reconstructions(space, examples[:6]),
            "13-traversal": lambda: traversal(space),
        }
    return save(folder, figures)


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The losses of a run, epoch by epoch; TrainingError for a folder that holds none."""
    path = folder / "log.json"
    if not path.is_file():
        raise TrainingError(f"{folder} holds no training run: there is no log.json")
    return json.loads(path.read_text())


def save(folder: Path, figures: Mapping[str, Callable[[], "Figure"]]) -> list[Path]:
    """Draw each into `folder/figures`, named as here."""
    (folder / "figures").mkdir(exist_ok=True)
    paths = [folder / "figures" / f"{name}.png" for name in sorted(figures)]
    for path in paths:
        figures[path.stem]().savefig(path, dpi=120)
    return paths


def bars(patterns: Sequence[Pattern], titles: Sequence[str], columns: int = 2) -> "Figure":
    """Activation matrices with velocity as darkness: the paper's figures 7 and 9."""
    rows = -(-len(patterns) // columns)
    figure, axes = grid(max(1, rows), min(columns, max(1, len(patterns))), (6.0, 2.2))
    for pattern, title, ax in zip(patterns, titles, axes, strict=False):
        _matrix(ax, pattern, title)
    return figure


def curves(log: Sequence[dict[str, Any]], unit: str = "nats a bar") -> "Figure":
    """Each named loss over the epochs, on what was trained on and on what was not: the paper's figure 8."""
    names = list(log[0]["tuning"])
    figure, axes = grid(-(-len(names) // 3), 3, (4.0, 2.6))
    epochs = [row["epoch"] for row in log]
    for name, ax in zip(names, axes, strict=False):
        for part, style in (("train", "-"), ("tuning", "--")):
            ax.plot(epochs, [row[part].get(name, np.nan) for row in log], style, label=part)
        ax.set_title(name)
        ax.set_xlabel("epoch")
        ax.set_ylabel(unit)
    for ax in axes[len(names) :]:
        ax.set_axis_off()
    axes[0].legend()
    return figure


def waveform(pattern: Pattern, tempo_bpm: float = 120.0) -> "Figure":
    """The sound of a generated bar over its matrix: the paper's figure 10."""
    clip = render([pattern], factory.kit("analogue"), tempo_bpm)
    figure, axes = grid(2, 1, (8.0, 2.2))
    _matrix(axes[0], pattern, "a generated bar")
    axes[1].plot(np.arange(len(clip)) / clip.sample_rate, clip.samples, linewidth=0.4)
    axes[1].set_xlim(0, clip.seconds)
    axes[1].set_xlabel(f"seconds, at {tempo_bpm:g} bpm")
    return figure


def latent(space: RhythmSpace) -> "Figure":
    """The bars of the corpus on the map, coloured and shaped by style: the paper's figure 11."""
    figure, axes = grid(1, 1, (8.0, 8.0))
    styles = np.array(space.corpus.styles)
    for index, style in enumerate(sorted(set(space.corpus.styles))):
        points = space.corpus.map[styles == style]
        colour, marker = STYLE_COLOURS[index % len(STYLE_COLOURS)], STYLE_MARKERS[index % len(STYLE_MARKERS)]
        axes[0].scatter(*points.T, s=6, alpha=0.6, color=colour, marker=marker, label=style or "no label", linewidths=0)
    axes[0].set_xlim(-MAP_LIMIT, MAP_LIMIT)
    axes[0].set_ylim(-MAP_LIMIT, MAP_LIMIT)
    axes[0].legend(markerscale=3, fontsize="small", loc="upper right")
    axes[0].set_title(f"{len(styles)} bars on the map")
    return figure


def reconstructions(space: RhythmSpace, patterns: Sequence[Pattern]) -> "Figure":
    """Bars the model has not learned from, beside what the map alone and what map and detail bring back."""
    code = space.encode(patterns)
    alone = [space.at([point], meter=each.meter)[0] for point, each in zip(code.map, patterns, strict=True)]
    shown = [each for row in zip(patterns, alone, space.decode(code), strict=True) for each in row]
    return bars(shown, ["as played", "the map alone", "map and detail"] * len(patterns), columns=3)


def traversal(space: RhythmSpace, points_a_side: int = TRAVERSAL) -> "Figure":
    """What lies where: bars on a grid over the map, as the reader would find them by clicking."""
    ticks = np.linspace(-MAP_LIMIT, MAP_LIMIT, points_a_side)
    points = [(x, y) for y in ticks[::-1] for x in ticks]
    figure, axes = grid(points_a_side, points_a_side, (2.0, 1.0))
    for pattern, (x, y), ax in zip(space.at(points, meter=space.meters[0]), points, axes, strict=True):
        ax.imshow(pattern.velocity, aspect="auto", cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        ax.set_title(f"{x:.0f}, {y:.0f}", fontsize="x-small", pad=1)
        ax.set_xticks([])
        ax.set_yticks([])
    return figure


def _matrix(ax: "Axes", pattern: Pattern, title: str) -> None:
    ax.imshow(pattern.velocity, aspect="auto", cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    ax.set_yticks(range(len(VOICES)), [each.name for each in VOICES], fontsize="x-small")
    ax.set_xticks(np.arange(0, pattern.steps, STEPS_PER_QUARTER) - 0.5, labels=[], minor=False)
    ax.grid(axis="x", linewidth=0.5)
    ax.set_title(title, fontsize="small")


def grid(rows: int, columns: int, size: tuple[float, float]) -> "tuple[Figure, list[Axes]]":
    """A figure of so many axes, each of this size in inches."""
    try:
        from matplotlib.figure import Figure as NewFigure
    except ImportError as error:
        raise MissingExtraError("figures need the extra `train`: pip install 'clave[train]'") from error
    figure = NewFigure(figsize=(columns * size[0], rows * size[1]), layout="constrained")
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)
