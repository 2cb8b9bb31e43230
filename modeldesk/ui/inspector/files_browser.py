"""Looking through the files of an image: choose layers, walk, search, see what is large."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.contents.tree import Children
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.browser_parts import BrowserParts, browser_parts
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.extracting import Extraction
from modeldesk.ui.inspector.file_columns import NAME
from modeldesk.ui.inspector.file_menu import FileActs, file_menu
from modeldesk.ui.inspector.file_search import FileSearch
from modeldesk.ui.inspector.file_viewer import FileViewer
from modeldesk.ui.inspector.files_tree import FilesTree
from modeldesk.ui.inspector.open_image import Choice, Files, OpenImage
from modeldesk.ui.making import Making
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.segmented import Segmented

_TREE, _MAP = "tree", "map"
_WITHIN = Qt.ShortcutContext.WidgetWithChildrenShortcut


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
        self._wanted: bytes | None = None
        self._opening = Latest(context.tasks, self)
        self.choice = parts.choice
        self.face = Segmented([(_TREE, tr("Tree")), (_MAP, tr("Map"))], tr("How files are shown"))
        self.summary = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
        self.tree_model, self.tree = parts.tree_model, parts.tree
        self.map, self.detail = parts.map, parts.detail
        for model in (parts.tree_model, parts.found_model):
            model.setParent(self)
        self._walk = FilesTree(context, parts.tree, parts.tree_model)
        self.search = FileSearch(context, parts.found, parts.found_model)
        self.extraction = Extraction(context, source, self)
        self._lay_out()
        self._connect()

    def show_image(self, image: OpenImage, choice: Choice | None = None) -> None:
        """Look through another image."""
        self._image = image
        self.choice.set_layers(image.contents.layers)
        if choice is not None:
            self.choice.choose(choice)
        self.search.forget()
        self._open()

    def clear(self) -> None:
        """Let go of the image."""
        self._opening.cancel()
        self._image = self._files = None
        self._walk.clear()
        self.search.clear()
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
            self._walk.reveal(path)

    @property
    def image(self) -> OpenImage | None:
        """What is looked through."""
        return self._image

    def _lay_out(self) -> None:
        self._faces = QStackedWidget()
        self._faces.addWidget(self.tree)
        self._faces.addWidget(self.search.rows)
        left, column = self._left()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        if not self._wide:
            self._faces.addWidget(self.map)
            column.addWidget(self.detail)
            outer.addWidget(left)
            return
        self.face.hide()
        column.setContentsMargins(0, 0, Space.L, 0)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        for side, part in enumerate((left, self._beside())):
            splitter.addWidget(part)
            splitter.setStretchFactor(side, 1)
        outer.addWidget(splitter)

    def _left(self) -> tuple[QWidget, QVBoxLayout]:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.choice)
        column.addWidget(self.search.field)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self.summary, 1)
        line.addWidget(self.face)
        column.addLayout(line)
        column.addWidget(self._faces, 1)
        return left, column

    def _beside(self) -> QWidget:
        """Where there is room beside the tree."""
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(Space.L, 0, 0, 0)
        column.addWidget(self.map, 1)
        column.addWidget(self.detail)
        return right

    def _connect(self) -> None:
        self.choice.chosen.connect(lambda _choice: self._open())
        self.face.chosen.connect(lambda _key: self._show_face())
        self.search.changed.connect(self._show_found)
        self.search.down_asked.connect(self._into_rows)
        self._walk.order_changed.connect(self._open)
        self._walk.found.connect(self._show_tree)
        self._walk.too_deep.connect(
            lambda path: self.search.field.setText(presentation.printable(path))
        )
        for rows in (self.tree, self.search.rows):
            rows.picked.connect(self._tell)
            rows.file_activated.connect(self.view)
            rows.context_requested.connect(self._open_menu)
        self.map.picked.connect(self._tell)
        self.map.folder_changed.connect(self._tell)
        self.detail.view_asked.connect(self.view)
        self.detail.extract_asked.connect(self.extract)
        self.detail.layer_asked.connect(self._go_to_layer)
        find = QShortcut(QKeySequence.StandardKey.Find, self, self.search.field.setFocus)
        find.setContext(_WITHIN)

    def _open(self) -> None:
        """Have the files of the choice made ready, and show them."""
        image, choice, order = self._image, self.choice.choice, self._walk.order
        if image is None or image.top < 0:
            return
        self._walk.hold()
        self.search.hold()

        def work(_job: Job) -> tuple[Files, Children]:
            files = image.files(choice)
            return files, files.tree.children(b"", order)

        self._opening.submit(work, title=tr("Open the files"), on_result=self._opened)

    def _opened(self, made: tuple[Files, Children]) -> None:
        files, top = made
        path = self._wanted or self.tree.current_path()
        self._files, self._wanted = files, None
        self._walk.show(files, top)
        self.detail.hide()
        self.map.show_files(files)
        self.search.look_in(files)
        if path and files.tree.find(path):
            self._walk.reveal(path)
        self._show_face()
        self.shown.emit()

    def _summarize(self) -> None:
        if self._files is None:
            return
        root = self._files.tree.root()
        parts = [_count(root.file_count), presentation.size(root.size_bytes)]
        if root.removed_bytes:
            parts.append(tr("{size} removed", size=presentation.size(root.removed_bytes)))
        self.summary.set_text(" · ".join(parts))

    def _show_found(self) -> None:
        if self.search.wanted:
            self.summary.set_text(self.search.figures)
        else:
            self._summarize()
        self._show_face()

    def _show_tree(self) -> None:
        self.search.field.clear()
        self.face.choose(_TREE)
        self._show_face()

    def _show_face(self) -> None:
        if self.search.wanted:
            self._faces.setCurrentWidget(self.search.rows)
        elif self.face.current == _MAP and not self._wide:
            self._faces.setCurrentWidget(self.map)
        else:
            self._faces.setCurrentWidget(self.tree)
        if self._wide or self.face.current == _MAP:
            self.map.wake()

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
        rows = self.search.rows if self._faces.currentWidget() is self.search.rows else self.tree
        rows.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not rows.currentIndex().isValid():
            rows.setCurrentIndex(rows.model().index(0, NAME))

    def _open_menu(self, path: bytes, place: QPoint) -> None:
        node = self._files.tree.find(path) if self._files is not None else None
        if node is None:
            return
        in_tree = self.go_to if self._faces.currentWidget() is self.search.rows else None
        acts = FileActs(self.view, self.extract, self._go_to_layer, in_tree)
        menu = file_menu(node, acts, self)
        if not menu.isEmpty():
            menu.popup(place)


def _count(count: int) -> str:
    return trn("{figure} file", "{figure} files", count, figure=presentation.count(count))
