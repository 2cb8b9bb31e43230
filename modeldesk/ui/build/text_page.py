"""A page of the recipe card: a text, and what was found in it below."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.ui.build.findings_panel import FindingsPanel
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.code_view import CodeView

_BAR = 10
"""What a bar below the text takes."""
_ASKS_AGAIN = (QEvent.Type.Resize, QEvent.Type.LayoutRequest)


class TextPage(QWidget):
    """`parts` one below the other; the text has what the others leave. Findings are listed in the
    room that a short text does not need."""

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        self._text = next(part for part in parts if isinstance(part, CodeView))
        panels = (part for part in parts if isinstance(part, FindingsPanel))
        self._findings = next(panels, None)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.S, 0, 0)
        column.setSpacing(Space.S)
        for part in parts:
            column.addWidget(part, 1 if part is self._text else 0)
        self._text.text_changed.connect(self._share)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in _ASKS_AGAIN:
            self._share()
        return done

    def _share(self) -> None:
        """What the text and the list have together stays the same, however it is parted."""
        if self._findings is not None:
            text = self._text.height_for(self._text.lines) + _BAR
            both = self._text.height() + self._findings.list.height()
            self._findings.set_room(both - text)
