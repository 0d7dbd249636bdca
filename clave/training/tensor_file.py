"""Tensors by name in a safetensors file, and in half precision as they are stored with a space. Nothing is pickled."""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from clave.errors import TrainingError
from clave.files import whole_file

MIN_HALVED_SIZE = 1024  # numbers: tensors of so many and more are stored in half precision


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Write tensors by name, with texts by name."""
    from safetensors.torch import save as to_bytes

    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    whole_file.write(path, to_bytes(plain, dict(metadata or {})))


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and texts by name: the pair of `save_tensors`. TrainingError for a file that is missing or broken."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise TrainingError(f"there is no {path}")
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except SafetensorError as error:
        raise TrainingError(f"{path} is not a safetensors file: {error}") from error


def halved(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The large tensors of real numbers in half precision, the others as they are."""
    return {
        name: value.half() if value.numel() >= MIN_HALVED_SIZE and value.is_floating_point() else value
        for name, value in state.items()
    }
