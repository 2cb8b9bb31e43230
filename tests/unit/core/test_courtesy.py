"""Work gives way while the window is at work, and for no longer than is promised."""

import threading
from time import perf_counter, sleep

import pytest

from modeldesk.core.courtesy import Courtesy
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken


def seconds_of(courtesy: Courtesy) -> float:
    """How long `give_way` takes now."""
    began = perf_counter()
    courtesy.give_way()
    return perf_counter() - began


def test_nobody_waits_while_the_window_rests() -> None:
    courtesy = Courtesy()
    assert min(seconds_of(courtesy) for _ in range(100)) < 0.0001
    with courtesy.first():
        pass
    assert min(seconds_of(courtesy) for _ in range(100)) < 0.0001


def test_work_waits_until_the_window_is_done() -> None:
    courtesy = Courtesy()
    at_work, ended = threading.Event(), threading.Event()

    def work() -> None:
        at_work.wait()
        courtesy.give_way(longest_s=60)
        ended.set()

    worker = threading.Thread(target=work)
    worker.start()
    with courtesy.first():
        courtesy._until = perf_counter() + 60
        at_work.set()
        assert not ended.wait(0.05)
    worker.join(5)
    assert ended.is_set()


def test_what_is_done_inside_other_work_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeldesk.core.courtesy._LONGEST_S", 60)
    courtesy = Courtesy()
    with courtesy.first():
        with courtesy.first():
            pass
        began = perf_counter()
        courtesy.give_way(longest_s=0.02)
        assert perf_counter() - began > 0.01


def test_what_is_posted_is_waited_for() -> None:
    courtesy = Courtesy()
    courtesy.called()
    with courtesy.first():
        courtesy.called()
    assert seconds_of(courtesy) > 0.001


def test_a_window_that_is_always_at_work_does_not_stop_everything() -> None:
    courtesy = Courtesy()
    with courtesy.first():
        assert seconds_of(courtesy) > 0.005
        courtesy._until = perf_counter() + 60
        assert min(seconds_of(courtesy) for _ in range(100)) < 0.0001
    sleep(0.1)
    courtesy._until = perf_counter() + 60
    began = perf_counter()
    courtesy.give_way()
    assert 0.02 < perf_counter() - began < 10


def test_a_token_gives_way_among_what_is_computed_and_where_it_only_looks_it_does_not() -> None:
    times = []
    token = CancelToken(lambda: times.append(1))
    assert list(token.over(range(600))) == list(range(600))
    assert len(times) == 3
    token.raise_if_cancelled()
    assert len(times) == 3


def test_what_is_computed_ends_where_the_stop_was_asked_for() -> None:
    token, seen = CancelToken(), []

    def work() -> None:
        for item in token.over(range(600)):
            seen.append(item)
            token.cancel()

    with pytest.raises(Cancelled):
        work()
    assert seen == list(range(256))
