"""How new versions and releases are named and described."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.ui.context import SettingsStore
from modeldesk.ui.settings.checks import author_problem, base_image_problem, registry_problem
from modeldesk.ui.settings.text_setting import TextSetting
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.segmented import Segmented


class NamingSection(Card):
    """Version names, where new models belong, what they start from, and who releases."""

    def __init__(self, settings: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(tr("New versions and releases"), parent=parent)
        self._settings = settings
        self.scheme = Segmented(
            (
                ("semantic", tr("Semantic")),
                ("commit", tr("Commit")),
                ("timestamp", tr("Timestamp")),
            ),
            tr("Version names"),
        )
        self.scheme.chosen.connect(
            lambda value: self._change(replace(self._now, version_scheme=value))
        )
        self.scheme_field = Field(tr("Version names"), self.scheme)
        self.registry = TextSetting(
            tr("Registry and path of new models"),
            tr("Put before the repository of a model that is built for the first time"),
            registry_problem,
            lambda text: self._change(replace(self._now, default_registry=text.rstrip("/"))),
            "registry.lan:5000/team",
        )
        self.base_image = TextSetting(
            tr("Base image"),
            tr("What a proposed Dockerfile starts from"),
            base_image_problem,
            lambda text: self._change(replace(self._now, base_image=text)),
        )
        self.author = TextSetting(
            tr("Your name in release histories"),
            tr("Empty: the name of your account"),
            author_problem,
            lambda text: self._change(replace(self._now, release_author=text)),
        )
        for widget in (self.scheme_field, self.registry, self.base_image, self.author):
            self.body.addWidget(widget)
        # The note below a field belongs to it, not to the next one.
        self.body.setSpacing(Space.M + 2)
        settings.changed.connect(self._show)
        self._show(settings.current)

    def _show(self, settings: Settings) -> None:
        self.scheme.choose(settings.version_scheme)
        self.scheme_field.set_note(_SCHEME_NOTES[settings.version_scheme]())
        self.registry.show_value(settings.default_registry)
        self.base_image.show_value(settings.base_image)
        self.author.show_value(settings.release_author)

    @property
    def _now(self) -> Settings:
        return self._settings.current

    def _change(self, settings: Settings) -> None:
        self._settings.change(settings)


_SCHEME_NOTES: dict[str, Callable[[], str]] = {
    "semantic": lambda: tr("v1.4.0: for what others build on, such as a published API"),
    "commit": lambda: tr("a1b2c3d4: for development and tests"),
    "timestamp": lambda: tr("v20250405-prod: for scheduled training"),
}
