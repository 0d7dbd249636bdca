"""OSC 1.0 packets: messages and bundles as bytes, in both directions (opensoundcontrol.org, "OSC 1.0 Specification").

Our own reader, because what comes from a network is refused with a reason where it breaks the rules: python-osc 1.10
never returns from a bundle whose element has a negative size, and drops an element that it cannot read.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from clave.errors import OscError

BUNDLE = b"#bundle\0"
NTP_SECONDS = 2_208_988_800  # from 1900, where OSC counts from, to 1970
IMMEDIATELY = 1  # the time tag of what is to be done at once
MAX_DEPTH = 8  # of bundles in bundles

OscValue = float | int | bool | str | bytes | None
Arguments = tuple[OscValue, ...]


class Message(NamedTuple):
    """A message, and the time that its bundle names."""

    address: str
    arguments: Arguments
    seconds: float | None = None  # since 1970; None: at once


def read_packet(packet: bytes) -> list[Message]:
    """All messages of a packet, in their order. Raises OscError, with the rule and the place, for what is none."""
    return list(_elements(packet, None, 0))


def _elements(packet: bytes, seconds: float | None, depth: int) -> Iterator[Message]:
    if len(packet) % 4:
        raise OscError(f"a packet has a multiple of 4 bytes, got {len(packet)}")
    if not packet.startswith(BUNDLE):
        yield _message(packet, seconds)
        return
    if depth >= MAX_DEPTH:
        raise OscError(f"bundles lie in each other at most {MAX_DEPTH} deep")
    if len(packet) < 16:
        raise OscError(f"a bundle has a time tag of 8 bytes, got {len(packet) - 8}")
    (tag,) = struct.unpack_from(">Q", packet, 8)
    seconds, at = seconds_of(tag), 16
    while at < len(packet):
        (size,) = struct.unpack_from(">i", packet, at)
        at += 4
        if size <= 0 or size % 4 or at + size > len(packet):
            raise OscError(f"an element of a bundle has a size within it, a multiple of 4, got {size} at byte {at - 4}")
        yield from _elements(packet[at : at + size], seconds, depth + 1)
        at += size


def _message(packet: bytes, seconds: float | None) -> Message:
    if not packet.startswith(b"/"):
        raise OscError(f"a message begins with an address and a bundle with #bundle, got {packet[:16]!r}")
    address, at = _string(packet, 0)
    if at == len(packet):
        return Message(address, (), seconds)  # some senders leave out the tags where there are no arguments
    tags, at = _string(packet, at)
    if not tags.startswith(","):
        raise OscError(f"the type tags of {address} begin with a comma, got {tags!r}")
    arguments: list[OscValue] = []
    for tag in tags[1:]:
        value, at = _argument(tag, packet, at, address)
        arguments.append(value)
    if at != len(packet):
        raise OscError(f"{address} has {len(packet) - at} bytes after its arguments")
    return Message(address, tuple(arguments), seconds)


_FIXED = {"i": ">i", "f": ">f", "h": ">q", "d": ">d", "t": ">Q", "c": ">I", "r": ">I", "m": ">I"}
_PLAIN = {"T": True, "F": False, "N": None, "I": math.inf}


def _argument(tag: str, packet: bytes, at: int, address: str) -> tuple[OscValue, int]:
    if tag in _PLAIN:
        return _PLAIN[tag], at
    if tag in "[]":
        raise OscError(f"{address} has an array, and no control takes one")
    if tag in ("s", "S"):
        return _string(packet, at)
    if tag != "b" and tag not in _FIXED:
        raise OscError(f"{address} has an argument of the unknown type {tag!r}")
    form = ">i" if tag == "b" else _FIXED[tag]
    end = at + struct.calcsize(form)
    if end > len(packet):
        raise OscError(f"{address} ends within an argument of type {tag!r}")
    (value,) = struct.unpack_from(form, packet, at)
    if tag == "f":
        return _shortest(value), end
    if tag != "b":
        return value, end
    if value < 0 or end + value > len(packet):
        raise OscError(f"{address} has a blob of {value} bytes that reach out of it")
    return packet[end : end + value], end + value + -value % 4


def _shortest(value: float) -> float:
    """The shortest decimal number that a float32 stands for: 0.3, not 0.30000001192092896."""
    packed = struct.pack(">f", value)
    digits = (6, 7, 8)
    return next((near for each in digits if struct.pack(">f", near := float(f"{value:.{each}g}")) == packed), value)


def _string(packet: bytes, at: int) -> tuple[str, int]:
    """The text here, and where it ends: it is followed by one to four zero bytes."""
    end = packet.find(b"\0", at)
    if end < 0:
        raise OscError(f"text at byte {at} has no end")
    try:
        return packet[at:end].decode("utf-8"), end + 4 - end % 4
    except UnicodeDecodeError as error:
        raise OscError(f"text at byte {at} is not UTF-8: {error.reason}") from error


# ---- the other direction


def write_message(address: str, arguments: Sequence[OscValue] = ()) -> bytes:
    """The packet of one message: the pair of `read_packet`.

    Numbers become float32 and int32, or int64 and a double where those cannot hold them; switches T and F.
    """
    tags, parts = ",", b""
    for value in arguments:
        tag, part = _written(value)
        tags, parts = tags + tag, parts + part
    return _padded(_bytes(address)) + _padded(tags.encode()) + parts


def _written(value: OscValue) -> tuple[str, bytes]:
    match value:
        case bool():
            return ("T" if value else "F"), b""
        case None:
            return "N", b""
        case int():
            return ("i", struct.pack(">i", value)) if -(2**31) <= value < 2**31 else ("h", struct.pack(">q", value))
        case float():
            return "f", struct.pack(">f", value)
        case str():
            return "s", _padded(_bytes(value))
        case bytes():
            return "b", struct.pack(">i", len(value)) + value + b"\0" * (-len(value) % 4)


def write_bundle(packets: Sequence[bytes], seconds: float | None = None) -> bytes:
    """These packets as one, to be done at this time since 1970; None: at once."""
    elements = b"".join(struct.pack(">i", len(each)) + each for each in packets)
    return BUNDLE + struct.pack(">Q", tag_of(seconds)) + elements


def _bytes(text: str) -> bytes:
    return text.replace("\0", "").encode("utf-8", "replace")


def _padded(text: bytes) -> bytes:
    return text + b"\0" * (4 - len(text) % 4)


def seconds_of(tag: int) -> float | None:
    """The time that a tag names, in seconds since 1970; None: at once."""
    return None if tag == IMMEDIATELY else tag / 2**32 - NTP_SECONDS


def tag_of(seconds: float | None) -> int:
    """The tag of a time: the pair of `seconds_of`."""
    return IMMEDIATELY if seconds is None else max(2, int((seconds + NTP_SECONDS) * 2**32))
