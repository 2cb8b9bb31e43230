"""What is said of a release that failed, or that can't be made."""

from collections.abc import Collection

from modeldesk.core.containers.model import ContainerDetail
from modeldesk.core.errors import (
    ContainerFailed,
    EngineError,
    GatewayError,
    ModelDeskError,
    NothingRuns,
    ReleaseError,
)
from modeldesk.core.ids import DeploymentName
from modeldesk.core.releases.model import Deployment, Release, VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_LONGEST_LINE = 300
_HIDDEN = "•••"


def kept(problem: ModelDeskError, secrets: Collection[str] = ()) -> str:
    """What the history keeps of it: not the way out, which is for the moment, but the last line
    that its health check gave and the last of its output, which tell more than how a container
    ended. Where a container printed one of `secrets`, something else stands there."""
    checked = _last_line(problem.checked, secrets) if isinstance(problem, ContainerFailed) else ""
    printed = _last_line(problem.detail, secrets)
    said = problem.message
    if checked:
        said = tr("{problem} Its health check said: {line}", problem=said, line=checked)
    if printed and printed != checked:
        said = tr("{problem} Its last line: {line}", problem=said, line=printed)
    return said


def last_check(detail: ContainerDetail, secret_names: Collection[str]) -> str:
    """The last line that a container's own health check said; the values of its secrets are not
    among it."""
    secrets = [detail.environment.get(name, "") for name in secret_names]
    return _last_line(detail.checked, secrets)


def _last_line(text: str, secrets: Collection[str]) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return printable(_without(lines[-1], secrets))[:_LONGEST_LINE] if lines else ""


def _without(line: str, secrets: Collection[str]) -> str:
    """Longer ones first: one may be a part of another. Of a value of several lines, a container
    prints one at a time."""
    parts = {part.strip() for value in secrets for part in value.splitlines()}
    for part in sorted(parts - {""}, key=len, reverse=True):
        line = line.replace(part, _HIDDEN)
    return line


def no_way_back(deployment: Deployment, others: tuple[VersionTarget, ...]) -> ReleaseError:
    """Why there is nothing that a rollback goes to by itself."""
    name, current = deployment.name, deployment.current
    if not others or current is None:
        return ReleaseError(
            tr("“{name}” has run no version but the one that runs.", name=name),
            tr("Any other image can be named with --to."),
        )
    return ReleaseError(
        tr(
            "“{name}” runs {version}, the earliest of its versions.",
            name=name,
            version=current.reference,
        ),
        tr(
            "Name the one to go to with --to: {versions}.",
            versions=", ".join(version_text(one.reference) for one in others),
        ),
    )


def runs_already(name: DeploymentName, target: VersionTarget) -> ReleaseError:
    """Why a release of what serves already makes no sense."""
    version = version_text(target.reference)
    return ReleaseError(tr("“{name}” already runs {version}.", name=name, version=version))


def not_well(release: Release, problem: ModelDeskError, after: ContainerFailed) -> ReleaseError:
    """The target failed, and what ran before was started again, but is not well either."""
    return ReleaseError(
        tr(
            "{problem} What ran before was started again, but is not well: {after}",
            problem=problem.message,
            after=after.message,
        ),
        tr("Look at its output; “{name}” may answer nobody.", name=release.deployment),
        after.detail or problem.detail,
    )


def nothing_runs(
    release: Release, problem: ModelDeskError, stuck: EngineError | GatewayError
) -> NothingRuns:
    """The target failed, and what ran before could not be started again."""
    name = release.deployment
    before = version_text(release.previous.reference) if release.previous else ""
    hint = tr(
        "{version} is started again as soon as that can be done, unless you start or stop “{name}” "
        "yourself.",
        version=before,
        name=name,
    )
    why = "" if stuck.message == problem.message else f"{stuck.message} "
    message = tr("“{name}” runs nothing now: {problem}", name=name, problem=problem.message)
    return NothingRuns(message, f"{why}{hint}", problem.detail)


def canary_stands(deployment: Deployment) -> ReleaseError:
    """Nothing else can be put in service beside it."""
    return ReleaseError(
        tr("A canary of “{name}” is under way.", name=deployment.name),
        tr("Promote it or take it back first."),
    )
