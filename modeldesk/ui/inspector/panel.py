"""The panel at the right: everything known of the chosen version."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageDetail
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import Model, PlacedVersion, Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.config_tab import ConfigTab
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.drift_note import DriftNote
from modeldesk.ui.inspector.files_browser import files_browser
from modeldesk.ui.inspector.files_tab import FilesTab
from modeldesk.ui.inspector.history_tab import HistoryTab
from modeldesk.ui.inspector.inside import Inside
from modeldesk.ui.inspector.layers_tab import LayersTab
from modeldesk.ui.inspector.metadata_source import MetadataSource
from modeldesk.ui.inspector.metadata_tab import MetadataTab
from modeldesk.ui.inspector.remote_facts import RemoteFacts
from modeldesk.ui.making import Making
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton
from modeldesk.ui.widgets.channel_chip import channel_chip
from modeldesk.ui.widgets.chip import ChipRow
from modeldesk.ui.widgets.copy_label import CopyLabel
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.tabs import Tabs

_MOST_CHIPS = 2


class DetailSource(Protocol):
    """Where details come from: `modeldesk.core.library.service.Library`."""

    def detail(self, engine: ImageEngine, image: ImageId) -> ImageDetail: ...


@dataclass(frozen=True, slots=True)
class InspectorTabs:
    """What is below the version's name."""

    layers: LayersTab
    files: FilesTab
    metadata: MetadataTab
    config: ConfigTab
    history: HistoryTab
    remote: RemoteFacts
    """In the place of all of them, where a version is not here."""


def inspector_tabs(
    context: Context, contents: ContentsSource, source: Callable[[], MetadataSource]
) -> Making[InspectorTabs]:
    """Make them in steps. `source` is called in worker threads."""
    theme = context.theme
    layers = LayersTab(theme)
    yield
    browser = yield from files_browser(context, contents)
    files = FilesTab(context, contents, browser)
    yield
    metadata = MetadataTab(context, source)
    yield
    config = ConfigTab()
    yield
    history = HistoryTab(theme)
    yield
    remote = RemoteFacts(context, source)
    yield
    return InspectorTabs(layers, files, metadata, config, history, remote)


