"""How much each part of a folder is of what is sent, and what had better stay behind."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from modeldesk.core.model_folder.sent import Sent, Share, Unwanted
from modeldesk.core.model_folder.sent_words import unwanted_text
from modeldesk.core.words import tr, trn
from modeldesk.ui.presentation import count, printable, size
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_SHARES = 5
_BAR = QSize(72, 6)
_MARK = 16
_LEAST_FOR_BARS = 400
_NO_BREAK = "\u00a0"
"""A number does not leave its unit alone on the next line."""


class SentShares(QWidget):
    """Bars for the largest parts, then the largest files."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: list[ElidedLabel] = []
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(Space.M)
        self.grid.setVerticalSpacing(3)
        self.grid.setColumnStretch(0, 1)
        self.largest = ElidedLabel("", color="muted", mode=Qt.TextElideMode.ElideRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS + 2)
        title = Label(tr("Sent to the engine, at most"), TextStyle.MEDIUM)
        title.setToolTip(
            plain_tooltip(
                tr("BuildKit asks only for what the Dockerfile copies and it has not kept of an "
                   "earlier build. The classic builder and buildx are sent all of it.")
            )
        )  # fmt: skip
        column.addWidget(title)
        column.addLayout(self.grid)
        column.addWidget(self.largest)

    def show_sent(self, sent: Sent) -> None:
        """Show the parts of `sent`."""
        _clear(self.grid)
        self._names.clear()
        for number, (label, share) in enumerate(_shown_shares(sent)):
            self._show_share(number, label, share, sent.size_bytes)
        named = [f"{printable(path)} ({size(of)})" for path, of in sent.largest]
        self.largest.set_text(tr("Largest: {files}", files=", ".join(named)) if named else "")
        self.largest.setVisible(len(named) > 1)
        self.setVisible(sent.files > 0)

    def names(self) -> list[ElidedLabel]:
        """The names shown, from top to bottom."""
        return list(self._names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a narrow window names need the room."""
        for bar in self.findChildren(_Bar):
            bar.setVisible(self.width() >= _LEAST_FOR_BARS)

    def _show_share(self, number: int, label: ElidedLabel, share: Share, of: int) -> None:
        files = trn("{number} file", "{number} files", share.files, number=count(share.files))
        amount = Label(size(share.size_bytes), TextStyle.MEDIUM)
        amount.setAlignment(Qt.AlignmentFlag.AlignRight)
        bar = _Bar(self._theme, share.size_bytes / of if of else 0)
        bar.setToolTip(plain_tooltip(tr("{share} % of what is sent", share=round(bar.share * 100))))
        bar.setVisible(self.width() >= _LEAST_FOR_BARS)
        self._names.append(label)
        for place, widget in enumerate((label, bar, amount, Label(files, color="muted"))):
            self.grid.addWidget(widget, number, place)


class UnwantedRows(QWidget):
    """What had better not be sent, each with a click that keeps it out of this build."""

    keep_out = Signal(str)
    """A line for the .dockerignore of this build."""
    keep_no_longer = Signal(str)
    """One that was added, and is to go again."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: list[tuple[QLabel, Icon]] = []
        self._buttons: list[LinkButton] = []
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(Space.XS + 2)
        theme.changed.connect(self._draw)

    def show_unwanted(self, unwanted: Iterable[Unwanted], added: Iterable[str]) -> None:
        """Show what is sent all the same, and the lines that were `added` for this build."""
        _clear(self.rows)
        self._marks.clear()
        self._buttons.clear()
        for one in unwanted:
            self._add_unwanted(one)
        for rule in added:
            self._add_row(
                tr("Kept out of this build: {rule}", rule=printable(rule)),
                Icon.CHECK,
                tr("undo"),
                tr("Send it again"),
                partial(self.keep_no_longer.emit, rule),
            )
        self.setVisible(bool(self._marks))
        self._draw()

    def texts(self) -> list[str]:
        """What is said of files that had better stay behind, or do."""
        return [mark.accessibleName() for mark, _ in self._marks]

    def buttons(self) -> list[LinkButton]:
        """One for each text."""
        return list(self._buttons)

    def _add_unwanted(self, one: Unwanted) -> None:
        amount = size(one.size_bytes).replace(" ", _NO_BREAK)
        text = f"{unwanted_text(one)} {amount}"
        tip = tr("Adds the line {rule} to the .dockerignore of this build",
                 rule=printable(one.rule))  # fmt: skip
        act = partial(self.keep_out.emit, one.rule)
        self._add_row(text, Icon.WARNING, tr("keep out"), tip, act)

    def _add_row(self, text: str, icon: Icon, word: str, tip: str, act: Callable[[], None]) -> None:
        mark = QLabel()
        mark.setFixedWidth(_MARK)
        mark.setAccessibleName(text)
        label = Label(text, wrap=True, color="text" if icon is Icon.WARNING else "muted")
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setMinimumHeight(1)
        label.setToolTip(plain_tooltip(text))
        button = LinkButton(word)
        button.setToolTip(plain_tooltip(tip))
        button.setAccessibleDescription(f"{text} {tip}")
        button.clicked.connect(act)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label, 1)
        line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.rows.addWidget(row)
        self._marks.append((mark, icon))
        self._buttons.append(button)

    def _draw(self) -> None:
        for mark, icon in self._marks:
            color: ColorName = "warning" if icon is Icon.WARNING else "good"
            mark.setPixmap(self._theme.pixmap(icon, color, _MARK, self.devicePixelRatioF()))


def _shown_shares(sent: Sent) -> Iterator[tuple[ElidedLabel, Share]]:
    """The largest, and the others as one."""
    shown, others = sent.shares[:_SHARES], sent.shares[_SHARES:]
    if len(others) == 1:
        shown, others = sent.shares, ()
    for share in shown:
        if share.path:
            yield ElidedLabel(f"{printable(share.path)}/", TextStyle.MONO), share
        else:
            yield ElidedLabel(tr("files at the top")), share
    if others:
        files = sum(one.files for one in others)
        rest = trn("{count} more folder", "{count} more folders", len(others))
        yield ElidedLabel(rest), Share("", files, sum(one.size_bytes for one in others))


class _Bar(QWidget):
    """How large a share of the whole something is."""

    def __init__(self, theme: Theme, share: float) -> None:
        super().__init__()
        self._theme = theme
        self.share = share
        self.setFixedSize(_BAR)
        theme.changed.connect(self.update)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        parts: tuple[tuple[ColorName, float], ...] = (("line", 1.0), ("accent", self.share))
        for name, width in parts:
            painter.setBrush(QColor(self._theme.tokens.color(name)))
            part = QRectF(whole)
            part.setWidth(max(2.0, whole.width() * width))
            painter.drawRoundedRect(part, whole.height() / 2, whole.height() / 2)
        painter.end()


def _clear(layout: QGridLayout | QVBoxLayout) -> None:
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
