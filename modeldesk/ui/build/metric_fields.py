"""The numbers that are registered with a version: its measures in sight, the others folded."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.library.measures import is_measure
from modeldesk.core.words import tr, trn
from modeldesk.ui.build.draft import number_of
from modeldesk.ui.build.words import found_note
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.field import Field, NotedLineEdit


class MetricFields(QWidget):
    """A field for each number. Those that say how good a model is come first; what else the
    training wrote down waits behind one line."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edits: dict[str, NotedLineEdit] = {}
        """By name, every number, folded or not."""
        self._fields: dict[str, Field] = {}
        self._column = _column(self)
        self._measures = QWidget()
        self._others = QWidget()
        self.fold = LinkButton("", flush=True)
        self.fold.clicked.connect(lambda: self._open(self._others.isHidden()))
        for part in (self._measures, self.fold, self._others):
            self._column.addWidget(part)

    def show_metrics(self, metrics: Mapping[str, str]) -> None:
        """Show other numbers, folded again."""
        for part in (self._measures, self._others):
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._measures, self._others = QWidget(), QWidget()
        self._column.insertWidget(0, self._measures)
        self._column.addWidget(self._others)
        measures, others = _column(self._measures), _column(self._others)
        self.edits, self._fields = {}, {}
        for name, text in metrics.items():
            edit = NotedLineEdit(found_note(text, text))
            edit.setText(text)
            edit.textChanged.connect(partial(_note, edit, text))
            edit.textChanged.connect(self.changed)
            field = Field(name, edit)
            (measures if is_measure(name) else others).addWidget(field)
            self.edits[name], self._fields[name] = edit, field
        self._measures.setVisible(bool(measures.count()))
        self.fold.setVisible(bool(others.count()))
        self._open(False)
        self.setVisible(bool(metrics))

    def texts(self) -> dict[str, str]:
        """Every number as it is written."""
        return {name: edit.text().strip() for name, edit in self.edits.items()}

    def check(self, sentence: str) -> None:
        """Say `sentence` under what is no number, in sight."""
        for name, field in self._fields.items():
            if _is_number(self.edits[name].text()):
                field.clear_error()
            else:
                field.set_error(sentence)
                if not is_measure(name):
                    self._open(True)

    def _open(self, opened: bool) -> None:
        count = sum(not is_measure(name) for name in self.edits)
        self._others.setVisible(opened and bool(count))
        if opened:
            text = tr("fewer values")
        elif self._measures.isHidden():
            text = trn("{count} value from the folder", "{count} values from the folder", count)
        else:
            text = trn("and {count} more value", "and {count} more values", count)
        self.fold.set_text(text)


def _note(edit: NotedLineEdit, found: str, typed: str) -> None:
    edit.set_note(found_note(typed.strip(), found))


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.M)
    return column


def _is_number(text: str) -> bool:
    if not text.strip():
        return True
    try:
        number_of(text)
    except ValueError:
        return False
    return True
