"""A Dockerfile to read or edit: instructions bold, comments faint, a line to look at marked."""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone

_INSTRUCTION = re.compile(
    r"^\s*(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN"
    r"|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\b",
    re.IGNORECASE,
)
_STAGE_NAME = re.compile(r"\sAS\s", re.IGNORECASE)
_CONTINUES = 1
_BEGINS = 0


class CodeView(QWidget):
    """Text in the monospaced face. `text_changed` follows a person's edits only."""

    text_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marked: tuple[int, Tone] | None = None
        self._view = QPlainTextEdit()
        self._view.setProperty("kind", "flat")
        self._view.setFont(font(TextStyle.MONO_SMALL))
        self._view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._view.document().setDocumentMargin(0)
        self._view.setTabChangesFocus(True)
        self._highlighter = _Highlighter(theme, self._view.document())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self.setFocusProxy(self._view)
        self.set_editable(False)
        theme.changed.connect(self._recolour)
        self._view.textChanged.connect(self._edited)

    def text(self) -> str:
        """The text as it stands."""
        return self._view.toPlainText()

    def set_text(self, text: str) -> None:
        """Show `text`, without a mark, from its beginning."""
        if text == self.text():
            return
        self._view.blockSignals(True)
        self._view.setPlainText(text)
        self._view.blockSignals(False)
        self.mark_line(None)

    def set_editable(self, editable: bool) -> None:
        """Let a person edit the text, or only read and select it."""
        self._view.setReadOnly(not editable)
        self._view.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextEditorInteraction
            if editable
            else Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def mark_line(self, number: int | None, tone: Tone = Tone.BAD) -> None:
        """Tint line `number` (the first is 1) and bring it into sight; None takes the mark off."""
        self._marked = None if number is None else (number, tone)
        self._show_mark()
        if number is not None:
            block = self._view.document().findBlockByNumber(number - 1)
            if block.isValid():
                self._view.setTextCursor(QTextCursor(block))
                self._view.centerCursor()

    def set_name(self, name: str) -> None:
        """What a screen reader calls the text."""
        self._view.setAccessibleName(name)

    def _edited(self) -> None:
        if self._view.document().isModified():
            self.text_changed.emit()

    def _recolour(self) -> None:
        self._view.blockSignals(True)
        self._highlighter.rehighlight()
        self._view.blockSignals(False)
        self._show_mark()

    def _show_mark(self) -> None:
        selections: list[QTextEdit.ExtraSelection] = []
        if self._marked is not None:
            number, tone = self._marked
            block = self._view.document().findBlockByNumber(number - 1)
            if block.isValid():
                selection = QTextEdit.ExtraSelection()
                look = QTextCharFormat()
                look.setBackground(QColor(self._theme.tokens.tone(tone)[1]))
                look.setProperty(QTextFormat.Property.FullWidthSelection, True)
                selection.format = look
                selection.cursor = QTextCursor(block)
                selections.append(selection)
        self._view.setExtraSelections(selections)


class _Highlighter(QSyntaxHighlighter):
    """Weights and shades of a Dockerfile's lines."""

    def __init__(self, theme: Theme, document: QTextDocument) -> None:
        super().__init__(document)
        self._theme = theme

    def highlightBlock(self, text: str) -> None:
        inside = self.previousBlockState() == _CONTINUES
        stripped = text.lstrip()
        if stripped.startswith("#"):
            self.setFormat(0, len(text), self._faint())
            self.setCurrentBlockState(_CONTINUES if inside else _BEGINS)
            return
        if not inside and (found := _INSTRUCTION.match(text)):
            self.setFormat(found.start(1), found.end(1) - found.start(1), _bold())
            stage = _STAGE_NAME.search(text)
            if stage and found[1].upper() == "FROM":
                self.setFormat(stage.start(), stage.end() - stage.start(), _bold())
        self.setCurrentBlockState(_CONTINUES if text.rstrip().endswith("\\") else _BEGINS)

    def _faint(self) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setForeground(QColor(self._theme.tokens.faint))
        return look


def _bold() -> QTextCharFormat:
    look = QTextCharFormat()
    look.setFontWeight(700)
    return look
