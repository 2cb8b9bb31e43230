"""What a build or a container says, as it says it."""

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QTextCursor, QTextOption
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton
from modeldesk.ui.widgets.label import Label

_BATCH_MS = 50
HEAD_HEIGHT = 22
"""Of the title's row."""
_MOST_CHARACTERS = 2_000_000
"""A text that is long beyond reading holds the window at every change."""
_WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut


class LogView(QWidget):
    """Plain lines, the last `limit` of them and no more than two million characters, written at
    most twenty times a second.

    While it follows, the last line stays in sight. Ctrl+F finds, Enter goes to the next.
    """

    def __init__(
        self, theme: Theme, limit: int = 10_000, title: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._limit = limit
        self._waiting: deque[str] = deque()
        self._waiting_characters = 0
        self._view = QPlainTextEdit(readOnly=True)
        self._view.setProperty("kind", "log")
        self._view.setFont(font(TextStyle.MONO_SMALL))
        self._view.setMaximumBlockCount(limit)
        self._view.setUndoRedoEnabled(False)
        self._view.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.document().setDocumentMargin(0)
        self._view.setAccessibleName(title or tr("Log"))
        self._batch = QTimer(self, singleShot=True, interval=_BATCH_MS)
        self._batch.timeout.connect(self.flush)
        self._find = QLineEdit()
        self._find.setPlaceholderText(tr("Find in log"))
        self._find.setAccessibleName(tr("Find in log"))
        self._find.returnPressed.connect(lambda: self.find_next(self._find.text()))
        self._follow = QCheckBox(tr("follow"))
        self._follow.setChecked(True)
        self._follow.toggled.connect(self._follow_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(self._header(theme, title))
        column.addWidget(self._find)
        column.addWidget(self._view, 1)
        self._find.hide()
        QShortcut(QKeySequence.StandardKey.Find, self, self._show_find).setContext(_WITHIN)
        QShortcut(QKeySequence("Escape"), self._find, self._hide_find).setContext(_WITHIN)

    def append(self, lines: Iterable[str]) -> None:
        """Add lines (a text with line breaks counts as several)."""
        for text in lines:
            for line in presentation.log_lines(text):
                self._keep(line)
        if self._waiting and not self._batch.isActive():
            self._batch.start()

    def flush(self) -> None:
        """Write what waits now."""
        self._batch.stop()
        if not self._waiting:
            return
        text = "\n".join(self._waiting)
        self._forget_waiting()
        bar = self._view.verticalScrollBar()
        stay = bar.value()
        self._view.appendPlainText(text)
        self._drop_earliest()
        bar.setValue(bar.maximum() if self._follow.isChecked() else stay)

    def clear(self) -> None:
        """Forget every line."""
        self._batch.stop()
        self._forget_waiting()
        self._view.clear()

    def text(self) -> str:
        """Every line kept, those that wait included."""
        self.flush()
        return self._view.toPlainText()

    def set_following(self, following: bool) -> None:
        """Keep the last line in sight, or leave the place alone."""
        self._follow.setChecked(following)

    def find_next(self, text: str) -> bool:
        """Select the next place of `text`, from the top again after the last."""
        self.flush()
        self._follow.setChecked(False)
        if not text:
            return False
        if self._view.find(text):
            return True
        self._view.moveCursor(QTextCursor.MoveOperation.Start)
        return self._view.find(text)

    def _keep(self, line: str) -> None:
        waiting = self._waiting
        waiting.append(line)
        self._waiting_characters += len(line)
        while len(waiting) > self._limit or self._waiting_characters > _MOST_CHARACTERS:
            self._waiting_characters -= len(waiting.popleft())

    def _forget_waiting(self) -> None:
        self._waiting.clear()
        self._waiting_characters = 0

    def _drop_earliest(self) -> None:
        """Take away whole lines until the text is no longer than it may be."""
        document = self._view.document()
        beyond = document.characterCount() - _MOST_CHARACTERS
        if beyond > 0:
            cursor = QTextCursor(document)
            first_kept = document.findBlock(beyond).next()
            cursor.setPosition(first_kept.position(), QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()

    def _header(self, theme: Theme, title: str) -> QHBoxLayout:
        find = IconButton(theme, Icon.SEARCH, tr("Find in log"))
        find.clicked.connect(self._show_find)
        copy = IconButton(theme, Icon.COPY, tr("Copy log"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text()))
        for button in (find, copy):
            # Hardly higher than a title, so that logs begin where the cards beside them do.
            button.setProperty("kind", "slim")
            button.setFixedHeight(HEAD_HEIGHT)
        self._follow.setFixedHeight(HEAD_HEIGHT)
        row = QHBoxLayout()
        row.setSpacing(Space.XS)
        row.addWidget(Label(title, TextStyle.STRONG))
        row.addStretch(1)
        row.addWidget(find)
        row.addWidget(copy)
        row.addWidget(self._follow)
        return row

    def _follow_changed(self, following: bool) -> None:
        if following:
            bar = self._view.verticalScrollBar()
            bar.setValue(bar.maximum())

    def _show_find(self) -> None:
        self._find.show()
        self._find.setFocus()
        self._find.selectAll()

    def _hide_find(self) -> None:
        self._find.hide()
        self._view.setFocus()
