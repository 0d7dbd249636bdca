"""`clave kits`, and how a command finds the sounds that it plays."""

from contextlib import closing

from clave.app.cli.options import Home


def kits(home: Home = None) -> None:
    """List the kits that are built in, and those that you keep."""
    from clave.app import kit_library
    from clave.sound import drum_synth

    for each in drum_synth.KITS:
        print(f"{each.name:9} {each.label}")
    path = kit_library.file_in(home)
    if path.is_file():  # asking makes no file
        with closing(kit_library.KitLibrary(path)) as library:
            for each in library.kits():
                versions = "1 version" if each.versions == 1 else f"{each.versions} versions"
                print(f"{each.name:9} kept, {versions}, the last of {each.changed[:10]}")
