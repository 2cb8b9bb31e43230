"""``modeldesk copy FROM TO``: copy an image between registries, without an engine."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.moving import PartPrinter, counted, named_in_registry
from modeldesk.cli.session import Session
from modeldesk.core.ids import short
from modeldesk.core.registry.copying import CopyRequest
from modeldesk.core.transfers.copying import copy_version


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("source", metavar="FROM", help="registry/repository:tag or @digest")
    parser.add_argument(
        "target",
        metavar="TO",
        help="registry/repository, with a tag or without (the same tag then)",
    )
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="OS/ARCH",
        help="only this one of an image for several; may be given again",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Copy with all that is attached; what is there already does not move."""
    request = CopyRequest(
        named_in_registry(arguments.source),
        named_in_registry(arguments.target),
        tuple(arguments.platform),
    )
    done = copy_version(session.parts.registries, request, PartPrinter(session).job)
    moved = bool(done.before) and done.before != done.target.digest
    said = f" (the tag named {short(done.before)})" if moved else ""
    return Answer(
        {
            "source": str(request.source),
            "target": str(done.target),
            "digest": done.target.digest,
            "from": done.before,
            "manifests": done.manifests,
            "moved_bytes": done.moved_bytes,
            "there_bytes": done.there_bytes,
        },
        (f"{done.target}{said}", counted(done.moved_bytes, done.there_bytes)),
    )
