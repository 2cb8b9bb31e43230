"""Filtering an image's files: what is typed, and what is found."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from modeldesk.core.contents.search import Matches
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.file_rows import FileRows
from modeldesk.ui.inspector.found_files import FoundFilesModel
from modeldesk.ui.inspector.open_image import Files
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.widgets.search_field import SearchField

_REST_MS = 400


class FileSearch(QObject):
    """The field, the rows of what it found, and the work between them."""

    changed = Signal()
    """Other files are found, or nothing is looked for any more."""
    down_asked = Signal()
    """From the field to the rows below it."""

    def __init__(self, context: Context, rows: FileRows, model: FoundFilesModel) -> None:
        self.field = SearchField(tr("Filter by name or path"))
        # Lives and dies with the field, and its answers with it.
        super().__init__(self.field)
        self.rows, self.model = rows, model
        self.figures = ""
        """How many were found, of how many, and their bytes."""
        self._files: Files | None = None
        self._preparing = Latest(context.tasks, self)
        self._finding = Latest(context.tasks, self)
        # The search is made ready before the first key, but after all that is to be seen.
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._prepare)
        self.field.textChanged.connect(lambda _text: self._find())
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.field, self.down_asked.emit)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)

    @property
    def wanted(self) -> bool:
        """Whether something is looked for."""
        return bool(self.field.text().strip())

    def forget(self) -> None:
        """Another image: what was typed for the one before is not looked for in it."""
        self.clear()
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)

    def clear(self) -> None:
        """Let go of the files and of what was found in them."""
        self._rest.stop()
        for latest in (self._finding, self._preparing):
            latest.cancel()
        self._files, self.figures = None, ""
        self.model.clear()

    def hold(self) -> None:
        """Other files are on their way: an answer from these is of no use."""
        self._finding.cancel()

    def look_in(self, files: Files) -> None:
        """Look for what is typed in other files."""
        self._files = files
        self._rest.start()
        self._find()

    def _prepare(self) -> None:
        files = self._files
        if files is not None:

            def work(_job: Job) -> None:
                files.search()

            self._preparing.submit(work, title=tr("Filter files"), on_result=lambda _none: None)

    def _find(self) -> None:
        files, text = self._files, self.field.text()
        if files is None:
            return
        if not self.wanted:
            self._finding.cancel()
            self.changed.emit()
            return

        def work(_job: Job) -> tuple[Files, Matches]:
            return files, files.search().find(text)

        self._finding.submit(work, title=tr("Filter files"), on_result=self._found)

    def _found(self, answer: tuple[Files, Matches]) -> None:
        files, matches = answer
        self.model.show(files.view, matches)
        total = files.tree.root().file_count
        self.figures = tr(
            "{found} of {total} files · {size}",
            found=presentation.count(len(matches)),
            total=presentation.count(max(total, len(matches))),
            size=presentation.size(matches.size_bytes),
        )
        self.changed.emit()
