"""What a player should know of a project that the server or its command opens."""

from collections.abc import Collection

from clave.app.kit_library import KitLibrary
from clave.play.project.document import Project
from clave.play.project.voices import KitVoice
from clave.play.remarks import remarks
from clave.rhythm.space import RhythmSpace
from clave.sound.space import SoundSpace


def remarks_here(
    project: Project, rhythm: RhythmSpace, sound: SoundSpace | None, library: KitLibrary, kits: Collection[str]
) -> list[str]:
    """The remarks on a project that plays in the page: its files are those that are kept, its kits these."""

    def why_missing(sound: KitVoice) -> str | None:
        if library.has_file(sound.file or ""):
            return None
        return f"the file {sound.file_name or sound.file} is not kept here: drop it on the voice"

    return remarks(project, rhythm, sound, why_missing, kits)
