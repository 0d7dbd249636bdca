"""Clave: a latent drum instrument.

Everything here works without torch; only what trains imports it.
"""

from clave import errors, kit
from clave.clip import Clip
from clave.kit import Kit
from clave.nsgt import NSGT
from clave.pattern import Pattern

__version__ = "0.1.0"

__all__ = ["NSGT", "Clip", "Kit", "Pattern", "__version__", "errors", "kit"]
