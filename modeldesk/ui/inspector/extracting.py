"""Writing files of an image out: where to, what if the name is taken, then the work."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from modeldesk.core.contents.entries import Entry, shown
from modeldesk.core.contents.extract import IfThere, Plan, Read, extract, plan, taken
from modeldesk.core.contents.view import FileView
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.open_image import OpenImage
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.buttons import DangerButton
from modeldesk.ui.widgets.choose_folder import choose_folder
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question


def reader(source: ContentsSource, image: OpenImage) -> Read:
    """Reads files of `image`, all of a layer in one pass. Called in workers."""
    layers, stamp = image.contents.layers, image.contents.image.stamp

    def read(
        layer: int, entries: Sequence[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        diff_id = layers[layer].blob.diff_id
        if len(entries) > 1:
            return source.files(image.place, diff_id, entries, token, stamp)
        # An engine gives a single file sooner.
        pieces = source.file(image.place, diff_id, entries[0], token, stamp)
        return ((entries[0], piece) for piece in pieces)

    return read


class Extraction(QObject):
    """Asks and extracts. The work goes on in Activity when the window turns elsewhere."""

    def __init__(self, context: Context, source: ContentsSource, over: QWidget) -> None:
        super().__init__(over)
        self._context = context
        self._source = source
        self._over = over
        self.dialog: QFileDialog | None = None
        self.question: TakenDialog | None = None

    def ask(self, image: OpenImage, view: FileView, path: bytes) -> None:
        """Find out what there is at `path`, then ask where to write it."""
        self._context.tasks.submit(
            lambda job: plan(view, path, job.token),
            lane=Lane.INTERACTIVE,
            title=tr("Prepare to extract {path}", path=shown(path) or "/"),
            owner=self,
            on_result=lambda planned: self._choose(image, planned),
            show_in_activity=False,
        )

    def _choose(self, image: OpenImage, planned: Plan) -> None:
        if not planned.files and not planned.is_folder:
            self._context.say(tr("A link or device has no content to extract."), Tone.WARNING)
            return
        files = trn(
            "{figure} file", "{figure} files", len(planned.files),
            figure=presentation.count(len(planned.files)),
        )  # fmt: skip
        title = tr(
            "Choose where to write {name} ({files}, {size})",
            name=planned.name,
            files=files,
            size=presentation.size(planned.size_bytes),
        )
        self.dialog = choose_folder(
            self._over.window(), lambda chosen: self.into(image, planned, Path(chosen)), title
        )

    def into(self, image: OpenImage, planned: Plan, folder: Path) -> None:
        """Write into `folder`, after asking if the name is taken there."""
        if not taken(planned, folder):
            self._start(image, planned, folder, IfThere.KEEP_BOTH)
            return
        self.question = TakenDialog(planned, folder, self._over.window())
        self.question.accepted.connect(
            lambda: self._start(image, planned, folder, IfThere.KEEP_BOTH)
        )
        self.question.replaced.clicked.connect(
            lambda: self._start(image, planned, folder, IfThere.REPLACE)
        )
        self.question.open()

    def _start(self, image: OpenImage, planned: Plan, folder: Path, if_there: IfThere) -> None:
        read = reader(self._source, image)

        def work(job: Job) -> Path:
            return extract(planned, folder, if_there, read, job)

        self._context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=tr("Extract {name}", name=planned.name),
            owner=self,
            on_result=lambda made: self._done(planned, made),
            on_error=self._failed,
        )

    def _done(self, planned: Plan, made: Path) -> None:
        said = tr("Saved {path}", path=made)
        if planned.left_out:
            left = trn(
                "{count} link or device was left out.",
                "{count} links and devices were left out.",
                planned.left_out,
            )
            said = f"{said}. {left}"
        folder = QUrl.fromLocalFile(str(made.parent))

        def open_folder() -> None:
            QDesktopServices.openUrl(folder)

        self._context.say(said, Tone.GOOD, tr("Open the folder"), open_folder)

    def _failed(self, error: ModelDeskError) -> None:
        self._context.say(str(error), Tone.BAD)


class TakenDialog(ConfirmDialog):
    """There is something of that name: keep both, replace a file, or leave it."""

    def __init__(self, planned: Plan, folder: Path, parent: QWidget) -> None:
        self.replaced = DangerButton(tr("Replace"), filled=False)
        self.replaced.setVisible(False)
        sentence = tr("{folder} has something of that name already.", folder=folder)
        super().__init__(
            Question(
                tr("Extract {name}", name=planned.name),
                sentence,
                tr("Keep both"),
                items=(planned.name,),
            ),
            parent,
        )
        self.replaced.setVisible(not planned.is_folder and not (folder / planned.name).is_dir())

    def _buttons(self) -> QHBoxLayout:
        row = super()._buttons()
        self.replaced.clicked.connect(self.reject)
        row.insertWidget(1, self.replaced)
        return row
