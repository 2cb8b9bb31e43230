"""Asks which files are built: those of the folder as it is, of a tag, or of a commit."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.versioning.git_tags import gto_text
from modeldesk.core.versioning.ports import SourceControl
from modeldesk.core.versioning.revisions import Revision, Revisions
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.build.words import short_folder
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.banner import Notice
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.search_list_dialog import SearchListDialog
from modeldesk.ui.widgets.two_line_list import TwoLineRow

_FOLDER = "folder"
_TYPING_MS = 150


class RevisionDialog(SearchListDialog):
    """Typing searches the repository, not just what is listed."""

    picked = Signal(str)
    """What git finds it by; empty for the folder as it is."""

    def __init__(
        self, context: Context, source: SourceControl, folder: Path, parent: QWidget
    ) -> None:
        super().__init__(
            context.theme,
            tr("Build from"),
            tr("Tags and commits"),
            tr("Tag (v1.*), commit, or words of its message"),
            parent,
        )
        self._source = source
        self._folder = folder
        self._looking = Latest(context.tasks, self)
        self.resize(600, 560)
        self.field.textChanged.connect(self._typed)
        self.chosen.connect(self._choose)
        self.note = Label("", TextStyle.NOTE, "muted")
        self.stand_beside_cancel(self.note, wide=True)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._look)
        self._show(Revisions((), ()))
        self._look()

    def _choose(self, key: str) -> None:
        if any(row.key == key and not row.header for row in self.list.rows()):
            self.picked.emit("" if key == _FOLDER else key)
            self.accept()

    def _typed(self, _text: str) -> None:
        self._looking.cancel()
        self._typing.start()

    def _look(self) -> None:
        source, folder, wanted = self._source, self._folder, self.field.text().strip()
        self._looking.submit(
            lambda job: source.revisions(folder, wanted, job.token),
            title=tr("List tags and commits"),
            on_result=self._show,
            on_error=self._failed,
        )

    def _failed(self, error: ModelDeskError) -> None:
        self.banner.present(Notice(error.message, error.hint, tone=Tone.BAD))

    def _show(self, found: Revisions) -> None:
        self.banner.dismiss()
        self.show_rows(list(self._rows(found)))
        self.note.setText(tr("There are more; search to find them.") if found.more else "")

    def _rows(self, found: Revisions) -> Iterator[TwoLineRow]:
        if not self.field.text().strip():
            yield TwoLineRow(_FOLDER, tr("The folder as it is"), short_folder(self._folder))
        for caption, revisions in ((tr("Tags"), found.tags), (tr("Commits"), found.commits)):
            if revisions:
                count = presentation.count(len(revisions))
                yield TwoLineRow(caption, caption, right=count, header=True)
                yield from map(_row, revisions)


def _row(one: Revision) -> TwoLineRow:
    day = f"{one.when.astimezone():%Y-%m-%d}"
    subject = presentation.printable(one.subject)
    if not one.tag:
        return TwoLineRow(one.name, subject or tr("without a message"), day, right=one.commit[:8],
                      mono_right=True)  # fmt: skip
    says = gto_text(one.tag)
    line = " · ".join(filter(None, (day, says, subject)))
    return TwoLineRow(one.name, presentation.printable(one.tag), line, right=one.commit[:8],
                      mono_right=True)  # fmt: skip
