"""JSON bodies held against their schema: the part of JSON Schema that ours are written in."""

import json
from collections.abc import Mapping
from typing import Any

from modeldesk.adapters.rest.operations import Schema
from modeldesk.adapters.rest.problems import invalid
from modeldesk.adapters.rest.schemas import SCHEMAS
from modeldesk.core.words import tr

_TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "object": dict, "array": list}


def read_body(content: bytes, schema: Schema) -> Mapping[str, Any]:
    """A JSON object as `schema` says. Raises `Problem` for anything else."""
    try:
        found = json.loads(content, parse_constant=_no_number)
        # What can't be written again is no text: half of a letter, or an endless number.
        json.dumps(found).encode()
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise invalid(tr("The body is no JSON: {why}.", why=str(error)[:200])) from None
    _check(found, schema, tr("the body"))
    result: Mapping[str, Any] = found
    return result


def _check(value: object, schema: Schema, name: str) -> None:
    """Of objects, lists, texts and truths."""
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    wanted = schema.get("type", "")
    if wanted and not isinstance(value, _TYPES[wanted]):
        raise invalid(tr("{name} is no {type}.", name=name, type=wanted))
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            raise invalid(tr("{name} is too short or too long.", name=name))
        if "\0" in value:
            raise invalid(tr("{name} is no text.", name=name))
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            raise invalid(tr("{name} has too many items.", name=name))
        for one in value:
            _check(one, schema.get("items", {}), name)
    elif isinstance(value, dict):
        _check_object(value, schema, name)


def _check_object(value: Mapping[str, object], schema: Schema, name: str) -> None:
    if len(value) > schema.get("maxProperties", len(value)):
        raise invalid(tr("{name} has too many items.", name=name))
    known: Mapping[str, Schema] = schema.get("properties", {})
    for missing in schema.get("required", []):
        if missing not in value:
            raise invalid(tr("“{name}” is missing.", name=missing))
    for key, one in value.items():
        if key in known:
            _check(one, known[key], f"“{key}”")
        elif schema.get("additionalProperties") is False:
            raise invalid(
                tr("There is no “{name}” here.", name=key[:80]),
                tr("There are: {names}.", names=", ".join(known)),
            )


def _no_number(text: str) -> object:
    raise ValueError(text)
