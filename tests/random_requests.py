"""Requests to every endpoint, drawn at random from the OpenAPI document: valid ones, nearly valid ones and nonsense."""

import json
import random
import struct
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

Schema = dict[str, Any]
DEPTH = 6  # of generated messages; below it, lists are empty
NUMBERS = (0, 1, -1, 0.5, 1e-46, 1e-320, 1e300, -1e300, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 1.0000001)
TEXTS = ("", "a", "funk", "beat", "..", "%00", "\x00", "\ud800", "ö" * 300, "' OR 1=1 --", "<script>", "ab" * 32, "1e9")
NONSENSE: tuple[Any, ...] = (None, True, -1, 1e309, float("nan"), "x", [], {}, [[[[]]]], {"a": {"b": []}}, [0] * 300)
RAW = (b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b'"\\ud800"', b"1e999999", b"9" * 5000, b"\x00" * 1000)
MIDI = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\x0d\0\x99\x24\x40\x30\x89\x24\0\0\xff\x2f\0\0"
WAV = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 2036, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 2000)
SOUND = WAV + b"".join(struct.pack("<h", (n * 7919 % 65536 - 32768) * (1000 - n) // 1000) for n in range(1000))


@dataclass(frozen=True)
class Drawn:
    """One request."""

    method: str
    path: str  # with its query
    body: bytes | None
    media_type: str


class RequestDraw:
    """Draws requests for the operations of a document; the same seed draws the same ones."""

    def __init__(self, document: Schema, seed: int) -> None:
        self._document, self._random = document, random.Random(seed)
        self._operations = [
            (method.upper(), path, operation)
            for path, item in sorted(document["paths"].items())
            for method, operation in sorted(item.items())
        ]
        self._count = 0

    def draw(self) -> Drawn:
        """The next one; the operations take turns."""
        method, path, operation = self._operations[self._count % len(self._operations)]
        self._count += 1
        query: dict[str, Any] = {}
        for each in operation.get("parameters", []):
            value = self._text(self._value(each["schema"], 0))
            if each["in"] == "path":
                path = path.replace(f"{{{each['name']}}}", quote(value, safe="", errors="replace") or "0")
            elif self._random.random() < 0.7:
                query[each["name"]] = value
        query_text = f"?{urlencode(query, errors='replace')}" if query else ""
        body, media_type = (None, "") if method == "GET" else self._body(operation)
        return Drawn(method, path + query_text, body, media_type)

    def _body(self, operation: Schema) -> tuple[bytes, str]:
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return self._file(), "application/octet-stream"
        if self._random.random() < 0.05:
            return self._random.choice(RAW), self._random.choice(("application/json", "text/plain", ""))
        message = self._value(content["application/json"]["schema"], 0)
        return json.dumps(message).encode(), "application/json"

    def _file(self) -> bytes:
        """A MIDI file, a sound, or bytes; with a few of them changed."""
        content = bytearray(self._random.choice((MIDI, SOUND, b"[drum map]\n", self._random.randbytes(60))))
        for _ in range(self._random.choice((0, 0, 1, 4))):
            content[self._random.randrange(min(len(content), 100))] = self._random.randrange(256)
        return bytes(content)

    def _text(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value)

    def _value(self, schema: Schema, depth: int) -> Any:
        if self._random.random() < 0.02:
            return self._random.choice(NONSENSE)
        if "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            return self._value(found, depth)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                return self._value(self._random.choice(schema[choice]), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        return self._of_type(schema, depth)

    def _of_type(self, schema: Schema, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "string":
                return self._random.choice((*TEXTS, "00" * 32)) if "default" not in schema else schema["default"]
            case "boolean":
                return self._random.random() < 0.5
            case "integer":
                return int(self._number(schema))
            case "number":
                return self._number(schema)
            case "null":
                return None
            case _:
                return self._random.choice(NONSENSE)

    def _number(self, schema: Schema) -> float:
        least = schema.get("minimum", schema.get("exclusiveMinimum", -3))
        most = schema.get("maximum", schema.get("exclusiveMaximum", least + 6))
        if self._random.random() < 0.1:
            return self._random.choice((*NUMBERS, least, most))
        whole = schema.get("type") == "integer"
        top = min(most, least + 20) if whole else most
        return self._random.randint(int(least), int(top)) if whole else self._random.uniform(least, top)

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        if "prefixItems" in schema:
            return [self._value(each, depth + 1) for each in schema["prefixItems"]]
        least, most = schema.get("minItems", 0), schema.get("maxItems", 8)
        count = least if depth >= DEPTH else self._random.randint(least, max(least, min(most, least + 3)))
        return [self._value(schema.get("items", {}), depth + 1) for _ in range(count)]

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        fields = {
            name: self._value(each, depth + 1)
            for name, each in schema.get("properties", {}).items()
            if name in needed or (depth < DEPTH and self._random.random() < 0.4)
        }
        if self._random.random() < 0.02:
            fields[self._random.choice(TEXTS)] = self._random.choice(NONSENSE)
        return fields
