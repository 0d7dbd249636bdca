"""Draw the figures of docs/how-it-works from the shipped spaces: `python docs/make_figures.py [NAME ...]`.

It needs the extra `train`, for matplotlib. Each file says what it was drawn from: the hash of this program and of the
networks. A test compares it, so that no figure shows an older model.
"""

import hashlib
import re
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).with_name("how-it-works")
WEIGHTS = Path(__file__).parents[1] / "clave" / "weights"
INK, FAINT, ACCENT = "#1b1f24", "#57606a", "#c2410c"
SHADES = "Blues"  # of colour maps
SHOWN_STYLES = ("funk", "jazz", "house", "samba", "trap", "metal")
POINT = (0.5, -1.0)  # of the map, in the examples of the pages
FIRST_MS = 40  # of a snare's waveform
OVERFLOW = -88.7  # where exp of a log variance leaves single precision, as a divisor
BOUND = 2 * np.log(0.01)  # of the log variance, in the recipe `paper`


def bar_to_point(plot: Any, rhythm: Any) -> Any:
    """A bar, and how likely each point of the map makes it."""
    import clave

    bar = clave.grooves.bars("funk", 1, 3)[0]
    figure, (left, right) = plot.subplots(1, 2, figsize=(8, 3.4), width_ratios=(1.5, 1), layout="constrained")
    grid(left, bar.hits, "a bar: what is struck")
    search = rhythm.map_search()
    found = rhythm.encode([bar]).map[0]
    likely = search.logit.reshape(len(search.points), -1)
    score = likely @ bar.hits.reshape(-1).astype(np.float32) - np.logaddexp(0, likely).sum(axis=1)
    side = round(len(score) ** 0.5)
    shown = right.imshow(
        np.maximum(score.reshape(side, side), score.max() - 60), origin="lower", extent=(-3.5, 3.5, -3.5, 3.5),
        cmap=SHADES,
    )  # fmt: skip
    right.plot(*found, "o", color=ACCENT, markersize=7, markerfacecolor="none", markeredgewidth=2)
    right.set(title="how likely each point makes it", xlim=(-3, 3), ylim=(-3, 3))
    figure.colorbar(shown, ax=right, label="log probability, nats")
    return figure


def the_map(plot: Any, rhythm: Any) -> Any:
    """The bars that the map was learned from, some styles in colour."""
    figure, axes = plot.subplots(2, 3, figsize=(7.5, 5.2), sharex=True, sharey=True, layout="constrained")
    styles = np.array(rhythm.corpus.styles)
    for axis, style in zip(axes.flat, SHOWN_STYLES, strict=True):
        for points, colour in ((rhythm.corpus.map, "#d0d7de"), (rhythm.corpus.map[styles == style], ACCENT)):
            counts = np.histogram2d(points[:, 1], points[:, 0], bins=60, range=((-3, 3), (-3, 3)))[0]
            axis.imshow(shade(counts, colour), origin="lower", extent=(-3, 3, -3, 3), interpolation="nearest")
        axis.set_title(style)
    return figure


def the_way(plot: Any, rhythm: Any) -> Any:
    """From one bar to another in five steps, on the map and with the detail."""
    funk, techno = (rhythm.sample(1, style=style, seed=1)[0] for style in ("funk", "techno"))
    code = rhythm.encode([funk, techno])
    bars = rhythm.decode(code[0].interpolate(code[1], 5))
    figure, axes = plot.subplots(1, 5, figsize=(8, 1.9), layout="constrained")
    for number, (axis, bar) in enumerate(zip(axes, bars, strict=True)):
        grid(axis, bar.hits, ("funk", "", "half-way", "", "techno")[number], names=number == 0)
    return figure


def point_to_bar(plot: Any, rhythm: Any) -> Any:
    """What is decided at a point: probabilities, strokes, how they are played."""
    code = rhythm.expected([POINT])
    probability = 1 / (1 + np.exp(-rhythm.map_logits(code)[0]))
    bar = rhythm.at([POINT])[0]
    figure, axes = plot.subplots(1, 3, figsize=(9, 2.3), layout="constrained")
    shown = axes[0].imshow(by_sixteenth(probability), vmin=0, vmax=1, cmap=SHADES, aspect="auto")
    figure.colorbar(shown, ax=axes[0])
    label(axes[0], "1. probability of a stroke")
    grid(axes[1], bar.hits, "2. the likely bar", names=False)
    grid(axes[2], bar.hits, "3. how it is played", names=False, velocity=bar.velocity, offset=bar.offset)
    return figure


