"""What a proposed Dockerfile starts from, and what follows from it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes.base import kind_of
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.kinds import BaseKind, consequence
from modeldesk.core.references import Reference
from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.clamped_label import ClampedLabel
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.tooltip import plain_tooltip

_OWN = "own"
"""The image that the settings name, where it is of no kind."""


class BaseChoice(QWidget):
    """The base image by its kind. Each says as its tooltip what would follow from it."""

    chosen = Signal(object)
    """The `BaseKind`, or None for the image of the settings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = Segmented(
            [
                (BaseKind.SLIM.value, "Slim"),
                (BaseKind.ALPINE.value, "Alpine"),
                (BaseKind.DISTROLESS.value, "Distroless"),
                (BaseKind.CUDA.value, "CUDA"),
                (_OWN, tr("As set")),
            ],
            tr("Base image"),
        )
        self.consequence = ClampedLabel(TextStyle.LABEL, "muted", most_lines=2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.buttons)
        column.addWidget(self.consequence)
        column.addStretch(1)
        self.buttons.chosen.connect(self._chosen)

    def show_choice(self, folder: ModelFolder, choice: RecipeChoice) -> None:
        """Show what the Dockerfile for `folder` starts from now."""
        named = kind_of(Reference.parse(choice.base_image))
        self.buttons.set_option_visible(_OWN, named is None)
        kind = choice.kind or named
        self.buttons.choose(kind.value if kind else _OWN)
        for one in BaseKind:
            self.buttons.set_option_tip(one.value, plain_tooltip(consequence(one, folder)))
        self.buttons.set_option_tip(_OWN, plain_tooltip(choice.base_image))
        own = tr("{image}, as in the settings.", image=choice.base_image)
        self.consequence.set_text(consequence(kind, folder) if kind else own)
        self.set_free(True)

    def set_free(self, free: bool) -> None:
        """Whether another can be chosen now, which edits of the text forbid."""
        why = "" if free else tr("Undo your edits to choose.")
        for key in (*(one.value for one in BaseKind), _OWN):
            self.buttons.set_option_enabled(key, free or key == self.buttons.current, why)

    def _chosen(self, key: str) -> None:
        self.chosen.emit(None if key == _OWN else BaseKind(key))
