"""The report of an evaluation: as Markdown, as JSON and as figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clave.evaluation import tables
from clave.evaluation.figures import grid
from clave.evaluation.tables import Column, markdown_table, number, percent
from clave.music.kit import VOICES

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write(result: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write evaluation.md, evaluation.json and the figures, and return the paths of all of them."""
    return tables.write(folder, markdown(result), result, drawings(result))


def markdown(result: Mapping[str, Any]) -> str:
    """The whole report as Markdown."""
    parts = [
        f"# How good is {result['spaces'][0]}?",
        _setting(result),
        "## Encoded and decoded\n\nHeld-out kits, phase included. Targets: distance 5 dB, error -4 dB; attacks within "
        "25 % or 2 ms and T30 within 20 % (medians); the lead-in 40 dB under the peak before any gate.",
        _table(result["reconstruction"], "decoded by", _RECONSTRUCTION),
        "## Noise by voice\n\nBand level error, dB: levels in thirds of an octave over 12 ms. Target: 2.2, no voice "
        "above 3.",
        _by_voice(result["reconstruction"], "band_level_by_voice"),
        "Scatter of magnitudes above 1.7 kHz, dB; steady noise has 5.5. Target: within 0.3 of real.",
        _by_voice(result["reconstruction"], "scatter_by_voice"),
        "## Tones by voice\n\nMulti-resolution error, dB. Target for kicks and toms: -8.",
        _by_voice(result["reconstruction"], "multi_resolution_by_voice"),
        "Haze, dB: how much louder the decoded sound is at 450 to 1400 Hz, 5 to 22 ms after the onset. Target for "
        "kicks: 2.",
        _by_voice(result["reconstruction"], "haze_by_voice"),
        "## Samples from the prior\n\nTargets: 90 % recognised, or within 3 points of real sounds; 98 % drums with a "
        "usual T30 and time of the peak, between those of 98 % of real sounds; 3 % duds: the classifier gives another "
        "voice 0.7 or more, T30 is above that of 99 % of real sounds, or the loudness over 0.4 s at one peak is 10 LU "
        "above their median.",
        _table(result["samples"], "sounds", _SAMPLES),
        _table(
            {name: row["by_voice"] for name, row in result["samples"].items()},
            "recognised as",
            [(voice.name, percent(voice.name)) for voice in VOICES],
        ),
        "## Kits\n\nDrawn with the variation of the instrument, beside real, held-out kits, and beside the same kits "
        "with voices exchanged. Hi-hats: spectral centroids apart, T30 of the closed over that of the open one. Alike: "
        "mean correlation over kits between two voices; a voice's own kit nearer than others: 50 % is chance. Targets: "
        "hi-hats 0.2 octaves apart, 3 % duds, recognised as often as real ones.",
        _table(result["kits"], "kits", _KITS),
        "## As a set\n\nAgainst the held-out sounds, on the embedding of the classifier. Target: KID at most 3 times "
        "the floor.",
        _table(result["sets"], "set", _SETS),
        "## Copies\n\nDistance to the nearest training sound: the median, the nearest percent, and the share of sounds "
        "that are nearer than all but a percent of the real ones.",
        _table(result["copies"], "sounds", _COPIES),
        "## Across the maps\n\n64 points from -2 to 2, along both axes of each map. Target: the largest jump at most 3 "
        "times the mean one of its path.",
        _table(result["paths"], "path", _PATHS),
        "## Speed\n\nThe time that passes and the processor time, on this machine. Targets: 150 ms (95th percentile), "
        "800 ms a kit.",
        _table(result["speed"], "space", _SPEED),
    ]
    return "\n\n".join(parts) + "\n"


def _setting(result: Mapping[str, Any]) -> str:
    counts, classifier = result["sounds"], result["classifier"]
    backwards = classifier["backwards_rejected"]
    return (
        f"Measured with Clave {result['clave']}, seed {result['seed']}, on the one-shots of {result['folder']}: "
        f"{counts['test']} sounds in {counts['test_groups']} groups of kits that share no sound with the training "
        f"sounds ({counts['train']} of the folder and {counts['train_factory']} synthesized ones; "
        f"{counts['train_missing']} others are not in the folder; {counts['left_out']} sounds of the same groups, or "
        f"of voices that the space lacks, were left out). A classifier of voices was trained on {counts['judging']} "
        f"sounds in {counts['judging_groups']} other groups and on synthesized drums that no space was trained on; of "
        f"the held-out sounds it recognises the voice of {classifier['voice']:.1%}, takes "
        f"{classifier['drums_recognised']:.1%} for drums, and rejects {classifier['others_rejected']:.1%} of sounds "
        "that are no drums"
        + ("" if backwards is None else f" and {backwards:.1%} of drums played backwards")
        + ". In every share voices count the same."
    )


