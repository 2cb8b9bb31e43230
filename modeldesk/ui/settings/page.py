"""The Settings page. Every choice holds and is saved at once; there is no button to apply."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from modeldesk.core.contents.ports import ContentRecords
from modeldesk.core.ports import EngineFinder
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import Link, SettingsLink, SettingsSection
from modeldesk.ui.making import Making
from modeldesk.ui.settings.appearance_section import AppearanceSection
from modeldesk.ui.settings.engine_section import EngineSection
from modeldesk.ui.settings.files_section import FilesSection
from modeldesk.ui.settings.layers_section import LayersSection
from modeldesk.ui.settings.naming_section import NamingSection
from modeldesk.ui.settings.notifications_section import NotificationsSection
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import page_title

_TITLE_HEIGHT = 32
_WIDEST = 760


@dataclass(frozen=True, slots=True)
class Sections:
    """What the page shows, from its top."""

    engine: EngineSection
    appearance: AppearanceSection
    naming: NamingSection
    notifications: NotificationsSection
    layers: LayersSection
    files: FilesSection


def make_sections(
    context: Context, finder: EngineFinder, layer_records: Callable[[], ContentRecords]
) -> Making[Sections]:
    """Make them in steps. `layer_records` is called in worker threads."""
    engine = EngineSection(context, finder)
    yield
    appearance = AppearanceSection(context.settings)
    yield
    naming = NamingSection(context.settings)
    yield
    notifications = NotificationsSection(context.settings)
    yield
    layers = LayersSection(context, layer_records)
    yield
    files = FilesSection(context)
    yield
    return Sections(engine, appearance, naming, notifications, layers, files)


class SettingsPage(QScrollArea):
    """Sections one above the other; a `SettingsLink` brings one into view."""

    def __init__(self, sections: Sections, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.sections = sections
        self._places: dict[SettingsSection, QWidget] = {
            SettingsSection.ENGINE: sections.engine,
            SettingsSection.APPEARANCE: sections.appearance,
            SettingsSection.NEW_VERSIONS: sections.naming,
            SettingsSection.NOTIFICATIONS: sections.notifications,
            SettingsSection.LAYERS: sections.layers,
            SettingsSection.FILES: sections.files,
        }
        self._lay_out()

    def widget(self) -> QWidget:
        """Itself."""
        return self

    def shown(self) -> None:
        """The settings are known; only what the kept layers take has to be asked."""
        self.sections.layers.read()

    def activate(self, link: Link) -> None:
        """Bring a section into view."""
        if isinstance(link, SettingsLink) and link.section is not None:
            section = self._places[link.section]
            # The first section brings the title along.
            self.ensureWidgetVisible(section, 0, _TITLE_HEIGHT + 2 * Space.L)
            section.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        # While it is empty: it is measured here, and all that is in it with it.
        self.setWidget(holder)
        inside = QWidget()
        inside.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        column.setSpacing(Space.L)
        column.addWidget(page_title(tr("Settings")))
        for section in self._places.values():
            column.addWidget(section)
        column.addStretch(1)
        row.addWidget(inside, 1)
        row.addStretch(0)
