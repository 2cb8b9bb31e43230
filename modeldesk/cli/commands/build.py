"""``modeldesk build DIR``: build the next version from a folder."""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from modeldesk.cli import build_git
from modeldesk.cli.answer import Answer
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.given import add_given, read_given
from modeldesk.cli.moving import PartPrinter
from modeldesk.cli.recipe_choice import add_recipe_arguments, choice_of, completed
from modeldesk.cli.session import Session
from modeldesk.cli.steps import StepPrinter, bytes_alone
from modeldesk.cli.values import folder
from modeldesk.cli.verification import (
    exit_code,
    verification_json,
    verification_lines,
    verifier,
)
from modeldesk.core.build.git_state import dirty_text
from modeldesk.core.build.model import BuildOutcome, BuildRequest
from modeldesk.core.build.plan import (
    BuildPlan,
    preselected,
    repository_for,
    versions_for,
)
from modeldesk.core.channels.names import check_moving_channel
from modeldesk.core.errors import (
    Cancelled,
    FolderError,
    InvalidInput,
    InvalidVersion,
    ModelDeskError,
)
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.model import Severity
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.text import size_text
from modeldesk.core.versioning.names import Scheme, check_version, tag_of
from modeldesk.core.words import tr

_ANY = "v0.0.0"
"""Stands for the version until there is one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("folder", metavar="DIR", type=folder, help="the model folder")
    parser.add_argument(
        "--tag",
        action="append",
        default=[],
        metavar="V",
        help="the version, else the next one; given again, a further tag for it",
    )
    parser.add_argument(
        "--scheme",
        choices=[scheme.value for scheme in Scheme],
        help="how the next version is named: semantic, for what others build on; commit, for "
        "development and tests; timestamp, for scheduled training; else as in the settings",
    )
    parser.add_argument(
        "--suffix",
        metavar="S",
        help="what a timestamp ends with, such as prod; else as the newest one does",
    )
    parser.add_argument("--model", metavar="NAME", default="", help="the model's name")
    parser.add_argument(
        "--also-tag", action="append", default=[], metavar="T", help="a further tag for it"
    )
    parser.add_argument("--channel", metavar="C", help="a channel that moves to it")
    parser.add_argument(
        "--why", metavar="TEXT", default="", help="why it moves, for the channel's history"
    )
    parser.add_argument(
        "--override",
        action="store_true",
        help="move the channel though a rule of it is not met; needs --why",
    )
    parser.add_argument(
        "--file", metavar="DOCKERFILE", type=Path, help="a Dockerfile from anywhere"
    )
    add_recipe_arguments(parser)
    parser.add_argument(
        "--no-serving", action="store_true", help="generate no server for a folder without one"
    )
    parser.add_argument(
        "--weights-from",
        metavar="REF@DIGEST",
        default="",
        help="take the weights of this model artifact, which are fetched once and stay out of the "
        "folder",
    )
    add_given(parser)
    parser.add_argument("--no-cache", action="store_true", help="run every step again")
    build_git.add_arguments(parser)
    parser.add_argument(
        "--verify",
        action="store_true",
        help="build it a second time without a cache, and compare both",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Plan, build, and give the image its names."""
    if arguments.channel:
        check_moving_channel(arguments.channel)
    dockerfile = _read(arguments.file) if arguments.file else None
    given = read_given(arguments, session)
    snapshot = session.library().reload(session.engine())
    settings = session.parts.settings
    plan = _planned(arguments, session, snapshot, own_recipe=dockerfile is None)
    model, repository = plan.model, plan.repository
    if arguments.model:
        model = ModelName(arguments.model)
        repository = repository_for(model, snapshot, settings, None)
    tag, *further = arguments.tag or [""]

    def request(version: str) -> BuildRequest:
        asked = plan.request(
            version,
            [*further, *arguments.also_tag, *([arguments.channel] if arguments.channel else [])],
            model=model,
            repository=repository,
            dockerfile=dockerfile,
            no_cache=arguments.no_cache,
        )
        asked = replace(asked, channel_why=arguments.why, override=arguments.override)
        return given.applied(asked)

    if not arguments.tag:
        tag = _next(session, plan, snapshot, request(_ANY), _scheme(arguments), arguments.suffix)
    check_version(tag_of(tag))
    wanted = build_git.with_tag(request(tag), arguments, settings)
    job = bytes_alone(session)
    outcome = session.builds().build(session.engine(), wanted, job, StepPrinter(session))
    answer = _answer(outcome)
    return _verified(session, wanted, outcome, answer) if arguments.verify else answer


def _planned(
    arguments: argparse.Namespace, session: Session, snapshot: LibrarySnapshot, *, own_recipe: bool
) -> BuildPlan:
    """The plan with the recipe that was asked for, if it is to be built by `own_recipe`, the
    folder's or the proposed one. What a person should know of it is said."""
    choice = choice_of(arguments, session, session.engine())
    if arguments.weights_from:
        session.parts.weights.fetch(arguments.weights_from, PartPrinter(session).job)
    plan = session.builds().prepare(
        arguments.folder,
        snapshot,
        session.parts.settings,
        _scheme(arguments),
        session.job.token,
        # A Dockerfile from elsewhere knows nothing of a generated server.
        serving=own_recipe and not arguments.no_serving,
        revision=arguments.from_commit,
        choice=choice,
        weights_from=arguments.weights_from,
    )
    _check_proposed(arguments, plan)
    if own_recipe and plan.recipe is not None:
        texts = plan.texts_with(None)
        choice = completed(arguments, session, plan.folder, choice, session.engine(), texts)
        recipe = propose(plan.folder, choice)
        plan = plan.with_recipe(recipe)
        if choice.stages is not None and recipe.stages is not choice.stages:
            session.job.log(recipe.why_only)
    for sentence in _said(plan, own_recipe):
        session.job.log(sentence)
    return plan


