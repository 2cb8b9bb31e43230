"""Work in a process of its own, which takes no time from the window and is ended by killing it."""

import multiprocessing
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from modeldesk.core.jobs import CancelToken

_NICENESS = 10
_TO_END_SECONDS = 5


def hear(
    work: Callable[..., None], arguments: tuple[Any, ...], name: str, token: CancelToken
) -> Generator[Any, None, None]:
    """What `work` says through the connection that is its first argument, until it closes that or
    dies. The process begins afresh and knows no window; a cancel kills it, and so does whoever
    listens no more. Raises `Cancelled`."""
    token.raise_if_cancelled()
    context = multiprocessing.get_context("spawn")
    listen, speak = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(speak, *arguments), name=name, daemon=True)
    with listen:
        try:
            process.start()
        finally:
            speak.close()
        try:
            with token.closing(process.kill):
                yield from _said(listen, token)
        finally:
            process.kill()
            process.join(_TO_END_SECONDS)
            process.close()


def give_way() -> None:
    """Called by such a process: whatever a person sees comes first."""
    # Not on every system, and not worth failing for.
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)


def _said(listen: Connection, token: CancelToken) -> Iterator[Any]:
    while True:
        try:
            said = listen.recv()
        except (EOFError, OSError):
            token.raise_if_cancelled()
            return
        token.raise_if_cancelled()
        yield said
