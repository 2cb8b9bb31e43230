"""Work gives way while the window is at work, and for no longer than is promised."""

import threading
from time import perf_counter, sleep

from modeldesk.core.courtesy import Courtesy
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
    waited = threading.Event()
    ended = []

    def work() -> None:
        courtesy.give_way()
        ended.append(perf_counter())
        waited.set()

    with courtesy.first():
        worker = threading.Thread(target=work)
        worker.start()
        sleep(0.01)
        assert not ended
        done = perf_counter()
    worker.join()
    assert ended[0] > done


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


def test_a_token_gives_way_where_it_looks_for_the_wish_to_stop() -> None:
    times = []
    token = CancelToken(lambda: times.append(1))
    token.raise_if_cancelled()
    assert list(token.over(range(600))) == list(range(600))
    assert len(times) == 1 + 3
