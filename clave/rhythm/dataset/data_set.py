"""The data set that a folder becomes: its bars, column by column, and the report of what became of the rest."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from clave.errors import CorpusError
from clave.files import whole_file
from clave.files.array_file import arrays_of
from clave.files.columns import check_places, check_same_length, texts
from clave.files.json_file import MAX_BYTES, read_json
from clave.music.kit import VOICES
from clave.music.pattern import Pattern
from clave.music.shapes import Bool, Float32, Int, Shaped
from clave.music.units import COMMON_TIME, METERS, TICKS_PER_STEP, Meter, meter_name, steps_per_bar
from clave.rhythm.dataset.bars import CorpusBar
from clave.rhythm.dataset.labels import SECTIONS

NO_STYLE = -1
BARS_FILE = "bars.npz"  # of a saved corpus, and so of every run
METER_NAMES = tuple(map(meter_name, METERS))
METER_STEPS = tuple(map(steps_per_bar, METERS))
LOUDEST = 127  # a velocity of 1, as it is saved
_COLUMNS = ("velocity", "offset", "meter", "style", "section", "source", "number", "group")


@dataclass(frozen=True)
class CorpusReport:
    """What a folder held, and what became of it."""

    folder: str
    files: int  # found
    files_read: int  # that gave at least one bar
    refused: Mapping[str, str]  # file -> reason
    bars: int  # kept
    dropped_bars: Mapping[str, int]  # reason -> how many
    duplicate_bars: int  # kept, although the same as an earlier one
    groups: int  # of files that share a bar; a split keeps them together
    strokes: Mapping[str, int]  # voice -> how many
    strokes_moved: int  # to their own nearest step, for a nearer one had their cell
    strokes_merged: int  # with a louder one on the same step
    notes_not_in_map: Mapping[int, int]  # note -> how many
    drum_maps: Mapping[str, int]  # name -> files
    meters: Mapping[str, int]  # "4/4" -> bars
    styles_from: str  # where styles were found
    styles: Mapping[str, int]  # style -> bars
    without_style: int  # bars
    sections: Mapping[str, int]  # section -> bars
    splits: Mapping[str, int]  # official split -> bars; empty if there is none
    remarks: Mapping[str, int]  # what reading had to say -> files
    left_out: Mapping[str, int] = field(default_factory=dict[str, int])  # reason -> files that were not looked into

    @property
    def styles_share(self) -> float:
        """How much of the bars has a style that is known, in [0, 1]."""
        return 1 - self.without_style / self.bars

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Bars of the METERS with where they come from, column by column.

    All have as many steps as the longest, and no fewer than 4/4 has: 64, 80 with a bar of 5/4, 96 with one of 12/8.
    What lies after the end of a shorter bar is 0.
    """

    velocity: Float32[np.ndarray, "bar 8 step"]
    offset: Float32[np.ndarray, "bar 8 step"]
    meter: Int[np.ndarray, " bar"]  # index into METERS
    style: Int[np.ndarray, " bar"]  # index into styles; -1 is unknown
    section: Int[np.ndarray, " bar"]  # index into SECTIONS
    source: Int[np.ndarray, " bar"]  # index into sources
    number: Int[np.ndarray, " bar"]  # in its file, from 0, the first stroke's bar
    group: Int[np.ndarray, " bar"]  # the same for files that share a bar
    styles: tuple[str, ...]
    sources: tuple[str, ...]  # files, as paths below the folder
    splits: tuple[str, ...]  # official split of each source: "train", "validation", "test", "" if there is none
    licences: tuple[str, ...]  # of each source; "" where it is not stated
    report: CorpusReport

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[CorpusBar]:
        """The bars one by one, each with its style, section, source, number and licence."""
        for row, pattern in enumerate(self.patterns):
            style, source = int(self.style[row]), int(self.source[row])
            yield CorpusBar(
                pattern, (*self.styles, "")[style], SECTIONS[int(self.section[row])], self.sources[source],
                int(self.number[row]), self.licences[source],
            )  # fmt: skip

    def __repr__(self) -> str:
        return f"Corpus({len(self):,} bars of {len(self.sources):,} files in {len(self.styles)} styles)"

    @property
    def hits(self) -> Bool[np.ndarray, "bar 8 step"]:
        """Where strokes are."""
        return self.velocity > 0

    @property
    def patterns(self) -> list[Pattern]:
        """The bars as patterns, each as long as its meter is."""
        return [
            Pattern(velocity[:, : METER_STEPS[meter]], offset[:, : METER_STEPS[meter]], METERS[meter])
            for velocity, offset, meter in zip(self.velocity, self.offset, self.meter.tolist(), strict=True)
        ]

    def subset(self, chosen: Bool[np.ndarray, " bar"] | Int[np.ndarray, " chosen"]) -> "Corpus":
        """Some of the bars, by mask or by index; names and report stay those of the whole."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in _COLUMNS})

    def in_meter(self, meter: Meter) -> "Corpus":
        """The bars of one meter, with as many steps as it has; none if it is not among METERS."""
        chosen = self.subset(np.array([METERS[each] == tuple(meter) for each in self.meter], bool))
        steps = steps_per_bar(meter)
        return replace(chosen, velocity=chosen.velocity[..., :steps], offset=chosen.offset[..., :steps])

    def save(self, folder: str | Path) -> None:
        """Write `bars.npz` (all of it, for `load`), `index.parquet` (a row a bar, to look into) and `report.json`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file.writing(folder / BARS_FILE) as file:
            np.savez_compressed(
                file,
                velocity=np.rint(self.velocity * LOUDEST).astype(np.uint8),
                tick=np.rint(self.offset * TICKS_PER_STEP).astype(np.int8),
                meter=self.meter,
                style=self.style,
                section=self.section,
                source=self.source,
                number=self.number,
                group=self.group,
                styles=np.array(self.styles, np.str_),
                sources=np.array(self.sources, np.str_),
                splits=np.array(self.splits, np.str_),
                licences=np.array(self.licences, np.str_),
            )
        whole_file.write(folder / "report.json", (json.dumps(self.report.to_dict(), indent=2) + "\n").encode())
        self._save_index(folder / "index.parquet")

    @classmethod
    def load(cls, folder: str | Path) -> "Corpus":
        """What `save` wrote. An early version has no meters (all bars are in 4/4) and no licences.

        Raises CorpusError if it is not there or not whole.
        """
        folder = Path(folder)
        try:
            report = read_json(folder / "report.json", most_bytes=10 * MAX_BYTES)
            report["notes_not_in_map"] = {int(note): count for note, count in report["notes_not_in_map"].items()}
            if "meters" not in report:  # as it was before there were several
                report["meters"] = {meter_name(COMMON_TIME): report["bars"]}
                report["without_style"] = round(report["bars"] * (1 - report.pop("styles_share")))
            with arrays_of(folder / BARS_FILE, most_bytes=None) as bars:
                common = np.full(len(bars["source"]), METERS.index(COMMON_TIME))
                velocity, tick = bars["velocity"], bars["tick"]
                _check_strokes(velocity, tick)
                columns = {name: bars[name] for name in ("style", "section", "source", "number", "group")}
                columns["meter"] = bars.get("meter", common)
                names = {name: texts(bars[name]) for name in ("styles", "sources", "splits")}
                names["licences"] = texts(bars.get("licences", np.full(len(names["sources"]), "")))
                _check_places(columns, names, velocity)
                content: dict[str, Any] = {**columns, **names, "report": CorpusReport(**report)}
                return cls(velocity / np.float32(LOUDEST), tick / np.float32(TICKS_PER_STEP), **content)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError(f"{folder} holds no corpus: {error}") from error

    def _save_index(self, path: Path) -> None:
        import pyarrow
        from pyarrow import parquet

        style_names = np.array([*self.styles, ""])  # the last is at -1
        table = pyarrow.table(
            {
                "file": np.array(self.sources)[self.source],
                "bar": self.number,
                "meter": np.array(METER_NAMES)[self.meter],
                "style": style_names[self.style],
                "section": np.array(SECTIONS)[self.section],
                "split": np.array(self.splits)[self.source],
                "group": self.group,
                "strokes": self.hits.sum(axis=(1, 2)),
            }
        )
        with whole_file.writing(path) as file:
            parquet.write_table(table, file)


