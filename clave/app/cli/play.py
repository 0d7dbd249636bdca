"""`clave play`: the instrument and its page, served to this machine."""

import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from clave.app.cli.options import DEFAULT_PORT, Home, NoOpen, Port, RhythmFolder, SoundFolder

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
    project_option: ProjectOption = None,
) -> None:
    """Serve the instrument on 127.0.0.1 and open its page."""
    if project is not None and project_option is not None:
        raise typer.BadParameter("a project is named once: PROJECT or --project")
    from clave.app import kit_library, server
    from clave.app.cli.performing import chosen_sound
    from clave.play.project import load
    from clave.rhythm import space

    chosen = project or project_option
    opened = None if chosen is None else load(chosen)
    if not server.page_is_built():
        print("clave: the page is not built; in a source checkout run scripts/play", file=sys.stderr)
    with closing(kit_library.KitLibrary(kit_library.file_in(home))) as library:
        instrument = server.create_app(space.load_rhythm(rhythm), chosen_sound(sound), library=library, project=opened)
        with server.listen(port) as on:  # a port is taken once there is something to play
            taken = int(on.getsockname()[1])
            if port not in (0, taken):
                print(f"Port {port} is taken; using {taken}.")
            url = f"http://127.0.0.1:{taken}/"
            print(f"Clave plays at {url}  (Ctrl-C stops it)", flush=True)
            if not no_open:
                import webbrowser

                threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
            server.serve(instrument, on)
