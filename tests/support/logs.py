"""A log record at WARNING or above fails the test, unless the test expected it."""

import logging
import re
from collections.abc import Iterator
from typing import Protocol

import pytest


class ExpectsLog(Protocol):
    def __call__(self, pattern: str, level: int = logging.WARNING) -> None:
        """A message in which `pattern` is found will be logged, at `level` or above, at least
        once before the test ends; when it is not, the test fails."""
        ...


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[logging.LogRecord] = []
        self.expected: list[tuple[re.Pattern[str], int]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record)

    def unexpected(self) -> list[logging.LogRecord]:
        return [
            record
            for record in self.heard
            if not any(_fits(record, *expectation) for expectation in self.expected)
        ]

    def unheard(self) -> list[str]:
        return [
            pattern.pattern
            for pattern, level in self.expected
            if not any(_fits(record, pattern, level) for record in self.heard)
        ]


def _fits(record: logging.LogRecord, pattern: re.Pattern[str], level: int) -> bool:
    return record.levelno >= level and pattern.search(record.getMessage()) is not None


@pytest.fixture
def expects_log(_listening_to_logs: _Listener) -> ExpectsLog:
    """Call it with a pattern (and a level) before what is expected to be logged."""

    def expect(pattern: str, level: int = logging.WARNING) -> None:
        _listening_to_logs.expected.append((re.compile(pattern), level))

    return expect


@pytest.fixture(autouse=True)
def _listening_to_logs() -> Iterator[_Listener]:
    listener = _Listener()
    root = logging.getLogger()
    root.addHandler(listener)
    try:
        yield listener
    finally:
        root.removeHandler(listener)
    formatter = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    said = [formatter.format(record) for record in listener.unexpected()]
    if said:
        pytest.fail("Logged, and not expected:\n" + "\n".join(said), pytrace=False)
    if listener.unheard():
        pytest.fail(f"Expected in the log, and not there: {listener.unheard()}", pytrace=False)
