"""The request that a version must answer before it gets callers."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.segmented import Segmented
from modeldesk.ui.widgets.text_area import TextArea

_LINES = 4


class SmokeFields(QWidget):
    """A method, a path and, for POST, a body; none of it while the box is not checked."""

    changed = Signal()

    def __init__(self, smoke: SmokeRequest | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wanted = QCheckBox(tr("Ask it first: only a version that answers gets callers"))
        self.method = Segmented([("GET", "GET"), ("POST", "POST")], tr("Method"))
        self.path = QLineEdit("/")
        self.path.setFont(font(TextStyle.MONO_SMALL))
        self.path.setAccessibleName(tr("Path of the request"))
        self.body = TextArea("", _LINES)
        self.body.setPlaceholderText('{"inputs": [[1.0, 2.0]]}')
        self._path_field = Field(tr("Path"), self.path)
        self._method_field = Field(tr("Method"), self.method)
        self._body_field = Field(tr("Body, JSON"), self.body)
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        row.addWidget(self._method_field)
        row.addWidget(self._path_field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self.wanted)
        column.addLayout(row)
        column.addWidget(self._body_field)
        self._content_type = "application/json"
        self._fill(smoke)
        self.wanted.toggled.connect(self._altered)
        self.method.chosen.connect(self._altered)
        self.path.textChanged.connect(self._altered)
        self.body.textChanged.connect(self._altered)
        self._altered()

    @property
    def usable(self) -> bool:
        """Whether nothing is wrong with what was filled in."""
        return not self._wrong()

    def request(self) -> SmokeRequest | None:
        """What was filled in; None when there is to be no request."""
        if not self.wanted.isChecked():
            return None
        posted = self.method.current == "POST"
        body = self.body.toPlainText().encode() if posted else b""
        path = self.path.text().strip()
        return SmokeRequest(self.method.current, path, body, self._content_type)

    def _fill(self, smoke: SmokeRequest | None) -> None:
        self.wanted.setChecked(smoke is not None)
        if smoke is not None:
            self._content_type = smoke.content_type
            self.method.choose("POST" if smoke.method == "POST" else "GET")
            self.path.setText(smoke.path)
            self.body.setPlainText(smoke.body.decode("utf-8", "replace"))

    def _wrong(self) -> str:
        path = self.path.text().strip()
        usable = path.startswith("/") and path.isascii() and path.isprintable() and " " not in path
        if not self.wanted.isChecked() or usable:
            return ""
        return tr("A path begins with “/” and has no spaces, as in /predict.")

    def _altered(self) -> None:
        wanted = self.wanted.isChecked()
        self._path_field.setVisible(wanted)
        self._method_field.setVisible(wanted)
        self._body_field.setVisible(wanted and self.method.current == "POST")
        wrong = self._wrong()
        if wrong:
            self._path_field.set_error(wrong)
        else:
            self._path_field.clear_error()
        self.changed.emit()
