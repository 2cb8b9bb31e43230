"""Equal files at several paths: looked for when it is asked for, since their content is read."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.contents.duplicates import SMALLEST, Duplicates
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Progress
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.extracting import reader
from modeldesk.ui.inspector.open_image import Choice, OpenImage
from modeldesk.ui.inspector.waste_rows import (
    DuplicateRow,
    duplicate_columns,
    duplicate_rows,
    duplicates_line,
    smaller_line,
)
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.progress_page import progress_page
from modeldesk.ui.widgets.table import Table
from modeldesk.ui.widgets.task_progress import TaskProgress


class DuplicatesView(QStackedWidget):
    """Offers the search, tells how far it is, shows what was found."""

    file_chosen = Signal(object, object)
    """A path, and the `Choice` of files that has it."""

    def __init__(
        self,
        context: Context,
        source: ContentsSource,
        image: OpenImage,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._source, self._image = source, image
        self._finding = Latest(context.tasks, self)
        self.offer = EmptyState(context.theme, Icon.SEARCH, "")
        self.offer.action_chosen.connect(self.start)
        self.progress = TaskProgress(context.theme, vertical=True)
        self.cancel = PlainButton(tr("Cancel"))
        self.cancel.clicked.connect(self.stop)
        self.line = Label("", TextStyle.NOTE, "muted", wrap=True)
        self.model: KeyedModel[DuplicateRow] = KeyedModel(
            duplicate_columns(), lambda row: str(row.place), self
        )
        self.table = Table(context.theme, self.model, name=tr("Duplicate files"))
        self.table.row_activated.connect(self._choose)
        self._reading = progress_page(self.progress, self.cancel)
        self._found = self._found_page()
        for page in (self.offer, self._reading, self._found):
            self.addWidget(page)
        self._offer()

    def start(self) -> None:
        """Look for them now."""
        self.progress.set_state(tr("Waiting to begin"), None)
        self.setCurrentWidget(self._reading)
        image, read = self._image, reader(self._source, self._image)
        self._finding.submit(
            lambda job: image.duplicates(read, job),
            lane=Lane.ANALYSIS,
            title=tr("Find duplicate files"),
            on_result=self._show,
            on_error=self._failed,
            on_progress=self._tell,
        )

    def stop(self) -> None:
        """Look no further."""
        self._finding.cancel()
        if self.currentWidget() is self._reading:
            self._offer()

    def _offer(self) -> None:
        self.offer.set_content(
            Icon.SEARCH,
            tr("Find files that are in the image more than once, whatever they are called."),
            tr(
                "Files of the same size, from {size}, are read and compared.",
                size=presentation.size(SMALLEST),
            ),
            tr("Find duplicate files"),
        )
        self.setCurrentWidget(self.offer)

    def _tell(self, progress: Progress) -> None:
        self.progress.set_state(presentation.progress(progress), progress.fraction)

    def _show(self, groups: tuple[Duplicates, ...]) -> None:
        if not groups:
            nothing = tr("No file is in the image more than once.")
            self.offer.set_content(Icon.CHECK, nothing, smaller_line())
            self.setCurrentWidget(self.offer)
            return
        self.line.setText(duplicates_line(groups))
        self.model.set_rows(duplicate_rows(groups))
        self.setCurrentWidget(self._found)

    def _failed(self, error: ModelDeskError) -> None:
        self.offer.set_content(Icon.WARNING, error.message, error.hint, tr("Try again"))
        self.setCurrentWidget(self.offer)

    def _choose(self, key: str) -> None:
        row = self.model.row(self.model.index_of(key).row())
        self.file_chosen.emit(row.path, Choice(self._image.top))

    def _found_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self.line)
        column.addWidget(self.table, 1)
        return page
