"""An engine that is killed and started again with all it had. Whoever uses it lives in a network
and among mounts of their own, so that it can touch no other engine."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engine.own_engine import OwnEngine, await_engine, copy_images, end_engine, options
from tests.support.waiting import SLOW_MACHINE_S

_TRIES = 4
APART = ("unshare", "--net", "--mount", "sh", "-c", 'ip link set lo up && exec "$@"', "apart")
"""The beginning of a command that lives so."""


class RestartingEngine:
    """`url` stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.url = f"unix://{folder}/docker.sock"
        (folder / "dockerd.json").write_text("{}")
        (folder / "data").mkdir()
        self._engine = self._start()

    def restart(self, *, politely: bool) -> None:
        """As a service manager does it, or after a signal it can do nothing about; return once it
        answers."""
        process = self._engine.process
        process.send_signal(signal.SIGTERM if politely else signal.SIGKILL)
        process.wait(SLOW_MACHINE_S)
        for left in ("docker.sock", "dockerd.pid"):
            (self._folder / left).unlink(missing_ok=True)
        self._engine = self._start_at_last()

    def close(self) -> None:
        """Nothing of it runs any more."""
        end_engine(self._engine)

    def _start_at_last(self) -> OwnEngine:
        """An engine gives its containerd a few seconds only, which a busy machine may not have; a
        service manager starts it again then."""
        for _ in range(_TRIES - 1):
            try:
                return self._start()
            except AssertionError:
                (self._folder / "dockerd.pid").unlink(missing_ok=True)
        return self._start()

    def _start(self) -> OwnEngine:
        given = [f"{name}={value}" for name, value in options(self._folder).items()]
        with (self._folder / "dockerd.log").open("ab") as log:
            process = subprocess.Popen(
                ["dockerd", *given],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        engine = OwnEngine(self.url, process, self._folder)
        await_engine(engine)
        return engine


@contextmanager
def restarting_engine(source_url: str, images: Sequence[str]) -> Iterator[RestartingEngine]:
    """One with these images of another engine."""
    folder = Path(tempfile.mkdtemp(prefix="mdt-own-", dir="/var/tmp"))
    engine = RestartingEngine(folder)
    try:
        copy_images(source_url, engine.url, images)
        yield engine
    finally:
        engine.close()
        shutil.rmtree(folder, ignore_errors=True)
