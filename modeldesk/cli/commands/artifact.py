"""``modeldesk artifact``: models in registries that are weights without an image."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.artifact_answers import (
    listed_answer,
    pulled_answer,
    pushed_answer,
    shown_answer,
)
from modeldesk.cli.given import add_metadata, read_metadata
from modeldesk.cli.moving import PartPrinter, named_in_registry
from modeldesk.cli.session import Session
from modeldesk.composition import now
from modeldesk.core.artifacts.pulling import PullRequest, pull
from modeldesk.core.artifacts.reading import fetch_artifact
from modeldesk.core.artifacts.registering import Registration, register
from modeldesk.core.errors import InvalidReference
from modeldesk.core.references import Reference
from modeldesk.core.text import printable
from modeldesk.core.versioning.names import Scheme
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    push_parser = _act(acts, "push", "send a model folder, or a file of weights, to a registry")
    push_parser.add_argument("path", metavar="DIR", type=Path, help="a folder, or one file")
    push_parser.add_argument(
        "reference", metavar="REF", help="registry/repository:version; without: the next version"
    )
    push_parser.add_argument(
        "--scheme",
        choices=[scheme.value for scheme in Scheme],
        help="how the next version is named; else as in the settings",
    )
    add_metadata(push_parser)
    pull_parser = _act(acts, "pull", "have the files of one in a folder")
    pull_parser.add_argument("reference", metavar="REF", help="registry/repository:tag or @digest")
    pull_parser.add_argument("path", metavar="DIR", type=Path, help="made where it is not there")
    pull_parser.add_argument(
        "--replace", action="store_true", help="replace other files of the same names"
    )
    show_parser = _act(acts, "show", "what one is, and the files in it; nothing is fetched")
    show_parser.add_argument("reference", metavar="REF", help="registry/repository:tag or @digest")
    list_parser = _act(acts, "list", "what a repository holds: artifacts and images")
    list_parser.add_argument("reference", metavar="HOST/REPO")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Send, fetch, show or list."""
    return _ACTS[arguments.act](arguments, session)


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=summary, description=summary.capitalize() + ".")
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document"
    )
    return parser


def _push(arguments: argparse.Namespace, session: Session) -> Answer:
    target = named_in_registry(arguments.reference)
    if target.digest:
        raise InvalidReference(
            tr("“{name}” says a digest, which nobody can choose.", name=target),
            tr("Write the version behind the repository, or nothing for the next one."),
        )
    parts = session.parts
    wanted = Registration(
        arguments.path,
        replace(target, tag=""),
        target.tag,
        Scheme(arguments.scheme or parts.settings.version_scheme),
        read_metadata(arguments),
    )
    done = register(parts.registries, wanted, parts.git_facts, now, PartPrinter(session).job)
    for path in done.left_out:
        session.job.log(tr("“{path}” is a link and was left out.", path=printable(path)))
    return pushed_answer(done.pushed)


def _pull(arguments: argparse.Namespace, session: Session) -> Answer:
    parts = session.parts
    wanted = PullRequest(
        named_in_registry(arguments.reference), arguments.path, replace=arguments.replace
    )
    done = pull(parts.registries, wanted, parts.locks, PartPrinter(session).job)
    return pulled_answer(done, str(arguments.path))


def _show(arguments: argparse.Namespace, session: Session) -> Answer:
    reference = named_in_registry(arguments.reference)
    wanted = reference.digest or reference.tag
    if not wanted:
        raise InvalidReference(
            tr("“{name}” says no tag.", name=reference),
            tr("See what there is with: modeldesk artifact list {name}", name=reference),
        )
    registry = session.parts.registries.at(reference.registry)
    _, artifact = fetch_artifact(registry, reference.repository, wanted, session.job.token)
    return shown_answer(replace(reference, digest=artifact.digest), artifact)


def _list(arguments: argparse.Namespace, session: Session) -> Answer:
    found = named_in_registry(arguments.reference)
    repository = Reference(found.registry, found.repository)
    versions = session.parts.catalogue.versions(repository, session.job.token)
    if not versions:
        # One that is not there is told from one without models.
        session.parts.registries.at(found.registry).tags(found.repository, session.job.token)
    return listed_answer(repository, versions)


_ACTS: dict[str, Callable[[argparse.Namespace, Session], Answer]] = {
    "push": _push,
    "pull": _pull,
    "show": _show,
    "list": _list,
}
