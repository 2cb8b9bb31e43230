"""Values that a build may use and nobody else may see, and where they come from."""

import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from modeldesk.core.errors import FolderError, InvalidInput
from modeldesk.core.words import tr

LARGEST_SECRET = 500 * 1024
"""Bytes; BuildKit's own limit."""
SECRET_NAME = re.compile(r"[\w.-]{1,128}", re.ASCII)
"""What ``RUN --mount=type=secret,id=…`` can name."""


class SecretKind(Enum):
    """Where the value of a secret comes from."""

    FILE = "file"
    ENVIRONMENT = "env"
    TYPED = "typed"
    """Kept in memory alone, for one build."""


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a value is to be found; never the value."""

    kind: SecretKind = SecretKind.TYPED
    place: str = ""
    """The file's path or the variable's name; empty for what is typed."""


class Secret:
    """A value, or where it comes from. It is shown nowhere: not in a text made of it, nor in one
    made of what holds it."""

    __slots__ = ("_find", "_lock", "_value", "source")

    def __init__(
        self, value: bytes | Callable[[], bytes], source: SecretSource | None = None
    ) -> None:
        """A callable is asked once, when a builder first wants the value, from any thread."""
        self._lock = threading.Lock()
        self._value = value if isinstance(value, bytes) else None
        self._find = None if isinstance(value, bytes) else value
        self.source = source or SecretSource()
        """What may be remembered of it."""

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


def secret_from(
    source: SecretSource, typed: str = "", variables: Mapping[str, str] | None = None
) -> Secret:
    """The secret that `source` names, read when a builder asks for it; what was `typed` is held
    at once. Raises `InvalidInput` for what is empty or not there, so that no build begins."""
    if source.kind is SecretKind.TYPED:
        if not typed:
            raise InvalidInput(tr("A secret that is typed in has no value yet."))
        return Secret(typed.encode("utf-8", "surrogateescape"), source)
    if source.kind is SecretKind.ENVIRONMENT:
        value = (os.environ if variables is None else variables).get(source.place)
        if value is None:
            raise InvalidInput(
                tr("The variable “{name}” is not set here.", name=source.place),
                tr("Set it before the program starts, or give the secret as a file."),
            )
        return Secret(value.encode("utf-8", "surrogateescape"), source)
    path = Path(source.place).expanduser()
    if not source.place or not path.is_file():
        raise InvalidInput(
            tr("“{path}”, which a secret is to be read from, is no file.", path=source.place),
            tr("Choose the file that holds nothing but the secret."),
        )
    return Secret(lambda: _read(path), source)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            value = file.read(LARGEST_SECRET + 1)
    except OSError as error:
        raise FolderError(
            tr("{path} can't be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error
    if len(value) > LARGEST_SECRET:
        raise FolderError(
            tr("{path} is too large for a secret.", path=path),
            tr("Builders take secrets of up to 500 kB."),
        )
    return value
