"""Runs one command and says how it ended."""

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from modeldesk.cli.answer import Answer, print_answer, print_error
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.parser import read_arguments
from modeldesk.core.errors import Cancelled, ModelDeskError
from modeldesk.core.words import tr
from modeldesk.paths import Paths


def main(argv: list[str]) -> int:
    """Execute the command line `argv` (without the program's name); its exit code."""
    _open_closed_streams()
    invocation = read_arguments(argv)
    # Who asked for help or for the version has it by now, and did not wait for the program's parts.
    from modeldesk.cli.session import Session, cancelled_by_signals
    from modeldesk.composition import Parts

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
        session.send_events()
        if invocation.arguments.command != "doctor":  # which answers with just that
            session.say_what_was_lost()
        session.close()
    return _said(answer, as_json=invocation.arguments.json)


def _said(answer: Answer, *, as_json: bool) -> int:
    """Print the answer; the exit code."""
    if answer.problem is not None:
        print_error(answer.problem, sys.stderr)
    try:
        print_answer(answer, as_json=as_json, out=sys.stdout)
    except BrokenPipeError:
        # Whoever read our output has had enough of it.
        _discard_output()
    except OSError as error:
        reason = error.strerror or str(error)
        said = ModelDeskError(tr("The result could not be written: {reason}.", reason=reason))
        print_error(said, sys.stderr)
        _discard_output()
        return ExitCode.FAILED
    return answer.exit_code


def _open_closed_streams() -> None:
    """A stream that the caller closed is None; what is said there is lost, the rest is not."""
    if sys.stdout is None:
        sys.stdout = _nowhere()
    if sys.stderr is None:
        sys.stderr = _nowhere()


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _discard_output() -> None:
    """Let the interpreter's last flush succeed: what is left to write goes nowhere."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
