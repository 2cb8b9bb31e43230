"""The table that a test run ends with."""

from parts import Part, Result, table, to_json

_PARTS = [
    Part("lint", Result.PASSED, 0.44),
    Part("gui", Result.FAILED, 75.0, "210 tests"),
    Part("engine", Result.NOT_RUN, note="starting an engine of their own needs root"),
]


def test_table_says_what_ran_how_long_and_why_not() -> None:
    assert table(_PARTS) == [
        "lint        passed       0.4 s",
        "gui         FAILED      75.0 s  210 tests",
        "engine      not run             starting an engine of their own needs root",
    ]


def test_parts_travel_as_text() -> None:
    assert Part.from_json(to_json(_PARTS)) == _PARTS
