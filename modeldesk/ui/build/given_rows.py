"""One argument and one secret of a build, as a person gives them."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.build.given import argument_warning, check_argument, check_secret
from modeldesk.core.build.secret import Secret, SecretKind, SecretSource, secret_from
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import IconButton, LinkButton
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.field import Field, NotedLineEdit
from modeldesk.ui.widgets.label import Label


class _Row(QWidget):
    """A name above its value; one that a person added can be named and taken away."""

    changed = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, name: str, remove: str, place_for_name: str) -> None:
        super().__init__()
        self.declared = bool(name)
        self._given_name = name
        self.name_edit = NotedLineEdit()
        self.name_edit.setPlaceholderText(place_for_name)
        self.name_edit.setAccessibleName(place_for_name)
        self.remove = IconButton(theme, Icon.CLOSE, remove)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.XS)
        own = _Line(self.name_edit, self.remove)
        self.column.addWidget(own)
        own.setVisible(not self.declared)
        self.name_edit.textChanged.connect(self.changed)
        self.remove.clicked.connect(self.removed)

    @property
    def name(self) -> str:
        """What it is called in the Dockerfile; empty while it has no name."""
        return self._given_name or self.name_edit.text().strip()


class ArgumentRow(_Row):
    """A build argument. One without a value takes the default of the Dockerfile."""

    secret_wanted = Signal()
    """The value is to be given as a secret."""

    def __init__(self, theme: Theme, name: str = "", default: str = "") -> None:
        super().__init__(theme, name, tr("Remove this argument"), tr("NAME"))
        self.value = NotedLineEdit(tr("default") if default else "")
        self.value.setPlaceholderText(default or tr("value"))
        self.field = Field(name, self.value) if name else Field("", self.value)
        if not name:
            self.value.setAccessibleName(tr("Value of the argument"))
        self.warning = Label(style=TextStyle.LABEL, color="warning", wrap=True)
        self.to_secret = LinkButton(tr("make it a secret"), flush=True)
        for part in (self.field, self.warning, self.to_secret):
            self.column.addWidget(part)
        self.value.textChanged.connect(self.changed)
        self.to_secret.clicked.connect(self.secret_wanted)
        self.changed.connect(self._warn)
        self._warn()

    def set_default(self, default: str) -> None:
        """What the Dockerfile gives it of itself."""
        self.value.setPlaceholderText(default or tr("value"))
        self.value.set_note(tr("default") if default else "")

    def check(self) -> str:
        """What is wrong with it; said below it, too."""
        problem = ""
        if self.name or self.value.text():
            try:
                check_argument(self.name)
            except InvalidInput as error:
                problem = str(error)
        if problem:
            self.field.set_error(problem)
        else:
            self.field.clear_error()
        return problem

    def _warn(self) -> None:
        sentence = argument_warning(self.name, self.value.text())
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))
        self.to_secret.setVisible(bool(sentence))


class SecretRow(_Row):
    """A secret and where it comes from. What is typed stays in this field, and in memory."""

    def __init__(self, theme: Theme, name: str = "") -> None:
        super().__init__(theme, name, tr("Remove this secret"), tr("id in the Dockerfile"))
        self.kind = DropDown()
        for kind, text in (
            (SecretKind.FILE, tr("File")),
            (SecretKind.ENVIRONMENT, tr("Variable")),
            (SecretKind.TYPED, tr("Typed in")),
        ):
            self.kind.addItem(text, kind.value)
        self.kind.setAccessibleName(tr("Where the secret comes from"))
        self.place = NotedLineEdit()
        self.browse = IconButton(theme, Icon.FOLDER, tr("Choose the file…"))
        self.field = Field(name or tr("Secret"), self.kind)
        self.problem = Label(style=TextStyle.LABEL, color="bad", wrap=True)
        for part in (self.field, _Line(self.place, self.browse), self.problem):
            self.column.addWidget(part)
        self.kind.currentIndexChanged.connect(self._kind_changed)
        self.place.textChanged.connect(self.changed)
        self.browse.clicked.connect(self._choose)
        self._kind_changed()
        self.problem.hide()

    @property
    def source(self) -> SecretSource:
        """Where it comes from."""
        kind = SecretKind(self.kind.currentData())
        return SecretSource(kind, "" if kind is SecretKind.TYPED else self.place.text().strip())

    @property
    def empty(self) -> bool:
        """Whether nothing was given."""
        return not self.place.text().strip() and not (self.name_edit.text().strip())

    def show_source(self, source: SecretSource) -> None:
        """Offer a source again; what was typed is to be typed again."""
        self.kind.setCurrentIndex(self.kind.findData(source.kind.value))
        self.place.setText(source.place)

    def secret(self) -> Secret:
        """What the build is given. Raises `InvalidInput`."""
        return secret_from(self.source, self.place.text())

    def check(self) -> str:
        """What is wrong with it; said below it, too."""
        problem = ""
        if not self.empty:
            try:
                check_secret(self.name)
                self.secret()
            except InvalidInput as error:
                problem = str(error)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        return problem

    def _kind_changed(self) -> None:
        kind = SecretKind(self.kind.currentData())
        typed = kind is SecretKind.TYPED
        self.place.clear()
        self.place.setEchoMode(QLineEdit.EchoMode.Password if typed else QLineEdit.EchoMode.Normal)
        words = _PLACES[kind]()
        self.place.setPlaceholderText(words)
        self.place.setAccessibleName(words)
        self.browse.setVisible(kind is SecretKind.FILE)
        self.field.set_note(
            tr("Kept in memory for this build alone; nothing writes it down.") if typed else ""
        )
        self.changed.emit()

    def _choose(self) -> None:
        dialog = QFileDialog(self.window(), tr("Choose the file that holds the secret"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.place.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


_PLACES: dict[SecretKind, Callable[[], str]] = {
    SecretKind.FILE: lambda: tr("path of the file"),
    SecretKind.ENVIRONMENT: lambda: tr("NAME of the variable"),
    SecretKind.TYPED: lambda: tr("the secret"),
}


class _Line(QWidget):
    """Two things beside each other, the first as wide as there is room."""

    def __init__(self, first: QWidget, last: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.XS)
        row.addWidget(first, 1)
        row.addWidget(last)
