"""Asks where a version is to be pushed, and under which tags."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.library.model import Version
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import is_mutable
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.registry.form_dialog import FormDialog
from modeldesk.ui.registry.target_fields import TargetFields
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton, PrimaryButton
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.wrapped_text import WrappedText


class PushDialog(FormDialog):
    """The version's own tag stands there first; what moves is written by the person alone."""

    def __init__(
        self,
        version: Version,
        repositories: Sequence[str],
        on_push: Callable[[tuple[Reference, ...]], object],
        parent: QWidget,
    ) -> None:
        name = presentation.printable(f"{version.key.model} {version.name}".strip())
        super().__init__(
            tr("Push"), tr("Push {version}", version=name), PrimaryButton(tr("Push")), parent
        )
        self._on_push = on_push
        own = next((one.tag for one in version.references if not is_mutable(one.tag)), "")
        self.fields = TargetFields(repositories, own, several=True)
        others = [one.tag for one in version.references if one.tag != own]
        if others:
            said = ", ".join(dict.fromkeys(others))
            more = tr("Here it is also {tags}.", tags=presentation.printable(said))
            self.body.addWidget(Label(more, TextStyle.LABEL, "muted", wrap=True))
        self.body.insertWidget(0, self.fields)
        self.command = WrappedText(most_lines=4)
        self._copy = LinkButton(tr("copy"))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._commands()))
        self.body.addWidget(Label(tr("The same on the command line:"), TextStyle.LABEL, "muted"))
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.command, 1)
        row.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)
        self._image = str(version.references[0]) if version.references else version.key.image
        self.fields.changed.connect(self._tell)
        self.act.setDefault(True)
        self.fields.repository.setFocus()
        self.act.clicked.connect(self._accept)
        self._tell()

    def _tell(self) -> None:
        self.act.setEnabled(bool(self.fields.references))
        self.command.set_text(self._commands() or tr("Nothing is chosen yet."))
        self._copy.setEnabled(bool(self.fields.references))
        self.make_room()

    def _commands(self) -> str:
        names = " ".join(map(str, self.fields.references))
        return f"modeldesk push {self._image} {names}" if names else ""

    def _accept(self) -> None:
        self._on_push(self.fields.references)
        self.accept()
