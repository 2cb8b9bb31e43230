"""A build by the engine's own API: the context goes up as it is read, progress comes down.

BuildKit is asked without a session, so the whole context is sent each time, and a Dockerfile
that mounts secrets or an SSH key can't be built.
"""

import json
from collections.abc import Callable, Iterable, Iterator

from modeldesk.adapters.docker_engine.build_errors import failure, stopped
from modeldesk.adapters.docker_engine.build_progress import (
    BuildkitProgress,
    ClassicProgress,
    Progress,
)
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.events import ping
from modeldesk.adapters.docker_engine.fields import mapping, text
from modeldesk.adapters.docker_engine.images import image_detail
from modeldesk.adapters.docker_engine.streams import Params, open_stream
from modeldesk.core.build.model import BuildEvent, EngineBuild
from modeldesk.core.errors import (
    Cancelled,
    EngineNotPermitted,
    EngineUnavailable,
    ModelDeskError,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken


def build(
    connection: Connection,
    with_buildkit: bool,
    build: EngineBuild,
    context: Iterable[bytes],
    on_event: Callable[[BuildEvent], None],
    token: CancelToken,
) -> ImageId:
    """Build and name an image. Raises `BuildFailed`, `DiskFull`, `EngineUnavailable`,
    `Cancelled`; an error raised by `context` comes through unchanged."""
    progress = BuildkitProgress(on_event) if with_buildkit else ClassicProgress(on_event)
    source = _Source(context)
    try:
        _run(connection, _parameters(build, with_buildkit), source, progress, token)
    except (Cancelled, EngineUnavailable, EngineNotPermitted):
        raise
    except ModelDeskError as error:
        # A Dockerfile that the classic builder can't read is refused before any progress.
        if source.failed or not error.detail or not source.begun:
            raise
        raise _understood(connection, error.detail, progress) from error
    return _image(connection, progress)


class _Source:
    """The context, and whether an error is its own."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.begun = self.failed = False

    def __iter__(self) -> Iterator[bytes]:
        self.begun = True
        try:
            yield from self._chunks
        except GeneratorExit:
            raise
        except BaseException:
            self.failed = True
            raise


class _Failed(ModelDeskError):
    """The engine's own words for the failure, on the way to be understood."""


def _run(
    connection: Connection,
    parameters: Params,
    source: _Source,
    progress: Progress,
    token: CancelToken,
) -> None:
    with open_stream(
        connection,
        token,
        "POST",
        "/build",
        params=parameters,
        headers={"Content-Type": "application/x-tar"},
        body=source,
    ) as stream:
        for message in stream.objects():
            words = text(mapping(message.get("errorDetail")).get("message"))
            if words := words or text(message.get("error")):
                raise _Failed(words, "", words)
            progress.read(message)
    progress.finish()


def _parameters(build: EngineBuild, with_buildkit: bool) -> dict[str, str | int | list[str]]:
    parameters: dict[str, str | int | list[str]] = {
        "t": [str(reference) for reference in build.tags],
        "dockerfile": build.dockerfile,
        "labels": json.dumps(dict(build.labels)),
        "buildargs": json.dumps(dict(build.build_args)),
        "nocache": int(build.no_cache),
        "rm": 1,
        "forcerm": 1,
    }
    if with_buildkit:
        parameters["version"] = 2
    return parameters


def _understood(connection: Connection, words: str, progress: Progress) -> ModelDeskError:
    """What the engine meant. One that is being stopped fails what it builds with words that say
    anything but that; yet it takes no new connection any more."""
    try:
        ping(connection, CancelToken())
    except EngineUnavailable as error:
        return EngineUnavailable(error.message, error.hint, words)
    return failure(words, progress)


def _image(connection: Connection, progress: Progress) -> ImageId:
    """The image's id; Podman says but its first digits."""
    if not progress.image:
        raise stopped(progress)
    if ":" in progress.image:
        return ImageId(progress.image)
    return image_detail(connection, ImageId(progress.image)).id
