"""Which layers' files are looked at: a layer, and it alone or with all below."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.contents.model import LayerContents
from modeldesk.core.layers.parts import parts_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.inspector.open_image import Choice
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.elided_choice import ElidedChoice
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.tooltip import plain_tooltip

_ALONE, _STACKED = "alone", "stacked"


class LayerChoice(QWidget):
    """Layers are listed top first; those above the choice are not looked at."""

    chosen = Signal(object)
    """The new `Choice`, when a person chose."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self.layers = ElidedChoice()
        self.layers.setAccessibleName(tr("Layer"))
        self.layers.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.layers.setMinimumContentsLength(12)
        self.layers.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.reach = Segmented(
            [(_STACKED, tr("Up to here")), (_ALONE, tr("This layer"))],
            tr("Files of this layer, or of all up to it"),
        )
        self.layers.activated.connect(lambda _place: self.chosen.emit(self.choice))
        self.reach.chosen.connect(lambda _key: self.chosen.emit(self.choice))
        self.side = QHBoxLayout()
        self.side.setSpacing(Space.XS)
        second = QHBoxLayout()
        second.setSpacing(Space.S)
        second.addWidget(self.reach)
        second.addStretch(1)
        second.addLayout(self.side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self.layers)
        column.addLayout(second)

    @property
    def choice(self) -> Choice:
        """What is chosen."""
        layer = self._count - 1 - max(0, self.layers.currentIndex())
        return Choice(layer, self.reach.current == _ALONE)

    def set_layers(self, layers: Sequence[LayerContents]) -> None:
        """Offer `layers` (base first); the uppermost, with all below, is chosen."""
        self._count = len(layers)
        self.layers.clear()
        for number in range(len(layers) - 1, -1, -1):
            layer = layers[number]
            text = _short(layer.instruction) or tr("instruction not known")
            self.layers.addItem(f"{number + 1} · {presentation.size(layer.size_bytes)} · {text}")
            place = self.layers.count() - 1
            made_by = without_secrets(layer.instruction)
            tip = plain_tooltip(f"{parts_name(layer.kind, layer.parts)}\n{made_by}")
            self.layers.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self.reach.choose(_STACKED)

    def choose(self, choice: Choice) -> None:
        """Make `choice` the choice without a signal."""
        self.layers.setCurrentIndex(self._count - 1 - choice.layer)
        self.reach.choose(_ALONE if choice.alone else _STACKED)


def _short(instruction: str) -> str:
    return presentation.cut(presentation.instruction(instruction))[:300]
