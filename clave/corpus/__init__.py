"""A folder of MIDI files as a data set: which bars it holds, in what style, and what was left out and why.

Files are read a batch at a time, here or in other processes; what comes back is sorted out in one place. Files stay
whole: a split never parts bars of a file, nor files that share a bar.
"""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Bool, Float32, Int, Int8, UInt8

from clave import midi
from clave.errors import CorpusError, MidiError
from clave.kit import VOICES
from clave.pattern import Pattern
from clave.units import COMMON_TIME, STEPS_PER_WHOLE, TICKS_PER_STEP

MIDI_SUFFIXES = (".mid", ".midi")
SECTIONS = ("beat", "fill")
GROOVE_MIDI = "info.csv"  # the Groove MIDI data set describes its files in this one
NO_STYLE = -1

Progress = Callable[[int, int], None]
"""Called with the number of files done and of all files."""


@dataclass(frozen=True)
class Selection:
    """What is taken from the files of a folder."""

    drop_fills: bool = False
    fewest_strokes: int = 4  # bars with fewer are left out
    first_bars: int | None = None  # of each file; None is all. The paper took 1
    drum_map: str | Path | None = None  # None: detected, file by file; Groove MIDI is known to be "td-11"
    grid: str | int = "musical"


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
    styles_from: str  # where styles were found
    styles_share: float  # of the bars: those whose style is known
    styles: Mapping[str, int]  # style -> bars
    sections: Mapping[str, int]  # section -> bars
    splits: Mapping[str, int]  # official split -> bars; empty if there is none
    remarks: Mapping[str, int]  # what reading had to say -> files

    def to_dict(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Bars of 4/4 with where they come from, column by column."""

    velocity: Float32[np.ndarray, "bar 8 64"]
    offset: Float32[np.ndarray, "bar 8 64"]
    style: Int[np.ndarray, " bar"]  # index into styles; -1 is unknown
    section: Int[np.ndarray, " bar"]  # index into SECTIONS
    source: Int[np.ndarray, " bar"]  # index into sources
    number: Int[np.ndarray, " bar"]  # in its file, from 0, the first stroke's bar
    group: Int[np.ndarray, " bar"]  # the same for files that share a bar
    styles: tuple[str, ...]
    sources: tuple[str, ...]  # files, as paths below the folder
    splits: tuple[str, ...]  # official split of each source: "train", "validation", "test", "" if there is none
    report: CorpusReport

    def __len__(self) -> int:
        return len(self.source)

    @property
    def hits(self) -> Bool[np.ndarray, "bar 8 64"]:
        """Where strokes are."""
        return self.velocity > 0

    @property
    def patterns(self) -> list[Pattern]:
        """The bars as patterns."""
        return [Pattern(velocity, offset) for velocity, offset in zip(self.velocity, self.offset, strict=True)]

    def subset(self, chosen: Bool[np.ndarray, " bar"] | Int[np.ndarray, " chosen"]) -> "Corpus":
        """Some of the bars, by mask or by index; names and report stay those of the whole."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in _COLUMNS})

    def save(self, folder: str | Path) -> None:
        """Write `bars.npz` (all of it, for `load`), `index.parquet` (a row a bar, to look into) and `report.json`."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / "bars.npz",
            velocity=np.rint(self.velocity * 127).astype(np.uint8),
            tick=np.rint(self.offset * TICKS_PER_STEP).astype(np.int8),
            style=self.style,
            section=self.section,
            source=self.source,
            number=self.number,
            group=self.group,
            styles=np.array(self.styles, np.str_),
            sources=np.array(self.sources, np.str_),
            splits=np.array(self.splits, np.str_),
        )
        (folder / "report.json").write_text(json.dumps(self.report.to_dict(), indent=2) + "\n", encoding="utf-8")
        self._save_index(folder / "index.parquet")

    @classmethod
    def load(cls, folder: str | Path) -> "Corpus":
        """What `save` wrote. Raises CorpusError if it is not there or not whole."""
        folder = Path(folder)
        try:
            report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
            report["notes_not_in_map"] = {int(note): count for note, count in report["notes_not_in_map"].items()}
            with np.load(folder / "bars.npz", allow_pickle=False) as bars:
                return cls(
                    bars["velocity"] / np.float32(127),
                    bars["tick"] / np.float32(TICKS_PER_STEP),
                    bars["style"],
                    bars["section"],
                    bars["source"],
                    bars["number"],
                    bars["group"],
                    tuple(map(str, bars["styles"])),
                    tuple(map(str, bars["sources"])),
                    tuple(map(str, bars["splits"])),
                    CorpusReport(**report),
                )
        except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
            raise CorpusError(f"{folder} holds no corpus: {error}") from error

    def _save_index(self, path: Path) -> None:
        import pyarrow
        from pyarrow import parquet

        style_names = np.array([*self.styles, ""])  # the last is at -1
        table = pyarrow.table(
            {
                "file": np.array(self.sources)[self.source],
                "bar": self.number,
                "style": style_names[self.style],
                "section": np.array(SECTIONS)[self.section],
                "split": np.array(self.splits)[self.source],
                "group": self.group,
                "strokes": self.hits.sum(axis=(1, 2)),
            }
        )
        parquet.write_table(table, path)


_COLUMNS = ("velocity", "offset", "style", "section", "source", "number", "group")


# Scanning a folder


def scan(
    folder: str | Path,
    selection: Selection = Selection(),
    *,
    styles: str | Path = "auto",
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """The bars of all MIDI files in a folder and below.

    `styles` tells where styles come from: "info.csv", "folder", "name", "none", a CSV of one's own with the columns
    `file` and `style`, or "auto", which takes the first of these that the folder offers. Whatever cannot be used is
    left out, with its reason in the report. Files are read here, or by `executor`.

    Raises CorpusError if there is no folder, no MIDI file or no usable bar.
    """
    root = Path(folder)
    paths = find_files(root)
    names = [path.relative_to(root).as_posix() for path in paths]
    facts = label(root, names, styles)
    selected = replace(selection, drum_map=selection.drum_map or facts.drum_map)

    batches = [paths[at : at + midi.FILES_AT_ONCE] for at in range(0, len(paths), midi.FILES_AT_ONCE)]
    apply = map if executor is None else executor.map
    found: list[_File] = []
    for batch in apply(partial(_read_files, selection=selected), batches):
        for file in batch:
            found.append(file)
            if progress is not None:
                progress(len(found), len(paths))
    return _sort_out(str(folder), names, found, facts, selected)


def find_files(folder: str | Path) -> list[Path]:
    """All MIDI files in a folder and below, in order of name; CorpusError if there are none."""
    root = Path(folder)
    if not root.is_dir():
        raise CorpusError(f"{folder} is not a folder")
    found = sorted(path for path in root.rglob("*") if path.suffix.lower() in MIDI_SUFFIXES and path.is_file())
    if not found:
        raise CorpusError(f"{folder} holds no MIDI file ({', '.join(MIDI_SUFFIXES)}), nor does any folder in it")
    return found


class _File(NamedTuple):
    """The bars of one file, as small as they can be sent between processes; or why there are none."""

    velocity: UInt8[np.ndarray, "bar 8 64"]  # 0..127
    tick: Int8[np.ndarray, "bar 8 64"]  # offset, in ticks
    number: Int[np.ndarray, " bar"]
    dropped: dict[str, int]
    report: midi.ReadingReport | None
    refusal: str | None


_NO_BARS = np.zeros((0, len(VOICES), STEPS_PER_WHOLE))


def _read_files(paths: list[Path], selection: Selection) -> list[_File]:
    """A pure function of the files: this is what executors map."""
    readings = midi.read_many(paths, selection.drum_map, selection.grid)
    return [_select(path, reading, selection) for path, reading in zip(paths, readings, strict=True)]


def _select(path: Path, reading: midi.Reading | MidiError, selection: Selection) -> _File:
    """The bars of a file that one can learn from."""
    nothing = (_NO_BARS.astype(np.uint8), _NO_BARS.astype(np.int8), np.zeros(0, np.int64))
    if isinstance(reading, MidiError):
        return _File(*nothing, {}, None, str(reading).removeprefix(f"{path}: "))
    patterns, report = reading
    bars = patterns[: selection.first_bars]
    common = [number for number, pattern in enumerate(bars) if pattern.meter == COMMON_TIME]
    strokes = np.array([np.count_nonzero(bars[number].velocity) for number in common], np.int64)
    kept = np.array(common, np.int64)[strokes >= selection.fewest_strokes]
    dropped = {
        "not in 4/4": len(bars) - len(common),
        "empty": int((strokes == 0).sum()),
        f"fewer than {selection.fewest_strokes} strokes": int(
            ((strokes > 0) & (strokes < selection.fewest_strokes)).sum()
        ),
    }
    if not kept.size:
        reasons = ", ".join(f"{count} {reason}" for reason, count in dropped.items() if count)
        return _File(*nothing, dropped, report, f"no bar to learn from: {reasons}")
    velocity = np.stack([bars[number].velocity for number in kept])
    offset = np.stack([bars[number].offset for number in kept])
    return _File(
        np.rint(velocity * 127).astype(np.uint8),
        np.rint(offset * TICKS_PER_STEP).astype(np.int8),
        kept,
        dropped,
        report,
        None,
    )


def _sort_out(folder: str, names: list[str], files: list[_File], facts: "Facts", selection: Selection) -> Corpus:
    """Refuse copies, number styles and groups, count everything."""
    refused: dict[str, str] = {}
    kept: list[int] = []
    first_with: dict[bytes, str] = {}
    for i, (name, file) in enumerate(zip(names, files, strict=True)):
        content = hashlib.sha256(file.velocity.tobytes() + file.tick.tobytes()).digest()
        if file.refusal is not None:
            refused[name] = file.refusal
        elif selection.drop_fills and facts.section[i] == "fill":
            refused[name] = "a fill, left out on request"
        elif content in first_with:
            refused[name] = f"a copy of {first_with[content]}"
        else:
            first_with[content] = name
            kept.append(i)
    if not kept:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in list(refused.items())[:3])
        raise CorpusError(f"none of the {len(names)} MIDI files in {folder} can be learned from: {reasons}")

    taken = [files[i] for i in kept]
    lengths = [len(file.number) for file in taken]
    source = np.repeat(np.arange(len(kept)), lengths)
    velocity = np.concatenate([file.velocity for file in taken])
    tick = np.concatenate([file.tick for file in taken])
    group, duplicate_bars = _groups(velocity, tick, source)
    styles = tuple(sorted({facts.style[i] for i in kept} - {""}))
    style = np.repeat([styles.index(facts.style[i]) if facts.style[i] else NO_STYLE for i in kept], lengths)
    section = np.repeat([SECTIONS.index(facts.section[i]) for i in kept], lengths)
    splits = tuple(facts.split[i] for i in kept)
    reports = [file.report for file in taken if file.report is not None]
    strokes = (velocity > 0).sum(axis=(0, 2))
    report = CorpusReport(
        folder=folder,
        files=len(names),
        files_read=len(kept),
        refused=refused,
        bars=len(source),
        dropped_bars=_sum(file.dropped for file in files),
        duplicate_bars=duplicate_bars,
        groups=int(group.max()) + 1,
        strokes={each.name: int(strokes[each.index]) for each in VOICES},
        strokes_moved=sum(each.moved for each in reports),
        strokes_merged=sum(each.merged for each in reports),
        notes_not_in_map=_sum(each.notes_not_in_map for each in reports),
        drum_maps=_sum({each.drum_map: 1} for each in reports),
        styles_from=facts.styles_from,
        styles_share=float((style != NO_STYLE).mean()),
        styles={name: int((style == i).sum()) for i, name in enumerate(styles)},
        sections={name: int((section == i).sum()) for i, name in enumerate(SECTIONS)},
        splits=_sum({name: length} for name, length in zip(splits, lengths, strict=True) if name),
        remarks=_sum({remark: 1} for each in reports for remark in each.remarks),
    )
    return Corpus(
        velocity / np.float32(127),
        tick / np.float32(TICKS_PER_STEP),
        style,
        section,
        source,
        np.concatenate([file.number for file in taken]),
        group,
        styles,
        tuple(names[i] for i in kept),
        splits,
        report,
    )


def _groups(
    velocity: UInt8[np.ndarray, "bar 8 64"], tick: Int8[np.ndarray, "bar 8 64"], source: Int[np.ndarray, " bar"]
) -> tuple[Int[np.ndarray, " bar"], int]:
    """The group of each bar, and how many bars are the same as an earlier one. Files that share a bar share a group."""
    leader = list(range(int(source[-1]) + 1))

    def lead(file: int) -> int:
        while leader[file] != file:
            leader[file] = file = leader[leader[file]]
        return file

    first_with: dict[bytes, int] = {}
    duplicates = 0
    for file, *bar in zip(source.tolist(), velocity, tick, strict=True):
        content = bar[0].tobytes() + bar[1].tobytes()
        if content in first_with:
            duplicates += 1
            leader[lead(file)] = lead(first_with[content])
        else:
            first_with[content] = file
    leaders = np.array([lead(file) for file in range(len(leader))])
    return np.unique(leaders, return_inverse=True)[1][source], duplicates


def _sum(counts: Iterable[Mapping[Any, int]]) -> dict[Any, int]:
    total = Counter[Any]()
    for each in counts:
        total.update(each)
    return {key: count for key, count in total.items() if count}


# Styles, sections, official splits


@dataclass(frozen=True)
class Facts:
    """What is known of each file before it is read, in the order of the files."""

    style: list[str]  # "" is unknown
    section: list[str]  # "beat" or "fill"
    split: list[str]  # "train", "validation", "test" or ""
    styles_from: str
    drum_map: str | None = field(default=None)  # of the whole data set, if it is known


def label(folder: Path, names: list[str], styles: str | Path = "auto") -> Facts:
    """Style, section and official split of each file, from the first source that knows.

    "info.csv" is the table of the Groove MIDI data set (style before the slash, beat or fill, split). "folder" is the
    first folder on the way to a file. "name" looks for words such as "rock" or "samba" in the file's name. "auto" takes
    info.csv if it is there, else what knows more of the files: folders whose names are such words, or file names;
    else the folders, if there are several. A file whose name has the word "fill" is a fill. Raises CorpusError for
    another word, and for a CSV that cannot be read or lacks a column.
    """
    by_folder = [name.split("/")[0] if "/" in name else "" for name in names]
    by_name = [style_in(name.rsplit("/", 1)[-1]) for name in names]
    sections = ["fill" if "fill" in _words(name.rsplit("/", 1)[-1]) else "beat" for name in names]
    plain = partial(Facts, section=sections, split=[""] * len(names))
    if styles == "auto":
        known_by_folder = sum(1 for name in by_folder if style_in(name))
        known_by_name = sum(1 for style in by_name if style)
        if (folder / GROOVE_MIDI).is_file():
            styles = GROOVE_MIDI
        elif known_by_name > known_by_folder:
            styles = "name"
        else:
            styles = "folder" if known_by_folder or len(set(by_folder)) > 1 else "none"
    if styles == GROOVE_MIDI:
        return _label_groove_midi(folder / GROOVE_MIDI, names, sections)
    if styles == "folder":
        return plain(by_folder, styles_from="the folder's name")
    if styles == "name":
        share = sum(1 for style in by_name if style) / len(names)
        return plain(by_name, styles_from=f"words in the file's name, {share:.0%} recognised")
    if styles == "none":
        return plain([""] * len(names), styles_from="nowhere")
    if not str(styles).lower().endswith(".csv"):
        raise CorpusError(
            f'styles come from "auto", "{GROOVE_MIDI}", "folder", "name", "none" or a .csv, got "{styles}"'
        )
    table = {row["file"]: row["style"].strip() for row in _rows(Path(styles), ("file", "style"))}
    return plain([table.get(name, "") for name in names], styles_from=str(styles))


def _label_groove_midi(path: Path, names: list[str], sections: list[str]) -> Facts:
    wanted = ("midi_filename", "style", "beat_type", "split")
    rows = {row["midi_filename"]: row for row in _rows(path, wanted)}
    found = [rows.get(name) for name in names]
    return Facts(
        style=[row["style"].split("/")[0].strip() if row else "" for row in found],
        section=[
            row["beat_type"] if row and row["beat_type"] in SECTIONS else guess
            for row, guess in zip(found, sections, strict=True)
        ],
        split=[row["split"] if row else "" for row in found],
        styles_from=GROOVE_MIDI,
        drum_map="td-11",
    )


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval="")
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise CorpusError(f"{path} lacks the column {', '.join(missing)}; it has {reader.fieldnames}")
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path} cannot be read as a table: {error}") from error


STYLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "afrobeat": ("afrobeat",),
    "afrocuban": ("afrocuban", "afro", "bembe", "guaguanco"),
    "ballad": ("ballad",),
    "blues": ("blues", "shuffle"),
    "breakbeat": ("breakbeat", "break", "amen"),
    "country": ("country", "train", "bluegrass"),
    "dance": ("dance", "eurodance"),
    "disco": ("disco",),
    "drum and bass": ("drumandbass", "drumnbass", "dnb", "jungle"),
    "dub": ("dub", "dubstep"),
    "electro": ("electro",),
    "funk": ("funk", "funky", "fnk"),
    "fusion": ("fusion",),
    "gospel": ("gospel",),
    "hiphop": ("hiphop", "rap", "boombap"),
    "house": ("house",),
    "jazz": ("jazz", "swing", "bebop", "bigband"),
    "latin": ("latin", "salsa", "mambo", "chacha", "merengue", "songo", "rumba", "rhumba", "bolero", "cumbia"),
    "march": ("march",),
    "metal": ("metal", "thrash"),
    "neworleans": ("neworleans", "secondline"),
    "pop": ("pop",),
    "punk": ("punk",),
    "reggae": ("reggae", "ska", "rocksteady"),
    "reggaeton": ("reggaeton", "dembow"),
    "rnb": ("rnb", "rhythmandblues"),
    "rock": ("rock", "rockabilly"),
    "samba": ("samba", "bossa", "baiao", "bossanova"),
    "soul": ("soul", "motown"),
    "techno": ("techno", "trance"),
    "trap": ("trap",),
    "waltz": ("waltz",),
    "world": ("irish", "polka", "tango", "bongo", "conga"),
}
_STYLE_OF = {word: style for style, words in STYLE_WORDS.items() for word in words}


def _words(name: str) -> list[str]:
    """The words of a name: digits, signs and capitals begin a new one; the s of "80s" is none."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", re.sub(r"([5-9]0)s", r"\1", name))]


