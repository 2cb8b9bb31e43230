"""``modeldesk recipe DIR``: the Dockerfile that is proposed for a folder."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from modeldesk import resources
from modeldesk.cli.answer import Answer
from modeldesk.cli.recipe_choice import add_recipe_arguments, choice_of, completed, engine_if_any
from modeldesk.cli.session import Session
from modeldesk.cli.values import folder
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.errors import FolderError, InvalidInput
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import Recipe, propose
from modeldesk.core.serving.propose import with_server
from modeldesk.core.text import printable
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("folder", metavar="DIR", type=folder, help="the model folder")
    add_recipe_arguments(parser)
    parser.add_argument(
        "--write", action="store_true", help="write it into the folder, where nothing is replaced"
    )
    parser.add_argument("--force", action="store_true", help="with --write: replace what is there")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Propose. An engine is asked for its builder and its base images, if there is one."""
    found = inspect(arguments.folder, session.job.token)
    found, serving = with_server(found, resources.path("serving"))
    texts = dict(serving.texts) if serving else {}
    engine = engine_if_any(session)
    choice = choice_of(arguments, session, engine)
    choice = completed(arguments, session, found, choice, engine, texts)
    recipe = propose(found, choice)
    if arguments.stages is not None and recipe.stages is not arguments.stages:
        session.job.log(recipe.why_only)
    for note in recipe.notes:
        session.job.log(note)
    files = _files(recipe, texts)
    written = _write(found, files, replace=arguments.force) if arguments.write else ()
    for path in written:
        session.job.log(tr("Written: {path}", path=printable(path)))
    return _answer(found, choice, recipe, {**texts, **recipe.texts}, written)


def _files(recipe: Recipe, texts: Mapping[str, str]) -> dict[str, str]:
    """All that belongs to the recipe, by its path in the folder."""
    ignore = {DOCKERIGNORE: recipe.dockerignore} if recipe.dockerignore else {}
    return {"Dockerfile": recipe.dockerfile, **ignore, **texts, **recipe.texts}


def _write(found: ModelFolder, files: Mapping[str, str], *, replace: bool) -> tuple[str, ...]:
    """Write them; either all can be, or none is. Raises `InvalidInput`, `FolderError`."""
    there = [path for path in files if os.path.lexists(found.path / path)]
    if there and not replace:
        raise InvalidInput(
            tr("Nothing was written: the folder has {names} already.",
               names=", ".join(map(printable, there))),
            tr("Replace it with --force, or redirect the output of this command."),
        )  # fmt: skip
    try:
        for path, text in files.items():
            _write_one(found.path / path, text)
    except OSError as error:
        raise FolderError(
            tr("{path} could not be written to.", path=printable(str(found.path))),
            tr("Check that the folder is yours and has room."),
            error.strerror or str(error),
        ) from error
    return tuple(files)


def _write_one(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # A link would lead out of the folder.
    if path.is_symlink():
        path.unlink()
    path.write_text(text, encoding="utf-8")


def _answer(
    found: ModelFolder,
    choice: RecipeChoice,
    recipe: Recipe,
    texts: Mapping[str, str],
    written: tuple[str, ...],
) -> Answer:
    base, lock = recipe.bases[0], choice.lock
    return Answer(
        {
            "folder": printable(str(found.path)),
            "dockerfile": recipe.dockerfile,
            "dockerignore": recipe.dockerignore,
            "base": str(base).partition("@")[0],
            "base_digest": base.digest,
            "stages": recipe.stages.value,
            "form": choice.form.value,
            "reproducible": choice.reproducible,
            "locked": {
                "path": str(lock.path),
                "made_for": lock.made_for,
                "packages": list(lock.packages),
                "unlocked": [
                    {"requirement": one.requirement, "reason": one.reason}
                    for one in lock.unlocked
                ],
            } if lock else None,
            "texts": dict(texts),
            "notes": list(recipe.notes),
            "written": list(written),
        },
        tuple(recipe.dockerfile.removesuffix("\n").split("\n")),
    )  # fmt: skip
