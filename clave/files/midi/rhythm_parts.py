"""Which channels are rhythm parts by what a file says to its sound module: GS and XG messages, bank selects."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

_DRUMS = 9  # channel 10, from 0
_GS_PARTS = (9, *range(9), *range(10, 16))  # the channel of each block of part parameters: block 0 is part 10


class BankSelect(NamedTuple):
    """The coarse half of a bank select."""

    channel: int  # from 0
    bank: int


def rhythm_channels(exclusive: Iterable[bytes], banks: Iterable[BankSelect]) -> tuple[set[int], list[str]]:
    """The channels (from 0) that play drums, and why where it is not channel 10 alone.

    GS: "use for rhythm part". XG: the part mode of a part, or its bank 127. GM2: bank 120, or 121 for a channel 10
    that plays melodies. A part may hear another channel than its own, by a message that says so.
    """
    messages = list(exclusive)
    modes: dict[tuple[str, int], bool] = {}  # of a part
    hears = {("GS", part): part for part in range(16)} | {("XG", part): part for part in range(16)}
    gs = any(_is_gs(message) for message in messages)
    gm2 = any(message[:1] == b"\x7e" and message[2:4] == b"\x09\x03" for message in messages)
    for maker, part, setting, value in (found for message in messages for found in _part_settings(message)):
        if setting == "channel" and value < 16:
            hears[maker, part] = value
        elif setting == "mode":
            modes[maker, part] = value > 0
        elif setting == "bank" and value == 127:
            modes[maker, part] = True
    drums = {_DRUMS}
    reasons: list[str] = []

    def decide(channel: int, is_drums: bool, why: str) -> None:
        if is_drums and channel not in drums:
            drums.add(channel)
            reasons.append(f"channel {channel + 1} is a rhythm part by {why}: read as drums")
        elif not is_drums and channel in drums:
            drums.discard(channel)
            reasons.append(f"channel {channel + 1} is no rhythm part by {why}: not read")

    for each in banks:
        if each.bank == 120 or (each.bank == 127 and not gs):
            decide(each.channel, True, f"bank {each.bank}")
        elif each.bank == 121 and gm2:
            decide(each.channel, False, "bank 121")
    for (maker, part), is_drums in modes.items():
        decide(hears[maker, part], is_drums, f"a message of {maker}")
    return drums, reasons


def _is_gs(message: bytes) -> bool:
    """Whether this is "data set 1" for a GS module."""
    return message[:1] == b"\x41" and message[2:4] == b"\x42\x12"


def _is_xg_part(message: bytes) -> bool:
    """Whether this is a parameter change of one of the first 16 parts of an XG module."""
    return (
        len(message) >= 7
        and message[0] == 0x43
        and message[1] >> 4 == 1
        and message[2:4] == b"\x4c\x08"
        and message[4] < 16
    )


def _part_settings(message: bytes) -> Iterator[tuple[str, int, str, int]]:
    """Maker, part (the channel it has from the beginning), what is set ("mode", "channel", "bank"), and the value.

    A message sets as many addresses, one after another, as it has values.
    """
    if _is_gs(message) and len(message) >= 9 and message[4] == 0x40 and message[5] & 0xF0 == 0x10:
        part = _GS_PARTS[message[5] & 15]
        for address, value in enumerate(message[7:-1], message[6]):
            if address in _GS_SETTINGS:
                yield "GS", part, _GS_SETTINGS[address], value
    elif _is_xg_part(message):
        for address, value in enumerate(message[6:], message[5]):
            if address in _XG_SETTINGS:
                yield "XG", message[4], _XG_SETTINGS[address], value


_GS_SETTINGS = {0x02: "channel", 0x15: "mode"}
_XG_SETTINGS = {0x01: "bank", 0x04: "channel", 0x07: "mode"}
