"""Figures of a rhythm run, after those of the paper: matrix, curves, generated bars, waveform, map, reconstructions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clave.evaluation.figures import MAP_LIMIT, curves, grid, marks, save
from clave.files import midi
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.units import STEPS_PER_QUARTER, STEPS_PER_SIXTEENTH
from clave.play.render import render
from clave.rhythm.space import RhythmSpace, load_rhythm
from clave.sound import drum_synth
from clave.training.run_log import EXAMPLES_FILE, read_log

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

TRAVERSAL_POINTS = 7  # along each axis of the map
LEGEND_ROWS = 32  # styles in a column of the legend


def draw(folder: Path) -> list[Path]:
    """Draw every figure of the run in `folder` into `folder/figures`, and return their paths.

    Raises TrainingError for a folder that holds no finished run, MissingExtraError without matplotlib.
    """
    log = read_log(folder)
    figures: dict[str, Callable[[], Figure]] = {"08-curves": lambda: curves(log)}
    if (folder / "config.json").is_file():
        space = load_rhythm(folder)
        examples = midi.read(folder / EXAMPLES_FILE).patterns if (folder / EXAMPLES_FILE).is_file() else []
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


def bars(patterns: Sequence[Pattern], titles: Sequence[str], columns: int = 2) -> "Figure":
    """Activation matrices, darker for a higher velocity: the paper's figures 7 and 9."""
    rows = -(-len(patterns) // columns)
    figure, axes = grid(max(1, rows), min(columns, max(1, len(patterns))), (6.0, 2.2))
    images = [_matrix(ax, pattern, title) for pattern, title, ax in zip(patterns, titles, axes, strict=False)]
    for ax in axes[len(images) :]:
        ax.set_axis_off()
    for ax in axes[max(0, len(images) - columns) : len(images)]:
        ax.set_xlabel("quarter of the bar", fontsize="x-small")
    if images:
        bar = figure.colorbar(images[0], ax=axes, shrink=min(1.0, 2 / rows), aspect=15, pad=0.01)
        bar.set_label("velocity", fontsize="small")
    return figure


def waveform(pattern: Pattern, tempo_bpm: float = 120.0) -> "Figure":
    """The sound of a generated bar over its matrix: the paper's figure 10."""
    clip = render([pattern], drum_synth.kit("analogue"), tempo_bpm)
    figure, axes = grid(2, 1, (8.0, 2.2))
    figure.colorbar(_matrix(axes[0], pattern, "a generated bar"), ax=axes[0], pad=0.01).set_label("velocity")
    axes[0].set_xlabel("quarter of the bar")
    axes[1].plot(np.arange(len(clip)) / clip.sample_rate, clip.samples, linewidth=0.4)
    axes[1].set_xlim(0, clip.seconds)
    axes[1].set_xlabel(f"time (s), at {tempo_bpm:g} bpm")
    axes[1].set_ylabel("amplitude (full scale)", fontsize="small")
    return figure


def latent(space: RhythmSpace) -> "Figure":
    """The bars of the corpus on the map, a colour and a marker for each style: the paper's figure 11."""
    names = sorted(set(space.corpus.styles))
    columns = -(-len(names) // LEGEND_ROWS)
    figure, axes = grid(1, 1, (8.0 + 1.9 * columns, 8.0))
    styles = np.array(space.corpus.styles)
    for style, (colour, marker) in zip(names, marks(len(names)), strict=True):
        points = space.corpus.map[styles == style]
        axes[0].scatter(
            *points.T, s=7, alpha=0.6, color=colour, marker=marker, label=f"{style or 'no label'} ({len(points)})",
            linewidths=0, rasterized=True,
        )  # fmt: skip
    axes[0].set_xlim(-MAP_LIMIT, MAP_LIMIT)
    axes[0].set_ylim(-MAP_LIMIT, MAP_LIMIT)
    axes[0].set_aspect("equal")
    axes[0].set_xlabel("map x")
    axes[0].set_ylabel("map y")
    figure.legend(
        loc="outside right upper", markerscale=2.5, fontsize="small", ncols=columns, title="style (bars)", frameon=False
    )
    outside = int((np.abs(space.corpus.map) > MAP_LIMIT).any(axis=1).sum())
    axes[0].set_title(f"{len(styles):,} bars on the map" + (f", {outside:,} of them outside" if outside else ""))
    return figure


def reconstructions(space: RhythmSpace, patterns: Sequence[Pattern]) -> "Figure":
    """Held-out bars, each beside its decoding from the map alone and from map and detail."""
    code = space.encode(patterns)
    alone = [space.at([point], meter=each.meter)[0] for point, each in zip(code.map, patterns, strict=True)]
    shown = [each for row in zip(patterns, alone, space.decode(code), strict=True) for each in row]
    return bars(shown, ["as played", "the map alone", "map and detail"] * len(patterns), columns=3)


def traversal(space: RhythmSpace, points_per_axis: int = TRAVERSAL_POINTS) -> "Figure":
    """The bars that a click on the map plays, on a grid of points."""
    ticks = np.linspace(-MAP_LIMIT, MAP_LIMIT, points_per_axis)
    points = [(x, y) for y in ticks[::-1] for x in ticks]
    figure, axes = grid(points_per_axis, points_per_axis, (2.0, 1.0))
    for pattern, (x, y), ax in zip(space.at(points, meter=space.meters[0]), points, axes, strict=True):
        ax.imshow(pattern.velocity, aspect="auto", cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        ax.set_title(f"{x:g}, {y:g}", fontsize="x-small", pad=1)
        ax.set_xticks([])
        ax.set_yticks([])
    figure.supxlabel("map x", fontsize="small")
    figure.supylabel("map y", fontsize="small")
    figure.suptitle("What a click plays; rows are voices, darker is louder", fontsize="small")
    return figure


def _matrix(ax: "Axes", pattern: Pattern, title: str) -> "AxesImage":
    """A bar, its voices named and its quarters numbered from 1 as musicians count them."""
    image = ax.imshow(pattern.velocity, aspect="auto", cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
    ax.set_yticks(range(len(VOICES)), [each.name for each in VOICES], fontsize="x-small")
    quarters = np.arange(0, pattern.steps, STEPS_PER_QUARTER)
    ax.set_xticks(quarters - 0.5, [str(each + 1) for each in range(len(quarters))], fontsize="x-small")
    ax.set_xticks(np.arange(0, pattern.steps, STEPS_PER_SIXTEENTH) - 0.5, minor=True)
    ax.tick_params(axis="x", which="minor", length=1.5)
    ax.grid(axis="x", linewidth=0.5)
    ax.set_title(title, fontsize="small")
    return image
