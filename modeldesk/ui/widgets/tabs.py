"""Pages behind names, the chosen one underlined."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font


class Tabs(QTabWidget):
    """A tab widget that is no wider than its names, with one line under all of them."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the row of tabs."""
        super().__init__(parent)
        self.setDocumentMode(True)
        bar = self.tabBar()
        bar.setDrawBase(False)
        bar.setExpanding(False)
        bar.setFont(font(TextStyle.MEDIUM))
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setAccessibleName(name)
        self.setUsesScrollButtons(True)
        # Tab stops at the bar; at these pages as a whole it would only be sent back there.
        self.setFocusProxy(None)  # type: ignore[arg-type]  # the stubs know no None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
