"""What the program tells of by itself."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.ui.context import SettingsStore
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.number_field import NumberField


class NotificationsSection(Card):
    """How long work must have taken for its end to be told."""

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(tr("Notifications"), parent=parent)
        self._settings = settings
        self.notify_after = NumberField(0, 3600, 0)
        self.notify_after.setSuffix(tr(" s"))
        self.notify_after.setFixedWidth(120)
        self.notify_after.setKeyboardTracking(False)
        self.notify_after.valueChanged.connect(self._chosen)
        self.body.addWidget(
            Field(
                tr("Tell when work ends that took at least"),
                self.notify_after,
                tr("In a corner of the window, and by the desktop when the window is not in front"),
            )
        )
        settings.changed.connect(self._show)
        self._show(settings.current)

    def _show(self, settings: Settings) -> None:
        blocked = self.notify_after.blockSignals(True)
        self.notify_after.setValue(round(settings.notify_after_s))
        self.notify_after.blockSignals(blocked)

    def _chosen(self, seconds: int) -> None:
        self._settings.change(replace(self._settings.current, notify_after_s=float(seconds)))
