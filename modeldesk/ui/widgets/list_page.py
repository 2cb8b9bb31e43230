"""The frame of a page that is one list: its name, a line about it, what narrows it, the list."""

from PySide6.QtWidgets import QLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.empty_state import EmptyState
from modeldesk.ui.widgets.label import Label, page_title
from modeldesk.ui.widgets.skeleton import Skeleton

_ROWS = 12


class ListFaces(QStackedWidget):
    """A list while it is waited for, when there is nothing in it, and filled."""

    def __init__(self, theme: Theme, icon: Icon, filled: QWidget) -> None:
        super().__init__()
        self._icon = icon
        self._filled = filled
        self.empty = EmptyState(theme, icon, "")
        self._waiting = Skeleton(theme, rows=_ROWS)
        for face in (self._waiting, self.empty, filled):
            self.addWidget(face)

    @property
    def is_waiting(self) -> bool:
        """Whether neither of the others was shown yet, or the list is waited for again."""
        return self.currentWidget() is self._waiting

    def show_waiting(self) -> None:
        """It is not known yet what there is."""
        self.setCurrentWidget(self._waiting)

    def show_empty(self, sentence: str, detail: str = "", action: str = "") -> None:
        """There is nothing, and that is why."""
        self.empty.set_content(self._icon, sentence, detail, action)
        self.setCurrentWidget(self.empty)

    def show_filled(self) -> None:
        """The list itself."""
        self.setCurrentWidget(self._filled)


def frame_list_page(
    page: QWidget, title: str, about: str, above: tuple[QWidget | QLayout, ...], faces: ListFaces
) -> None:
    """Lay out `page`; `above` stands between the line about it and the list."""
    column = QVBoxLayout(page)
    column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
    column.setSpacing(Space.S)
    column.addWidget(page_title(title))
    column.addWidget(Label(about, color="muted", wrap=True))
    column.addSpacing(Space.XS)
    for one in above:
        if isinstance(one, QLayout):
            column.addLayout(one)
        else:
            column.addWidget(one)
    column.addWidget(faces, 1)
