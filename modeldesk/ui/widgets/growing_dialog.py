"""A dialog whose words become longer while it is open."""

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QDialog, QWidget


class GrowingDialog(QDialog):
    """As high as what it says needs at least: lines that wrap are higher than a size hint knows,
    and a dialog does not grow by itself. It does not shrink under the hands of who reads."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grow_due = QTimer(self, singleShot=True, interval=0)
        self._grow_due.timeout.connect(self._grow)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._grow_due.start()
        return done

    def _grow(self) -> None:
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        needed = layout.totalMinimumSize().height()
        if layout.hasHeightForWidth():
            needed = max(needed, layout.totalHeightForWidth(self.width()))
        if needed != self.minimumHeight():
            self.setMinimumHeight(needed)