def _scheme(arguments: argparse.Namespace) -> Scheme | None:
    return Scheme(arguments.scheme) if arguments.scheme else None


def _verified(
    session: Session, request: BuildRequest, outcome: BuildOutcome, answer: Answer
) -> Answer:
    """The answer with what came of building it again. The image is there whatever that is."""
    session.job.log(tr("Building it a second time, with every step run."))
    job, hear = bytes_alone(session), StepPrinter(session)
    try:
        found = verifier(session).again(session.engine(), outcome.image, request, job, hear)
    except Cancelled:
        raise
    except ModelDeskError as error:
        return replace(answer, exit_code=exit_code_of(error), problem=error)
    told = answer.json if isinstance(answer.json, dict) else {}
    return replace(
        answer,
        json={**told, "verification": verification_json(found)},
        lines=(*answer.lines, *verification_lines(found)),
        exit_code=answer.exit_code or exit_code(found),
    )


def _check_proposed(arguments: argparse.Namespace, plan: BuildPlan) -> None:
    """Refuse what is for a proposed Dockerfile where there is another."""
    if not arguments.file and plan.recipe is not None:
        if arguments.lock and plan.revision:
            raise InvalidInput(
                tr("--lock is for the folder as it is, not for a commit of it."),
                tr("Lock the folder, commit the lock, and build that commit."),
            )
        return
    asked = {
        "single": arguments.stages is Stages.SINGLE,
        "multi": arguments.stages is Stages.MULTI,
        "base": arguments.base,
        "reproducible": arguments.reproducible,
        "lock": arguments.lock,
    }
    for name, wanted in asked.items():
        if wanted:
            raise InvalidInput(
                tr("--{name} is for a proposed Dockerfile, and there is one already.", name=name),
                tr("Leave out --{name}, or write it into the Dockerfile.", name=name),
            )


def _said(plan: BuildPlan, own_recipe: bool) -> Iterator[str]:
    """What stands in the way, what is generated, and what of the folder is in no commit. By a
    Dockerfile from elsewhere, files that are not there are in the way alone."""
    if plan.git is not None and plan.git.dirty:
        yield dirty_text(plan.git)
    for finding in plan.folder.findings:
        generated = plan.serving is not None and finding.path == plan.serving.app.path
        is_pointer = str(finding.path) in plan.folder.pointers
        if is_pointer or (own_recipe and (finding.severity is Severity.ERROR or generated)):
            yield finding.text


def _next(
    session: Session,
    plan: BuildPlan,
    snapshot: LibrarySnapshot,
    request: BuildRequest,
    scheme: Scheme | None,
    suffix: str | None,
) -> str:
    """The version that comes next for the model; a semantic one by what changed, and that is
    said. Raises `InvalidVersion` when the scheme that was asked for has none to give."""
    builds = session.builds()
    taken = builds.names.taken(snapshot, request.model, request.references[0])
    versions = versions_for(taken, plan.git, builds.now().astimezone(), suffix)
    wanted = scheme or Scheme(session.parts.settings.version_scheme)
    wanted = wanted if scheme else preselected(wanted, versions)
    chosen = versions[wanted]
    if not chosen.tag:
        raise InvalidVersion(
            tr("There is no next version by that scheme: {reason}.", reason=chosen.reason),
            tr("Name the version with --tag, or choose another --scheme."),
        )
    if wanted is Scheme.SEMANTIC:
        chosen = builds.next_semantic(request, snapshot, session.job)
    if chosen.because:
        session.job.log(tr("{tag}, {because}", tag=chosen.tag, because=chosen.because))
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


def _answer(outcome: BuildOutcome) -> Answer:
    names = [str(reference) for reference in outcome.references]
    sent = size_text(outcome.context_bytes)
    problem = _not_given(outcome)
    return Answer(
        {
            "image_id": outcome.image,
            "references": names,
            "refused": [
                {"reference": str(reference), "error": str(error)}
                for reference, error in outcome.refused.items()
            ],
            "moved": [
                {"reference": str(reference), "from": before}
                for reference, before in outcome.moved.items()
            ],
            "context_bytes": outcome.context_bytes,
            "duration_s": round(outcome.seconds, 3),
            "steps": [
                {"name": step.name, "cached": step.cached, "seconds": round(step.seconds, 3)}
                for step in outcome.steps
            ],
            "commit": outcome.commit,
            "git_tag": outcome.git_tag,
            "git_problem": outcome.git_problem,
        },
        (
            f"{', '.join(names)} built in {outcome.seconds:.1f} s, {sent} sent",
            outcome.image,
        ),
        ExitCode.FAILED if outcome.refused else ExitCode.DONE,
        problem,
    )


def _not_given(outcome: BuildOutcome) -> ModelDeskError | None:
    """The image is there, but a name that was asked for is not, or no git tag."""
    if not outcome.refused:
        return _without_git_tag(outcome) if outcome.git_problem else None
    names = ", ".join(map(str, outcome.refused))
    reasons = "\n".join(filter(None, (*map(str, outcome.refused.values()), outcome.git_problem)))
    return ModelDeskError(
        tr("The image was built, but {names} could not be set.", names=names),
        tr("Its other names stand."),
        reasons,
    )


def _without_git_tag(outcome: BuildOutcome) -> ModelDeskError:
    """A warning alone: the build is what was asked for."""
    return ModelDeskError(
        tr("The image was built, but its commit has no git tag of it."),
        tr("Make the tag by hand with “git tag”; the image need not be built again."),
        outcome.git_problem,
    )
