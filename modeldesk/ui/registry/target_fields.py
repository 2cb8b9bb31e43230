"""Where an image is to go: a repository among those that are known, or any other, and its tags."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidReference
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.field import Field

_LATEST = "latest"


class TargetFields(QWidget):
    """Checks while somebody types."""

    changed = Signal()

    def __init__(
        self,
        repositories: Sequence[str],
        tags: str,
        *,
        several: bool,
        parent: QWidget | None = None,
    ) -> None:
        """`tags` is what stands there first; `several` says whether more than one can be given."""
        super().__init__(parent)
        self._several = several
        self.references: tuple[Reference, ...] = ()
        """What is written, where all of it can be."""
        self.repository = DropDown()
        self.repository.setEditable(True)
        self.repository.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.repository.addItems(list(repositories))
        self.repository.setMinimumContentsLength(24)
        self.repository.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        completer = self.repository.completer()
        if isinstance(completer, QCompleter):
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        edit = self.repository.lineEdit()
        if edit is not None:
            edit.setPlaceholderText("registry.lan:5000/team/rec")
            edit.setCursorPosition(0)
        self.tags = QLineEdit(tags)
        self.tags.setFont(font(TextStyle.MONO_SMALL))
        self.repository_field = Field(tr("Repository, with its registry"), self.repository)
        self.tags_field = Field(tr("Tags") if several else tr("Tag"), self.tags)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.repository_field)
        column.addWidget(self.tags_field)
        self.repository.editTextChanged.connect(lambda _text: self.check())
        self.tags.textChanged.connect(lambda _text: self.check())
        self.check()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._set_face()

    def check(self) -> None:
        """Read what is written, and say what is wrong with it."""
        repository, problem = self._repository()
        self._show(self.repository_field, problem)
        self._set_face()
        tags, problem = self._tags(repository)
        self._show(self.tags_field, problem)
        self.references = tags if repository is not None else ()
        self.changed.emit()

    def _set_face(self) -> None:
        """The style sheet gives it the font of a choice whenever it takes hold: when it is shown
        first, and when it becomes wrong or right."""
        edit = self.repository.lineEdit()
        if edit is not None:
            edit.setFont(font(TextStyle.MONO_SMALL))

    def _repository(self) -> tuple[Reference | None, str]:
        text = self.repository.currentText().strip()
        if not text:
            return None, ""
        try:
            found = Reference.parse(text)
        except InvalidReference as error:
            return None, str(error)
        if found.tag or found.digest:
            return None, tr("Write the tag in the field below.")
        if found.registry == DEFAULT_REGISTRY and not text.startswith(f"{DEFAULT_REGISTRY}/"):
            return None, tr("Write the registry first, such as registry.lan:5000/{name}.",
                            name=found.repository)  # fmt: skip
        return found, ""

    def _tags(self, repository: Reference | None) -> tuple[tuple[Reference, ...], str]:
        written = self.tags.text().replace(",", " ").split()
        if not self._several and len(written) > 1:
            return (), tr("Write one tag.")
        base = repository or Reference(DEFAULT_REGISTRY, "x")
        try:
            found = tuple(base.with_tag(tag) for tag in dict.fromkeys(written))
        except InvalidReference as error:
            return (), str(error)
        note = tr("Several are written with spaces between them.") if self._several else ""
        if _LATEST in written:
            note = tr("latest moves with every push of it: whoever runs it can't tell what it was.")
        self.tags_field.set_note(note)
        return found, ""

    def _show(self, field: Field, problem: str) -> None:
        if problem:
            field.set_error(problem)
        else:
            field.clear_error()
