"""`clave play`: the instrument and its page, served to this machine."""

import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clave.app.cli.opening import invited, osc_address, print_osc, print_page
from clave.app.cli.options import (
    DEFAULT_PORT,
    NO_SOUND,
    AllowOrigin,
    Home,
    Host,
    Link,
    NoOpen,
    OscHost,
    OscIn,
    OscOut,
    Port,
    RhythmFolder,
    SamplesOption,
    SoundFolder,
)
from clave.app.server.invitation import THIS_MACHINE, Invitation
from clave.app.server.origins import check_origin
from clave.errors import ClaveError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from clave.app.cli.performing import Player
    from clave.app.kit_library import KitLibrary
    from clave.app.learner import Learner
    from clave.app.server.page_bridge import PageBridge
    from clave.app.server.shared_samples import SharedSamples
    from clave.app.server.switching import Switching
    from clave.play.project.document import Project, Scene
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace

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
    host: Host = None,
    osc_host: OscHost = None,
    samples: SamplesOption = False,
    link: Link = False,
    allow_origin: AllowOrigin = None,
    project_option: ProjectOption = None,
) -> None:
    """Serve the instrument on 127.0.0.1, or with --host to the local network, and open its page.

    With --host, whoever has the link that is printed plays too, on a tablet or phone: all pages play one project, and
    the sound comes from one of them.
    """
    if project is not None and project_option is not None:
        raise typer.BadParameter("a project is named once: PROJECT or --project")
    from clave.app import kit_library, server

    for origin in allow_origin or ():
        check_origin(origin)
    if link:
        from clave.play.live.link_session import check_installed

        check_installed()
    if not server.page_is_built():
        print("clave: the page is not built; in a source checkout run scripts/play", file=sys.stderr)
    with closing(kit_library.KitLibrary(kit_library.file_in(home))) as library:
        invitation = invited(host)
        osc = osc_address(invitation, osc_host)
        has_osc = osc_in is not None or bool(osc_out) or osc_host is not None
        bridge = _bridge(invitation, (osc, osc_in or 0) if has_osc else None, osc_out or [], always=link or samples)
        shared = None
        if samples:
            from clave.app.server.shared_samples import SharedSamples

            shared = SharedSamples()
        kept_in = None if home is None else home / "learned"
        load = _loader((rhythm, sound), project or project_option, library, bridge, shared, link=link, kept_in=kept_in)
        address = invitation.address if invitation else THIS_MACHINE
        with server.listen(port, address) as on:  # a port is taken once there is something to play
            url = _opened(on, port, invitation)
            if shared is not None:
                print(f"Strudel finds its sounds by samples('http://localhost:{on.getsockname()[1]}')", flush=True)
            if bridge is not None and bridge.osc is not None:
                print_osc(osc, bridge.osc_ports[0], invitation)
                bridge.beside.run()
            if not no_open:
                import webbrowser

                threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
            server.serve(server.Front(load, samples=shared, invitation=invitation, origins=allow_origin or ()), on)


def _opened(on: "socket.socket", wanted: int, invitation: Invitation | None) -> str:
    """Say where the page is; its address for a browser of this machine."""
    address, taken = on.getsockname()
    if wanted not in (0, taken):
        print(f"Port {wanted} is taken; using {taken}.")
    return print_page(address, taken, invitation)


def _bridge(
    invitation: Invitation | None, osc: tuple[str, int] | None, out: list[str], *, always: bool
) -> "PageBridge | None":
    """What leads OSC to the page and back, and pages to each other; None where nothing wants it, unless `always`.

    OSC comes in at this address and port, 0: any free one. Raises OscError for one that is taken.
    """
    if invitation is None and osc is None and not always:
        return None
    from clave.app.server.page_bridge import PageBridge

    bridge = PageBridge(invitation)
    if osc is not None:
        from clave.play.live.osc import OscPort, open_socket, peer_of

        peers, on = [peer_of(each) for each in out], open_socket(osc[1], osc[0])
        bridge.osc = OscPort(bridge.desk, on, peers, admits=None if invitation is None else invitation.admits)
        bridge.osc_ports = int(on.getsockname()[1]), tuple(out)
    return bridge


def _loader(
    spaces: tuple[Path | None, str | None],
    project: Path | None,
    library: "KitLibrary",
    bridge: "PageBridge | None",
    shared: "SharedSamples | None" = None,
    *,
    link: bool = False,
    kept_in: Path | None = None,
) -> "Callable[[], ASGIApp]":
    """What makes the application: later, behind the page, where all of it ships.

    What the player names may be refused: that is loaded now, before there is a page. Spaces of the player's own are
    kept in a folder, the usual one if there is none.
    """
    rhythm, sound = spaces

    def load() -> "ASGIApp":
        from clave.app.cli.performing import Player, chosen_sound, print_remarks
        from clave.app.kit_builder import BUILT_IN
        from clave.app.learner import Learner
        from clave.app.project_files import keep_files
        from clave.app.project_remarks import remarks_here
        from clave.app.server.page_bridge import PageBridge
        from clave.play.project import load as load_project
        from clave.rhythm import space

        opened = None if project is None else load_project(project)
        if opened is not None and project is not None:
            keep_files(opened, project.parent, library)
        made = _switching(
            space.load_rhythm(rhythm), chosen_sound(sound), library, opened, bridge or PageBridge(), Learner(kept_in),
            resumes=spaces == (None, None),
        )  # fmt: skip
        if opened is not None:
            print_remarks(remarks_here(opened, made.rhythm, made.sound, library, [kit.name for kit in BUILT_IN]))
        if shared is not None and bridge is not None:
            if opened is not None:
                bridge.desk.put(opened)
            desk, folder = bridge.desk, None if project is None else project.parent
            writer = _writer(lambda: Player(made.rhythm, made.sound, library, folder))
            shared.source.set_result((lambda: desk.project.scene, writer))
        if link and bridge is not None:
            bridge.desk.receive("/clave/link", (True,))
            bridge.beside.run()
        return made

    if rhythm is None and sound in (None, NO_SOUND) and project is None:
        return load
    application = load()
    return lambda: application


def _switching(
    rhythm: "RhythmSpace",
    sound: "SoundSpace | None",
    library: "KitLibrary",
    project: "Project | None",
    bridge: "PageBridge",
    learner: "Learner",
    *,
    resumes: bool,
) -> "Switching":
    """The instrument, whose page may learn; `resumes`: with the space that was chosen before."""
    from clave.app.server.application import create_app
    from clave.app.server.switching import Switching

    def make(bars: "RhythmSpace", sounds: "SoundSpace | None") -> "ASGIApp":
        made = create_app(bars, sounds, library=library, project=project, bridge=bridge)
        made.state.learner = learner
        return made

    switching = Switching(make, rhythm, sound, lambda: bridge.tell_pages({"kind": "other spaces"}))
    learner.switch = switching.use
    if resumes:
        try:
            learner.resume_use()
        except ClaveError as error:
            print(f"clave: note: the shipped spaces play: {error}", file=sys.stderr)
    return switching


def _writer(player_now: "Callable[[], Player]") -> "Callable[[Scene, Path], None]":
    """What writes the kit of a scene for Strudel; its remarks are printed."""

    def write(scene: "Scene", folder: Path) -> None:
        from clave.app.cli.performing import print_remarks
        from clave.play.formats import write_kit
        from clave.play.kit_takes import sampled_kit

        player = player_now()
        kit, remarks = sampled_kit(scene, player.sound, find_file=player.find_file())
        print_remarks(remarks)
        write_kit(kit, folder, ("samples",))

    return write
