"""The truth about requests, as it was posted or written in a file: text from outside (pure)."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr

LONGEST_BODY = 3072
"""Bytes of one feedback; the gateway takes no more."""
LONGEST_FILE = 200 * 1024 * 1024
DEEPEST = 8
TOLERANCE = 1e-6
"""Two numbers are the same when they differ by no more than this share of the larger one, or by
no more than 1e-9."""
_ABSOLUTE = 1e-9
_LONGEST_ID = 64
_PROBLEMS_TOLD = 10
_COLUMNS = ("id", "prediction", "truth")

Value = None | bool | int | float | str | Sequence["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became known of one request."""

    request: str
    prediction: Value
    truth: Value

    @property
    def right(self) -> bool:
        """Whether the prediction is the truth; see `same`."""
        return same(self.prediction, self.truth)


@dataclass(frozen=True, slots=True)
class FeedbackFile:
    """What a file held, and what was wrong with lines that were left out: the first few, with
    their numbers."""

    feedback: tuple[Feedback, ...]
    left_out: int
    problems: tuple[str, ...]


def parse_feedback(body: str) -> Feedback | None:
    """What ``{"id": …, "prediction": …, "truth": …}`` says; None for anything else, however it
    was made."""
    content = parse_json(body) if fits(body) else None
    if not isinstance(content, dict) or not all(name in content for name in _COLUMNS):
        return None
    request = content["id"]
    if not isinstance(request, str) or not _is_id(request):
        return None
    return Feedback(request, content["prediction"], content["truth"])


def feedback_body(feedback: Feedback) -> bytes:
    """As `parse_feedback` reads it."""
    content = dict(
        zip(_COLUMNS, (feedback.request, feedback.prediction, feedback.truth), strict=True)
    )
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def fits(text: str) -> bool:
    """Whether it is as long as one feedback may be."""
    return len(text) <= LONGEST_BODY and len(text.encode("utf-8", "replace")) <= LONGEST_BODY


def parse_json(text: str, deepest: int = DEEPEST) -> Value:
    """JSON of plain values that is no deeper than `deepest`; None for anything else, and where it
    says null."""
    try:
        content: Value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return content if _depth_within(content, deepest) else None


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same: numbers within `TOLERANCE`, lists and tables by all that is
    in them, everything else exactly. A text is no number, and neither is true or false."""
    if _is_number(one) and _is_number(other):
        return _same_number(one, other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def read_feedback(name: str, content: bytes) -> FeedbackFile:
    """A file of feedback: CSV with the columns ``id``, ``prediction`` and ``truth`` where `name`
    ends in .csv, else a JSON object on each line. Raises `InvalidInput` when nothing in it could
    be feedback."""
    if len(content) > LONGEST_FILE:
        raise InvalidInput(
            tr("{name} is too large.", name=name),
            tr("Up to {size} MB are read; split it.", size=LONGEST_FILE // 1024**2),
        )
    text = content.decode("utf-8-sig", "replace")
    rows = _csv_rows(name, text) if name.lower().endswith(".csv") else _json_rows(text)
    feedback: list[Feedback] = []
    problems: list[str] = []
    left_out = 0
    for line, found in rows:
        if found is not None:
            feedback.append(found)
            continue
        left_out += 1
        if len(problems) < _PROBLEMS_TOLD:
            problems.append(tr("Line {line} is no feedback.", line=line))
    if not feedback:
        raise InvalidInput(
            tr("{name} holds no feedback.", name=name),
            tr('Write {example} on each line, or CSV with these columns.',
               example='{"id": "…", "prediction": "cat", "truth": "dog"}'),
            "\n".join(problems),
        )  # fmt: skip
    return FeedbackFile(tuple(feedback), left_out, tuple(problems))


def _json_rows(text: str) -> Iterator[tuple[int, Feedback | None]]:
    for number, line in enumerate(io.StringIO(text), 1):
        if line.strip():
            yield number, parse_feedback(line)


def _csv_rows(name: str, text: str) -> Iterator[tuple[int, Feedback | None]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        if not set(_COLUMNS) <= set(header):
            raise InvalidInput(
                tr("{name} lacks a column.", name=name),
                tr("Its first line must name these columns: {names}.", names=", ".join(_COLUMNS)),
            )
        places = [header.index(column) for column in _COLUMNS]
        for row in reader:
            if row:
                yield reader.line_num, _csv_row(row, places)
    except csv.Error as error:
        raise InvalidInput(
            tr("{name} can’t be read as CSV.", name=name),
            tr("Look at line {line}.", line=reader.line_num),
            str(error),
        ) from error


def _csv_row(row: list[str], places: list[int]) -> Feedback | None:
    if len(row) <= max(places):
        return None
    request, prediction, truth = (row[place] for place in places)
    if not _is_id(request) or not fits(prediction + truth):
        return None
    return Feedback(request, _csv_value(prediction), _csv_value(truth))


def _csv_value(text: str) -> Value:
    """CSV tells no types: what is a number there is one, everything else is text."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_ID and text.isascii() and text.isprintable()


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_number(one: Value, other: Value) -> bool:
    assert isinstance(one, int | float)
    assert isinstance(other, int | float)
    try:
        return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=_ABSOLUTE)
    except OverflowError:
        # Integers that no float can hold.
        return one == other


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    """JSON has numbers that are larger than any float, and no way to write what they become."""
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _depth_within(content: Value, left: int) -> bool:
    if isinstance(content, dict):
        return left > 0 and all(_depth_within(one, left - 1) for one in content.values())
    if isinstance(content, list):
        return left > 0 and all(_depth_within(one, left - 1) for one in content)
    return True
