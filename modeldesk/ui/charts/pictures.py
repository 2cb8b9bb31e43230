"""A chart as a file: PNG at twice the size, SVG, and its figures as CSV."""

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, QSize, Qt, SignalInstance
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from modeldesk.core.words import tr

Paint = Callable[[QPainter], None]
_SCALE = 2
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_MARGIN = 16
# Of SVG: at another figure the picture would not be as large as it was on screen.
_PIXELS_PER_INCH = 96


def save_png(path: Path, size: QSize, ground: str, paint: Paint) -> None:
    """Write what `paint` draws into `size` as a PNG on `ground`. Raises `OSError`."""
    whole = _with_margin(size)
    image = QImage(whole * _SCALE, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(_SCALE)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.translate(_MARGIN, _MARGIN)
    paint(painter)
    painter.end()
    writer = QImageWriter(str(path), QByteArray(b"png"))
    if not writer.write(image):
        raise OSError(writer.errorString())


def save_svg(path: Path, size: QSize, ground: str, title: str, paint: Paint) -> None:
    """Write what `paint` draws into `size` as an SVG on `ground`. Raises `OSError`."""
    whole = _with_margin(size)
    with path.open("wb"):
        # Qt says nothing when it can't write; this does.
        pass
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(whole)
    generator.setResolution(_PIXELS_PER_INCH)
    generator.setViewBox(QRect(QPoint(0, 0), whole))
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(QRect(QPoint(0, 0), whole), QColor(ground))
    painter.translate(_MARGIN, _MARGIN)
    paint(painter)
    painter.end()


def save_csv(path: Path, head: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Write figures as CSV (UTF-8 with a mark, so that spreadsheets know). Text that they would
    take for a formula gets an apostrophe before it: names come from anybody's images. Raises
    `OSError`."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(map(_without_formulas, lines))


def _without_formulas(line: Sequence[object]) -> list[object]:
    return [
        f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
        for cell in line
    ]


def _with_margin(size: QSize) -> QSize:
    return QSize(size.width() + 2 * _MARGIN, size.height() + 2 * _MARGIN)


class PictureMenu(QMenu):
    """The menu a right click on a chart opens."""

    def __init__(
        self,
        parent: QWidget,
        writers: Sequence[tuple[str, Callable[[Path], None]]],
        saved: SignalInstance,
        failed: SignalInstance,
    ) -> None:
        """`writers` are (ending without a dot, what writes such a file). `saved` is emitted with
        the path, `failed` with a sentence."""
        super().__init__(parent)
        self._saved, self._failed = saved, failed
        for ending, write in writers:
            action = self.addAction(tr("Save as {format}…", format=ending.upper()))
            action.triggered.connect(
                lambda _on=False, ending=ending, write=write: self._ask(ending, write)
            )

    def pop_up(self, place: QPoint) -> None:
        """Open at `place`, and go when closed."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.popup(place)

    def write(self, path: Path, write: Callable[[Path], None]) -> None:
        """Write to `path` and say how it went."""
        try:
            write(path)
        except OSError as error:
            reason = error.strerror or str(error)
            self._failed.emit(tr("{path} can't be written: {reason}.", path=path, reason=reason))
        else:
            self._saved.emit(str(path))

    def _ask(self, ending: str, write: Callable[[Path], None]) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self.parentWidget(), tr("Save chart"), f"chart.{ending}", f"*.{ending}"
        )
        if name:
            self.write(Path(name).with_suffix(f".{ending}"), write)
