"""``modeldesk feedback NAME FILE``: tell a deployment's gateway the truth about requests."""

import argparse
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.session import Session
from modeldesk.cli.whole_files import read_whole
from modeldesk.core.canary.feedback import LONGEST_FILE, read_feedback
from modeldesk.core.gateway.model import FEEDBACK_PATH, REQUEST_HEADER
from modeldesk.core.ids import DeploymentName
from modeldesk.core.words import trn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.epilog = (
        f"Each answer of a deployment names its request in the header {REQUEST_HEADER}; by that "
        "its truth is told. Programs may POST the same to the deployment's own address, "
        f"at {FEEDBACK_PATH}."
    )
    parser.add_argument("name", metavar="NAME", help="the deployment")
    parser.add_argument(
        "file",
        metavar="FILE",
        type=Path,
        help='{"id": …, "prediction": …, "truth": …} on each line, or CSV with these columns',
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Tell it, and say what was left out."""
    path: Path = arguments.file
    found = read_feedback(path.name, read_whole(path, LONGEST_FILE))
    name = DeploymentName(arguments.name)
    key = session.releases().deployment(session.here(), name).key
    session.canaries().post(key, found.feedback, session.job)
    told = trn(
        "The truth about {count} request was told.",
        "The truth about {count} requests was told.",
        len(found.feedback),
    )
    lines = [told]
    if found.left_out:
        lines.append(trn("{count} line was left out.", "{count} lines were left out.",
                         found.left_out))  # fmt: skip
    return Answer(
        {
            "deployment": name,
            "told": len(found.feedback),
            "left_out": found.left_out,
            "problems": list(found.problems),
        },
        (*lines, *found.problems),
    )
