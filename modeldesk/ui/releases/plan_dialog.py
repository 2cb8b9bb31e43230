"""The dialog that changes a rollout's plan."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.words import tr
from modeldesk.ui.releases.plan_form import PlanForm
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.form_scroll import FormScroll

_SIZE = (600, 660)
_FRAME = 60
"""About what the desktop puts around a dialog, and what stays free."""


class PlanDialog(QDialog):
    """Changes the plan of a canary that runs or is to run; it takes hold with the next check."""

    def __init__(
        self,
        title: str,
        plan: RolloutPlan,
        begun: tuple[int, ...],
        on_save: Callable[[RolloutPlan], object],
        parent: QWidget,
    ) -> None:
        """`begun` as of `PlanForm`; `on_save` is called once, with a plan that can be used."""
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(title)
        self._on_save = on_save
        self.form = PlanForm(plan, begun)
        self.cancel_button = PlainButton(tr("Cancel"))
        self.save_button = PrimaryButton(tr("Save plan"))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(ElidedLabel(title, TextStyle.SUBTITLE))
        column.addWidget(FormScroll(self.form), 1)
        column.addWidget(self.form.summary)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        column.addLayout(buttons)
        self.save_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._save)
        self.form.changed.connect(self._check)
        self._check()
        fit_screen(self, *_SIZE)

    def _check(self) -> None:
        self.save_button.setEnabled(self.form.read.plan is not None)

    def _save(self) -> None:
        plan = self.form.read.plan
        if plan is None:
            # A time that was ahead while it was typed is past by now.
            self.form.focus_first_wrong()
            return
        self.accept()
        self._on_save(plan)


def fit_screen(dialog: QDialog, width: int, height: int) -> None:
    """As large as wanted, where the screen has the room."""
    room = dialog.screen().availableSize()
    dialog.resize(min(width, room.width() - _FRAME), min(height, room.height() - _FRAME))
