"""An edit as the bytes that a registry and the records keep. The same edit is always the same
bytes, so that it can be kept twice without harm."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from modeldesk.core.errors import InvalidInput
from modeldesk.core.metadata.keys import checked_key, parse_key
from modeldesk.core.metadata.model import Edit, Key, Value
from modeldesk.core.words import tr

LARGEST = 256 * 1024
"""Bytes of an edit that are read."""
_SCHEMA = 1
_LONGEST_WORDS = 4096


def to_bytes(edit: Edit) -> bytes:
    """Sorted, compact JSON."""
    document: dict[str, object] = {
        "schema": _SCHEMA,
        "time": edit.time.astimezone(UTC).isoformat(timespec="microseconds"),
        "author": edit.author,
        "reason": edit.reason,
        "set": {key.text: value for key, value in edit.set.items()},
        "unset": sorted(key.text for key in edit.unset),
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def edit_id(edit: Edit) -> str:
    """What tells it from every other."""
    return f"sha256:{hashlib.sha256(to_bytes(edit)).hexdigest()}"


def from_bytes(content: bytes) -> Edit:
    """Anybody's bytes, read with care. Raises `InvalidInput` for what is no edit of this form;
    keys of no known section are passed over: a later program may know more of them."""
    try:
        if len(content) > LARGEST:
            raise ValueError("too large")
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
            raise ValueError("not of this schema")
        time = datetime.fromisoformat(_words(document, "time"))
        if time.tzinfo is None:
            raise ValueError("a time without a zone")
        return Edit(
            time.astimezone(UTC),
            _words(document, "author"),
            _words(document, "reason"),
            _values(document.get("set")),
            frozenset(filter(None, map(_key, _list(document.get("unset"))))),
        )
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidInput(tr("This is no metadata that can be read."), detail=str(error)) from None


def _words(document: Mapping[str, Any], name: str) -> str:
    found = document.get(name, "")
    if not isinstance(found, str) or len(found) > _LONGEST_WORDS:
        raise ValueError(f"{name} is no text")
    return found


def _list(found: object) -> list[object]:
    if not isinstance(found, list):
        raise ValueError("unset is no list")
    return found


def _values(found: object) -> dict[Key, Value]:
    if not isinstance(found, dict):
        raise ValueError("set is no object")
    values: dict[Key, Value] = {}
    for name, value in found.items():
        key = _key(name)
        good = isinstance(value, str) or (
            isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        )
        if key is not None and good:
            values[key] = value
    return values


def _key(found: object) -> Key | None:
    try:
        return checked_key(parse_key(found)) if isinstance(found, str) else None
    except InvalidInput:
        return None
