"""What a person can do with what runs: one function per intent, each a task in Activity."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from modeldesk.core.changes import Changes
from modeldesk.core.containers import service as containers
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.errors import ModelDeskError, NothingRuns
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Deployment, DeploymentKey, VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.presentation import duration, short_digest
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask
from modeldesk.ui.widgets.key_value import KeyValue


class ReleaseActions(QObject):
    """Starts releases and container work and tells the window how they ended."""

    def __init__(self, context: Context, releases: ReleaseService, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._releases = releases

    def confirm_rollback(
        self, deployment: Deployment, target: VersionTarget, parent: QWidget
    ) -> ConfirmDialog:
        """Ask, with both digests in sight, then roll back."""
        current = deployment.current
        version = version_text(target.reference)
        return ask(
            Question(
                title=tr("Roll back {name} to {version}?", name=deployment.name, version=version),
                sentence=tr(
                    "{version} is started beside what runs. Once it is healthy it takes over; "
                    "if it fails, what runs now keeps running.",
                    version=version,
                ),
                action=tr("Roll back to {version}", version=version),
                facts=(
                    *(
                        (
                            KeyValue(
                                tr("Runs now"),
                                _pinned(current),
                                tooltip=current.digest,
                                mono=True,
                            ),
                        )
                        if current
                        else ()
                    ),
                    KeyValue(
                        tr("Goes back to"),
                        _pinned(target),
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

    def confirm_remove(
        self, deployment: Deployment, container: ContainerSummary | None, parent: QWidget
    ) -> ConfirmDialog:
        """Ask, then stop and forget the deployment."""
        name = deployment.name
        return ask(
            Question(
                title=tr("Remove the deployment {name}?", name=name),
                sentence=tr(
                    "Its container is stopped and removed, and callers get no answer any more. "
                    "The image and the release history stay."
                ),
                action=tr("Remove {name}", name=name),
                items=(container.name,) if container else (),
                command=f"docker rm -f {container.name}" if container else "",
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


def _pinned(target: VersionTarget) -> str:
    return f"{version_text(target.reference)}  {short_digest(target.digest)}"
