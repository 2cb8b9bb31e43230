"""Values that a build may use and nobody else may see."""

import threading
from collections.abc import Callable


class Secret:
    """A value, or where it comes from. It is shown nowhere: not in a text made of it, nor in one
    made of what holds it."""

    __slots__ = ("_find", "_lock", "_value")

    def __init__(self, value: bytes | Callable[[], bytes]) -> None:
        """A callable is asked once, when a builder first wants the value, from any thread."""
        self._lock = threading.Lock()
        self._value = value if isinstance(value, bytes) else None
        self._find = None if isinstance(value, bytes) else value

    def reveal(self) -> bytes:
        """The value. Raises what finding it does."""
        with self._lock:
            if self._value is None:
                assert self._find is not None
                self._value = self._find()
            return self._value

    @property
    def known(self) -> bytes | None:
        """The value, if it was found already."""
        return self._value

    def __repr__(self) -> str:
        return "Secret()"