def _check_strokes(velocity: Shaped[np.ndarray, "..."], tick: Shaped[np.ndarray, "..."]) -> None:
    """ValueError for what are no velocities and offsets of bars, as they are saved."""
    if velocity.dtype != np.uint8 or tick.dtype != np.int8 or velocity.shape != tick.shape or velocity.ndim != 3:
        raise ValueError(
            f"velocity and tick are a byte for each step of each voice, got {velocity.dtype} {list(velocity.shape)} "
            f"and {tick.dtype} {list(tick.shape)}"
        )
    _, voices, steps = velocity.shape
    if voices != len(VOICES) or not min(METER_STEPS) <= steps <= max(METER_STEPS):
        raise ValueError(f"bars have {len(VOICES)} voices and up to {max(METER_STEPS)} steps, got {voices} and {steps}")
    most = 2 * TICKS_PER_STEP
    if velocity.max(initial=0) > LOUDEST or tick.min(initial=0) < -most or tick.max(initial=0) >= most:
        raise ValueError(f"a velocity is at most {LOUDEST}, a tick lies in [-{most}, {most})")


def _check_places(
    columns: Mapping[str, Shaped[np.ndarray, "..."]],
    names: Mapping[str, Sequence[str]],
    velocity: Shaped[np.ndarray, "bar voice step"],
) -> None:
    """ValueError for a bar of a meter, style, section or source that there is none of."""
    ends = {
        "meter": (0, len(METERS)), "style": (NO_STYLE, len(names["styles"])), "section": (0, len(SECTIONS)),
        "source": (0, len(names["sources"])), "number": (0, None), "group": (0, None),
    }  # fmt: skip
    check_places(columns, ends, len(velocity))
    longest = max((METER_STEPS[meter] for meter in np.unique(columns["meter"])), default=0)
    if longest > velocity.shape[2]:
        raise ValueError(f"a bar has {longest} steps, and {velocity.shape[2]} are kept")
    check_same_length({name: names[name] for name in ("sources", "splits", "licences")})


