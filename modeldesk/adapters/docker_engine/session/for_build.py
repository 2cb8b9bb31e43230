"""What a build gets over its session, and whether it gets one."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.session import file_sync, secrets, sign_in
from modeldesk.adapters.docker_engine.session.opening import Session, key_of, open_session
from modeldesk.adapters.docker_engine.session.server import Handler
from modeldesk.core.build.model import EngineBuild
from modeldesk.core.errors import (
    EngineError,
    EngineNotPermitted,
    EngineUnavailable,
    InvalidInput,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import BuildContext, FindSignIn

log = logging.getLogger(__name__)


@contextmanager
def session_for(
    connection: Connection,
    build: EngineBuild,
    context: BuildContext,
    token: CancelToken,
    find_sign_in: FindSignIn | None,
) -> Iterator[Session | None]:
    """A session beside a build, over which it has its files, secrets and sign-ins; None where the
    engine opens none: then the whole context has to be sent, and a build that asks for more
    fails. Raises `EngineUnavailable`, `EngineNotPermitted`, `Cancelled`."""
    kept_as = key_of(context.plan) if context.plan is not None else ""
    handlers = _handlers(build, context, find_sign_in)
    with ExitStack() as opened:
        session = None
        try:
            session = opened.enter_context(open_session(connection, token, handlers, kept_as))
        except (EngineUnavailable, EngineNotPermitted):
            raise
        except (EngineError, InvalidInput) as error:
            log.info("The engine opens no session, so the whole context is sent: %s", error)
        yield session


def _handlers(
    build: EngineBuild, context: BuildContext, find_sign_in: FindSignIn | None
) -> dict[str, Handler]:
    handlers = {secrets.METHOD: secrets.secret_handler(build.secrets)}
    if find_sign_in is not None:
        handlers[sign_in.METHOD] = sign_in.sign_in_handler(find_sign_in)
    if context.plan is not None:
        files = file_sync.file_handler(context, context.plan, build.dockerfile)
        handlers[file_sync.METHOD] = files
    return handlers
