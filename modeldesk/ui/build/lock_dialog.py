"""Locked requirements, before anything is built with them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.model_folder.model import Requirements
from modeldesk.core.recipes.lock import Lock, changes, said_of
from modeldesk.core.words import tr
from modeldesk.ui.build.text_page import TextPage
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.code_colours import Syntax
from modeldesk.ui.widgets.code_view import CodeView
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tabs import Tabs


class LockDialog(QDialog):
    """Shows what each requirement becomes, and the text. Nothing is used or written before a
    button says so."""

    used = Signal()
    """For the build at hand."""
    saved = Signal()
    """Into the folder."""

    def __init__(self, theme: Theme, own: Requirements, lock: Lock, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Locked requirements"))
        self.lock = lock
        self.said = Label("\n".join(said_of(lock)), wrap=True)
        self.changes = CodeView(theme, Syntax.CHANGES)
        self.changes.set_name(tr("What changes"))
        self.changes.set_text(_changes_text(own, lock))
        self.text = CodeView(theme, Syntax.OTHER)
        self.text.set_name(str(lock.path))
        self.text.set_text(lock.text)
        self.tabs = Tabs(tr("Locked requirements"))
        self.tabs.addTab(TextPage(self.changes), tr("What changes"))
        self.tabs.addTab(TextPage(self.text), printable(lock.path.name))
        note = Label(
            tr("For this build it goes to the engine with the folder, which stays as it is."),
            TextStyle.LABEL, color="muted", wrap=True,
        )  # fmt: skip
        self.save = PlainButton(tr("Save into the folder"))
        self.use = PrimaryButton(tr("Use for this build"))
        if lock.unlocked:
            self.save.setEnabled(False)
            self.save.setToolTip(tr("A lock that leaves something out can’t stand for the list."))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.said)
        column.addWidget(self.tabs, 1)
        column.addWidget(note)
        column.addLayout(self._buttons())
        self.resize(640, 560)

    def _buttons(self) -> QHBoxLayout:
        close = PlainButton(tr("Cancel"))
        close.clicked.connect(self.close)
        for button, signal in ((self.save, self.saved), (self.use, self.used)):
            button.clicked.connect(signal)
            button.clicked.connect(self.close)
        self.use.setDefault(True)
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.use)
        return row


def _changes_text(own: Requirements, lock: Lock) -> str:
    left_out, needed_by = tr("not locked"), tr("needed by those")
    lines: list[str] = []
    for before, after in changes(own, lock):
        if before and after:
            lines += [f"  {before}"] if before == after else [f"- {before}", f"+ {after}"]
        elif before:
            lines.append(f"  {before}  # {left_out}")
    needed = [f"+ {after}" for before, after in changes(own, lock) if not before]
    if needed:
        lines += ["", f"# {needed_by}", *needed]
    return "\n".join(map(printable, lines))
