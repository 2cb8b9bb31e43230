"""Lists of facts from outside: however many, however long."""

from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from modeldesk.ui.inspector.fact_list import Fact, FactList
from modeldesk.ui.theme.theme import Theme


def _list(qtbot: QtBot, facts: list[Fact]) -> FactList:
    shown = FactList("Labels")
    qtbot.addWidget(shown)
    shown.resize(300, 400)
    shown.set_facts(facts)
    shown.show()
    return shown


def test_of_very_many_the_last_line_tells_and_copies_the_rest(theme: Theme, qtbot: QtBot) -> None:
    shown = _list(qtbot, [Fact(f"name {n}", f"value {n}") for n in range(300)])
    assert len(shown.lines()) == 40
    last = shown.lines()[-1]
    assert last.value.text() == "and 261 more"
    last.copy.click()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0] == "name 39=value 39"
    assert copied[-1] == "name 299=value 299"
    assert len(copied) == 261


def test_as_many_as_fit_are_all_shown(theme: Theme, qtbot: QtBot) -> None:
    facts = [Fact(str(n), "v") for n in range(40)]
    assert _list(qtbot, facts).facts() == tuple(facts)


def test_a_long_value_is_shown_in_short_and_copied_whole(theme: Theme, qtbot: QtBot) -> None:
    value = "\x1b" * 3_000_000
    shown = _list(qtbot, [Fact("big", value, copied=value)])
    line = shown.lines()[0]
    assert len(line.value.text()) < 10_000
    line.copy.click()
    assert QGuiApplication.clipboard().text() == value
