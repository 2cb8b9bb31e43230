"""What is inside an image wherever it is, in a window of its own: layers, files, waste."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.contents.model import ArchiveImage
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.advice_dialog import AdviceDialog
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.contents_store import Knowing, Subject
from modeldesk.ui.inspector.files_browser import files_browser
from modeldesk.ui.inspector.files_tab import FilesTab
from modeldesk.ui.inspector.layers_tab import LayersTab
from modeldesk.ui.inspector.open_image import Choice
from modeldesk.ui.inspector.waste_window import WasteWindow
from modeldesk.ui.making import Maker, Making
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.skeleton import Skeleton

_LAYERS, _LAYERS_IN_SMALL = 336, 304
_SMALL = 1200


class InsideWindow(QFrame):
    """Layers at the left, the files of the one that is picked beside them. What is not known yet
    is read at once, since a person asked to look inside; closing the window ends the reading."""

    def __init__(
        self, context: Context, source: ContentsSource, subject: Subject, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._context = context
        self._source = source
        self._asked = False
        self.subject = subject
        self.files: FilesTab | None = None
        """None until it is made, as `layers` is."""
        self.layers: LayersTab | None = None
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        name = presentation.printable(presentation.cut(subject.name))
        self.setWindowTitle(tr("Inside {name}", name=name))
        self.title = ElidedLabel(name, TextStyle.SUBTITLE)
        self.note = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideMiddle)
        self._pages = QStackedWidget()
        self._pages.addWidget(Skeleton(context.theme, rows=10, row_height=44))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.XS)
        column.addWidget(self.title)
        column.addWidget(self.note)
        column.addWidget(self._pages, 1)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        self._say_where()
        self.resize(1240, 800)
        self._maker = Maker(context.tasks.courtesy, self)
        self._maker.hurry(self._make())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # What has a use of its own for Esc, as the filter has, comes first.
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._maker.stop()
        if self.files is not None:
            self.files.store.cancel()
        super().closeEvent(event)

    def _make(self) -> Making[None]:
        yield
        layers = LayersTab(self._context.theme)
        yield
        browser = yield from files_browser(self._context, self._source, wide=True)
        yield
        files = FilesTab(self._context, self._source, browser)
        files.window_button.hide()
        yield
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XL)
        self._pages.addWidget(body)
        row.addWidget(layers)
        layers.hide()
        yield
        row.addWidget(files, 1)
        yield
        self._pages.setCurrentWidget(body)
        yield
        self._begin(layers, files)

    def _begin(self, layers: LayersTab, files: FilesTab) -> None:
        self.layers, self.files = layers, files
        self._arrange()
        store = files.store
        store.changed.connect(self._follow)
        store.counted.connect(self._tell)
        files.shown.connect(store.count)
        files.browser.choice.chosen.connect(self._choice_made)
        layers.layer_picked.connect(self._layer_picked)
        layers.largest.file_chosen.connect(files.go_to)
        layers.advice_asked.connect(self._show_advice)
        layers.waste_asked.connect(self._show_waste)
        store.look_at(self.subject)

    def _arrange(self) -> None:
        if self.layers is not None:
            small = self.width() < _SMALL
            self.layers.setFixedWidth(_LAYERS_IN_SMALL if small else _LAYERS)

    def _follow(self) -> None:
        layers, files = self.layers, self.files
        if layers is None or files is None:
            return
        store = files.store
        if store.knowing is Knowing.READ:
            # Files and layers get a turn of the event loop each.
            QTimer.singleShot(0, self, self._show_layers)
        layers.setVisible(store.knowing is Knowing.READ)
        if store.knowing is Knowing.UNREAD and store.failure is None and not self._asked:
            self._asked = True
            store.read()

    def _show_layers(self) -> None:
        image = self.files.store.image if self.files is not None else None
        if self.layers is not None and image is not None:
            self.layers.show_image(self.subject.place, image.contents)
            self._say_where()

    def _tell(self) -> None:
        if self.layers is not None and self.files is not None:
            store = self.files.store
            self.layers.show_contents(store.figures, store.advice)

    def _layer_picked(self, layer: int) -> None:
        if self.files is not None and self.files.browser.image is not None:
            browser = self.files.browser
            choice = Choice(layer, browser.choice.choice.alone)
            if choice != browser.choice.choice:
                browser.go_to(b"", choice)

    def _choice_made(self, choice: Choice) -> None:
        if self.layers is not None:
            self.layers.pick(choice.layer)

    def _show_advice(self) -> None:
        if self.files is not None:
            name = presentation.printable(self.subject.name)
            AdviceDialog(name, self.files.store.advice, self).show()

    def _show_waste(self) -> None:
        image = self.files.store.image if self.files is not None else None
        if image is not None:
            WasteWindow(self._context, self._source, image, self.subject.name, self).show()

    def _say_where(self) -> None:
        """The whole path, the platform, and what was passed over in reading."""
        place = self.subject.place
        said = [str(place.path) if isinstance(place, ArchiveImage) else place.name]
        image = self.files.store.image if self.files is not None else None
        if image is not None:
            detail = image.contents.image.detail
            said.append("/".join(filter(None, (detail.operating_system, detail.architecture))))
            said.extend(image.contents.image.notes)
        self.note.set_text(presentation.printable(" · ".join(filter(None, said))))
