"""The parts of a test run, and the table that says how each went."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

VARIABLE = "MODELDESK_TEST_PARTS"


class Result(StrEnum):
    PASSED = "passed"
    FAILED = "FAILED"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Part:
    """How one part went; `seconds` is 0 for one that was not run, whose `note` says why."""

    name: str
    result: Result
    seconds: float = 0.0
    note: str = ""

    @classmethod
    def from_json(cls, text: str) -> list[Self]:
        return [cls(**{**one, "result": Result(one["result"])}) for one in json.loads(text)]


def to_json(parts: Iterable[Part]) -> str:
    return json.dumps([asdict(part) for part in parts])


def table(parts: Iterable[Part]) -> list[str]:
    """One line for each part: name, result, seconds, note."""
    lines = []
    for part in parts:
        seconds = "" if part.result is Result.NOT_RUN else f"{part.seconds:.1f} s"
        lines.append(f"{part.name:<12}{part.result:<9}{seconds:>9}  {part.note}".rstrip())
    return lines
