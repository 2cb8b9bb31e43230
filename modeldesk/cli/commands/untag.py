"""``modeldesk untag REF``: one tag taken away in a registry."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.moving import named_in_registry
from modeldesk.cli.session import Session
from modeldesk.cli.values import digest
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import short
from modeldesk.core.registry.tagging import Tagged, is_without_tag, untag
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("reference", metavar="REF", help="registry/repository:tag")
    parser.add_argument(
        "--expect",
        metavar="DIGEST",
        type=digest,
        help="refuse unless the tag names this digest now",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Other tags of the image stay, and so does the image."""
    reference = named_in_registry(arguments.reference)
    if not reference.tag or reference.digest:
        raise InvalidReference(
            tr("“{name}” is no tag.", name=reference),
            tr("Write registry/repository:tag. An image goes with all its tags by "
               "“modeldesk delete”."),
        )  # fmt: skip
    registry, token = session.parts.registries.at(reference.registry), session.job.token
    done = untag(registry, reference.repository, reference.tag, token, arguments.expect)
    lines = [f"{reference} is gone{_named(done)}."]
    if done.before and is_without_tag(registry, reference.repository, done.before, token):
        lines.append(
            "No tag names it now: it goes when the registry collects its garbage, and what is "
            f"attached to it stays. Both go with: modeldesk delete {reference.name}@{done.before}"
        )
    return Answer(
        {
            "repository": reference.name,
            "tag": done.tag,
            "digest": "",
            "from": done.before,
        },
        tuple(lines),
    )


def _named(done: Tagged) -> str:
    # An earlier try may have been killed in between.
    return f"; it named {short(done.before)}, which stays" if done.before else ""
