"""Runs one command and says how it ended."""

import logging
import sys

from modeldesk.cli.answer import print_answer, print_error
from modeldesk.cli.exit_codes import exit_code_of
from modeldesk.cli.parser import read_arguments
from modeldesk.cli.session import Session, cancelled_by_signals
from modeldesk.composition import Parts
from modeldesk.core.errors import Cancelled, ModelDeskError
from modeldesk.paths import Paths


def main(argv: list[str]) -> int:
    """Execute the command line `argv` (without the program's name); its exit code."""
    invocation = read_arguments(argv)
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="modeldesk: %(message)s")
    session = Session(Parts(Paths.of_user()))
    try:
        with cancelled_by_signals(session.job.token):
            answer = invocation.execute(invocation.arguments, session)
    except ModelDeskError as problem:
        # A stream that a Ctrl-C cut off may complain in its own words.
        error = Cancelled() if session.job.token.cancelled else problem
        session.close_line()
        print_error(error, sys.stderr)
        return exit_code_of(error)
    finally:
        session.close()
    try:
        print_answer(answer, as_json=invocation.arguments.json, out=sys.stdout)
    except BrokenPipeError:
        # Whoever read our output has had enough of it.
        sys.stderr.close()
    return answer.exit_code
