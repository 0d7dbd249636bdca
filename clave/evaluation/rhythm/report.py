"""The report of an evaluation: as Markdown, as JSON and as figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clave.evaluation import rhythm_figures, tables
from clave.evaluation.figures import curves, grid
from clave.evaluation.rhythm.beats import Beats, EvaluationData
from clave.evaluation.tables import Cell, Column, markdown_table, number, percent
from clave.latent.code import Code
from clave.music.kit import VOICES
from clave.rhythm import attributes
from clave.rhythm.space import RhythmSpace
from clave.training.run_log import LOG, read_log

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURE_BARS, LINE_BARS = 6, 9  # bars in a figure; bars of a line between two of them
STEP_MS = 31.25  # of a step at 120 bpm


def write(result: Mapping[str, Any], folder: Path, space: RhythmSpace, data: EvaluationData) -> list[Path]:
    """Write evaluation.md, evaluation.json and the figures, and return the paths of all of them."""
    return tables.write(folder, markdown(result), result, drawings(result, space, data))


def markdown(result: Mapping[str, Any]) -> str:
    """The whole report as Markdown."""
    parts = [f"# How good is {result['space']}?", _setting(result)]
    for subject, (title, text, columns) in _SUBJECTS.items():
        parts.append(f"## {title}\n\n{text}")
        parts.append(_table({split: rows[subject] for split, rows in result["splits"].items()}, columns))
    parts.append(f"## Requested styles\n\n{_KEPT_TEXT}")
    parts.append(_table({"": result["kept_styles"]}, _KEPT))
    parts.append(
        "## Speed\n\nFrom a point of the map (`at`), and from map and detail (`decode`), to one bar, on one thread. "
        "Target: 5 ms."
    )
    parts.append(_table({"": result["speed"]}, _SPEED))
    if result["missing"]:
        parts.append("## Missing\n\n" + "\n".join(f"* {row}: {reason}" for row, reason in result["missing"].items()))
    return "\n\n".join(parts) + "\n"


def _setting(result: Mapping[str, Any]) -> str:
    bars, numbers = result["bars"], result["numbers"]
    held_out = " and ".join(f"{count} held out ({name})" for name, count in bars.items() if name in result["splits"])
    return (
        f"Measured with Clave {result['clave']}, seed {result['seed']}, on 4/4 beats of at least four hits: "
        f"{bars['train']} to train on, {bars['tuning']} to tune thresholds and stopping on, and {held_out}. A code is "
        f"{numbers['map']} + {numbers['detail']} numbers; {result['samples']} bars were drawn from the prior. All "
        "other models were trained in the same run on the same bars."
    )


def _by_voice(name: str, digits: int) -> Cell:
    return lambda row: f"{row['by_voice'][name]:.{digits}f}" if row.get("by_voice", {}).get(name) is not None else ""


def _voice_columns(digits: int) -> list[Column]:
    return [(voice.name, _by_voice(voice.name, digits)) for voice in VOICES]


_SUBJECTS: dict[str, tuple[str, str, list[Column]]] = {
    "hits": (
        "Encoded and decoded",
        "Hit F1. Targets: 0.97 by map and detail (at most 64 numbers); 0.70 by the map alone, and 0.67 after noise of "
        "0.05 on the point.",
        [
            ("numbers", number("numbers", 0)),
            ("F1", number("f1", 3)),
            ("after noise", number("noisy", 3)),
            *_voice_columns(2),
        ],
    ),
    "likelihood": (
        "Likelihood of held-out bars",
        "-log p(hits) in nats a bar, an upper bound by importance sampling; the GRU's is exact. Targets: 31.5; 24 "
        "given the bar before.",
        [("bars", number("bars", 0)), ("nats a bar", number("nats", 2))],
    ),
    "style": (
        "Style",
        "Predicted by the 15 nearest training bars, and by classifiers. Targets, balanced: 0.24 by the map, 0.40 by "
        "map and detail.",
        [("accuracy", number("accuracy", 3)), ("balanced", number("balanced", 3))],
    ),
    "style_condition": (
        "Samples with a style",
        "The balanced accuracy of classifiers that were trained on real bars. Target: 0.8 of their accuracy on real "
        "held-out bars.",
        [
            ("bars", number("bars", 0)),
            ("by hits and dynamics", number("hits and dynamics", 3)),
            ("of real", number("of real, hits and dynamics", 2)),
            ("by hits", number("hits", 3)),
            ("of real", number("of real, hits", 2)),
        ],
    ),
    "samples": (
        "Samples from the prior",
        "Overlapping area with real held-out bars. Target: 0.9 each. By distances: as MGEval computes it.",
        [
            ("density", number("density", 3)),
            ("syncopation", number("syncopation", 3)),
            *_voice_columns(2),
            ("density, by distances", number("distances_density", 3)),
            ("syncopation, by distances", number("distances_syncopation", 3)),
            ("lowest of the voices, by distances", number("distances_least_voice", 3)),
            ("mean density", number("mean_density", 2)),
            ("mean syncopation", number("mean_syncopation", 2)),
        ],
    ),
    "copies": (
        "Distinct bars, and copies",
        "By hits. Targets: 95 % distinct of 1000, and no more copies of training bars than among real held-out bars. "
        "Distance: cells that differ from the nearest training bar.",
        [
            ("bars", number("bars", 0)),
            ("distinct", percent("distinct")),
            ("copies", percent("copies")),
            ("distance, median", number("nearest", 0)),
            ("mean", number("nearest_mean", 1)),
        ],
    ),
    "playable": (
        "Can it be played, and does it begin on 1",
        "Clicks are points drawn uniformly over where the corpus lies. Three hands: more than two of snare, tom, "
        "cymbal and hat at one step, where a closed hat under a cymbal is the foot's. Turned: likelier by 2 nats a "
        "quarter earlier or later, by how often training bars strike each cell. Target: each within 2 points of real "
        "bars.",
        [
            ("bars", number("bars", 0)),
            ("three hands", percent("three_hands")),
            ("turned", percent("turned")),
            ("no stroke", percent("silent")),
            ("fewer than 4", percent("few")),
            ("no kick", percent("no_kick")),
            ("strokes", number("strokes", 1)),
        ],
    ),
    "turning": (
        "What it costs to turn a bar",
        "How many nats less likely real held-out bars are a quarter later, in the mean, and the share of them that are "
        "likelier there. Target: 6 nats.",
        [("bars", number("bars", 0)), ("nats", number("nats", 2)), ("likelier turned", percent("prefers"))],
    ),
    "feel": (
        "Feel",
        "Velocities of the snare: overlap of their histogram with that of real held-out bars, and the share from 0.4 "
        "to 0.7. Closed hi-hat: standard deviation of its offsets within a bar, in ms at 120 bpm. Targets: 0.9; within "
        "20 % of real.",
        [
            ("snare overlap", number("snare_overlap", 2)),
            ("snare 0.4 to 0.7", percent("snare_middle")),
            ("spread of the hat, ms", number("hat_spread", 1, scale=STEP_MS)),
        ],
    ),
    "fills": (
        "Fills",
        "The last bar of phrases of four bars at random clicks, and clicks of the section fill, beside recorded fills "
        "with four strokes of snare and toms or more. Crash: a cymbal on 1 of the bar after a fill, in loops with a "
        "fill every four bars and in recorded takes. Target: strokes and crashes within 15 % of real ones.",
        [
            ("fills", number("bars", 0)),
            ("snare and toms", number("snare_and_toms", 1)),
            ("toms", number("toms", 1)),
            ("crash on the next 1", percent("crash")),
            ("after other bars", percent("crash_after_others")),
        ],
    ),
    "interpolation": (
        "Interpolation between two real bars",
        "Straight lines in map and detail, in 32 steps. Targets: the largest jump smaller than a cross-fade's; never "
        "more than 20 % outside the density of both ends; 0.02 of a line changes at most 5 % of the hits in the "
        "median.",
        [
            ("largest jump, cells", number("largest", 1)),
            ("below a fade of audio", percent("below_cross-fade of audio")),
            ("below a fade of velocities", percent("below_cross-fade of velocities")),
            ("density kept", percent("keeps_density")),
            ("0.02 of a line", percent("small_step")),
            ("0.02 on the map", percent("small_step_on_map")),
        ],
    ),
    "journeys": (
        "Journeys over the map",
        "Paths between two random clicks. Changes: strokes that come or go from bar to bar, over the least possible, "
        "which is how many differ between both ends. Density: strokes of the sparsest bar over those of the sparser "
        "end. Target: 1.3 times the least changes.",
        [
            ("journeys", number("journeys", 0)),
            ("changes", number("changes", 2)),
            ("least density", number("least_density", 2)),
            ("in the mean", number("mean_least_density", 2)),
            ("nats a bar between", number("nats", 1)),
            ("three hands", percent("three_hands")),
        ],
    ),
    "dynamics": (
        "Dynamics",
        "Mean absolute errors over real hits, velocities in [0, 1], offsets in steps. Target: 20 % below those of the "
        "mean of each voice and step.",
        [
            ("velocity", number("velocity", 4)),
            ("below the mean", percent("velocity_gain")),
            ("offset", number("offset", 4)),
            ("below the mean", percent("offset_gain")),
        ],
    ),
    "attribute_shift": (
        "Attribute shift",
        "Each attribute is shifted by -2 to 2 standard deviations: the rank correlation of the shift with the change, "
        "the change for a shift of 1, and the largest change of another attribute then. Targets: 0.9, and 0.3.",
        [
            ("rank correlation", number("rank", 3)),
            ("change for 1", number("by_one", 2)),
            ("others", number("others", 2)),
        ],
    ),
}
"""For each subject the title, a text that explains it and its targets, and the columns."""

_KEPT_TEXT = (
    "The share of bars that keep the signature of their style (docs/styles.md): of templates, of real training bars, "
    "of samples with the style, of clicks around its home, and of phrases there. Target: 0.9 of the share of templates "
    "or real bars, whichever is less, for nine styles in ten, and 0.7 for all."
)
_KEPT: list[Column] = [(kind, number(kind, 2)) for kind in ("templates", "real", "samples", "clicks", "phrases")]

_SPEED: list[Column] = [
    (f"{name}, {label}{', processor' if kind else ''}, ms", number(f"{name}_{key}{kind}_ms", 2))
    for name in ("at", "decode")
    for key, label in (("p50", "median"), ("p95", "95th percentile"))
    for kind in ("", "_processor")
]


def _table(by_split: Mapping[str, Mapping[str, Mapping[str, Any]]], columns: Sequence[Column]) -> str:
    """Each row once for every split; columns without any value are left out."""
    rows = [
        (row, split, table[row])
        for row in dict.fromkeys(row for table in by_split.values() for row in table)
        for split, table in by_split.items()
        if row in table
    ]
    if not rows:
        return "Not measured."
    columns = [(head, cell) for head, cell in columns if any(cell(values) for _, _, values in rows)]
    several = len(by_split) > 1
    heads = ["", *(["split"] if several else []), *(head for head, _ in columns)]
    lines = [
        [row, *([split] if several else []), *(cell(values) or "-" for _, cell in columns)]
        for row, split, values in rows
    ]
    return markdown_table(heads, lines)


def drawings(result: Mapping[str, Any], space: RhythmSpace, data: EvaluationData) -> "dict[str, Figure]":
    """The figures by name; the loss curves are among them where the space lies in the folder of its run."""
    beats = next(iter(data.held_out.values()))
    rng = np.random.default_rng(result["seed"])
    chosen = beats.subset(np.sort(rng.permutation(len(beats))[:FIGURE_BARS]))
    samples = space.sample(result["samples"], seed=result["seed"])
    figures = {
        "reconstructions": rhythm_figures.reconstructions(space, chosen.patterns),
        "samples": rhythm_figures.bars(samples[: 2 * FIGURE_BARS], [f"sample {n + 1}" for n in range(2 * FIGURE_BARS)]),
        "interpolation": interpolation(space, chosen),
        "map": rhythm_figures.latent(space),
        "voices": voices(result),
        "attributes": densities(Beats.from_patterns(samples), beats),
    }
    if (space.folder / LOG).is_file():
        figures["curves"] = curves(read_log(space.folder))
    return figures


def interpolation(space: RhythmSpace, beats: Beats) -> "Figure":
    """Bars along straight lines between two bars: a column for each pair, from top to bottom."""
    code = space.encode(beats.patterns)
    pairs = [(n, n + 1) for n in range(0, len(beats) - 1, 2)]
    shares = np.linspace(0, 1, LINE_BARS, dtype=np.float32)
    patterns, titles = list[Any](), list[str]()
    for share in shares:
        both = [
            Code(
                (1 - share) * code.map[[a]] + share * code.map[[b]],
                (1 - share) * code.detail[[a]] + share * code.detail[[b]],
            )
            for a, b in pairs
        ]
        patterns += [space.decode(each)[0] for each in both]
        titles += [f"{share:.0%} of the line"] * len(pairs)
    return rhythm_figures.bars(patterns, titles, columns=max(1, len(pairs)))


def voices(result: Mapping[str, Any]) -> "Figure":
    """Hit F1 of each voice, by model."""
    splits = result["splits"]
    figure, axes = grid(len(splits), 1, (9.0, 3.2))
    places = np.arange(len(VOICES))
    for ax, (split, tables_of) in zip(axes, splits.items(), strict=True):
        rows = {row: values for row, values in tables_of["hits"].items() if not row.endswith("by its encoder")}
        for index, (row, values) in enumerate(rows.items()):
            heights = [values["by_voice"][voice.name] or np.nan for voice in VOICES]
            ax.bar(places + 0.8 * index / len(rows), heights, 0.8 / len(rows), label=row)
        ax.set_xticks(places + 0.4 - 0.4 / len(rows), [voice.name for voice in VOICES], fontsize="small")
        ax.set_ylim(0, 1)
        ax.set_ylabel("hit F1")
        ax.set_title(split)
        ax.legend(fontsize="x-small", ncols=2, loc="lower left")
    return figure


def densities(samples: Beats, real: Beats) -> "Figure":
    """The distribution of each attribute over samples and over real bars."""
    figure, axes = grid(1, len(attributes.NAMES), (3.2, 2.6))
    measured = [attributes.measure(beats.patterns) for beats in (samples, real)]
    for ax, name, *values in zip(axes, attributes.NAMES, *(each.T for each in measured), strict=True):
        edges = np.histogram_bin_edges(np.concatenate(values), 30)
        for each, label in zip(values, ("samples", "real, held out"), strict=True):
            ax.hist(each, edges, density=True, histtype="step", label=label)
        ax.set_title(name)
        ax.set_yticks([])
    axes[0].legend(fontsize="small")
    return figure
