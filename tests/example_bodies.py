"""A body that an endpoint's schema accepts, made from the OpenAPI document alone."""

from typing import Any
from uuid import UUID

Schema = dict[str, Any]
_FORMATS = {
    "uuid": str(UUID(int=7)),
    "date": "2026-03-01",
    "date-time": "2030-01-01T00:00:00Z",
    "binary": "x",
}


def body_of(document: Schema, operation: Schema) -> object | None:
    """Return a JSON body for an operation; None: it takes none, or no JSON."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else example(document, schema)


def example(document: Schema, schema: Schema) -> object:
    """Return the smallest value that a schema accepts, as far as a schema says it."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return example(document, document["components"]["schemas"][name])
    for known in ("const", "default"):
        if known in schema:
            return schema[known]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(document, schema[several][0])
    return _plain(document, schema)


def _plain(document: Schema, schema: Schema) -> object:
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            return {name: example(document, schema["properties"][name]) for name in wanted}
        case "array":
            least = int(schema.get("minItems", 0))
            kinds = schema.get("prefixItems") or [schema["items"]] * least
            return [example(document, kind) for kind in kinds]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            words = _FORMATS.get(str(schema.get("format")), "说明")
            return words.ljust(int(schema.get("minLength", 0)), "字")
        case _:
            return {}
