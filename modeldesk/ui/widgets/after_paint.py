"""Work that waits until what is there already has been painted."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class AfterPaint(QObject):
    """Calls back once `widget` was painted next. A worker that starts before takes the
    interpreter's lock in turns with the painting, which then takes twice as long."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._waiting: list[Callable[[], None]] = []
        widget.installEventFilter(self)
        self._widget = widget

    def run(self, callback: Callable[[], None]) -> None:
        """Call `callback` after the next paint, of which there is one as soon as the widget is in
        sight."""
        self._waiting.append(callback)
        self._widget.update()

    @property
    def waits(self) -> bool:
        """Whether something is still to be called."""
        return bool(self._waiting)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._waiting and event.type() == QEvent.Type.Paint:
            # The event comes before the painting.
            QTimer.singleShot(0, self, self._call)
        return super().eventFilter(watched, event)

    def _call(self) -> None:
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()
