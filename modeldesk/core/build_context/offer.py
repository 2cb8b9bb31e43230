"""A planned context as it is offered to an engine: whole, or file by file as it is asked for."""

from collections.abc import Iterator
from typing import Protocol

from modeldesk.core.build_context.scan import ContextEntry, ContextPlan
from modeldesk.core.build_context.stream import Read, content, stream
from modeldesk.core.jobs import CancelToken


class Counter(Protocol):
    """Keeps account of what goes to the engine. Safe from any thread."""

    def asked(self, count: int) -> None:
        """`count` more bytes are wanted."""
        ...

    def sent(self, count: int) -> None:
        """`count` more bytes are on their way."""
        ...


class FolderContext:
    """Implements `BuildContext` for a folder, and counts what is sent of it. Files are what `read`
    gives of them."""

    def __init__(
        self, plan: ContextPlan, token: CancelToken, counter: Counter, read: Read = content
    ) -> None:
        self._read = read
        self._plan = plan
        self._token = token
        self._counter = counter

    @property
    def plan(self) -> ContextPlan:
        return self._plan

    def tar(self) -> Iterator[bytes]:
        self._counter.asked(self._plan.total_bytes)
        for chunk in stream(self._plan, self._token, self._read):
            yield chunk
            self._counter.sent(len(chunk))

    def asked(self, entry: ContextEntry) -> None:
        self._counter.asked(entry.size_bytes)

    def content(self, entry: ContextEntry) -> Iterator[bytes]:
        for chunk in self._read(self._plan, entry, self._token):
            yield chunk
            self._counter.sent(len(chunk))
