"""Values that fit a JSON Schema of the server's description, drawn at random."""

from collections.abc import Mapping
from random import Random
from typing import Any

Schema = Mapping[str, Any]
MOST_ITEMS = 6  # of a list without a least length


class SchemaValues:
    """Draws values for the schemas of an OpenAPI document."""

    def __init__(self, document: Schema, random: Random) -> None:
        self._schemas: Schema = document["components"]["schemas"]
        self._random = random

    def value(self, schema: Schema, depth: int = 0) -> Any:
        """A value that fits, as a rule: rules that span several fields are not in a schema."""
        if "$ref" in schema:
            return self.value(self._schemas[schema["$ref"].rpartition("/")[2]], depth)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self.value(self._random.choice(schema[word][: 1 if depth > 12 else None]), depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        if "allOf" in schema:
            return self.value(schema["allOf"][0], depth)
        return self._of_type(schema, schema.get("type", "null"), depth)

    def _of_type(self, schema: Schema, kind: str, depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._list(schema, depth)
            case "boolean":
                return self._random.random() < 0.5
            case "integer":
                low, high = self._range(schema)
                return self._random.randint(int(low), int(high))
            case "number":
                low, high = self._range(schema)
                return self._random.choice((low, high, self._random.uniform(low, high)))
            case "string":
                return self._text(schema)
            case _:
                return None

    def _range(self, schema: Schema) -> tuple[float, float]:
        low = schema.get("minimum", schema.get("exclusiveMinimum", -3))
        high = schema.get("maximum", schema.get("exclusiveMaximum", max(low, 0) + 10))
        return low, max(low, high)

    def _text(self, schema: Schema) -> str:
        pattern = schema.get("pattern", "")
        if "[0-9a-f]" in pattern:
            return "".join(self._random.choice("0123456789abcdef") for _ in range(64))
        text = self._random.choice(("funk", "kick", "analogue", "beat", "fill", "general-midi", "a name", "Größe", "1"))
        return text[: schema.get("maxLength", 100)]

    def _list(self, schema: Schema, depth: int) -> list[Any]:
        if "prefixItems" in schema:
            return [self.value(each, depth + 1) for each in schema["prefixItems"]]
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", MOST_ITEMS), least + (1 if depth > 6 else MOST_ITEMS))
        count = self._random.randint(least, max(least, most))
        return [self.value(schema.get("items", {}), depth + 1) for _ in range(count)]

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        properties: Schema = schema.get("properties", {})
        share = 0.5 if depth < 6 else 0.1
        found = {name: self.value(each, depth + 1) for name, each in properties.items()
                 if name in required or self._random.random() < share}  # fmt: skip
        more = schema.get("additionalProperties")
        if isinstance(more, dict) and not properties:
            found |= {self._random.choice(("funk", "rock", "density", "brighter")): self.value(more, depth + 1)}
        return found
