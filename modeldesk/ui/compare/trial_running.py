"""A trial under way: its steps, what it does now, and the way out."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.build.model import StepState as CoreState
from modeldesk.core.trial.model import TrialStep
from modeldesk.core.trial.words import seconds_text
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.compare.trial_store import TrialStore
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.step_list import ROW_HEIGHT, Step, StepList, StepState

_ROWS = 9


class TrialRunning(QWidget):
    """Follows the store while it is measuring."""

    def __init__(self, theme: Theme, store: TrialStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.list = StepList(theme, TextStyle.BODY)
        self.list.setFixedHeight(_ROWS * ROW_HEIGHT + 2)
        self.now = ElidedLabel("", color="muted", mode=Qt.TextElideMode.ElideRight)
        self.cancel = PlainButton(tr("Cancel"))
        card = Card(tr("Measuring"))
        card.body.addWidget(self.list)
        below = QHBoxLayout()
        below.setSpacing(Space.M)
        below.addWidget(self.now, 1)
        below.addWidget(self.cancel)
        card.body.addLayout(below)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
        self.cancel.clicked.connect(self._cancel)
        store.stepped.connect(self.refresh)
        store.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show how far it is."""
        self.list.set_steps([_row(step) for step in self._store.steps.values()])
        progress = self._store.progress
        self.cancel.setEnabled(self._store.running)
        self.now.set_text(presentation.progress(progress) if progress is not None else "")

    def _cancel(self) -> None:
        self._store.cancel()
        if self.cancel.hasFocus():
            self.list.setFocus()
        self.cancel.setEnabled(False)
        self.now.set_text(tr("Cancelling, and removing what was made"))


def _row(step: TrialStep) -> Step:
    done = step.state is CoreState.DONE
    return Step(
        step.id,
        presentation.printable(step.text),
        StepState(step.state.value),
        seconds_text(step.seconds) if done else "",
        presentation.printable(step.note),
    )
