"""Parts of a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.rest.ranges import NoSuchRange, Span, read_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-9", Span(0, 9)),
        ("bytes=5-", Span(5, 99)),
        ("bytes=-10", Span(90, 99)),
        ("bytes=-1000", Span(0, 99)),
        ("bytes=90-1000", Span(90, 99)),
        ("bytes=99-99", Span(99, 99)),
    ],
)
def test_a_part_is_read(header: str, span: Span) -> None:
    assert read_range(header, 100) == span


@pytest.mark.parametrize(
    "header",
    ["", "bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,5-6", "lines=0-9", "bytes=a-b", "bytes=0-9x",
     "bytes=٣-٤", "bytes=" + "9" * 50 + "-"],
)  # fmt: skip
def test_what_cant_be_read_means_the_whole(header: str) -> None:
    assert read_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_behind_the_end_is_nothing(header: str) -> None:
    with pytest.raises(NoSuchRange):
        read_range(header, 100)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5"])
def test_nothing_has_no_parts(header: str) -> None:
    with pytest.raises(NoSuchRange):
        read_range(header, 0)


@given(st.text("bytes=-0123456789 ,", max_size=30) | st.text(max_size=20), st.integers(0, 200))
def test_no_header_breaks_it(header: str, size: int) -> None:
    try:
        span = read_range(header, size)
    except NoSuchRange:
        return
    if span is not None:
        assert 0 <= span.first <= span.last < size
        assert span.count >= 1
