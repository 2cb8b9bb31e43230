"""The arguments and secrets of a build: what the Dockerfile asks for, and what a person adds."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.build.declared import declared_arguments, wanted_secrets
from modeldesk.core.build.given import check_secrets
from modeldesk.core.build.model import Asked
from modeldesk.core.build.secret import Secret, SecretKind, SecretSource
from modeldesk.core.containers.secrets import HIDDEN
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr
from modeldesk.ui.build.given_rows import ArgumentRow, SecretRow
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.label import Label

_Row = TypeVar("_Row", ArgumentRow, SecretRow)


class GivenFields(QWidget):
    """Folded until there is something to see. Values stand here, and nowhere on a disk."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._with_buildkit = True
        self.arguments: list[ArgumentRow] = []
        self.secrets: list[SecretRow] = []
        self.fold = LinkButton("", flush=True)
        self.add_argument = LinkButton(tr("add an argument"), flush=True)
        self.add_secret = LinkButton(tr("add a secret"), flush=True)
        self.note = Label(style=TextStyle.LABEL, color="warning", wrap=True)
        self._opened = QWidget()
        arguments, secrets = QWidget(), QWidget()
        self._argument_column, self._secret_column = _column(arguments), _column(secrets)
        inside = _column(self._opened)
        for part in (arguments, self.add_argument, secrets, self.add_secret, self.note):
            inside.addWidget(part)
        whole = _column(self)
        whole.setSpacing(Space.S)
        whole.addWidget(self.fold)
        whole.addWidget(self._opened)
        self._opened.hide()
        self.fold.clicked.connect(lambda: self._open(self._opened.isHidden()))
        self.add_argument.clicked.connect(self._add_argument)
        self.add_secret.clicked.connect(self._add_secret)
        self._say()

    @property
    def build_args(self) -> dict[str, str]:
        """Those that have a value; the others take the Dockerfile's default."""
        return {
            row.name: row.value.text() for row in self.arguments if row.name and row.value.text()
        }

    def secrets_given(self) -> dict[str, Secret]:
        """By their ids. Raises `InvalidInput`."""
        return {row.name: row.secret() for row in self.secrets if not row.empty}

    @property
    def problem(self) -> str:
        """What is wrong with the first that can't be used; empty for nothing."""
        rows: tuple[ArgumentRow | SecretRow, ...] = (*self.arguments, *self.secrets)
        return next(filter(None, [row.check() for row in rows]), "") or self._without_secrets()

    def forget(self) -> None:
        """Another folder: nothing is given, and it is folded."""
        for row in (*self.arguments, *self.secrets):
            _take_away(row)
        self.arguments, self.secrets = [], []
        self._open(False)

    def show_dockerfile(self, text: str) -> None:
        """Offer what the Dockerfile asks for; what was given already stays given."""
        declared = declared_arguments(text)
        _drop(
            self.arguments,
            lambda row: row.declared and row.name not in declared and not row.value.text(),
        )
        names = {row.name: row for row in self.arguments}
        for name, default in declared.items():
            if name in names:
                names[name].set_default(default)
            else:
                self._new_argument(name, default)
        wanted = wanted_secrets(text)
        _drop(self.secrets, lambda row: row.declared and row.name not in wanted and row.empty)
        for name in wanted:
            if name not in {row.name for row in self.secrets}:
                self._new_secret(name)
        self._say()

    def set_buildkit(self, with_buildkit: bool) -> None:
        """Whether the builder has secrets to give."""
        self._with_buildkit = with_buildkit
        self._say()

    def repeat(self, asked: Asked) -> None:
        """Give again what an earlier build was given. What was hidden is to be typed again."""
        for name, value in asked.build_args.items():
            found = next((row for row in self.arguments if row.name == name), None)
            row = found or self._new_argument()
            if found is None:
                row.name_edit.setText(name)
            hidden = HIDDEN in value
            row.value.setText("" if hidden else value)
            if hidden:
                row.value.set_note(tr("type it again"))
        for name, source in asked.secrets.items():
            self._secret_row(name).show_source(source)
        self._open(bool(asked.build_args or asked.secrets))

    def _secret_row(self, name: str) -> SecretRow:
        found = next((row for row in self.secrets if row.name == name), None)
        row = found or self._new_secret()
        if found is None:
            row.name_edit.setText(name)
        return row

    def _add_argument(self) -> None:
        self._new_argument().name_edit.setFocus()

    def _add_secret(self) -> None:
        self._new_secret().name_edit.setFocus()

    def _new_argument(self, name: str = "", default: str = "") -> ArgumentRow:
        row = ArgumentRow(self._theme, name, default)
        self._argument_column.addWidget(row)
        self.arguments.append(row)
        row.changed.connect(self._changed)
        row.removed.connect(lambda: self._remove(self.arguments, row))
        row.secret_wanted.connect(lambda: self._to_secret(row))
        self._say()
        return row

    def _new_secret(self, name: str = "") -> SecretRow:
        row = SecretRow(self._theme, name)
        self._secret_column.addWidget(row)
        self.secrets.append(row)
        row.changed.connect(self._changed)
        row.removed.connect(lambda: self._remove(self.secrets, row))
        self._say()
        return row

    def _remove(self, rows: list[_Row], row: _Row) -> None:
        rows.remove(row)
        _take_away(row)
        self._changed()

    def _to_secret(self, row: ArgumentRow) -> None:
        """The value moves; the Dockerfile has to ask for it otherwise, which is said."""
        value, name = row.value.text(), row.name
        row.value.clear()
        secret = self._secret_row(name)
        secret.show_source(SecretSource(SecretKind.TYPED))
        secret.place.setText(value)
        secret.field.set_note(
            tr(
                "A step reads it with RUN --mount=type=secret,id={name} from /run/secrets/{name}, "
                "in place of the ARG.",
                name=name,
            )
        )
        if not row.declared:
            self._remove(self.arguments, row)
        secret.place.setFocus()

    def _without_secrets(self) -> str:
        try:
            names = [row.name for row in self.secrets if not row.empty]
            check_secrets(names, self._with_buildkit)
        except InvalidInput as error:
            return str(error)
        return ""

    def _changed(self) -> None:
        self._say()
        self.changed.emit()

    def _open(self, opened: bool) -> None:
        self._opened.setVisible(opened)
        self._say()

    def _say(self) -> None:
        note = self._without_secrets()
        self.note.setText(note)
        self.note.setVisible(bool(note))
        if not self._opened.isHidden():
            self.fold.set_text(tr("hide arguments and secrets"))
            return
        given, secrets = len(self.build_args), sum(not row.empty for row in self.secrets)
        asks = len([row for row in (*self.arguments, *self.secrets) if row.declared])
        if given or secrets:
            text = tr("Arguments and secrets: {count} given", count=given + secrets)
        elif asks:
            text = tr("Arguments and secrets: {count} asked for", count=asks)
        else:
            text = tr("Arguments and secrets")
        self.fold.set_text(text)


def _drop(rows: list[_Row], unwanted: Callable[[_Row], bool]) -> None:
    for row in [one for one in rows if unwanted(one)]:
        rows.remove(row)
        _take_away(row)


def _take_away(row: QWidget) -> None:
    row.hide()
    row.deleteLater()


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(Space.M)
    return column
