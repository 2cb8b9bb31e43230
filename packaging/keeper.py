"""What has to be undone when a script ends, however it ends.

The script starts a keeper: a process of its own that listens on a pipe. The script tells it of
each thing before that thing is made. When the pipe closes, because the script came to its end,
was interrupted or was killed, the keeper undoes everything, the newest first.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_GRACE = 20.0


class Keeper:
    """Use as a context; leaving it waits until everything is undone."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    @property
    def process(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        # A second Ctrl-C must not leave half of it behind.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._process.wait()
        finally:
            signal.signal(signal.SIGINT, before)

    def end_group(self, leader: int) -> None:
        """End the process group that `leader` leads, with all its processes."""
        self._tell({"end_group": leader})

    def forget_group(self, leader: int) -> None:
        """The group has ended by itself; its number may soon be another's."""
        self._tell({"forget_group": leader})

    def run(self, *command: str) -> None:
        """Run `command`."""
        self._tell({"run": command})

    def remove_folder(self, folder: Path) -> None:
        """Delete `folder` and all in it."""
        self._tell({"remove_folder": str(folder)})

    def _tell(self, what: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()


def end_group(leader: int, grace: float = _GRACE) -> None:
    """Ask the processes of a group to end; after `grace` seconds make them."""
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(leader, number)
        except (ProcessLookupError, PermissionError):
            return
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if not group_lives(leader):
                return
            time.sleep(0.05)


def group_lives(leader: int) -> bool:
    """Whether a process of the group still does something (a zombie does not)."""
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return any(_is_live_member(entry, leader) for entry in Path("/proc").glob("[0-9]*/stat"))


def _is_live_member(stat: Path, leader: int) -> bool:
    try:
        # The name stands in brackets and may hold anything; state, parent and group follow.
        state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
    except (OSError, ValueError):
        return False
    return int(group) == leader and state not in "ZX"


def _serve() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    todo: list[dict[str, object]] = []
    for line in sys.stdin:
        told = json.loads(line)
        if "forget_group" in told:
            todo = [one for one in todo if one.get("end_group") != told["forget_group"]]
        else:
            todo.append(told)
    for one in reversed(todo):
        match one:
            case {"end_group": int(leader)}:
                end_group(leader)
            case {"remove_folder": str(folder)}:
                shutil.rmtree(folder, ignore_errors=True)
            case {"run": list(command)}:
                subprocess.run(
                    [str(part) for part in command], stdin=subprocess.DEVNULL, check=False
                )


if __name__ == "__main__":
    _serve()
