"""The sound files of a project, which lie beside it on the disk, kept where the page finds them."""

from pathlib import Path

from clave.app.kit_library import KitLibrary
from clave.errors import AudioFileError
from clave.play.project.document import Project
from clave.play.remarks import all_scenes
from clave.play.sounds import find_on_disk


def keep_files(project: Project, folder: Path, library: KitLibrary) -> None:
    """Keep the files of a project that are found from its folder; `remarks_here` says which are not."""
    find = find_on_disk(folder)
    for _, scene in all_scenes(project):
        for voice in scene.kit.voices:
            if voice.origin != "file" or library.has_file(voice.file or ""):
                continue
            try:
                library.keep_file(find(voice))
            except AudioFileError:
                continue
