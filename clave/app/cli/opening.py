"""`--host`: an instrument that is open to the local network, how its link is shown, and OSC that comes from there."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperGroup

from clave.app.server.invitation import EVERYWHERE, THIS_MACHINE, Invitation, addresses_of, checked_address

ANY_DEVICE = "default"


class Commands(TyperGroup):
    """Commands whose `--host` and `--audio` may stand alone."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual."""
        return super().parse_args(ctx, with_address(args))


def with_address(arguments: Sequence[str]) -> list[str]:
    """The arguments with every address of this machine behind a `--host` that has none, and so for `--audio`."""
    given: list[str] = []
    for argument, following in pairwise([*arguments, ""]):
        given.append(argument)
        if argument == "--host" and not _looks_like_an_address(following):
            given.append(EVERYWHERE)
        if argument == "--audio" and (following == "" or following[0] == "-" or following.endswith(".json")):
            given.append(ANY_DEVICE)
    return given


def _looks_like_an_address(text: str) -> bool:
    return text == "localhost" or (text != "" and set(text.lower()) <= set("0123456789abcdef.:") and text[-1:] != ".")


def invited(host: str | None) -> Invitation | None:
    """An invitation to this address, whose port is not known yet; None without `--host`."""
    return None if host is None else Invitation(checked_address(host))


def osc_address(invitation: Invitation | None, osc_host: str | None) -> str:
    """Where OSC comes in: this machine alone, unless all of it is open to the network."""
    if invitation is None:
        if osc_host is not None and checked_address(osc_host) != THIS_MACHINE:
            raise typer.BadParameter("OSC from other machines needs --host, whose token they send first")
        return THIS_MACHINE
    return invitation.address if osc_host is None else checked_address(osc_host)


def print_osc(address: str, port: int | None, invitation: Invitation | None) -> None:
    """Where OSC comes in, and what other machines send first."""
    print(f"OSC comes in at {near(address)}:{port}", flush=True)
    print_token(address, port, invitation)


def print_token(address: str, port: int | None, invitation: Invitation | None) -> None:
    """Where OSC of other machines comes in that listens at this address, and what they send first."""
    if invitation is not None and address != THIS_MACHINE:
        there = " or ".join(f"{each}:{port}" for each in addresses_of(address))
        first = f"/clave/token {invitation.token}"
        print(f"From other machines it comes in at {there}, once they have sent {first}", flush=True)


def near(address: str) -> str:
    """The address by which this machine reaches what listens there."""
    return THIS_MACHINE if address == EVERYWHERE else address


def print_page(address: str, port: int, invitation: Invitation | None) -> str:
    """Where the page is: for this machine first, then for other devices, as links and as a code to be scanned.

    The address for a browser of this machine comes back.
    """
    here = f"http://{near(address)}:{port}/"
    if invitation is None:
        print(f"Clave plays at {here}  (Ctrl-C stops it)", flush=True)
        return here
    invitation.port = port
    own, links = invitation.link(near(address)), invitation.links()
    print(f"Clave plays at {own}  (Ctrl-C stops it)")
    if links == [invitation.link(THIS_MACHINE)]:
        print("No other device reaches this address: name one of a network with --host ADDRESS.", flush=True)
        return own
    others = [link for link in links if link != own]
    print("Whoever has the link plays too. On another device, open it or scan the code:")
    print("".join(f"  {link}\n" for link in others), end="", flush=True)
    _print_code(links[0])
    return own


def _print_code(link: str) -> None:
    from clave.app.server.device_routes import qr_text

    try:
        print(qr_text(link), flush=True)
    except UnicodeEncodeError:
        print("This terminal cannot draw its code: the page shows it, More, Other devices.", file=sys.stderr)
