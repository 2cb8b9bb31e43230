"""The commands as a shell runs them, in a folder of the test's own: one that comes too late does
nothing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from modeldesk.adapters.gateway.configuration import FOLDER
from modeldesk.adapters.gateway.turns import OVERTAKEN, Turn, after

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell here")

NAME = "nginx-1.conf"


class Shell:
    """Stands for the gateway's container. Its nginx finds nothing wrong but the word “unsound”."""

    def __init__(self, folder: Path) -> None:
        self.volume = folder / "volume"
        programs = folder / "programs"
        self.volume.mkdir()
        programs.mkdir()
        (programs / "nginx").write_text('#!/bin/sh\nfor last; do :; done\n! grep unsound "$last"\n')
        (programs / "nginx").chmod(0o755)
        self._environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    def run(self, command: tuple[str, ...]) -> tuple[int, str]:
        """Its code, and what it printed."""
        words = [word.replace(FOLDER, str(self.volume)) for word in command]
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, env=self._environment
        )
        return done.returncode, done.stdout.strip()

    def put(self, turn: Turn, text: str) -> tuple[int, str]:
        self.write(turn.next_name, text)
        return self.run(turn.put(NAME))

    def write(self, name: str, text: str) -> None:
        (self.volume / name).write_text(text)

    @property
    def configuration(self) -> str:
        return (self.volume / NAME).read_text()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made.write(NAME, "old")
    return made


def test_what_is_sound_is_put_in_place_and_can_be_put_back(shell: Shell) -> None:
    assert shell.put(Turn(1), "new") == (0, "")
    assert shell.configuration == "new"
    assert shell.run(Turn(2).put_back(NAME)) == (0, "")
    assert shell.configuration == "old"


def test_what_is_not_sound_is_not(shell: Shell) -> None:
    code, said = shell.put(Turn(1), "unsound")
    assert (code, said) == (1, "unsound")
    assert shell.configuration == "old"


@pytest.mark.parametrize("late", ["put", "put back"])
def test_one_that_comes_after_a_later_look_does_nothing(shell: Shell, late: str) -> None:
    shell.put(Turn(1), "wanted")
    shell.write(Turn(2).next_name, "of the killed one")
    assert shell.run(Turn(3).holds("wanted", NAME)) == (0, "")
    command = Turn(2).put(NAME) if late == "put" else Turn(2).put_back(NAME)
    assert shell.run(command) == (OVERTAKEN, "3")
    assert shell.configuration == "wanted"


def test_one_that_comes_before_the_look_is_seen(shell: Shell) -> None:
    shell.put(Turn(2), "of the killed one")
    assert shell.run(Turn(3).holds("wanted", NAME))[0] == 1


def test_a_start_counts_too(shell: Shell) -> None:
    for name, content in Turn(5).file.items():
        (shell.volume / name).write_bytes(content)
    assert shell.put(Turn(4), "late") == (OVERTAKEN, "5")
    assert shell.put(after("5"), "new") == (0, "")


def test_files_of_killed_ones_go(shell: Shell) -> None:
    for name in ("next-1.conf", "next-9.conf", "next-.conf"):
        shell.write(name, "left")
    shell.put(Turn(5), "new")
    left = sorted(path.name for path in shell.volume.glob("next-*"))
    assert left == ["next-.conf", "next-9.conf"]


def test_a_number_that_was_not_said_is_the_first() -> None:
    assert after("") == after("cat: turn: no such file") == Turn(1)
