"""PySide6 keeps the counts of the interpreter's own objects right.

A release that loses references to True, False or None works for a while and then takes the
whole process down. (From Python 3.12 these objects are not counted any more.)
"""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

_ROUNDS = 300
# What caches and pytest itself may give back meanwhile. (A gain does no harm.)
_SLACK = 20


class _Sender(QObject):
    plain = Signal()
    valued = Signal(object)


class _Rows(QAbstractListModel):
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else 5

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        return "row" if role == Qt.ItemDataRole.DisplayRole else None


def _emit() -> None:
    sender = _Sender()
    heard: list[object] = []
    sender.plain.connect(lambda: heard.append(None))
    sender.valued.connect(heard.append)
    sender.plain.emit()
    for value in (True, False, None):
        sender.valued.emit(value)
    assert heard == [None, True, False, None]


def _process_events() -> None:
    QCoreApplication.processEvents()


def _read_model() -> None:
    rows = _Rows()
    index = rows.index(0, 0)
    assert index.data(Qt.ItemDataRole.DisplayRole) == "row"
    assert index.data(Qt.ItemDataRole.ToolTipRole) is None


@pytest.mark.parametrize("work", [_emit, _process_events, _read_model])
def test_no_reference_is_lost(work: Callable[[], None], qtbot: QtBot) -> None:
    work()
    before = [sys.getrefcount(one) for one in (True, False, None)]
    for _ in range(_ROUNDS):
        work()
    after = [sys.getrefcount(one) for one in (True, False, None)]
    lost = {
        str(one): earlier - later
        for one, earlier, later in zip((True, False, None), before, after, strict=True)
        if earlier - later > _SLACK
    }
    assert not lost


def test_no_reference_is_lost_while_a_view_reads_its_model(qtbot: QtBot) -> None:
    rows = _Rows()
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(rows)
    view.show()
    qtbot.waitExposed(view)
    view.grab()
    before = [sys.getrefcount(one) for one in (True, False, None)]
    for _ in range(_ROUNDS):
        view.grab()
    after = [sys.getrefcount(one) for one in (True, False, None)]
    assert all(x - y <= _SLACK for x, y in zip(before, after, strict=True))
