"""Write http.md: the HTTP API, from the server's own description of it.

Run it after a change of a message or an address, and after tests/make_openapi.py: python docs/make_http.py
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
OPENAPI = DOCS.parent / "tests" / "fixtures" / "openapi.json"

HEAD = """# The HTTP API

The page plays through requests that any program can send: bars at a point of the map, sounds, a kit, a project as MIDI
or WAV. `clave play` serves them on this machine alone, at port 8064. This page lists them; the whole description, with
every field and its range, is OpenAPI, at `/api/openapi.json` of a running instrument.

For example, a bar at the middle of the map:

```sh
clave play --no-open &
curl -s http://127.0.0.1:8064/api/patterns -H 'content-type: application/json' -d '{"points": [[0, 0]], "seed": 1}'
```

Bodies and answers are JSON unless the list says otherwise. What cannot be answered has status 4XX and says why:
`{"error": "...", "kind": "..."}`. Status 503 with the kind `busy` means that the queue is full: send the request again
after the seconds in `Retry-After`. A message is at most 4 MB of JSON. The kind `server`, with status 500, is a fault of
Clave itself, and its log has more.

## Pages elsewhere

A browser's page from another site, or from another port, is refused ([security](security.md)), so that no other page
can use what is on this machine. The player may allow one, by its exact origin, and more by giving the option again:

    clave play --allow-origin https://strudel.cc

Scheme, host and port must be the same; there is no wildcard. Allowed pages may send every request of this list, those
that change kept kits included. With `--host` they also send the token, as `Authorization: Bearer TOKEN`. Programs other
than browsers send no origin and need no option.

## Requests

Where the last column is empty, the answer is a file (WAV, MIDI, SVG, ZIP) or nothing.

| request | sends | gets |
|---|---|---|
"""


def page(document: dict[str, Any]) -> str:
    """The whole page for this description."""
    return HEAD + "".join(f"| `{method} {path}` | {sent} | {got} |\n" for method, path, sent, got in rows(document))


def rows(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Each request: its method, its address, what it sends and what it gets."""
    for path, methods in document["paths"].items():
        for method, each in methods.items():
            query = [f"`{part['name']}`" for part in each.get("parameters", []) if part["in"] == "query"]
            body = content(each.get("requestBody", {}), document)
            good = next(answer for status, answer in each["responses"].items() if status.startswith("2"))
            yield method.upper(), path, ", ".join([*query, *([body] if body else [])]), content(good, document)


def content(message: dict[str, Any], document: dict[str, Any]) -> str:
    """What a message holds: the names of its fields where it is an object of JSON, else its type."""
    for kind, described in message.get("content", {}).items():
        if kind != "application/json":
            return "a file" if kind == "multipart/form-data" else f"{kind}"
        return fields(described.get("schema", {}), document) or "JSON"
    return ""


def fields(schema: dict[str, Any], document: dict[str, Any]) -> str:
    """The fields of an object, or of the objects of a list."""
    if "$ref" in schema:
        return fields(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], document)
    if schema.get("type") == "array":
        return f"a list of: {fields(schema.get('items', {}), document) or 'values'}"
    return ", ".join(f"`{name}`" for name in schema.get("properties", {}))


def main() -> None:
    """Write the page."""
    (DOCS / "http.md").write_text(page(json.loads(OPENAPI.read_text("utf-8"))), encoding="utf-8")
    print("http.md written")


if __name__ == "__main__":
    main()
