"""Values as columns hold them."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from modeldesk.adapters.sqlite.connections import Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def pack(text: str) -> bytes:
    """Compressed; the fastest level is within a tenth of the smallest for what is kept here."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpack(packed: Value) -> str:
    """What `pack` was given."""
    assert isinstance(packed, bytes)
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


def pack_json(content: object) -> bytes:
    """`content`, which JSON can hold, compressed."""
    return pack(to_json(content))


def unpack_json(packed: Value) -> Any:
    """What `pack_json` was given, tuples as lists."""
    return json.loads(unpack(packed))


def to_json(content: object) -> str:
    """Compact JSON."""
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"))


def from_json(text: Value) -> Any:
    """What `to_json` was given, tuples as lists."""
    assert isinstance(text, str)
    return json.loads(text)


def plain(text: str) -> str:
    """`text` with what Unicode can't encode (bytes of odd file names) as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def to_text(time: datetime) -> str:
    """In UTC and always as long, so that the order of texts is that of times."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def to_time(text: Value) -> datetime:
    """What `to_text` was given, in UTC."""
    assert isinstance(text, str)
    return datetime.fromisoformat(text)


def to_microseconds(time: datetime) -> int:
    """Since the epoch, exactly; for times that come by the thousand."""
    return (time - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """What `to_microseconds` was given, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)
