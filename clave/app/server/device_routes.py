"""How another device comes to this instrument: its links, and the first of them as a QR code."""

import io
from typing import Annotated

from fastapi import FastAPI, Query, Response
from starlette.exceptions import HTTPException

from clave.app.protocol import Message
from clave.app.server.invitation import Invitation


class Devices(Message):
    """How other devices come to this instrument."""

    links: list[str]  # each with the token that lets them in; none: it is open to this machine alone


def add_device_routes(app: FastAPI, invitation: Invitation | None) -> None:
    """Nothing to open, and no code, where the instrument is not open to the network."""

    @app.get("/api/devices")
    async def devices() -> Devices:
        return Devices(links=[] if invitation is None else invitation.links())

    @app.get("/api/devices/code.svg", response_class=Response)
    def code(link: Annotated[int, Query(ge=0)] = 0) -> Response:
        links = [] if invitation is None else invitation.links()
        if link >= len(links):
            raise HTTPException(404)
        return Response(qr_svg(links[link]), media_type="image/svg+xml")


def qr_svg(text: str) -> str:
    """A QR code as a drawing of its own, dark on white, with the quiet zone that readers need."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind="svg", scale=4, light="#fff", xmldecl=False)
    return drawn.getvalue().decode()


def qr_text(text: str) -> str:
    """The same for a terminal: half blocks, light on dark."""
    import segno

    drawn = io.StringIO()
    segno.make(text, micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()
