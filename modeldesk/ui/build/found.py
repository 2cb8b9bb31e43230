"""What was found in the folder: facts, and what a person should know of it."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.words import tr, trn
from modeldesk.ui.build.folder_words import evidence_rows, plan_facts
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space, Tone
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.key_value import KeyValue
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_MARKS: dict[Severity, tuple[Icon, ColorName]] = {
    Severity.ERROR: (Icon.ERROR, "bad"),
    Severity.WARNING: (Icon.WARNING, "warning"),
    Severity.INFO: (Icon.INFO, "muted"),
}
_MARK = 16


class FoundCard(Card):
    """Facts above, then the findings, the most serious first, then what tells what it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("In the folder"), parent=parent)
        self._theme = theme
        self._marks: list[tuple[QLabel, Severity]] = []
        self.facts = _Facts()
        self.evidence = _Facts()
        self._recognised = Label(tr("Recognised by"), TextStyle.MEDIUM)
        self._summary = Label(color="muted")
        self.add_header_widget(self._summary)
        self._findings = QVBoxLayout()
        self._findings.setSpacing(Space.XS + 2)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.S, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.facts)
        column.addLayout(self._findings)
        column.addWidget(self._recognised)
        column.addWidget(self.evidence)
        column.addStretch(1)
        self._content = content
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        self.body.addWidget(area, 1)
        theme.changed.connect(self._draw)

    def show_plan(self, plan: BuildPlan) -> None:
        """Show what `plan` says of its folder and of the Dockerfile it proposes."""
        self.facts.set_rows(plan_facts(plan))
        self.evidence.set_rows(evidence_rows(plan.folder))
        self._recognised.setVisible(bool(self.evidence.rows()))
        self._clear()
        findings = [(one.severity, one.text) for one in plan.folder.findings]
        findings += [(Severity.WARNING, text) for text in plan.skipped]
        if plan.git_problem:
            findings.append((Severity.WARNING, plan.git_problem))
        notes = plan.recipe.notes if plan.recipe else ()
        findings += [(Severity.INFO, text) for text in notes]
        for severity, text in sorted(findings, key=lambda one: _ORDER[one[0]]):
            self._add(severity, text)
        self._summary.setText(_summary(severity for severity, _ in findings))
        self._draw()

    def wanted_height(self, width: int) -> int:
        """The height at which nothing has to scroll when the card is `width` wide."""
        inside = self._content.heightForWidth(width - 2 * Space.L)
        if inside < 0:
            inside = self._content.sizeHint().height()
        return inside + self.header.sizeHint().height() + 3 * Space.L

    def texts(self) -> list[str]:
        """The findings shown."""
        return [mark.accessibleName() for mark, _ in self._marks]

    def _add(self, severity: Severity, text: str) -> None:
        mark = QLabel()
        mark.setFixedWidth(_MARK)
        mark.setAccessibleName(text)
        label = Label(text, wrap=True, selectable=True)
        # A path without a blank must not make the card wider than the page.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        # A wrapped label asks for the height it would have at its narrowest.
        label.setMinimumHeight(1)
        label.setToolTip(plain_tooltip(text))
        if severity is Severity.INFO:
            label.set_color("muted")
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label, 1)
        self._findings.addWidget(row)
        self._marks.append((mark, severity))

    def _clear(self) -> None:
        self._marks.clear()
        while item := self._findings.takeAt(0):
            if row := item.widget():
                row.hide()
                row.deleteLater()

    def _draw(self) -> None:
        for mark, severity in self._marks:
            icon, color = _MARKS[severity]
            mark.setPixmap(self._theme.pixmap(icon, color, _MARK, self.devicePixelRatioF()))


class _Facts(QWidget):
    """Names at the left, what was found beside them."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[KeyValue, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)

    def rows(self) -> tuple[KeyValue, ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: tuple[KeyValue, ...]) -> None:
        """Show `rows`."""
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._rows = rows
        for number, row in enumerate(rows):
            color = _COLORS.get(row.tone, "text")
            value = ElidedLabel(row.value, TextStyle.MEDIUM, color, Qt.TextElideMode.ElideRight)
            if row.tooltip:
                value.setToolTip(plain_tooltip(row.tooltip))
            self._grid.addWidget(Label(row.label, color="muted"), number, 0)
            self._grid.addWidget(value, number, 1)


_COLORS: dict[Tone | None, ColorName] = {Tone.WARNING: "warning", Tone.NEUTRAL: "muted"}
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def _summary(severities: Iterable[Severity]) -> str:
    listed = list(severities)
    errors, warnings = (listed.count(one) for one in (Severity.ERROR, Severity.WARNING))
    parts = []
    if errors:
        parts.append(trn("{count} problem", "{count} problems", errors))
    if warnings:
        parts.append(trn("{count} warning", "{count} warnings", warnings))
    return " · ".join(parts) or tr("no warnings")
