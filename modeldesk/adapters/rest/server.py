"""A server that listens until it is asked to end."""

import asyncio
import contextlib
import logging
import os
import shutil
import socket
import ssl
import tempfile
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import uvicorn

from modeldesk.adapters.rest.app import make_app
from modeldesk.adapters.rest.endpoint import Site
from modeldesk.adapters.rest.protocol import patient
from modeldesk.adapters.rest.workers import Workers
from modeldesk.core.access.limits import Limits
from modeldesk.core.access.listening import Listening, Serving, check_listening
from modeldesk.core.access.service import Access
from modeldesk.core.errors import InvalidInput, PortTaken, RecordsError
from modeldesk.core.hub.service import Hub
from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_LET_GO_S = 10.0
"""That what was cancelled may take."""


def serve(
    hub: Hub,
    access: Access,
    serving: Serving,
    on_listening: Callable[[Listening], None],
    token: CancelToken,
) -> None:
    """Serve until `token` is cancelled: then what is under way may end within its grace, and is
    cancelled after that. `on_listening` hears where, as soon as it can be asked. Raises
    `InvalidInput`, `PortTaken`, `RecordsError`."""
    check_listening(serving.listening)
    _check_certificate(serving)
    workers = Workers(serving.limits.requests)
    with _room(serving.uploads) as room, _listening_socket(serving.listening) as listener:
        site = Site(access, workers, serving.limits, room, serving.listening.open)
        server = _Server(_config(make_app(hub, site), serving), workers, serving.limits)
        port = listener.getsockname()[1]
        server.on_start = lambda: on_listening(replace(serving.listening, port=port))
        try:
            with token.closing(server.ask_to_end):
                asyncio.run(server.serve([listener]))
        finally:
            workers.cancel_all()
            workers.close()


class _Server(uvicorn.Server):
    """Signals are the command's business."""

    def __init__(self, config: uvicorn.Config, workers: Workers, limits: Limits) -> None:
        super().__init__(config)
        self._workers = workers
        self._limits = limits
        self.on_start: Callable[[], None] = lambda: None

    def ask_to_end(self) -> None:
        """From any thread."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        timer = asyncio.get_running_loop().call_later(
            self._limits.grace_s, self._workers.cancel_all
        )
        try:
            await super().shutdown(sockets)
        finally:
            timer.cancel()


def _config(app: object, serving: Serving) -> uvicorn.Config:
    limits = serving.limits
    # Its own words are of no use to whoever runs this: ours say what matters.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    return uvicorn.Config(
        # An ASGI application; the types that name one are the library's own, and no others' fit.
        app,  # type: ignore[arg-type]  # the same protocol, in another library's types
        loop="asyncio",
        http=patient(limits),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(serving.proxies),
        forwarded_allow_ips=list(serving.proxies),
        timeout_keep_alive=int(limits.headers_s),
        timeout_graceful_shutdown=int(limits.grace_s + _LET_GO_S),
        h11_max_incomplete_event_size=limits.headers_bytes,
        ssl_certfile=serving.certificate,
        ssl_keyfile=serving.key,
    )


def _check_certificate(serving: Serving) -> None:
    if (serving.certificate is None) is not (serving.key is None):
        raise InvalidInput(tr("A certificate and its key belong together: --cert and --key."))
    if serving.certificate is None:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(serving.certificate, serving.key)
    except (OSError, ssl.SSLError) as error:
        raise InvalidInput(
            tr("The certificate or its key can’t be used: {reason}.", reason=error),
            tr("Both are PEM files; the key is that of the certificate, and without a password."),
        ) from error


@contextlib.contextmanager
def _listening_socket(listening: Listening) -> Generator[socket.socket, None, None]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listening.host, listening.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise InvalidInput(
            tr("There is no address “{host}” to listen on.", host=listening.host),
            tr("Give --host an address of this machine."),
        ) from error
    with made:
        try:
            if os.name == "posix":
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
        except OSError as error:
            raise PortTaken(
                listening.port,
                tr("Port {port} of {host} can’t be listened on: {reason}.",
                   port=listening.port, host=listening.host, reason=error.strerror or error),
                tr("Choose another with --port; 0 takes a free one."),
            ) from error  # fmt: skip
        yield made


@contextlib.contextmanager
def _room(uploads: Path) -> Generator[Path, None, None]:
    """A folder of this server's own, without what servers left that were killed."""
    try:
        uploads.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in uploads.iterdir():
            if not _is_alive(left.name):
                shutil.rmtree(left, ignore_errors=True)
        room = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=uploads))
    except OSError as error:
        raise RecordsError(
            tr("Nothing can be kept in {path}: {reason}.",
               path=uploads, reason=error.strerror or error),
            tr("Check that the folder is yours and has room."),
        ) from error  # fmt: skip
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _is_alive(name: str) -> bool:
    """Whether the process still runs that a folder is called after."""
    number = name.partition("-")[0]
    if os.name != "posix" or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
