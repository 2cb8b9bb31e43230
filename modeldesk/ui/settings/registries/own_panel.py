"""A registry of one's own: how it stands, and what can be done with it."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.own_registry.model import OwnState
from modeldesk.core.own_registry.words import state_text
from modeldesk.core.settings import DEFAULT_REGISTRY_IMAGE, Settings
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.checks import registry_image_problem
from modeldesk.ui.settings.registries.own_store import OwnStore
from modeldesk.ui.settings.registries.remove_own_dialog import RemoveOwnDialog
from modeldesk.ui.settings.text_setting import TextSetting
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space, TextColor
from modeldesk.ui.widgets.buttons import DangerButton, PlainButton
from modeldesk.ui.widgets.label import Label

_COLORS: dict[OwnState, TextColor] = {
    OwnState.RUNNING: "good",
    OwnState.UNHEALTHY: "bad",
    OwnState.UNFINISHED: "warning",
}


class OwnPanel(QWidget):
    """What can't be done now is not offered."""

    def __init__(self, context: Context, store: OwnStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._store = store
        self.state = Label("", TextStyle.BODY, "muted", wrap=True, selectable=True)
        self.start_button = PlainButton(tr("Start one on this engine"))
        self.stop_button = PlainButton(tr("Stop"))
        self.collect_button = PlainButton(tr("Collect garbage"))
        self.cancel_button = PlainButton(tr("Cancel"))
        self.remove_button = DangerButton(tr("Remove…"), filled=False)
        self.image = TextSetting(
            tr("Image of your own registry"),
            tr("Pinned by its digest; pulled when it is first needed. Empty: the usual one"),
            registry_image_problem,
            self._image_typed,
            DEFAULT_REGISTRY_IMAGE,
        )
        self._lay_out()
        for button, act in (
            (self.start_button, store.start),
            (self.stop_button, store.stop),
            (self.collect_button, store.collect),
            (self.cancel_button, self._cancel),
            (self.remove_button, self.ask_removal),
        ):
            button.clicked.connect(_plainly(act))
        store.changed.connect(self._show)
        context.settings.changed.connect(self._show_image)
        self._show_image(context.settings.current)
        self._show()

    def ask_removal(self) -> RemoveOwnDialog:
        """Say what goes, and ask."""
        dialog = RemoveOwnDialog(self._context, self._store, self)
        dialog.open()
        return dialog

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for button in (
            self.start_button,
            self.stop_button,
            self.collect_button,
            self.cancel_button,
        ):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.S, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(Label(tr("Your own registry"), TextStyle.STRONG))
        column.addWidget(self.state)
        column.addLayout(row)
        column.addSpacing(Space.XS)
        column.addWidget(self.image)

    def _show(self) -> None:
        store = self._store
        own, busy, refusal = store.own, store.busy is not None, store.refusal
        idle = not busy and not refusal
        state = own.state if own is not None else None
        self.start_button.set_text(
            tr("Start one on this engine")
            if state is None
            else tr("Put right")
            if state is OwnState.UNFINISHED
            else tr("Start")
        )
        running = state in (OwnState.RUNNING, OwnState.UNHEALTHY)
        whole = running or state is OwnState.STOPPED
        self.start_button.setVisible(not busy and not running and state is not OwnState.COLLECTING)
        self.start_button.setEnabled(idle and store.known)
        self.start_button.setToolTip(refusal)
        self.stop_button.setVisible(not busy and running)
        self.collect_button.setVisible(not busy and whole)
        self.cancel_button.setVisible(busy)
        self.remove_button.setVisible(not busy and own is not None)
        self.state.setText(printable(self._sentence()))
        self.state.set_color(_COLORS.get(state, "muted") if state and not busy else "muted")

    def _sentence(self) -> str:
        store = self._store
        if store.busy is not None:
            return tr("{task}: under way. Activity shows its steps.", task=store.busy.title)
        if store.own is not None:
            return state_text(store.own)
        if store.refusal:
            return store.refusal
        return tr("Yours alone, in a container of this engine: at 127.0.0.1 only, with a password "
                  "that is made and kept for you, and a volume for what is in it.")  # fmt: skip

    def _cancel(self) -> None:
        if self._store.busy is not None:
            self._store.busy.cancel()

    def _show_image(self, settings: Settings) -> None:
        self.image.show_value(settings.registry_image)

    def _image_typed(self, text: str) -> None:
        settings = self._context.settings
        image = text or DEFAULT_REGISTRY_IMAGE
        settings.change(replace(settings.current, registry_image=image))
        self.image.show_value(settings.current.registry_image)


def _plainly(act: Callable[[], object]) -> Callable[..., None]:
    """Without what a click tells beside."""

    def call(*_: object) -> None:
        act()

    return call
