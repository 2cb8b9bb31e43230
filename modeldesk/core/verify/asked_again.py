"""What made a version, as the record of its build has it, asked for once more."""

from collections.abc import Iterator
from dataclasses import replace

from modeldesk.core.build.model import Asked, BuildRecord, BuildRequest
from modeldesk.core.build.secret import SecretKind, secret_from
from modeldesk.core.containers.secrets import HIDDEN
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr


def asked_again(
    request: BuildRequest, record: BuildRecord | None, name: str, *, own: bool
) -> BuildRequest:
    """`request`, which is planned for the commit of the version `name`, by the Dockerfile, the
    arguments and the secrets of its build, `record`. `own` tells whether the commit has a
    Dockerfile, which makes the version where nothing else is on record. Raises `InvalidInput`
    where the Dockerfile is known nowhere, or something was not kept as it was."""
    asked = record.asked if record is not None else Asked()
    if not asked.dockerfile and not own:
        raise InvalidInput(
            tr("The Dockerfile that made {name} is not in its commit, and no build on record here "
               "has it, so nothing makes it again.", name=name),
            tr("Write one into the folder and commit it (modeldesk recipe DIR --write): versions "
               "that it makes can be made again."),
        )  # fmt: skip
    hidden = ", ".join(_hidden(asked))
    if hidden:
        raise InvalidInput(
            tr("{name} was built with something secret that was not kept: {what}.",
               name=name, what=hidden),
            tr("A folder can be built twice and compared: modeldesk build DIR --verify."),
        )  # fmt: skip
    request = replace(
        request,
        build_args=asked.build_args,
        secrets={one: secret_from(source) for one, source in asked.secrets.items()},
        builder=asked.builder,
    )
    if own and not asked.given_dockerfile:
        return request
    request = replace(request, dockerfile=asked.dockerfile, choice=asked.choice)
    if asked.texts is None:
        # A program of before kept the Dockerfile alone.
        return request
    return replace(request, texts=asked.texts, dockerignore=asked.dockerignore)


def _hidden(asked: Asked) -> Iterator[str]:
    """What of it is not known any more, in words."""
    texts = {"Dockerfile": asked.dockerfile, ".dockerignore": asked.dockerignore or ""}
    yield from (name for name, text in {**texts, **(asked.texts or {})}.items() if HIDDEN in text)
    for name, value in asked.build_args.items():
        if HIDDEN in value:
            yield tr("argument {name}", name=name)
    for name, source in asked.secrets.items():
        if source.kind is SecretKind.TYPED:
            yield tr("secret {name}", name=name)
