"""``modeldesk releases [NAME]``: what happened to deployments, newest first, or how the settings of
one changed."""

import argparse

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.session import Session
from modeldesk.core.canary.words import taken_back_text
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName
from modeldesk.core.releases.book import elsewhere_text, none_text
from modeldesk.core.releases.model import Release, ReleaseState, backend_name
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.revisions import Revision, revision_text, revisions_of
from modeldesk.core.text import printable
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "name", metavar="NAME", nargs="?", default="", help="one deployment; else all of the engine"
    )
    parser.add_argument(
        "--settings",
        action="store_true",
        help="the revisions of its settings, with what changed from each to the next",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """List the releases of a deployment, or of all that live on this engine."""
    if arguments.settings:
        return _revisions(arguments.name, session)
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


def _revisions(name: str, session: Session) -> Answer:
    if not name:
        raise InvalidInput(
            tr("Revisions of settings are those of one deployment."),
            tr("Name it: modeldesk releases NAME --settings"),
        )
    service = session.releases()
    deployment = service.deployment(session.here(), DeploymentName(name))
    found = revisions_of(
        service.settings(deployment.key), service.history(deployment.key), deployment.revision
    )
    lines: list[str] = []
    for one in found:
        release = one.release
        lines += [" · ".join(part for part in (
            revision_text(one),
            f"{release.started.astimezone():%Y-%m-%d %H:%M}" if release else "",
            printable(release.who) if release else "",
            version_text(release.target.reference) if release else "",
            release.why if release else "",
        ) if part)]  # fmt: skip
        lines += [f"  {change.said}" for change in one.changes]
    return Answer(
        [_revision_json(one) for one in found],
        tuple(lines) if lines else (tr("No revision of its settings was kept yet."),),
    )


def _revision_json(revision: Revision) -> Json:
    """`changes` are against the revision before; null stands for what was, or is, not there."""
    release = revision.release
    return {
        "revision": revision.number,
        "in_use": revision.current,
        "since": release.started.isoformat() if release else None,
        "release": release.id if release else None,
        "who": release.who if release else "",
        "why": release.why if release else "",
        "changes": [
            {"setting": one.setting, "before": one.before, "after": one.after}
            for one in revision.changes
        ],
    }


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
