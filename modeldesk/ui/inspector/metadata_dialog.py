"""The form that changes what is registered with a version, with what was changed before."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidInput
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Metadata, Section
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.inspector.fact_list import FactList
from modeldesk.ui.inspector.metadata_form import LISTED, Change, Draft, change_of, draft_of
from modeldesk.ui.inspector.metadata_words import history_facts
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.form_scroll import FormScroll
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.rows_editor import RowField, RowsEditor

_SIZE = (620, 640)


class MetadataDialog(QDialog):
    """Says what can't be used while it is typed; *Save* waits for that. `save` gets the change
    and the reason."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        known: Metadata,
        where: str,
        save: Callable[[Change, str], None],
        parent: QWidget,
    ) -> None:
        """`where` says where it is kept."""
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        title = tr("Metadata of {name}", name=presentation.printable(presentation.cut(name)))
        self.setWindowTitle(title)
        self._known = known
        self._save = save
        draft = draft_of(known)
        self.rows = {section: _editor(theme, section) for section in LISTED}
        for section, editor in self.rows.items():
            editor.set_values(draft.rows[section])
        self.dataset = _edit(draft.training[DATASET])
        self.training_time = _edit(draft.training[TRAINING_TIME], "1h30min")
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("For the history, such as: measured on the new test set"))
        self.problem = Label("", TextStyle.NOTE, "bad", wrap=True)
        self.history = FactList(tr("History"))
        self.history.set_facts(history_facts(known))
        self.save_button = PrimaryButton(tr("Save"))
        self.cancel_button = PlainButton(tr("Cancel"))
        self._lay_out(title, where)
        self._connect()
        self._check()

    def _lay_out(self, title: str, where: str) -> None:
        form = QWidget()
        body = QVBoxLayout(form)
        body.setContentsMargins(0, Space.M, 0, Space.M)
        body.setSpacing(Space.L)
        body.addWidget(self.rows[Section.METRIC])
        training = QHBoxLayout()
        training.setSpacing(Space.M)
        training.addWidget(Field(tr("Dataset version"), self.dataset), 2)
        training.addWidget(Field(tr("Training time"), self.training_time), 1)
        body.addLayout(training)
        body.addWidget(self.rows[Section.PARAMETER])
        body.addWidget(self.rows[Section.TAG])
        body.addWidget(Field(tr("Why"), self.why))
        body.addWidget(self.history)
        body.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.problem, 1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        column.setSpacing(Space.S)
        column.addWidget(Label(title, TextStyle.SUBTITLE))
        column.addWidget(Label(where, TextStyle.NOTE, "muted", wrap=True))
        column.addWidget(FormScroll(form), 1)
        column.addLayout(buttons)
        self.save_button.setDefault(True)
        self.resize(*_SIZE)

    def _connect(self) -> None:
        for editor in self.rows.values():
            editor.changed.connect(self._check)
        for edit in (self.dataset, self.training_time):
            edit.textChanged.connect(self._check)
        self.save_button.clicked.connect(self._accept)
        self.cancel_button.clicked.connect(self.reject)

    def draft(self) -> Draft:
        """What stands in the fields."""
        return Draft(
            {section: editor.values() for section, editor in self.rows.items()},
            {DATASET: self.dataset.text(), TRAINING_TIME: self.training_time.text()},
        )

    def change(self) -> Change | None:
        """What would be saved; None while something can't be used, which is said."""
        try:
            change = change_of(self._known, self.draft())
        except InvalidInput as error:
            self.problem.setText(str(error))
            return None
        self.problem.setText("")
        return change

    def _check(self) -> None:
        change = self.change()
        changes = change is not None and bool(change.set_values or change.unset)
        self.save_button.setEnabled(changes)

    def _accept(self) -> None:
        change = self.change()
        if change is not None:
            self._save(change, self.why.text().strip())
            self.accept()


def _editor(theme: Theme, section: Section) -> RowsEditor:
    title, name, value, add = {
        Section.METRIC: (tr("Metrics"), "accuracy", "0.943", tr("Add a metric")),
        Section.PARAMETER: (tr("Training parameters"), "lr", "0.01", tr("Add a parameter")),
        Section.TAG: (tr("Tags"), "owner", "…", tr("Add a tag")),
    }[section]
    fields = (RowField(tr("Name"), name, 1), RowField(tr("Value"), value, 2))
    return RowsEditor(theme, title, fields, add)


def _edit(text: str, placeholder: str = "") -> QLineEdit:
    edit = QLineEdit(text)
    edit.setFont(font(TextStyle.MONO_SMALL))
    edit.setPlaceholderText(placeholder)
    return edit
