"""A dialog that asks for one of many: typing searches, the arrow keys and Enter choose."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.banner import Banner
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.search_field import SearchField
from modeldesk.ui.widgets.two_line_list import TwoLineList, TwoLineRow


class SearchListDialog(QDialog):
    """A field above a list. Whoever extends it fills the list, and knows what a row stands for."""

    chosen = Signal(str)
    """A person chose the row with this key; empty for none."""

    def __init__(
        self, theme: Theme, title: str, list_name: str, searched: str, parent: QWidget
    ) -> None:
        """`list_name` is what the list is called to those who hear it, `searched` what the field
        takes."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.field = SearchField(searched)
        self.banner = Banner(theme)
        self.list = TwoLineList(theme, name=list_name)
        self.field.returnPressed.connect(self._choose_current)
        self.field.installEventFilter(self)
        self.list.row_activated.connect(self.chosen)
        self.list.clicked.connect(lambda _index: self._choose_current())
        self.nothing = Label(tr("Nothing matches."), TextStyle.BODY, "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._faces = QStackedWidget()
        self._faces.addWidget(self.list)
        self._faces.addWidget(self.nothing)
        self.cancel = PlainButton(tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.cancel.setAutoDefault(False)
        self._beside_cancel = QHBoxLayout()
        self._beside_cancel.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.S)
        column.addWidget(self.field)
        column.addWidget(self.banner)
        column.addWidget(self._faces, 1)
        column.addLayout(self._beside_cancel)

    def stand_beside_cancel(self, widget: QWidget, *, wide: bool) -> None:
        """Put a widget at the left of the button, over all the room there is where it is `wide`."""
        self._beside_cancel.insertWidget(0, widget, int(wide))
        if not wide:
            self._beside_cancel.insertStretch(1, 1)

    def show_rows(self, rows: Sequence[TwoLineRow]) -> None:
        """List `rows`, the first one chosen; without any it is said that there is nothing."""
        self.list.set_rows(())
        self.list.set_rows(rows)
        self.list.select_key(next((row.key for row in rows if not row.header), ""))
        self._faces.setCurrentIndex(0 if rows else 1)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {int(Qt.Key.Key_Down): 1, int(Qt.Key.Key_Up): -1}.get(event.key())
            if step is not None:
                self._move(step)
                return True
        return False

    def _choose_current(self) -> None:
        self.chosen.emit(self.list.current_key())

    def _move(self, step: int) -> None:
        keys = [row.key for row in self.list.rows() if not row.header]
        current = self.list.current_key()
        if keys:
            place = keys.index(current) + step if current in keys else 0
            self.list.select_key(keys[min(max(place, 0), len(keys) - 1)])
