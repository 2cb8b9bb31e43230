"""The Settings page. Every choice holds and is saved at once; there is no button to apply."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from modeldesk.core.contents.ports import ContentRecords
from modeldesk.core.ports import EngineFinder
from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import Link, SettingsLink, SettingsSection
from modeldesk.ui.making import Making
from modeldesk.ui.settings.appearance_section import AppearanceSection
from modeldesk.ui.settings.channels_section import ChannelsSection
from modeldesk.ui.settings.deployments_section import DeploymentsSection
from modeldesk.ui.settings.engine_section import EngineSection
from modeldesk.ui.settings.events.section import EventsSection
from modeldesk.ui.settings.files_section import FilesSection
from modeldesk.ui.settings.kept_section import Kept, KeptSection, about_layers, about_weights
from modeldesk.ui.settings.naming_section import NamingSection
from modeldesk.ui.settings.notifications_section import NotificationsSection
from modeldesk.ui.settings.registries.section import RegistriesSection
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import page_title

if TYPE_CHECKING:
    from modeldesk.core.own_registry.service import OwnRegistries
    from modeldesk.core.release_events.service import ReleaseEvents

_TITLE_HEIGHT = 32
_WIDEST = 760


@dataclass(frozen=True, slots=True)
class Sections:
    """What the page shows, from its top."""

    engine: EngineSection
    appearance: AppearanceSection
    naming: NamingSection
    channels: ChannelsSection
    registries: RegistriesSection
    deployments: DeploymentsSection
    notifications: NotificationsSection
    events: EventsSection
    layers: KeptSection
    weights: KeptSection
    files: FilesSection


def make_sections(
    context: Context,
    finder: EngineFinder,
    layer_records: Callable[[], ContentRecords],
    weights: Callable[[], Kept],
    accounts: Callable[[], Accounts],
    own: "Callable[[], OwnRegistries]",
    release_events: "Callable[[], ReleaseEvents]",
) -> Making[Sections]:
    """Make them in steps. What is called is called in worker threads."""
    engine = EngineSection(context, finder)
    yield
    appearance = AppearanceSection(context.settings)
    yield
    naming = NamingSection(context.settings)
    yield
    channels = ChannelsSection(context.settings)
    yield
    registries = RegistriesSection(context, accounts, own)
    yield
    deployments = DeploymentsSection(context.settings)
    yield
    notifications = NotificationsSection(context.settings)
    yield
    events = EventsSection(context, release_events)
    yield
    layers = KeptSection(context, about_layers(), layer_records)
    yield
    kept_weights = KeptSection(context, about_weights(), weights)
    yield
    files = FilesSection(context)
    yield
    return Sections(
        engine,
        appearance,
        naming,
        channels,
        registries,
        deployments,
        notifications,
        events,
        layers,
        kept_weights,
        files,
    )


class SettingsPage(QScrollArea):
    """Sections one above the other; a `SettingsLink` brings one into view."""

    def __init__(self, sections: Sections, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # What is on it takes the focus, and comes into sight with it.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sections = sections
        self._places: dict[SettingsSection, QWidget] = {
            SettingsSection.ENGINE: sections.engine,
            SettingsSection.APPEARANCE: sections.appearance,
            SettingsSection.NEW_VERSIONS: sections.naming,
            SettingsSection.CHANNELS: sections.channels,
            SettingsSection.REGISTRIES: sections.registries,
            SettingsSection.DEPLOYMENTS: sections.deployments,
            SettingsSection.NOTIFICATIONS: sections.notifications,
            SettingsSection.EVENTS: sections.events,
            SettingsSection.LAYERS: sections.layers,
            SettingsSection.WEIGHTS: sections.weights,
            SettingsSection.FILES: sections.files,
        }
        self._lay_out()

    def widget(self) -> QWidget:
        """Itself."""
        return self

    def shown(self) -> None:
        """The settings are known; what the kept layers take, who is signed in where and what waits
        for receivers has to be asked."""
        self.sections.layers.read()
        self.sections.weights.read()
        self.sections.registries.shown()
        self.sections.events.shown()

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
