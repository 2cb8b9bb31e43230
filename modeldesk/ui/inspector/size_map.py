"""A treemap of one folder of an image, with the way back up."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.charts.tiles import Tile
from modeldesk.ui.charts.treemap import Treemap
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.open_image import Files
from modeldesk.ui.inspector.tiles_of import tiles_of
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import IconButton
from modeldesk.ui.widgets.elided_label import ElidedLabel


class SizeMap(QWidget):
    """Its tiles are made once it is looked at."""

    picked = Signal(object)
    """The path of a file."""
    folder_changed = Signal(object)
    """The path of the folder that is shown now."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._latest = Latest(context.tasks, self)
        self._files: Files | None = None
        self._awake = False
        self.folder = b""
        self.up = IconButton(context.theme, Icon.CHEVRON_LEFT, tr("Up to the folder above"))
        self.path = ElidedLabel("/", TextStyle.MONO_SMALL, mode=Qt.TextElideMode.ElideLeft)
        self.chart = Treemap(context.theme)
        self.up.clicked.connect(self.go_up)
        self.chart.up_asked.connect(self.go_up)
        self.chart.opened.connect(self.go)
        self.chart.picked.connect(self.picked)
        self.chart.exported.connect(lambda path: context.say(tr("Saved {path}", path=path)))
        self.chart.export_failed.connect(lambda why: context.say(why, Tone.BAD))
        head = QHBoxLayout()
        head.setSpacing(Space.XS)
        head.addWidget(self.up)
        head.addWidget(self.path, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addWidget(self.chart, 1)

    def show_files(self, files: Files) -> None:
        """Show other files, the same folder if it is there."""
        self._files, self._awake = files, False
        if not files.tree.find(self.folder):
            self.folder = b""

    def clear(self) -> None:
        """Show nothing."""
        self._latest.cancel()
        self._files, self.folder = None, b""
        self.chart.set_tiles("", ())

    def wake(self) -> None:
        """It is looked at."""
        if not self._awake and self._files is not None:
            self._awake = True
            self._draw()

    def go(self, folder: bytes) -> None:
        """Show what is in `folder`."""
        self.folder = folder
        self._draw()
        self.folder_changed.emit(folder)

    def go_up(self) -> None:
        """Show the folder above."""
        if self.folder:
            self.go(self.folder.rpartition(b"/")[0])

    def _draw(self) -> None:
        files, folder = self._files, self.folder
        self.up.setEnabled(bool(folder))
        self.path.set_text("/" + presentation.printable(folder))
        if files is None:
            return

        def work(_job: Job) -> tuple[Tile, ...]:
            return tiles_of(files.tree, files.sums(), folder)

        self._latest.submit(work, title=tr("Draw the map of sizes"), on_result=self._came)

    def _came(self, tiles: tuple[Tile, ...]) -> None:
        whole = presentation.size(sum(tile.size_bytes for tile in tiles))
        name = presentation.printable(self.folder.rpartition(b"/")[2]) or "/"
        self.chart.set_tiles(f"{name} · {whole}", tiles)
