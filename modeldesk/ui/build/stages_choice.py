"""The choice of how many stages a proposed Dockerfile has."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.recipes.choice import Stages
from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.clamped_label import ClampedLabel
from modeldesk.ui.widgets.segmented import Segmented

_LEAST_FOR_WORDS = 310
"""Under this width the button beside the choice says less."""


class StagesChoice(QWidget):
    """How many stages the Dockerfile has, and what follows from it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = Segmented(
            [(Stages.SINGLE.value, tr("Single stage")), (Stages.MULTI.value, tr("Multi-stage"))],
            tr("Stages of the Dockerfile"),
        )
        self.consequence = ClampedLabel(TextStyle.LABEL, "muted", most_lines=2)
        self.measure = LinkButton(tr("Measure both…"), flush=True)
        self.measure.setAccessibleName(tr("Measure both…"))
        self.measure.setToolTip(
            tr("Builds the folder as a single stage and as multi-stage, and compares size and "
               "cold start")
        )  # fmt: skip
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self.buttons)
        row.addStretch(1)
        row.addWidget(self.measure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addLayout(row)
        column.addWidget(self.consequence)
        column.addStretch(1)
        self._why_single = ""

    @property
    def current(self) -> Stages:
        """The choice."""
        return Stages(self.buttons.current)

    def show_stages(self, stages: Stages, why_single: str) -> None:
        """Show the choice; `why_single` says why there is no other, if so."""
        self._why_single = why_single
        self.buttons.choose(stages.value)
        self.consequence.set_text(why_single or _consequence(stages))
        self.set_free(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= _LEAST_FOR_WORDS
        self.measure.set_text(tr("Measure both…") if roomy else tr("Measure…"))

    def set_free(self, free: bool) -> None:
        """Whether another can be chosen now, which edits of the text forbid."""
        edited = "" if free else tr("Undo your edits to choose.")
        why = {Stages.SINGLE: edited, Stages.MULTI: self._why_single or edited}
        for stages, reason in why.items():
            here = stages is self.current
            self.buttons.set_option_enabled(stages.value, here or not reason, reason)


def _consequence(stages: Stages) -> str:
    if stages is Stages.MULTI:
        return tr("Compilers and leftovers stay out of the image.")
    return tr("Simple; compilers and leftovers stay in the image.")