def sound_levels(plot: Any, sound: Any) -> Any:
    """A snare as the network has it: as it is, through two numbers, and through all of them."""
    from clave import factory
    from clave.audio.log_spectrogram import LONG_BANDS

    snare = factory.kit("room")["snare"]
    code = sound.encode([snare], voice="snare")
    expected = sound.expected(code.map, "snare")
    spectrograms = [
        each[:LONG_BANDS]  # those of the whole sound
        for each in (
            sound.spectrogram.forward(snare),
            sound.log_spectrograms(expected, "snare")[0],
            sound.log_spectrograms(code, "snare")[0],
        )
    ]
    figure, axes = plot.subplots(1, 3, figsize=(9, 2.6), sharey=True, layout="constrained")
    titles = ("a snare", "from 2 numbers", f"from {2 + code.detail.shape[1]} numbers")
    top = max(each.max() for each in spectrograms)
    for axis, title, each in zip(axes, titles, spectrograms, strict=True):
        axis.imshow(each, origin="lower", aspect="auto", vmin=top - 9, vmax=top, cmap="magma", interpolation="nearest")
        axis.set(title=title, xlabel="frame", xticks=(), yticks=())
    axes[0].set_ylabel("band, low to high")
    return figure


def phase(plot: Any, _: Any) -> Any:
    """The beginning of a snare, as it was and from its magnitudes."""
    from clave import factory
    from clave.audio.phase import DEFAULT, RandomPhase
    from clave.audio.stft import STFT

    samples = factory.kit("room")["snare"].samples
    stft = STFT(length=len(samples))
    magnitude = np.abs(stft.forward(samples))
    sounds = {
        "as it was": samples,
        "magnitudes, random phase": RandomPhase().estimate(magnitude, stft),
        "magnitudes, Clave's estimate": DEFAULT.estimate(magnitude, stft),
    }
    figure, axes = plot.subplots(3, 1, figsize=(7.5, 3.8), sharex=True, sharey=True, layout="constrained")
    count = FIRST_MS * 441 // 10
    for axis, (title, each) in zip(axes, sounds.items(), strict=True):
        sign = np.sign(samples @ each)  # magnitudes do not say which way up a sound is
        axis.plot(np.arange(count) / 44.1, sign * each[:count], color=INK, linewidth=0.7)
        axis.set_title(title, loc="left")
        axis.set_yticks(())
    axes[-1].set_xlabel("ms")
    return figure


def bounds(plot: Any, _: Any) -> Any:
    """What the loss divides by, as a log variance falls: as printed in the paper, and with a bound."""
    log_variance = np.linspace(0, -120, 241, dtype=np.float32)
    figure, axis = plot.subplots(figsize=(6.5, 2.8), layout="constrained")
    with np.errstate(over="ignore", divide="ignore"):
        axis.semilogy(log_variance, 1 / np.exp(log_variance), color=ACCENT, label="as printed")
    bounded = -BOUND * np.tanh(log_variance / -BOUND)
    axis.semilogy(log_variance, 1 / np.exp(bounded), color=INK, label="with a bound")
    axis.axvspan(OVERFLOW, -120, color=ACCENT, alpha=0.12)
    axis.text(-104, 1e12, "infinite", ha="center", color=ACCENT)
    axis.set(xlabel="log variance, as the network gives it", ylabel="1 / variance", xlim=(0, -120))
    axis.legend(frameon=False, loc="upper left")
    return figure


def overview() -> str:
    """Both halves as boxes and arrows, as the figures of docs/gear are drawn."""
    drawing: Any = runpy.run_path(str(Path(__file__).with_name("make_gear.py")))
    box, figure = drawing["Box"], drawing["Figure"]
    boxes = {
        "bar": box(0, 0, "a bar", "8 voices x 64 steps"),
        "rhythm": box(1, 0, "rhythm map", "2 numbers, and detail", own=True),
        "again": box(2, 0, "a bar", "strokes, velocity, timing"),
        "drum": box(0, 1, "a drum", "as a spectrogram"),
        "sound": box(1, 1, "sound map", "one for each voice", own=True),
        "clip": box(2, 1, "a drum", "a spectrogram, with phase"),
    }
    arrows = (
        ("bar", "rhythm", "encoder"), ("rhythm", "again", "decoder"),
        ("drum", "sound", "encoder"), ("sound", "clip", "decoder"),
    )  # fmt: skip
    return drawing["svg"](figure("A bar and a drum, each through encoder, map and decoder", boxes, arrows))


