"""The table as Markdown, as JSON and as figures."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clave.music.kit import VOICES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Column = tuple[str, Callable[[Mapping[str, Any]], str]]
"""What stands above a column, and what a row says in it."""


def write(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """evaluation.md, evaluation.json and the figures; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "evaluation.md", folder / "evaluation.json"]
    paths[0].write_text(markdown(result), encoding="utf-8")
    paths[1].write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for name, figure in figures(result).items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=120)
    return paths


def markdown(result: Mapping[str, Any]) -> str:
    """All of it for a person."""
    parts = [
        f"# How good is {result['spaces'][0]}?",
        _setting(result),
        "## Encoded and decoded\n\nUnseen kits, phase included. To be reached: distance 5 dB, error -4 dB; attacks "
        "within 25 % or 2 ms and T30 within 20 % (medians); the lead-in 40 dB under the peak before any gate.",
        _table(result["decoded"], "decoded by", _DECODED),
        "## Drawn from the prior\n\nTo be reached: 90 % recognised, or within 3 points of real sounds; 98 % drums "
        "whose T30 and peak lie where those of 98 % of real ones do.",
        _table(result["drawn"], "sounds", _DRAWN),
        _table(
            {name: row["by_voice"] for name, row in result["drawn"].items()},
            "recognised as",
            [(voice.name, _share(voice.name)) for voice in VOICES],
        ),
        "## As a set\n\nAgainst the unseen sounds, on the judge's embedding. To be reached: KID at most 3 times the "
        "floor.",
        _table(result["sets"], "set", _SETS),
        "## Copies\n\nDistance to the nearest sound learned from: median, the nearest percent, and the share that lies "
        "nearer than all but a percent of the real sounds.",
        _table(result["copies"], "sounds", _COPIES),
        "## Across the maps\n\n64 steps from -2 to 2, along both axes of each map. To be reached: the largest jump 3 "
        "times the mean one of its path.",
        _table(result["paths"], "path", _PATHS),
        "## Speed\n\nOn this machine, as busy as it was, and how long its processor worked. To be reached: 150 ms "
        "(95th percentile), 800 ms a kit.",
        _table(result["speed"], "space", _SPEED),
    ]
    return "\n\n".join(parts) + "\n"


def _setting(result: Mapping[str, Any]) -> str:
    counts, judge = result["sounds"], result["judge"]
    backwards = judge["backwards_refused"]
    return (
        f"Measured with Clave {result['clave']}, seed {result['seed']}, on the one-shots of {result['folder']}: "
        f"{counts['test']} sounds in {counts['test_groups']} groups of kits that share no sound with what was learned "
        f"from ({counts['learned']} sounds of the folder and {counts['learned_factory']} of the factory; "
        f"{counts['learned_missing']} others are not in the folder, {counts['kept_out']} sounds of the same groups, or "
        f"of voices that were not learned, were left out). A judge learned to tell voices from {counts['judging']} "
        f"sounds in {counts['judging_groups']} other groups, and from drums of the factory that nobody has learned "
        f"from; on the unseen it is right for {judge['voice']:.1%}, takes {judge['drums_recognised']:.1%} of them for "
        f"drums, and refuses {judge['strangers_refused']:.1%} of sounds "
        "that are none"
        + ("" if backwards is None else f" and {backwards:.1%} of drums played backwards")
        + ". Voices count alike in every share."
    )


def _number(key: str, digits: int, scale: float = 1.0) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{scale * row[key]:.{digits}f}" if row.get(key) is not None else ""


