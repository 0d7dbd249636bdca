"""Folders to files, in one way for MIDI, sounds and kits: what is read, and what is left out and why.

Systems leave files of their own beside a person's (`__MACOSX`, `._kick.wav`, `Thumbs.db`); they are left out. Links
are followed, and each folder is read once. The order is the same on every machine. A file is a folder of one.

>>> walk("one-shots", (".wav",)).files  # doctest: +SKIP
(PosixPath('one-shots/kick.wav'), PosixPath('one-shots/toms/low.WAV'))
"""

import os
import unicodedata
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from clave.errors import printable

HIDDEN = "hidden: its name begins with a dot"
OF_MACOS = "what macOS keeps beside files"
OF_THE_SYSTEM = "what a system keeps in folders"
READ_ELSEWHERE = "a link to a folder that is read elsewhere"
NOWHERE = "a link that leads nowhere"
NO_FILE = "neither a file nor a folder"
IN_THE_CLOUD = "in iCloud, not on this machine: download it first"
NO_SUFFIX = "a name without suffix"

_BESIDE = (HIDDEN, OF_MACOS, OF_THE_SYSTEM, READ_ELSEWHERE)
_MAC_NAMES = ("__MACOSX", ".DS_Store", "Icon\r")
_SYSTEM_NAMES = ("thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "@eadir")


@dataclass(frozen=True)
class Walk:
    """The files in a folder and below, and what was left out."""

    files: tuple[Path, ...]  # sorted by their names, composed (NFC)
    left_out: tuple[tuple[str, str], ...]  # name below the folder, and the reason; of a folder, the folder alone

    def refused(self, kindred: Collection[str] = ()) -> dict[str, str]:
        """Those left out that a person may miss, with the reason; of other suffixes only these, "" for none.

        The rest (hidden files, what systems keep, files of quite another kind) is in `counts` alone.
        """
        return {
            name: reason
            for name, reason in self.left_out
            if reason not in _BESIDE and (not _is_of_a_suffix(reason) or suffix_of(name) in kindred)
        }

    def counts(self) -> dict[str, int]:
        """How many were left out for each reason; all of them."""
        return dict(Counter(reason.split(";")[0] for _, reason in self.left_out))

    def said(self) -> str:
        """The counts as the end of a sentence; "" where nothing was left out."""
        counts = ", ".join(f"{count} {reason}" for reason, count in self.counts().items())
        return f" (left out: {counts})" if counts else ""


def walk(folder: str | PathLike[str], suffixes: Sequence[str]) -> Walk:
    """The files of these suffixes (".wav", in small letters) in a folder and below; capitals do not matter.

    A file is a folder of one. Nothing is opened, and nothing is raised: a folder that is not there, or may not be read,
    is left out with its reason. The names of files may be any bytes; `name_below` makes them printable.
    """
    root = Path(folder)
    if root.is_file():
        why = _why_not_suffix(root.name, suffixes)
        return Walk((root,), ()) if why is None else Walk((), ((printable(root.name), why),))
    files, left_out = list[Path](), list[tuple[Path, str]]()
    for path, why in _entries(root, suffixes):
        if why is None:
            files.append(path)
        else:
            left_out.append((path, why))
    left_out.sort(key=lambda each: order(each[0]))
    return Walk(tuple(sorted(files, key=order)), tuple((name_below(path, root), why) for path, why in left_out))


def name_below(path: Path, folder: str | PathLike[str]) -> str:
    """How a file of a walk is called: its path below the folder, with slashes, made `printable`."""
    root = Path(folder)
    return printable(path.name if path == root else path.relative_to(root).as_posix())


def base_of(folder: str | PathLike[str]) -> Path:
    """The folder that names of `name_below` start from: the folder itself, or the one that a single file lies in."""
    root = Path(folder)
    return root.parent if root.is_file() else root


def why_not(name: str, suffixes: Sequence[str]) -> str | None:
    """Why a file of this name below a folder is not read, by its name and those of its folders alone; None: it is."""
    *folders, own = Path(name).parts
    beside = next((why for part in (*folders, own) if (why := _why_beside(part)) is not None), None)
    return _why_not_suffix(own, suffixes) if beside is None else beside


def suffix_of(name: str) -> str:
    """The suffix of a file's name, with its dot, in small letters; "" for none."""
    own = name[name.rfind("/") + 1 :]
    at = own.rfind(".")
    return own[at:].lower() if 0 < at < len(own) - 1 else ""


def _entries(root: Path, suffixes: Sequence[str]) -> Iterator[tuple[Path, str | None]]:
    """Each file, and each folder that is not read, with the reason; those behind links last."""
    visited = set[tuple[int, int]]()
    folders, linked = deque([root]), deque[Path]()
    while folders or linked:
        is_linked = not folders
        place = (folders or linked).popleft()
        try:
            status = place.stat()
            if (status.st_dev, status.st_ino) in visited:
                yield place, READ_ELSEWHERE if is_linked else OF_THE_SYSTEM
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(place) as found:
                entries = sorted(found, key=lambda entry: (_composed(entry.name), entry.name))
        except OSError as error:
            yield place, f"cannot be opened ({error.strerror})"
            continue
        for entry in entries:
            why = _why_not(entry, suffixes)
            if why is None and _is_folder(entry):
                (linked if entry.is_symlink() else folders).append(place / entry.name)
            else:
                yield place / entry.name, why


def _why_not(entry: os.DirEntry[str], suffixes: Sequence[str]) -> str | None:
    """Why a file or a folder is not read; None: it is."""
    beside = _why_beside(entry.name)
    if beside is not None:
        return beside
    if _is_folder(entry):
        return None
    if entry.is_symlink() and not os.path.exists(entry.path):
        return NOWHERE
    why = _why_not_suffix(entry.name, suffixes)
    return why if why is not None or _is_file(entry) else NO_FILE


def _why_beside(name: str) -> str | None:
    if name.startswith("._") or name in _MAC_NAMES:
        return OF_MACOS
    if name.startswith("."):
        return IN_THE_CLOUD if name.endswith(".icloud") else HIDDEN
    return OF_THE_SYSTEM if name.lower() in _SYSTEM_NAMES else None


def _why_not_suffix(name: str, suffixes: Sequence[str]) -> str | None:
    suffix = suffix_of(name)
    if suffix in suffixes:
        return None
    return f"{printable(suffix)} is not read; {', '.join(suffixes)} are" if suffix else NO_SUFFIX


def _is_of_a_suffix(reason: str) -> bool:
    return reason == NO_SUFFIX or " is not read; " in reason


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a ring
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link in a ring
        return False


def order(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """By composed names, so that a Mac's decomposed ones come at the same place; then as they are."""
    parts = path.parts
    return tuple(map(_composed, parts)), parts


def _composed(name: str) -> str:
    return name if name.isascii() else unicodedata.normalize("NFC", name)


class Finder:
    """Files by the names that lists and people give them, below a folder.

    A name is found as it is; else with backslashes as slashes, composed or decomposed, with its bytes read as Latin-1
    or as `printable` writes them, and last in other capitals, if only one file is so called.
    """

    def __init__(self, folder: str | PathLike[str]) -> None:
        self.folder = Path(folder)
        self._names = dict[Path, dict[str, list[str]]]()  # of each folder: a key, and the entries that have it

    def __call__(self, name: str) -> Path | None:
        """The file of this name; None: there is none, or several that differ in capitals alone."""
        if not name or "\0" in name:
            return None
        for spelled in dict.fromkeys((name, name.replace("\\", "/"))):
            path = self._find(spelled)
            if path is not None and path.is_file():
                return path
        return None

    def _find(self, name: str) -> Path | None:
        place = self.folder / name
        if place.exists():
            return place
        place = self.folder
        for part in Path(name).parts:
            found = place / part
            if not os.path.lexists(found):
                names = self._in(place)
                called = names.get(name_key(part)) or names.get(name_key(part).casefold()) or []
                if len(called) != 1:
                    return None
                found = place / called[0]
            place = found
        return place

    def _in(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._names:
            keys: dict[str, list[str]] = {}
            try:
                entries = sorted(os.listdir(folder))
            except OSError:
                entries = []
            for entry in entries:
                spelled = {name_key(entry), name_key(_in_latin_1(entry))}
                for key in spelled | {each.casefold() for each in spelled}:
                    keys.setdefault(key, []).append(entry)
            self._names[folder] = keys
        return self._names[folder]


def name_key(name: str) -> str:
    """The same for a name that is written composed or decomposed, with slashes or backslashes."""
    return unicodedata.normalize("NFC", printable(name))


def _in_latin_1(name: str) -> str:
    """The name, its bytes that are no UTF-8 read as Latin-1."""
    return "".join(chr(ord(letter) - 0xDC00) if "\udc80" <= letter <= "\udcff" else letter for letter in name)
