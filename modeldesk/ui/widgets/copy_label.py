"""A short form of something long, with a link that copies the whole."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_SAID_FOR_MS = 1600


class CopyLabel(QWidget):
    """Such as a digest. `copied` carries the text that went to the clipboard."""

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self._shown = Label("", TextStyle.MONO_SMALL, "muted")
        self._link = LinkButton(tr("copy"))
        self._link.setFont(font(TextStyle.NOTE))
        self._link.clicked.connect(self._copy)
        self._quiet = QTimer(self, singleShot=True, interval=_SAID_FOR_MS)
        self._quiet.timeout.connect(lambda: self._link.set_text(tr("copy")))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(self._shown)
        row.addWidget(self._link)
        row.addStretch(1)
        self.set_value("", "")

    def set_value(self, shown: str, full: str) -> None:
        """Show `shown`; the link copies `full`. Without `full` there is no link."""
        self._full = full
        self._shown.setText(shown)
        self._shown.setToolTip(plain_tooltip(full))
        self._link.setVisible(bool(full))
        self._link.setAccessibleName(tr("Copy {text}", text=full))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._full)
        self._link.set_text(tr("copied"))
        self._quiet.start()
        self.copied.emit(self._full)
