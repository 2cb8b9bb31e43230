"""Build contexts for tests that need no folder."""

from collections.abc import Iterable, Iterator
from typing import NoReturn

from modeldesk.core.build_context.scan import ContextEntry


class TarContext:
    """Implements `BuildContext` by a tar that can only be had whole."""

    plan = None

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def tar(self) -> Iterator[bytes]:
        yield from self._chunks

    def asked(self, entry: ContextEntry) -> NoReturn:
        raise AssertionError(entry)

    def content(self, entry: ContextEntry) -> NoReturn:
        raise AssertionError(entry)
