"""The dialog that asks how many tasks a deployment on a swarm is to have."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidInput
from modeldesk.core.releases.model import Deployment, SwarmSettings
from modeldesk.core.words import tr
from modeldesk.ui.releases.swarm_fields import read_replicas
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.label import Label

_WIDTH = 420


class ScaleDialog(QDialog):
    """Nothing that runs is replaced by it: tasks come, or go."""

    def __init__(
        self, deployment: Deployment, on_scale: Callable[[int], object], parent: QWidget
    ) -> None:
        """`on_scale` is called once, with a number above 0."""
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        title = tr("Scale {name}", name=deployment.name)
        self.setWindowTitle(title)
        self._on_scale = on_scale
        has = (deployment.settings.swarm or SwarmSettings()).replicas
        self.replicas = QLineEdit(str(has))
        self.field = Field(tr("Replicas"), self.replicas, tr("Now: {count}", count=has))
        self.cancel_button = PlainButton(tr("Cancel"))
        self.scale_button = PrimaryButton(tr("Scale"))
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.scale_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(ElidedLabel(title, TextStyle.SUBTITLE))
        column.addWidget(
            Label(tr("Tasks are added or taken away; the others go on."), color="muted", wrap=True)
        )
        column.addWidget(self.field)
        column.addLayout(buttons)
        self.scale_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.scale_button.clicked.connect(self._scale)
        self.replicas.textChanged.connect(self.field.clear_error)
        self.resize(_WIDTH, self.sizeHint().height())
        self.replicas.selectAll()

    def _scale(self) -> None:
        try:
            wanted = read_replicas(self.replicas.text())
        except InvalidInput as error:
            self.field.set_error(f"{error.message} {error.hint}")
            return
        self.accept()
        self._on_scale(wanted)
