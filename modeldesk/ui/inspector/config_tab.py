"""How a container of a version starts."""

import shlex

from PySide6.QtWidgets import QWidget

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.images import ImageConfig, ImageDetail
from modeldesk.core.words import tr
from modeldesk.ui.inspector.fact_list import Fact, FactList, secretive
from modeldesk.ui.inspector.page_scroll import PageScroll
from modeldesk.ui.inspector.secret_note import SecretNote


class ConfigTab(PageScroll):
    """What looks like a secret is hidden, and that it is in the image is said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Config"), parent)
        self.start = FactList(tr("Start"))
        self.environment = FactList(tr("Environment"))
        self.secret_note = SecretNote()
        self.body.addWidget(self.secret_note)
        self.body.addWidget(self.start)
        self.body.addWidget(self.environment)
        self.body.addStretch(1)

    def show_detail(self, detail: ImageDetail) -> None:
        """Show the configuration in `detail`."""
        start = _start(detail)
        environment = [_variable(line) for line in detail.config.environment]
        self.start.set_facts(start)
        self.environment.set_facts(environment)
        self.secret_note.tell_of(fact.value for fact in (*start, *environment))


def _start(detail: ImageDetail) -> list[Fact]:
    config = detail.config
    facts = [
        _command(tr("Entrypoint"), config.entrypoint),
        _command(tr("Command"), config.command),
        Fact(tr("Working directory"), config.working_directory or "/", mono=True),
        Fact(tr("User"), config.user or tr("root, because the image names no other")),
    ]
    if config.exposed_ports:
        facts.append(Fact(tr("Ports"), ", ".join(config.exposed_ports), mono=True))
    if config.volumes:
        facts.append(Fact(tr("Volumes"), ", ".join(config.volumes), mono=True))
    facts.append(_healthcheck(config))
    if config.stop_signal:
        facts.append(Fact(tr("Stop signal"), config.stop_signal, mono=True))
    platform = "/".join(filter(None, (detail.operating_system, detail.architecture)))
    return [*facts, Fact(tr("Platform"), platform or tr("not known"))]


def _command(name: str, words: tuple[str, ...]) -> Fact:
    if not words:
        return Fact(name, tr("none"))
    line = without_secrets(shlex.join(words))
    return Fact(name, line, mono=True, copied=line)


def _healthcheck(config: ImageConfig) -> Fact:
    kind, *words = config.healthcheck or ("NONE",)
    if kind == "NONE" or not words:
        return Fact(tr("Health check"), tr("none: health is judged by whether a port answers"))
    line = without_secrets(words[0] if kind == "CMD-SHELL" else shlex.join(words))
    return Fact(tr("Health check"), line, mono=True, copied=line)


def _variable(line: str) -> Fact:
    name, _, value = line.partition("=")
    return secretive(name, value, mono=True)
