"""One run of test.py: what was asked for, what was done so far, and the programs it calls."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import environment
from console import complain
from keeper import Keeper, end_group
from parts import Part, Result


@dataclass(slots=True)
class Run:
    """`told` are the variables that the tests get."""

    keeper: Keeper
    wanted: tuple[str, ...]
    done: list[Part] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        self.done.append(part)

    @property
    def failed(self) -> bool:
        return any(part.result is Result.FAILED for part in self.done)


def call(keeper: Keeper, command: list[str], told: Mapping[str, str] | None = None) -> int:
    """Run `command` in a process group that ends when this script does, however that is."""
    with _group(keeper, command, {**os.environ, **(told or {})}) as process:
        return process.wait()


@contextmanager
def _group(
    keeper: Keeper, command: list[str], variables: dict[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        command,
        cwd=environment.ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    keeper.end_group(process.pid)
    try:
        yield process
    except KeyboardInterrupt:
        # It is told as a terminal would tell it, and has a moment for its last words.
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            complain(f"{Path(command[0]).name} does not stop when asked.")
        raise
    finally:
        end_group(process.pid, 5)
        process.poll()
        keeper.forget_group(process.pid)
