"""Calls into libraries that know neither a time limit nor a way to be stopped."""

import threading
from collections.abc import Callable
from typing import TypeVar

from modeldesk.core.jobs import CancelToken

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T], token: CancelToken, name: str) -> T:
    """What `work` gives back, or raises. Raises `TimeoutError` after so many seconds and
    `Cancelled` at once; the work then runs to its end by itself, in a thread that holds up
    nobody."""
    token.raise_if_cancelled()
    ended = threading.Event()
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - raised again where somebody waits
            errors.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    with token.closing(ended.set):
        in_time = ended.wait(seconds)
    token.raise_if_cancelled()
    if not in_time:
        raise TimeoutError
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
