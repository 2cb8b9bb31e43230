"""An image's files as a tree: folders opened when they are asked for, and paths found in it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from modeldesk.core.contents.tree import Children, Order
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.file_columns import NAME
from modeldesk.ui.inspector.file_rows import FileRows
from modeldesk.ui.inspector.file_tree_model import FileTreeModel
from modeldesk.ui.inspector.open_image import Files
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

_DEEPEST_ROW = 20_000
"""A path that stands further down in its folder is not scrolled to."""

_Chain = list[tuple[bytes, Children, int]]


class FilesTree(QObject):
    """The rows of the tree, their order, and the work behind them."""

    order_changed = Signal()
    """A person sorts by the other column: show the files again."""
    found = Signal()
    """A path that was looked for is about to be selected."""
    too_deep = Signal(object)
    """A path stands too far down in its folder."""

    def __init__(self, context: Context, rows: FileRows, model: FileTreeModel) -> None:
        # Lives and dies with the rows, and its answers with it.
        super().__init__(rows)
        self._context = context
        self.rows, self.model = rows, model
        self.order = Order.SIZE
        self._files: Files | None = None
        self._going = Latest(context.tasks, self)
        model.load = self._load
        rows.sort_asked.connect(self._sort)

    def show(self, files: Files, top: Children) -> None:
        """Show other files; `top` is what is in their root."""
        self._files = files
        self.model.show(files.tree, self.order, top)

    def clear(self) -> None:
        """Let go of the files."""
        self._going.cancel()
        self._files = None
        self.model.show(None, self.order, None)

    def hold(self) -> None:
        """Other files are on their way: a path is not looked for in these any more."""
        self._going.cancel()

    def reveal(self, path: bytes) -> None:
        """Open the tree down to `path`."""
        files, order = self._files, self.order
        if files is None:
            return

        def work(_job: Job) -> _Chain:
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

    def _revealed(self, files: Files, path: bytes, chain: _Chain) -> None:
        if files is not self._files or not chain:
            return
        if max(row for _, _, row in chain) > _DEEPEST_ROW:
            self.too_deep.emit(path)
            return
        self.found.emit()
        self.rows.select(self.model.open_chain(chain))

    def _sort(self, column: int) -> None:
        order = Order.NAME if column == NAME else Order.SIZE
        if order is not self.order:
            self.order = order
            self.order_changed.emit()

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
