"""Several questions to a registry at a time."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from modeldesk.core.jobs import CancelToken

QUESTIONS = 16
"""What registries answer at once without complaint."""
T = TypeVar("T")
R = TypeVar("R")


def at_once(
    work: Callable[[T, CancelToken], R], items: Iterable[T], workers: int, token: CancelToken
) -> list[R]:
    """The results in the order of `items`, `workers` under way at a time. The first that fails
    ends the others, and its error is raised; `Cancelled` once the token is."""
    own = CancelToken()
    with (
        token.closing(own.cancel),
        ThreadPoolExecutor(workers, thread_name_prefix="registry") as pool,
    ):
        futures = [pool.submit(_unless_cancelled, work, item, own) for item in items]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            failed = [one for one in futures if one.done() and one.exception() is not None]
            if failed:
                own.cancel()
    token.raise_if_cancelled()
    # The first to fail has ended the others: theirs is not the reason.
    for one in failed:
        one.result()
    return [one.result() for one in futures]


def _unless_cancelled(work: Callable[[T, CancelToken], R], item: T, token: CancelToken) -> R:
    token.raise_if_cancelled()
    return work(item, token)
