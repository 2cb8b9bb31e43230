"""What is in a version's files, told by the Layers and the Files tab together."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTabWidget

from modeldesk.core.contents.model import EngineImage
from modeldesk.core.library.model import Model, Version
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.advice_dialog import AdviceDialog
from modeldesk.ui.inspector.contents_store import Knowing, Subject
from modeldesk.ui.inspector.files_tab import FilesTab
from modeldesk.ui.inspector.layers_tab import LayersTab
from modeldesk.ui.inspector.waste_window import WasteWindow
from modeldesk.ui.links import LibraryLink


class Inside(QObject):
    """Leads from one tab to the other, and counts what only the files tell."""

    def __init__(
        self, context: Context, layers: LayersTab, files: FilesTab, tabs: QTabWidget
    ) -> None:
        super().__init__(tabs)
        self._context = context
        self._layers = layers
        self._files = files
        self._tabs = tabs
        self._store = files.store
        self._store.changed.connect(self._follow)
        self._store.counted.connect(self._follow)
        files.shown.connect(self._store.count)
        layers.look_inside_asked.connect(self._look_inside)
        layers.advice_asked.connect(self._show_advice)
        layers.waste_asked.connect(self._show_waste)
        layers.largest.file_chosen.connect(self._show_file)
        tabs.currentChanged.connect(self._count_if_seen)

    def look_at(self, model: Model, version: Version) -> None:
        """Look at `version` of `model`, as it is on the engine in use."""
        engine = self._context.hub.connection.engine
        if engine is None:
            return
        image = version.key.image
        name = str(version.references[0]) if version.references else version.name
        self._store.look_at(
            Subject(
                EngineImage(engine.address, image, name),
                name,
                version.size_bytes,
                LibraryLink(model.name, image),
                version.base_layers,
            )
        )

    def _follow(self) -> None:
        self._layers.show_contents(self._store.figures, self._store.advice)
        self._layers.offer_look_inside(self._store.knowing is Knowing.UNREAD)
        self._count_if_seen()

    def _count_if_seen(self, _tab: int = 0) -> None:
        """The Files tab has the files shown first."""
        if self._tabs.currentWidget() is self._layers:
            self._store.count()

    def _look_inside(self) -> None:
        self._tabs.setCurrentWidget(self._files)
        self._store.read()

    def _show_advice(self) -> None:
        subject = self._store.subject
        if subject is not None:
            name = presentation.printable(subject.name)
            AdviceDialog(name, self._store.advice, self._tabs.window()).show()

    def _show_waste(self) -> None:
        image, subject = self._store.image, self._store.subject
        if image is not None and subject is not None:
            window = self._tabs.window()
            WasteWindow(self._context, self._store.source, image, subject.name, window).show()

    def _show_file(self, path: bytes) -> None:
        self._tabs.setCurrentWidget(self._files)
        self._files.go_to(path)
