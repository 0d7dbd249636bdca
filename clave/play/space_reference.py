"""How a project names the spaces that it was made with."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from clave.play.project.document import SpaceReference

if TYPE_CHECKING:
    from clave.rhythm.space import RhythmSpace
    from clave.sound.space import SoundSpace


def space_reference(space: "RhythmSpace | SoundSpace") -> SpaceReference:
    """The name of a space, and a hash of its settings and of the names and sizes of its networks."""
    return SpaceReference(name=str(space.card.get("name", "")), hash=folder_hash(space.folder))


def folder_hash(folder: Path) -> str:
    """The first 16 digits of a SHA-256; two spaces that were learned apart differ in their settings' scores."""
    settings = folder / "config.json"
    if not settings.is_file():
        return ""  # a space that was made in memory
    whole = hashlib.sha256(settings.read_bytes())
    for path in sorted(folder.glob("*.onnx")):
        whole.update(f"{path.name} {path.stat().st_size}".encode())
    return whole.hexdigest()[:16]
