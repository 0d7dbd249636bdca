"""`--host`: an instrument that is open to the local network, how its link is shown, and OSC that comes from there."""

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperGroup

from clave.app.server.invitation import EVERYWHERE, THIS_MACHINE, Invitation, checked_address

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
    print(f"OSC comes in at {address}:{port}", flush=True)
    print_token(address, invitation)


def print_token(address: str, invitation: Invitation | None) -> None:
    """What other machines first send to OSC at this address."""
    if invitation is not None and address != THIS_MACHINE:
        print(f"Other machines first send it /clave/token {invitation.token}", flush=True)


def print_links(invitation: Invitation) -> None:
    """How other devices come here: a link for each address, the first as a code to be scanned."""
    from clave.app.server.device_routes import qr_text

    links = invitation.links()
    print("Whoever has this link plays too, until Clave is stopped:")
    print("".join(f"  {link}\n" for link in links), end="", flush=True)
    if f"//{THIS_MACHINE}:" in links[0]:
        print("No other device reaches this address: name one of a network with --host ADDRESS.", flush=True)
        return
    try:
        print(qr_text(links[0]), flush=True)
    except UnicodeEncodeError:
        print("This terminal cannot draw its code: the page shows it, More, Other devices.", file=sys.stderr)
