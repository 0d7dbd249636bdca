"""Writing a space into a folder so that the folder never holds a part of one."""

import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, runtime_checkable

from torch import Tensor

from clave.latent.file_hashes import write_hashes
from clave.latent.space_folder import SpaceFormat
from clave.training.models.onnx_graph import OnnxGraph
from clave.training.onnx_export import write_graphs
from clave.training.tensor_file import halved, save_tensors

SETTINGS_FILE = "config.json"  # without it a folder is no space
PART_FOLDER = "space.part"


@contextmanager
def new_space(folder: Path) -> Generator[Path, None, None]:
    """A new folder inside `folder`, whose files move there when the block ends; after an error nothing moves.

    With them goes hashes.json, by which `clave verify` finds what has changed since.
    config.json moves last, and that of an older space in `folder` goes first, so that a run that is killed in between
    leaves a folder that is no space rather than one with files of two.
    """
    part = folder / PART_FOLDER
    shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
    part.mkdir(parents=True)
    try:
        yield part
        write_hashes(part)
        (folder / SETTINGS_FILE).unlink(missing_ok=True)
        for path in sorted(part.iterdir(), key=lambda path: (path.name == SETTINGS_FILE, path.name)):
            os.replace(path, folder / path.name)
    finally:
        shutil.rmtree(part)


@runtime_checkable
class PlayableModel(Protocol):
    """A model that can be exported."""

    def state_dict(self) -> dict[str, Tensor]:
        """Its weights by name."""
        ...

    def onnx_graphs(self) -> Mapping[str, OnnxGraph]:
        """The networks that playing needs, by the names of their files without ".onnx"."""
        ...


def write_networks(folder: Path, model: PlayableModel, space_format: SpaceFormat) -> None:
    """Write the weights of a model, and its networks as ONNX."""
    save_tensors(folder / "model.safetensors", halved(model.state_dict()), {"format": space_format.name})
    write_graphs(folder, model.onnx_graphs())
