"""How a version is to run, as a person fills it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.containers.arguments import (
    check_variable,
    container_text,
    host_text,
    parse_port,
)
from modeldesk.core.containers.model import Mount, PortBinding
from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.images import ImageConfig
from modeldesk.core.releases.model import (
    Deployment,
    ServiceSettings,
    SwarmSettings,
    VersionTarget,
)
from modeldesk.core.releases.names import check_deployment_name, proposed_name
from modeldesk.core.words import tr
from modeldesk.ui.releases.mount_rows import mount_editor, mount_rows, read_mounts
from modeldesk.ui.releases.swarm_fields import SwarmFields
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.rows_editor import RowField, RowsEditor


@dataclass(frozen=True, slots=True)
class RunChoices:
    """What was filled in, checked. `deployment` is None for a single container."""

    ports: tuple[PortBinding, ...]
    environment: Mapping[str, str]
    mounts: tuple[Mount, ...]
    deployment: DeploymentName | None
    why: str
    replaces: ServiceSettings
    """What the deployment has so far; the defaults for a new one."""
    swarm: SwarmSettings | None = None
    """Of a service of the swarm."""

    def service_settings(self) -> tuple[ServiceSettings, dict[str, str]]:
        """Settings a deployment keeps, and the secret values it must not keep. A secret it has
        already and that was left empty is not among the values: it stays what it is."""
        kept = self.replaces.secret_names
        names = tuple(n for n, v in self.environment.items() if n in kept or looks_secret(n, v))
        plain = {n: v for n, v in self.environment.items() if n not in names}
        secrets = {
            name: self.environment[name]
            for name in names
            if self.environment[name] or name not in kept
        }
        chosen = replace(
            self.replaces,
            ports=self.ports,
            environment=plain,
            secret_names=names,
            mounts=self.mounts,
            swarm=self.swarm,
        )
        return chosen, secrets


@dataclass(frozen=True, slots=True)
class _Offer:
    """What stands in the lines until a person changes it."""

    ports: Sequence[tuple[str, ...]] = ()
    variables: Sequence[tuple[str, ...]] = ()
    mounts: Sequence[tuple[str, ...]] = ()


def _offer_of(settings: ServiceSettings) -> _Offer:
    return _Offer(
        [(host_text(port), container_text(port)) for port in settings.ports],
        [*settings.environment.items(), *((name, "") for name in settings.secret_names)],
        mount_rows(settings.mounts),
    )


def _in_service(version: VersionTarget | None) -> str:
    if version is None:
        return tr("There already; this version runs with the settings above.")
    return tr(
        "In service with {version}. This version takes its place, with the settings above.",
        version=version.reference,
    )


class RunForm(QWidget):
    """Ports, variables, mounts, and whether it is a service."""

    changed = Signal()

    def __init__(self, theme: Theme, model: ModelName, host: str, parent: QWidget) -> None:
        """`host` is the machine the engine is on; empty for this one."""
        super().__init__(parent)
        self._model = model
        self._deployments: dict[str, Deployment] = {}
        self._image_offer = _Offer()
        self._offered = _Offer()
        self._swarm_of: Deployment | None = None
        """Whose settings stand in the fields for a swarm."""
        self.ports = RowsEditor(
            theme,
            tr("Ports"),
            (
                RowField(
                    tr("port on {host}", host=host) if host else tr("port on this machine"),
                    tr("any free port"),
                ),
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
        self.mounts = mount_editor(theme)
        self.service = QCheckBox(tr("As a service: with a name, a history, and a way back"))
        self.name = QLineEdit(proposed_name(model))
        self.name_field = Field(tr("Deployment"), self.name)
        self.on_swarm = QCheckBox(tr("On the swarm that this engine manages"))
        self.swarm = SwarmFields(SwarmSettings())
        self._manages_swarm = False
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
            self.on_swarm,
            self.swarm,
            self.why_field,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.service.toggled.connect(self._show_service)
        self.name.textChanged.connect(self._offer)
        self.on_swarm.toggled.connect(self.swarm.setVisible)
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

    def propose(
        self,
        config: ImageConfig,
        deployments: Sequence[Deployment] = (),
        *,
        manages_swarm: bool = False,
    ) -> None:
        """Offer every port the image exposes, under the same number here; and for a service that
        is there already, the settings it has. What a person filled in stays. `manages_swarm` is
        whether the engine has a swarm for services."""
        self._manages_swarm = manages_swarm
        self._deployments = {one.name: one for one in deployments}
        numbers = [port.partition("/")[0] for port in config.exposed_ports if "/udp" not in port]
        self._image_offer = _Offer([(number, number) for number in numbers])
        proposed = proposed_name(self._model)
        names = [one.name for one in deployments if one.model == self._model]
        if names and proposed not in names and self.name.text() == proposed:
            self.name.setText(names[0])
        self._offer()

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
            check_variable(name)
            environment[name] = value
        mounts = read_mounts(self.mounts.values())
        known = self._replaced()
        settings = known.settings if known else ServiceSettings()
        swarm = self.swarm.read() if deployment and self.on_swarm.isChecked() else None
        why = self.why.text().strip()
        return RunChoices(ports, environment, mounts, deployment, why, settings, swarm)

    def use_any_free_port(self, taken: int) -> None:
        """Let the engine choose in place of a port that is taken."""
        for host, _ in self.ports.lines():
            if host.text().strip() == str(taken):
                host.clear()

    def _show_service(self, service: bool) -> None:
        self.name_field.setVisible(service)
        self.why_field.setVisible(service)
        self._offer()

    def _replaced(self) -> Deployment | None:
        """The deployment that would get this version, where there is one already."""
        if not self.service.isChecked():
            return None
        return self._deployments.get(self.name.text().strip())

    def _offer(self) -> None:
        """Put what fits the choice so far into every list that nobody has changed."""
        known = self._replaced()
        offer = _offer_of(known.settings) if known else self._image_offer
        for editor, before, now in (
            (self.ports, self._offered.ports, offer.ports),
            (self.variables, self._offered.variables, offer.variables),
            (self.mounts, self._offered.mounts, offer.mounts),
        ):
            if editor.values() == list(before) != list(now):
                editor.set_values(now)
        self._offered = offer
        self._mask_secrets()
        self.name_field.set_note(_in_service(known.current) if known else "")
        self._offer_swarm(known)

    def _offer_swarm(self, known: Deployment | None) -> None:
        """A deployment stays what it was made as."""
        service = self.service.isChecked()
        if known is not None and known is not self._swarm_of:
            self.on_swarm.setChecked(known.settings.swarm is not None)
            self.swarm.show_settings(known.settings.swarm or SwarmSettings())
        self._swarm_of = known
        self.on_swarm.setEnabled(known is None)
        can = self._manages_swarm or (known is not None and known.settings.swarm is not None)
        self.on_swarm.setVisible(service and can)
        self.swarm.setVisible(service and can and self.on_swarm.isChecked())

    def _mask_secrets(self) -> None:
        known = self._replaced()
        kept = known.settings.secret_names if known else ()
        for name, value in self.variables.lines():
            is_kept = name.text().strip() in kept
            secret = is_kept or looks_secret(name.text(), value.text())
            value.setPlaceholderText(tr("as it is now") if is_kept else tr("value"))
            value.setEchoMode(
                QLineEdit.EchoMode.PasswordEchoOnEdit if secret else QLineEdit.EchoMode.Normal
            )
