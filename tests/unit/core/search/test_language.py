"""What queries mean, and where they go wrong."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.core.errors import InvalidQuery
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.model import (
    And,
    Attribute,
    Comparison,
    Everything,
    Field,
    Not,
    Number,
    Operator,
    Or,
    Query,
    Span,
    Text,
    Word,
)
from modeldesk.core.search.parse import DEEPEST, LONGEST, is_asked, parse, read_field
from modeldesk.core.search.printing import to_text
from tests.unit.core.search.strategies import NOW, QUERIES

ACCURACY = Attribute(None, "accuracy")


def compared(field: Field | Attribute, sign: str, value: Number | Text) -> Comparison:
    return Comparison(field, Operator(sign), value)


def test_the_example_of_the_readme() -> None:
    asked = parse('accuracy >= 0.9 and dataset = "clicks-2025-11" and channel != deprecated', NOW)
    assert asked == And(
        (
            compared(ACCURACY, ">=", Number(0.9)),
            compared(Field.DATASET, "=", Text("clicks-2025-11")),
            compared(Field.CHANNEL, "!=", Text("deprecated")),
        )
    )


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", Everything()),
        ("   ", Everything()),
        ("rec", Word("rec")),
        ("rec stable", And((Word("rec"), Word("stable")))),
        ('"a and b"', Word("a and b")),
        ("a or b c", Or((Word("a"), And((Word("b"), Word("c")))))),
        ("(a or b) c", And((Or((Word("a"), Word("b"))), Word("c")))),
        ("a and (b and c)", And((Word("a"), Word("b"), Word("c")))),
        ("NOT a AND b", And((Not(Word("a")), Word("b")))),
        ("not not a", Not(Not(Word("a")))),
        ("not (a or b)", Not(Or((Word("a"), Word("b"))))),
        ("a==1", compared(Attribute(None, "a"), "=", Number(1))),
        ("not=1", compared(Attribute(None, "not"), "=", Number(1))),
        ("accuracy>=90%", compared(ACCURACY, ">=", Number(0.9))),
        ("metric.accuracy>.5", compared(Attribute(Section.METRIC, "accuracy"), ">", Number(0.5))),
        ("metrics.a > 1e-3", compared(Attribute(Section.METRIC, "a"), ">", Number(0.001))),
        ('metric."my acc" > 1', compared(Attribute(Section.METRIC, "my acc"), ">", Number(1))),
        ('"model" = x', compared(Attribute(None, "model"), "=", Text("x"))),
        ("params.lr = -0.1", compared(Attribute(Section.PARAMETER, "lr"), "=", Number(-0.1))),
        ('param.lr = "0.1"', compared(Attribute(Section.PARAMETER, "lr"), "=", Text("0.1"))),
        ("tag.owner ~ ann", compared(Attribute(Section.TAG, "owner"), "~", Text("ann"))),
        ("model = 7", compared(Field.MODEL, "=", Text("7"))),
        ("VERSION ~ rc", compared(Field.VERSION, "~", Text("rc"))),
        ("where !~ reg", compared(Field.WHERE, "!~", Text("reg"))),
        ("framework = “PyTorch”", compared(Field.FRAMEWORK, "=", Text("PyTorch"))),
        ("size < 2GB", compared(Field.SIZE, "<", Number(2e9))),
        ("size < 1.5GiB", compared(Field.SIZE, "<", Number(1.5 * 2**30))),
        ("compressed >= 1048576", compared(Field.COMPRESSED, ">=", Number(2**20))),
        ("age < 30d", compared(Field.AGE, "<", Number(30 * 86_400))),
        ("training_time > 1h30min", compared(Field.TRAINING_TIME, ">", Number(5400))),
        ("training.dataset = x", compared(Field.DATASET, "=", Text("x"))),
        ("模型 ~ 票据", compared(Attribute(None, "模型"), "~", Text("票据"))),
    ],
)
def test_meaning(text: str, meaning: Query) -> None:
    assert parse(text, NOW) == meaning


@pytest.mark.parametrize(
    ("text", "start", "length"),
    [
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=1)),
        ("2026-02", datetime(2026, 2, 1, tzinfo=UTC), timedelta(days=28)),
        ("2025-12", datetime(2025, 12, 1, tzinfo=UTC), timedelta(days=31)),
        ("2024", datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=366)),
        ("today", datetime(2026, 4, 5, tzinfo=UTC), timedelta(days=1)),
        ("yesterday", datetime(2026, 4, 4, tzinfo=UTC), timedelta(days=1)),
        ("2026-01-01T12:00", datetime(2026, 1, 1, 12, tzinfo=UTC), timedelta(minutes=1)),
        ("2026-01-01T12:00:30Z", datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC), timedelta(seconds=1)),
        (
            "2026-01-01T12:00+02:00",
            datetime(2026, 1, 1, 10, tzinfo=UTC),
            timedelta(minutes=1),
        ),
    ],
)
def test_dates(text: str, start: datetime, length: timedelta) -> None:
    asked = parse(f"created > {text}", NOW)
    assert isinstance(asked, Comparison)
    assert asked.value == Span(text, start, start + length)


def test_dates_are_in_the_zone_of_the_person() -> None:
    here = timezone(timedelta(hours=8))
    asked = parse("created >= 2026-01-01", NOW.astimezone(here))
    assert isinstance(asked, Comparison)
    assert isinstance(asked.value, Span)
    assert asked.value.start == datetime(2025, 12, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "column", "length", "said"),
    [
        ("accuracy >=", 10, 2, "no value after"),
        ("accuracy >= and b", 10, 2, "no value after"),
        (">= 0.9", 1, 2, "no name before"),
        ("a and", 3, 3, "missing after “and”"),
        ("not", 1, 3, "missing after “not”"),
        ("or a", 1, 2, "nothing before"),
        ("(a or b", 1, 1, "not closed"),
        ("a or b)", 7, 1, "closes nothing"),
        ("()", 2, 1, "missing before"),
        ('dataset = "x', 11, 1, "not closed"),
        ("size < big", 8, 3, "no size"),
        ("created > 30d", 11, 3, "no date"),
        ("created > 2026-13-01", 11, 10, "no date"),
        ("created > 9999", 11, 4, "no date"),
        ("created > 9999-12-31", 11, 10, "no date"),
        ("age < 3 or", 7, 1, "no duration"),
        ("model > 3", 9, 1, "text"),
        ("size ~ 3", 8, 1, "no text"),
        ("metric.a ~ 3", 12, 1, "no text"),
        ("metric.a = high", 12, 4, "no number"),
        ("accuracy > nan", 12, 3, "no number"),
        ("accuracy > 1e999", 12, 5, "no number"),
        ('colour."x" = 1', 1, 7, "no kind of value"),
        ("a ! b", 3, 1, "no meaning"),
        ("(" * (DEEPEST + 1), DEEPEST + 1, 1, "too many"),
        ("a" * (LONGEST + 1), LONGEST + 1, 1, "too long"),
        ("a = = b", 3, 1, "no value after"),
        ('"" = 3', 1, 2, "no name before"),
    ],
)
def test_what_goes_wrong(text: str, column: int, length: int, said: str) -> None:
    with pytest.raises(InvalidQuery, match=said) as caught:
        parse(text, NOW)
    assert (caught.value.column, caught.value.length) == (column, length)
    assert caught.value.hint


def test_a_date_that_should_be_an_age_is_told_how() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse("created > 30d", NOW)
    assert "age < 30d" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "asked"),
    [("rec stable", False), ("", False), ("rec a=1", True), ("a or b", True), ("not a", True)],
)
def test_whether_there_is_more_than_words(text: str, asked: bool) -> None:
    assert is_asked(parse(text, NOW)) is asked


def test_every_name_means_something() -> None:
    assert read_field("Created") is Field.CREATED
    assert read_field("metric.") == Attribute(None, "metric.")
    assert read_field("training.seed") == Attribute(None, "training.seed")


@given(QUERIES)
@settings(max_examples=500)
def test_what_is_printed_is_read_as_the_same(query: Query) -> None:
    assert parse(to_text(query), NOW) == query


@given(st.text(st.sampled_from("ab01.%<>=!~()\"'\\ andortGBsize-"), max_size=30) | st.text())
@settings(max_examples=500)
def test_any_text_is_read_or_refused_with_its_column(text: str) -> None:
    try:
        query = parse(text, NOW)
    except InvalidQuery as error:
        assert 1 <= error.column <= len(text) + 1  # noqa: PT017 - either way is right
    else:
        assert parse(to_text(query), NOW) == query
