"""What bodies look like, as JSON Schema: the names of `components/schemas`."""

from typing import Any

from modeldesk.adapters.rest.operations import Schema
from modeldesk.core.access.audit import Act, Outcome

MOST_SHOWN = 500
_LONGEST_WHY = 2000


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list(of: Schema) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _page(name: str, of: Schema) -> dict[str, Any]:
    return _object({name: _list(of), "total": _COUNT, "next": _NEXT})


_TEXT = {"type": "string"}
_YES = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}
_TIME = {"type": "string", "format": "date-time"}
_DIGEST = {"type": "string", "description": "algorithm:hex; empty for nothing"}
_VALUE = {"type": ["string", "number"]}
_VALUES = {"type": "object", "additionalProperties": _VALUE}
_NEXT = {
    "type": ["integer", "null"],
    "description": "The offset of the next page; null after the last.",
}
_TEXTS = _list(_TEXT)

SCHEMAS: dict[str, dict[str, Any]] = {
    "Problem": _object(
        {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong, and why."},
            "hint": {"type": "string", "description": "What to do; may be empty."},
            "column": {"type": "integer", "minimum": 1, "description": "Of a query, from 1."},
        },
        "column",
    ),
    "Health": _object({"status": {"const": "ok"}, "version": _TEXT}),
    "Models": _page("models", _object({"model": _TEXT})),
    "Version": _object(
        {
            "model": _TEXT,
            "version": {"type": "string", "description": "Its tag; empty for none but a channel."},
            "digest": _DIGEST,
            "reference": _TEXT,
            "kind": {"enum": ["image", "artifact"]},
            "created": _TIME,
            "size_bytes": _COUNT,
            "channels": _TEXTS,
        }
    ),
    "Versions": _page("versions", ref("Version")),
    "File": _object(
        {
            "path": _TEXT,
            "size_bytes": _COUNT,
            "digest": _DIGEST,
            "media_type": _TEXT,
            "role": _TEXT,
            "form": {"enum": ["file", "tar"]},
        }
    ),
    "Edit": _object({"time": _TIME, "who": _TEXT, "why": _TEXT, "set": _VALUES, "unset": _TEXTS}),
    "Metadata": _object(
        {
            "model": _TEXT,
            "digest": _DIGEST,
            "values": {**_VALUES, "description": "metric.NAME, param.NAME, training.…, tag.NAME"},
            "history": _list(ref("Edit")),
        }
    ),
    "VersionDetail": _object(
        {
            "version": ref("Version"),
            "names": _TEXTS,
            "framework": _TEXT,
            "values": _VALUES,
            "files": _list(ref("File")),
        }
    ),
    "Published": _object(
        {
            "model": _TEXT,
            "version": _TEXT,
            "digest": _DIGEST,
            "new": {"type": "boolean", "description": "False where the same was there."},
            "moved_bytes": _COUNT,
            "left_out": {**_TEXTS, "description": "Links, which an artifact does not have."},
        }
    ),
    "MetadataChange": _object(
        {
            "set": {
                "type": "object",
                "maxProperties": 200,
                "description": "metric.NAME, param.NAME, tag.NAME, dataset, training_time.",
            },
            "unset": {"type": "array", "items": _TEXT, "maxItems": 200},
            "why": {"type": "string", "maxLength": _LONGEST_WHY},
        },
        "set",
        "unset",
        "why",
    ),
    "Channel": _object({"channel": _TEXT, "digest": _DIGEST, "versions": _TEXTS}),
    "Channels": _object({"channels": _list(ref("Channel"))}),
    "ChannelMove": _object(
        {
            "version": {
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "description": "Its name or digest, or another channel.",
            },
            "why": {"type": "string", "maxLength": _LONGEST_WHY},
            "override": {
                "type": "boolean",
                "description": "Overrule the channel's rule, with a reason, as who administers.",
            },
        },
        "why",
        "override",
    ),
    "Moved": _object({"moved": _YES, "channel": ref("Channel")}),
    "Move": _object(
        {
            "id": {"type": "string"},
            "channel": _TEXT,
            "from": _TEXT,
            "to": _TEXT,
            "from_digest": _DIGEST,
            "to_digest": _DIGEST,
            "time": _TIME,
            "who": _TEXT,
            "why": _TEXT,
            "state": {"enum": ["running", "done", "half-done", "undone"]},
            "overruled": _TEXTS,
        }
    ),
    "History": _page("moves", ref("Move")),
    "Hit": _object(
        {
            "version": ref("Version"),
            "dataset": _TEXT,
            "framework": _TEXT,
            "commit": _TEXT,
            "metrics": _VALUES,
            "parameters": _VALUES,
            "tags": _VALUES,
            "training_seconds": {"type": ["number", "null"]},
        }
    ),
    "Hits": _page("hits", ref("Hit")),
    "AuditLine": _object(
        {
            "id": _COUNT,
            "time": _TIME,
            "who": _TEXT,
            "token": {"type": "string", "description": "Its id, which is no secret."},
            "address": _TEXT,
            "act": {"enum": [one.value for one in Act]},
            "model": _TEXT,
            "subject": _TEXT,
            "outcome": {"enum": [one.value for one in Outcome]},
            "digest": _DIGEST,
            "detail": _TEXT,
        }
    ),
    "Audit": _object({"lines": _list(ref("AuditLine")), "next": _NEXT}),
}
