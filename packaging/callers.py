"""Callers of a model server: many users who ask without pause, from a few threads."""

import random
import threading
import urllib.error
import urllib.request
from types import TracebackType
from typing import Self

USER_HEADER = "X-User"
_THREADS = 3
_PAUSE_S = 0.05
_USERS = 1000
_TIMEOUT_S = 20.0


class Callers:
    """Ask while inside the ``with`` block. Each question comes from another user, whose name
    stands in the header."""

    def __init__(self, url: str, body: bytes) -> None:
        self._url, self._body = url, body
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(_THREADS)]
        self.answers: dict[int | None, int] = {}
        """How often each status came; None is no answer."""

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        frames: TracebackType | None,
    ) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    @property
    def asked(self) -> int:
        """How many questions have come to their end."""
        with self._lock:
            return sum(self.answers.values())

    def _ask(self) -> None:
        chosen = random.Random()
        while not self._end.wait(_PAUSE_S):
            headers = {USER_HEADER: f"user-{chosen.randrange(_USERS)}"}
            status = self._status(urllib.request.Request(self._url, self._body, headers))
            with self._lock:
                self.answers[status] = self.answers.get(status, 0) + 1

    def _status(self, request: urllib.request.Request) -> int | None:
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return refusal.code
        except OSError:
            return None
