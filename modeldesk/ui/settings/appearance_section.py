"""How the program looks, and in which language it speaks."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.ui.context import SettingsStore
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.segmented import Segmented


class AppearanceSection(Card):
    """Theme and language."""

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(tr("Appearance"), parent=parent)
        self._settings = settings
        self._language_at_start = settings.current.language
        self.theme_mode = Segmented(
            (("system", tr("System")), ("light", tr("Light")), ("dark", tr("Dark"))), tr("Theme")
        )
        self.language = DropDown()
        for code, name in (("", tr("System language")), ("en", "English"), ("zh_CN", "简体中文")):
            self.language.addItem(name, code)
        self.language.setMaximumWidth(260)
        self.language_field = Field(tr("Language"), self.language)
        self.body.setSpacing(Space.M + 2)
        self.body.addWidget(Field(tr("Theme"), self.theme_mode))
        self.body.addWidget(self.language_field)
        self.theme_mode.chosen.connect(self._theme_chosen)
        self.language.activated.connect(self._language_chosen)
        settings.changed.connect(self._show)
        self._show(settings.current)

    def _show(self, settings: Settings) -> None:
        self.theme_mode.choose(settings.theme)
        self.language.setCurrentIndex(max(0, self.language.findData(settings.language)))
        other = settings.language != self._language_at_start
        self.language_field.set_note(
            tr("Takes effect at the next start of ModelDesk.") if other else ""
        )

    def _theme_chosen(self, mode: str) -> None:
        self._settings.change(replace(self._settings.current, theme=mode))

    def _language_chosen(self, _place: int) -> None:
        code = str(self.language.currentData())
        self._settings.change(replace(self._settings.current, language=code))
