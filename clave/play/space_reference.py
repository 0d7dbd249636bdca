"""How a project names the spaces that it was made with."""

from typing import TYPE_CHECKING

from clave.latent.space_folder import folder_hash
from clave.play.project.document import SpaceReference

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace


def space_reference(space: "RhythmSpace | SoundSpace") -> SpaceReference:
    """The name of a space, and a hash of its settings and of the names and sizes of its networks."""
    return SpaceReference(name=str(space.card.get("name", "")), hash=folder_hash(space.folder))
