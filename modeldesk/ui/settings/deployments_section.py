"""What deployments are made of, and what they are held against."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from modeldesk.core.settings import DEFAULT_GATEWAY_IMAGE, Settings
from modeldesk.core.words import tr
from modeldesk.ui.context import SettingsStore
from modeldesk.ui.settings.checks import gateway_image_problem
from modeldesk.ui.settings.followed_input import (
    EXAMPLE,
    followed_problem,
    followed_text,
    read_followed,
)
from modeldesk.ui.settings.text_setting import TextSetting
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card


class DeploymentsSection(Card):
    """The image of gateways, and the channels that environments follow."""

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(tr("Deployments"), parent=parent)
        self._settings = settings
        self.gateway_image = TextSetting(
            tr("The gateway’s image"),
            tr(
                "nginx, at best 1.27.4 or newer. A deployment keeps the one it has until it is "
                "stopped and started; empty: the one that ModelDesk was tried with"
            ),
            gateway_image_problem,
            self._image_typed,
            DEFAULT_GATEWAY_IMAGE,
        )
        self.followed = TextSetting(
            tr("Channels that environments follow"),
            tr("When a channel names another version than what runs there, you are told"),
            followed_problem,
            self._followed_typed,
            EXAMPLE,
        )
        for widget in (self.gateway_image, self.followed):
            self.body.addWidget(widget)
        # The note below a field belongs to it, not to the next one.
        self.body.setSpacing(Space.M + 2)
        settings.changed.connect(self._show)
        self._show(settings.current)

    def _show(self, settings: Settings) -> None:
        self.gateway_image.show_value(settings.gateway_image)
        self.followed.show_value(followed_text(settings.followed_channels))

    def _image_typed(self, text: str) -> None:
        image = text or DEFAULT_GATEWAY_IMAGE
        self._settings.change(replace(self._settings.current, gateway_image=image))

    def _followed_typed(self, text: str) -> None:
        followed = read_followed(text)
        self._settings.change(replace(self._settings.current, followed_channels=followed))
