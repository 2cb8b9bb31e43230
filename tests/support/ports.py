"""Ports for servers of tests."""

import os
import random
import socket

HERE = "127.0.0.1"
_FIRST, _EACH = 20_000, 2_000
"""Below those that a system gives away by itself, so that a server which is stopped and started
again finds its port as it left it."""
_handed_out: set[int] = set()
_chance = random.Random(os.getpid())


def free_port() -> int:
    """One where nobody listens, which this process has given to no other test, and which no test
    of another process is given."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST + _EACH * number
    left = [port for port in range(first, first + _EACH) if port not in _handed_out]
    _chance.shuffle(left)
    free = next(port for port in left if _is_free(port))
    _handed_out.add(free)
    return free


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HERE, port))
        except OSError:
            return False
        return True
