"""The folder of a static page: the page as it was built, and beside it what its server would have answered.

The folder is written beside its place first, and takes it only when all of it is there.
"""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clave.app.kit_builder import BUILT_IN, KitBuilder
from clave.app.kit_library import KitLibrary
from clave.app.server.browser_rules import PAGE_POLICY
from clave.app.server.page_files import STATIC, page_is_built
from clave.app.static_page.answers import answer
from clave.app.static_page.rhythm_files import rhythm_files
from clave.app.static_page.sound_files import DRAWN_KITS, GRID_POINTS, sound_files
from clave.errors import ExportError
from clave.files import whole_folder

if TYPE_CHECKING:
    from clave.play.project import Project
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace

LIST_FILE = "files.json"  # every file of the page, with its size: by it a folder is known as one of ours
WORKER_FILE = "offline-worker.js"  # of the built page; `sw.js` is it, with the list of the files before it
PRIOR, SOUNDS = "api/prior.safetensors.gz", "api/sounds.bin"  # large files, which the page fetches when it needs them
HEAD = '<html lang="en">'
FIRST = "<head>"  # the rules come before whatever they are for
HEAD_WITHOUT_SERVER = '<html lang="en" data-server="none">'
RULES = f'<meta http-equiv="Content-Security-Policy" content="{PAGE_POLICY}" />'
LINKS = (
    '<link rel="manifest" href="./manifest.webmanifest" />\n    <link rel="apple-touch-icon" href="./icon-192.png" />'
)
MANIFEST = {
    "name": "Clave",
    "short_name": "Clave",
    "description": "A drum instrument played as a map.",
    "start_url": "./",
    "scope": "./",
    "display": "standalone",
    "background_color": "#0e1013",
    "theme_color": "#0e1013",
    "icons": [
        {"src": "./icon-192.png", "sizes": "192x192", "type": "image/png"},
        {"src": "./icon-512.png", "sizes": "512x512", "type": "image/png"},
        {"src": "./icon.svg", "sizes": "any", "type": "image/svg+xml"},
    ],
}


@dataclass(frozen=True)
class PageOptions:
    """What a static page is made of besides its spaces."""

    project: "Project | None" = None  # that it opens with
    grid_points: int = GRID_POINTS  # in a row of each sound map's grid
    drawn_kits: int = DRAWN_KITS  # that the page draws from
    static: Path = STATIC  # the page as it was built


