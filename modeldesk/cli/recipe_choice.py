"""How a Dockerfile is to be made, as the command line says it."""

import argparse
from dataclasses import replace

from modeldesk.cli.session import Session
from modeldesk.core.errors import EngineNotPermitted, EngineTooOld, EngineUnavailable
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.ports import ImageEngine
from modeldesk.core.recipes.choice import RecipeChoice, Stages, form_for
from modeldesk.core.recipes.kinds import BaseKind
from modeldesk.core.recipes.lock import said_of

_NO_ENGINE = (EngineUnavailable, EngineNotPermitted, EngineTooOld)
_ARCHITECTURE = "amd64"
"""Of images that are made without an engine at hand."""


def add_recipe_arguments(parser: argparse.ArgumentParser) -> None:
    """What `build` and `recipe` share."""
    number = parser.add_mutually_exclusive_group()
    for stages in Stages:
        number.add_argument(
            f"--{stages.value}", dest="stages", action="store_const", const=stages,
            help=f"a {stages.value}-stage Dockerfile is proposed; else several stages where "
            "packages are installed",
        )  # fmt: skip
    parser.add_argument(
        "--base",
        metavar="slim|alpine|distroless|cuda|IMAGE",
        default="",
        help="the base image of the proposed Dockerfile; else as in the settings",
    )
    parser.add_argument(
        "--reproducible", action="store_true", help="make the same layers again from the same files"
    )
    parser.add_argument(
        "--lock",
        action="store_true",
        help="install exact versions with hashes, which pip resolves now",
    )


def choice_of(
    arguments: argparse.Namespace,
    session: Session,
    engine: ImageEngine | None,
) -> RecipeChoice:
    """What was asked for, with the settings for all else."""
    settings = session.parts.settings
    kinds = {kind.value: kind for kind in BaseKind}
    return RecipeChoice(
        base_image=settings.base_image if arguments.base in ("", *kinds) else arguments.base,
        stages=arguments.stages,
        form=form_for(engine is not None and engine.info.builds_with_buildkit),
        kind=kinds.get(arguments.base),
        mirror=settings.base_mirror,
        reproducible=arguments.reproducible,
    )


def completed(
    arguments: argparse.Namespace,
    session: Session,
    folder: ModelFolder,
    choice: RecipeChoice,
    engine: ImageEngine | None,
    texts: dict[str, str],
) -> RecipeChoice:
    """The choice with what has to be found out: digests of base images and, where it was asked
    for, locked requirements. `texts` are generated files. Raises as `RecipeService` does."""
    recipes = session.parts.recipes
    choice = recipes.pin(folder, choice, engine, session.job.token)
    if not arguments.lock:
        return choice
    architecture = engine.info.architecture if engine is not None else _ARCHITECTURE
    lock = recipes.lock(folder, choice, architecture, session.job, texts)
    for sentence in said_of(lock):
        session.job.log(sentence)
    return replace(choice, lock=lock)


def engine_if_any(session: Session) -> ImageEngine | None:
    """The engine; None where there is none, which is no fault."""
    try:
        return session.engine()
    except _NO_ENGINE:
        return None
