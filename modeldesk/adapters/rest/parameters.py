"""The parameters of the API, each described once, and how what is given is held against that."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from modeldesk.adapters.rest.operations import Parameter, Where
from modeldesk.adapters.rest.problems import invalid
from modeldesk.adapters.rest.schemas import MOST_SHOWN
from modeldesk.core.words import tr

_LONGEST_NAME = 255
_LONGEST_PATH = 2048
_LONGEST_QUERY = 4000
_MOST_OFFSET = 10_000_000
_COMPONENT = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"


def _text(longest: int, **more: object) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": longest, **more}


MODEL = Parameter(
    "model",
    Where.PATH,
    "Its repository; slashes may stand as they are.",
    _text(_LONGEST_NAME, pattern=f"^{_COMPONENT}(/{_COMPONENT})*$"),
    required=True,
)
VERSION = Parameter(
    "version",
    Where.PATH,
    "Its name or digest, or a channel.",
    _text(_LONGEST_NAME),
    required=True,
)
NEW_VERSION = Parameter(
    "version",
    Where.PATH,
    "The name it is to have, which is given once: v1.4.0.",
    _text(128, pattern="^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"),
    required=True,
)
CHANNEL = Parameter(
    "channel", Where.PATH, "stable, candidate, deprecated, or another.", _text(128), required=True
)
FILE = Parameter(
    "path", Where.PATH, "As the version lists it.", _text(_LONGEST_PATH), required=True
)
LIMIT = Parameter(
    "limit",
    Where.QUERY,
    "How many at most.",
    {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN, "default": 100},
)
OFFSET = Parameter(
    "offset",
    Where.QUERY,
    "How many to pass over.",
    {"type": "integer", "minimum": 0, "maximum": _MOST_OFFSET, "default": 0},
)
BEFORE = Parameter(
    "before",
    Where.QUERY,
    "Only lines older than this one.",
    {"type": "integer", "minimum": 1, "maximum": 2**53},
)
QUERY = Parameter(
    "query",
    Where.QUERY,
    'Such as accuracy >= 0.9 and dataset = "clicks-2025-11" and channel != deprecated; without '
    "it, everything.",
    {"type": "string", "maxLength": _LONGEST_QUERY},
)
SORT = Parameter(
    "sort", Where.QUERY, "A field or metric; best, largest or newest first.", _text(_LONGEST_NAME)
)
REVERSE = Parameter("reverse", Where.QUERY, "The other way round.", {"type": "boolean"})
FILE_NAME = Parameter(
    "file",
    Where.QUERY,
    "The name of a file of weights that is sent alone, as application/octet-stream.",
    _text(_LONGEST_PATH),
)
METADATA = Parameter(
    "metadata",
    Where.QUERY,
    'A JSON object of what is known of it: {"accuracy": 0.94, "params": {"lr": 0.01}}.',
    _text(8000),
)
WHY = Parameter("why", Where.QUERY, "It is kept in the history.", _text(2000))
OF_VERSION = Parameter(
    "version", Where.QUERY, "Of which version, where several have the channel.", _text(128)
)
IF_MATCH = Parameter(
    "If-Match", Where.HEADER, "The ETag of where the channel was seen.", _text(300)
)
IF_NONE_MATCH = Parameter(
    "If-None-Match", Where.HEADER, "“*” where it was seen to name nothing.", _text(300)
)
KNOWN = Parameter("If-None-Match", Where.HEADER, "The ETag of what is there already.", _text(300))
RANGE = Parameter("Range", Where.HEADER, "A part of it: bytes=0-1023.", _text(300))
IF_RANGE = Parameter("If-Range", Where.HEADER, "The ETag that the part before it had.", _text(300))


def read_parameters(
    wanted: Iterable[Parameter],
    path: Mapping[str, str],
    query: Iterable[tuple[str, str]],
    headers: Mapping[str, str],
) -> dict[str, str]:
    """What was given of `wanted`, by name. Raises `Problem` for what is missing, twice, unknown
    or not as described."""
    wanted = tuple(wanted)
    values: dict[str, str] = {}
    names = {one.name for one in wanted if one.where is Where.QUERY}
    for name, value in query:
        if name not in names:
            raise invalid(
                tr("There is no parameter “{name}” here.", name=name[:80]),
                tr("There are: {names}.", names=", ".join(sorted(names)) or tr("none")),
            )
        if name in values:
            raise invalid(tr("“{name}” is given twice.", name=name))
        values[name] = value
    for one in wanted:
        if one.where is Where.PATH:
            values[one.name] = path[one.name]
        elif one.where is Where.HEADER and one.name in headers:
            values[one.name] = headers[one.name]
    for one in wanted:
        if one.name in values:
            _check(one, values[one.name])
        elif one.required:
            raise invalid(tr("“{name}” is missing.", name=one.name))
    return values


def _check(one: Parameter, value: str) -> None:
    schema = one.schema
    fits = True
    if any("\ud800" <= c <= "\udfff" for c in value) or "\0" in value:
        raise invalid(tr("“{name}” is no text.", name=one.name))
    match schema["type"]:
        case "integer":
            fits = bool(re.fullmatch(r"\d{1,16}", value, re.ASCII)) and (
                schema["minimum"] <= int(value) <= schema["maximum"]
            )
        case "boolean":
            fits = value in ("true", "false")
        case _:
            longest = schema.get("maxLength", _LONGEST_QUERY)
            fits = schema.get("minLength", 0) <= len(value) <= longest
            if fits and "pattern" in schema:
                fits = bool(re.search(schema["pattern"], value, re.ASCII)) and "\n" not in value
    if not fits:
        raise invalid(
            tr("“{value}” can’t be “{name}”.", value=value[:80], name=one.name),
            one.description,
        )
