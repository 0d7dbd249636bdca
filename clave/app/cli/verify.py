"""`clave verify`: whether a space is what its card says."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from clave.app.cli.options import VerifiedData, VerifiedModel
from clave.app.cli.progress import require_packages

if TYPE_CHECKING:
    from clave.evaluation.verify import Recompute

SHIPPED = "shipped"


def verify(model: VerifiedModel, data: VerifiedData = None) -> None:
    """Check that a space is what its card says: its files by their hashes, its data, and the figures of its table.

    A folder that `clave learn` has filled holds its data; of others, name them with --data. Exit code 1 where
    something differs. What cannot be checked is listed, with what it needs.
    """
    from clave.evaluation.verify import verify as checks_of

    wrong = 0
    for folder in _spaces(model):
        print(folder)
        for check in checks_of(folder, data, _recompute):
            print(f"  {check.name:8}{check.state:13}{check.says}")
            wrong += check.state == "differs"
    if wrong:
        print(f"clave: {model} is not what it says: {wrong} of its checks differ", file=sys.stderr)
        sys.exit(1)


def _spaces(model: str) -> list[Path]:
    """The space in a folder, those in its `rhythm` and `sound`, or all that ship."""
    if model == SHIPPED:
        from clave.rhythm.space import SHIPPED_RHYTHM

        return sorted(path.parent for path in SHIPPED_RHYTHM.parent.glob("*/config.json"))
    folder = Path(model)
    below = [each for kind in ("rhythm", "sound") if (each := folder / kind).joinpath("config.json").is_file()]
    return [folder] if (folder / "config.json").is_file() or not below else below


def _recompute() -> "Mapping[str, Recompute]":
    require_packages("torch", "safetensors", "onnx", "pyarrow")
    from clave.evaluation.recompute import RECOMPUTE

    return RECOMPUTE