def count_labels(
    velocity: Shaped[np.ndarray, "bar 8 step"],
    meter: Int[np.ndarray, " bar"],
    style: Int[np.ndarray, " bar"],
    section: Int[np.ndarray, " bar"],
    styles: Sequence[str],
) -> dict[str, Any]:
    """How many strokes there are of each voice, and bars of each meter, style and section: fields of a CorpusReport."""
    strokes = (velocity > 0).sum(axis=(0, 2))
    return {
        "strokes": {each.name: int(strokes[each.index]) for each in VOICES},
        "meters": {name: int((meter == i).sum()) for i, name in enumerate(METER_NAMES) if (meter == i).any()},
        "styles": {name: int((style == i).sum()) for i, name in enumerate(styles)},
        "without_style": int((style == NO_STYLE).sum()),
        "sections": {name: int((section == i).sum()) for i, name in enumerate(SECTIONS)},
    }


def side_by_side(parts: Sequence[Shaped[np.ndarray, "_ 8 _"]]) -> Shaped[np.ndarray, "bar 8 step"]:
    """Bars of different lengths in one array, as wide as the longest and no narrower than 4/4; the rest is silent."""
    steps = max(steps_per_bar(COMMON_TIME), *(part.shape[2] for part in parts))
    together = np.zeros((sum(map(len, parts)), len(VOICES), steps), parts[0].dtype)
    row = 0
    for part in parts:
        together[row : row + len(part), :, : part.shape[2]] = part
        row += len(part)
    return together
