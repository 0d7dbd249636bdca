"""A project as files for other programs: the formats there are, and each of them to save."""

import io
import json
import zipfile
from collections.abc import Sequence
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


def add_export_routes(app: FastAPI, rhythm: RhythmSpace, sound: SoundSpace | None, library: KitLibrary) -> None:
    """The formats of `clave export`, in the page."""

    def find_file(voice: KitVoice) -> bytes:
        return library.file(voice.file or "")

    @app.get("/api/formats")
    async def formats() -> list[FormatInfo]:
        return [
            FormatInfo(name=name, title=each.title, of="groove" if name in GROOVE_FORMATS else "kit")
            for name, each in FORMATS.items()
        ]

    @app.post("/api/project/export/{name}", response_class=Response, openapi_extra=PROJECT_BODY)
    def export(name: str, content: ProjectBody, on_grid: bool = False) -> Response:
        project = from_json(content)
        if name not in FORMATS:
            raise ExportError(f"a project is saved as {', '.join(FORMATS)}; got the format {name!r}")
        with TemporaryDirectory() as folder:
            lines = _write(project, name, Path(folder), on_grid=on_grid)
            file_name, file = _packed(Path(folder), f"{safe_name(project.name, 'groove')}-{name}")
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
            "clave-remarks": quote(json.dumps(lines)),
        }
        return Response(file, headers=headers, media_type="application/octet-stream")

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


def _packed(folder: Path, name: str) -> tuple[str, bytes]:
    """The one file of a folder under its own name, or all of them in one archive."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if len(files) == 1:
        return files[0].name, files[0].read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder).as_posix())
    return f"{name}.zip", buffer.getvalue()
