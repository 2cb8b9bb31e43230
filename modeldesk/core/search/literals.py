"""Values of a query: text, figures with units, dates."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from modeldesk.core.contents.gate import size
from modeldesk.core.errors import InvalidInput, InvalidQuery
from modeldesk.core.metadata.keys import number_in, units_text
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.errors import invalid
from modeldesk.core.search.model import (
    KINDS,
    Attribute,
    Field,
    Kind,
    Literal,
    Number,
    Operator,
    Span,
    Text,
)
from modeldesk.core.search.tokens import Sort, Token
from modeldesk.core.text import duration_of
from modeldesk.core.words import tr

_DATE = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?P<seconds>:\d\d)?(?:[Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_SECOND, _MINUTE, _DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def read_literal(
    field: Field | Attribute, operator: Operator, token: Token, now: datetime
) -> Literal:
    """What `token` means beside `field` and `operator`. Raises `InvalidQuery`."""
    kind = KINDS[field] if isinstance(field, Field) else None
    if operator in (Operator.HAS, Operator.LACKS):
        if kind not in (None, Kind.TEXT) or _is_metric(field):
            raise _wrong(
                tr("“{field}” is no text that could contain something.", field=name_of(field)),
                tr("Compare it by {signs}.", signs="= != < <= > >="),
                token,
            )
        return Text(token.text)
    if kind is Kind.TEXT:
        return _text(field, operator, token)
    if kind is None:
        return _fact(field, operator, token)
    return _FIGURES[kind](token, now)


def name_of(field: Field | Attribute) -> str:
    """A field as a person knows it."""
    if isinstance(field, Field):
        return field.value
    return f"{field.section.value}.{field.name}" if field.section else field.name


def _is_metric(field: Field | Attribute) -> bool:
    return isinstance(field, Attribute) and field.section is Section.METRIC


def _text(field: Field | Attribute, operator: Operator, token: Token) -> Literal:
    if operator.orders:
        raise _wrong(
            tr("“{field}” is text: it can’t be more or less.", field=name_of(field)),
            tr("Compare it by {signs}, or by ~ for a part of it.", signs="= !="),
            token,
        )
    return Text(token.text)


def _fact(field: Field | Attribute, operator: Operator, token: Token) -> Literal:
    number = _plain_number(token.text) if token.sort is Sort.WORD else None
    if number is not None:
        return Number(number)
    if operator.orders or _is_metric(field):
        raise _wrong(
            tr("“{text}” is no number, and {field} is compared with one.",
               text=token.text, field=name_of(field)),
            tr("Write a number such as 0.9 or 90%; text is compared by {signs}.", signs="= != ~"),
            token,
        )  # fmt: skip
    return Text(token.text)


def _plain_number(text: str) -> float | None:
    part = text.removesuffix("%")
    number = number_in(part)
    if number is None:
        return None
    return float(number) if part == text else number / 100


def _size(token: Token, _now: datetime) -> Literal:
    try:
        return Number(float(size(token.text)))
    except (InvalidInput, OverflowError):
        raise _wrong(
            tr("“{text}” is no size.", text=token.text),
            tr("Write 500MB, 1.5GB or 2GiB."),
            token,
        ) from None


def _duration(token: Token, _now: datetime) -> Literal:
    seconds = duration_of(token.text)
    if seconds is None:
        raise _wrong(
            tr("“{text}” is no duration.", text=token.text),
            tr("Write a number and one of {units}: 90min, 2.5h.", units=units_text()),
            token,
        )
    return Number(seconds)


def _date(token: Token, now: datetime) -> Literal:
    try:
        found = _span(token.text, now)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        hint = tr("Write 2026-01-31, 2026-01, today, or 2026-01-31T12:00.")
        if duration_of(token.text) is not None:
            hint = tr("What is younger than that: age < {text}.", text=token.text)
        raise _wrong(tr("“{text}” is no date.", text=token.text), hint, token)
    return found


def _span(text: str, now: datetime) -> Span | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if text.lower() == "today":
        return Span(text, midnight, midnight + _DAY)
    if text.lower() == "yesterday":
        return Span(text, midnight - _DAY, midnight)
    if match := _MOMENT.fullmatch(text):
        start = datetime.fromisoformat(text.upper())
        if start.tzinfo is None:
            start = start.replace(tzinfo=now.tzinfo)
        # Times are kept in UTC, and one just after the year 1 may have none there.
        _ = start.astimezone(now.tzinfo)
        return Span(text, start, start + (_SECOND if match["seconds"] else _MINUTE))
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(match[part] or 1) for part in ("year", "month", "day"))
    start = datetime(year, month, day, tzinfo=now.tzinfo)
    if match["day"]:
        return Span(text, start, start + _DAY)
    following = year * 12 + month if match["month"] else (year + 1) * 12
    return Span(text, start, start.replace(year=following // 12, month=following % 12 + 1))


def _wrong(message: str, hint: str, token: Token) -> InvalidQuery:
    return invalid(message, hint, token.at, token.length)


_FIGURES: dict[Kind, Callable[[Token, datetime], Literal]] = {
    Kind.SIZE: _size,
    Kind.DURATION: _duration,
    Kind.DATE: _date,
}
