"""Mutations of bytes, text and JSON, by a generator that is passed in."""

import copy
import json
import re
import struct
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

NUMBERS = (0, 1, 2, 3, 4, 7, 8, 15, 16, 127, 128, 255, 256, 4096, 32767, 32768, 65535, 65536, 2**24, 2**31 - 1, 2**31,
           2**32 - 1)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 9, 127, 128, 10_000, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30, 0.5, -0.0,
    1e-46, 1e-308, 1e308, -1e308, float("nan"), float("inf"), "", "a", "0", "\0", "\ud800", "ä" * 50, "x" * 5000,
    "../../etc/passwd", [], {}, [[]], [0], [0, 0], [1e9, -1e9], ["a"], {"": 0}, {"kind": "given"},
)  # fmt: skip
MOST_JSON_BYTES = 2_000_000
LONG_TEXT = 10_000  # letters, which are not repeated 300 times: made again and again, such a text would fill the memory
SIZES = (2, 3, 16, 128, 1000)


def mutated_bytes(data: bytes, random: Random, others: Sequence[bytes] = (), most: int = 6) -> bytes:
    """The bytes with one to `most` changes; chunks may come from the others."""
    found = bytearray(data)
    for _ in range(random.randint(1, most)):
        random.choice(_CHANGES)(found, random, others or (data,))
        if len(found) > 400_000:
            del found[400_000:]
    return bytes(found)


def _flip(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    if data:
        data[random.randrange(len(data))] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))


def _number(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    form = random.choice((">H", "<H", ">I", "<I", ">Q", "<Q", "<f", "<d"))
    size = struct.calcsize(form)
    if len(data) < size:
        return
    at = random.randrange(len(data) - size + 1)
    if form[1] in "fd":
        value = struct.pack(form, random.choice((float("nan"), float("inf"), 1e30, -1e30, 0.0)))
    else:
        value = struct.pack(form, random.choice(NUMBERS) % 256**size)
    data[at : at + size] = value


def _insert(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    at = random.randrange(len(data) + 1)
    data[at:at] = random.randbytes(random.choice((1, 1, 2, 4, 30)))


def _cut(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    at = random.randrange(len(data) + 1)
    del data[at : at + random.choice((1, 1, 2, 4, 8, 64))]


def _truncate(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    if random.random() < 0.4:
        del data[random.randrange(len(data) + 1) :]


def _splice(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    other = random.choice(others)
    start = random.randrange(len(other) + 1)
    chunk = other[start : start + random.choice((4, 16, 64, 1000))]
    at = random.randrange(len(data) + 1)
    data[at : at + random.choice((0, len(chunk)))] = chunk


def _repeat(data: bytearray, random: Random, others: Sequence[bytes]) -> None:
    at = random.randrange(len(data) + 1)
    chunk = bytes(data[at : at + random.choice((1, 3, 8, 32, 128))])
    data[at:at] = chunk * random.choice((1, 2, 10, 100, 1000))


_CHANGES: tuple[Callable[[bytearray, Random, Sequence[bytes]], None], ...] = (
    _flip, _flip, _set, _set, _number, _number, _insert, _cut, _truncate, _splice, _repeat,
)  # fmt: skip


def mutated_text(text: str, random: Random, words: Sequence[str] = ()) -> str:
    """The text with some tokens exchanged, doubled or left out."""
    tokens = _tokens(text)
    for _ in range(random.randint(1, 4)):
        if not tokens:
            break
        at = random.randrange(len(tokens))
        match random.randrange(4):
            case 0:
                del tokens[at]
            case 1:
                again, times = tokens[at : at + random.choice((1, 5))], random.choice((1, 2, 300))
                tokens[at:at] = again * (times if sum(map(len, again)) < LONG_TEXT else 1)
            case 2:
                tokens[at] = random.choice(tokens)
            case _:
                tokens[at] = random.choice(
                    (*words, "-1", "1e400", "99999999999999999999", '""', "[", "]", "{", "nan", "\0")
                )
    return "".join(tokens)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+|.", text, re.DOTALL)


def mutated_json(value: Any, random: Random, most: int = 4) -> Any:
    """A copy of a JSON value with one to `most` places changed."""
    root, longer = [copy.deepcopy(value)], random.choice(SIZES)
    for _ in range(random.randint(1, most)):
        if _change_a_place(root, random, longer):
            longer = 2  # repeated again, what was repeated would be endless
    return root[0]


def _change_a_place(root: list[Any], random: Random, longer: int) -> bool:
    """Whether a list was made so many times as long."""
    place, key = _random_place(root, random)
    kind = random.random()
    if kind < 0.5:
        place[key] = copy.deepcopy(random.choice(VALUES))
    elif kind < 0.6 and isinstance(place, dict):
        del place[key]
    elif kind < 0.65 and isinstance(place, dict):
        place[random.choice(("", "kind", "extra", "ä", "__proto__", "\ud800"))] = copy.deepcopy(random.choice(VALUES))
    elif kind < 0.75 and isinstance(place[key], list) and place[key] and len(place[key]) < 200:
        place[key] = place[key] * longer
        return True
    elif kind < 0.8 and isinstance(place, list) and len(place) > 1:
        del place[key]
    elif kind < 0.83:
        place[key] = _nested(place[key], random.choice((3, 50, 2000)))
    elif isinstance(place[key], bool):
        place[key] = not place[key]
    elif isinstance(place[key], int | float):
        place[key] = random.choice((-place[key], place[key] + 1, place[key] * 1e6, float(place[key]), str(place[key])))
    elif isinstance(place[key], str):
        place[key] = mutated_text(place[key], random)
    return False


def _nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


def _random_place(root: list[Any], random: Random) -> tuple[Any, Any]:
    """A container and a key in it: from the root downwards, stopping anywhere."""
    place, key = root, 0
    for _ in range(40):
        inside = place[key]
        if not isinstance(inside, dict | list) or not inside or random.random() < 0.15:
            break
        place, key = inside, random.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
    return place, key


def json_bytes(value: Any, random: Random, damaged: float = 0.1) -> bytes:
    """The JSON text of a value, sometimes damaged in its bytes as well."""
    try:
        text = json.dumps(value).encode()
    except RecursionError:
        text = b"[" * 100_000
    text = text[:MOST_JSON_BYTES]
    return mutated_bytes(text, random, most=2) if random.random() < damaged else text
