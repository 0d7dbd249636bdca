"""Pages of the site that list every field of a JSON Schema: the project file, and the messages of HTTP."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

PROJECT = """# Fields of a project

Every part of a [project file](/docs/project.md), with its fields, their ranges and their values where nothing is said.
For example, a lane with `"probability": 0.8` leaves out a fifth of its strokes, by chance. The file as a whole is a
[project](#project); [project.schema.json](/docs/project.schema.json) is the same for programs.
"""
MESSAGES = """# Messages

Every message between the page and the server, with its fields, their ranges and their values where nothing is said;
[HTTP](/docs/http.md) says which request sends and gets which. For example, `POST /api/patterns` sends a
[PatternRequest](#patternrequest). A running instrument has the same as OpenAPI, at `/api/openapi.json`.
"""
LONGEST_DEFAULT = 40  # characters; a longer one is that of its parts


def project() -> str:
    """The page of the project file."""
    document = json.loads((ROOT / "docs" / "project.schema.json").read_text("utf-8"))
    return PROJECT + "".join(sections({"Project": document} | document["$defs"]))


def messages() -> str:
    """The page of the messages."""
    document = json.loads((ROOT / "tests" / "fixtures" / "openapi.json").read_text("utf-8"))
    return MESSAGES + "".join(sections(document["components"]["schemas"]))


def sections(schemas: Mapping[str, Any]) -> Iterator[str]:
    """A section for each type: what it is, then its fields."""
    for name, schema in schemas.items():
        yield f"\n## {name}\n\n{schema.get('description', '').strip()}\n"
        if "properties" in schema:
            yield "\n| field | what it takes | else |\n|---|---|---|\n"
            needed = schema.get("required", ())
            for field, each in schema["properties"].items():
                yield f"| `{field}` | {kind(each)} | {'needed' if field in needed else default(each)} |\n"
        elif "enum" in schema:
            yield f"\nOne of {', '.join(f'`{value}`' for value in schema['enum'])}.\n"


def kind(schema: Mapping[str, Any]) -> str:
    """What a field takes, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(map(kind, schema[several])))
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "prefixItems" in schema:
        return f"[{', '.join(map(kind, schema['prefixItems']))}]"
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}{count(schema)}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind(schema['additionalProperties'])}"
    names = {"integer": "whole number", "string": "text", "boolean": "true or false", None: "anything"}
    return names.get(schema.get("type"), str(schema.get("type"))) + limits(schema)


def limits(schema: Mapping[str, Any]) -> str:
    """The range of a number or the length of a text."""
    low, high = (schema.get(name, schema.get(f"exclusive{name.capitalize()}")) for name in ("minimum", "maximum"))
    if low is not None or high is not None:
        opening = "(" if "exclusiveMinimum" in schema or low is None else "["
        closing = ")" if "exclusiveMaximum" in schema or high is None else "]"
        return f" in {opening}{number(low, '-inf')}, {number(high, 'inf')}{closing}"
    return f", {schema['maxLength']} characters at most" if "maxLength" in schema else ""


def number(value: float | None, open_end: str) -> str:
    """A limit as it is read."""
    return open_end if value is None else f"{value:.10g}"


def count(schema: Mapping[str, Any]) -> str:
    """How many a list holds."""
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if most is not None:
        return f", {least} to {most}" if least != most else f", {most} of them"
    return f", {least} or more" if least else ""


def default(schema: Mapping[str, Any]) -> str:
    """The value where nothing is said."""
    if "default" not in schema:
        return ""
    written = json.dumps(schema["default"], ensure_ascii=False)
    return f"`{written}`" if len(written) <= LONGEST_DEFAULT else "that of its parts"
