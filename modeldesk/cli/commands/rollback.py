"""``modeldesk rollback NAME``: go back to an earlier version."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.core.containers.reach import service_url
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import DeploymentName
from modeldesk.core.library.find import find_version
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import Deployment, VersionTarget
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.targets import target_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("name", metavar="NAME", help="the deployment")
    parser.add_argument(
        "--to",
        metavar="V",
        help="a version tag, reference or digest; else the one before",
    )
    parser.add_argument("--why", default="", help="kept in the history")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Roll back; when the target fails, what ran runs again and the exit code says so."""
    releases = session.deployments()
    # Before anything else: a name that is not there must not cost a listing of images.
    deployment = releases.deployment(session.here(), DeploymentName(arguments.name))
    target = _target(session, deployment, arguments.to) if arguments.to is not None else None
    outcome = releases.rollback(
        session.engine(), deployment.key, target, arguments.why, session.job
    )
    return release_answer(outcome, session.engine().info.host)


def release_answer(outcome: ReleaseOutcome, host: str) -> Answer:
    """How a release on the engine of `host` ended, with exit code RESTORED when the target
    failed."""
    name, reference = outcome.deployment.name, outcome.release.target.reference
    url = service_url(outcome.deployment.settings.ports, host)
    problem = _named(outcome.problem, name, reference) if outcome.problem else None
    if problem is not None:
        runs = outcome.deployment.current.reference if outcome.deployment.current else ""
        line = f"{runs} runs again."
    else:
        line = f"{name} runs {reference} ({outcome.seconds:.1f} s){f' at {url}' if url else ''}"
    return Answer(
        {
            "deployment": name,
            "from_digest": outcome.from_digest,
            "to_digest": outcome.to_digest,
            "seconds": round(outcome.seconds, 3),
            "restored": outcome.restored,
            "problem": problem.message if problem else "",
            "output": problem.detail if problem else "",
            "url": url,
        },
        (line,),
        ExitCode.RESTORED if outcome.restored else ExitCode.DONE,
        problem,
    )


def _named(problem: ModelDeskError, name: str, reference: str) -> ModelDeskError:
    """The problem, saying first what could not be done."""
    sentence = f"{name} could not run {reference}: {problem.message}"
    return ModelDeskError(sentence, problem.hint, problem.detail)


def _target(session: Session, deployment: Deployment, text: str) -> VersionTarget:
    """Among the versions that ran, else any image of the engine."""
    for version in session.parts.releases.other_versions(deployment):
        tag = Reference.parse(version.reference).tag
        if text in (version.reference, tag, version.digest, version.image):
            return version
    snapshot = session.snapshot()
    for entry in snapshot.models:
        for candidate in entry.versions:
            if entry.name == deployment.model and candidate.name == text:
                return target_of(candidate)
    return target_of(find_version(snapshot, text))
