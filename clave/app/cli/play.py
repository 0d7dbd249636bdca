"""`clave play`: the instrument and its page, served to this machine."""

import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.options import (
    DEFAULT_PORT,
    NO_SOUND,
    Home,
    Link,
    NoOpen,
    OscIn,
    OscOut,
    Port,
    RhythmFolder,
    SoundFolder,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from clave.app.kit_library import KitLibrary
    from clave.app.server.page_bridge import PageBridge

ProjectToOpen = Annotated[
    Path | None, typer.Argument(metavar="[PROJECT]", help="A project to open: a JSON file that Clave saved.")
]
ProjectOption = Annotated[
    Path | None, typer.Option("--project", metavar="FILE", help="The same, as an option.", show_default=False)
]


def play(
    project: ProjectToOpen = None,
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    port: Port = DEFAULT_PORT,
    no_open: NoOpen = False,
    osc_in: OscIn = None,
    osc_out: OscOut = None,
    link: Link = False,
    project_option: ProjectOption = None,
) -> None:
    """Serve the instrument on 127.0.0.1 and open its page."""
    if project is not None and project_option is not None:
        raise typer.BadParameter("a project is named once: PROJECT or --project")
    from clave.app import kit_library, server

    linked = _linked_bridge() if link else None
    if not server.page_is_built():
        print("clave: the page is not built; in a source checkout run scripts/play", file=sys.stderr)
    with closing(kit_library.KitLibrary(kit_library.file_in(home))) as library:
        bridge = linked if osc_in is None and not osc_out else _bridge(osc_in or 0, osc_out or [], linked)
        load = _loader(rhythm, sound, project or project_option, library, bridge, link=link)
        with server.listen(port) as on:  # a port is taken once there is something to play
            taken = int(on.getsockname()[1])
            if port not in (0, taken):
                print(f"Port {port} is taken; using {taken}.")
            url = f"http://127.0.0.1:{taken}/"
            print(f"Clave plays at {url}  (Ctrl-C stops it)", flush=True)
            if bridge is not None and bridge.osc is not None:
                print(f"OSC comes in at 127.0.0.1:{bridge.osc_ports[0]}", flush=True)
                bridge.run()
            if not no_open:
                import webbrowser

                threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
            server.serve(server.Front(load), on)


def _linked_bridge() -> "PageBridge":
    """What leads a Link session to the page. Raises MissingExtraError where there is no Link."""
    from clave.app.server.page_bridge import PageBridge
    from clave.play.live.link_session import check_installed

    check_installed()
    return PageBridge()


def _bridge(osc_in: int, osc_out: list[str], bridge: "PageBridge | None") -> "PageBridge":
    """What leads OSC to the page and back; 0: at any free port. Raises OscError for one that is taken."""
    from clave.app.server.page_bridge import PageBridge
    from clave.play.live.osc import OscPort, open_socket, peer_of

    peers, on, bridge = [peer_of(each) for each in osc_out], open_socket(osc_in), bridge or PageBridge()
    bridge.osc = OscPort(bridge.desk, on, peers)
    bridge.osc_ports = int(on.getsockname()[1]), tuple(osc_out)
    return bridge


def _loader(
    rhythm: Path | None,
    sound: str | None,
    project: Path | None,
    library: "KitLibrary",
    bridge: "PageBridge | None",
    *,
    link: bool,
) -> "Callable[[], ASGIApp]":
    """What makes the application: later, behind the page, where all of it ships.

    What the player names may be refused: that is loaded now, before there is a page.
    """

    def load() -> "ASGIApp":
        from clave.app.cli.performing import chosen_sound, print_remarks
        from clave.app.kit_builder import BUILT_IN
        from clave.app.project_remarks import remarks_here
        from clave.app.server.application import create_app
        from clave.play.project import load as load_project
        from clave.rhythm import space

        opened = None if project is None else load_project(project)
        bars, sounds = space.load_rhythm(rhythm), chosen_sound(sound)
        if opened is not None:
            print_remarks(remarks_here(opened, bars, sounds, library, [kit.name for kit in BUILT_IN]))
        made = create_app(bars, sounds, library=library, project=opened, bridge=bridge)
        if link and bridge is not None:
            bridge.desk.receive("/clave/link", (True,))
            bridge.run()
        return made

    if rhythm is None and sound in (None, NO_SOUND) and project is None:
        return load
    application = load()
    return lambda: application
