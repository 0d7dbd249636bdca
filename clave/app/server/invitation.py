"""An instrument that is open to the local network: the token that lets a device in, and the links that carry it."""

import contextlib
import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass, field

from clave.errors import ServerError

EVERYWHERE = "0.0.0.0"
THIS_MACHINE = "127.0.0.1"
TOKEN_BYTES = 16
SOMEWHERE = ("192.0.2.1", 9)  # of no machine (RFC 5737): nothing is sent, but the system says from where it would be


def new_token() -> str:
    """128 random bits, as letters that a link can hold."""
    return secrets.token_urlsafe(TOKEN_BYTES)


@dataclass(eq=False)
class Invitation:
    """Whoever has the token may play."""

    address: str = EVERYWHERE
    port: int = 0  # of the page, once it is taken
    token: str = field(default_factory=new_token, repr=False)

    def admits(self, token: str) -> bool:
        """Whether this is the token; takes as long whichever letter is wrong."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    @property
    def cookie(self) -> str:
        """Name of the cookie: cookies are shared by all ports of a machine."""
        return f"clave-{self.port}"

    def links(self) -> list[str]:
        """What to open on another device; the likeliest first."""
        return [self.link(each) for each in addresses_of(self.address)]

    def link(self, address: str) -> str:
        """To the page at this address, with the token."""
        return f"http://{address}:{self.port}/?token={self.token}"


def checked_address(text: str) -> str:
    """An IPv4 address to listen at. Raises ServerError for anything else."""
    if text == "localhost":
        return THIS_MACHINE
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError as error:
        raise ServerError(
            f"an instrument is opened at an IPv4 address of this machine, such as 192.168.1.5, or at all, got {text!r}"
        ) from error


def is_address(name: str) -> bool:
    """Whether a name is written as an address: no foreign name server can point that elsewhere."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def addresses_of(listening: str) -> list[str]:
    """Where a machine that listens at this address is reached; this machine's own address where there is no network."""
    if listening != EVERYWHERE:
        return [listening]
    found: dict[str, None] = {}
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(SOMEWHERE)  # fails where no network leads elsewhere
        found[str(asked.getsockname()[0])] = None
    with contextlib.suppress(OSError):  # of a machine whose name has no address
        found |= {str(each[4][0]): None for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    outside = [each for each in found if not ipaddress.ip_address(each).is_loopback]
    return outside or [THIS_MACHINE]
