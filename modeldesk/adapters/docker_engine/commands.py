"""Commands, signals and processes of a container that runs."""

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from docker import APIClient

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import items, mapping, number, text, texts
from modeldesk.adapters.docker_engine.logs import frames
from modeldesk.adapters.docker_engine.streams import EngineRequest, open_stream
from modeldesk.core.containers.model import CommandResult, Process
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken

LONGEST_OUTPUT = 64 * 1024
_ENDING_SECONDS = 1.0
_PAUSE_S = 0.02
_JSON = {"Content-Type": "application/json"}
_BEGIN = json.dumps({"Detach": False, "Tty": False}).encode()


def run_command(
    connection: Connection,
    container: ContainerId,
    command: Sequence[str],
    token: CancelToken,
    longest_s: float,
) -> CommandResult:
    """Both outputs in the order they came, the end of them where they are long."""
    token.raise_if_cancelled()
    with connection.client() as client:
        run = text(mapping(client.exec_create(container, list(command))).get("Id"))
    output = _output(connection, run, token, longest_s)
    with connection.client() as client:
        code = exit_code(client, run)
    return CommandResult(code, output.decode("utf-8", "replace").strip())


def _output(connection: Connection, run: str, token: CancelToken, longest_s: float) -> bytes:
    """What it prints until it ends, or its time is over."""
    said = bytearray()
    request = EngineRequest(f"/exec/{run}/start", "POST", headers=_JSON, body=[_BEGIN])
    with open_stream(connection, token, request) as stream:
        limit = threading.Timer(longest_s, stream.cut)
        limit.name = "engine-command-limit"
        limit.start()
        try:
            # It breaks too when the container ends meanwhile. Whether the engine is still there,
            # whoever asks next finds out.
            with suppress(EngineUnavailable):
                for _, piece in frames(stream.chunks()):
                    said += piece
                    del said[:-LONGEST_OUTPUT]
        finally:
            limit.cancel()
            limit.join()
    return bytes(said)


def send_signal(connection: Connection, container: ContainerId, signal: str) -> None:
    """By its name without ``SIG``."""
    with connection.client() as client:
        client.kill(container, f"SIG{signal}")


def processes(connection: Connection, container: ContainerId) -> tuple[Process, ...]:
    """As the engine's machine numbers them."""
    with connection.client() as client:
        told = mapping(client.top(container, "-o pid,args"))
    rows = (texts(row) for row in items(told.get("Processes")))
    return tuple(Process(_pid(row[0]), row[-1]) for row in rows if row)


def exit_code(client: APIClient, run: str) -> int | None:
    """How a command ended; None when it was cut off. Its end is known a moment after its last
    output."""
    deadline = time.monotonic() + _ENDING_SECONDS
    while True:
        state = mapping(client.exec_inspect(run))
        if state.get("Running") is not True:
            return number(state["ExitCode"]) if isinstance(state.get("ExitCode"), int) else None
        if time.monotonic() > deadline:
            return None
        time.sleep(_PAUSE_S)


def _pid(word: str) -> int:
    return int(word) if word.isdecimal() else 0
