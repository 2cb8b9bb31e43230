"""Work in a process of its own, which takes no time from the window and is ended by killing it."""

import multiprocessing
import os
import traceback
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken

_NICENESS = 10
_TO_END_SECONDS = 5
_KILLED = (-9, -15)
"""Exit codes of a process that was ended from outside: SIGKILL, as by a system without memory,
and SIGTERM."""


class ShortOfMemory(Exception):
    """Memory ran out in the other process, or the system ended it, which it does then. `detail`
    says which."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class FaultElsewhere(Exception):
    """A bug of ours ended the other process. Its text is the traceback there, or how it died."""


@dataclass(frozen=True, slots=True)
class _Finished:
    """All was said."""


@dataclass(frozen=True, slots=True)
class _Failed:
    error: ModelDeskError


@dataclass(frozen=True, slots=True)
class _OutOfMemory:
    pass


@dataclass(frozen=True, slots=True)
class _Faulty:
    traceback: str


_LastWord = _Finished | _Failed | _OutOfMemory | _Faulty


def hear(
    work: Callable[..., None], arguments: tuple[Any, ...], name: str, token: CancelToken
) -> Generator[Any, None, None]:
    """What `work` says through its first argument, a function that takes one thing, until it
    returns. The process begins afresh and knows no window; a cancel kills it, and so does whoever
    listens no more. Raises `Cancelled`, what `work` raises if that is expected to go wrong, and
    `ShortOfMemory` and `FaultElsewhere`."""
    token.raise_if_cancelled()
    context = multiprocessing.get_context("spawn")
    listen, speak = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(speak, work, arguments), name=name, daemon=True)
    with listen:
        try:
            process.start()
        finally:
            speak.close()
        try:
            with token.closing(process.kill):
                yield from _said(listen, process, token)
        finally:
            process.kill()
            process.join(_TO_END_SECONDS)
            process.close()


def _said(
    listen: Connection, process: SpawnProcess, token: CancelToken
) -> Generator[Any, None, None]:
    while True:
        try:
            said = listen.recv()
        except (EOFError, OSError):
            token.raise_if_cancelled()
            process.join(_TO_END_SECONDS)
            raise _died(process) from None
        token.raise_if_cancelled()
        match said:
            case _Finished():
                return
            case _Failed(error):
                raise error
            case _OutOfMemory():
                raise ShortOfMemory("MemoryError")
            case _Faulty(told):
                raise FaultElsewhere(told)
            case _:
                yield said


def _died(process: SpawnProcess) -> Exception:
    """Why it ended without a last word."""
    code = process.exitcode
    if code in _KILLED:
        return ShortOfMemory(f"{process.name}: signal {-code}")
    return FaultElsewhere(f"The process {process.name} ended with exit code {code}.")


def _run(speak: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """Runs in the other process. Ends when nobody listens any more."""
    _give_way()
    with suppress(BrokenPipeError, ConnectionResetError), speak:
        speak.send(_last_word(work, speak.send, arguments))


def _last_word(
    work: Callable[..., None], say: Callable[[Any], None], arguments: tuple[Any, ...]
) -> _LastWord:
    try:
        work(say, *arguments)
    except ModelDeskError as error:
        return _Failed(error)
    except MemoryError:
        return _OutOfMemory()
    except Exception:  # noqa: BLE001 - raised again, as a bug, where somebody listens
        return _Faulty(traceback.format_exc())
    return _Finished()


def _give_way() -> None:
    """Whatever a person sees comes first."""
    # Not on every system, and not worth failing for.
    with suppress(AttributeError, OSError):
        os.nice(_NICENESS)
