"""One file of an image, to be read: as text, as bytes, or as a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap, QResizeEvent, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.contents.entries import shown
from modeldesk.core.contents.extract import Wanted, plan
from modeldesk.core.contents.preview import (
    MOST_PIXELS,
    Preview,
    dump_length,
    dump_line,
    read_preview,
    text_lines,
)
from modeldesk.core.contents.view import FileView
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.context import Context
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.inspector.open_image import OpenImage
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.skeleton import Skeleton

_TEXT, _BYTES, _PICTURE = "text", "bytes", "picture"
_LINES_AT_ONCE = 400
_LETTERS_AT_ONCE = 40_000
_DUMPED = 256_000
"""Bytes of a dump: sixteen thousand lines."""
_SHOWN_PIXELS = 2400


@dataclass(frozen=True, slots=True)
class _Content:
    preview: Preview
    image: QImage | None


class FileViewer(QDialog):
    """Stays open beside the window, on its own."""

    extract_asked = Signal(object)
    """The path."""

    def __init__(
        self,
        context: Context,
        source: ContentsSource,
        image: OpenImage,
        view: FileView,
        path: bytes,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(presentation.cut(shown(path.rpartition(b"/")[2])))
        self._latest = Latest(context.tasks, self)
        self._preview: Preview | None = None
        self._theme = context.theme
        self.path = ElidedLabel(shown(path), TextStyle.MONO_SMALL, mode=Qt.TextElideMode.ElideLeft)
        self.note = Label("", TextStyle.NOTE, "muted", wrap=True)
        self.face = Segmented(
            [(_TEXT, tr("Text")), (_BYTES, tr("Bytes")), (_PICTURE, tr("Picture"))],
            tr("How the file is shown"),
        )
        self.text = LongText(tr("Text of the file"))
        self.bytes = LongText(tr("Bytes of the file"))
        self.picture = PictureLabel()
        self.problem = EmptyState(context.theme, Icon.WARNING, "")
        self._lay_out(path)
        self.face.chosen.connect(self._show_face)
        self._read(source, image, view, path)

    def _lay_out(self, path: bytes) -> None:
        extract = PlainButton(tr("Extract…"))
        extract.clicked.connect(lambda: self.extract_asked.emit(path))
        self.face.setEnabled(False)
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self.path, 1)
        head.addWidget(self.face)
        head.addWidget(extract)
        self._pages = QStackedWidget()
        waiting = Skeleton(self._theme, rows=12)
        for page in (waiting, self.text, self.bytes, self.picture, self.problem):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.S)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addWidget(self._pages, 1)
        self.resize(860, 620)

    def _read(self, source: ContentsSource, image: OpenImage, view: FileView, path: bytes) -> None:
        layers, stamp = image.contents.layers, image.contents.image.stamp

        def work(job: Job) -> _Content:
            found: tuple[Wanted, ...] = plan(view, path, job.token).files[:1]
            pieces: Iterator[bytes] = iter(())
            for file in found:
                layer = layers[file.layer].blob.diff_id
                pieces = source.file(image.place, layer, file.entry, job.token, stamp)
            preview = read_preview(pieces, job.token)
            return _Content(preview, _unpacked(preview))

        self._latest.submit(
            work, title=tr("Read {path}", path=shown(path)), on_result=self._came,
            on_error=self._failed,
        )  # fmt: skip

    def _came(self, content: _Content) -> None:
        preview = self._preview = content.preview
        self.face.setEnabled(True)
        no_text, no_picture = preview.encoding is None, content.image is None
        self.face.set_option_enabled(_TEXT, not no_text, tr("This is no text."))
        self.face.set_option_enabled(_PICTURE, not no_picture, _no_picture(preview))
        if content.image is not None:
            self.picture.set_image(content.image)
        first = _PICTURE if not no_picture else _BYTES if no_text else _TEXT
        self.face.choose(first)
        self._show_face(first)

    def _show_face(self, face: str) -> None:
        preview = self._preview
        if preview is None:
            return
        pages: dict[str, QWidget] = {
            _TEXT: self.text, _BYTES: self.bytes, _PICTURE: self.picture,
        }  # fmt: skip
        self._pages.setCurrentWidget(pages[face])
        if face == _TEXT and self.text.is_empty:
            self.text.set_lines(map(presentation.printable, text_lines(preview)))
        elif face == _BYTES and self.bytes.is_empty:
            part = preview.data[:_DUMPED]
            self.bytes.set_lines(dump_line(part, row) for row in range(dump_length(part)))
        self.note.setText(_note(preview, face))

    def _failed(self, error: ModelDeskError) -> None:
        self.problem.set_content(Icon.WARNING, error.message, error.hint)
        self._pages.setCurrentWidget(self.problem)


class LongText(QPlainTextEdit):
    """Lines that are written a few at a time, so that the window is never held."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_empty = True
        self._lines: Iterator[str] = iter(())
        self._writing = QTimer(self, interval=0)
        self._writing.timeout.connect(self._write)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName(name)
        self.setFont(font(TextStyle.MONO_SMALL))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def set_lines(self, lines: Iterator[str]) -> None:
        """Show `lines`, the first of them at once."""
        self.is_empty = False
        self._lines = lines
        self.clear()
        self._write()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._writing.start()

    @property
    def is_written(self) -> bool:
        """Whether all lines are there."""
        return not self.is_empty and not self._writing.isActive()

    def _write(self) -> None:
        lines, letters = [], 0
        for line in islice(self._lines, _LINES_AT_ONCE):
            lines.append(line)
            letters += len(line)
            if letters > _LETTERS_AT_ONCE:
                break
        if lines:
            self.appendPlainText("\n".join(lines))
        else:
            self._writing.stop()


