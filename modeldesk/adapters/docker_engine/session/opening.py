"""A session beside a build: opened before it, closed when it ends, however it does."""

import hashlib
import platform
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.session.file_sync import METHOD as FILES
from modeldesk.adapters.docker_engine.session.link import Link
from modeldesk.adapters.docker_engine.session.server import Handler, Server
from modeldesk.adapters.docker_engine.streams import open_socket
from modeldesk.core.build_context.scan import ContextPlan
from modeldesk.core.jobs import CancelToken

_EXPOSE = "X-Docker-Expose-Session-"
_MACHINE_ID = Path("/etc/machine-id")


@dataclass(frozen=True, slots=True)
class Session:
    """An open session. A build is told its id."""

    id: str
    server: Server


@contextmanager
def open_session(
    connection: Connection, token: CancelToken, handlers: Mapping[str, Handler], kept_as: str
) -> Iterator[Session]:
    """Answer the engine's calls by `handlers` until the `with` is left; then no thread of it
    waits and no socket is open. What the engine is sent of a folder it keeps as `kept_as`, for
    the next session of that name. Raises what `open_socket` does."""
    name = uuid.uuid4().hex
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "h2c",
        f"{_EXPOSE}Uuid": name,
        f"{_EXPOSE}Name": "modeldesk",
        f"{_EXPOSE}Sharedkey": kept_as,
        # Only of this one an engine asks whether it is there.
        f"{_EXPOSE}Grpc-Method": FILES,
    }
    with open_socket(connection, token, "/session", headers) as taken:
        link = Link(taken.socket, taken.first)
        server = Server(link, handlers)
        thread = threading.Thread(target=server.serve, name="build-session")
        thread.start()
        try:
            yield Session(name, server)
        finally:
            taken.shut()
            thread.join()


def key_of(plan: ContextPlan) -> str:
    """What the engine keeps the files of a context as: another for each folder, or for each
    name that is given to what one stands for, and for each machine that builds on the engine."""
    try:
        machine = _MACHINE_ID.read_text(encoding="ascii")
    except (OSError, ValueError):
        machine = str(uuid.getnode())
    words = (
        "modeldesk",
        machine.strip(),
        platform.node(),
        plan.kept_as or str(plan.folder.absolute()),
    )
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()
