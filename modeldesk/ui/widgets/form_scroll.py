"""A form that scrolls where its dialog is low."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from modeldesk.ui.theme.tokens import Space

_RING = 1
"""The frames of focus must not be cut at the form's edge."""


class FormScroll(QScrollArea):
    """The fields are its stops, and bring themselves into sight. They end where the buttons below
    do, and a line says where more of them is beyond an edge."""

    def __init__(self, form: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        form.setContentsMargins(0, _RING, 0, _RING)
        self.setWidget(form)
        self.more_above, self.more_below = _line(self), _line(self)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._keep_clear)
        bar.valueChanged.connect(lambda _value: self._tell_more())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        view = self.viewport().geometry()
        self.more_above.setGeometry(view.x(), view.y(), view.width(), 1)
        self.more_below.setGeometry(view.x(), view.bottom(), view.width(), 1)
        self._tell_more()

    def _keep_clear(self, _least: int, most: int) -> None:
        """Only where there is a scroll bar, the fields stay clear of it."""
        form, right = self.widget(), Space.S if most > 0 else 0
        if form is not None and form.contentsMargins().right() != right:
            form.setContentsMargins(0, _RING, right, _RING)
        self._tell_more()

    def _tell_more(self) -> None:
        bar = self.verticalScrollBar()
        self.more_above.setVisible(bar.value() > bar.minimum())
        self.more_below.setVisible(bar.value() < bar.maximum())


def _line(area: QScrollArea) -> QFrame:
    line = QFrame(area)
    line.setProperty("kind", "line")
    line.hide()
    return line
