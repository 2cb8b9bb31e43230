"""The box a query is written in, with what could come next below it."""

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QListView, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidQuery
from modeldesk.core.search.model import Names
from modeldesk.core.search.suggest import Suggestion, suggestions
from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import Label, repolish
from modeldesk.ui.widgets.search_field import SearchField

_POPUP_WIDTH = 260
_MOST_LINES = 12
_EXAMPLE = "accuracy >= 0.9 and channel != deprecated"
_AROUND = 12


class QueryBox(QWidget):
    """A field, and under it where the query goes wrong. Suggestions come while one types, or by
    Ctrl+Space."""

    changed = Signal(str)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = Names()
        self._offered: dict[str, Suggestion] = {}
        self.field = SearchField(tr("Such as {query}", query=_EXAMPLE))
        self.field.setAccessibleName(tr("What to find"))
        self.field.setFont(font(TextStyle.MONO))
        self.field.installEventFilter(self)
        self.problem = Label("", TextStyle.NOTE, "bad", wrap=True)
        self.problem.hide()
        self._offers = QStringListModel(self)
        self.completer = QCompleter(self._offers, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setMaxVisibleItems(_MOST_LINES)
        self.popup = QListView()
        self.popup.setProperty("kind", "popup")
        self.popup.setUniformItemSizes(True)
        self.popup.setFont(font(TextStyle.MONO_SMALL))
        self.completer.setPopup(self.popup)
        self.completer.setWidget(self.field)
        self.completer.activated.connect(self._take)
        self.field.textEdited.connect(lambda _: self.suggest())
        self.field.textChanged.connect(self.changed)
        self.field.returnPressed.connect(self.entered)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.field)
        column.addWidget(self.problem)

    def text(self) -> str:
        """The query as it stands."""
        return self.field.text()

    def set_text(self, text: str) -> None:
        """Write another query."""
        self.field.setText(text)
        self.field.setCursorPosition(len(text))

    def set_names(self, names: Names) -> None:
        """What can be suggested from now on."""
        self._names = names

    def set_problem(self, error: InvalidQuery | None) -> None:
        """Say where the query goes wrong and what would be right; None: nowhere."""
        if error is not None:
            place = tr("Column {column}: {message}", column=error.column, message=error.message)
            self.problem.setText(" ".join(filter(None, (place, error.hint))))
        self.problem.setVisible(error is not None)
        if bool(self.field.property("wrong")) != (error is not None):
            self.field.setProperty("wrong", error is not None)
            repolish(self.field)

    def go_to(self, error: InvalidQuery) -> None:
        """Select what is wrong."""
        self.field.setSelection(error.column - 1, error.length)

    def suggest(self) -> None:
        """Show what could be meant at the cursor, if there is anything."""
        found = suggestions(self.field.text(), self.field.cursorPosition(), self._names)
        self._offered = {one.text: one for one in found}
        if not found or not self.field.hasFocus():
            self.popup.hide()
            return
        self._offers.setStringList([one.text for one in found])
        metrics = self.field.fontMetrics()
        before = metrics.horizontalAdvance(self.field.text()[: found[0].start])
        area = self.field.rect().adjusted(min(before, self.field.width() - _POPUP_WIDTH), 0, 0, 2)
        area.setWidth(_POPUP_WIDTH)
        self.completer.complete(area)
        # Qt reckons without what the style puts around the lines.
        lines = min(len(found), _MOST_LINES)
        self.popup.resize(area.width(), lines * self.popup.sizeHintForRow(0) + _AROUND)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.field
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Space
            and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        ):
            self.suggest()
            return True
        return super().eventFilter(watched, event)

    def _take(self, text: str) -> None:
        one = self._offered.get(text)
        if one is None:
            return
        written, cursor = self.field.text(), self.field.cursorPosition()
        head = f"{written[: one.start]}{one.text} "
        self.field.setText(head + written[cursor:].lstrip())
        self.field.setCursorPosition(len(head))
