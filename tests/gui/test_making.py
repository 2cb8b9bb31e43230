"""Makings go on beside the event loop."""

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.core.courtesy import Courtesy
from modeldesk.ui.making import Maker, Making, at_once


def steps(name: str, done: list[str], count: int = 3) -> Making[None]:
    """A making that says each of its steps."""
    for number in range(count):
        done.append(f"{name}{number}")
        yield
    done.append(f"{name} made")


def adding() -> Making[int]:
    first = yield from _later(2)
    second = yield from _later(3)
    return first + second


def _later(number: int) -> Making[int]:
    yield
    return number


def test_at_once_takes_every_step() -> None:
    assert at_once(adding()) == 5


def test_what_nobody_waits_for_begins_later_and_gets_done(qtbot: QtBot) -> None:
    done: list[str] = []
    maker = Maker(Courtesy())
    maker.later(steps("a", done))
    maker.later(steps("b", done, 1))
    assert done == []
    qtbot.waitUntil(lambda: "b made" in done)
    assert done == ["a0", "a1", "a2", "a made", "b0", "b made"]


def test_what_is_waited_for_begins_now_and_goes_first(qtbot: QtBot) -> None:
    done: list[str] = []
    maker = Maker(Courtesy())
    maker.later(steps("later", done))
    maker.hurry(steps("old", done))
    maker.hurry(steps("new", done))
    assert done == ["old0", "new0"]
    qtbot.waitUntil(lambda: "later made" in done)
    assert [name for name in done if name.endswith("made")] == [
        "new made",
        "old made",
        "later made",
    ]


def test_one_under_way_can_be_hurried(qtbot: QtBot) -> None:
    done: list[str] = []
    maker = Maker(Courtesy())
    first, second = steps("first", done), steps("second", done)
    maker.later(first)
    maker.later(second)
    maker.hurry(second)
    assert done == ["second0"]
    qtbot.waitUntil(lambda: "first made" in done)
    assert done.index("second made") < done.index("first0")
    assert len(done) == len(set(done)) == 8


def test_an_error_ends_one_making_and_not_the_others(qtbot: QtBot) -> None:
    done: list[str] = []

    def broken() -> Making[None]:
        yield
        raise OSError("no more")

    maker = Maker(Courtesy())
    maker.hurry(steps("other", done))
    maker.hurry(broken())
    with qtbot.captureExceptions() as met:
        qtbot.waitUntil(lambda: "other made" in done)
    assert [kind for kind, *_ in met] == [OSError]


def _refused() -> Making[None]:
    raise OSError("not even once")


def test_the_error_of_a_first_step_is_the_callers() -> None:
    def broken() -> Making[None]:
        yield from _refused()

    maker = Maker(Courtesy())
    with pytest.raises(OSError, match="not even once"):
        maker.hurry(broken())


def test_one_that_is_finished_is_made_at_once_and_never_again(qtbot: QtBot) -> None:
    done: list[str] = []
    maker = Maker(Courtesy())
    making = steps("one", done)
    maker.hurry(making)
    maker.finish(making)
    assert done == ["one0", "one1", "one2", "one made"]
    qtbot.wait(60)
    assert len(done) == 4


def test_at_the_end_what_is_begun_is_made_and_nothing_else(qtbot: QtBot) -> None:
    done: list[str] = []
    maker = Maker(Courtesy())
    maker.hurry(steps("begun", done))
    maker.later(steps("not begun", done))
    maker.stop()
    maker.hurry(steps("too late", done))
    maker.later(steps("too late", done))
    assert done == ["begun0", "begun1", "begun2", "begun made"]
    qtbot.wait(60)
    assert len(done) == 4
