"""Every instruction an image was built by, those without a layer too."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.images import HistoryEntry, ImageDetail
from modeldesk.core.layers.instructions import clean, word_of
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.inspector.secret_note import SecretNote
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.two_line_list import TwoLineList, TwoLineRow
from modeldesk.ui.widgets.wrapped_text import WrappedText

_ALL = 1000
"""Stretch of the list: it takes what it needs before anything is left empty."""


class HistoryTab(QWidget):
    """Oldest first. Choosing a line shows it whole."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: tuple[HistoryEntry, ...] = ()
        self._image = ""
        self.list = TwoLineList(theme, lined=True, name=tr("History, oldest first"))
        self.text = WrappedText(most_lines=8)
        self.secret_note = SecretNote()
        self.when = Label("", TextStyle.LABEL, "muted")
        self.list.row_selected.connect(self._pick)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.S, 0, Space.S)
        column.setSpacing(Space.XS)
        column.addWidget(self.list, _ALL)
        column.addWidget(self.text)
        column.addWidget(self.secret_note)
        column.addWidget(self.when)
        column.addStretch(1)
        self._show_nothing()

    def show_detail(self, detail: ImageDetail) -> None:
        """Show the history in `detail`."""
        if detail.id != self._image:
            self.list.set_rows(())
            self._show_nothing()
        self._image = detail.id
        self._history = detail.history
        self.list.set_rows([_row(n, entry) for n, entry in enumerate(detail.history)])
        self.list.setMaximumHeight(self.list.content_height())

    def _pick(self, key: str) -> None:
        if not key:
            return
        entry = self._history[int(key)]
        made_by = without_secrets(clean(entry.created_by) or entry.comment)
        self.text.set_text(made_by)
        self.secret_note.tell_of((made_by,))
        self.when.setText(
            f"{presentation.moment(entry.created)} · {presentation.exact_size(entry.size_bytes)}"
        )
        self.text.show()
        self.when.show()

    def _show_nothing(self) -> None:
        for widget in (self.text, self.secret_note, self.when):
            widget.hide()


def _row(number: int, entry: HistoryEntry) -> TwoLineRow:
    instruction = without_secrets(clean(entry.created_by))
    word = word_of(instruction)
    rest = instruction[len(word) :] if word else instruction
    return TwoLineRow(
        key=str(number),
        title=word or tr("Layer"),
        subtitle=presentation.instruction(rest or entry.comment),
        right=presentation.size(entry.size_bytes) if entry.size_bytes else "",
        right_note="" if entry.size_bytes else tr("no layer"),
        mono_subtitle=True,
    )
