"""Figures of a sound run: loss curves, reconstructions, the latent space, the maps, and sounds across them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clave.audio.descriptors import NAMES
from clave.audio.log_spectrogram import DrumSpectrogram
from clave.evaluation import figures
from clave.music.kit import voice as voice_of
from clave.music.shapes import Float, Float32
from clave.sound.dataset import SoundCorpus
from clave.sound.space import SoundSpace, load_sound
from clave.training.run_log import read_log
from clave.training.sound_data import divide

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RANGE_DB = 80.0  # cells that lie farther below the loudest one of a spectrogram are black
DB_PER_NEPER = 20 / np.log(10)
MAX_SOUNDS_PER_VOICE = 250  # in the figure of the latent space
TRAVERSAL_POINTS, TRAVERSAL_LIMIT = 5, 2.0  # along each axis of a map; from -2 to 2
TICKS_KHZ, TICKS_MS = (0.1, 1, 5, 15), (0, 20, 100, 500)
MAP_TICKS = (-2, 0, 2)
UNKNOWN_COLOUR = "#cccccc"
MARKERS = "osv^DP*X"  # one for each voice, so that colour blind readers can tell them apart
UNITS = {"brightness": "darkest to brightest", "decay": "shortest to longest", "pitch": "lowest to highest",
         "noisiness": "most tonal to noisiest"}  # fmt: skip


def is_sound_run(folder: Path) -> bool:
    """Whether this is the folder of a run of one-shots, finished or not."""
    return (folder / "sounds.npz").is_file()


def draw(folder: Path) -> list[Path]:
    """Draw every figure of the run in `folder` into `folder/figures`, and return their paths.

    Raises TrainingError for a folder that holds no run, MissingExtraError without matplotlib.
    """
    log = read_log(folder)
    wanted: dict[str, Callable[[], Figure]] = {"01-curves": lambda: figures.curves(log, unit="nats a cell, or a sound")}
    if (folder / "config.json").is_file():
        space = load_sound(folder)
        corpus = SoundCorpus.load(folder)
        wanted |= {
            "02-reconstructions": lambda: reconstructions(space, divide(corpus).validation),
            "04-latent": lambda: latent(space, corpus.themselves()),
            "05-maps": lambda: maps(space),
            "06-traversal": lambda: traversal(space),
        }
    return figures.save(folder, wanted)


def reconstructions(space: SoundSpace, corpus: SoundCorpus) -> "Figure":
    """A held-out sound of each voice, beside its decoding from the map alone and from map and detail."""
    shown = [voice_of(name) for name in space.voices if (corpus.voice == voice_of(name).index).any()]
    figure, axes = figures.grid(len(shown), 3, (3.2, 1.7))
    titles = ("a held-out sound", "the map alone", "map and detail")
    for row, voice in enumerate(shown):
        log_spectrogram = corpus.log_spectrogram[corpus.voice == voice.index][:1]
        code = space.encode_log_spectrograms(log_spectrogram, voice)
        alone = space.log_spectrograms(space.expected(code.map, voice), voice)
        for column, each in enumerate((log_spectrogram, alone, space.log_spectrograms(code, voice))):
            ax = axes[3 * row + column]
            _image(ax, _decibels(each[0]))
            if row == 0:
                ax.set_title(titles[column], fontsize="small")
        axes[3 * row].set_ylabel(voice.name, fontsize="small")
    if isinstance(space.spectrogram, DrumSpectrogram):
        for row in range(len(shown)):
            _mark_bands(axes[3 * row], space.spectrogram)
        for ax in axes[-3:]:
            _mark_times(ax, space.spectrogram)
    _colour_scale(figure, axes)
    return figure


def latent(space: SoundSpace, corpus: SoundCorpus) -> "Figure":
    """All voices in one plane, the first two principal components of map and detail: the paper's figure 4."""
    rng = np.random.default_rng(0)
    codes, voices = list[Float32[np.ndarray, "sound latent"]](), list[int]()
    for voice in map(voice_of, space.voices):
        rows = np.flatnonzero(corpus.voice == voice.index)
        rows = rng.permutation(rows)[:MAX_SOUNDS_PER_VOICE]
        code = space.encode_log_spectrograms(corpus.log_spectrogram[rows], voice)
        codes.append(np.concatenate([space.to_network(code.map, voice), code.detail], axis=1))
        voices += [voice.index] * len(rows)
    whole, index = np.concatenate(codes).astype(np.float64), np.array(voices)
    centred = whole - whole.mean(axis=0)
    _, size, axes_of = np.linalg.svd(centred, full_matrices=False)
    plane, share = centred @ axes_of[:2].T, np.square(size[:2]).sum() / np.square(size).sum()
    figure, (ax,) = figures.grid(1, 1, (8.0, 7.0))
    for voice in map(voice_of, space.voices):
        ax.scatter(
            *plane[index == voice.index].T, s=14, alpha=0.7, color=voice.colour, marker=MARKERS[voice.index],
            label=voice.name, linewidths=0,
        )  # fmt: skip
    figure.legend(loc="outside right upper", markerscale=2, fontsize="small", title="voice", frameon=False)
    ax.set_title(
        f"{len(whole)} sounds by the first two principal components\nof map and detail, {share:.0%} of the variance",
        fontsize="medium",
    )
    ax.set_xlabel("first principal component of map and detail", fontsize="small")
    ax.set_ylabel("second principal component of map and detail", fontsize="small")
    return figure


