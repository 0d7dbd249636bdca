"""The project that the page opens with, and the check of one that a player opens."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Response

from clave.app.protocol import MAX_REQUEST_OPERATIONS, ProjectReply
from clave.app.server.bodies import limited_body
from clave.errors import ProjectError
from clave.play.arrange import requests
from clave.play.formats import midi_bytes
from clave.play.perform import perform_strokes
from clave.play.project import Project, from_json, schema
from clave.play.project.bars import space_operations
from clave.play.project.saving import MAX_FILE_BYTES
from clave.rhythm.space import RhythmSpace

MAX_REQUEST_BARS = 4096  # each takes up to 4 ms
PROJECT_BODY = {
    "requestBody": {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Project"}}},
        "required": True,
    }
}
ProjectBody = Annotated[bytes, Depends(limited_body(MAX_FILE_BYTES, "a project"))]


def add_project_routes(
    app: FastAPI, rhythm: RhythmSpace, remarks_on: Callable[[Project], list[str]], opened: Project | None
) -> None:
    """`opened` is the project that the server was started with; `remarks_on` says what a player should know of one."""

    @app.get("/api/project")
    async def project() -> Project | None:
        return opened

    @app.get("/api/project/schema")
    async def project_schema() -> dict[str, Any]:
        return schema()

    @app.post("/api/project/check", openapi_extra=PROJECT_BODY)
    def check(content: ProjectBody) -> ProjectReply:
        checked = from_json(content)
        return ProjectReply(project=checked, remarks=remarks_on(checked))

    @app.post("/api/project/midi", response_class=Response, openapi_extra=PROJECT_BODY)
    def midi_file(content: ProjectBody, on_grid: bool = False) -> Response:
        project = from_json(content)
        check_takes_seconds(project)
        played = perform_strokes(project, rhythm)
        headers = {"content-disposition": 'attachment; filename="groove.mid"'}
        return Response(midi_bytes(played, on_grid=on_grid), headers=headers, media_type="audio/midi")


def check_takes_seconds(project: Project) -> None:
    """ProjectError for a project that would keep the space busy for minutes: a command may, a request may not."""
    bars = requests(project).bars
    operations = sum(map(space_operations, bars))
    for what, count, most in (
        ("bars that differ", len(bars), MAX_REQUEST_BARS),
        ("operations that need the space", operations, MAX_REQUEST_OPERATIONS),
    ):
        if count > most:
            raise ProjectError(f"a request has at most {most} {what}, got {count}; `clave render` writes longer ones")
