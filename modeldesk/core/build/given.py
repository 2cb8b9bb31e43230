"""Arguments and secrets as a person gives them to a build, and what is to be said of them."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from modeldesk.core.build.declared import wanted_secrets
from modeldesk.core.build.secret import (
    SECRET_NAME,
    Secret,
    SecretKind,
    SecretSource,
    secret_from,
)
from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr

ARGUMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_argument(text: str, variables: Mapping[str, str] | None = None) -> tuple[str, str]:
    """``NAME=VALUE``, or ``NAME`` alone for the value that the environment has. Raises
    `InvalidInput`."""
    name, sign, value = text.partition("=")
    check_argument(name)
    if sign:
        return name, value
    found = (os.environ if variables is None else variables).get(name)
    if found is None:
        raise InvalidInput(
            tr("The variable “{name}” is not set here.", name=name),
            tr("Write {name}=VALUE, or set the variable.", name=name),
        )
    return name, found


def check_argument(name: str) -> None:
    """Raise `InvalidInput` unless an ARG can be called so."""
    if not ARGUMENT_NAME.fullmatch(name):
        raise InvalidInput(
            tr("“{name}” can't be the name of a build argument.", name=name),
            tr("Use letters, digits and _; no digit first."),
        )


def check_secret(name: str) -> None:
    """Raise `InvalidInput` unless a secret can be called so."""
    if not SECRET_NAME.fullmatch(name):
        raise InvalidInput(
            tr("“{name}” can't be the id of a secret.", name=name),
            tr("Use letters, digits, and . _ - only."),
        )


def read_secret(text: str, variables: Mapping[str, str] | None = None) -> tuple[str, Secret]:
    """``id=NAME,src=FILE`` or ``id=NAME,env=VAR``, as the docker command line reads them; with an
    id alone it is the variable of that name. Raises `InvalidInput`."""
    given: dict[str, str] = {}
    # What follows src= may have commas in it.
    for part in re.split(r",(?=(?:id|src|source|env|type)=)", text):
        key, _, value = part.partition("=")
        given[{"source": "src"}.get(key, key)] = value
    name = given.get("id", "")
    if not SECRET_NAME.fullmatch(name) or not {*given} <= {"id", "src", "env", "type"}:
        raise InvalidInput(
            # The words themselves may hold what is nobody's business.
            tr("A secret can't be understood."),
            tr("Write it as id=NAME,src=FILE or id=NAME,env=VARIABLE."),
        )
    if "src" in given and "env" in given:
        raise InvalidInput(
            tr("The secret “{name}” comes from a file and from a variable.", name=name),
            tr("Leave out src= or env=."),
        )
    if "src" in given:
        return name, secret_from(SecretSource(SecretKind.FILE, given["src"]))
    source = SecretSource(SecretKind.ENVIRONMENT, given.get("env") or name)
    return name, secret_from(source, variables=variables)


def argument_warning(name: str, value: str) -> str:
    """A sentence when an argument would give away what looks like a secret; else empty."""
    if not value or not looks_secret(name, value):
        return ""
    return tr(
        "“{name}” looks like a secret. The value of an argument can be read in the image's "
        "history; that of a secret can't.",
        name=name,
    )


def check_secrets(names: Iterable[str], with_buildkit: bool) -> None:
    """Raise `InvalidInput` where the builder has no secrets to give."""
    if any(names) and not with_buildkit:
        raise InvalidInput(
            tr("The builder of this engine has no secrets."),
            tr(
                "Build on an engine with BuildKit (Docker 19.03 or later), or copy what the secret "
                "would fetch into the folder first."
            ),
        )


def secrets_amiss(dockerfile: str, given: Collection[str]) -> Iterator[str]:
    """A sentence for each secret that no step of the Dockerfile mounts, and for each that one
    mounts and that is not given, which the builder takes for no fault by itself."""
    wanted = wanted_secrets(dockerfile)
    for name in wanted:
        if name not in given:
            yield tr(
                "The Dockerfile mounts the secret “{name}”, which is not given: a step that reads "
                "it may fail.",
                name=name,
            )
    for name in given:
        if name not in wanted:
            yield tr(
                "No step of the Dockerfile mounts the secret “{name}”: a RUN reads it by "
                "--mount=type=secret,id={name}.",
                name=name,
            )
