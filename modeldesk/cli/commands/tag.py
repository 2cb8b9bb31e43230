"""``modeldesk tag REF NEWTAG``: a tag given or moved in a registry."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.moving import named_in_registry
from modeldesk.cli.session import Session
from modeldesk.cli.values import digest_or_none
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import short
from modeldesk.core.registry.tagging import retag
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("reference", metavar="REF", help="registry/repository:tag or @digest")
    parser.add_argument("tag", metavar="NEWTAG", help="a tag in the same repository")
    parser.add_argument(
        "--expect",
        metavar="DIGEST",
        type=digest_or_none,
        help="refuse unless NEWTAG names this digest now; “none”: unless it names nothing",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """The same manifest under another tag: no layer travels."""
    reference = named_in_registry(arguments.reference)
    wanted = reference.digest or reference.tag
    if not wanted:
        raise InvalidReference(
            tr("“{name}” says no tag.", name=reference),
            tr("Write the tag or the digest of what is to be tagged."),
        )
    done = retag(
        session.parts.registries.at(reference.registry),
        reference.repository,
        wanted,
        arguments.tag,
        session.job.token,
        arguments.expect,
    )
    name = f"{reference.name}:{done.tag}"
    said = f" (it named {short(done.before)})" if done.moved else ""
    return Answer(
        {
            "repository": reference.name,
            "tag": done.tag,
            "digest": done.digest,
            "from": done.before,
        },
        (f"{name}  {done.digest}{said}",),
    )
