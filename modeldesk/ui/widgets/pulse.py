"""A slow beat for things that wait, silent while nobody can see them."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class Pulse(QObject):
    """Repaints `widget` while it is on screen and counts the beats.

    The timer runs between the widget's show and hide events only, and only while `active`.
    """

    def __init__(self, widget: QWidget, interval_ms: int) -> None:
        super().__init__(widget)
        self._widget = widget
        self._active = True
        self.beat = 0
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self._tick)
        widget.installEventFilter(self)

    @property
    def running(self) -> bool:
        """Whether the timer runs now."""
        return self._timer.isActive()

    def set_active(self, active: bool) -> None:
        """Whether there is anything to animate."""
        self._active = active
        self._settle(self._widget.isVisible())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._settle(True)
        elif event.type() == QEvent.Type.Hide:
            self._settle(False)
        return False

    def _settle(self, visible: bool) -> None:
        if self._active and visible:
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        self.beat += 1
        self._widget.update()
