"""``modeldesk compare DIR``: a folder as a single stage and as multi-stage, built and measured."""

import argparse
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.documents import document_lines
from modeldesk.cli.session import Session
from modeldesk.cli.values import folder
from modeldesk.composition import now
from modeldesk.core.build.model import StepState
from modeldesk.core.compare.report import check_report_path, save_report
from modeldesk.core.jobs import Job
from modeldesk.core.trial.as_json import as_json
from modeldesk.core.trial.document import trial_document, trial_report
from modeldesk.core.trial.model import MOST_RUNS, RUNS, Single, TrialRequest, TrialStep
from modeldesk.core.trial.sample import PREDICT, read_sample
from modeldesk.core.trial.words import seconds_text
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("folder", metavar="DIR", type=folder, help="the model folder")
    parser.add_argument(
        "--runs",
        type=_runs,
        default=RUNS,
        metavar="N",
        help=f"cold starts of each, alternating ({RUNS}; up to {MOST_RUNS})",
    )
    parser.add_argument(
        "--against",
        choices=[single.value for single in Single],
        default=Single.NAIVE.value,
        help="what multi-stage is held against: a naive single stage (build tools, nothing "
        "cleaned, as published comparisons mean it), or the proposed one",
    )
    parser.add_argument(
        "--request",
        type=Path,
        metavar="FILE",
        help="JSON that asks for a prediction; else an example that the folder holds",
    )
    parser.add_argument(
        "--request-path", default=PREDICT, metavar="PATH", help=f"where it is posted ({PREDICT})"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write all of it to FILE: .html, .md or .json"
    )
    parser.add_argument("--keep", action="store_true", help="keep both images, under names")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Build and measure both."""
    if arguments.report is not None:
        check_report_path(arguments.report)
    sample = None
    if arguments.request is not None:
        sample = read_sample(arguments.request, arguments.request_path)
    request = TrialRequest(
        arguments.folder, Single(arguments.against), arguments.runs, sample, arguments.keep
    )
    base = session.parts.settings.base_image
    # What builders and servers print is not a step of this.
    job = Job(session.job.token, session.job.report)
    trials, engine = session.trials(), session.engine()
    trial = trials.run(engine, request, base, job, _StepPrinter(session)).trial
    lines = list(document_lines(trial_document(trial)))
    if arguments.report is not None:
        save_report(trial_report(trial), arguments.report, now().astimezone())
        lines += ["", tr("The report is in {path}.", path=arguments.report)]
    return Answer(as_json(trial), tuple(lines))


def _runs(text: str) -> int:
    value = int(text)
    if not 1 <= value <= MOST_RUNS:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and {MOST_RUNS}")
    return value


class _StepPrinter:
    """One line on standard error for each step that has ended."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, step: TrialStep) -> None:
        if step.state in (StepState.DONE, StepState.FAILED):
            took = tr("failed") if step.state is StepState.FAILED else seconds_text(step.seconds)
            self._session.job.log("  ".join(filter(None, (step.text, took, step.note))))
