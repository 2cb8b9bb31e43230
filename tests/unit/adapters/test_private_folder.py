"""Folders for a while: private, gone afterwards, and so are those of programs that were killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from modeldesk.adapters.private_folder import private_folder

posix = pytest.mark.skipif(sys.platform == "win32", reason="There are no such locks.")
_HOLDS = """
import sys, time
from modeldesk.adapters.private_folder import private_folder
with private_folder("x-", sys.argv[1]) as folder:
    (folder / "secret").write_text("s")
    print(folder, flush=True)
    time.sleep(600)
"""


def aged(folder: Path) -> Path:
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))
    return folder


def test_it_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with private_folder("x-", str(tmp_path)) as folder:
        assert folder.parent == tmp_path
        assert sys.platform == "win32" or folder.stat().st_mode & 0o077 == 0
        (folder / "secret").write_text("s")
    assert list(tmp_path.iterdir()) == []


@posix
def test_what_a_killed_program_left_goes_with_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        left = aged(Path(other.stdout.readline().strip()))
        try:
            with private_folder("x-", str(tmp_path)):
                pass
            assert (left / "secret").exists()
        finally:
            other.kill()
    with private_folder("x-", str(tmp_path)):
        assert not left.exists()


@posix
def test_nothing_else_is_touched(tmp_path: Path) -> None:
    young, another, target = tmp_path / "x-young", tmp_path / "y-other", tmp_path / "target"
    for folder in (young, another, target):
        folder.mkdir()
    aged(another)
    (tmp_path / "x-link").symlink_to(target)
    (tmp_path / "x-file").write_text("f")
    before = sorted(tmp_path.iterdir())
    with private_folder("x-", str(tmp_path)):
        pass
    assert sorted(tmp_path.iterdir()) == before
