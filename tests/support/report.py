"""The table of parts that a run by packaging/test.py ends with, before pytest's own summary."""

import os
from collections import defaultdict

import pytest

from parts import VARIABLE, Part, Result, table

_NAMES = {
    "unit": "unit",
    "contracts": "unit",
    "gui": "gui",
    "engine": "engine",
    "end_to_end": "end-to-end",
}
_AGAIN = "rerun"
_seconds: defaultdict[str, float] = defaultdict(float)
_counts: defaultdict[str, int] = defaultdict(int)
_skipped: defaultdict[str, int] = defaultdict(int)
_again: defaultdict[str, int] = defaultdict(int)
_failed: set[str] = set()


def pytest_report_header() -> str:
    url = os.environ.get("MODELDESK_TEST_ENGINE")
    if url:
        return f"engine: {url}"
    return (
        "engine: none, so tests/engine is not collected (packaging/test.py starts one; "
        "MODELDESK_TEST_ENGINE names one)"
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    name = _part_of(report.nodeid)
    _seconds[name] += report.duration
    # What pytest-rerunfailures calls a test that failed and is tried again.
    again = report.outcome == _AGAIN
    _again[name] += again
    _counts[name] += report.when == "call" and not report.skipped and not again
    _skipped[name] += report.skipped
    if report.failed:
        _failed.add(name)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        _failed.add(_part_of(report.nodeid))


def _part_of(node: str) -> str:
    """``tests/gui/library/test_page.py::test_one`` belongs to gui."""
    folder = node.split("/")[1] if node.count("/") else node
    return _NAMES.get(folder, folder)


@pytest.hookimpl(tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    earlier = os.environ.get(VARIABLE)
    if earlier is None:
        return
    rows = {part.name: part for part in Part.from_json(earlier)}
    for name in (*dict.fromkeys(_NAMES.values()), *sorted(_failed)):
        if name in _seconds or name in _failed:
            rows[name] = _row(name)
    terminalreporter.section("parts")
    for line in table(rows.values()):
        terminalreporter.write_line(line)


def _row(name: str) -> Part:
    note = f"{_counts[name]} tests"
    if _skipped[name]:
        note += f", {_skipped[name]} left out, see below"
    if _again[name]:
        note += f", {_again[name]} tried twice"
    if name in _failed:
        return Part(name, Result.FAILED, _seconds[name], note)
    if not _counts[name]:
        return Part(name, Result.NOT_RUN, note=note)
    return Part(name, Result.PASSED, _seconds[name], note)
