"""``modeldesk build DIR``: build the next version from a folder."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from modeldesk.cli.answer import Answer
from modeldesk.cli.session import Session
from modeldesk.cli.values import folder
from modeldesk.core.build.model import (
    BuildEvent,
    BuildOutcome,
    BuildStep,
    ContextProgress,
    StepChanged,
    StepState,
)
from modeldesk.core.build.plan import (
    BuildPlan,
    preselected,
    repository_for,
    taken_tags,
    versions_for,
)
from modeldesk.core.errors import FolderError, InvalidInput, InvalidVersion
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.recipes.choice import Stages, form_for, single_only
from modeldesk.core.references import Reference
from modeldesk.core.text import size_text
from modeldesk.core.versioning.names import CHANNELS, Scheme, check_version
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("folder", metavar="DIR", type=folder, help="the model folder")
    parser.add_argument("--tag", metavar="V", default="", help="the version; else the next one")
    parser.add_argument(
        "--scheme",
        choices=[scheme.value for scheme in Scheme],
        help="how the next version is named; else as in the settings",
    )
    parser.add_argument("--model", metavar="NAME", default="", help="the model's name")
    parser.add_argument(
        "--also-tag", action="append", default=[], metavar="T", help="a further tag for it"
    )
    parser.add_argument("--channel", choices=CHANNELS, help="a tag that moves to it")
    parser.add_argument(
        "--file", metavar="DOCKERFILE", type=Path, help="a Dockerfile from anywhere"
    )
    parser.add_argument(
        "--stages",
        choices=[stages.value for stages in Stages],
        help="stages of the proposed Dockerfile; else several where packages are installed",
    )
    parser.add_argument(
        "--no-serving", action="store_true", help="generate no server for a folder without one"
    )
    parser.add_argument("--no-cache", action="store_true", help="run every step again")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Plan, build, and give the image its names."""
    dockerfile = _read(arguments.file) if arguments.file else None
    snapshot = session.library().reload(session.engine())
    settings = session.parts.settings
    scheme = Scheme(arguments.scheme) if arguments.scheme else None
    plan = session.builds().prepare(
        arguments.folder,
        snapshot,
        settings,
        scheme,
        session.job.token,
        stages=Stages(arguments.stages) if arguments.stages else None,
        form=form_for(session.engine().info.builds_with_buildkit),
        # A Dockerfile from elsewhere knows nothing of a generated server.
        serving=dockerfile is None and not arguments.no_serving,
    )
    _check_stages(session, arguments, plan)
    for sentence in _said(plan) if dockerfile is None else ():
        session.job.log(sentence)
    model, repository = plan.model, plan.repository
    if arguments.model:
        model = ModelName(arguments.model)
        repository = repository_for(model, snapshot, settings, None)
    tag = arguments.tag or _next(session, plan, snapshot, model, repository, scheme)
    check_version(tag)
    request = plan.request(
        tag,
        [*arguments.also_tag, *([arguments.channel] if arguments.channel else [])],
        model=model,
        repository=repository,
        dockerfile=dockerfile,
        no_cache=arguments.no_cache,
    )
    job = Job(session.job.token, lambda progress: _report(session, progress), session.job.log)
    outcome = session.builds().build(session.engine(), request, job, _StepPrinter(session))
    return _answer(outcome)


def _check_stages(session: Session, arguments: argparse.Namespace, plan: BuildPlan) -> None:
    """Say where the stages that were asked for can't be had."""
    if not arguments.stages:
        return
    if arguments.file or plan.recipe is None:
        raise InvalidInput(
            tr("--stages is for a proposed Dockerfile, and there is one already."),
            tr("Leave out --stages, or write the stages into the Dockerfile."),
        )
    if plan.recipe.stages is not Stages(arguments.stages):
        session.job.log(single_only(plan.folder))


def _said(plan: BuildPlan) -> Iterator[str]:
    """What stands in the way, and what is generated."""
    for finding in plan.folder.findings:
        generated = plan.serving is not None and finding.path == plan.serving.app.path
        if finding.severity is Severity.ERROR or generated:
            yield finding.text


def _report(session: Session, progress: Progress) -> None:
    """Bytes are counted; the steps speak for themselves in the log."""
    if progress.unit is Unit.BYTES:
        session.job.report(progress)


def _next(
    session: Session,
    plan: BuildPlan,
    snapshot: LibrarySnapshot,
    model: ModelName,
    repository: Reference,
    scheme: Scheme | None,
) -> str:
    """The version that comes next for the model. Raises `InvalidVersion` when the scheme that
    was asked for has none to give."""
    taken = taken_tags(snapshot, model, repository)
    versions = versions_for(taken, plan.git, session.builds().now().astimezone())
    wanted = scheme or Scheme(session.parts.settings.version_scheme)
    chosen = versions[wanted if scheme else preselected(wanted, versions)]
    if not chosen.tag:
        raise InvalidVersion(
            tr("There is no next version by that scheme: {reason}.", reason=chosen.reason),
            tr("Name the version with --tag, or choose another --scheme."),
        )
    return chosen.tag


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(tr("{path} is not a text file in UTF-8.", path=path)) from error
    except OSError as error:
        raise FolderError(
            tr("{path} can't be read: {reason}.", path=path, reason=error.strerror or error)
        ) from error


class _StepPrinter:
    """One line on standard error for each step that has ended."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ended: set[str] = set()

    def __call__(self, event: BuildEvent | ContextProgress) -> None:
        if not isinstance(event, StepChanged) or event.step.id in self._ended:
            return
        step = event.step
        if step.state in (StepState.DONE, StepState.FAILED):
            self._ended.add(step.id)
            self._session.job.log(f"{step.name}  {_took(step)}")


def _took(step: BuildStep) -> str:
    if step.state is StepState.FAILED:
        return "FAILED"
    return "CACHED" if step.cached else f"{step.seconds:.1f} s"


def _answer(outcome: BuildOutcome) -> Answer:
    names = [str(reference) for reference in outcome.references]
    sent = size_text(outcome.context_bytes)
    return Answer(
        {
            "image_id": outcome.image,
            "references": names,
            "context_bytes": outcome.context_bytes,
            "duration_s": round(outcome.seconds, 3),
            "steps": [
                {"name": step.name, "cached": step.cached, "seconds": round(step.seconds, 3)}
                for step in outcome.steps
            ],
        },
        (
            f"{', '.join(names)} built in {outcome.seconds:.1f} s, {sent} sent",
            outcome.image,
        ),
    )
