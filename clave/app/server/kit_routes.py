"""The kits that are built in, those that are drawn, and those that the player keeps, with their history."""

from typing import Annotated

from fastapi import FastAPI, Path, Response

from clave.app.kit_builder import KitBuilder
from clave.app.kit_library import KitLibrary
from clave.app.sound_protocol import DrawnKit, KeptId, KeptInfo, KeptKit, KeptVersion, KitDraw, KitToKeep, Rename

KeptNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]  # of a kit, or of its version


def add_kit_routes(app: FastAPI, builder: KitBuilder) -> None:
    """Kits that are built in, and kits that are drawn."""

    @app.get("/api/kits/{name}/{voice}.wav", response_class=Response)
    def kit_clip(name: str, voice: int) -> Response:  # in a thread: a kit may take a moment to make
        return Response(builder.kit_clip(name, voice), media_type="audio/wav")

    @app.post("/api/kits/draw")
    def draw(request: KitDraw) -> DrawnKit:
        return DrawnKit(voices=builder.draw(request.seed, request.kept))


def add_library_routes(app: FastAPI, library: KitLibrary) -> None:
    """The kits that the player keeps, with their history."""

    @app.get("/api/kept")
    def kept(deleted: bool = False) -> list[KeptInfo]:
        return library.kits(deleted=deleted)

    @app.post("/api/kept")
    def keep(request: KitToKeep) -> KeptId:
        return KeptId(id=library.keep(request.name, request.voices))

    @app.get("/api/kept/{kit}")
    def kept_kit(kit: KeptNumber) -> KeptKit:
        return library.kit(kit)

    @app.get("/api/kept/{kit}/history")
    def history(kit: KeptNumber) -> list[KeptVersion]:
        return library.history(kit)

    @app.get("/api/kept/{kit}/history/{version}")
    def kept_version(kit: KeptNumber, version: KeptNumber) -> KeptKit:
        return library.kit(kit, version)

    @app.patch("/api/kept/{kit}")
    def rename(kit: KeptNumber, request: Rename) -> KeptKit:
        library.rename(kit, request.name)
        return library.kit(kit)

    @app.delete("/api/kept/{kit}")
    def delete(kit: KeptNumber) -> KeptKit:
        library.delete(kit)
        return library.kit(kit)

    @app.post("/api/kept/{kit}/restore")
    def restore(kit: KeptNumber) -> KeptKit:
        library.restore(kit)
        return library.kit(kit)
