"""What a canary's numbers cost at 5,000 requests a second: reading the gateway's log, parsing it,
counting, and judging twice a second; allowed is 10 % of one core. The lines come from a container,
through the engine, whose files for them take turns. What reading alone costs is printed too.
``python -m tests.benchmarks.gateway_log ENGINE``."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from modeldesk.adapters.gateway.following import Follower
from modeldesk.core.canary import following
from modeldesk.core.canary.analysis import hard_stop, judge
from modeldesk.core.canary.model import RolloutPlan, Verdict
from modeldesk.core.canary.numbers import Measured, Numbers
from modeldesk.core.containers.model import ContainerSpec
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from tests.engine.bench import connected
from tests.support.engine import PYTHON

_RATE = 5_000
_SECONDS = 20
_KEPT_BYTES = 8 * 1024 * 1024
_ALLOWED = 0.10
_REVISION = "023f71121bfe2c11"
_LOOKS_S = 0.5
_PLAN = RolloutPlan((5_000, 10_000), window_s=_SECONDS * 3.0)
_PRINTER = f"""
import os, time
line = (
    '{{"t":%.3f,"v":"r%d","s":200,"us":"200","ut":"0.004","uh":"0.003",'
    '"ul":"120","cl":"120","q":"POST","ok":"OK",'
    '"id":"%032x","r":"{_REVISION}","f":0}}\\n'
)
began, number = time.time(), 0
while number < {_RATE * _SECONDS}:
    due = min({_RATE * _SECONDS}, int((time.time() - began) * {_RATE}))
    waiting = b""
    while number < due:
        number += 1
        one = (line % (time.time(), 12 + number % 2, number)).encode()
        if len(waiting) + len(one) > 4096:
            os.write(1, waiting)
            waiting = b""
        waiting += one
    os.write(1, waiting)
    time.sleep(0.05)
time.sleep(1)
"""


def main() -> int:
    """Print the figures; 1 when it costs more than is allowed, or lines are lost."""
    with connected(sys.argv[1]) as engine:
        alone = _reading(engine)
        whole = _whole_way(engine)
    for what, told, lasted, spent in (("reading", *alone), ("the whole way", *whole)):
        print(
            f"{what}: {told} lines in {lasted:.1f} s ({told / lasted:.0f}/s), "
            f"{_RATE * _SECONDS - told} lost: {spent / lasted:.1%} of a core, "
            f"{spent / max(told, 1) * 1e6:.1f} µs a line"
        )
    _, lasted, spent = whole
    every = alone[0] == whole[0] == _RATE * _SECONDS
    return int(not every or spent / lasted > _ALLOWED)


def _reading(engine: ImageEngine) -> tuple[int, float, float]:
    """How many lines came, in which time, and what of it the processor took."""
    with _printing(engine) as container:
        follower = Follower(engine, lambda: engine.container(container), 0.0)
        engine.start_container(container)
        told, began, spent = 0, time.perf_counter(), time.process_time()
        for batch in follower.batches(CancelToken()):
            told += len(batch)
            if told >= _RATE * _SECONDS or time.perf_counter() - began > _SECONDS * 3:
                break
        return told, time.perf_counter() - began, time.process_time() - spent


def _whole_way(engine: ImageEngine) -> tuple[int, float, float]:
    """The same of all that a watch does for one canary, but for its records."""
    numbers = Numbers("r13", _PLAN.window_s)
    numbers.begin(_REVISION)
    with _printing(engine) as container:
        follower = following.Follower(
            lambda since, token: Follower(
                engine, lambda: engine.container(container), since or 0.0
            ).batches(token),
            numbers,
            0.0,
        )
        engine.start_container(container)
        at = time.time()
        began, spent = time.perf_counter(), time.process_time()
        follower.start()
        counted = 0
        while counted < _RATE * _SECONDS and time.perf_counter() - began < _SECONDS * 3:
            time.sleep(_LOOKS_S)
            counted = _judged(numbers.measured(at - 1, time.time()))
        lasted, took = time.perf_counter() - began, time.process_time() - spent
        follower.stop()
        return counted, lasted, took


def _judged(measured: Measured) -> int:
    """How many requests were counted; all of them were good."""
    assert hard_stop(measured.recent) is None
    window = measured.window
    assert judge(window, _PLAN, 1.0).verdict is not Verdict.FAILED
    return window.stable.requests + window.canary.requests


@contextmanager
def _printing(engine: ImageEngine) -> Iterator[ContainerId]:
    image = next(one.id for one in engine.list_images() if PYTHON in map(str, one.tags))
    spec = ContainerSpec(
        image,
        f"modeldesk-benchmark-log-{os.getpid()}",
        command=("python3", "-c", _PRINTER),
        kept_log_bytes=_KEPT_BYTES,
    )
    container = engine.create_container(spec)
    try:
        yield container
    finally:
        engine.remove_container(container)


if __name__ == "__main__":
    sys.exit(main())
