"""Asks what there is to know of a registry."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.errors import InvalidInput
from modeldesk.core.registry.known import KnownRegistry, named, read_host, read_repository
from modeldesk.core.words import tr
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.field import Field, mono_line
from modeldesk.ui.widgets.fit_height import fit_height
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.text_area import TextArea

_WIDTH = 500
_LINES = 3


class DescribeDialog(QDialog):
    """For a new registry, or with `known` for one that is; its host is then settled."""

    def __init__(
        self,
        known: KnownRegistry | None,
        taken: Collection[str],
        on_done: Callable[[KnownRegistry], None],
        parent: QWidget,
    ) -> None:
        """`taken` are the hosts that are known already."""
        super().__init__(parent.window())
        self._known = known
        self._taken = frozenset(taken)
        self._on_done = on_done
        self.setWindowTitle(tr("Registry"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        was = known or KnownRegistry("")
        self.host = mono_line(was.host, "registry.lan:5000")
        self.host.setReadOnly(known is not None)
        self.host_field = Field(
            tr("Host"),
            self.host,
            "" if known else tr("With the port where it has one, such as ghcr.io"),
        )
        self.name = QLineEdit(was.name)
        self.name_field = Field(tr("Name"), self.name, tr("What you call it; may be empty"))
        self.plain = QCheckBox(tr("Allow plain HTTP"))
        self.plain.setChecked(was.plain_http)
        self.plain_field = Field(tr("Encryption"), self.plain)
        self.ca_file = mono_line(was.ca_file, tr("none: the system’s"))
        self.choose = PlainButton(tr("Choose…"))
        self.choose.clicked.connect(self._choose)
        self.ca_field = Field(
            tr("CA certificates"),
            self.ca_file,
            tr("A PEM file, for a registry whose certificate your own organisation made"),
        )
        self.repositories = TextArea("\n".join(was.repositories), _LINES)
        self.repositories_field = Field(
            tr("Repositories"),
            self.repositories,
            tr("One a line, for registries that list none (Docker Hub, GHCR)"),
        )
        self.done_button = PrimaryButton(tr("Save") if known else tr("Add"))
        self.cancel = PlainButton(tr("Cancel"))
        self._arrange()
        self.plain.toggled.connect(self._tell_plain)
        self._tell_plain(was.plain_http)
        (self.name if known else self.host).setFocus()

    def _arrange(self) -> None:
        title = (
            tr("What is known of {host}", host=self._known.host)
            if self._known
            else tr("Add a registry")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(title, TextStyle.SUBTITLE, wrap=True))
        ca_row = QHBoxLayout()
        ca_row.setSpacing(Space.S)
        ca_row.addWidget(self.ca_field, 1)
        beside = QVBoxLayout()
        # As far down as the line, which has its name above it.
        beside.addSpacing(QFontMetrics(font(TextStyle.LABEL)).height() + Space.XS - 1)
        beside.addWidget(self.choose)
        beside.addStretch(1)
        ca_row.addLayout(beside)
        for field in (self.host_field, self.name_field, self.plain_field):
            column.addWidget(field)
        column.addLayout(ca_row)
        column.addWidget(self.repositories_field)
        column.addStretch(1)
        self.done_button.setDefault(True)
        self.done_button.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.done_button)
        column.addLayout(buttons)

    def _tell_plain(self, allowed: bool) -> None:
        self.plain_field.set_note(
            tr("Passwords and images can then be read and changed on their way.")
            if allowed
            else tr("Registries on this machine may be plain always.")
        )

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("Choose the CA certificates"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [tr("Certificates ({patterns})", patterns="*.pem *.crt *.cer"), tr("All files (*)")]
        )
        dialog.fileSelected.connect(self.ca_file.setText)
        dialog.open()

    def _accept(self) -> None:
        checks = (
            (self.host_field, self._check_host),
            (self.name_field, lambda: named("r.lan", self.name.text())),
            (self.ca_field, self._check_file),
            (self.repositories_field, self._check_repositories),
        )
        wrong = [field for field, check in checks if not field.passes(check)]
        fit_height(self)
        if wrong:
            wrong[0].control.setFocus()
            return
        one = named(
            self.host.text(),
            self.name.text(),
            self.plain.isChecked(),
            self.ca_file.text(),
            self._listed(),
        )
        if self._known is not None:
            one = replace(one, user=self._known.user, keeper=self._known.keeper)
        self.accept()
        self._on_done(one)

    def _listed(self) -> list[str]:
        return [line for line in self.repositories.toPlainText().splitlines() if line.strip()]

    def _check_host(self) -> None:
        host = read_host(self.host.text())
        if self._known is None and host in self._taken:
            raise InvalidInput(tr("{host} is known already.", host=host))

    def _check_file(self) -> None:
        file = named("r.lan", ca_file=self.ca_file.text()).ca_file
        if file and not Path(file).is_file():
            raise InvalidInput(tr("{path} is not there.", path=printable(file)))

    def _check_repositories(self) -> None:
        try:
            host = read_host(self.host.text())
        except InvalidInput:
            return
        for line in self._listed():
            read_repository(host, line)
