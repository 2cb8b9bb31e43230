"""A move of a channel as a document that lies in the registry, attached to the version that got
the channel, or lost it (pure)."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from modeldesk.core.channels.model import Move, MoveState, Place, Step, StepState
from modeldesk.core.errors import InvalidInput, InvalidReference
from modeldesk.core.ids import EngineId, ModelName
from modeldesk.core.references import Reference
from modeldesk.core.registry.walk import MOVE_TYPE
from modeldesk.core.words import tr

MEDIA_TYPE = MOVE_TYPE
LARGEST = 64 * 1024
_SCHEMA = 1
_LONGEST = 4096
_MOST_STEPS = 100
_TAG = re.compile(r"sha256-(?P<subject>[0-9a-f]{64})\.channel\.(?P<id>[0-9a-f]{16})")
_NOTHING = "0" * 64


def subject_of(move: Move) -> str:
    """The digest that the move is about; empty where it names none."""
    digests = (one for step in move.steps for one in (step.after, step.before))
    return next((one for one in digests if one.startswith("sha256:")), "")


def own_tag(move: Move) -> str:
    """The tag a move has, for good."""
    digits = subject_of(move).partition(":")[2] or _NOTHING
    return f"sha256-{digits}.channel.{move.id:016x}"


def tags_of_moves(tags: Iterable[str]) -> Mapping[int, tuple[str, str]]:
    """Of all tags of a repository those of moves, by id: the tag, and the digest it is about."""
    found = ((tag, _TAG.fullmatch(tag)) for tag in tags)
    return {int(m["id"], 16): (tag, f"sha256:{m['subject']}") for tag, m in found if m}


def to_bytes(move: Move) -> bytes:
    """Sorted, compact JSON."""
    document = {
        "schema": _SCHEMA,
        "model": move.model,
        "channel": move.channel,
        "engine": move.engine,
        "from": move.before,
        "to": move.after,
        "steps": [
            {
                "place": step.place.value,
                "reference": str(step.reference),
                "from": step.before,
                "to": step.after,
                "state": step.state.value,
            }
            for step in move.steps
        ],
        "time": move.time.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": move.who,
        "why": move.why,
        "state": move.state.value,
        "overruled": list(move.broken),
        "undoes": move.undoes,
        "error": move.error,
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def from_bytes(number: int, content: bytes) -> Move:
    """Anybody's bytes, read with care. Raises `InvalidInput` for what is no move."""
    try:
        if len(content) > LARGEST:
            raise ValueError("too large")
        found = json.loads(content)
        if not isinstance(found, dict) or found.get("schema") != _SCHEMA:
            raise ValueError("not of this schema")
        time = datetime.fromisoformat(_words(found, "time"))
        if time.tzinfo is None:
            raise ValueError("a time without a zone")
        undoes = found.get("undoes")
        return Move(
            number,
            ModelName(_words(found, "model")),
            _words(found, "channel"),
            EngineId(_words(found, "engine")),
            _words(found, "from"),
            _words(found, "to"),
            tuple(_step(one) for one in _list(found, "steps")),
            time.astimezone(UTC),
            _words(found, "who"),
            _words(found, "why"),
            MoveState(_words(found, "state")),
            tuple(one for one in _list(found, "overruled") if isinstance(one, str)),
            undoes if isinstance(undoes, int) else None,
            _words(found, "error"),
        )
    except (ValueError, RecursionError, OverflowError, InvalidReference) as error:
        raise InvalidInput(tr("This is no move of a channel."), detail=str(error)) from None


def _step(found: object) -> Step:
    if not isinstance(found, dict):
        raise ValueError("a step is no object")
    return Step(
        Place(_words(found, "place")),
        Reference.parse(_words(found, "reference")),
        _words(found, "from"),
        _words(found, "to"),
        StepState(_words(found, "state")),
    )


def _list(found: Mapping[str, Any], name: str) -> list[object]:
    value = found.get(name)
    if not isinstance(value, list) or len(value) > _MOST_STEPS:
        raise ValueError(f"{name} is no list")
    return value


def _words(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError(f"{name} is no text")
    return value
