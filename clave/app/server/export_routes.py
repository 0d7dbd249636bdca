"""A project as files for other programs: the formats there are, and each of them to save."""

import io
import json
import threading
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import quote

from fastapi import FastAPI, Response

from clave.app.kit_library import KitLibrary
from clave.app.protocol import Message
from clave.app.server.project_routes import PROJECT_BODY, ProjectBody, check_takes_seconds
from clave.errors import ExportError
from clave.files.whole_file import safe_name
from clave.play.formats import FORMATS, GROOVE_FORMATS, WriteOptions, write_files, write_kit
from clave.play.kit_takes import sampled_kit
from clave.play.perform import perform
from clave.play.project import Project, from_json
from clave.play.project.voices import KitVoice
from clave.rhythm.space import RhythmSpace
from clave.sound.space import SoundSpace


class FormatInfo(Message):
    """A format that a project is saved in for other programs."""

    name: str
    title: str
    of: Literal["groove", "kit"]
    suffix: str  # of the file that the page gets: of an archive where the format writes several
    media_type: str


class KeptProject(Message):
    """A project that the server has kept for a while: its files have addresses of their own, to be dragged out."""

    key: str
    stem: str  # of the names of its files


class KeptProjects:
    """The projects that were kept last, by the beginning of their hash."""

    def __init__(self, most: int = 16) -> None:
        self._most, self._kept = most, dict[str, Project]()
        self._lock = threading.Lock()

    def keep(self, project: Project, content: bytes) -> str:
        """Keep one; the oldest goes where there are too many."""
        key = sha256(content).hexdigest()[:16]
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = project
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return key

    def find(self, key: str) -> Project:
        """The pair of `keep`; ExportError for one that is not kept."""
        with self._lock:
            if key not in self._kept:
                raise ExportError(f"the project {key!r} is kept no longer: open the Export menu again")
            return self._kept[key]


def add_export_routes(app: FastAPI, rhythm: RhythmSpace, sound: SoundSpace | None, library: KitLibrary) -> None:
    """The formats of `clave export`, in the page."""
    kept = KeptProjects()

    def find_file(voice: KitVoice) -> bytes:
        return library.file(voice.file or "")

    @app.get("/api/formats")
    async def formats() -> list[FormatInfo]:
        return [
            FormatInfo(
                name=name,
                title=each.title,
                of="groove" if name in GROOVE_FORMATS else "kit",
                suffix=each.suffix or f"-{name}.zip",
                media_type=each.media_type,
            )
            for name, each in FORMATS.items()
        ]

    @app.post("/api/project/export/{name}", response_class=Response, openapi_extra=PROJECT_BODY)
    def export(name: str, content: ProjectBody, on_grid: bool = False) -> Response:
        return _exported(from_json(content), name, on_grid=on_grid)

    @app.post("/api/project/kept", openapi_extra=PROJECT_BODY)
    def keep(content: ProjectBody) -> KeptProject:
        project = from_json(content)
        return KeptProject(key=kept.keep(project, content), stem=_stem(project))

    @app.get("/api/project/kept/{key}/{name}", response_class=Response)
    def kept_export(key: str, name: str) -> Response:
        return _exported(kept.find(key), name, on_grid=False)

    def _exported(project: Project, name: str, *, on_grid: bool) -> Response:
        if name not in FORMATS:
            raise ExportError(f"a project is saved as {', '.join(FORMATS)}; got the format {name!r}")
        with TemporaryDirectory() as folder:
            lines = _write(project, name, Path(folder), on_grid=on_grid)
            file_name, file = _packed(Path(folder), f"{_stem(project)}-{name}", one=bool(FORMATS[name].suffix))
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
            "clave-remarks": quote(json.dumps(lines)),
        }
        return Response(file, headers=headers, media_type=FORMATS[name].media_type)

    def _write(project: Project, name: str, folder: Path, *, on_grid: bool) -> list[str]:
        """Write the files, and say what the format cannot hold or what is silent."""
        if name in GROOVE_FORMATS:
            check_takes_seconds(project)
            performance = perform(project, rhythm, sound, find_file=find_file)
            lines = write_files(performance, folder, WriteOptions(on_grid=on_grid), (name,))
            return [*performance.remarks, *_lost(lines)]
        kit, remarks = sampled_kit(project.scene, sound, find_file=find_file)
        write_kit(kit, folder, (name,))
        return remarks


def _lost(lines: Sequence[str]) -> list[str]:
    return [line.removeprefix("lost: ") for line in lines if line.startswith("lost: ")]


def _stem(project: Project) -> str:
    return safe_name(project.name, "groove")


def _packed(folder: Path, name: str, *, one: bool) -> tuple[str, bytes]:
    """The one file of a folder under its own name, or all of them in one archive."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if one:
        return files[0].name, files[0].read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder).as_posix())
    return f"{name}.zip", buffer.getvalue()
