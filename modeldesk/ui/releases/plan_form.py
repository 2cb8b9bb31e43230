"""The fields of a rollout's plan, checked while they are typed."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDateTime, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDateTimeEdit,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.words import tr
from modeldesk.ui.releases.canary_view import rule_text
from modeldesk.ui.releases.plan_input import (
    LIMIT_FIELDS,
    PlanField,
    PlanInput,
    PlanRead,
    input_of,
    read_plan,
)
from modeldesk.ui.releases.words import clock_text, span_text
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.segmented import Segmented

_LATER = timedelta(hours=1)


class PlanForm(QWidget):
    """A plan to be changed; `changed` comes with every key. The dialog puts `summary` where it
    stays in sight, however far the form is scrolled."""

    changed = Signal()

    def __init__(
        self, plan: RolloutPlan, begun: tuple[int, ...] = (), parent: QWidget | None = None
    ) -> None:
        """`begun` are the steps that a canary that runs has come through, with the one it is at;
        it neither waits for a time nor for copies any more."""
        super().__init__(parent)
        self._begun = begun
        self.edits: dict[PlanField, QLineEdit] = {}
        self.fields: dict[PlanField, Field] = {}
        for field in PlanField:
            if field is not PlanField.STARTS:
                edit = self.edits[field] = QLineEdit()
                if field in LIMIT_FIELDS:
                    edit.setPlaceholderText(tr("no limit"))
                self.fields[field] = Field(_label(field), edit, _note(field))
        self.key = Segmented(
            [
                (SplitKey.ADDRESS.value, tr("Client address")),
                (SplitKey.HEADER.value, tr("Header")),
                (SplitKey.COOKIE.value, tr("Cookie")),
            ],
            tr("Split callers by"),
        )
        self.mirror = QCheckBox(tr("First only copies of requests, whose answers nobody gets"))
        self.later = QCheckBox(tr("Begin at"))
        self.starts = QDateTimeEdit()
        self.starts.setCalendarPopup(True)
        self.starts.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.starts.setAccessibleName(tr("Begin at"))
        self._starts_field = Field("", self.starts)
        self.summary = Label("", color="muted", wrap=True)
        self._arrange()
        self._fill(plan)
        for edit in self.edits.values():
            edit.textChanged.connect(self._altered)
        self.key.chosen.connect(self._altered)
        self.mirror.toggled.connect(self._altered)
        self.later.toggled.connect(self._altered)
        self.starts.dateTimeChanged.connect(self._altered)
        self._altered()

    @property
    def read(self) -> PlanRead:
        """The plan as it stands, or what is wrong with it."""
        given = PlanInput(
            {field: edit.text() for field, edit in self.edits.items()},
            SplitKey(self.key.current),
            self.mirror.isChecked() and not self._begun,
            self._starts() if self.later.isChecked() else None,
        )
        return read_plan(given, datetime.now(UTC), self._begun)

    def focus_first_wrong(self) -> None:
        """Go to the first field that can't be used."""
        for field in self.read.wrong:
            (self.starts if field is PlanField.STARTS else self.edits[field]).setFocus()
            return

    def _starts(self) -> datetime:
        seconds = self.starts.dateTime().toSecsSinceEpoch()
        return datetime.fromtimestamp(seconds, UTC)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addWidget(self.fields[PlanField.STEPS])
        timing = QHBoxLayout()
        timing.setSpacing(Space.M)
        for field in (PlanField.WINDOW, PlanField.LEAST_REQUESTS, PlanField.FAILED_CHECKS):
            timing.addWidget(self.fields[field], 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(timing)
        column.addWidget(Label(tr("The canary goes back when"), TextStyle.STRONG))
        limits = QGridLayout()
        limits.setHorizontalSpacing(Space.M)
        limits.setVerticalSpacing(Space.S)
        for number, field in enumerate(LIMIT_FIELDS):
            top = Qt.AlignmentFlag.AlignTop
            limits.addWidget(self.fields[field], number // 2, number % 2, top)
        column.addLayout(limits)
        column.addWidget(Label(tr("Callers"), TextStyle.STRONG))
        split = QHBoxLayout()
        split.setSpacing(Space.M)
        split.addWidget(self.key)
        split.addStretch(1)
        column.addLayout(split)
        column.addWidget(self.fields[PlanField.NAME])
        column.addWidget(self.mirror)
        later = QHBoxLayout()
        later.setSpacing(Space.S)
        later.addWidget(self.later)
        later.addWidget(self._starts_field)
        later.addStretch(1)
        column.addLayout(later)
        column.addStretch(1)
        self.mirror.setVisible(not self._begun)
        self.later.setVisible(not self._begun)
        self._starts_field.setVisible(not self._begun)

    def _fill(self, plan: RolloutPlan) -> None:
        given = input_of(plan)
        for field, edit in self.edits.items():
            edit.setText(given.texts[field])
            edit.setCursorPosition(0)
        self.key.choose(given.key.value)
        self.mirror.setChecked(given.mirror_first)
        self.later.setChecked(given.starts is not None)
        begin = given.starts or datetime.now(UTC) + _LATER
        self.starts.setDateTime(QDateTime.fromSecsSinceEpoch(int(begin.timestamp())))

    def _altered(self) -> None:
        read = self.read
        for field, shown in self.fields.items():
            if field in read.wrong:
                shown.set_error(read.wrong[field])
            else:
                shown.clear_error()
        if PlanField.STARTS in read.wrong:
            self._starts_field.set_error(read.wrong[PlanField.STARTS])
        else:
            self._starts_field.clear_error()
        self.starts.setEnabled(self.later.isChecked())
        by_name = self.key.current != SplitKey.ADDRESS.value
        self.fields[PlanField.NAME].setVisible(by_name)
        self.summary.setVisible(read.plan is not None)
        if read.plan is not None:
            self.summary.setText(plan_summary(read.plan, datetime.now(UTC)))
        self.changed.emit()


def plan_summary(plan: RolloutPlan, now: datetime) -> str:
    """How long it takes when all goes well, and what sends it back."""
    whole = plan.window_s * (len(plan.steps) + plan.mirror_first)
    takes = tr("Stable after {time} when every check passes", time=span_text(whole))
    if plan.starts is not None:
        takes = tr(
            "Begins {start}; stable {time} later when every check passes",
            start=clock_text(plan.starts, now),
            time=span_text(whole),
        )
    return tr("{takes}. It goes back by itself {rule}.", takes=takes, rule=rule_text(plan))


def _label(field: PlanField) -> str:
    return {
        PlanField.STEPS: tr("Steps, in percent of the callers"),
        PlanField.WINDOW: tr("Each step lasts at least"),
        PlanField.LEAST_REQUESTS: tr("Least requests"),
        PlanField.FAILED_CHECKS: tr("Failed checks in a row"),
        PlanField.ERROR_RATE: tr("Error rate over, %"),
        PlanField.ERROR_OVER: tr("Error rate over stable’s by, points"),
        PlanField.P95: tr("Latency p95 over, ms"),
        PlanField.P95_OVER: tr("Latency p95 over stable’s, times"),
        PlanField.ACCURACY: tr("Accuracy of labelled feedback under, %"),
        PlanField.ACCURACY_UNDER: tr("Accuracy under stable’s by, points"),
        PlanField.NAME: tr("Name of the header or cookie"),
    }[field]


def _note(field: PlanField) -> str:
    if field in LIMIT_FIELDS:
        return ""
    return {
        PlanField.WINDOW: tr("also the span that is judged"),
        PlanField.LEAST_REQUESTS: tr("fewer say nothing"),
        PlanField.FAILED_CHECKS: tr("send it back"),
        PlanField.NAME: tr("a caller without it goes by client address"),
    }.get(field, "")