class Inspector(QFrame):
    """Shows one version. What the list does not tell is asked for when its tab is looked at;
    moving on before the answer drops it."""

    menu_asked = Signal(QPoint)
    """The ••• button was pressed; where a menu belongs, in global coordinates."""

    close_asked = Signal()
    """Out of the way, please: there is something under or beside it."""

    def __init__(
        self,
        context: Context,
        details: DetailSource,
        tabs: InspectorTabs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._context = context
        self._details = details
        self._latest = Latest(context.tasks, self)
        self._version: Version | None = None
        self._asked: ImageId | None = None
        self.name = ElidedLabel("", TextStyle.SUBTITLE)
        self.chips = ChipRow(context.theme)
        self.menu = IconButton(context.theme, Icon.MORE, tr("What can be done with this version"))
        self.menu.clicked.connect(self._ask_menu)
        self.close_button = IconButton(context.theme, Icon.CLOSE, tr("Hide the version's details"))
        self.close_button.clicked.connect(self.close_asked)
        self.close_button.hide()
        self.digest = CopyLabel()
        self.layers, self.files, self.metadata = tabs.layers, tabs.files, tabs.metadata
        self.config, self.history = tabs.config, tabs.history
        self._config_page = _Waiting(context, self.config, self._ask_again)
        self._history_page = _Waiting(context, self.history, self._ask_again)
        self.drift = DriftNote()
        self.remote = tabs.remote
        self.tabs = Tabs(tr("What is told of this version"))
        self._lay_out()
        self.tabs.addTab(self.layers, tr("Layers"))
        self.tabs.addTab(self.files, tr("Files"))
        self._inside = Inside(context, self.layers, self.files, self.tabs)
        self.tabs.addTab(self.metadata, tr("Metadata"))
        self.tabs.addTab(self._config_page, tr("Config"))
        self.tabs.addTab(self._history_page, tr("History"))
        self.tabs.currentChanged.connect(self._ask)
        context.hub.connection_changed.connect(lambda _connection: self._ask())
        self.show_version(None, None)

    def show_version(self, model: Model | None, version: Version | None) -> None:
        """Show `version` of `model`, or that none is chosen."""
        before = self._version.key.image if self._version else None
        same = version is not None and version.key.image == before
        self._version = version
        self._pages.setCurrentIndex(0 if version is None else 1)
        if not same:
            self._latest.cancel()
            self._asked = None
        if version is None or model is None:
            return
        self.name.set_text(presentation.printable(version.name))
        self._bodies.setCurrentWidget(self.tabs)
        self._show_channels([c for c in version.channels if c != version.name])
        full = version.digests[0].digest if version.digests else version.key.image
        self.digest.set_value(presentation.short_digest(full), full)
        self.layers.show_version(model, version)
        self._inside.look_at(model, version)
        self.metadata.show_version(version)
        self._ask()

    def show_remote(self, placed: PlacedVersion) -> None:
        """Show a version that only a registry has."""
        self._version = None
        self._latest.cancel()
        self._asked = None
        self._pages.setCurrentIndex(1)
        self._bodies.setCurrentWidget(self.remote)
        self.drift.hide()
        self.name.set_text(presentation.printable(placed.name))
        self._show_channels(placed.channels)
        digest = placed.remote[0].digest
        self.digest.set_value(presentation.short_digest(digest), digest)
        self.remote.show_version(placed)
        # A model without an image goes to a folder.
        online = self._context.engine() is not None or bool(placed.artifact)
        self.remote.offer_pull(online, tr("The engine is away."))

    def show_drift(self, placed: PlacedVersion | None) -> None:
        """Tell where the version that is shown is another one in a registry."""
        self.drift.show_version(placed, online=self._context.engine() is not None)

    def _show_channels(self, channels: Sequence[str]) -> None:
        self.chips.set_chips([channel_chip(channel) for channel in channels[:_MOST_CHIPS]])
        self.chips.setMinimumWidth(self.chips.sizeHint().width())

    def _lay_out(self) -> None:
        # From the outside in: what changes its place is looked at again with all that is in it.
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._pages = QStackedWidget()
        outer.addWidget(self._pages)
        self._pages.addWidget(
            EmptyState(self._context.theme, Icon.LIBRARY, tr("Choose a version to look into it."))
        )
        shown = QWidget()
        self._pages.addWidget(shown)
        first = QHBoxLayout()
        first.setSpacing(Space.S)
        first.addWidget(self.name)
        first.addWidget(self.chips)
        first.addStretch(1)
        first.addWidget(self.menu)
        first.addWidget(self.close_button)
        column = QVBoxLayout(shown)
        column.setContentsMargins(Space.L, Space.M + 2, Space.L, 0)
        column.setSpacing(0)
        column.addLayout(first)
        column.addWidget(self.digest)
        column.addSpacing(Space.M)
        column.addWidget(self.drift)
        self._bodies = QStackedWidget()
        self._bodies.addWidget(self.tabs)
        self._bodies.addWidget(self.remote)
        column.addWidget(self._bodies, 1)

    def _ask_menu(self) -> None:
        corner = self.menu.rect().bottomLeft()
        self.menu_asked.emit(self.menu.mapToGlobal(corner))

    def _ask(self, _tab: int = 0) -> None:
        """Ask for the detail if a tab that needs it is in view and it is not there."""
        version = self._version
        if version is None or self.tabs.currentWidget() not in (
            self._config_page,
            self._history_page,
        ):
            return
        image = version.key.image
        if self._asked == image:
            return
        engine = self._context.engine()
        if engine is None:
            self._say(tr("The engine is away; this is read when it is back."))
            return
        self._asked = image
        for page in (self._config_page, self._history_page):
            page.wait()

        def work(_job: Job) -> ImageDetail:
            return self._details.detail(engine, image)

        self._latest.submit(
            work,
            title=tr("Read the configuration of {name}", name=version.name),
            on_result=self._came,
            on_error=self._failed,
        )

    def _ask_again(self) -> None:
        self._asked = None
        self._ask()

    def _came(self, detail: ImageDetail) -> None:
        self.config.show_detail(detail)
        self.history.show_detail(detail)
        for page in (self._config_page, self._history_page):
            page.ready()

    def _failed(self, error: ModelDeskError) -> None:
        self._say(error.message)

    def _say(self, sentence: str) -> None:
        for page in (self._config_page, self._history_page):
            page.say(sentence)


class _Waiting(QStackedWidget):
    """Content, or grey rows until it is there, or why it is not, with another try."""

    def __init__(self, context: Context, content: QWidget, again: Callable[[], None]) -> None:
        super().__init__()
        self._content = content
        self._grey = Skeleton(context.theme, rows=8, row_height=40)
        self._problem = EmptyState(context.theme, Icon.WARNING, "")
        self._problem.action_chosen.connect(again)
        for widget in (self._grey, content, self._problem):
            self.addWidget(widget)

    def wait(self) -> None:
        self.setCurrentWidget(self._grey)

    def ready(self) -> None:
        self.setCurrentWidget(self._content)

    def say(self, sentence: str) -> None:
        self._problem.set_content(Icon.WARNING, sentence, "", tr("Try again"))
        self.setCurrentWidget(self._problem)
