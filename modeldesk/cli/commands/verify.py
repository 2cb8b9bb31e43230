"""``modeldesk verify MODEL:VERSION``: make a version again from its commit, and compare both."""

import argparse

from modeldesk.cli.answer import Answer
from modeldesk.cli.session import Session
from modeldesk.cli.steps import StepPrinter, bytes_alone
from modeldesk.cli.values import folder
from modeldesk.cli.verification import verification_answer, verifier
from modeldesk.core.library.find import find_version


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("version", metavar="REF", help="model:version, repository:tag or image id")
    parser.add_argument(
        "--folder", metavar="DIR", type=folder, help="the model folder; else where it was built"
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Build it again without a cache, compare layers and files, and remove what was built."""
    engine, snapshot = session.engine(), session.snapshot()
    version = find_version(snapshot, arguments.version)
    verify = verifier(session)
    request = verify.request_for(
        engine, version, arguments.folder, snapshot, session.parts.settings, session.job
    )
    found = verify.again(
        engine, version.key.image, request, bytes_alone(session), StepPrinter(session)
    )
    return verification_answer(found)
