"""Work that waits for a paint."""

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from modeldesk.ui.widgets.after_paint import AfterPaint


class Painted(QWidget):
    """Notes when it is painted."""

    def __init__(self, order: list[str]) -> None:
        super().__init__()
        self._order = order

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._order.append("painted")


def test_what_waits_is_called_after_the_paint_and_once(qtbot: QtBot) -> None:
    order: list[str] = []
    widget = Painted(order)
    qtbot.addWidget(widget)
    after = AfterPaint(widget)
    after.run(lambda: order.append("called"))
    assert after.waits
    assert order == []
    widget.show()
    qtbot.waitUntil(lambda: not after.waits)
    assert "called" in order
    assert order.index("painted") < order.index("called")
    widget.repaint()
    qtbot.wait(20)
    assert order.count("called") == 1


def test_what_is_called_may_wait_again(qtbot: QtBot) -> None:
    order: list[str] = []
    widget = Painted(order)
    qtbot.addWidget(widget)
    after = AfterPaint(widget)
    after.run(lambda: after.run(lambda: order.append("called")))
    widget.show()
    qtbot.waitUntil(lambda: "called" in order)
    assert order.index("painted") == 0
    assert order[:-1].count("painted") >= 2
