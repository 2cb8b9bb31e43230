"""How a version is to run, as a person fills it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.containers.arguments import parse_mount, parse_port
from modeldesk.core.containers.model import Mount, PortBinding
from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName
from modeldesk.core.library.images import ImageConfig
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.core.releases.names import check_deployment_name
from modeldesk.core.words import tr
from modeldesk.ui.run.rows_editor import RowField, RowsEditor
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.field import Field


@dataclass(frozen=True, slots=True)
class RunChoices:
    """What was filled in, checked. `deployment` is None for a single container."""

    ports: tuple[PortBinding, ...]
    environment: Mapping[str, str]
    mounts: tuple[Mount, ...]
    deployment: DeploymentName | None
    why: str

    def service_settings(self) -> tuple[ServiceSettings, dict[str, str]]:
        """Settings a deployment keeps, and the secret values it must not keep."""
        secrets = {n: v for n, v in self.environment.items() if looks_secret(n)}
        plain = {n: v for n, v in self.environment.items() if n not in secrets}
        return ServiceSettings(self.ports, plain, tuple(secrets), self.mounts), secrets


class RunForm(QWidget):
    """Ports, variables, mounts, and whether it is a service."""

    changed = Signal()

    def __init__(self, theme: Theme, deployment: DeploymentName, parent: QWidget) -> None:
        """`deployment` is the name proposed for a service."""
        super().__init__(parent)
        self.ports = RowsEditor(
            theme,
            tr("Ports"),
            (
                RowField(tr("port on this machine"), tr("any free port")),
                RowField(tr("port in the container"), "5000"),
            ),
            tr("add a port"),
        )
        self.variables = RowsEditor(
            theme,
            tr("Environment"),
            (RowField(tr("name"), tr("NAME")), RowField(tr("value"), tr("value"), 2)),
            tr("add a variable"),
        )
        self.mounts = RowsEditor(
            theme,
            tr("Volumes and folders"),
            (
                RowField(tr("source"), tr("/folder or volume name"), 2),
                RowField(tr("path in the container"), "/data", 2),
                RowField(tr("access"), tr("rw or ro")),
            ),
            tr("add a mount"),
        )
        self.service = QCheckBox(tr("As a service: with a name, a history, and one click back"))
        self.name = QLineEdit(deployment)
        self.name_field = Field(tr("Deployment"), self.name)
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("kept in the history"))
        self.why_field = Field(tr("Why"), self.why)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        for widget in (
            self.ports,
            self.variables,
            self.mounts,
            self.service,
            self.name_field,
            self.why_field,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.service.toggled.connect(self._show_service)
        self.variables.changed.connect(self._mask_secrets)
        for signal in (
            self.ports.changed,
            self.variables.changed,
            self.mounts.changed,
            self.service.toggled,
            self.name.textChanged,
        ):
            signal.connect(self.changed)
        self._show_service(False)

    def propose(self, config: ImageConfig) -> None:
        """Offer every port the image exposes, under the same number here."""
        if self.ports.values():
            return
        numbers = [port.partition("/")[0] for port in config.exposed_ports if "/udp" not in port]
        self.ports.set_values([(number, number) for number in numbers])

    def choices(self) -> RunChoices:
        """What was filled in. Raises `InvalidInput` for the first thing that can't be used."""
        deployment = None
        if self.service.isChecked():
            check_deployment_name(self.name.text().strip())
            deployment = DeploymentName(self.name.text().strip())
        ports = tuple(parse_port(f"{host}:{inside}") for host, inside in self.ports.values())
        taken = [p.host_port for p in ports if p.host_port]
        if len(set(taken)) < len(taken):
            raise InvalidInput(tr("A port on this machine is given twice."))
        environment: dict[str, str] = {}
        for name, value in self.variables.values():
            if not name or "=" in name:
                raise InvalidInput(tr("“{name}” can't be a variable's name.", name=name))
            environment[name] = value
        mounts = tuple(
            parse_mount(":".join(part for part in row if part), Path.home())
            for row in self.mounts.values()
        )
        return RunChoices(ports, environment, mounts, deployment, self.why.text().strip())

    def use_any_free_port(self, taken: int) -> None:
        """Let the engine choose in place of a port that is taken."""
        for host, _ in self.ports.lines():
            if host.text().strip() == str(taken):
                host.clear()

    def _show_service(self, service: bool) -> None:
        self.name_field.setVisible(service)
        self.why_field.setVisible(service)

    def _mask_secrets(self) -> None:
        for name, value in self.variables.lines():
            secret = looks_secret(name.text())
            value.setEchoMode(
                QLineEdit.EchoMode.PasswordEchoOnEdit if secret else QLineEdit.EchoMode.Normal
            )