def _share(key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{row[key]:.1%}" if row.get(key) is not None else ""


_DECODED: list[Column] = [
    ("sounds", _number("sounds", 0)),
    ("log-spectral distance, dB", _number("log_spectral_distance_db", 2)),
    ("multi-resolution error, dB", _number("multi_resolution_db", 2)),
    ("distance over its own length, dB", _number("own_log_spectral_distance_db", 2)),
    ("error over its own length, dB", _number("own_multi_resolution_db", 2)),
    ("attack", _share("attack_error")),
    ("attack, ms", _number("attack_error_ms", 1)),
    ("attacks within 25 % or 2 ms", _share("attacks_close")),
    ("T30", _share("decay_error")),
    ("lead-in, dB", _number("lead_in_db", 1)),
    ("lead-ins under -40 dB", _share("lead_in_quiet")),
]
_DRAWN: list[Column] = [
    ("count", _number("sounds", 0)),
    ("recognised as their voice", _share("recognised")),
    ("as drums", _share("drum")),
    ("T30 and peak usual", _share("usual")),
    ("drums, T30 and peak usual", _share("drum_and_usual")),
]
_SETS: list[Column] = [
    ("KID", _number("kid", 3)),
    ("95 % interval", lambda row: f"{row['kid_low']:.3f} to {row['kid_high']:.3f}"),
    ("times the floor", _number("times_floor", 1)),
    ("FAD", _number("fad", 2)),
]
_COPIES: list[Column] = [
    ("in the embedding", _number("embedding", 2)),
    ("nearest percent", _number("embedding_nearest", 2)),
    ("nearer than real", _share("embedding_nearer")),
    ("log-spectral, dB", _number("distance_db", 2)),
    ("nearest percent, dB", _number("distance_db_nearest", 2)),
    ("nearer than real, dB", _share("distance_db_nearer")),
]
_PATHS: list[Column] = [
    ("largest jump, dB", _number("largest_db", 2)),
    ("mean jump, dB", _number("mean_db", 2)),
    ("largest to mean of a path", _number("largest_to_mean", 2)),
    ("worst voice", lambda row: max(row["by_voice"], key=row["by_voice"].get)),
]
_SPEED: list[Column] = [
    ("point to sound, median, ms", _number("point_p50_s", 0, 1000)),
    ("95th percentile, ms", _number("point_p95_s", 0, 1000)),
    ("kit of eight, ms", _number("kit_s", 0, 1000)),
    ("processor: median, ms", _number("point_p50_processor_s", 0, 1000)),
    ("95th percentile, ms", _number("point_p95_processor_s", 0, 1000)),
    ("kit, ms", _number("kit_processor_s", 0, 1000)),
]


def _table(rows: Mapping[str, Mapping[str, Any]], what: str, columns: list[Column]) -> str:
    if not rows:
        return "Nothing that was learned from lies in the folder."
    lines = [[what, *(head for head, _ in columns)], ["---"] * (1 + len(columns))]
    lines += [[name, *(say(row) for _, say in columns)] for name, row in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figures(result: Mapping[str, Any]) -> "dict[str, Figure]":
    """What the judge hears in the unseen sounds, what each voice reaches, and the jumps along the paths."""
    return {"judge": confusion(result), "voices": voices(result), "paths": jumps(result)}


def confusion(result: Mapping[str, Any]) -> "Figure":
    """Which voice the judge takes unseen sounds for."""
    figure, axes = _axes(1, (5.0, 4.5))
    counts = np.array(result["judge"]["confusion"], np.float64)
    axes[0].imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Greys", vmin=0, vmax=1)
    names = [voice.name for voice in VOICES]
    axes[0].set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize="small")
    axes[0].set_yticks(range(len(names)), names, fontsize="small")
    for row, column in np.argwhere(counts > 0):
        dark = counts[row, column] > counts[row].sum() / 2
        axes[0].text(
            column, row, f"{counts[row, column]:.0f}",
            ha="center", va="center", fontsize="x-small", color="white" if dark else "black",
        )  # fmt: skip
    axes[0].set_title("real, unseen sounds: their voice and the judge's")
    return figure


def voices(result: Mapping[str, Any]) -> "Figure":
    """How many sounds of each voice are recognised as that."""
    figure, axes = _axes(1, (8.0, 3.5))
    names, rows = [voice.name for voice in VOICES], result["drawn"]
    for number, (row, said) in enumerate(rows.items()):
        shares = [said["by_voice"].get(name, np.nan) for name in names]
        axes[0].bar(np.arange(len(names)) + 0.8 * number / len(rows), shares, 0.8 / len(rows), label=row)
    axes[0].set_xticks(np.arange(len(names)) + 0.4 - 0.4 / len(rows), names, fontsize="small")
    axes[0].set_ylim(0, 1)
    axes[0].set_ylabel("recognised")
    axes[0].legend(fontsize="small", loc="lower right")
    return figure


def jumps(result: Mapping[str, Any]) -> "Figure":
    """How far the sound moves with each step of the paths."""
    names = [name for name in result["paths"] if not name.startswith("cross-fade")]
    figure, axes = _axes(len(names), (8.0, 3.0))
    for name, ax in zip(names, axes, strict=True):
        for voice in VOICES:
            for number, steps in enumerate(result["paths"][name]["jumps"].get(voice.name, [])):
                ax.plot(
                    steps, color=voice.colour, linestyle="-" if number == 0 else "--",
                    label=voice.name if number == 0 else None,
                )  # fmt: skip
        ax.set_xlabel("step; along the first axis, and dashed along the second")
        ax.set_ylabel("log-spectral distance, dB")
        ax.set_title(name)
        ax.legend(fontsize="x-small", ncols=4)
    return figure


def _axes(rows: int, size: tuple[float, float]) -> tuple["Figure", list[Any]]:
    from matplotlib.figure import Figure as NewFigure

    figure = NewFigure(figsize=(size[0], rows * size[1]), layout="constrained")
    return figure, list(figure.subplots(rows, 1, squeeze=False).flat)
