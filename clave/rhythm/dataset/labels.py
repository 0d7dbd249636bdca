"""Styles, sections and official splits: what is known of each file before it is read."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from clave.errors import CorpusError
from clave.files.tables import read_table
from clave.rhythm import grooves

SECTIONS = ("beat", "fill")
GROOVE_MIDI = "info.csv"  # the Groove MIDI data set describes its files in this one


@dataclass(frozen=True)
class Facts:
    """What is known of each file before it is read, in the order of the files."""

    style: list[str]  # "" is unknown
    section: list[str]  # "beat" or "fill"
    split: list[str]  # "train", "validation", "test" or ""
    styles_from: str
    drum_map: str | None = None  # of the whole data set, if it is known


def label(folder: Path, names: list[str], styles: str | Path = "auto") -> Facts:
    """Style, section and official split of each file, from the first source that knows.

    "info.csv" is the table of the Groove MIDI data set (style before the slash, beat or fill, split). "folder" is
    `folder_styles`. "name" looks for words such as "rock" or "samba" in the file's name. "auto" takes info.csv if it is
    there; else what knows more of the files, folders whose names are such words or file names, but several folders are
    believed unless names know half of the files. A file whose name has the word "fill" is a fill. Raises CorpusError
    for another word, and for a CSV that cannot be read or lacks a column.
    """
    by_folder = folder_styles(names)
    by_name = [style_in(name.rsplit("/", 1)[-1]) for name in names]
    sections = ["fill" if "fill" in _words(name.rsplit("/", 1)[-1]) else "beat" for name in names]
    plain = partial(Facts, section=sections, split=[""] * len(names))
    if styles == "auto":
        known_by_folder = sum(files for name, files in Counter(by_folder).items() if style_in(name))
        known_by_name = sum(1 for style in by_name if style)
        several = len(set(by_folder)) > 1
        if (folder / GROOVE_MIDI).is_file():
            styles = GROOVE_MIDI
        elif known_by_name > known_by_folder and (known_by_name >= len(names) / 2 or not several):
            styles = "name"
        else:
            styles = "folder" if known_by_folder or several else "none"
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
    table = {row["file"]: row["style"].strip() for row in read_table(Path(styles), ("file", "style"))}
    return plain([table.get(name, "") for name in names], styles_from=str(styles))


def folder_styles(names: Sequence[str]) -> list[str]:
    """The style of each file by the first folder that not all of them lie in; "" for one that lies in none.

    A name that means a style of ours, however it is written, is that style; every other stays as it is.

    >>> folder_styles(["midi/Boom-Bap/1.mid", "midi/My Jams/b/2.mid", "midi/3.mid"])
    ['boom bap', 'My Jams', '']
    """
    ways = [name.split("/")[:-1] for name in names]
    while len({tuple(way[:1]) for way in ways}) == 1 and any(len(way) > 1 for way in ways):
        ways = [way[1:] for way in ways]
    return [_OURS.get(_plain(way[0]), way[0]) if way else "" for way in ways]


def _label_groove_midi(path: Path, names: list[str], sections: list[str]) -> Facts:
    wanted = ("midi_filename", "style", "beat_type", "split")
    rows = {row["midi_filename"]: row for row in read_table(path, wanted)}
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


STYLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "afrobeat": ("afrobeat",),
    "afrocuban": ("afrocuban", "afro", "guaguanco"),
    "amapiano": ("amapiano",),
    "ballad": ("ballad",),
    "bembe": ("bembe",),
    "blues": ("blues", "shuffle"),
    "boom bap": ("boombap",),
    "bossa": ("bossa", "bossanova"),
    "breakbeat": ("breakbeat", "break", "amen"),
    "country": ("country", "train", "bluegrass"),
    "cumbia": ("cumbia",),
    "dance": ("dance", "eurodance"),
    "dembow": ("dembow",),
    "disco": ("disco",),
    "drill": ("drill",),
    "drum and bass": ("drumandbass", "drumnbass", "dnb", "jungle"),
    "dub": ("dub",),
    "dubstep": ("dubstep",),
    "electro": ("electro",),
    "five eight": ("fiveeight",),
    "five four": ("fivefour",),
    "footwork": ("footwork",),
    "funk carioca": ("funkcarioca", "bailefunk", "carioca"),
    "funk": ("funk", "funky", "fnk"),
    "fusion": ("fusion",),
    "gospel": ("gospel",),
    "highlife": ("highlife",),
    "hiphop": ("hiphop", "rap"),
    "house": ("house",),
    "jazz": ("jazz", "swing", "bebop", "bigband"),
    "jersey club": ("jerseyclub",),
    "latin": ("latin", "mambo", "chacha", "merengue", "songo", "rumba", "rhumba", "bolero"),
    "march": ("march",),
    "metal": ("metal", "thrash"),
    "middleeastern": ("middleeastern", "maqsum"),
    "motown": ("motown",),
    "neworleans": ("neworleans", "secondline"),
    "nine eight": ("nineeight", "karsilama"),
    "pop": ("pop",),
    "punk": ("punk",),
    "reggae": ("reggae", "rocksteady"),
    "reggaeton": ("reggaeton",),
    "rnb": ("rnb", "rhythmandblues"),
    "rock": ("rock", "rockabilly"),
    "salsa": ("salsa",),
    "samba": ("samba", "baiao"),
    "seven eight": ("seveneight",),
    "ska": ("ska",),
    "soca": ("soca",),
    "soul": ("soul",),
    "techno": ("techno", "trance"),
    "trap": ("trap",),
    "twelve eight": ("twelveeight",),
    "two step": ("twostep",),
    "waltz": ("waltz",),
    "world": ("irish", "polka", "tango", "bongo", "conga"),
}


def _plain(name: str) -> str:
    """The letters and digits of a name, small."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


_OURS = {_plain(name): name for name in (*STYLE_WORDS, *grooves.STYLES)}
_STYLE_OF = {word: style for style, words in STYLE_WORDS.items() for word in words}


_WORD, _DECADE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])"), re.compile(r"([5-9]0)s")


def _words(name: str) -> list[str]:
    """The words of a name: digits, signs and capitals begin a new one; the s of "80s" is none."""
    return [word.lower() for word in _WORD.findall(_DECADE.sub(r"\1", name))]


def style_in(name: str) -> str:
    """The style that a name contains, "" if there is none: the first word that is a style or contains one.

    Words that are a style together come first: "funk carioca" is not funk.

    Words of three letters count only when they stand alone ("pop", not "popcorn").

    >>> style_in("44latin1.mid"), style_in("2hdfunk2.mid"), style_in("take_3.mid")
    ('latin', 'funk', '')
    """
    words = _words(name.rsplit(".", 1)[0])
    joined = ["".join(pair) for pair in pairwise(words)]  # "hip hop", "drum and bass"
    for word in ["".join(words), *joined, *words]:
        if word in _STYLE_OF:
            return _STYLE_OF[word]
    for word in words:
        within = [known for known in _STYLE_OF if len(known) > 3 and known in word]
        if within:
            return _STYLE_OF[min(within, key=lambda known: (word.find(known), -len(known)))]
    return ""