def maps(space: SoundSpace) -> "Figure":
    """Each voice's map, its sounds coloured by each of their descriptors; grey where a descriptor is missing."""
    figure, axes = figures.grid(len(space.voices), len(NAMES), (2.6, 2.4))
    for row, voice in enumerate(map(voice_of, space.voices)):
        there = space.corpus(voice)
        for column, name in enumerate(NAMES):
            ax = axes[len(NAMES) * row + column]
            known = (
                np.zeros(len(there), bool) if there.descriptors is None else np.isfinite(there.descriptors[:, column])
            )
            ax.scatter(*there.map[~known].T, s=4, color=UNKNOWN_COLOUR, linewidths=0)
            if known.any():
                ranks = np.array(there.ranks(name))[known]
                ax.scatter(*there.map[known].T, s=7, c=ranks, cmap="viridis", vmin=0, vmax=1, linewidths=0)
            ax.set_xlim(-figures.MAP_LIMIT, figures.MAP_LIMIT)
            ax.set_ylim(-figures.MAP_LIMIT, figures.MAP_LIMIT)
            ax.set_aspect("equal")
            ax.set_xticks(MAP_TICKS if row == len(space.voices) - 1 else [])
            ax.set_yticks(MAP_TICKS if column == 0 else [])
            ax.tick_params(labelsize="x-small")
            if row == 0:
                ax.set_title(f"{name}\n{UNITS[name]}", fontsize="small")
        axes[len(NAMES) * row].set_ylabel(f"{voice.name}\nmap y", fontsize="small")
    for ax in axes[len(NAMES) * (len(space.voices) - 1) :]:
        ax.set_xlabel("map x", fontsize="x-small")
    figure.suptitle("Colours are ranks among a voice's sounds, purple the lowest, yellow the highest", fontsize="small")
    return figure


def traversal(space: SoundSpace, points_per_axis: int = TRAVERSAL_POINTS) -> "Figure":
    """On each voice's map a grid of spectrograms, decoded there with the expected detail."""
    columns = min(4, len(space.voices))
    figure, axes = figures.grid(-(-len(space.voices) // columns), columns, (4.0, 4.2))
    ticks = np.linspace(-TRAVERSAL_LIMIT, TRAVERSAL_LIMIT, points_per_axis)
    points = np.array([(x, y) for y in ticks for x in ticks])
    for name, ax in zip(space.voices, axes, strict=False):
        levels = _decibels(space.log_spectrograms(space.expected(points, name), name))
        _, bands, frames = levels.shape
        gaps = np.pad(levels, ((0, 0), (4, 4), (3, 3)), constant_values=np.nan)  # white gaps between them
        tiles = gaps.reshape(points_per_axis, points_per_axis, bands + 8, frames + 6)
        _image(ax, tiles.swapaxes(1, 2).reshape(points_per_axis * (bands + 8), -1))
        half = TRAVERSAL_LIMIT * points_per_axis / (points_per_axis - 1)
        ax.images[0].set_extent((-half, half, -half, half))
        ax.set_xticks(ticks)
        ax.set_yticks(ticks)
        ax.tick_params(labelsize="x-small", length=0)
        ax.set_title(name, fontsize="small")
        ax.set_xlabel("map x", fontsize="x-small")
        ax.set_ylabel("map y", fontsize="x-small")
    for ax in axes[len(space.voices) :]:
        ax.set_axis_off()
    figure.suptitle(
        "What a click sounds like: each tile is a spectrogram, time to the right, bands upwards", fontsize="small"
    )
    _colour_scale(figure, axes[: len(space.voices)])
    return figure


def _mark_bands(ax: "Axes", spectrogram: DrumSpectrogram) -> None:
    """Frequencies at the rows of the whole sound; the rows above are the stroke's, in finer time."""
    hz = spectrogram.hz[: len(spectrogram.band_edges) - 1]
    ax.set_ylabel(f"{ax.get_ylabel()}\nkHz; above, the stroke", fontsize="x-small")
    ax.set_yticks([int(np.abs(hz - 1000 * each).argmin()) for each in TICKS_KHZ], [f"{each:g}" for each in TICKS_KHZ])
    ax.tick_params(labelsize="x-small")


def _mark_times(ax: "Axes", spectrogram: DrumSpectrogram) -> None:
    """Times after the onset at the columns of the whole sound, whose first are narrower in time."""
    edges = 1000 * spectrogram.edge_seconds
    ax.set_xticks(
        [float(np.interp(each, edges, np.arange(len(edges)))) - 0.5 for each in TICKS_MS], list(map(str, TICKS_MS))
    )
    ax.tick_params(labelsize="x-small")
    ax.set_xlabel("ms from the onset", fontsize="x-small")


def _colour_scale(figure: "Figure", axes: "Sequence[Axes]") -> None:
    shades = figure.colorbar(axes[0].images[0], ax=axes, shrink=0.3, aspect=20, pad=0.01)
    shades.set_label("level below the loudest cell (dB)", fontsize="small")


def _decibels(log_spectrogram: Float32[np.ndarray, "*sound band frame"]) -> Float[np.ndarray, "*sound band frame"]:
    """Levels relative to the loudest cell of each spectrogram."""
    level = DB_PER_NEPER * log_spectrogram.astype(np.float64)
    return level - level.max(axis=(-2, -1), keepdims=True)


def _image(ax: "Axes", level: Float[np.ndarray, "row column"]) -> None:
    ax.imshow(level, origin="lower", aspect="auto", cmap="magma", vmin=-RANGE_DB, vmax=0, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
