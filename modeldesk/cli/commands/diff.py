"""``modeldesk diff A B``: what two images differ in, and why one is larger."""

import argparse
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.documents import document_lines
from modeldesk.cli.places import HELP, find_place
from modeldesk.cli.session import Session
from modeldesk.composition import now
from modeldesk.core.compare.as_json import as_json
from modeldesk.core.compare.compare import Named, compare
from modeldesk.core.compare.document import make_document
from modeldesk.core.compare.names import names_of
from modeldesk.core.compare.report import check_report_path, write_report
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("left", metavar="A", help=f"the one before: {HELP}")
    parser.add_argument("right", metavar="B", help="the one after, written the same way")
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write all of it to FILE: .html, .md or .json",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Read both images, where they were not read before, and compare them."""
    if arguments.report is not None:
        check_report_path(arguments.report)
    left, base_layers = find_place(session, arguments.left)
    right, other_base_layers = find_place(session, arguments.right)
    names = names_of(left, right)
    contents = session.contents()
    before = Named(names[0], contents.read(left, session.job, base_layers))
    after = Named(names[1], contents.read(right, session.job, other_base_layers))
    comparison = compare(before, after, session.job.token)
    lines = list(document_lines(make_document(comparison)))
    if arguments.report is not None:
        write_report(comparison, arguments.report, now().astimezone())
        lines += ["", tr("The report is in {path}.", path=arguments.report)]
    return Answer(as_json(comparison), tuple(lines))
