"""What was sent with a build beside its folder, and how that was proposed, as JSON and back."""

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from modeldesk.core.build.model import Asked
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages
from modeldesk.core.recipes.kinds import BaseKind
from modeldesk.core.recipes.lock import Lock, Unlocked


def proposal_values(asked: Asked) -> tuple[object, ...]:
    """In the order that `with_proposal` takes them."""
    choice, texts = asked.choice, asked.texts
    return (
        None if texts is None else dict(texts),
        asked.dockerignore,
        None if choice is None else _choice_values(choice),
        asked.weights_from,
    )


def with_proposal(
    asked: Asked,
    texts: dict[str, str] | None,
    dockerignore: str | None,
    choice: list[Any] | None,
    weights_from: str = "",
) -> Asked:
    """`asked` with what its proposal was. An earlier program kept no `weights_from`."""
    return replace(
        asked,
        texts=texts,
        dockerignore=dockerignore,
        choice=None if choice is None else _choice(*choice),
        weights_from=weights_from,
    )


def _choice_values(choice: RecipeChoice) -> tuple[object, ...]:
    return (
        choice.base_image,
        choice.stages and choice.stages.value,
        choice.form.value,
        choice.kind and choice.kind.value,
        choice.mirror,
        choice.reproducible,
        choice.lock and _lock_values(choice.lock),
    )


def _choice(
    base_image: str,
    stages: str | None,
    form: str,
    kind: str | None,
    mirror: str,
    reproducible: bool,
    lock: list[Any] | None,
) -> RecipeChoice:
    return RecipeChoice(
        base_image,
        None if stages is None else Stages(stages),
        Form(form),
        None if kind is None else BaseKind(kind),
        mirror,
        reproducible=reproducible,
        lock=None if lock is None else _lock(*lock),
    )


def _lock_values(lock: Lock) -> tuple[object, ...]:
    return (
        str(lock.path),
        lock.text,
        lock.packages,
        lock.made_for,
        [(one.requirement, one.reason) for one in lock.unlocked],
        lock.hides_password,
        lock.made_of,
    )


def _lock(
    path: str,
    text: str,
    packages: list[str],
    made_for: str,
    unlocked: list[tuple[str, str]],
    hides_password: bool,
    made_of: list[str],
) -> Lock:
    return Lock(
        PurePosixPath(path),
        text,
        tuple(packages),
        made_for,
        tuple(Unlocked(*one) for one in unlocked),
        hides_password,
        tuple(made_of),
    )
