"""What was found of a space when it was learned, as a message."""

from typing import Any

from clave.app.protocol import VerdictInfo
from clave.latent.verdict import Verdict, verdict_of


def verdict_info(space: Any) -> VerdictInfo | None:
    """The verdict of a space, or that in its card; None for a space that was learned without one."""
    found: Verdict | None = getattr(space, "verdict", None) or verdict_of({"card": space.card})
    return None if found is None else VerdictInfo(**found.to_dict())
