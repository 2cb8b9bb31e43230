"""A tab whose content is longer than the panel is high."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from modeldesk.ui.theme.tokens import Space


class PageScroll(QScrollArea):
    """Scrolls upright only; put content into `body`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, Space.M, Space.S, Space.M)
        self.body.setSpacing(Space.XS)
        self.setWidget(content)
