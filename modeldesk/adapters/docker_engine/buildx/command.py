"""How buildx is called. Whoever lists the machine's processes sees the words of a command, so
that neither a secret nor the value of an argument is among them."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docker.tls import TLSConfig

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.core.build.model import EngineBuild
from modeldesk.core.build.secret import Secret
from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr

METADATA = "metadata.json"
"""What buildx writes at the end, in the folder of its own."""
_BUILDER = "BUILDX_BUILDER"
_LARGEST_VALUE = 100_000
"""Bytes; systems take variables of a little more."""
_STEERS = re.compile(
    r"(?i)(docker|buildx|buildkit|ssl_|ld_|dyld_|go|xdg_|otel_|modeldesk_).*|path|home|tmpdir"
    r"|(https?|no)_proxy"
)
"""Variables that buildx itself goes by."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is run. The variables hold what nobody else may see."""

    words: tuple[str, ...]
    variables: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Command({self.words!r})"


def command_for(
    program: Path,
    connection: Connection,
    build: EngineBuild,
    folder: Path,
    variables: Mapping[str, str] | None = None,
) -> Command:
    """Build from a tar that comes by standard input, and load what is built into the engine.
    `folder` is private and goes with the build; secrets that no variable can hold are written
    there. Raises what finding a secret does, and `InvalidInput` for an argument that could only
    be given in everyone's sight."""
    own = dict(os.environ if variables is None else variables)
    # Where a person set a builder for docker, that is the one they mean; else the engine's own.
    own.setdefault(_BUILDER, "default")
    own.pop("DOCKER_CONTEXT", None)
    own["DOCKER_HOST"] = connection.address
    own |= _tls(connection.tls)
    arguments = tuple(_arguments(build.build_args, own))
    secrets = tuple(_secrets(build.secrets, folder, own))
    words = (
        *(str(program), "build", "--progress=rawjson", "--load", "--provenance=false"),
        f"--metadata-file={folder / METADATA}",
        f"--file={build.dockerfile}",
        *(f"--tag={reference}" for reference in build.tags),
        *(f"--label={name}={value}" for name, value in build.labels.items()),
        *arguments,
        *secrets,
        *(("--no-cache",) if build.no_cache else ()),
        "-",
    )
    return Command(words, own)


def _arguments(given: Mapping[str, str], own: dict[str, str]) -> Iterator[str]:
    """A name alone takes its value from the variables, which are written into `own`."""
    for name, value in given.items():
        plain = len(value) < _LARGEST_VALUE and "\0" not in value
        if plain and (name not in own or own[name] == value) and not _STEERS.fullmatch(name):
            own[name] = value
            yield f"--build-arg={name}"
        elif looks_secret(name, value) or "\0" in value:
            raise InvalidInput(
                tr("buildx can't be given the argument “{name}” unseen by others.", name=name),
                tr("Give it as a secret, or choose the automatic builder."),
            )
        else:
            yield f"--build-arg={name}={value}"


def _secrets(given: Mapping[str, Secret], folder: Path, own: dict[str, str]) -> Iterator[str]:
    for number, (name, secret) in enumerate(given.items()):
        value = secret.reveal()
        text = _as_variable(value)
        if text is not None:
            variable = f"MODELDESK_SECRET_{number}"
            own[variable] = text
            yield f"--secret=id={name},env={variable}"
            continue
        path = folder / f"secret-{number}"
        path.touch(0o600, exist_ok=False)
        path.write_bytes(value)
        yield f"--secret=id={name},src={path}"


def _as_variable(value: bytes) -> str | None:
    """The value as a variable that gives the same bytes back; None where there is none."""
    if b"\0" in value or not value or len(value) > _LARGEST_VALUE:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _tls(tls: TLSConfig | None) -> dict[str, str]:
    """As docker's own variables say it; its files have the same names in every folder."""
    if tls is None:
        return {}
    found = {"DOCKER_TLS": "1", "DOCKER_TLS_VERIFY": "1" if tls.verify else ""}
    if tls.cert:
        found["DOCKER_CERT_PATH"] = str(Path(tls.cert[0]).parent)
    return found
