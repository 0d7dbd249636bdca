"""What was found of a space when it was learned, as a message."""

from collections.abc import Mapping
from typing import Any

from clave.app.protocol import VerdictInfo
from clave.latent.verdict import verdict_of


def verdict_info(card: Mapping[str, Any]) -> VerdictInfo | None:
    """The verdict in the card of a space; None for a space that was learned without one."""
    found = verdict_of({"card": card})
    return None if found is None else VerdictInfo(**found.to_dict())
