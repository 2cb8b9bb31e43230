"""Runs versions and puts them in service: work that outlives the dialog that asked for it, so
that it can be asked for again from Activity."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.containers.reach import out_of_reach, service_url
from modeldesk.core.containers.service import RunOutcome, RunRequest, run
from modeldesk.core.deployments.ports import Deployments
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import AnswerProbe
from modeldesk.core.releases.model import ServiceSettings, VersionTarget
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.opening import open_url
from modeldesk.ui.presentation import duration
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import Lane, serial
from modeldesk.ui.theme.tokens import Tone


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """A version to put in service. `secrets` are values that are never stored."""

    name: DeploymentName
    model: ModelName
    target: VersionTarget
    settings: ServiceSettings
    why: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)


class Starter(QObject):
    """Starts what it is asked to, and says in the window how that went well. How it failed is
    for the one who asked to say; Activity has it too, and offers to try again."""

    def __init__(
        self, context: Context, releases: Deployments, probe: AnswerProbe, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._releases = releases
        self._probe = probe

    def run(self, request: RunRequest) -> TaskHandle[RunOutcome]:
        """Start a single container."""
        return self._context.tasks.submit(
            lambda job: run(self._context.require_engine(), self._probe, request, job),
            lane=Lane.TRANSFER,
            title=tr("Run {version}", version=request.reference),
            owner=self,
            on_result=self._container_runs,
            on_error=lambda _: None,
            retry=True,
            told=True,
            link=ReleasesLink(),
        )

    def deploy(self, request: DeployRequest) -> TaskHandle[ReleaseOutcome]:
        """Put a version in service. However that ends, the deployment's history has a line
        more."""
        name, version = request.name, request.target.reference
        recorded = Changes(deployments=frozenset({name}))
        ended: list[ReleaseOutcome] = []

        def work(job: Job) -> ReleaseOutcome:
            outcome = self._releases.deploy(
                self._context.require_engine(),
                name,
                request.model,
                request.target,
                request.settings,
                request.why,
                job,
                request.secrets,
            )
            ended.append(outcome)
            if outcome.problem is not None:
                # What ran before runs again; the work has failed all the same.
                raise outcome.problem
            return outcome

        def failed(_: ModelDeskError) -> None:
            self._context.hub.publish_changes(ended.pop().changes if ended else recorded)

        return self._context.tasks.submit(
            work,
            lane=serial(f"deployment {name}"),
            title=tr("Deploy {version} as {name}", version=version, name=name),
            owner=self,
            on_result=self._service_runs,
            on_error=failed,
            on_cancelled=lambda: self._context.hub.publish_changes(recorded),
            retry=True,
            told=True,
            link=ReleasesLink(name),
        )

    def _container_runs(self, outcome: RunOutcome) -> None:
        self._context.hub.publish_changes(outcome.changes)
        self._say_running(outcome.name, outcome.ports, outcome.seconds)

    def _service_runs(self, outcome: ReleaseOutcome) -> None:
        self._context.hub.publish_changes(outcome.changes)
        deployment = outcome.deployment
        self._say_running(deployment.name, deployment.settings.ports, outcome.seconds)

    def _say_running(self, name: str, ports: tuple[PortBinding, ...], seconds: float) -> None:
        host = self._context.engine_host
        url = service_url(ports, host)
        said = tr("{name} is healthy after {time}.", name=name, time=duration(seconds))
        self._context.say(
            " ".join(filter(None, (said, out_of_reach(ports, host)))),
            Tone.GOOD,
            tr("Open {url}", url=url) if url else "",
            (lambda: open_url(self._context, url)) if url else None,
        )
