"""A build by the engine's own API: the context goes up as it is read, progress comes down.

BuildKit is given a session, over which it asks for the files it has not kept from an earlier
build, for secrets and for sign-ins. Where `session.for_build` gets none, and to the classic
builder and Podman, the whole context is sent each time.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

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
from modeldesk.core.ports import BuildContext, FindSignIn

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from modeldesk.adapters.docker_engine.session.opening import Session


def build(
    connection: Connection,
    with_buildkit: bool,
    build: EngineBuild,
    context: BuildContext,
    on_event: Callable[[BuildEvent], None],
    token: CancelToken,
    find_sign_in: FindSignIn | None = None,
) -> ImageId:
    """Build and name an image. Raises `BuildFailed`, `DiskFull`, `EngineUnavailable`,
    `Cancelled`; an error raised by `context` comes through unchanged."""
    if not with_buildkit:
        return _build(connection, _parameters(build), context, ClassicProgress(on_event), token)
    with _session(connection, build, context, token, find_sign_in) as session:
        parameters = {**_parameters(build), "version": 2}
        if session is not None:
            parameters["session"] = session.id
            if context.plan is not None:
                parameters["remote"] = "client-session"
        progress = BuildkitProgress(on_event)
        try:
            return _build(connection, parameters, context, progress, token)
        except (Cancelled, EngineUnavailable):
            raise
        except ModelDeskError:
            if session is not None and session.server.error is not None:
                # Why it could not be given what it asked for.
                raise session.server.error from None
            raise


def _session(
    connection: Connection,
    build: EngineBuild,
    context: BuildContext,
    token: CancelToken,
    find_sign_in: FindSignIn | None,
) -> "AbstractContextManager[Session | None]":
    # HTTP/2 is loaded by whoever builds first.
    from modeldesk.adapters.docker_engine.session.for_build import session_for

    return session_for(connection, build, context, token, find_sign_in)


def _build(
    connection: Connection,
    parameters: Params,
    context: BuildContext,
    progress: Progress,
    token: CancelToken,
) -> ImageId:
    source = None if "remote" in parameters else _Source(context.tar())
    try:
        _run(connection, parameters, source, progress, token)
    except (Cancelled, EngineUnavailable, EngineNotPermitted):
        raise
    except ModelDeskError as error:
        # A Dockerfile that the classic builder can't read is refused before any progress.
        own = source is not None and (source.failed or not source.begun)
        if own or not error.detail:
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
    source: _Source | None,
    progress: Progress,
    token: CancelToken,
) -> None:
    with open_stream(
        connection,
        token,
        "POST",
        "/build",
        params=parameters,
        headers=None if source is None else {"Content-Type": "application/x-tar"},
        body=source,
    ) as stream:
        for message in stream.objects():
            words = text(mapping(message.get("errorDetail")).get("message"))
            if words := words or text(message.get("error")):
                raise _Failed(words, "", words)
            progress.read(message)
    progress.finish()


def _parameters(build: EngineBuild) -> dict[str, str | int | list[str]]:
    return {
        "t": [str(reference) for reference in build.tags],
        "dockerfile": build.dockerfile,
        "labels": json.dumps(dict(build.labels)),
        "buildargs": json.dumps(dict(build.build_args)),
        "nocache": int(build.no_cache),
        "rm": 1,
        "forcerm": 1,
    }


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
