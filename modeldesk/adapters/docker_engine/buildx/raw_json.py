"""What buildx says by ``--progress=rawjson``: objects, one a line or over many lines by version,
and words for people between them."""

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import datetime

from modeldesk.adapters.docker_engine.buildkit_trace import (
    Trace,
    Vertex,
    VertexLog,
    VertexStatus,
)
from modeldesk.adapters.docker_engine.fields import Object, items, mapping, number, text, texts

_LARGEST = 16 << 20
"""Bytes of one object. Builders send pieces of output of at most some kilobytes."""


class Reader:
    """Lines in, progress and words out."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._size = 0

    def feed(self, line: bytes) -> Iterator[Trace | str]:
        """What a line, with or without its end, completes. Of words, empty lines count too."""
        line = line.rstrip(b"\r\n")
        if not self._waiting and not line.startswith(b"{"):
            yield line.decode(errors="replace")
            return
        self._waiting.append(line)
        self._size += len(line)
        # An object that is written over many lines ends with a brace at the margin.
        if line.endswith(b"}") and (len(self._waiting) == 1 or line.startswith(b"}")):
            yield from self._taken()
        elif self._size > _LARGEST:
            self._waiting, self._size = [], 0

    def _taken(self) -> Iterator[Trace | str]:
        whole = b"\n".join(self._waiting)
        self._waiting, self._size = [], 0
        try:
            yield trace_of(mapping(json.loads(whole)))
        except (ValueError, RecursionError):
            yield whole.decode(errors="replace")


def trace_of(status: Object) -> Trace:
    """One record, as BuildKit's own would tell the same."""
    return Trace(
        tuple(_vertex(mapping(one)) for one in items(status.get("vertexes"))),
        tuple(_status(mapping(one)) for one in items(status.get("statuses"))),
        tuple(_log(mapping(one)) for one in items(status.get("logs"))),
        tuple(
            _bytes(mapping(one).get("short")).decode(errors="replace")
            for one in items(status.get("warnings"))
        ),
    )


def _vertex(found: Object) -> Vertex:
    return Vertex(
        digest=text(found.get("digest")),
        name=text(found.get("name")),
        cached=found.get("cached") is True,
        started=_time(found.get("started")),
        completed=_time(found.get("completed")),
        error=text(found.get("error")),
        inputs=texts(found.get("inputs")),
    )


def _status(found: Object) -> VertexStatus:
    return VertexStatus(
        text(found.get("id")),
        text(found.get("vertex")),
        number(found.get("current")),
        number(found.get("total")),
    )


def _log(found: Object) -> VertexLog:
    return VertexLog(text(found.get("vertex")), _bytes(found.get("data")))


def _bytes(value: object) -> bytes:
    try:
        return base64.b64decode(text(value))
    except (ValueError, binascii.Error):
        return b""


def _time(value: object) -> float | None:
    try:
        return datetime.fromisoformat(text(value)).timestamp() if value else None
    except ValueError:
        return None
