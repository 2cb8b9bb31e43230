"""``modeldesk canary``: begin canaries, look at them, and say what becomes of them."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.canary_answers import (
    evaluation_answer,
    list_answer,
    rollout_answer,
    status_answer,
)
from modeldesk.cli.canary_plan import add_plan, read_plan, steps_help
from modeldesk.cli.session import Session
from modeldesk.cli.whole_files import read_whole
from modeldesk.core.canary.evaluating import PREDICT
from modeldesk.core.canary.evaluation_set import read_evaluation_set
from modeldesk.core.canary.feedback import LONGEST_FILE
from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.report import rollout_report
from modeldesk.core.compare.report import check_report_path, save_report
from modeldesk.core.errors import InvalidInput, NotFound, ReleaseError
from modeldesk.core.ids import DeploymentName, ModelName
from modeldesk.core.library.find import find_version
from modeldesk.core.library.model import Version
from modeldesk.core.releases.model import DeploymentKey
from modeldesk.core.releases.targets import target_of
from modeldesk.core.words import tr

_EPILOG = """\
modeldesk canary                           those that have not ended
modeldesk canary status NAME               where a deployment's canary stands, and its numbers
modeldesk canary start NAME VERSION        begin one, by the plan below
modeldesk canary plan NAME                 change its plan: what is named below
modeldesk canary pause|resume|skip NAME    hold it, let it go on, go to the next step now
modeldesk canary promote|abort NAME        end it: all callers, or none
modeldesk canary evaluate NAME FILE        ask both versions a set of inputs with their truth:
                                           {"input": …, "truth": …} on each line
modeldesk canary report NAME FILE          write a report; FILE ends in .html, .md or .json

Something must watch it: a window, or “modeldesk watch”.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("words", metavar="WORD", nargs="*", help="one of the forms below")
    parser.add_argument("--why", metavar="TEXT", default="", help="kept in the history")
    parser.add_argument("--steps", metavar="PERCENTAGES", help=steps_help())
    parser.add_argument(
        "--path", default=PREDICT, help=f"where an evaluation set is posted to ({PREDICT})"
    )
    add_plan(parser)


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Show, begin, or act."""
    words: list[str] = arguments.words
    if not words:
        return list_answer(session.canaries().open_rollouts())
    act, count = _ACTS.get(words[0], (None, 0))
    if act is None or len(words) - 1 != count:
        raise InvalidInput(
            tr("That is none of the forms of “modeldesk canary”."),
            tr("See them with: modeldesk canary --help"),
        )
    return act(arguments, session, words[1:])


def _status(_: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    return status_answer(_history(session, words[0]))


def _start(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    plan = read_plan(arguments, arguments.steps)
    key = _key(session, words[0])
    model = session.releases().deployment(key.engine, key.name).model
    target = target_of(_version(session, model, words[1]))
    service = session.canaries()
    return rollout_answer(service.start(key, target, plan, arguments.why, session.job))


def _plan(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    key = _key(session, words[0])
    service = session.canaries()
    known = service.open_rollout(key)
    if known is None:
        raise _no_canary(key)
    plan = read_plan(arguments, arguments.steps, known.plan)
    return rollout_answer(service.replan(key, plan, session.job))


def _pause(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    key = _key(session, words[0])
    return rollout_answer(session.canaries().pause(key, arguments.why, session.job))


def _resume(_: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    return rollout_answer(session.canaries().resume(_key(session, words[0]), session.job))


def _skip(_: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    return rollout_answer(session.canaries().skip(_key(session, words[0]), session.job))


def _promote(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    key = _key(session, words[0])
    return rollout_answer(session.canaries().promote(key, arguments.why, session.job))


def _abort(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    key = _key(session, words[0])
    return rollout_answer(session.canaries().abort(key, arguments.why, session.job))


def _evaluate(arguments: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    path = Path(words[1])
    questions = read_evaluation_set(path.name, read_whole(path, LONGEST_FILE))
    key = _key(session, words[0])
    found = session.canaries().evaluate(key, questions, session.job, arguments.path)
    return evaluation_answer(found, questions.problems)


def _report(_: argparse.Namespace, session: Session, words: Sequence[str]) -> Answer:
    path = Path(words[1])
    check_report_path(path)
    save_report(rollout_report(_history(session, words[0])), path, datetime.now(UTC).astimezone())
    return Answer({"report": str(path)}, (tr("Written to {path}.", path=path),))


def _key(session: Session, name: str) -> DeploymentKey:
    """Raises `NoSuchDeployment`."""
    return session.releases().deployment(session.here(), DeploymentName(name)).key


def _history(session: Session, name: str) -> RolloutHistory:
    """Of the canary that is open, else of the last one."""
    key = _key(session, name)
    service = session.canaries()
    newest = next(iter(service.rollouts(key)), None)
    history = service.history(newest.id) if newest else None
    if history is None:
        raise _no_canary(key)
    return history


def _no_canary(key: DeploymentKey) -> ReleaseError:
    return ReleaseError(
        tr("“{name}” has no canary.", name=key.name), tr("Begin one with the version to try.")
    )


def _version(session: Session, model: ModelName, text: str) -> Version:
    """By whatever an image is called, or by a version of the deployment's model alone."""
    snapshot = session.snapshot()
    try:
        return find_version(snapshot, text)
    except NotFound:
        if ":" in text or "@" in text:
            raise
        return find_version(snapshot, f"{model}:{text}")


_Act = Callable[[argparse.Namespace, Session, Sequence[str]], Answer]
_ACTS: Mapping[str, tuple[_Act, int]] = {
    "status": (_status, 1),
    "start": (_start, 2),
    "plan": (_plan, 1),
    "pause": (_pause, 1),
    "resume": (_resume, 1),
    "skip": (_skip, 1),
    "promote": (_promote, 1),
    "abort": (_abort, 1),
    "evaluate": (_evaluate, 2),
    "report": (_report, 2),
}
"""Each with how many words come after it."""
