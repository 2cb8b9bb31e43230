"""A build by the engine's own API: the context goes up as it is read, progress comes down.

BuildKit is given a session, over which it asks for the files it has not kept from an earlier
build, for secrets and for sign-ins. Where `session.for_build` gets none, and to the classic
builder and Podman, the whole context is sent each time.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from modeldesk.adapters.docker_engine.build_errors import stopped, understood
from modeldesk.adapters.docker_engine.build_progress import (
    BuildkitProgress,
    ClassicProgress,
    Progress,
)
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import mapping, text
from modeldesk.adapters.docker_engine.images import image_detail
from modeldesk.adapters.docker_engine.sent_body import SentBody
from modeldesk.adapters.docker_engine.streams import EngineRequest, Params, open_stream
from modeldesk.core.build.model import Builder, BuildEvent, EngineBuild
from modeldesk.core.errors import (
    Cancelled,
    EngineNotPermitted,
    EngineUnavailable,
    InvalidInput,
    ModelDeskError,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import BuildContext, FindSignIn
from modeldesk.core.words import tr

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
    if build.builder is Builder.BUILDX:
        return _by_buildx(connection, with_buildkit, build, context, on_event, token)
    if not with_buildkit:
        return _build(connection, _parameters(build), context, ClassicProgress(on_event), token)
    with _session(connection, build, context, token, find_sign_in) as session:
        parameters = {**_parameters(build), "version": 2}
        if session is not None:
            parameters["session"] = session.id
            if context.plan is not None and context.plan.names_are_text:
                parameters["remote"] = "client-session"
        progress = BuildkitProgress(on_event)
        try:
            return _build(connection, parameters, context, progress, token)
        except Cancelled:
            raise
        except ModelDeskError:
            if session is not None and session.server.error is not None:
                # Why it could not be given what it asked for; the engine's own words may be but
                # "context canceled", as of one that is being stopped.
                raise session.server.error from None
            raise


def _by_buildx(
    connection: Connection,
    with_buildkit: bool,
    build: EngineBuild,
    context: BuildContext,
    on_event: Callable[[BuildEvent], None],
    token: CancelToken,
) -> ImageId:
    if not with_buildkit:
        raise InvalidInput(
            tr("buildx needs an engine that has BuildKit."),
            tr("Choose the automatic builder for this engine."),
        )
    from modeldesk.adapters.docker_engine.buildx.running import build_by_buildx

    return build_by_buildx(connection, build, context, on_event, token)


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
    source = None if "remote" in parameters else SentBody(context.tar())
    try:
        _run(connection, parameters, source, progress, token)
    except (Cancelled, EngineUnavailable, EngineNotPermitted):
        raise
    except ModelDeskError as error:
        # A Dockerfile that the classic builder can't read is refused before any progress.
        own = source is not None and (source.error is not None or not source.begun)
        if own or not error.detail:
            raise
        raise understood(connection, error.detail, progress) from error
    return _image(connection, progress)


class _Failed(ModelDeskError):
    """The engine's own words for the failure, on the way to be understood."""


def _run(
    connection: Connection,
    parameters: Params,
    source: SentBody | None,
    progress: Progress,
    token: CancelToken,
) -> None:
    headers = None if source is None else {"Content-Type": "application/x-tar"}
    request = EngineRequest("/build", "POST", parameters, headers, source)
    with open_stream(connection, token, request) as stream:
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


def _image(connection: Connection, progress: Progress) -> ImageId:
    """The image's id; Podman says but its first digits."""
    if not progress.image:
        raise stopped(progress)
    if ":" in progress.image:
        return ImageId(progress.image)
    return image_detail(connection, ImageId(progress.image)).id
