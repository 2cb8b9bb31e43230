"""A build by buildx, as a process that is fed with the context and can be stopped."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from modeldesk.adapters.docker_engine.build_errors import understood
from modeldesk.adapters.docker_engine.build_progress import BuildkitProgress
from modeldesk.adapters.docker_engine.buildx.command import METADATA, Command, command_for
from modeldesk.adapters.docker_engine.buildx.program import find_buildx
from modeldesk.adapters.docker_engine.buildx.raw_json import Reader
from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import mapping, text
from modeldesk.adapters.docker_engine.images import image_detail
from modeldesk.adapters.private_folder import private_folder
from modeldesk.core.build.model import BuildEvent, EngineBuild
from modeldesk.core.errors import EngineError, NotFound
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import BuildContext
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

_GRACE_S = 3.0
"""Between asking it to stop and making it."""
_LAST_WORDS = 200


def build_by_buildx(
    connection: Connection,
    build: EngineBuild,
    context: BuildContext,
    on_event: Callable[[BuildEvent], None],
    token: CancelToken,
) -> ImageId:
    """Build and name an image. The context is sent whole. Raises what the engine's own build
    does, and `InvalidInput` where buildx is not on this machine."""
    program = find_buildx()
    token.raise_if_cancelled()
    with private_folder("modeldesk-buildx-", _private_place()) as folder:
        command = command_for(program, connection, build, folder)
        progress = BuildkitProgress(on_event)
        words = _run(command, context, progress, token)
        if words is not None:
            raise understood(connection, words, progress)
        return _image(connection, folder / METADATA)


def _private_place() -> str | None:
    """Where a person's own files are in memory; else where temporary ones are."""
    place = os.environ.get("XDG_RUNTIME_DIR", "")
    return place if place and os.access(place, os.W_OK) else None


def _run(
    command: Command, context: BuildContext, progress: BuildkitProgress, token: CancelToken
) -> str | None:
    """Its last words when it failed, else None."""
    said: deque[str] = deque(maxlen=_LAST_WORDS)
    reader = Reader()
    with (
        ThreadPoolExecutor(1, "buildx-context") as threads,
        _started(command) as process,
        token.closing(process.interrupt),
    ):
        fed = threads.submit(_feed, context, process)
        for line in process.lines():
            for piece in reader.feed(line):
                if isinstance(piece, str):
                    said.append(piece)
                else:
                    progress.read_trace(piece)
        code = process.wait()
    progress.finish()
    fed.result()
    token.raise_if_cancelled()
    return _last_words(said) if code else None


class _Process:
    """One run of buildx."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._lock = threading.Lock()
        self._killer: threading.Timer | None = None

    @property
    def stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    def lines(self) -> Iterator[bytes]:
        assert self._process.stderr is not None
        yield from self._process.stderr

    def wait(self) -> int:
        return self._process.wait()

    def interrupt(self) -> None:
        """Ask it to stop what it began, and make it after a while. From any thread; nothing
        happens when it has ended."""
        with self._lock:
            if self._process.poll() is not None or self._killer is not None:
                return
            self._killer = threading.Timer(_GRACE_S, self._process.kill)
            self._killer.name = "buildx-grace"
            self._killer.start()
        if sys.platform == "win32":
            self._process.terminate()
        else:
            self._process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """It has ended when this returns."""
        self.interrupt()
        self._process.wait()
        if self._killer is not None:
            self._killer.cancel()
            self._killer.join()
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


@contextmanager
def _started(command: Command) -> Iterator[_Process]:
    try:
        # In a session of its own: a Ctrl-C in the terminal is for us, who tell it.
        process = subprocess.Popen(
            command.words,
            env=dict(command.variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(
            tr("buildx could not be started: {reason}.", reason=error.strerror or error),
            tr("Install it anew, or choose the automatic builder."),
        ) from error
    running = _Process(process)
    try:
        yield running
    finally:
        running.end()


def _feed(context: BuildContext, process: _Process) -> None:
    """Send the context. Raises what reading it does, once the build was stopped: what the builder
    has then is no whole context."""
    try:
        for chunk in context.tar():
            try:
                process.stdin.write(chunk)
            except OSError:
                # It wants no more; why is said elsewhere.
                return
    except BaseException:
        process.interrupt()
        raise
    finally:
        with suppress(OSError):
            process.stdin.close()


def _last_words(said: deque[str]) -> str:
    """From the last line on that says what is wrong; older versions show the Dockerfile before
    it."""
    lines = [line for line in said if line.strip()]
    for place in reversed(range(len(lines))):
        if lines[place].startswith("ERROR: "):
            return "\n".join((lines[place].removeprefix("ERROR: "), *lines[place + 1 :]))
    return "\n".join(lines) or tr("buildx ended without a word.")


def _image(connection: Connection, metadata: Path) -> ImageId:
    """The image's id: engines call it by its manifest or by its configuration."""
    try:
        told = mapping(json.loads(metadata.read_bytes()))
    except (OSError, ValueError) as error:
        log.info("buildx told nothing of what it built: %s", error)
        told = {}
    for name in ("containerimage.digest", "containerimage.config.digest"):
        if digest := text(told.get(name)):
            with suppress(NotFound):
                return image_detail(connection, ImageId(digest)).id
    raise EngineError(
        tr("buildx built an image that is not on this engine."),
        tr("Check which builder it is set to: docker buildx ls."),
    )
