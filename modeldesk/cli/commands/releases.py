"""``modeldesk releases [NAME]``: what happened to deployments, newest first."""

import argparse

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.session import Session
from modeldesk.core.canary.words import taken_back_text
from modeldesk.core.ids import DeploymentName
from modeldesk.core.releases.book import elsewhere_text, none_text
from modeldesk.core.releases.model import Release, ReleaseState, backend_name
from modeldesk.core.releases.names import version_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="one deployment; else all of the engine"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """List the releases of a deployment, or of all that live on this engine."""
    service, here = session.releases(), session.here()
    deployments = (
        (service.deployment(here, DeploymentName(arguments.name)),)
        if arguments.name
        else service.deployments(here)
    )
    releases = [release for one in deployments for release in service.history(one.key)]
    releases.sort(key=lambda release: release.id, reverse=True)
    rows = [
        (
            backend_name(release.id),
            f"{release.started.astimezone():%Y-%m-%d %H:%M}",
            release.deployment,
            release.kind.value,
            version_text(release.target.reference),
            release.state.value,
            release.who,
            " · ".join(part for part in (_ended(release), release.why) if part),
        )
        for release in releases
    ]
    header = ("RELEASE", "WHEN", "DEPLOYMENT", "WHAT", "VERSION", "ENDED", "WHO", "WHY")
    elsewhere = "" if arguments.name else elsewhere_text(service.elsewhere(here))
    return Answer(
        [_json(release) for release in releases],
        (
            *(table(header, rows) if rows else [none_text()]),
            *(("", elsewhere) if elsewhere else ()),
        ),
    )


def _ended(release: Release) -> str:
    if release.state is ReleaseState.ABORTED:
        return taken_back_text(release.ended_by, release.error)
    return release.error


def _json(release: Release) -> Json:
    """`from_digest` is what ran before; `settings` the number of their revision; `ended_by` is who
    took a canary back, empty where the program did."""
    before = release.previous
    return {
        "id": release.id,
        "deployment": release.deployment,
        "kind": release.kind.value,
        "state": release.state.value,
        "reference": release.target.reference,
        "digest": release.target.digest,
        "from_reference": before.reference if before else "",
        "from_digest": before.digest if before else "",
        "started": release.started.isoformat(),
        "finished": release.finished.isoformat() if release.finished else None,
        "who": release.who,
        "why": release.why,
        "error": release.error,
        "ended_by": release.ended_by if release.state is ReleaseState.ABORTED else None,
        "settings": release.revision,
    }
