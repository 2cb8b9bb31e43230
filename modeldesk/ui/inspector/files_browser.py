"""Looking through the files of an image: choose layers, walk, search, see what is large."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.contents.search import Matches
from modeldesk.core.contents.tree import Children, Order
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.extracting import Extraction
from modeldesk.ui.inspector.file_detail import FileDetail
from modeldesk.ui.inspector.file_models import NAME, FileTreeModel, FoundFilesModel
from modeldesk.ui.inspector.file_rows import FileRows
from modeldesk.ui.inspector.file_viewer import FileViewer
from modeldesk.ui.inspector.layer_choice import LayerChoice
from modeldesk.ui.inspector.open_image import Choice, Files, OpenImage
from modeldesk.ui.inspector.size_map import SizeMap
from modeldesk.ui.making import Making
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.search_field import SearchField
from modeldesk.ui.widgets.segmented import Segmented

_TREE, _MAP = "tree", "map"
_DEEPEST_ROW = 20_000
"""A path that stands further down in its folder is shown by the search instead."""
_REST_MS = 400
_WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut


@dataclass(frozen=True, slots=True)
class BrowserParts:
    """The larger widgets of a browser."""

    choice: LayerChoice
    tree_model: FileTreeModel
    tree: FileRows
    found_model: FoundFilesModel
    found: FileRows
    map: SizeMap
    detail: FileDetail


def browser_parts(context: Context) -> Making[BrowserParts]:
    """Make them in steps."""
    choice = LayerChoice()
    yield
    tree_model, found_model = FileTreeModel(), FoundFilesModel()
    tree = FileRows(context.theme, tree_model, tr("Files"))
    found = FileRows(context.theme, found_model, tr("Files found, largest first"))
    yield
    size_map = SizeMap(context)
    yield
    detail = FileDetail()
    yield
    return BrowserParts(choice, tree_model, tree, found_model, found, size_map, detail)


def files_browser(
    context: Context, source: ContentsSource, *, wide: bool = False
) -> Making["FilesBrowser"]:
    """Make one in steps."""
    parts = yield from browser_parts(context)
    return FilesBrowser(context, source, parts, wide=wide)


class FilesBrowser(QWidget):
    """Narrow: tree or map, details below. Wide: tree at the left, map and details beside it."""

    shown = Signal()
    """The files of a choice are on screen."""

    def __init__(
        self,
        context: Context,
        source: ContentsSource,
        parts: BrowserParts,
        *,
        wide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._source = source
        self._wide = wide
        self._image: OpenImage | None = None
        self._files: Files | None = None
        self._order = Order.SIZE
        self._wanted: bytes | None = None
        self._preparing = Latest(context.tasks, self)
        # The search is made ready before the first key, but after all that is to be seen.
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._prepare_search)
        self._opening = Latest(context.tasks, self)
        self._finding = Latest(context.tasks, self)
        self._going = Latest(context.tasks, self)
        self.choice = parts.choice
        self.face = Segmented([(_TREE, tr("Tree")), (_MAP, tr("Map"))], tr("How files are shown"))
        self.filter = SearchField(tr("Filter by name or path"))
        self.summary = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
        self.tree_model, self.tree = parts.tree_model, parts.tree
        self.found_model, self.found = parts.found_model, parts.found
        self.map, self.detail = parts.map, parts.detail
        for model in (self.tree_model, self.found_model):
            model.setParent(self)
        self.tree_model.load = self._load
        self.extraction = Extraction(context, source, self)
        self._lay_out()
        self._connect()

    def show_image(self, image: OpenImage, choice: Choice | None = None) -> None:
        """Look through another image."""
        self._image = image
        self.choice.set_layers(image.contents.layers)
        if choice is not None:
            self.choice.choose(choice)
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.blockSignals(False)
        self._open()

    def clear(self) -> None:
        """Let go of the image."""
        self._rest.stop()
        for latest in (self._opening, self._finding, self._going, self._preparing):
            latest.cancel()
        self._image = self._files = None
        self.tree_model.show(None, self._order, None)
        self.map.clear()
        self.detail.hide()

    def go_to(self, path: bytes, choice: Choice | None = None) -> None:
        """Show one path, in the files of `choice` if that is given."""
        if choice is not None and choice != self.choice.choice:
            self.choice.choose(choice)
            self._wanted = path
            self._open()
        elif self._files is None:
            self._wanted = path
        else:
            self._reveal(self._files, path)

    @property
    def image(self) -> OpenImage | None:
        """What is looked through."""
        return self._image

    def _lay_out(self) -> None:
        self._faces = QStackedWidget()
        self._faces.addWidget(self.tree)
        self._faces.addWidget(self.found)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, Space.L if self._wide else 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.choice)
        column.addWidget(self.filter)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self.summary, 1)
        line.addWidget(self.face)
        column.addLayout(line)
        column.addWidget(self._faces, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        if not self._wide:
            self._faces.addWidget(self.map)
            column.addWidget(self.detail)
            outer.addWidget(left)
            return
        self.face.hide()
        column.setContentsMargins(0, 0, Space.L, 0)
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(Space.L, 0, 0, 0)
        beside.addWidget(self.map, 1)
        beside.addWidget(self.detail)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(left)
        splitter.addWidget(right)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        outer.addWidget(splitter)

    def _connect(self) -> None:
        self.choice.chosen.connect(lambda _choice: self._open())
        self.face.chosen.connect(lambda _key: self._show_face())
        self.filter.textChanged.connect(lambda _text: self._find())
        self.tree.sort_asked.connect(self._sort)
        for rows in (self.tree, self.found):
            rows.picked.connect(self._tell)
            rows.file_activated.connect(self.view)
            rows.context_requested.connect(self._open_menu)
        self.map.picked.connect(self._tell)
        self.map.folder_changed.connect(self._tell)
        self.detail.view_asked.connect(self.view)
        self.detail.extract_asked.connect(self.extract)
        self.detail.layer_asked.connect(self._go_to_layer)
        find = QShortcut(QKeySequence.StandardKey.Find, self, self.filter.setFocus)
        find.setContext(_WITHIN)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.filter, self._into_rows)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)

    def _open(self) -> None:
        """Have the files of the choice made ready, and show them."""
        image, choice, order = self._image, self.choice.choice, self._order
        if image is None or image.top < 0:
            return
        self._finding.cancel()
        self._going.cancel()

        def work(_job: Job) -> tuple[Files, Children]:
            files = image.files(choice)
            return files, files.tree.children(b"", order)

        self._opening.submit(work, title=tr("Open the files"), on_result=self._opened)

    def _opened(self, made: tuple[Files, Children]) -> None:
        files, top = made
        path = self._wanted or self.tree.current_path()
        self._files, self._wanted = files, None
        self.tree_model.show(files.tree, self._order, top)
        self.detail.hide()
        self.map.show_files(files)
        if self.filter.text().strip():
            self._find()
        else:
            self._summarize()
        if path and files.tree.find(path):
            self._reveal(files, path)
        self._show_face()
        self._rest.start()
        self.shown.emit()

    def _prepare_search(self) -> None:
        files = self._files
        if files is not None:

            def work(_job: Job) -> None:
                files.search()

            self._preparing.submit(work, title=tr("Filter files"), on_result=lambda _none: None)

    def _summarize(self) -> None:
        if self._files is None:
            return
        root = self._files.tree.root()
        parts = [_count(root.file_count), presentation.size(root.size_bytes)]
        if root.removed_bytes:
            parts.append(tr("{size} removed", size=presentation.size(root.removed_bytes)))
        self.summary.set_text(" · ".join(parts))

    def _find(self) -> None:
        files, text = self._files, self.filter.text()
        if files is None:
            return
        if not text.strip():
            self._finding.cancel()
            self._summarize()
            self._show_face()
            return

        def work(_job: Job) -> tuple[Files, Matches]:
            return files, files.search().find(text)

        self._finding.submit(work, title=tr("Filter files"), on_result=self._found)

    def _found(self, answer: tuple[Files, Matches]) -> None:
        files, matches = answer
        self.found_model.show(files.view, matches)
        total = files.tree.root().file_count
        figures = tr(
            "{found} of {total} files · {size}",
            found=presentation.count(len(matches)),
            total=presentation.count(max(total, len(matches))),
            size=presentation.size(matches.size_bytes),
        )
        self.summary.set_text(figures)
        self._show_face()

    def _show_face(self) -> None:
        if self.filter.text().strip():
            self._faces.setCurrentWidget(self.found)
        elif self.face.current == _MAP and not self._wide:
            self._faces.setCurrentWidget(self.map)
        else:
            self._faces.setCurrentWidget(self.tree)
        if self._wide or self.face.current == _MAP:
            self.map.wake()

    def _sort(self, column: int) -> None:
        order = Order.NAME if column == NAME else Order.SIZE
        if order is not self._order:
            self._order = order
            self._open()

    def _load(self, path: bytes, order: Order, then: Callable[[Children], None]) -> None:
        """A large folder is read in a worker."""
        files = self._files
        if files is not None:
            self._context.tasks.submit(
                lambda _job: files.tree.children(path, order),
                lane=Lane.INTERACTIVE,
                title=tr("Read a folder"),
                owner=self,
                on_result=then,
                show_in_activity=False,
            )

    def _reveal(self, files: Files, path: bytes) -> None:
        """Open the tree down to `path`."""
        order = self._order

        def work(_job: Job) -> list[tuple[bytes, Children, int]]:
            chain, parts = [], path.split(b"/")
            for depth in range(len(parts)):
                folder = b"/".join(parts[:depth])
                children = files.tree.children(folder, order)
                row = children.position(b"/".join(parts[: depth + 1]))
                if row is None:
                    return []
                chain.append((folder, children, row))
            return chain

        self._going.submit(
            work,
            title=tr("Find a file"),
            on_result=lambda chain: self._revealed(files, path, chain),
        )

    def _revealed(
        self, files: Files, path: bytes, chain: list[tuple[bytes, Children, int]]
    ) -> None:
        if files is not self._files or not chain:
            return
        if max(row for _, _, row in chain) > _DEEPEST_ROW:
            self.filter.setText(presentation.printable(path))
            return
        self.filter.clear()
        self.face.choose(_TREE)
        self._show_face()
        self.tree.select(self.tree_model.open_chain(chain))

    def _tell(self, path: bytes) -> None:
        if self._files is None or self._image is None:
            return
        node = self._files.tree.find(path)
        if node is not None and path:
            made_by = [layer.instruction for layer in self._image.contents.layers]
            self.detail.show_node(self._files.view, node, made_by)
        else:
            self.detail.hide()

    def view(self, path: bytes) -> None:
        """Open a file to be read."""
        if self._files is None or self._image is None:
            return
        viewer = FileViewer(self._context, self._source, self._image, self._files.view, path, self)
        viewer.extract_asked.connect(self.extract)
        viewer.show()

    def extract(self, path: bytes) -> None:
        """Write a file or folder out, after asking where to."""
        if self._files is not None and self._image is not None:
            self.extraction.ask(self._image, self._files.view, path)

    def _go_to_layer(self, layer: int, path: bytes) -> None:
        self.go_to(path, Choice(layer, alone=True))

    def _into_rows(self) -> None:
        rows = self.found if self._faces.currentWidget() is self.found else self.tree
        rows.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not rows.currentIndex().isValid():
            rows.setCurrentIndex(rows.model().index(0, NAME))

    def _open_menu(self, path: bytes, place: QPoint) -> None:
        files = self._files
        node = files.tree.find(path) if files else None
        if node is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.detail.can_view(node):
            menu.addAction(tr("View"), lambda: self.view(path))
        if self.detail.can_extract(node):
            menu.addAction(tr("Extract…"), lambda: self.extract(path))
        if self._faces.currentWidget() is self.found:
            menu.addAction(tr("Show in the tree"), lambda: self.go_to(path))
        layer = node.layer
        if layer is not None:
            number = layer + 1
            words = tr("Go to the layer that wrote it ({number})", number=number)
            menu.addAction(words, lambda: self._go_to_layer(layer, path))
        if not menu.isEmpty():
            menu.popup(place)


def _count(count: int) -> str:
    return trn("{figure} file", "{figure} files", count, figure=presentation.count(count))
