"""`clave play`: the instrument and its page, served to this machine."""

import sys
import threading
import webbrowser
from contextlib import closing

from clave.app.cli.kits import chosen_sound
from clave.app.cli.options import DEFAULT_PORT, Home, NoOpen, Port, RhythmFolder, SoundFolder


def play(
    rhythm: RhythmFolder = None,
    sound: SoundFolder = None,
    home: Home = None,
    port: Port = DEFAULT_PORT,
    no_open: NoOpen = False,
) -> None:
    """Serve the instrument on 127.0.0.1 and open its page."""
    from clave.app import kit_library, server
    from clave.rhythm import space

    if not server.page_is_built():
        print("clave: the page is not built; in a source checkout run scripts/play", file=sys.stderr)
    with closing(kit_library.KitLibrary(kit_library.file_in(home))) as library:
        instrument = server.create_app(space.load_rhythm(rhythm), chosen_sound(sound), library=library)
        with server.listen(port) as on:  # a port is taken once there is something to play
            taken = int(on.getsockname()[1])
            if port not in (0, taken):
                print(f"Port {port} is taken; using {taken}.")
            url = f"http://127.0.0.1:{taken}/"
            print(f"Clave plays at {url}  (Ctrl-C stops it)", flush=True)
            if not no_open:
                threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()
            server.serve(instrument, on)
