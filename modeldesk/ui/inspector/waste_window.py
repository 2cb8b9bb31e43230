"""What an image wastes: how much, where, and which layers did it."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.contents.dive import DiveScore
from modeldesk.core.contents.waste import Waste
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.duplicates_view import DuplicatesView
from modeldesk.ui.inspector.files_window import FilesWindow
from modeldesk.ui.inspector.open_image import Choice, OpenImage
from modeldesk.ui.inspector.waste_rows import (
    MOST_ROWS,
    WasteRow,
    dive_line,
    left_out_line,
    reclaimable_line,
    waste_columns,
    what_layers_did,
)
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.after_paint import AfterPaint
from modeldesk.ui.widgets.buttons import SlimButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.table import Table
from modeldesk.ui.widgets.tooltip import plain_tooltip

_WASTED, _DUPLICATES = "wasted", "duplicates"
_FIRST, _NEXT = 60, 400
"""Rows that are found at once: which layers touched a path is looked for in each of them."""
_MOST_LINES = 5


class WasteWindow(QFrame):
    """Stays with the image it was opened for, whatever is chosen elsewhere."""

    def __init__(
        self,
        context: Context,
        source: ContentsSource,
        image: OpenImage,
        name: str,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setProperty("kind", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._source, self._image = context, source, image
        self._over = parent
        self._left_out = ""
        self._name = presentation.printable(presentation.cut(name))
        self.setWindowTitle(tr("Reclaimable in {name}", name=self._name))
        self._counting = Latest(context.tasks, self)
        self._scoring = Latest(context.tasks, self)
        self.after_paint = AfterPaint(self)
        self.files: FilesWindow | None = None
        """Where paths are shown, once one was."""
        self.title = ElidedLabel(self._name, TextStyle.SUBTITLE)
        self.reclaimable = Label(tr("being counted"), TextStyle.TITLE)
        self.reclaimable_note = ElidedLabel("", TextStyle.NOTE, "muted")
        self.dive = ElidedLabel(tr("being counted"), TextStyle.NOTE, "muted")
        self.face = Segmented(
            [(_WASTED, tr("Replaced or removed")), (_DUPLICATES, tr("Duplicates"))],
            tr("What is told"),
        )
        self.face.chosen.connect(self._show_face)
        self.note = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
        self.model: KeyedModel[WasteRow] = KeyedModel(
            waste_columns(), lambda row: str(row.place), self
        )
        self.table = Table(context.theme, self.model, sortable=True, name=tr("Reclaimable files"))
        self.detail = WasteDetail()
        self.duplicates = DuplicatesView(context, source, image)
        self._lay_out()
        self.table.row_selected.connect(self._tell)
        self.table.row_activated.connect(self._choose)
        self.detail.show_button.clicked.connect(lambda: self._choose(self.table.current_key()))
        self.duplicates.file_chosen.connect(self.show_file)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        self.resize(960, 640)
        self.after_paint.run(self._count)

    def show_file(self, path: bytes, choice: Choice) -> None:
        """Show a path among the files of its layer, in one window for all that are asked for."""
        if self.files is None:
            self.files = FilesWindow(self._context, self._source, self._name, self._over)
            self.files.destroyed.connect(self._files_went)
            self.files.browser.show_image(self._image, choice)
            self.files.browser.go_to(path)
        else:
            self.files.browser.go_to(path, choice)
        self.files.show()
        self.files.raise_()
        self.files.activateWindow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        for latest in (self._counting, self._scoring):
            latest.cancel()
        self.duplicates.stop()
        super().closeEvent(event)

    def _lay_out(self) -> None:
        explained = plain_tooltip(_dive_explained())
        dive_title = Label(tr("dive’s score"), TextStyle.LABEL_STRONG, "muted")
        for label in (dive_title, self.dive):
            label.setToolTip(explained)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.reclaimable)
        head.addWidget(self.reclaimable_note)
        score = QHBoxLayout()
        score.setSpacing(Space.S)
        score.addWidget(dive_title)
        score.addWidget(self.dive, 1)
        head.addSpacing(Space.XS)
        head.addLayout(score)
        kinds = QHBoxLayout()
        kinds.setSpacing(Space.M)
        kinds.addWidget(self.face)
        kinds.addWidget(self.note, 1)
        self._nothing = EmptyState(
            self._context.theme,
            Icon.CHECK,
            tr("Nothing is reclaimable."),
            tr("No layer replaced or removed what another had written."),
        )
        self._waiting = Skeleton(self._context.theme, rows=9, row_height=34)
        self._wasted = QWidget()
        rows = QVBoxLayout(self._wasted)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.table, 1)
        rows.addWidget(self.detail)
        self._pages = QStackedWidget()
        for page in (self._waiting, self._wasted, self._nothing, self.duplicates):
            self._pages.addWidget(page)
        self._page: QWidget = self._waiting
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.title)
        column.addLayout(head)
        column.addLayout(kinds)
        column.addWidget(self._pages, 1)

    def _show_face(self, _key: str = "") -> None:
        wasted = self.face.current == _WASTED
        self._pages.setCurrentWidget(self._page if wasted else self.duplicates)
        self.note.set_text(self._left_out if wasted else "")

    def _count(self) -> None:
        image = self._image

        def work(_job: Job) -> tuple[Waste, tuple[WasteRow, ...], str, str]:
            waste = image.waste()
            return waste, _rows(waste, 0, _FIRST), reclaimable_line(waste), left_out_line(waste)

        self._counting.submit(work, title=tr("Count what is reclaimable"), on_result=self._counted)

    def _counted(self, found: tuple[Waste, tuple[WasteRow, ...], str, str]) -> None:
        waste, rows, said, left_out = found
        size = presentation.size(waste.reclaimable_bytes)
        self.reclaimable.setText(tr("{size} reclaimable", size=size))
        self.reclaimable.setToolTip(presentation.exact_size(waste.reclaimable_bytes))
        self.reclaimable_note.set_text(said)
        self._left_out = left_out
        self._page = self._wasted if rows else self._nothing
        self._more(waste, rows)
        self._show_face()
        # The figure that fewer ask for comes after what is to be seen first.
        self.after_paint.run(self._score)

    def _score(self) -> None:
        image = self._image
        self._scoring.submit(
            lambda _job: image.dive(), title=tr("Count as dive does"), on_result=self._scored
        )

    def _more(self, waste: Waste, rows: tuple[WasteRow, ...]) -> None:
        """Add `rows`, and have the next ones read."""
        if rows:
            self.model.set_rows([*sorted(self.model.rows(), key=_place), *rows])
        if rows and self.model.rowCount() < min(MOST_ROWS, len(waste.paths)):
            self.after_paint.run(lambda: self._read_more(waste))

    def _read_more(self, waste: Waste) -> None:
        begin = self.model.rowCount()

        def work(_job: Job) -> tuple[WasteRow, ...]:
            return _rows(waste, begin, begin + _NEXT)

        self._counting.submit(
            work,
            title=tr("Count what is reclaimable"),
            on_result=lambda more: self._more(waste, more),
        )

    def _scored(self, judged: DiveScore) -> None:
        self.dive.set_text(dive_line(judged))
        self.dive.setToolTip(plain_tooltip(_dive_explained()))

    def _row(self, key: str) -> WasteRow | None:
        index = self.model.index_of(key)
        return self.model.row(index.row()) if index.isValid() else None

    def _tell(self, key: str) -> None:
        row = self._row(key)
        if row is not None:
            made_by = [layer.instruction for layer in self._image.contents.layers]
            self.detail.show_lines(what_layers_did(row.wasted, made_by))

    def _choose(self, key: str) -> None:
        row = self._row(key)
        if row is not None and row.wasted.layers:
            self.show_file(row.wasted.path, Choice(row.wasted.layers[0], alone=True))

    def _files_went(self, _window: QObject) -> None:
        self.files = None


class WasteDetail(QWidget):
    """What each layer did to the path that is selected. Hidden until there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = [
            ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
            for _ in range(_MOST_LINES)
        ]
        self.show_button = SlimButton(tr("Show in Files"))
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for line in self.lines:
            texts.addWidget(line)
        texts.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, Space.S, 0, 0)
        row.setSpacing(Space.M)
        row.addLayout(texts, 1)
        row.addWidget(self.show_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_lines(self, lines: list[str]) -> None:
        """Show the last few of `lines`."""
        shown = lines[-_MOST_LINES:]
        for number, line in enumerate(self.lines):
            line.setVisible(number < len(shown))
            line.set_text(shown[number] if number < len(shown) else "")
        self.show()


def _rows(waste: Waste, begin: int, end: int) -> tuple[WasteRow, ...]:
    some = waste.paths[begin : min(end, MOST_ROWS)]
    return tuple(WasteRow(place, wasted) for place, wasted in enumerate(some, begin))


def _place(row: WasteRow) -> int:
    return row.place


def _dive_explained() -> str:
    return tr(
        "By the rules of the tool dive, for those who know it. It counts every copy of a path "
        "that several layers write, also the one that is kept, so its wasted bytes are no bytes "
        "to be freed."
    )
