"""The parts of the form about git: what is built, and the tag that a commit is given."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.git_tags import tag_message, tag_name
from modeldesk.core.words import tr
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.field import Field, NotedLineEdit


class SourceField(QWidget):
    """Says what is built, with a way to choose another commit. Out of sight outside of git."""

    asked = Signal()
    """A person wants to choose."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ElidedLabel("", TextStyle.MEDIUM, "text", Qt.TextElideMode.ElideRight)
        self.choose = LinkButton(tr("change"))
        self.choose.setAccessibleName(tr("Choose what is built"))
        self.choose.clicked.connect(self.asked)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.text, 1)
        row.addWidget(self.choose)
        self.field = Field(tr("Build from"), line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)

    def show_plan(self, plan: BuildPlan) -> None:
        """Say what `plan` is of."""
        git = plan.git
        self.setVisible(git is not None and bool(git.commit))
        if git is None:
            return
        commit = tr("commit {commit}", commit=git.commit[:8])
        if plan.revision:
            self.text.set_text(printable(", ".join(git.tags[:3])) or commit)
            self.field.set_note(
                tr("{commit}, in a clean checkout beside the folder", commit=commit)
            )
        else:
            self.text.set_text(tr("The folder as it is"))
            self.field.set_note(tr("with changes that are not committed") if git.dirty else "")


class GitTagField(QWidget):
    """Whether the commit is given an annotated tag once the image is there, and which. What was
    not typed follows the version."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted = QCheckBox(tr("Git tag on success"))
        self.name = NotedLineEdit()
        self.message = NotedLineEdit(mono=False)
        self.name_field = Field(tr("Git tag"), self.name)
        self.message_field = Field(tr("Its message"), self.message)
        self._proposed = ("", "")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        for part in (self.wanted, self.name_field, self.message_field):
            column.addWidget(part)
        self.wanted.toggled.connect(self._toggled)
        self.name.textEdited.connect(self.changed)
        self._toggled(on=False)

    @property
    def chosen_name(self) -> str:
        """The tag that is wanted; empty for none."""
        return self.name.text().strip() if self.wanted.isChecked() else ""

    @property
    def chosen_message(self) -> str:
        """What it says."""
        return self.message.text().strip()

    def show_plan(self, plan: BuildPlan) -> None:
        """Begin anew."""
        git = plan.git
        self.setVisible(git is not None and bool(git.commit))
        self.wanted.setChecked(False)
        self.allow(git)

    def allow(self, git: GitFacts | None) -> None:
        """Let a tag be wanted, unless the image has what no commit has."""
        dirty = git is not None and git.dirty
        if dirty:
            self.wanted.setChecked(False)
        self.wanted.setEnabled(not dirty)
        self.wanted.setToolTip(
            tr("The folder has changes that no commit has. Commit them, or build from a commit.")
            if dirty
            else ""
        )

    def follow(self, pattern: str, model: str, version: str) -> None:
        """Propose for another version; what was typed stays."""
        before, self._proposed = (
            self._proposed,
            (tag_name(pattern, model, version), tag_message(model, version)),
        )
        for edit, old, new in zip((self.name, self.message), before, self._proposed, strict=True):
            if edit.text() in ("", old):
                edit.setText(new)

    def set_editable(self, editable: bool) -> None:
        """Let it be changed, or only read."""
        self.wanted.setDisabled(not editable or bool(self.wanted.toolTip()))
        for edit in (self.name, self.message):
            edit.setReadOnly(not editable)

    def show_problem(self, sentence: str) -> None:
        """Say what is wrong with the name; empty for nothing."""
        if sentence:
            self.name_field.set_error(sentence)
        else:
            self.name_field.clear_error()

    def _toggled(self, on: bool) -> None:
        self.name_field.setVisible(on)
        self.message_field.setVisible(on)
        self.changed.emit()
