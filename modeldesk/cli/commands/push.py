"""``modeldesk push IMAGE [TO …]``: send a version to a registry."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.moving import PartPrinter, counted
from modeldesk.cli.session import Session
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import short
from modeldesk.core.library.find import find_version
from modeldesk.core.library.model import Version
from modeldesk.core.references import Reference
from modeldesk.core.transfers.pushing import Pushed, push, push_target, pushable
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "image", metavar="IMAGE", help="repository:tag, model:version, digest or image id"
    )
    parser.add_argument(
        "to",
        metavar="TO",
        nargs="*",
        help="a repository with its registry, with a tag or without (the version's own then); "
        "left out, the name in a registry that the image has",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Push, under every name that was asked for."""
    version = find_version(session.snapshot(), arguments.image)
    targets = _targets(version, arguments.image, arguments.to)
    outcome = push(
        session.engine(),
        session.parts.registries,
        version.key.image,
        targets,
        PartPrinter(session).job,
    )
    names = [one.reference for one in outcome.pushed]
    for problem in session.parts.metadata.attach_to(outcome.image, names, session.job.token):
        session.job.log(str(problem))
    return Answer(
        {
            "image_id": outcome.image,
            "pushed": [
                {
                    "reference": str(_named(one)),
                    "digest": one.reference.digest,
                    "from": one.before,
                }
                for one in outcome.pushed
            ],
            "moved_bytes": outcome.moved_bytes,
            "there_bytes": outcome.there_bytes,
        },
        (
            *(_line(one) for one in outcome.pushed),
            counted(outcome.moved_bytes, outcome.there_bytes),
        ),
    )


def _targets(version: Version, text: str, to: list[str]) -> tuple[Reference, ...]:
    if to:
        found = (push_target(one, version.references) for one in to)
        return tuple(dict.fromkeys(found))
    own = pushable(version.references)
    meant = [one for one in own if text == str(one)] or [
        one for one in own if one.tag == version.name
    ]
    if len(meant) == 1:
        return (meant[0],)
    raise InvalidReference(
        tr("{version} has no name in a registry.", version=text)
        if not own
        else tr("{version} has several names in registries.", version=text),
        tr("Say where to, such as: modeldesk push {version} registry.lan:5000/team/rec",
           version=text),
    )  # fmt: skip


def _line(one: Pushed) -> str:
    moved = f" (it named {short(one.before)})" if one.moved else ""
    return f"{_named(one)}  {one.reference.digest}{moved}"


def _named(one: Pushed) -> Reference:
    return one.reference.with_tag(one.reference.tag)
