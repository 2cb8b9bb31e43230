"""``modeldesk deployments``: every named service and what it runs; stop, start or remove one."""

import argparse

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.commands.rollback import release_answer
from modeldesk.cli.session import Session
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.containers.reach import service_url
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import ContainerId, DeploymentName, ImageId
from modeldesk.core.releases.book import elsewhere_text, none_text
from modeldesk.core.releases.model import Deployment, Target, VersionTarget
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.words import tr

_EPILOG = """\
modeldesk deployments                  what runs, where
modeldesk deployments stop NAME        stop it and its gateway; it stays, and its ports are free
modeldesk deployments start NAME       run it again as it was
modeldesk deployments remove NAME      what would go; --yes removes it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("words", metavar="WORD", nargs="*", help="one of the forms below")
    parser.add_argument("--yes", action="store_true", help="remove it, and do not only tell")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """List, stop, start or remove."""
    match arguments.words:
        case []:
            return _list(session)
        case ["stop", name]:
            return _stop(session, name)
        case ["start", name]:
            return _start(session, name)
        case ["remove", name]:
            return _remove(session, name, dry_run=not arguments.yes)
    raise InvalidInput(
        tr("That is none of the forms of “modeldesk deployments”."),
        tr("See them with: modeldesk deployments --help"),
    )


def _stop(session: Session, name: str) -> Answer:
    deployments = session.deployments()
    deployment = deployments.deployment(session.here(), DeploymentName(name))
    deployments.stop(session.engine(), deployment.key, session.job)
    said = tr("{name} is stopped. Run it again with: modeldesk deployments start {name}", name=name)
    return Answer({"deployment": name, "stopped": True}, (said,))


def _start(session: Session, name: str) -> Answer:
    deployments = session.deployments()
    deployment = deployments.deployment(session.here(), DeploymentName(name))
    outcome = deployments.start(session.engine(), deployment.key, session.job)
    return release_answer(outcome, session.engine().info.host)


def _remove(session: Session, name: str, *, dry_run: bool) -> Answer:
    deployments = session.deployments()
    deployment = deployments.deployment(session.here(), DeploymentName(name))
    lines: tuple[str, ...]
    if dry_run:
        runs = deployment.current.reference if deployment.current else tr("nothing")
        lines = (
            tr("{name} runs {version}. Its containers and its gateway would go; images stay.",
               name=name, version=runs),
            tr("Dry run: add --yes to remove."),
        )  # fmt: skip
    else:
        deployments.remove(session.engine(), deployment.key, session.job)
        lines = (tr("{name} is removed.", name=name),)
    return Answer({"deployment": name, "removed": not dry_run, "dry_run": dry_run}, lines)


def _list(session: Session) -> Answer:
    """The deployments on this engine with the state of their containers, and how many there are
    elsewhere."""
    releases, here, host = session.releases(), session.here(), session.engine().info.host
    containers = {c.id: c for c in session.engine().list_containers()}
    deployments = releases.deployments(here)
    rows = [
        (
            d.name,
            d.model,
            d.environment,
            d.current.reference if d.current else "",
            _state(containers, d),
            _url(containers, d, host),
        )
        for d in deployments
    ]
    header = ("DEPLOYMENT", "MODEL", "ENVIRONMENT", "RUNS", "STATE", "URL")
    elsewhere = elsewhere_text(releases.elsewhere(here))
    kept = {image.id for image in session.engine().list_images()}
    return Answer(
        [_deployment_json(releases, containers, kept, d, host) for d in deployments],
        (
            *(table(header, rows) if rows else [none_text()]),
            *(("", elsewhere) if elsewhere else ()),
        ),
    )


def _deployment_json(
    releases: ReleaseService,
    containers: dict[ContainerId, ContainerSummary],
    kept: set[ImageId],
    deployment: Deployment,
    host: str,
) -> Json:
    """`earlier` has every other version that ran and whose image is still there; `previous` is
    the one that ``rollback`` goes to by itself."""
    earlier = [v for v in releases.other_versions(deployment) if v.image in kept]
    previous = next(iter(releases.earlier_versions(deployment)), None)
    if previous not in earlier:
        previous = None
    return {
        "deployment": deployment.name,
        "model": deployment.model,
        "environment": deployment.environment,
        "reference": deployment.current.reference if deployment.current else "",
        "digest": deployment.current.digest if deployment.current else "",
        "container_id": deployment.container or "",
        "state": _state(containers, deployment),
        "url": _url(containers, deployment, host),
        "created": deployment.created.isoformat(),
        "settings": deployment.revision,
        "gateway": deployment.behind_gateway,
        "target": deployment.settings.target.value,
        "canary": _canary_json(deployment),
        "kept": [
            {
                **_version_json(one.version.target),
                "container_id": one.version.container,
                "state": _container_state(containers.get(one.version.container)),
                "left": one.left.isoformat(),
            }
            for one in deployment.kept
        ],
        "previous": _version_json(previous) if previous else None,
        "earlier": [_version_json(version) for version in earlier],
    }


def _version_json(version: VersionTarget) -> dict[str, Json]:
    return {"reference": version.reference, "digest": version.digest}


def _canary_json(deployment: Deployment) -> Json:
    """`share` in percent."""
    canary = deployment.canary
    if canary is None:
        return None
    share = canary.split.share / 100 if canary.split else 0
    return {
        **_version_json(canary.version.target),
        "container_id": canary.version.container,
        "share": share,
        "mirrored": canary.mirrored,
    }


def _container_state(container: ContainerSummary | None) -> str:
    return container.status.value if container else "container gone"


def _state(containers: dict[ContainerId, ContainerSummary], deployment: Deployment) -> str:
    if deployment.stopped:
        return "stopped"
    if deployment.settings.target is Target.SWARM:
        return "on the swarm"
    if deployment.container is None:
        return "not started"
    container = containers.get(deployment.container)
    if container is None:
        return "container gone"
    if container.running and container.health.value != "none":
        return f"{container.status.value}, {container.health.value}"
    return container.status.value


def _url(containers: dict[ContainerId, ContainerSummary], deployment: Deployment, host: str) -> str:
    if deployment.settings.target is Target.SWARM:
        return "" if deployment.stopped else service_url(deployment.settings.ports, host)
    container = containers.get(deployment.container) if deployment.container else None
    if container is None or not container.running:
        return ""
    behind = deployment.behind_gateway
    return service_url(deployment.settings.ports if behind else container.ports, host)
