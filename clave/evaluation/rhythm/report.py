"""The table as Markdown, as JSON and as figures."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clave.evaluation import rhythm_figures as figures
from clave.evaluation.rhythm.beats import Beats, Trial
from clave.latent.code import Code
from clave.music.kit import VOICES
from clave.rhythm import attributes
from clave.rhythm.space import RhythmSpace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN, ON_THE_WAY = 6, 9  # bars of a figure; of a line between two
Column = tuple[str, Callable[[Mapping[str, Any]], str]]
"""What stands above a column, and what a row says in it."""


def write(result: Mapping[str, Any], folder: Path, drawn: "Mapping[str, Figure]") -> list[Path]:
    """evaluation.md, evaluation.json and the figures; returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "evaluation.md", folder / "evaluation.json"]
    paths[0].write_text(markdown(result), encoding="utf-8")
    paths[1].write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for name, figure in drawn.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=120)
    return paths


def markdown(result: Mapping[str, Any]) -> str:
    """All of it for a person."""
    parts = [f"# How good is {result['space']}?", _setting(result)]
    for subject, (title, aim, columns) in _SUBJECTS.items():
        parts.append(f"## {title}\n\n{aim}")
        parts.append(_table({split: said[subject] for split, said in result["splits"].items()}, columns))
    parts.append(
        "## Speed\n\nFrom a point of the map (`at`), and from map and detail (`decode`), to one bar, on one thread. "
        "To be reached: 5 ms."
    )
    parts.append(_table({"": result["speed"]}, _SPEED))
    if result["remarks"]:
        said = [f"* {row}: {reason}" for row, reason in result["remarks"].items()]
        parts.append("## What is missing\n\n" + "\n".join(said))
    return "\n\n".join(parts) + "\n"


def _setting(result: Mapping[str, Any]) -> str:
    bars, numbers = result["bars"], result["numbers"]
    held_out = " and ".join(f"{count} held out ({name})" for name, count in bars.items() if name in result["splits"])
    return (
        f"Measured with Clave {result['clave']}, seed {result['seed']}, on 4/4 beats of at least four strokes: "
        f"{bars['train']} that were learned from, {bars['tuning']} on which thresholds and stopping were tuned, and "
        f"{held_out}. A code is {numbers['map']} + {numbers['detail']} numbers; {result['samples']} bars were drawn "
        "from the prior. All other models learned in the same run from the same bars."
    )


def _number(key: str, digits: int) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{row[key]:.{digits}f}" if row.get(key) is not None else ""


