"""Waiting for what comes of itself, on a machine that may have much else to do."""

import time
from collections.abc import Callable

SLOW_MACHINE_S = 120.0
"""Where only a slow machine is late."""


def until(
    condition: Callable[[], object],
    seconds: float = SLOW_MACHINE_S,
    seen: Callable[[], object] = lambda: "nothing else is known",
    pause_s: float = 0.01,
) -> float:
    """Wait for `condition`; how long that took. Fails after `seconds`, with what `seen` says."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"it did not come within {seconds:g} s: {seen()}")
        time.sleep(pause_s)
    return time.monotonic() - began