def style_in(name: str) -> str:
    """The style that a name speaks of, "" if it speaks of none: the first word that is a style or holds one.

    Words of three letters count only when they stand alone ("pop", not "popcorn").

    >>> style_in("44latin1.mid"), style_in("2hdfunk2.mid"), style_in("take_3.mid")
    ('latin', 'funk', '')
    """
    words = _words(name.rsplit(".", 1)[0])
    joined = ["".join(pair) for pair in pairwise(words)]  # "hip hop", "drum and bass"
    for word in [*words, *joined, "".join(words)]:
        if word in _STYLE_OF:
            return _STYLE_OF[word]
    for word in words:
        within = [known for known in _STYLE_OF if len(known) > 3 and known in word]
        if within:
            return _STYLE_OF[min(within, key=lambda known: (word.find(known), -len(known)))]
    return ""


# Splitting


def split(corpus: Corpus, by: str | None = None, *, share: float = 0.2, seed: int = 0) -> Bool[np.ndarray, " bar"]:
    """Which bars to hold out, by whole files and groups of files that share a bar.

    "official" holds out what the data set itself does not train on; "stratified" draws groups until `share` of the bars
    of each style is held out, as nearly as groups allow. None takes the official split where there is one. Raises
    CorpusError for another word, a share outside (0, 1), or an official split where there is none.
    """
    official = np.array([corpus.splits[i] for i in range(len(corpus.sources))])[corpus.source]
    if by is None:
        by = "official" if (official != "").any() else "stratified"
    if by == "official":
        if not (official != "").any():
            raise CorpusError("this corpus has no official split; there is by='stratified'")
        return ~np.isin(official, ("train", ""))
    if by != "stratified":
        raise CorpusError(f"a corpus is split by 'official' or 'stratified', got {by!r}")
    if not 0 < share < 1:
        raise CorpusError(f"the share to hold out lies between 0 and 1, got {share}")
    groups, member, sizes = np.unique(corpus.group, return_inverse=True, return_counts=True)
    counts = np.zeros((len(groups), len(corpus.styles) + 1), np.int64)
    np.add.at(counts, (member, corpus.style), 1)  # bars without a style count in the last column
    style = counts.argmax(axis=1)  # of a group: that of most of its bars
    rng = np.random.default_rng(seed)
    drawn = [_draw(np.flatnonzero(style == each), sizes, share, rng) for each in np.unique(style)]
    held_out = np.concatenate(drawn)
    if not held_out.size:  # every style has but one or two groups
        held_out = _draw(np.arange(len(groups)), sizes, share, rng)
    if not held_out.size and len(groups) > 1:
        held_out = np.array([sizes.argmin()])
    return np.isin(member, held_out)


def _draw(
    groups: Int[np.ndarray, " group"], sizes: Int[np.ndarray, " all"], share: float, rng: np.random.Generator
) -> Int[np.ndarray, " drawn"]:
    """Groups in random order, each taken if that brings their bars nearer to `share` of all."""
    wanted, drawn = share * sizes[groups].sum(), list[int]()
    for group in rng.permutation(groups).tolist():
        if sum(sizes[drawn]) + sizes[group] / 2 <= wanted:
            drawn.append(group)
    return np.array(drawn, np.int64)