def _share(key: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{row[key]:.1%}" if row.get(key) is not None else ""


def _by_voice(name: str, digits: int) -> Callable[[Mapping[str, Any]], str]:
    return lambda row: f"{row['by_voice'][name]:.{digits}f}" if row.get("by_voice", {}).get(name) is not None else ""


def _of_voices(digits: int) -> list[Column]:
    return [(voice.name, _by_voice(voice.name, digits)) for voice in VOICES]


_SUBJECTS: dict[str, tuple[str, str, list[Column]]] = {
    "hits": (
        "Encoded and decoded",
        "Hit F1. To be reached: 0.97 by map and detail (at most 64 numbers); 0.70 by the map alone, and 0.67 after "
        "noise of 0.05 on the point.",
        [
            ("numbers", _number("numbers", 0)),
            ("F1", _number("f1", 3)),
            ("after noise", _number("noisy", 3)),
            *_of_voices(2),
        ],
    ),
    "likelihood": (
        "How likely unseen bars are",
        "-log p(hits) in nats a bar, from above by importance sampling; the GRU's is exact. To be reached: 32.",
        [("nats a bar", _number("nats", 2))],
    ),
    "style": (
        "Style",
        "Told by the 15 nearest bars that were learned from; classifiers tell it themselves. To be reached, balanced: "
        "0.24 by the map, 0.40 by map and detail.",
        [("accuracy", _number("accuracy", 3)), ("balanced", _number("balanced", 3))],
    ),
    "asked": (
        "Style asked for",
        "What classifiers that met only real bars recognise; styles count alike. To be reached: 0.8 of what they do in "
        "real unseen bars.",
        [
            ("bars", _number("bars", 0)),
            ("by hits and feel", _number("hits and feel", 3)),
            ("of real", _number("of real, hits and feel", 2)),
            ("by hits", _number("hits", 3)),
            ("of real", _number("of real, hits", 2)),
        ],
    ),
    "prior": (
        "Drawn from the prior",
        "Overlapping area with real unseen bars. To be reached: 0.9 each. By distances: MGEval's own figure.",
        [
            ("density", _number("density", 3)),
            ("syncopation", _number("syncopation", 3)),
            *_of_voices(2),
            ("density, by distances", _number("distances_density", 3)),
            ("syncopation, by distances", _number("distances_syncopation", 3)),
            ("the least of the voices, by distances", _number("distances_least_voice", 3)),
            ("mean density", _number("mean_density", 2)),
            ("mean syncopation", _number("mean_syncopation", 2)),
        ],
    ),
    "copies": (
        "Distinct bars, and copies",
        "By hits. To be reached: 95 % distinct of 1000, and no more copies of bars that were learned from than real "
        "unseen bars are. Distance: cells that differ from the nearest of them.",
        [
            ("bars", _number("bars", 0)),
            ("distinct", _share("distinct")),
            ("copies", _share("copies")),
            ("distance, median", _number("nearest", 0)),
            ("mean", _number("nearest_mean", 1)),
        ],
    ),
    "lines": (
        "Between two real bars",
        "Straight lines in map and detail, in 32 steps. To be reached: the largest jump smaller than a cross-fade's; "
        "never more than 20 % outside the density of both ends; 0.02 of the way changes at most 5 % of the strokes in "
        "the median.",
        [
            ("largest jump, cells", _number("largest", 1)),
            ("below a fade of sounds", _share("below_cross-fade of sounds")),
            ("below a fade of velocities", _share("below_cross-fade of velocities")),
            ("density kept", _share("kept_density")),
            ("0.02 of the way", _share("small_step")),
            ("0.02 on the map", _share("small_step_on_map")),
        ],
    ),
    "feel": (
        "Feel",
        "Mean absolute errors over real strokes, velocities in [0, 1], offsets in steps. To be reached: 20 % below the "
        "mean of each voice and step.",
        [
            ("velocity", _number("velocity", 4)),
            ("below the mean", _share("velocity_gain")),
            ("offset", _number("offset", 4)),
            ("below the mean", _share("offset_gain")),
        ],
    ),
    "directions": (
        "Directions",
        "An attribute was asked to move by -2 to 2 standard deviations: the rank correlation with how it moved, how "
        "far it went for one, and the most that another one moved then. To be reached: 0.9, and 0.3.",
        [
            ("rank correlation", _number("rank", 3)),
            ("moved by", _number("by_one", 2)),
            ("others", _number("others", 2)),
        ],
    ),
}
"""Title, what it is and is to reach, and columns."""

_SPEED: list[Column] = [
    (f"{name}, {said}{', processor' if kind else ''}, ms", _number(f"{name}_{key}{kind}_ms", 2))
    for name in ("at", "decode")
    for key, said in (("p50", "median"), ("p95", "95th percentile"))
    for kind in ("", "_processor")
]


def _table(by_split: Mapping[str, Mapping[str, Mapping[str, Any]]], columns: Sequence[Column]) -> str:
    """Each row for every split; columns in which nobody says anything are left out."""
    rows = [
        (row, split, said[row])
        for row in dict.fromkeys(row for said in by_split.values() for row in said)
        for split, said in by_split.items()
        if row in said
    ]
    if not rows:
        return "Nothing to say."
    columns = [(head, say) for head, say in columns if any(say(values) for _, _, values in rows)]
    several = len(by_split) > 1
    lines = [["", *(["split"] if several else []), *(head for head, _ in columns)]]
    lines.append(["---"] * len(lines[0]))
    lines += [
        [row, *([split] if several else []), *(say(values) or "-" for _, say in columns)] for row, split, values in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def drawings(result: Mapping[str, Any], space: RhythmSpace, trial: Trial) -> "dict[str, Figure]":
    """Bars brought back, drawn, and between two others; the map, voices, attributes; curves where there is a log."""
    beats = next(iter(trial.held_out.values()))
    rng = np.random.default_rng(result["seed"])
    chosen = beats.subset(np.sort(rng.permutation(len(beats))[:SHOWN]))
    samples = space.sample(result["samples"], seed=result["seed"])
    drawn = {
        "reconstructions": figures.reconstructions(space, chosen.patterns),
        "samples": figures.bars(samples[: 2 * SHOWN], [f"drawn, {n + 1}" for n in range(2 * SHOWN)]),
        "interpolation": interpolation(space, chosen),
        "map": figures.latent(space),
        "voices": voices(result),
        "attributes": densities(Beats.made(samples), beats),
    }
    if (space.folder / "log.json").is_file():
        drawn["curves"] = figures.curves(figures.read_log(space.folder))
    return drawn


def interpolation(space: RhythmSpace, beats: Beats) -> "Figure":
    """What one hears on the way from one bar to another: a column for each pair, read downwards."""
    code = space.encode(beats.patterns)
    pairs = [(n, n + 1) for n in range(0, len(beats) - 1, 2)]
    way = np.linspace(0, 1, ON_THE_WAY, dtype=np.float32)
    patterns, titles = list[Any](), list[str]()
    for share in way:
        both = [
            Code(
                (1 - share) * code.map[[a]] + share * code.map[[b]],
                (1 - share) * code.detail[[a]] + share * code.detail[[b]],
            )
            for a, b in pairs
        ]
        patterns += [space.decode(each)[0] for each in both]
        titles += [f"{share:.0%} of the way"] * len(pairs)
    return figures.bars(patterns, titles, columns=max(1, len(pairs)))


def voices(result: Mapping[str, Any]) -> "Figure":
    """Hit F1 of each voice, by what brought the bars back."""
    splits = result["splits"]
    figure, axes = figures.grid(len(splits), 1, (9.0, 3.2))
    places = np.arange(len(VOICES))
    for ax, (split, said) in zip(axes, splits.items(), strict=True):
        rows = {row: values for row, values in said["hits"].items() if not row.endswith("by its encoder")}
        for number, (row, values) in enumerate(rows.items()):
            heights = [values["by_voice"][voice.name] or np.nan for voice in VOICES]
            ax.bar(places + 0.8 * number / len(rows), heights, 0.8 / len(rows), label=row)
        ax.set_xticks(places + 0.4 - 0.4 / len(rows), [voice.name for voice in VOICES], fontsize="small")
        ax.set_ylim(0, 1)
        ax.set_ylabel("hit F1")
        ax.set_title(split)
        ax.legend(fontsize="x-small", ncols=2, loc="lower left")
    return figure


def densities(drawn: Beats, real: Beats) -> "Figure":
    """How the attributes of drawn and of real bars are spread."""
    figure, axes = figures.grid(1, len(attributes.NAMES), (3.2, 2.6))
    heard = [attributes.measure(beats.patterns) for beats in (drawn, real)]
    for ax, name, *values in zip(axes, attributes.NAMES, *(each.T for each in heard), strict=True):
        edges = np.histogram_bin_edges(np.concatenate(values), 30)
        for each, label in zip(values, ("drawn", "real, unseen"), strict=True):
            ax.hist(each, edges, density=True, histtype="step", label=label)
        ax.set_title(name)
        ax.set_yticks([])
    axes[0].legend(fontsize="small")
    return figure
