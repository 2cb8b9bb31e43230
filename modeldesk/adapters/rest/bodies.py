"""What is sent, as it comes: never more than is taken, never waited for without end, and of any
size on the disk alone."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.types import Receive

from modeldesk.adapters.rest.problems import too_large, too_slow
from modeldesk.adapters.rest.workers import Workers
from modeldesk.core.errors import Cancelled, DiskFull, RecordsError
from modeldesk.core.words import tr


class Body:
    """The body of one request."""

    def __init__(self, receive: Receive, length: str, most: int, pause_s: float) -> None:
        """`length` is what its header says, or empty; `pause_s` how long nothing may come."""
        self._receive = receive
        self._most = most
        self._pause_s = pause_s
        if length.isascii() and length.isdecimal() and int(length) > most:
            raise too_large(most)
        self.is_whole = False
        """Whether all of it has come."""

    async def pieces(self) -> AsyncIterator[bytes]:
        """Raises `Problem`, and `Cancelled` when the other side left."""
        count = 0
        while not self.is_whole:
            try:
                message = await asyncio.wait_for(self._receive(), self._pause_s)
            except TimeoutError:
                raise too_slow() from None
            if message["type"] == "http.disconnect":
                raise Cancelled
            piece: bytes = message.get("body", b"")
            count += len(piece)
            if count > self._most:
                raise too_large(self._most)
            self.is_whole = not message.get("more_body", False)
            if piece:
                yield piece

    async def whole(self) -> bytes:
        """A small one."""
        return b"".join([piece async for piece in self.pieces()])

    async def to_file(self, path: Path, workers: Workers) -> None:
        """A large one. Raises `DiskFull` too."""
        try:
            with path.open("xb") as file:
                async for piece in self.pieces():
                    await workers.run(file.write, piece)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(
                    tr("There is no room for what was sent."),
                    tr("Whoever runs this server has to make some."),
                ) from error
            raise RecordsError(
                tr("What was sent can’t be kept: {reason}.", reason=error.strerror or error)
            ) from error
