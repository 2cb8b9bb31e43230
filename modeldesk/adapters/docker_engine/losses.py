"""Answers that an engine can't give while it loses an image."""

import time
from collections.abc import Callable

from docker.errors import NotFound as LibraryNotFound

_TRIES = 5
_PAUSE_S = 0.02


def despite_losses(call: Callable[[], object]) -> object:
    """The answer of a call that goes over all images. A containerd store that loses one meanwhile
    says but that it found no such content; asked again, it goes without that one."""
    for _ in range(_TRIES - 1):
        try:
            return call()
        except LibraryNotFound:
            time.sleep(_PAUSE_S)
    return call()
