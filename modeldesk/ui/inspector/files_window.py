"""The files of an image in a window of their own."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.files_browser import files_browser
from modeldesk.ui.making import at_once
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.elided_label import ElidedLabel


class FilesWindow(QFrame):
    """Stays with the image it was opened for, whatever is chosen elsewhere."""

    def __init__(
        self, context: Context, source: ContentsSource, name: str, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = presentation.printable(presentation.cut(name))
        self.setWindowTitle(tr("Files in {name}", name=shown))
        self.title = ElidedLabel(shown, TextStyle.SUBTITLE)
        self.browser = at_once(files_browser(context, source, wide=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.title)
        column.addWidget(self.browser, 1)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        self.resize(1120, 720)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, once it has no text of a filter left to clear."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
