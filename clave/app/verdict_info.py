"""What was found of a space when it was learned, as the page hears it."""

from clave.app.protocol import VerdictInfo
from clave.latent.verdict import Verdict


def verdict_info(found: Verdict | None) -> VerdictInfo | None:
    """The verdict of a space; None for a space that was learned without one."""
    return None if found is None else VerdictInfo(**found.to_dict())
