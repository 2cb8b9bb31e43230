"""Figures, times and names as a person reads them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.ui import presentation

NOW = datetime(2025, 4, 5, 14, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 B"),
        (84, "84 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (9_994, "9.99 kB"),
        (9_996, "10.0 kB"),
        (99_960, "100 kB"),
        (38_000_000, "38.0 MB"),
        (904_118_272, "904 MB"),
        (999_400_000, "999 MB"),
        (999_600_000, "1.00 GB"),
        (1_190_000_000, "1.19 GB"),
        (31_400_000_000, "31.4 GB"),
        (-5_000_000, "−5.00 MB"),
        (7 * 10**18, "7000 PB"),
    ],
)
def test_sizes_have_three_significant_digits(amount: int, text: str) -> None:
    assert presentation.size(amount) == text


@given(st.integers(min_value=1000, max_value=10**17))
def test_a_size_is_within_half_a_percent_of_what_it_says(amount: int) -> None:
    figure, unit = presentation.size(amount).split()
    power = ["B", "kB", "MB", "GB", "TB", "PB"].index(unit)
    assert float(figure) * 1000**power == pytest.approx(amount, rel=0.005)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.923, "0.923"),
        (-1.25, "−1.250"),
        (0.0, "0.000"),
        (1.0, "1.000"),
        (64.0, "64"),
        (12077.4, "12,077"),
        (0.00025, "2.50e−04"),
        (1e308, "1.00e+308"),
        (-123456789012345678, "−1.23e+17"),
        (999_999_999_999_999, "999,999,999,999,999"),
    ],
)
def test_measures_of_a_model(value: float, shown: str) -> None:
    assert presentation.metric(value) == shown


def test_exact_sizes_name_every_byte() -> None:
    assert presentation.exact_size(904_118_272) == "904,118,272 bytes"
    assert presentation.exact_size(1) == "1 byte"


def test_rates_are_sizes_per_second() -> None:
    assert presentation.rate(312_000_000.4) == "312 MB/s"


def test_counts_are_grouped() -> None:
    assert presentation.count(12_077) == "12,077"
    assert presentation.count(-1_000) == "−1,000"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.377, "37.7 %"), (0, "0.0 %"), (1, "100.0 %"), (-0.00001, "0.0 %"), (-0.5, "−50.0 %")],
)
def test_percent(fraction: float, text: str) -> None:
    assert presentation.percent(fraction) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.014, "+1.4 %"),
        (-0.237, "−23.7 %"),
        (0, "0.0 %"),
        (0.0004, "0.0 %"),
        (-0.0004, "0.0 %"),
        (1.5, "+150.0 %"),
    ],
)
def test_a_change_has_a_sign_unless_it_reads_as_none(fraction: float, text: str) -> None:
    assert presentation.signed_percent(fraction) == text


@pytest.mark.parametrize(
    ("amount", "text"), [(46_000_000, "+46.0 MB"), (-8890, "−8.89 kB"), (0, "0 B")]
)
def test_signed_size(amount: int, text: str) -> None:
    assert presentation.signed_size(amount) == text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=-40), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=2, minutes=10), "2 h ago"),
        (timedelta(hours=14), "14 h ago"),
        (timedelta(hours=15), "yesterday"),
        (timedelta(days=1, hours=14), "yesterday"),
        (timedelta(days=1, hours=15), "2 days ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=36), "5 weeks ago"),
        (timedelta(days=90), "3 months ago"),
        (timedelta(days=400), "13 months ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_ages(before: timedelta, text: str) -> None:
    assert presentation.age(NOW - before, NOW) == text


def test_yesterday_is_a_matter_of_the_readers_calendar() -> None:
    shanghai = timezone(timedelta(hours=8))
    now = datetime(2025, 4, 6, 7, 30, tzinfo=shanghai)
    made = datetime(2025, 4, 5, 15, 30, tzinfo=UTC)
    assert presentation.age(made, now) == "yesterday"
    assert presentation.age(made, now.astimezone(UTC)) == "8 h ago"


def test_late_in_the_evening_is_hours_ago_just_after_midnight() -> None:
    now = datetime(2025, 4, 6, 1, 0, tzinfo=UTC)
    assert presentation.age(now - timedelta(hours=3), now) == "3 h ago"


def test_a_moment_is_in_the_machines_own_time_zone() -> None:
    expected = NOW.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    assert presentation.moment(NOW) == expected


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.038, "38 ms"),
        (0.9996, "1.0 s"),
        (4.1, "4.1 s"),
        (9.8, "9.8 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (72, "1 min 12 s"),
        (7_500, "2 h 5 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert presentation.duration(seconds) == text


def test_places_on_a_live_axis() -> None:
    def along(*places: float) -> list[str]:
        return [presentation.before_now(place, max(places)) for place in places]

    assert along(120, 90, 60, 30, 0) == ["−120 s", "−90 s", "−60 s", "−30 s", "now"]
    assert along(600, 450, 300, 150) == ["−10 min", "−7.5 min", "−5 min", "−2.5 min"]


def test_digests_are_shortened() -> None:
    digest = "sha256:5b1e" + "0" * 56 + "c04a"
    assert presentation.short_digest(digest) == "sha256:5b1e…c04a"
    assert presentation.short_digest("sha256:short") == "sha256:short"
    assert presentation.short_digest("v1.0.0") == "v1.0.0"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("票据识别", "票据识别"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("abc\u202egnp.exe", "abc\\u202egnp.exe"),
        ("no\u00a0break", "no break"),
        (b"caf\xe9", "caf\\xe9"),
        ("caf\udce9", "caf\\xe9"),
    ],
)
def test_names_from_outside_are_made_printable(raw: str | bytes, shown: str) -> None:
    assert presentation.printable(raw) == shown


@given(st.binary(max_size=40))
def test_any_bytes_become_one_printable_line(raw: bytes) -> None:
    shown = presentation.printable(raw)
    assert shown.isprintable()
    shown.encode("utf-8")


def test_log_lines_are_what_a_terminal_would_leave() -> None:
    text = "\x1b[1;31mred\x1b[0m\r\n10 %\r50 %\r100 %\n\x1b]0;title\x07plain\ta\x00b\ndone\r"
    assert presentation.log_lines(text) == ["red", "100 %", "plain   a\\x00b", "done"]


@pytest.mark.parametrize("character", ["x", "\0", "\t", "票"])
def test_a_line_of_a_log_is_never_longer_than_can_be_shown(character: str) -> None:
    (line,) = presentation.log_lines(f"begin {character * 1_000_000} end")
    assert len(line) <= presentation.LONGEST_SHOWN + 1
    assert "…" in line
    assert line.startswith("begin")
    assert line.endswith("end")


@pytest.mark.parametrize(
    ("largest", "name", "amount"),
    [(0, "B", 1), (940, "B", 1), (960, "kB", 1e3), (904e6, "MB", 1e6), (2.5e9, "GB", 1e9)],
)
def test_an_axis_gets_the_unit_that_keeps_figures_short(
    largest: float, name: str, amount: float
) -> None:
    assert presentation.axis_unit(largest) == presentation.AxisUnit(name, amount)


def test_axis_figures_have_the_decimals_their_step_needs() -> None:
    assert presentation.axis_figure(2.5, 0.5) == "2.5"
    assert presentation.axis_figure(2.0, 0.5) == "2.0"
    assert presentation.axis_figure(200, 50) == "200"
    assert presentation.axis_figure(0.25, 0.25) == "0.25"
