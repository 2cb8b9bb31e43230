"""A view of rows whose last one in sight is whole."""

from PySide6.QtWidgets import QTreeView, QWidget


class WholeRows(QTreeView):
    """Where not all rows fit, the room below the last whole one stays empty: half a row can't be
    read, and looks like a fault. A turn of the wheel moves whole rows too."""

    _fitting = False

    def __init__(self, row_height: int, parent: QWidget | None = None) -> None:
        """`row_height` is that of every row; where rows differ, `whole_rows` knows how."""
        super().__init__(parent)
        self._row_height = row_height

    def whole_rows(self, room: int) -> int:
        """The height of the rows, from the first on, that are whole in so much room."""
        return room // self._row_height * self._row_height

    def updateGeometries(self) -> None:
        if self._fitting:
            return
        self._fitting = True
        bar = self.verticalScrollBar()
        place = bar.value()
        # Qt begins with the whole room again, each time.
        super().updateGeometries()
        room = self.viewport().height()
        rest = room - self.whole_rows(room) if bar.maximum() > 0 else 0
        if 0 < rest < room:
            margins = self.viewportMargins()
            self.setViewportMargins(margins.left(), margins.top(), margins.right(), rest)
            bar.setRange(0, bar.maximum() + rest)
            bar.setPageStep(room - rest)
            bar.setValue(place)
        self._fitting = False
