"""What was found in a text, below it: a list to go through, and a button that mends."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QRect, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.lint.model import Finding, Report
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.words import tr, trn
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.buttons import SlimButton
from modeldesk.ui.widgets.clamped_label import ClampedLabel
from modeldesk.ui.widgets.code_marks import ICONS
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.row_view import RowView

TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARNING, Severity.INFO: Tone.NEUTRAL}
_ROW = 26
_BESIDE_ROWS, _FEW_ROWS = 3, 2
"""Of a list beside a text that needs its room."""
_MOST_LINES, _FEW_LINES = 3, 2
_NARROW = 420
_TEXT_LEFT = 28
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding in the list."""

    key: str
    finding: Finding


class FindingsList(RowView):
    """One line each: how serious, what, and where."""

    def __init__(self, theme: Theme) -> None:
        self._model = KeyedModel[FindingRow](
            [Column("finding", "", _spoken, stretch=True)], lambda row: row.key
        )
        super().__init__(theme, self._model, _ROW)
        self._model.setParent(self)
        self.setAccessibleName(tr("What to look at"))
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Show them; the one that was chosen stays so while it is there."""
        numbered: dict[str, int] = {}
        rows = []
        for one in findings:
            base = f"{one.source.value} {one.rule}"
            numbered[base] = numbered.get(base, 0) + 1
            rows.append(FindingRow(f"{base} {numbered[base]}", one))
        self._model.set_rows(rows)

    def rows(self) -> tuple[FindingRow, ...]:
        """What is shown."""
        return self._model.rows()

    def shows_all_of(self, finding: Finding) -> bool:
        """Whether there is room in its row for what was found."""
        line = self.viewport().width() - _TEXT_LEFT - Space.S
        room = line - _taken(_where(finding, line)) - Space.M
        needed = QFontMetrics(font(TextStyle.MEDIUM)).horizontalAdvance(finding.what)
        return needed <= room

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._model.rowCount() and not self.selectedIndexes():
            # Whoever comes by the keyboard is told of the first one.
            chosen = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self._model.index(0, 0), chosen)

    def paint_row(self, painter: QPainter, rect: QRect, row: int, selected: bool) -> None:
        finding = self._model.row(row).finding
        tokens = self._theme.tokens
        icon, color = ICONS[TONES[finding.severity]]
        mark = QRectF(rect.x() + 6, rect.center().y() - 7, 14, 14)
        self._theme.paint_icon(painter, mark, icon, color)
        line = rect.adjusted(_TEXT_LEFT, 0, -Space.S, -1)
        painter.setFont(font(TextStyle.LABEL))
        painter.setPen(QColor(tokens.muted))
        place = _where(finding, line.width())
        painter.drawText(line, _RIGHT, place)
        line.setRight(line.right() - _taken(place) - Space.M)
        style = TextStyle.MEDIUM if selected else TextStyle.BODY
        painter.setFont(font(style))
        painter.setPen(QColor(tokens.text))
        metrics = QFontMetrics(font(style))
        shown = metrics.elidedText(finding.what, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, _LEFT, shown)


class FindingsPanel(QWidget):
    """The list, and below it why the chosen one matters and what to do."""

    chosen = Signal(object)
    """A `Finding` to bring into sight."""
    entered = Signal(object)
    """A `Finding` to go to."""
    fix_asked = Signal(object)
    """A `Finding` to mend."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = ElidedLabel(
            style=TextStyle.LABEL_STRONG, color="muted", mode=Qt.TextElideMode.ElideRight
        )
        self.list = FindingsList(theme)
        self.why = ClampedLabel(TextStyle.LABEL, "muted", most_lines=_MOST_LINES)
        self.fix = SlimButton("")
        self._compact = False
        self._room = 0
        self._arrange()
        self.list.row_selected.connect(self._choose)
        self.list.row_activated.connect(lambda _: self._emit(self.entered))
        self.fix.clicked.connect(lambda: self._emit(self.fix_asked))
        self.show_report(Report())

    def show_report(self, report: Report) -> None:
        """Show what was found."""
        self.list.set_findings(report.findings)
        self._fit()
        between = " · " if report.findings else " "
        self.summary.set_text(between.join((summary_of(report), *filter(None, report.notes))))
        self._show_detail()
        # What is above may have another height too.
        self.updateGeometry()

    def set_room(self, height: int) -> None:
        """The list may take this much where it needs more than a few rows."""
        if height != self._room:
            self._room = height
            self._fit()

    def set_compact(self, compact: bool) -> None:
        """Whether there is little room: the text above matters more."""
        self._compact = compact
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wait(self) -> None:
        """The text is another by now: what it says of places is not to be used."""
        if self.fix.hasFocus():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.fix.setEnabled(False)

    @property
    def current(self) -> Finding | None:
        """The chosen one."""
        key = self.list.current_key()
        return next((row.finding for row in self.list.rows() if row.key == key), None)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(Space.M)
        head.addWidget(self.summary, 1)
        head.addWidget(self.fix)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(head)
        column.addWidget(self.list)
        column.addWidget(self.why)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The list comes first for the keyboard: the button is about what is chosen in it. Said
        # once the panel is in its place, where Qt would put them in the order of the layout.
        QWidget.setTabOrder(self.list, self.fix)

    def _fit(self) -> None:
        """What is said of a finding has its place before one is chosen: nothing moves under a
        click."""
        rows = len(self.list.rows())
        most = _FEW_ROWS if self._compact else max(_BESIDE_ROWS, (self._room - 1) // _ROW)
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(min(rows, most) * _ROW + 1)
        lines = _MOST_LINES if self.width() < _NARROW and not self._compact else _FEW_LINES
        self.why.setVisible(rows > 0)
        self.why.set_most_lines(lines)
        self.why.setFixedHeight(lines * self.why.line_height() + 2)
        self.summary.setMinimumHeight(self.fix.sizeHint().height() if rows else 0)

    def _choose(self, _key: str) -> None:
        self._show_detail()
        self._emit(self.chosen)

    def _show_detail(self) -> None:
        finding = self.current
        self.fix.setVisible(finding is not None and finding.fix is not None)
        if finding is None:
            self.why.set_text(tr("Choose one to see why it matters, and what to do."))
            self.why.set_tip("")
            return
        why = " ".join(filter(None, (finding.why, finding.hint)))
        what = "" if why and self.list.shows_all_of(finding) else finding.what
        self.why.set_text(" ".join(filter(None, (what, why))))
        self.why.set_tip(spoken_of(finding))
        self.fix.setEnabled(True)
        if finding.fix is not None:
            self.fix.set_text(finding.fix.title)

    def _emit(self, signal: SignalInstance) -> None:
        finding = self.current
        if finding is not None:
            signal.emit(finding)


def summary_of(report: Report) -> str:
    """How many there are of each kind."""
    count = dict.fromkeys(Severity, 0)
    for one in report.findings:
        count[one.severity] += 1
    parts = []
    if count[Severity.ERROR]:
        parts.append(trn("{count} problem", "{count} problems", count[Severity.ERROR]))
    if count[Severity.WARNING]:
        parts.append(trn("{count} warning", "{count} warnings", count[Severity.WARNING]))
    if count[Severity.INFO]:
        parts.append(trn("{count} note", "{count} notes", count[Severity.INFO]))
    if report.cut:
        parts.append(tr("and more"))
    return " · ".join(parts) or tr("Checked: nothing to mend.")


def spoken_of(finding: Finding) -> str:
    """All that is said of a finding, as a tooltip."""
    said = "\n".join(filter(None, (finding.what, finding.why, finding.hint)))
    return f"{said}\n[{finding.rule}]"


def _place(finding: Finding) -> str:
    return f"{finding.rule} · {_line(finding)}"


def _where(finding: Finding, room: int) -> str:
    return _line(finding) if room < _NARROW else _place(finding)


def _taken(place: str) -> int:
    return QFontMetrics(font(TextStyle.LABEL)).horizontalAdvance(place)


def _line(finding: Finding) -> str:
    return tr("line {number}", number=finding.span.line)


def _spoken(row: FindingRow) -> Cell:
    finding = row.finding
    level = {
        Severity.ERROR: tr("problem"),
        Severity.WARNING: tr("warning"),
        Severity.INFO: tr("note"),
    }[finding.severity]
    return Cell(f"{level}, {finding.what}, {_place(finding)}", tooltip=spoken_of(finding))
