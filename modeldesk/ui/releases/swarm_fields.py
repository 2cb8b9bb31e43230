"""How a deployment is spread over a swarm, as a person fills it in."""

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidInput
from modeldesk.core.releases.model import SwarmSettings
from modeldesk.core.words import tr
from modeldesk.ui.releases.plan_input import span_input
from modeldesk.ui.releases.settings_input import read_span
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.field import Field

_LARGEST = 1000


class SwarmFields(QWidget):
    """Replicas, how they are replaced, and who publishes the ports."""

    def __init__(self, settings: SwarmSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before = settings
        self.replicas, self.at_once, self.watch = QLineEdit(), QLineEdit(), QLineEdit()
        self.host_ports = QCheckBox(
            tr("Ports only at machines that have a task, for kernels without IP_VS")
        )
        self.gateway = QCheckBox(
            tr("A gateway on this engine’s machine owns the ports, as canaries need one")
        )
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        for field in (
            Field(tr("Replicas"), self.replicas),
            Field(tr("Replaced at once"), self.at_once),
            Field(tr("New ones are watched for"), self.watch),
        ):
            row.addWidget(field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addLayout(row)
        column.addWidget(self.gateway)
        column.addWidget(self.host_ports)
        self.show_settings(settings)

    def show_settings(self, settings: SwarmSettings) -> None:
        """Fill them with these."""
        self._before = settings
        self.replicas.setText(str(settings.replicas))
        self.at_once.setText(str(settings.parallelism or tr("all")))
        self.watch.setText(span_input(settings.monitor_s))
        self.host_ports.setChecked(not settings.every_machine)
        self.gateway.setChecked(settings.gateway)

    def read(self) -> SwarmSettings:
        """What was filled in. Raises `InvalidInput`."""
        replicas = read_replicas(self.replicas.text())
        at_once = self.at_once.text().strip()
        watched = read_span(self.watch.text())
        return replace(
            self._before,
            replicas=replicas,
            every_machine=not self.host_ports.isChecked(),
            gateway=self.gateway.isChecked(),
            parallelism=0 if at_once == tr("all") else _count(at_once, 0),
            monitor_s=watched,
            # A lot that fails while it is watched costs no other.
            delay_s=watched if watched != self._before.monitor_s else self._before.delay_s,
        )


def read_replicas(text: str) -> int:
    """How many tasks are to run, at least one. Raises `InvalidInput`."""
    return _count(text.strip(), 1)


def _count(text: str, least: int) -> int:
    if text.isascii() and text.isdecimal() and least <= int(text[:9]) <= _LARGEST:
        return int(text)
    raise InvalidInput(
        tr("“{text}” is no number of tasks.", text=text),
        tr("Write a number from {least} to {largest}.", least=least, largest=_LARGEST),
    )
