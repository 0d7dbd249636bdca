"""The instrument over HTTP, for this machine only: the page, the maps, bars, sounds, kits and MIDI files.

`application` puts it together from the routes; `listening` serves it. What is imported here is light, so that a command
may listen before the routes are loaded.
"""

from typing import TYPE_CHECKING, Any

from clave.app.server.front import Front
from clave.app.server.listening import PORTS_TO_TRY, listen, serve
from clave.app.server.page_files import STATIC, page_is_built

if TYPE_CHECKING:
    from clave.app.server.application import create_app

__all__ = ["PORTS_TO_TRY", "STATIC", "Front", "create_app", "listen", "page_is_built", "serve"]


def __getattr__(name: str) -> Any:
    """The application is imported on first use (PEP 562)."""
    if name != "create_app":
        raise AttributeError(f"module 'clave.app.server' has no attribute {name!r}")
    from clave.app.server.application import create_app

    return create_app
