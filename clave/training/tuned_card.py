"""The card of a fine-tuned space: that of the space it began with, and what is new."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clave import __version__
from clave.latent.space_folder import folder_hash


def tuned_card(
    before: Mapping[str, Any], start: Path, folder: Path, counts: Mapping[str, int], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The card `before` of the space in `start`, as the space in `folder` has it.

    `counts` says how many of what were learned, the first of them what their licence is of ("your bars"). `given` is
    what a person says of them: licence, credit.
    """
    licence, credit = str(given.get("licence", "not stated")), str(given.get("credit", ""))
    return {
        **before,
        "name": folder.resolve().name,
        "began with": f"{before['name']} ({folder_hash(start)})",
        **counts,
        "fine-tuned by": f"clave {__version__}",
        "licence": f"{before['licence']}; of {next(iter(counts))}: {licence}",
        "credit": "; ".join(each for each in (str(before["credit"]), credit) if each),
    }
