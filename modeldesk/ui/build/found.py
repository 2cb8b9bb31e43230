"""What was found in the folder: facts, and what a person should know of it."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.build.git_state import git_findings
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.model_folder.sent import Sent
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.words import tr, trn
from modeldesk.ui.build.folder_words import evidence_rows, plan_facts
from modeldesk.ui.build.sent import SentShares, UnwantedRows
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import ColorName, Space, TextColor, Tone
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.clamped_label import ClampedLabel
from modeldesk.ui.widgets.key_value import KeyValue
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.scroll_stop import ScrollStop
from modeldesk.ui.widgets.tooltip import plain_tooltip

_MARKS: dict[Severity, tuple[Icon, ColorName]] = {
    Severity.ERROR: (Icon.ERROR, "bad"),
    Severity.WARNING: (Icon.WARNING, "warning"),
    Severity.INFO: (Icon.INFO, "muted"),
}
_MARK = 16
_MOST_LINES = 2


class FoundCard(Card):
    """Facts above, then the findings, the most serious first. How much is sent of each folder, and
    what tells what it is, wait behind one line where there is little room."""

    summed_up = Signal(str)
    """How many problems there are by now, or else warnings; empty for none."""
    wanted_changed = Signal()
    """Another height is wanted: there is more to see, or less."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(tr("In the folder"), parent=parent)
        self._theme = theme
        self._marks: list[tuple[QLabel, Severity]] = []
        self.facts = _Facts()
        self.evidence = _Facts()
        self._recognised = Label(tr("Recognised by"), TextStyle.MEDIUM)
        self._summary = Label(color="muted")
        self.unwanted = UnwantedRows(theme)
        self.shares = SentShares(theme)
        self._plan: BuildPlan | None = None
        self._severities: list[Severity] = []
        self._findings, self._notes = QVBoxLayout(), QVBoxLayout()
        for rows in (self._findings, self._notes):
            rows.setSpacing(Space.XS + 2)
        self._details = QWidget()
        details = QVBoxLayout(self._details)
        details.setContentsMargins(0, 0, 0, 0)
        details.setSpacing(Space.M)
        for part in (self.shares, self._recognised, self.evidence):
            details.addWidget(part)
        self.fold = LinkButton("")
        self.add_header_widget(self.fold)
        self.add_header_widget(self._summary)
        self.fold.clicked.connect(lambda: self._open(self._details.isHidden()))
        self._roomy = False
        self._open(False)
        content = _Content()
        content.laid_out.connect(self.wanted_changed)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.S, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.facts)
        column.addLayout(self._findings)
        column.addWidget(self.unwanted)
        column.addLayout(self._notes)
        column.addWidget(self._details)
        column.addStretch(1)
        self._content = content
        area = ScrollStop(tr("In the folder"))
        area.setWidget(content)
        self.body.addWidget(area, 1)
        theme.changed.connect(self._draw)

    def show_plan(self, plan: BuildPlan) -> None:
        """Show what `plan` says of its folder and of the Dockerfile it proposes."""
        self._plan = plan
        self.evidence.set_rows(evidence_rows(plan.folder))
        self._recognised.setVisible(bool(self.evidence.rows()))
        self._show_findings(plan)
        self.show_sent(plan.sent)

    def show_git(self, git: GitFacts | None) -> None:
        """Say what git says of the image by now; `show_sent` is to follow."""
        if self._plan is not None:
            self._plan = replace(self._plan, git=git)
            self._show_findings(self._plan)

    def _show_findings(self, plan: BuildPlan) -> None:
        self._clear()
        findings = [(one.severity, one.text) for one in plan.as_built.findings]
        if plan.git_of_folder and plan.git:
            about = git_findings(plan.git_of_folder, plan.git)
            findings += [(one.severity, one.text) for one in about]
        findings += [(Severity.WARNING, text) for text in plan.skipped]
        if plan.git_problem:
            findings.append((Severity.WARNING, plan.git_problem))
        notes = plan.recipe.notes if plan.recipe else ()
        findings += [(Severity.INFO, text) for text in notes]
        for severity, text in sorted(findings, key=lambda one: _ORDER[one[0]]):
            self._add(severity, text)
        self._severities = [severity for severity, _ in findings]
        self._draw()

    def show_sent(self, sent: Sent, added: tuple[str, ...] = ()) -> None:
        """Show what is sent, with the lines `added` to the .dockerignore for this build."""
        if self._plan is not None:
            self.facts.set_rows(plan_facts(self._plan, sent))
        self.unwanted.show_unwanted(sent.unwanted, added)
        self.shares.show_sent(sent)
        warned = [Severity.WARNING] * len(sent.unwanted)
        severities = (*self._severities, *warned)
        self._summary.setText(_summary(severities))
        self.summed_up.emit(next(iter(_counts(severities)), ""))

    def set_roomy(self, roomy: bool) -> None:
        """Whether there is room for everything, so that nothing is folded."""
        if roomy is not self._roomy:
            self._roomy = roomy
            self._open(roomy)
            for part in (self.fold, self._title, self._summary):
                part.setVisible(not roomy)

    def wanted_height(self, width: int) -> int:
        """The height at which nothing has to scroll when the card is `width` wide."""
        inside = self._content.heightForWidth(width - 2 * Space.L)
        if inside < 0:
            inside = self._content.sizeHint().height()
        return inside + self.header.sizeHint().height() + 3 * Space.L

    def texts(self) -> list[str]:
        """The findings shown."""
        return [mark.accessibleName() for mark, _ in self._marks]

    def _open(self, opened: bool) -> None:
        self._details.setVisible(opened)
        words = tr("what is sent, and what was recognised")
        self.fold.set_text(tr("show less") if opened else words)

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
        (self._notes if severity is Severity.INFO else self._findings).addWidget(row)
        self._marks.append((mark, severity))

    def _clear(self) -> None:
        self._marks.clear()
        while item := self._findings.takeAt(0) or self._notes.takeAt(0):
            if row := item.widget():
                row.hide()
                row.deleteLater()

    def _draw(self) -> None:
        for mark, severity in self._marks:
            icon, color = _MARKS[severity]
            mark.setPixmap(self._theme.pixmap(icon, color, _MARK, self.devicePixelRatioF()))


class _Content(QWidget):
    """Says when what is in it asks for another height."""

    laid_out = Signal()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self.laid_out.emit()
        return done


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
            value = ClampedLabel(TextStyle.MEDIUM, color, most_lines=_MOST_LINES)
            value.set_text(row.value)
            value.set_tip(row.tooltip)
            top = Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(Label(row.label, color="muted"), number, 0, top)
            self._grid.addWidget(value, number, 1)


_COLORS: dict[Tone | None, TextColor] = {Tone.WARNING: "warning", Tone.NEUTRAL: "muted"}
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def _summary(severities: Iterable[Severity]) -> str:
    return " · ".join(_counts(severities)) or tr("no warnings")


def _counts(severities: Iterable[Severity]) -> list[str]:
    """The more serious first."""
    listed = list(severities)
    errors, warnings = (listed.count(one) for one in (Severity.ERROR, Severity.WARNING))
    parts = []
    if errors:
        parts.append(trn("{count} problem", "{count} problems", errors))
    if warnings:
        parts.append(trn("{count} warning", "{count} warnings", warnings))
    return parts
