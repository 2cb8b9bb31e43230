"""A tab whose content is longer than the panel is high."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.scroll_stop import ScrollStop


class PageScroll(ScrollStop):
    """Scrolls upright only; put content into `body`."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, Space.M, Space.S, Space.M)
        self.body.setSpacing(Space.XS)
        self.setWidget(content)
