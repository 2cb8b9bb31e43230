"""Documents held against JSON Schema, as far as ours go."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def check(value: object, schema: Mapping[str, Any], root: Mapping[str, Any], at: str = "$") -> None:
    """Raises `AssertionError` where `value` is not as `schema` says; `root` has what it refers
    to."""
    if "$ref" in schema:
        found: Any = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        check(value, found, root, at)
        return
    wanted = schema.get("type", [])
    names = [wanted] if isinstance(wanted, str) else wanted
    assert not names or any(_is(value, name) for name in names), f"{at} is no {wanted}: {value!r}"
    if "enum" in schema:
        assert value in schema["enum"], f"{at}: {value!r}"
    if "const" in schema:
        assert value == schema["const"], f"{at}: {value!r}"
    if isinstance(value, str):
        _check_text(value, schema, at)
    if isinstance(value, int | float) and not isinstance(value, bool):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), at
    if isinstance(value, list):
        for number, one in enumerate(value):
            check(one, schema.get("items", {}), root, f"{at}[{number}]")
    if isinstance(value, dict):
        _check_object(value, schema, root, at)


def _is(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _check_text(value: str, schema: Mapping[str, Any], at: str) -> None:
    assert schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)), at
    if "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{at}: {value!r}"
    if schema.get("format") == "date-time":
        assert datetime.fromisoformat(value).tzinfo is not None, f"{at}: {value!r}"


def _check_object(
    value: Mapping[str, object], schema: Mapping[str, Any], root: Mapping[str, Any], at: str
) -> None:
    known = schema.get("properties", {})
    missing = [name for name in schema.get("required", []) if name not in value]
    assert not missing, f"{at} lacks {missing}"
    more = schema.get("additionalProperties", True)
    for name, one in value.items():
        if name in known:
            check(one, known[name], root, f"{at}.{name}")
        elif isinstance(more, dict):
            check(one, more, root, f"{at}.{name}")
        else:
            assert more, f"{at} has {name}"