class PictureLabel(QLabel):
    """A picture, made smaller where it does not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = QPixmap()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(QSize(80, 80))
        self.setAccessibleName(tr("Picture"))

    def set_image(self, image: QImage) -> None:
        """Show `image`."""
        self._whole = QPixmap.fromImage(image)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            return
        size = self.contentsRect().size()
        fits = self._whole.width() <= size.width() and self._whole.height() <= size.height()
        shown = self._whole if fits else self._whole.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )  # fmt: skip
        self.setPixmap(shown)


def _unpacked(preview: Preview) -> QImage | None:
    """The picture, in a worker: none of this outlives the call but the image, which is a value."""
    if not preview.picture_fits or preview.picture is None:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(preview.data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(preview.picture.value.encode()))
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > MOST_PIXELS:
        return None
    if max(size.width(), size.height()) > _SHOWN_PIXELS:
        most = QSize(_SHOWN_PIXELS, _SHOWN_PIXELS)
        reader.setScaledSize(size.scaled(most, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return None if image.isNull() else image


def _no_picture(preview: Preview) -> str:
    if preview.picture is None:
        return tr("Only PNG and JPEG are shown as pictures.")
    if not preview.picture_fits:
        return tr("The picture is too large to be shown.")
    return tr("The picture is damaged.")


def _note(preview: Preview, face: str) -> str:
    """What is shown of the file, and as what."""
    if face == _PICTURE and preview.pixels:
        width, height = preview.pixels
        return tr("{width} × {height} pixels", width=width, height=height)
    shown_bytes = min(len(preview.data), _DUMPED) if face == _BYTES else len(preview.data)
    parts = []
    if not preview.whole or shown_bytes < len(preview.data):
        parts.append(
            tr(
                "Only the first {size} are shown; extract the file to have all of it.",
                size=presentation.size(shown_bytes),
            )
        )
    if face == _TEXT and preview.encoding:
        parts.append(tr("Read as {encoding}.", encoding=preview.encoding.upper()))
    if not preview.data:
        parts.append(tr("The file is empty."))
    return " ".join(parts)
