"""Automatic rollback: whether it is armed, its rule as a sentence, and the way to change it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.releases.presented import RuleView
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.chip import Chip, ChipSpec
from modeldesk.ui.widgets.clamped_label import ClampedLabel
from modeldesk.ui.widgets.label import Label

_MOST_LINES = 3


class RuleCard(Card):
    """One line in a wide window; the sentence wraps where there is less room."""

    edit_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._title = Label(tr("Automatic rollback"), TextStyle.STRONG)
        self.chip = Chip(theme, ChipSpec(""))
        self.sentence = ClampedLabel(color="muted", most_lines=_MOST_LINES)
        self.edit = LinkButton(tr("edit"))
        self.edit.setAccessibleName(tr("Edit the plan and its limits"))
        self.edit.clicked.connect(self.edit_asked)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(self._title, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.sentence, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(row)

    def present(self, view: RuleView) -> None:
        """Say how it stands."""
        self.chip.set_spec(view.chip)
        self.sentence.set_text(view.sentence)
        self.edit.setVisible(view.editable)
