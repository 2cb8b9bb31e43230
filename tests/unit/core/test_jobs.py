import threading

import pytest

from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken, Progress


def test_a_cancel_runs_each_closer_once_newest_first() -> None:
    token = CancelToken()
    closed: list[str] = []
    with (
        token.closing(lambda: closed.append("outer")),
        token.closing(lambda: closed.append("inner")),
    ):
        token.cancel()
        token.cancel()
    assert closed == ["inner", "outer"]


def test_a_closer_is_forgotten_when_its_work_is_over() -> None:
    token = CancelToken()
    closed: list[str] = []
    with token.closing(lambda: closed.append("late")):
        pass
    token.cancel()
    assert closed == []


def test_work_that_begins_after_the_cancel_is_closed_at_once() -> None:
    token = CancelToken()
    token.cancel()
    closed: list[str] = []
    with token.closing(lambda: closed.append("now")):
        assert closed == ["now"]
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_a_wait_ends_with_the_cancel() -> None:
    token = CancelToken()
    canceller = threading.Timer(0.05, token.cancel)
    canceller.start()
    assert token.wait(10)
    canceller.join()


@pytest.mark.parametrize(
    ("done", "total", "fraction"), [(0, None, None), (0, 0, None), (1, 4, 0.25), (9, 4, 1.0)]
)
def test_fraction(done: int, total: int | None, fraction: float | None) -> None:
    assert Progress("", done, total).fraction == fraction
