"""Says what goes with a registry of one's own, and asks once."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.own_registry.words import data_text
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import count, printable
from modeldesk.ui.settings.registries.own_store import OwnStore
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import DangerButton, PlainButton
from modeldesk.ui.widgets.fit_height import fit_height
from modeldesk.ui.widgets.label import Label

if TYPE_CHECKING:
    from modeldesk.core.own_registry.service import WhatGoes

_WIDTH = 540
_NAMED = 10


class RemoveOwnDialog(QDialog):
    """Nothing can be removed before it is known what that is. Cancel is the default."""

    def __init__(self, context: Context, store: OwnStore, parent: QWidget) -> None:
        super().__init__(parent.window())
        self._store = store
        self._goes: WhatGoes | None = None
        self.setWindowTitle(tr("Remove your own registry?"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self.sentence = Label(tr("Looking at what is in it…"), color="muted", wrap=True)
        self.repositories = Label("", TextStyle.MONO_SMALL, wrap=True, selectable=True)
        self.banner = Banner(context.theme)
        self.data = QCheckBox(tr("Remove what is in it too"))
        self.command = Label("", TextStyle.MONO_SMALL, wrap=True, selectable=True)
        self.accept_button = DangerButton(tr("Remove"))
        self.cancel = PlainButton(tr("Cancel"))
        self._lay_out()
        self.data.toggled.connect(lambda _: self._show())
        self.accept_button.clicked.connect(self.accept)
        self.cancel.clicked.connect(self.reject)
        self.accepted.connect(lambda: store.remove(data=self.data.isChecked()))
        self._show()
        self._looking = store.what_goes(self, self._found, self._failed)

    def done(self, result: int) -> None:
        self._looking.abandon()
        super().done(result)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(tr("Remove your own registry?"), TextStyle.SUBTITLE, wrap=True))
        for widget in (self.banner, self.sentence, self.repositories, self.data):
            column.addWidget(widget)
        column.addWidget(Label(tr("The same on the command line:"), TextStyle.LABEL, "muted"))
        column.addWidget(self.command)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.accept_button)
        column.addLayout(buttons)
        self.cancel.setDefault(True)
        self.cancel.setFocus()

    def _found(self, goes: "WhatGoes") -> None:
        self._goes = goes
        self._show()

    def _failed(self, error: ModelDeskError) -> None:
        """What is in it is not known; the registry can go all the same."""
        self.banner.present(
            Notice(printable(error.message), printable(error.hint), tone=Tone.BAD, closable=False)
        )
        self.sentence.setText(tr("What is in it could not be found out."))
        self.accept_button.setEnabled(True)
        fit_height(self)

    def _show(self) -> None:
        goes, data = self._goes, self.data.isChecked()
        self.accept_button.setEnabled(goes is not None or self.accept_button.isEnabled())
        self.command.setText(f"modeldesk registry remove-own{' --data' if data else ''} --yes")
        if goes is None:
            self.accept_button.setEnabled(False)
            self.repositories.hide()
            return
        self.sentence.setText(printable(self._sentence(goes, data=data)))
        self.sentence.set_color("bad" if data else "text")
        named = [printable(f"{goes.own.host}/{one}") for one in goes.repositories or ()]
        if len(named) > _NAMED:
            more = tr("… and {count} more", count=count(len(named) - _NAMED))
            named = [*named[:_NAMED], more]
        self.repositories.setText("\n".join(named))
        self.repositories.setVisible(bool(named))
        fit_height(self)

    def _sentence(self, goes: "WhatGoes", *, data: bool) -> str:
        said = [tr("Its container and its password go."), data_text(goes, data=data)]
        if goes.repositories is None:
            said.append(tr("It does not run, so that its repositories can't be named."))
        elif not goes.repositories:
            said.append(tr("There is no repository in it."))
        return " ".join(said)
