"""Asks for one more tag."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidReference
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.library.tags import holder, refusal
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label

_WIDTH = 460


class AddTagDialog(QDialog):
    """Checks while typing; Add is possible when the tag can be given."""

    def __init__(
        self,
        snapshot: LibrarySnapshot,
        version: Version,
        on_tag: Callable[[Reference], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent.window())
        self._snapshot = snapshot
        self._version = version
        self._on_tag = on_tag
        self._reference: Reference | None = None
        self.setWindowTitle(tr("Add a tag"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.edit = QLineEdit(_beginning(version))
        self.edit.setFont(font(TextStyle.MONO))
        self.field = Field(tr("Name and tag"), self.edit)
        self.note = Label("", TextStyle.LABEL, "muted", wrap=True)
        self.add = PrimaryButton(tr("Add"))
        self.cancel = PlainButton(tr("Cancel"))
        self.add.setDefault(True)
        self.add.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        title = tr("Add a tag to {version}", version=presentation.printable(version.name))
        column.addWidget(Label(title, TextStyle.SUBTITLE, wrap=True))
        column.addWidget(self.field)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addLayout(buttons)
        self.edit.textChanged.connect(self._check)
        self._check()

    def _check(self) -> None:
        text = self.edit.text().strip()
        problem, note = "", ""
        self._reference = None
        if text and not text.endswith(":"):
            try:
                reference = Reference.parse(text)
            except InvalidReference as error:
                problem = str(error)
            else:
                problem = refusal(self._snapshot, self._version, reference)
                if not problem:
                    self._reference = reference
                    note = self._note(reference)
        if problem:
            self.field.set_error(problem)
        else:
            self.field.clear_error()
        self.note.setText(note)
        self.add.setEnabled(self._reference is not None)

    def _note(self, reference: Reference) -> str:
        if is_mutable(reference.tag) and holder(self._snapshot, reference):
            return tr("{tag} moves here from another version.", tag=reference.tag)
        return ""

    def _accept(self) -> None:
        if self._reference is not None:
            self._on_tag(self._reference)
            self.accept()


def _beginning(version: Version) -> str:
    named = (*version.references, *version.digests)
    return f"{named[0].name}:" if named else ""
