"""What a person can do with what runs: one function per intent, each a task in Activity."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from modeldesk.core.changes import Changes
from modeldesk.core.containers import service as containers
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.deployments.ports import Deployments
from modeldesk.core.errors import ModelDeskError, NothingRuns
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    ServiceSettings,
    Target,
    VersionTarget,
)
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.revisions import Revision, revisions_of
from modeldesk.core.releases.tidy import warm_until
from modeldesk.core.swarm.service import SwarmReleases
from modeldesk.core.swarm.wanted import service_name
from modeldesk.core.words import tr, trn
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.presentation import duration
from modeldesk.ui.releases.words import button_version, pinned_text
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask
from modeldesk.ui.widgets.key_value import KeyValue


class ReleaseActions(QObject):
    """Starts releases and container work and tells the window how they ended."""

    def __init__(
        self,
        context: Context,
        releases: Deployments,
        swarms: Callable[[], SwarmReleases],
        parent: QObject,
    ) -> None:
        """`swarms` is asked off the UI thread, for what only deployments on swarms can do."""
        super().__init__(parent)
        self._context = context
        self._releases = releases
        self._swarms = swarms

    def read_revisions(
        self,
        deployment: Deployment,
        owner: QObject,
        on_result: Callable[[tuple[Revision, ...]], None],
    ) -> None:
        """Have `owner` told how the deployment's settings came to be what they are. Where that
        can't be read, it is told nothing: the settings can be changed all the same."""
        key = deployment.key
        Latest(self._context.tasks, owner).submit(
            lambda _: revisions_of(
                self._releases.settings(key), self._releases.history(key), deployment.revision
            ),
            title=tr("Read revisions of settings"),
            on_result=on_result,
            on_error=lambda _error: None,
        )

    def confirm_rollback(
        self, deployment: Deployment, target: VersionTarget, parent: QWidget
    ) -> ConfirmDialog:
        """Ask, with both digests in sight, then roll back."""
        current = deployment.current
        version = version_text(target.reference)
        return ask(
            Question(
                title=tr("Roll back {name} to {version}?", name=deployment.name, version=version),
                sentence=_way_back_text(deployment, target, datetime.now(UTC)),
                action=tr("Roll back to {version}", version=button_version(target)),
                facts=(
                    *(
                        (
                            KeyValue(
                                tr("Runs now"),
                                pinned_text(current),
                                tooltip=current.digest,
                                mono=True,
                            ),
                        )
                        if current
                        else ()
                    ),
                    KeyValue(
                        tr("Goes back to"),
                        pinned_text(target),
                        tooltip=target.digest,
                        mono=True,
                    ),
                ),
                command=f"modeldesk rollback {deployment.name} --to {version}",
                dangerous=True,
            ),
            parent,
            lambda: self.roll_back(deployment.key, target),
        )

    def roll_back(
        self, key: DeploymentKey, target: VersionTarget, why: str = ""
    ) -> TaskHandle[ReleaseOutcome]:
        """Roll back without asking."""
        version = version_text(target.reference)
        return self._release(
            key.name,
            tr("Roll back {name} to {version}", name=key.name, version=version),
            lambda engine, job: self._releases.rollback(engine, key, target, why, job),
        )

    def deploy(
        self,
        deployment: Deployment,
        target: VersionTarget,
        smoke: SmokeRequest | None,
        why: str,
    ) -> TaskHandle[ReleaseOutcome]:
        """Put another version in service, with the settings the deployment has but for what it is
        asked first."""
        version = version_text(target.reference)
        key, settings = deployment.key, replace(deployment.settings, smoke=smoke)
        return self._release(
            key.name,
            tr("Deploy {version} as {name}", version=version, name=key.name),
            lambda engine, job: self._releases.deploy(
                engine, key.name, deployment.model, target, settings, why, job
            ),
        )

    def change_settings(
        self,
        deployment: Deployment,
        settings: ServiceSettings,
        secrets: Mapping[str, str],
        why: str,
    ) -> TaskHandle[ReleaseOutcome] | None:
        """Run what runs with other settings; None while nothing was ever put in service."""
        key, target = deployment.key, deployment.current
        if target is None:
            return None
        return self._release(
            key.name,
            tr("Change the settings of {name}", name=key.name),
            lambda engine, job: self._releases.deploy(
                engine, key.name, deployment.model, target, settings, why, job, secrets
            ),
        )

    def under_way(self, key: DeploymentKey) -> tuple[TaskHandle[Any], ...]:
        """The releases of the deployment that this program makes now."""
        return tuple(
            task
            for task in self._context.tasks.active
            if task.link == ReleasesLink(key.name) and task.state is not TaskState.CANCELLING
        )

    def cancel(self, key: DeploymentKey) -> None:
        """Undo what is under way; what ran before goes on."""
        for task in self.under_way(key):
            task.cancel()

    def start(self, key: DeploymentKey) -> TaskHandle[ReleaseOutcome]:
        """Run the deployment's current version again."""
        return self._release(
            key.name,
            tr("Start {name}", name=key.name),
            lambda engine, job: self._releases.start(engine, key, job),
        )

    def stop(self, key: DeploymentKey) -> TaskHandle[Changes]:
        """Stop what serves."""
        return self._change(
            tr("Stop {name}", name=key.name),
            key.name,
            lambda engine, job: self._releases.stop(engine, key, job),
        )

    def scale(self, key: DeploymentKey, replicas: int) -> TaskHandle[Changes]:
        """Have that many tasks on the swarm."""

        def work(engine: ImageEngine, job: Job) -> Changes:
            self._swarms().scale(engine, key, replicas, job)
            return Changes(deployments=frozenset({key.name}))

        title = trn(
            "Scale {name} to {count} task",
            "Scale {name} to {count} tasks",
            replicas,
            name=key.name,
        )
        return self._change(title, key.name, work)

    def confirm_remove(
        self, deployment: Deployment, container: ContainerSummary | None, parent: QWidget
    ) -> ConfirmDialog:
        """Ask, then stop and forget the deployment."""
        name = deployment.name
        service, command = "", f"docker rm -f {container.name}" if container else ""
        if deployment.settings.target is Target.SWARM:
            service, command = service_name(name), f"modeldesk swarm remove {name}"
        held = service or (container.name if container else "")
        return ask(
            Question(
                title=tr("Remove the deployment {name}?", name=name),
                sentence=tr(
                    "Its service goes with all tasks and secrets, and callers get no answer any "
                    "more. The image and the release history stay."
                )
                if service
                else tr(
                    "Its container is stopped and removed, and callers get no answer any more. "
                    "The image and the release history stay."
                ),
                action=tr("Remove {name}", name=name),
                items=(held,) if held else (),
                command=command,
                dangerous=True,
            ),
            parent,
            lambda: self._change(
                tr("Remove {name}", name=name),
                name,
                lambda engine, job: self._releases.remove(engine, deployment.key, job),
            ),
        )

    def stop_container(self, container: ContainerSummary) -> TaskHandle[Changes]:
        """Stop a container that belongs to no deployment."""
        return self._change(
            tr("Stop {name}", name=container.name),
            container.id,
            lambda engine, job: containers.stop(engine, container.id, job),
        )

    def start_container(self, container: ContainerSummary) -> TaskHandle[Changes]:
        """Start a stopped container again."""

        def work(engine: ImageEngine, _: Job) -> Changes:
            engine.start_container(container.id)
            return Changes(containers=frozenset({container.id}))

        return self._change(tr("Start {name}", name=container.name), container.id, work)

    def confirm_remove_container(
        self, container: ContainerSummary, parent: QWidget
    ) -> ConfirmDialog:
        """Ask, then stop and remove a single container."""
        return ask(
            Question(
                title=tr("Remove the container {name}?", name=container.name),
                sentence=tr(
                    "It is stopped, and what it wrote outside its volumes is lost. The image stays."
                ),
                action=tr("Remove {name}", name=container.name),
                command=f"docker rm -f {container.name}",
                dangerous=True,
            ),
            parent,
            lambda: self._change(
                tr("Remove {name}", name=container.name),
                container.id,
                lambda engine, job: containers.remove(engine, container.id, job),
            ),
        )

    def _release(
        self, name: DeploymentName, title: str, work: Callable[[ImageEngine, Job], ReleaseOutcome]
    ) -> TaskHandle[ReleaseOutcome]:
        ended: list[ReleaseOutcome] = []

        def release(job: Job) -> ReleaseOutcome:
            outcome = work(self._context.require_engine(), job)
            ended.append(outcome)
            if outcome.problem is not None:
                # What ran before runs again; the work has failed all the same.
                raise outcome.problem
            return outcome

        def failed(error: ModelDeskError) -> None:
            if ended and ended[-1].problem is error:
                self._restored(ended[-1], error)
            else:
                recorded()
                again = isinstance(error, NothingRuns)
                self._context.say(
                    str(error),
                    Tone.BAD,
                    tr("Try again") if again else "",
                    self._context.hub.refresh_asked.emit if again else None,
                )

        def recorded() -> None:
            """However a release ends, its history has a line more."""
            self._context.hub.publish_changes(Changes(deployments=frozenset({name})))

        return self._context.tasks.submit(
            release,
            lane=serial(f"deployment {name}"),
            title=title,
            owner=self,
            on_result=self._released,
            on_error=failed,
            on_cancelled=recorded,
            retry=True,
            told=True,
            link=ReleasesLink(name),
        )

    def _released(self, outcome: ReleaseOutcome) -> None:
        self._context.hub.publish_changes(outcome.changes)
        name = outcome.deployment.name
        version = version_text(outcome.release.target.reference)
        self._context.say(
            tr(
                "{name} runs {version} ({time}).",
                name=name,
                version=version,
                time=duration(outcome.seconds),
            ),
            Tone.GOOD,
        )

    def _restored(self, outcome: ReleaseOutcome, error: ModelDeskError) -> None:
        self._context.hub.publish_changes(outcome.changes)
        self._context.say(
            tr(
                "{version} failed, so {name} runs what it ran before: {reason}",
                version=version_text(outcome.release.target.reference),
                name=outcome.deployment.name,
                reason=error.message,
            ),
            Tone.BAD,
        )

    def _change(
        self, title: str, key: str, work: Callable[[ImageEngine, Job], Changes]
    ) -> TaskHandle[Changes]:
        return self._context.tasks.submit(
            lambda job: work(self._context.require_engine(), job),
            lane=serial(f"deployment {key}"),
            title=title,
            owner=self,
            on_result=self._context.hub.publish_changes,
            link=ReleasesLink(),
        )


def _way_back_text(deployment: Deployment, target: VersionTarget, now: datetime) -> str:
    """What going back takes: nothing where the version's container still runs."""
    version = version_text(target.reference)
    if deployment.settings.target is Target.SWARM:
        return tr(
            "The swarm replaces the tasks by those of {version}, some at a time. If these fail, it "
            "goes back to what runs now.",
            version=version,
        )
    kept = [one for one in deployment.kept if one.version.target.image == target.image]
    if any(now < warm_until(one, deployment) for one in kept):
        return tr(
            "{version} still runs: it gets all requests at once, and no request is dropped.",
            version=version,
        )
    if kept:
        return tr(
            "The container of {version} was kept: it is started beside what runs, and gets all "
            "requests once it is healthy. If it fails, what runs now keeps running.",
            version=version,
        )
    return tr(
        "{version} is started beside what runs. Once it is healthy it takes over; "
        "if it fails, what runs now keeps running.",
        version=version,
    )
