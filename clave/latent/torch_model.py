"""The way from a space to its torch model, which lies in a room below: imported by name, when it is wanted."""

from importlib import import_module
from typing import Any

from clave.errors import MissingExtraError


def training_module(name: str) -> Any:
    """A module of `clave.training`; MissingExtraError where torch is not installed.

    Playing imports neither torch nor this module's room: the import happens in the call of whoever wants the model.
    """
    try:
        return import_module(f"clave.training.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("clave"):
            raise
        raise MissingExtraError(f"the torch model needs {error.name}: pip install 'clave[train]'") from error
