"""The dialog that changes how a deployment's containers run."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.releases.model import Deployment
from modeldesk.core.releases.revisions import Revision
from modeldesk.core.words import tr
from modeldesk.ui.releases.mount_rows import mount_editor
from modeldesk.ui.releases.plan_dialog import fit_screen
from modeldesk.ui.releases.revision_list import RevisionList
from modeldesk.ui.releases.settings_input import (
    ALL_GPUS,
    SettingsInput,
    SettingsRead,
    input_of,
    read_settings,
)
from modeldesk.ui.releases.smoke_fields import SmokeFields
from modeldesk.ui.releases.swarm_fields import SwarmFields
from modeldesk.ui.releases.words import version_of
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.banner import Banner, Notice
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.drop_down import DropDown
from modeldesk.ui.widgets.elided_label import ElidedLabel
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.form_scroll import FormScroll
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.rows_editor import RowField, RowsEditor

_SIZE = (640, 700)
_GPU_CHOICES = (0, ALL_GPUS, 1, 2, 4, 8)


class SettingsForm(QWidget):
    """Ports, variables, mounts, limits and times of a deployment."""

    def __init__(self, theme: Theme, deployment: Deployment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = deployment.settings
        name_field = RowField(tr("name"), tr("NAME"))
        self.ports = RowsEditor(
            theme,
            tr("Ports") if self._before.swarm else tr("Ports of the gateway"),
            (
                RowField(tr("port on this machine"), tr("any free port")),
                RowField(tr("port in the container"), "5000"),
            ),
            tr("add a port"),
        )
        self.variables = RowsEditor(
            theme,
            tr("Environment and secrets"),
            (name_field, RowField(tr("value"), tr("value"), 2)),
            tr("add a variable"),
        )
        self.mounts = mount_editor(theme)
        self.memory, self.cpus = QLineEdit(), QLineEdit()
        self.gpus = DropDown()
        self.locked = QCheckBox(
            tr("Locked down: read-only root, no new privileges, no capabilities")
        )
        self.health, self.warm, self.drain = QLineEdit(), QLineEdit(), QLineEdit()
        self.smoke = SmokeFields(self._before.smoke)
        swarm = self._before.swarm
        self.swarm = SwarmFields(swarm) if swarm is not None else None
        self.revisions = RevisionList()
        self._fill(input_of(self._before))
        self._lay_out()
        self.variables.changed.connect(self._mask_secrets)
        self._mask_secrets()

    def read(self) -> SettingsRead:
        """What was filled in. Raises `InvalidInput`."""
        given = SettingsInput(
            self.ports.values(),
            self.variables.values(),
            self.mounts.values(),
            self.memory.text(),
            self.cpus.text(),
            int(self.gpus.currentData()),
            self.locked.isChecked(),
            self.health.text(),
            self.warm.text(),
            self.drain.text(),
            self.smoke.request(),
        )
        read = read_settings(given, self._before)
        if self.swarm is None:
            return read
        return replace(read, settings=replace(read.settings, swarm=self.swarm.read()))

    def _fill(self, given: SettingsInput) -> None:
        self.ports.set_values(given.ports)
        self.variables.set_values(given.variables)
        self.mounts.set_values(given.mounts)
        self.memory.setText(given.memory)
        self.memory.setPlaceholderText(tr("all there is"))
        self.cpus.setText(given.cpus)
        self.cpus.setPlaceholderText(tr("all there are"))
        for count in sorted({*_GPU_CHOICES, given.gpus}, key=_gpu_order):
            self.gpus.addItem(_gpu_text(count), count)
        self.gpus.setCurrentIndex(self.gpus.findData(given.gpus))
        self.locked.setChecked(given.locked_down)
        self.health.setText(given.health)
        self.warm.setText(given.keep_warm)
        self.drain.setText(given.drain)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        for editor in (self.ports, self.variables, self.mounts):
            column.addWidget(editor)
        if self.swarm is not None:
            column.addWidget(self.swarm)
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.M)
        grid.setVerticalSpacing(Space.S)
        fields = (
            Field(tr("Memory at most"), self.memory),
            Field(tr("Processors at most"), self.cpus),
            Field(tr("GPUs"), self.gpus),
            Field(tr("Healthy within"), self.health),
            Field(tr("Kept warm for the way back"), self.warm),
            Field(tr("Requests are drained for"), self.drain),
        )
        # A swarm keeps nothing warm, has no GPUs by their number, and asks its own health checks.
        idle = (self.gpus, self.warm, self.smoke) if self.swarm is not None else ()
        for number, field in enumerate(sorted(fields, key=lambda one: one.control in idle)):
            field.setHidden(field.control in idle)
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(field, number // 3, number % 3, top)
        column.addLayout(grid)
        column.addWidget(self.locked)
        column.addWidget(self.smoke)
        self.smoke.setHidden(self.smoke in idle)
        column.addWidget(self.revisions)
        column.addStretch(1)

    def _mask_secrets(self) -> None:
        kept = self._before.secret_names
        for name, value in self.variables.lines():
            is_kept = name.text().strip() in kept
            secret = is_kept or looks_secret(name.text(), value.text())
            value.setPlaceholderText(tr("as it is now") if is_kept else tr("value"))
            value.setEchoMode(
                QLineEdit.EchoMode.PasswordEchoOnEdit if secret else QLineEdit.EchoMode.Normal
            )


class SettingsDialog(QDialog):
    """Saving makes a new revision: the version that runs is started anew with it, beside what
    runs."""

    def __init__(
        self,
        theme: Theme,
        deployment: Deployment,
        on_save: Callable[[SettingsRead, str], object],
        parent: QWidget,
    ) -> None:
        """`on_save` is called once, with the settings and why."""
        super().__init__(parent.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        title = tr("Settings of {name}", name=deployment.name)
        self.setWindowTitle(title)
        self._on_save = on_save
        self._before = deployment.settings
        self._name = deployment.name
        self.form = SettingsForm(theme, deployment)
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("kept in the history"))
        self.banner = Banner(theme)
        self.cancel_button = PlainButton(tr("Cancel"))
        self.save_button = PrimaryButton(tr("Save and restart"))
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(ElidedLabel(title, TextStyle.SUBTITLE))
        column.addWidget(Label(_sentence(deployment), color="muted", wrap=True))
        column.addWidget(FormScroll(self.form), 1)
        column.addWidget(Field(tr("Why"), self.why))
        column.addWidget(self.banner)
        column.addLayout(buttons)
        self.save_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._save)
        self.form.smoke.changed.connect(self._check)
        self._check()
        fit_screen(self, *_SIZE)

    def show_revisions(self, revisions: Sequence[Revision], now: datetime) -> None:
        """Tell, below the fields, how the settings came to be what they are."""
        self.form.revisions.show_revisions(revisions, now, self._name)

    def _check(self) -> None:
        self.save_button.setEnabled(self.form.smoke.usable)

    def _save(self) -> None:
        try:
            read = self.form.read()
        except InvalidInput as error:
            self.banner.present(Notice(error.message, error.hint))
            return
        self.accept()
        if read.settings != self._before or read.secrets:
            self._on_save(read, self.why.text().strip())


def _sentence(deployment: Deployment) -> str:
    revision = deployment.revision
    version = version_of(deployment.current) if deployment.current is not None else ""
    kept = tr("Revision {number}; the way there stands below the fields.", number=revision)
    if revision < 2:
        kept = tr("Revision {number}; earlier ones are kept with their releases.", number=revision)
    if not version:
        return kept
    if deployment.settings.swarm is not None:
        starts = tr("Saving has the swarm replace the tasks of {version}.", version=version)
        return f"{kept} {starts}"
    starts = tr("Saving starts {version} anew beside what runs, then switches.", version=version)
    return f"{kept} {starts}"


def _gpu_order(count: int) -> tuple[bool, int]:
    return count != 0, count


def _gpu_text(count: int) -> str:
    if count == ALL_GPUS:
        return tr("all")
    return str(count) if count else tr("none")
