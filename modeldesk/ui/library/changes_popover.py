"""What changed over a model's versions, by kind of layer: a small table over the page."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.core.library.kind_changes import KindChanges, ModelChanges
from modeldesk.core.words import tr, trn
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space, TextColor
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_WIDTH = 540
_NAME_ROOM = 150
_BAR = QSize(88, 8)
_MARK = QSize(9, 9)
_FIGURES = 3
"""The first column of figures; before it stand mark, name and bar."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NONE = "–"


class ChangesPopover(QWidget):
    """Esc or a click elsewhere closes it, and that is its end."""

    def __init__(self, theme: Theme, changes: ModelChanges, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Its corners are round.
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._theme = theme
        self._spoken: list[str] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        card = Card()
        outer.addWidget(card)
        column = card.body
        column.setSpacing(Space.XS)
        count = changes.compared
        title = trn(
            "What changed over {count} version", "What changed over {count} versions", count
        )
        column.addWidget(self._say(Label(title, TextStyle.STRONG)))
        column.addWidget(self._say(Label(cause_sentence(changes), wrap=True)))
        column.addSpacing(Space.S)
        table = self._table(changes)
        column.addLayout(table)
        column.addSpacing(Space.S)
        for note in notes(changes):
            column.addWidget(self._say(Label(note, TextStyle.NOTE, "muted", wrap=True)))
        self.setFixedWidth(max(_WIDTH, table.minimumSize().width() + 2 * Space.L + 2))
        self.setAccessibleName("\n".join(self._spoken))

    @property
    def spoken(self) -> tuple[str, ...]:
        """What it says, line by line."""
        return tuple(self._spoken)

    def open_below(self, link: QWidget) -> None:
        """Appear at `link`, over its window where there is room for that."""
        self.adjustSize()
        place = link.mapToGlobal(QPoint(0, link.height() + Space.XS))
        room = link.screen().availableGeometry() & link.window().geometry()
        left = min(place.x(), room.right() - self.width() - Space.S)
        top = min(place.y(), room.bottom() - self.height() - Space.S)
        self.move(max(left, room.left()), max(top, room.top()))
        self.show()

    def _table(self, changes: ModelChanges) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S - 2)
        grid.setColumnStretch(1, 1)
        for place, text in enumerate(_headings(), _FIGURES):
            heading = Label(text, TextStyle.LABEL, "muted")
            grid.addWidget(heading, 0, place, _RIGHT)
        most = max((one.pushed_bytes for one in changes.kinds), default=0)
        for row, one in enumerate(changes.kinds, 1):
            if one.kind is not None:
                grid.addWidget(_Bar(self._theme, one.kind, _MARK, 1.0), row, 0)
                share = one.pushed_bytes / most if most else 0.0
                grid.addWidget(_Bar(self._theme, one.kind, _BAR, share), row, 2)
            self._add_row(grid, row, one, TextStyle.BODY)
        line = QFrame()
        line.setProperty("kind", "line")
        line.setFixedHeight(1)
        last = len(changes.kinds) + 1
        grid.addWidget(line, last, 0, 1, _FIGURES + len(_headings()))
        self._add_row(grid, last + 1, changes.everything, TextStyle.STRONG)
        return grid

    def _add_row(self, grid: QGridLayout, row: int, one: KindChanges, style: TextStyle) -> None:
        name = tr("All layers") if one.kind is None else kind_name(one.kind)
        whole = one.kind is None
        grid.addWidget(Label(name, style), row, 0 if whole else 1, 1, 2 if whole else 1)
        spoken = []
        for place, (text, color, exact) in enumerate(_figures(one), _FIGURES):
            label = Label(text, style, color)
            label.setToolTip(plain_tooltip(exact))
            grid.addWidget(label, row, place, _RIGHT)
            spoken.append(text)
        pairs = zip(_headings(), spoken, strict=True)
        self._spoken.append(f"{name}: " + ", ".join(f"{head} {text}" for head, text in pairs))

    def _say(self, label: Label) -> Label:
        self._spoken.append(label.text())
        return label


class _Bar(QWidget):
    """A piece in a kind's colour: its mark, or its share of what was pushed."""

    def __init__(self, theme: Theme, kind: LayerKind, size: QSize, share: float) -> None:
        super().__init__()
        self._theme = theme
        self._kind = kind
        self._share = share
        self.setFixedSize(size)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._share:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.kind(self._kind)))
        width = max(2.0, self.width() * self._share)
        painter.drawRoundedRect(QRectF(0, 0, width, self.height()), 2, 2)
        painter.end()


def cause_sentence(changes: ModelChanges) -> str:
    """Which kind most was pushed for."""
    metrics = QFontMetrics(font(TextStyle.BODY))
    first = presentation.printable(changes.first)
    first = metrics.elidedText(first, Qt.TextElideMode.ElideMiddle, _NAME_ROOM)
    cause = changes.main_cause
    if cause is None or cause.kind is None:
        return tr("No layer is new since {version}.", version=first)
    if cause.pushed_bytes == changes.everything.pushed_bytes:
        return tr(
            "{kind}: all of the {size} pushed since {version}.",
            kind=kind_name(cause.kind),
            size=presentation.size(cause.pushed_bytes),
            version=first,
        )
    return tr(
        "{kind} took most: {size} of the {total} pushed since {version}.",
        kind=kind_name(cause.kind),
        size=presentation.size(cause.pushed_bytes),
        total=presentation.size(changes.everything.pushed_bytes),
        version=first,
    )


def notes(changes: ModelChanges) -> list[str]:
    """How to read the figures, and which versions they leave out."""
    said = [
        tr(
            "Pushing a version takes the layers that no version before it has. Sizes are of "
            "unpacked layers: registries store them compressed."
        )
    ]
    if changes.unread:
        said.append(
            trn(
                "{count} version is left out until its layers are read.",
                "{count} versions are left out until their layers are read.",
                changes.unread,
            )
        )
    if changes.elsewhere:
        said.append(
            trn(
                "{count} version that is not on this engine is left out: its layers are not known.",
                "{count} versions that are not on this engine are left out: their layers are not "
                "known.",
                changes.elsewhere,
            )
        )
    return said


def _headings() -> tuple[str, ...]:
    return tr("Changed in"), tr("First push"), tr("Pushed since"), tr("Per change")


def _figures(one: KindChanges) -> list[tuple[str, TextColor, str]]:
    """Text, colour and tooltip of each figure."""

    def size(amount: int | None) -> tuple[str, TextColor, str]:
        if not amount:
            return _NONE, "muted", ""
        return presentation.size(amount), "text", presentation.exact_size(amount)

    times = tr(
        "{changed} of {steps}",
        changed=presentation.count(one.changed),
        steps=presentation.count(one.steps),
    )
    color: TextColor = "text" if one.changed else "muted"
    return [
        (times, color, ""),
        size(one.first_bytes),
        size(one.pushed_bytes),
        size(one.mean_bytes),
    ]
