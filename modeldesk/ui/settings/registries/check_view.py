"""The steps of a check as they happen, and what they come to."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.registry.check import CheckReport, CheckStep, Outcome, step_name
from modeldesk.core.registry.check import Step as CheckedStep
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.registries.rows import printable_lines
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space, Tone
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.step_list import Step, StepList, StepState

_STATES = {
    Outcome.GOOD: StepState.DONE,
    Outcome.NOTE: StepState.NOTED,
    Outcome.FAILED: StepState.FAILED,
    Outcome.NOT_RUN: StepState.NOT_RUN,
}


class CheckView(QWidget):
    """Every step from the beginning, so that nothing moves while they are taken."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken: list[CheckStep] = []
        self.steps = StepList(theme, TextStyle.BODY)
        self.banner = Banner(theme)
        self.notes = Label("", TextStyle.LABEL, "muted", wrap=True, selectable=True)
        self.detail = Label("", TextStyle.MONO_SMALL, "muted", wrap=True, selectable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        for widget in (self.steps, self.banner, self.notes, self.detail):
            column.addWidget(widget)
        column.addStretch(1)
        self.clear()
        self.steps.setFixedHeight(self.steps.content_height())

    def clear(self) -> None:
        """As before the first step."""
        self._taken.clear()
        self.banner.dismiss()
        self._show(StepState.WAITING)
        self._say_more((), "")

    def begin(self) -> None:
        """The first step is being taken."""
        self.clear()
        self._show(StepState.RUNNING)

    def add(self, taken: Sequence[CheckStep]) -> None:
        """So many more have ended."""
        self._taken += taken
        failed = any(one.outcome is Outcome.FAILED for one in self._taken)
        self._show(StepState.NOT_RUN if failed else StepState.RUNNING)

    def end(self, report: CheckReport, well: str, actions: Sequence[str] = ()) -> None:
        """Show the whole report, with `well` where nothing failed, else with the way out and what
        can be done."""
        self._taken = [one for one in report.steps if one.outcome is not Outcome.NOT_RUN]
        self._show(StepState.NOT_RUN)
        failed = report.failed
        if failed is None:
            self.banner.present(Notice(printable(well), tone=Tone.GOOD, closable=False))
        else:
            notice = Notice(
                printable(failed.text), printable(failed.hint), tuple(actions), closable=False
            )
            self.banner.present(notice)
        notes = [one.hint for one in report.steps if one.outcome is Outcome.NOTE and one.hint]
        details = [one.detail for one in report.steps if one.detail]
        self._say_more(notes, "\n".join(details))

    def stop(self, notice: Notice) -> None:
        """It ended without a report."""
        self._show(StepState.NOT_RUN)
        self.banner.present(notice)

    def _say_more(self, notes: Sequence[str], detail: str) -> None:
        self.notes.setText("\n".join(map(printable, notes)))
        self.notes.setVisible(bool(notes))
        self.detail.setText(printable_lines(detail))
        self.detail.setVisible(bool(detail))

    def _show(self, next_one: StepState) -> None:
        """`next_one` is how the first step stands that has not ended; the rest wait, or never
        come."""
        rest = StepState.WAITING if next_one is StepState.RUNNING else next_one
        shown = [_shown(one) for one in self._taken]
        for number, step in enumerate(list(CheckedStep)[len(shown) :]):
            shown.append(Step(step.value, step_name(step), rest if number else next_one))
        self.steps.set_steps(shown)


def _shown(one: CheckStep) -> Step:
    """What failed is said in full below."""
    result = "" if one.outcome is Outcome.FAILED else printable(one.text)
    return Step(one.step.value, step_name(one.step), _STATES[one.outcome], result)
