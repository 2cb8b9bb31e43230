"""A page that is read, not filled in, and may be longer than its place."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class ScrollStop(QScrollArea):
    """Scrolls upright only. While there is more than fits, Tab stops here for the arrow keys, and
    a frame says so; a click into the page leaves the keyboard where it was."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the page."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty("kind", "stop")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().rangeChanged.connect(self._stop_where_it_scrolls)

    def _stop_where_it_scrolls(self, least: int, most: int) -> None:
        scrolls = most > least
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if scrolls else Qt.FocusPolicy.NoFocus)
