"""What is compared: two images, or two recipes for one folder."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import page_title
from modeldesk.ui.widgets.segmented import Segmented

IMAGES, RECIPES = "images", "recipes"


def subject_choice(current: str) -> Segmented:
    """The choice as it stands beside the title of either view; `current` is that view."""
    choice = Segmented(
        [(IMAGES, tr("Images")), (RECIPES, tr("Single against multi-stage"))],
        tr("What is compared"),
    )
    choice.choose(current)
    return choice


def with_head(view: QWidget, subject: Segmented, *acts: QWidget) -> QVBoxLayout:
    """The column of `view`, which begins with the title, the choice beside it, and what can be
    done at the right."""
    column = QVBoxLayout(view)
    column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
    column.setSpacing(Space.S + 2)
    top = QHBoxLayout()
    top.setSpacing(Space.S)
    column.addLayout(top)
    top.addWidget(page_title(tr("Compare")))
    top.addWidget(subject)
    top.addStretch(1)
    for act in acts:
        top.addWidget(act)
    return column