def write_page(
    folder: Path,
    rhythm: "RhythmSpace",
    sound: "SoundSpace | None",
    options: PageOptions | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Write the page into a folder that is new, empty, or holds one that was written before; lines say what is there.

    Raises ExportError for a page that is not built, a folder with other things in it, a space that a page cannot
    decode, and a disk that is full or may not be written; the folder is then as it was.
    """
    options = options or PageOptions()
    if not page_is_built(options.static):
        raise ExportError("the page is not built; in a source checkout run scripts/build, which needs Node 20 or newer")
    _check_folder(folder)
    files = _page_files(options.static) | _data_files(rhythm, sound, options, say)
    files["sw.js"] = _worker(files, options.static)
    files[LIST_FILE] = _listed(files)
    _write_whole(folder, files)
    return _lines(folder, files)


def _page_files(static: Path) -> dict[str, bytes]:
    """The files of the page as it was built, with a head that says that there is no server."""
    paths = [path for path in sorted(static.rglob("*")) if path.is_file()]
    files = {path.relative_to(static).as_posix(): path.read_bytes() for path in paths}
    page = files["index.html"].decode()
    if HEAD not in page or FIRST not in page or "</title>" not in page or WORKER_FILE not in files:
        raise ExportError(f"{static} is a page of another version of Clave; build it again with scripts/build")
    page = page.replace(HEAD, HEAD_WITHOUT_SERVER, 1).replace("</title>", f"</title>\n    {LINKS}", 1)
    page = page.replace(FIRST, f"{FIRST}\n    {RULES}", 1)
    del files[WORKER_FILE]
    manifest = json.dumps(MANIFEST, indent=1).encode()
    return files | {"index.html": page.encode(), "manifest.webmanifest": manifest}


def _data_files(
    rhythm: "RhythmSpace", sound: "SoundSpace | None", options: PageOptions, say: Callable[[str], None]
) -> dict[str, bytes]:
    """What the page asks for, as files."""
    from clave.app.server.application import create_app

    app = create_app(rhythm, sound, project=options.project)
    voices = [] if sound is None else [f"sounds/{place}/map" for place in _places(sound)]
    asked = ["instrument", "project", "corpus", "map/ground", *voices]
    answers = {f"api/{path}.json": answer(app, path) for path in asked}
    answers["api/instrument.json"] = _without_character(answers["api/instrument.json"])
    builder = KitBuilder(sound, BUILT_IN, KitLibrary())
    made = rhythm_files(rhythm) | sound_files(builder, sound, options.grid_points, say, options.drawn_kits)
    files = answers | {f"api/{name}": content for name, content in made.items()}
    return dict(_compressed(name, content) for name, content in files.items())


def _without_character(instrument: bytes) -> bytes:
    """What the page knows of its instrument: a grid has no sounds that are brighter or longer than their point."""
    known = json.loads(instrument)
    if known["sound"] is not None:
        known["sound"]["directions"] = []
    return json.dumps(known, separators=(",", ":")).encode()


def _compressed(name: str, content: bytes) -> tuple[str, bytes]:
    """As the page fetches it: hosts differ in what they compress, so that the files are compressed already."""
    return (name, content) if name == SOUNDS else (f"{name}.gz", gzip.compress(content, 9, mtime=0))


def _places(sound: "SoundSpace") -> list[int]:
    from clave.music.kit import voice

    return [voice(name).index for name in sound.voices]


def _worker(files: dict[str, bytes], static: Path) -> bytes:
    """The service worker of this page: it keeps these files, and a page of other files is another version."""
    version = hashlib.sha256(b"".join(hashlib.sha256(files[name]).digest() for name in sorted(files))).hexdigest()[:16]
    known: dict[str, Any] = {"version": version, "files": sorted(files)}
    head = f"self.PAGE = {json.dumps(known)};\n".encode()
    return head + (static / WORKER_FILE).read_bytes()


def _listed(files: dict[str, bytes]) -> bytes:
    sizes = {name: len(content) for name, content in sorted(files.items())}
    return json.dumps({"made by": "clave export page", "files": sizes}, indent=1).encode()


def _check_folder(folder: Path) -> None:
    """ExportError for a folder that holds anything but a page that was written before, and names it."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ExportError(f"{folder} is a file; name a folder for the page with -o")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    try:
        ours = set(json.loads((folder / LIST_FILE).read_text())["files"]) | {LIST_FILE}
    except (OSError, ValueError, KeyError, TypeError):
        ours = set[str]()
    if foreign := sorted(there - ours):
        raise ExportError(f"{folder} holds other things, such as {foreign[0]}; name an empty folder with -o")


def _write_whole(folder: Path, files: dict[str, bytes]) -> None:
    """The folder with these files, or as it was before."""
    try:
        with whole_folder.new(folder) as part:
            for name, content in files.items():
                path = part / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    except OSError as error:
        raise ExportError(f"{folder} cannot be written: {error.strerror or error}; it is as it was") from error


def _lines(folder: Path, files: dict[str, bytes]) -> list[str]:
    def megabytes(*names: str) -> str:
        return f"{sum(len(files[name]) for name in names) / 1e6:.1f} MB"

    others = [name for name in files if name not in (PRIOR, SOUNDS)]
    return [
        f"{folder}: {len(files)} files, {megabytes(*files)}",
        f"  page and what a click needs: {megabytes(*others)}",
        f"  variations, fills and phrases, fetched when first needed: {megabytes(PRIOR)}",
        f"  sounds: {megabytes(SOUNDS)}",
    ]
