"""Which engines are tested one after another, and the table of how each did."""

from collections import Counter

import pytest

import checks
from engine_matrix import ALL, NAMES, Column, read_report, table, wanted
from parts import Result

_REPORT = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest">
<testcase classname="tests.engine.test_build" name="test_a" time="1.0" />
<testcase classname="tests.engine.test_build.TestOf" name="test_b"><failure>no</failure></testcase>
<testcase classname="tests.engine.test_build" name="test_c"><skipped message="why" /></testcase>
<testcase classname="tests.engine.test_sources" name="test_d"><error>at the end</error></testcase>
</testsuite></testsuites>"""


def test_a_report_is_counted_by_file() -> None:
    assert read_report(_REPORT) == {
        "build": Counter({Result.PASSED: 1, Result.FAILED: 1, Result.NOT_RUN: 1}),
        "sources": Counter({Result.FAILED: 1}),
    }


def test_engines_are_tested_in_their_order_and_once() -> None:
    assert wanted([ALL]) == NAMES
    assert wanted(["28", "own", "28"]) == ("own", "28")


def test_the_table_shows_each_part_on_each_engine() -> None:
    good = Column("own", {"build": Counter({Result.PASSED: 31})}, 100.2)
    bad = Column("28", read_report(_REPORT), 61)
    none = Column("28-containerd", problem="it did not start")
    assert table([good, bad, none]) == [
        "part        own              28  28-containerd",
        "build        31  1 1 FAILED (1)              -",
        "sources       -      0 1 FAILED              -",
        "all          31  1 2 FAILED (1)              -",
        "         passed          FAILED         FAILED",
        "          100 s            61 s            0 s",
    ]
    assert [column.failed for column in (good, bad, none)] == [False, True, True]


def test_an_engine_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        checks.main(["--engines", "17"])
    assert ended.value.code == 2
    assert "28-containerd" in capsys.readouterr().err
