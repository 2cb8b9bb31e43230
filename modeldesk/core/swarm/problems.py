"""What is said of a release on a swarm that failed, or that can't be made."""

from modeldesk.core.errors import ContainerFailed, ModelDeskError, ReleaseError
from modeldesk.core.ids import DeploymentName
from modeldesk.core.releases.model import Release
from modeldesk.core.releases.names import version_text
from modeldesk.core.swarm.following import Ending, Followed, log_of
from modeldesk.core.swarm.model import Node, SwarmTask, TaskState
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.rolling import Rolling, failure_text, said
from modeldesk.core.words import tr, trn


def why_failed(
    swarm: SwarmEngine, release: Release, image: str, followed: Followed
) -> ContainerFailed:
    """By the failed task's own error, with what it printed; else by what kept tasks waiting."""
    version = version_text(release.target.reference)
    rolling = followed.rolling
    failed = _failed_task(rolling, image)
    if failed is not None:
        return ContainerFailed(
            tr(
                "{version} failed: {why}",
                version=version,
                why=failure_text(failed, rolling),
            ),
            _hint(failed),
            log_of(swarm, failed) or failed.error,
        )
    waiting = [task.error for task in rolling.current if task.error]
    if waiting:
        return ContainerFailed(
            tr(
                "No machine can have a task of {version}: {why}",
                version=version,
                why=said(waiting[0]),
            ),
            tr("Look at the machines with: modeldesk swarm status"),
            "\n".join(waiting),
        )
    message = rolling.service.update_message
    if followed.ending is Ending.STOPPED and message:
        return ContainerFailed(
            tr("{version} failed: {why}", version=version, why=said(message)), "", message
        )
    return ContainerFailed(
        tr(
            "{version} did not become ready: {ready} of {wanted} tasks are.",
            version=version,
            ready=rolling.updated,
            wanted=rolling.wanted,
        ),
        tr("Give it more time in the settings, or look at what its tasks print."),
    )


def _failed_task(rolling: Rolling, image: str) -> SwarmTask | None:
    found = [task for task in rolling.tasks if task.state.failed and task.image == image]
    return max(found, key=lambda task: task.since.timestamp() if task.since else 0.0, default=None)


def _hint(task: SwarmTask) -> str:
    if task.state is TaskState.REJECTED:
        return tr("Check that every machine can reach the registry, and that it has the image.")
    return tr("Look at what it printed last.")


def only_here(version: str, others: tuple[Node, ...]) -> ReleaseError:
    """The image is on one machine alone, and tasks may go to others."""
    return ReleaseError(
        trn(
            "{version} is on this machine alone: {names}, which takes tasks too, can’t get it.",
            "{version} is on this machine alone: {names}, which take tasks too, can’t get it.",
            len(others),
            version=version,
            names=", ".join(node.name for node in others),
        ),
        tr("Push it to a registry that all of them reach, then deploy it again."),
    )


def service_gone(name: DeploymentName) -> ReleaseError:
    """Its service was removed by hand."""
    return ReleaseError(
        tr("The service of “{name}” is not in the swarm any more.", name=name),
        tr("Deploy it again to have one made."),
    )


def canary_service_gone(name: DeploymentName) -> ReleaseError:
    """It was removed by hand, or its canary has ended."""
    return ReleaseError(
        tr("The canary of “{name}” is not in the swarm any more.", name=name),
        tr("It was promoted or taken back, or its service was removed by hand."),
    )


def strange_service(name: DeploymentName, service: str) -> ReleaseError:
    """The swarm has a service that these records know nothing of."""
    return ReleaseError(
        tr(
            "The swarm has a service “{service}” that these records do not know.",
            service=service,
        ),
        tr("Choose another name than “{name}”; or remove it, if nobody needs it.", name=name),
    )


def not_back(release: Release, problem: ModelDeskError, rolling: Rolling) -> ReleaseError:
    """The target failed, and the engine did not get back to what ran before."""
    return ReleaseError(
        tr(
            "{problem} The engine could not go back either: {ready} of {wanted} tasks are ready.",
            problem=problem.message,
            ready=rolling.ready,
            wanted=rolling.wanted,
        ),
        tr("See why with: modeldesk swarm status {name}", name=release.deployment),
        problem.detail,
    )