_RECONSTRUCTION: list[Column] = [
    ("sounds", number("sounds", 0)),
    ("log-spectral distance, dB", number("log_spectral_distance_db", 2)),
    ("multi-resolution error, dB", number("multi_resolution_db", 2)),
    ("distance over its own length, dB", number("own_log_spectral_distance_db", 2)),
    ("error over its own length, dB", number("own_multi_resolution_db", 2)),
    ("attack", percent("attack_error")),
    ("attack, ms", number("attack_error_ms", 1)),
    ("attacks within 25 % or 2 ms", percent("attacks_close")),
    ("T30", percent("decay_error")),
    ("band level error, dB", number("band_level_db", 2)),
    ("scatter, dB", number("scatter_db", 2)),
    ("haze, dB", number("haze_db", 2)),
    ("lead-in, dB", number("lead_in_db", 1)),
    ("lead-ins under -40 dB", percent("lead_in_quiet")),
]
_SAMPLES: list[Column] = [
    ("count", number("sounds", 0)),
    ("recognised as their voice", percent("recognised")),
    ("as drums", percent("drum")),
    ("T30 and peak usual", percent("usual")),
    ("drums, T30 and peak usual", percent("drum_and_usual")),
    ("duds", percent("duds")),
]
_KITS: list[Column] = [
    ("count", number("kits", 0)),
    ("hi-hats apart, octaves", number("hats_apart_octaves", 2)),
    ("at most", number("hats_apart_most_octaves", 2)),
    ("T30, closed to open", number("hats_decay_ratio", 2)),
    ("closed shorter", percent("hats_closed_shorter")),
    ("recognised", percent("recognised")),
    ("duds", percent("duds")),
    ("brightness alike", number("brightness_alike", 2)),
    ("decay alike", number("decay_alike", 2)),
    ("noisiness alike", number("noisiness_alike", 2)),
    ("own kit nearer", percent("own_kit_nearer")),
    ("95 % within, LU of their level", number("level_lu", 2)),
]
_SETS: list[Column] = [
    ("KID", number("kid", 3)),
    ("95 % interval", lambda row: f"{row['kid_low']:.3f} to {row['kid_high']:.3f}"),
    ("times the floor", number("times_floor", 1)),
    ("FAD", number("fad", 2)),
]
_COPIES: list[Column] = [
    ("in the embedding", number("embedding", 2)),
    ("nearest percent", number("embedding_nearest", 2)),
    ("nearer than real", percent("embedding_nearer")),
    ("log-spectral, dB", number("distance_db", 2)),
    ("nearest percent, dB", number("distance_db_nearest", 2)),
    ("nearer than real, dB", percent("distance_db_nearer")),
]
_PATHS: list[Column] = [
    ("largest jump, dB", number("largest_db", 2)),
    ("mean jump, dB", number("mean_db", 2)),
    ("largest to mean of a path", number("largest_to_mean", 2)),
    ("worst voice", lambda row: max(row["by_voice"], key=row["by_voice"].get)),
]
_SPEED: list[Column] = [
    ("point to sound, median, ms", number("point_p50_s", 0, 1000)),
    ("95th percentile, ms", number("point_p95_s", 0, 1000)),
    ("kit of eight, ms", number("kit_s", 0, 1000)),
    ("processor: median, ms", number("point_p50_processor_s", 0, 1000)),
    ("95th percentile, ms", number("point_p95_processor_s", 0, 1000)),
    ("kit, ms", number("kit_processor_s", 0, 1000)),
]


def _by_voice(rows: Mapping[str, Mapping[str, Any]], what: str) -> str:
    """One column a voice, for the rows that have it."""
    columns = [(voice.name, number(voice.name, 2)) for voice in VOICES]
    return _table({name: row[what] for name, row in rows.items() if what in row}, "decoded by", columns)


def _table(rows: Mapping[str, Mapping[str, Any]], what: str, columns: Sequence[Column]) -> str:
    if not rows:
        return "Not measured: the folder holds none of the training sounds."
    lines = [[name, *(cell(row) for _, cell in columns)] for name, row in rows.items()]
    return markdown_table([what, *(head for head, _ in columns)], lines)


def drawings(result: Mapping[str, Any]) -> "dict[str, Figure]":
    """The figures by name: the confusion of the classifier, its recognition by voice, and the jumps along the paths."""
    return {"classifier": confusion(result), "voices": voices(result), "paths": jumps(result)}


def confusion(result: Mapping[str, Any]) -> "Figure":
    """Which voice the classifier predicts for held-out sounds of each voice."""
    figure, axes = grid(1, 1, (5.0, 4.5))
    counts = np.array(result["classifier"]["confusion"], np.float64)
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
    axes[0].set_title("real, held-out sounds: voice (rows) and predicted voice (columns)")
    return figure


def voices(result: Mapping[str, Any]) -> "Figure":
    """The share of sounds of each voice that are recognised."""
    figure, axes = grid(1, 1, (8.0, 3.5))
    names, rows = [voice.name for voice in VOICES], result["samples"]
    for index, (row, values) in enumerate(rows.items()):
        shares = [values["by_voice"].get(name, np.nan) for name in names]
        axes[0].bar(np.arange(len(names)) + 0.8 * index / len(rows), shares, 0.8 / len(rows), label=row)
    axes[0].set_xticks(np.arange(len(names)) + 0.4 - 0.4 / len(rows), names, fontsize="small")
    axes[0].set_ylim(0, 1)
    axes[0].set_ylabel("recognised")
    axes[0].legend(fontsize="small", loc="lower right")
    return figure


def jumps(result: Mapping[str, Any]) -> "Figure":
    """The jump at each step of the paths."""
    names = [name for name in result["paths"] if not name.startswith("cross-fade")]
    figure, axes = grid(len(names), 1, (8.0, 3.0))
    for name, ax in zip(names, axes, strict=True):
        for voice in VOICES:
            for axis, jumps_db in enumerate(result["paths"][name]["jumps"].get(voice.name, [])):
                ax.plot(
                    jumps_db, color=voice.colour, linestyle="-" if axis == 0 else "--",
                    label=voice.name if axis == 0 else None,
                )  # fmt: skip
        ax.set_xlabel("step; along the first axis, and dashed along the second")
        ax.set_ylabel("log-spectral distance, dB")
        ax.set_title(name)
        ax.legend(fontsize="x-small", ncols=4)
    return figure
