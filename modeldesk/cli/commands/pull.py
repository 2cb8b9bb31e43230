"""``modeldesk pull REF``: have an image sent from a registry."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.moving import PartPrinter, counted
from modeldesk.cli.session import Session
from modeldesk.core.ids import short
from modeldesk.core.references import Reference
from modeldesk.core.transfers.pulling import pull


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument(
        "reference",
        metavar="REF",
        help="registry/repository:tag, @digest, or both: then it is that digest, under the tag",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Pull."""
    reference = Reference.parse(arguments.reference)
    outcome = pull(session.engine(), reference, PartPrinter(session).job)
    moved = (
        f" (the tag named {short(outcome.before)} here)" if outcome.before and outcome.moved else ""
    )
    return Answer(
        {
            "reference": str(outcome.reference),
            "image_id": outcome.image,
            "digest": outcome.reference.digest,
            "from": outcome.before or "",
            "moved_bytes": outcome.moved_bytes,
            "there_bytes": outcome.there_bytes,
        },
        (
            f"{outcome.reference}{moved}",
            counted(outcome.moved_bytes, outcome.there_bytes),
        ),
    )