FIGURES: dict[str, tuple[Callable[[Any, Any], Any], str]] = {
    "bar-to-point": (bar_to_point, "rhythm"),
    "map": (the_map, "rhythm"),
    "way": (the_way, "rhythm"),
    "point-to-bar": (point_to_bar, "rhythm"),
    "sound-levels": (sound_levels, "sound"),
    "phase": (phase, ""),
    "bounds": (bounds, ""),
}  # what draws each, and the space that it shows


def grid(axis: Any, hits: Any, title: str, *, names: bool = True, velocity: Any = None, offset: Any = None) -> None:
    """A bar as a grid of voices by steps; with velocities as heights, where the strokes really sound."""
    from clave.music.kit import VOICES

    for voice, step in np.argwhere(hits):
        height = 0.8 if velocity is None else 0.15 + 0.75 * velocity[voice, step]
        left = step + (0 if offset is None else offset[voice, step])
        axis.bar(left, height, 3, voice + 0.45 - height, align="edge", color=VOICES[voice].colour)
    for beat in range(0, hits.shape[1] + 1, 16):
        axis.axvline(beat, color="#d0d7de", linewidth=0.8, zorder=0)
    axis.set(xlim=(-2, hits.shape[1] + 2), ylim=(7.6, -0.6))
    label(axis, title, names=names)


def label(axis: Any, title: str, *, names: bool = True) -> None:
    """The title above, the voices beside."""
    from clave.music.kit import VOICES

    axis.set(title=title, xticks=(), yticks=range(8), yticklabels=[each.name if names else "" for each in VOICES])
    axis.tick_params(length=0)


def by_sixteenth(cells: Any) -> Any:
    """The largest of the four steps of each 16th."""
    return cells.reshape(len(cells), -1, 4).max(axis=2)


def shade(counts: Any, colour: str) -> Any:
    """Counts as pixels of one colour, more opaque where there are more."""
    pixels = np.zeros((*counts.shape, 4))
    pixels[..., :3] = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    pixels[..., 3] = np.minimum(1, counts / 4) ** 0.5
    return pixels


def drawn_from(space: str) -> str:
    """A hash of this program and of the networks of a space."""
    found = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted((WEIGHTS / space).glob("*")) if space else ():
        if path.suffix in (".onnx", ".npz", ".bin"):
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


def smaller(svg: str) -> str:
    """The drawing with a hundredth of a pixel as its finest step."""
    paths = re.sub(r' d="[^"]+"', lambda found: re.sub(r"(\.\d\d)\d+", r"\1", found[0]), svg)
    return re.sub(r"[ \t]+$", "", paths, flags=re.MULTILINE)


def main() -> None:
    """Draw those that are named, or all."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({
        "svg.fonttype": "none", "svg.hashsalt": "clave", "font.family": "sans-serif", "font.size": 9,
        "axes.titlesize": 9, "axes.spines.top": False, "axes.spines.right": False, "text.color": INK,
        "axes.edgecolor": FAINT, "axes.labelcolor": FAINT, "xtick.color": FAINT, "ytick.color": FAINT,
        "image.composite_image": False,
    })  # fmt: skip
    from matplotlib import pyplot

    import clave

    spaces = {"rhythm": clave.load_rhythm(), "sound": clave.load_sound(), "": None}
    (FOLDER / "overview.svg").write_text(overview(), "utf-8")
    for name in sys.argv[1:] or FIGURES:
        draw, space = FIGURES[name]
        path = FOLDER / f"{name}.svg"
        figure = draw(pyplot, spaces[space])
        figure.savefig(path, metadata={"Date": None, "Description": f"drawn from {drawn_from(space)}"})
        path.write_text(smaller(path.read_text("utf-8")), "utf-8")
        print(f"{path.name}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
