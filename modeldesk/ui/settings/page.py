"""The Settings page. Every choice holds and is saved at once; there is no button to apply."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.contents.ports import ContentRecords
from modeldesk.core.ports import EngineFinder
from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import Link, SettingsLink, SettingsSection
from modeldesk.ui.opening import open_path
from modeldesk.ui.settings.checks import author_problem, base_image_problem, registry_problem
from modeldesk.ui.settings.engine_section import EngineSection
from modeldesk.ui.settings.layers_section import LayersSection
from modeldesk.ui.settings.text_setting import TextSetting
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label, page_title
from modeldesk.ui.widgets.number_field import NumberField
from modeldesk.ui.widgets.segmented import Segmented

_TITLE_HEIGHT = 32
_WIDEST = 760


class SettingsPage(QScrollArea):
    """Sections one above the other; a `SettingsLink` brings one into view."""

    def __init__(
        self,
        context: Context,
        finder: EngineFinder,
        layer_records: Callable[[], ContentRecords],
        parent: QWidget | None = None,
    ) -> None:
        """`layer_records` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._language_at_start = context.settings.current.language
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.engine = EngineSection(context, finder)
        self.layers = LayersSection(context, layer_records)
        self._make_appearance()
        self._make_naming()
        self._make_notifications()
        self._sections: dict[SettingsSection, QWidget] = {
            SettingsSection.ENGINE: self.engine,
            SettingsSection.APPEARANCE: self._appearance_card(),
            SettingsSection.NEW_VERSIONS: self._naming_card(),
            SettingsSection.NOTIFICATIONS: self._notifications_card(),
            SettingsSection.LAYERS: self.layers,
            SettingsSection.FILES: self._files_card(),
        }
        self._lay_out()
        context.settings.changed.connect(self._show)
        self._show(context.settings.current)

    def widget(self) -> QWidget:
        """Itself."""
        return self

    def shown(self) -> None:
        """The settings are known; only what the kept layers take has to be asked."""
        self.layers.read()

    def activate(self, link: Link) -> None:
        """Bring a section into view."""
        if isinstance(link, SettingsLink) and link.section is not None:
            section = self._sections[link.section]
            # The first section brings the title along.
            self.ensureWidgetVisible(section, 0, _TITLE_HEIGHT + 2 * Space.L)
            section.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_appearance(self) -> None:
        self.theme_mode = Segmented(
            (("system", tr("System")), ("light", tr("Light")), ("dark", tr("Dark"))), tr("Theme")
        )
        self.theme_mode.chosen.connect(lambda value: self._change(replace(self._now, theme=value)))
        self.language = QComboBox()
        for code, name in (("", tr("System language")), ("en", "English"), ("zh_CN", "简体中文")):
            self.language.addItem(name, code)
        self.language.activated.connect(
            lambda _: self._change(replace(self._now, language=str(self.language.currentData())))
        )
        self.language_field = Field(tr("Language"), self.language)

    def _make_naming(self) -> None:
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
        self.author = TextSetting(
            tr("Your name in release histories"),
            tr("Empty: the name of your account"),
            author_problem,
            lambda text: self._change(replace(self._now, release_author=text)),
        )

    def _make_notifications(self) -> None:
        self.notify_after = NumberField(0, 3600, 0)
        self.notify_after.setSuffix(tr(" s"))
        self.notify_after.setFixedWidth(120)
        self.notify_after.setKeyboardTracking(False)
        self.notify_after.valueChanged.connect(
            lambda value: self._change(replace(self._now, notify_after_s=float(value)))
        )

    def _appearance_card(self) -> Card:
        card = Card(tr("Appearance"))
        card.body.setSpacing(Space.M + 2)
        card.body.addWidget(Field(tr("Theme"), self.theme_mode))
        self.language.setMaximumWidth(260)
        card.body.addWidget(self.language_field)
        return card

    def _naming_card(self) -> Card:
        card = Card(tr("New versions and releases"))
        for widget in (self.scheme_field, self.registry, self.base_image, self.author):
            card.body.addWidget(widget)
        # The note below a field belongs to it, not to the next one.
        card.body.setSpacing(Space.M + 2)
        return card

    def _notifications_card(self) -> Card:
        card = Card(tr("Notifications"))
        card.body.addWidget(
            Field(
                tr("Tell when work ends that took at least"),
                self.notify_after,
                tr("In a corner of the window, and by the desktop when the window is not in front"),
            )
        )
        return card

    def _files_card(self) -> Card:
        card = Card(tr("Files"))
        paths = self._context.paths
        for name, path in (
            (tr("Settings"), paths.settings),
            (tr("History of builds and releases"), paths.database),
            (tr("What was read of layers"), paths.layers),
            (tr("Log"), paths.log),
        ):
            card.body.addLayout(self._file_row(name, path))
        card.body.addWidget(
            Label(
                tr(
                    "Passwords and other secrets are in none of these files. Images and "
                    "containers are the engine's own."
                ),
                TextStyle.LABEL,
                "faint",
                wrap=True,
            )
        )
        return card

    def _file_row(self, name: str, path: Path) -> QHBoxLayout:
        label = Label(name)
        label.setFixedWidth(200)
        link = LinkButton(tr("open folder"))
        link.setAccessibleName(tr("Open the folder of: {name}", name=name))
        link.clicked.connect(partial(self._open_folder, path))
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(label)
        row.addWidget(ElidedLabel(str(path), TextStyle.MONO_SMALL, "muted"), 1)
        row.addWidget(link)
        return row

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        column.setSpacing(Space.L)
        column.addWidget(page_title(tr("Settings")))
        for section in self._sections.values():
            column.addWidget(section)
        column.addStretch(1)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(inside, 1)
        row.addStretch(0)
        self.setWidget(holder)

    def _show(self, settings: Settings) -> None:
        self.theme_mode.choose(settings.theme)
        self.language.setCurrentIndex(max(0, self.language.findData(settings.language)))
        other = settings.language != self._language_at_start
        self.language_field.set_note(
            tr("Holds from the next start of ModelDesk. What is under way goes on.")
            if other
            else ""
        )
        self.scheme.choose(settings.version_scheme)
        self.scheme_field.set_note(_SCHEME_NOTES[settings.version_scheme]())
        self.registry.show_value(settings.default_registry)
        self.base_image.show_value(settings.base_image)
        self.author.show_value(settings.release_author)
        blocked = self.notify_after.blockSignals(True)
        self.notify_after.setValue(round(settings.notify_after_s))
        self.notify_after.blockSignals(blocked)
        self.layers.show_settings(settings)

    @property
    def _now(self) -> Settings:
        return self._context.settings.current

    def _change(self, settings: Settings) -> None:
        self._context.settings.change(settings)

    def _open_folder(self, path: Path) -> None:
        open_path(self._context, path.parent)


_SCHEME_NOTES: dict[str, Callable[[], str]] = {
    "semantic": lambda: tr("v1.4.0: for what others build on, such as a published API"),
    "commit": lambda: tr("a1b2c3d4: for development and tests"),
    "timestamp": lambda: tr("v20250405-prod: for scheduled training"),
}
