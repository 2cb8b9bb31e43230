"""All of one layer: its whole instruction, identity and exact size."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import parts_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.inspector.layer_rows import parts_text
from modeldesk.ui.inspector.secret_note import SecretNote
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.copy_label import CopyLabel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.wrapped_text import WrappedText


class LayerDetail(QWidget):
    """Hidden until there is a layer to tell of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label("", TextStyle.STRONG)
        self.parts = Label("", TextStyle.BODY, "muted", wrap=True)
        self.instruction = WrappedText(most_lines=6)
        self.secret_note = SecretNote()
        self.diff_id = CopyLabel()
        self.exact = Label("", TextStyle.LABEL, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.S, 0, Space.XS)
        column.setSpacing(Space.XS)
        column.addWidget(self.title)
        column.addWidget(self.parts)
        column.addWidget(self.instruction)
        column.addWidget(self.secret_note)
        row = QHBoxLayout()
        row.addWidget(self.diff_id, 1)
        row.addWidget(self.exact, 0, Qt.AlignmentFlag.AlignRight)
        column.addLayout(row)
        self.hide()

    def show_layer(self, layer: Layer) -> None:
        """Tell of `layer`; of one that holds several kinds how much of each."""
        self.title.setText(parts_name(layer.kind, layer.parts))
        self.parts.setText(parts_text(layer))
        self.parts.setVisible(bool(layer.mixed))
        made_by = without_secrets(layer.instruction)
        self.instruction.set_text(made_by or tr("instruction not known"))
        self.secret_note.tell_of((made_by,))
        self.diff_id.set_value(presentation.short_digest(layer.diff_id), layer.diff_id)
        self.diff_id.setToolTip(tr("Diff ID: the digest of the layer's content"))
        self.exact.setText(presentation.exact_size(layer.size_bytes))
        self.show()
