"""A text to read or edit, coloured by its syntax, with marks at lines to look at."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.code_colours import CodeColours, Syntax
from modeldesk.ui.widgets.code_gutter import MarkedEdit
from modeldesk.ui.widgets.code_marks import CodeMark, Places, of_line, tinted_line, underlines
from modeldesk.ui.widgets.tab_order import HandsOn

_LEAST_LINES = 3
_MOST_SHOWN = 200_000
_MOST_LINES = 10_000
"""Of longer texts the beginning is shown, and can't be edited: laying them out would keep the
window from answering."""


class CodeView(HandsOn):
    """Text in the monospaced face. `text_changed` follows a person's edits only. Of a text that
    no person wrote only the beginning is in sight."""

    text_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        syntax: Syntax = Syntax.DOCKERFILE,
        *,
        numbered: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`numbered`: with the numbers of its lines, and room for marks beside them."""
        super().__init__(parent)
        self._theme = theme
        self._marked: tuple[int, Tone] | None = None
        self._marks: tuple[CodeMark, ...] = ()
        self._told = ""
        self._long: str | None = None
        """The text, where it is too long to be shown."""
        self._editable = False
        self._view = MarkedEdit(theme)
        self._view.setProperty("kind", "flat")
        self._view.setFont(font(TextStyle.MONO_SMALL))
        self._view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._view.document().setDocumentMargin(0)
        self._view.setTabChangesFocus(True)
        self._view.setMinimumHeight(_LEAST_LINES * self._view.fontMetrics().lineSpacing())
        if numbered:
            self._view.show_edge()
        self._colours = CodeColours(theme, self._view.document(), syntax)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self.hand_on_to(self._view)
        self.set_editable(False)
        theme.changed.connect(self._recolour)
        self._view.textChanged.connect(self._edited)

    def height_for(self, lines: int) -> int:
        """The room that so many lines take."""
        return lines * self._view.fontMetrics().lineSpacing()

    @property
    def lines(self) -> int:
        """How many there are."""
        return self._view.blockCount()

    def text(self) -> str:
        """The text as it stands, all of it."""
        return self._view.toPlainText() if self._long is None else self._long

    def set_text(self, text: str) -> None:
        """Show `text`, without a mark, from its beginning."""
        if text == self.text():
            return
        beginning = _beginning(text)
        self._long = text if len(beginning) < len(text) else None
        self._view.blockSignals(True)
        self._view.setPlainText(beginning if self._long is None else _with_end(beginning))
        self._view.blockSignals(False)
        self._allow_edits()
        self._told = self.text()
        # What counts the lines was not told of it.
        self._view.blockCountChanged.emit(self._view.blockCount())
        self.set_marks(())
        self.mark_line(None)

    @property
    def too_long(self) -> bool:
        """Whether only the beginning of the text is shown, to be read."""
        return self._long is not None

    def set_editable(self, editable: bool) -> None:
        """Let a person edit the text, or only read and select it."""
        self._editable = editable
        self._allow_edits()

    def _allow_edits(self) -> None:
        editable = self._editable and self._long is None
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
        self._show_marks()
        if number is not None:
            self._go(number)

    def set_marks(self, marks: Sequence[CodeMark]) -> None:
        """Mark what there is to look at, in place of what was marked so before. The marks are of
        the text as it stands."""
        self._marks = tuple(marks)
        self._view.set_line_marks(of_line(self._marks))
        self._show_marks()

    def marks(self) -> tuple[CodeMark, ...]:
        """What is marked."""
        return self._marks

    def show_line(self, number: int) -> None:
        """Bring a line into sight."""
        self._go(number)

    def go_to(self, mark: CodeMark) -> None:
        """Put the cursor at a mark, in sight, and let the keyboard go there."""
        self._go(mark.line)
        cursor = self._view.textCursor()
        end = self._view.document().characterCount() - 1
        cursor.setPosition(min(Places(self.text()).of(mark.start), end))
        self._view.setTextCursor(cursor)
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def replace(self, edits: Sequence[tuple[int, int, str]]) -> None:
        """Change the text as a person would, to be undone at once: what stands from one place to
        another becomes the text that is given."""
        if self._long is not None:
            self._replace_unseen(edits)
            return
        places = Places(self.text())
        cursor = QTextCursor(self._view.document())
        cursor.beginEditBlock()
        for start, end, text in sorted(edits, reverse=True):
            cursor.setPosition(places.of(start))
            cursor.setPosition(places.of(end), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(text)
        cursor.endEditBlock()

    def _replace_unseen(self, edits: Sequence[tuple[int, int, str]]) -> None:
        text = self.text()
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        self.set_text(text)
        self.text_changed.emit()

    def set_name(self, name: str) -> None:
        """What a screen reader calls the text."""
        self._view.setAccessibleName(name)

    def _go(self, number: int) -> None:
        block = self._view.document().findBlockByNumber(number - 1)
        if block.isValid():
            self._view.setTextCursor(QTextCursor(block))
            self._view.centerCursor()

    def _edited(self) -> None:
        """Colours change the document too, and say so."""
        text = self.text()
        if text != self._told:
            self._told = text
            self.text_changed.emit()

    def _recolour(self) -> None:
        self._view.blockSignals(True)
        self._colours.rehighlight()
        self._view.blockSignals(False)
        self._show_marks()

    def _show_marks(self) -> None:
        document, tokens = self._view.document(), self._theme.tokens
        selections = []
        if self._marked is not None:
            selections += tinted_line(document, *self._marked, tokens)
        if self._marks:
            selections += underlines(document, self.text(), self._marks, tokens)
        self._view.setExtraSelections(selections)


def _beginning(text: str) -> str:
    """As much of `text` as is shown: all of it, or whole lines where there are."""
    lines = text[: _MOST_SHOWN + 1].split("\n", _MOST_LINES)
    if len(lines) <= _MOST_LINES and len(text) <= _MOST_SHOWN:
        return text
    beginning = "\n".join(lines[:_MOST_LINES])
    if len(beginning) <= _MOST_SHOWN:
        return beginning
    whole, broken, _ = beginning[:_MOST_SHOWN].rpartition("\n")
    return whole if broken else beginning[:_MOST_SHOWN]


def _with_end(beginning: str) -> str:
    """What is shown of a long text: it says itself that there is more."""
    said = tr("The text goes on. It is too long to be shown or edited here.")
    return f"{beginning}\n… {said}"
