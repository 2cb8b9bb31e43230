"""No archive fills the memory or writes anything, whatever it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.core.archives.heavy import HEAVY

ROOT = Path(__file__).parents[4]
MOST_MEGABYTES = 100


@pytest.mark.skipif(sys.platform != "linux", reason="the memory is read from /proc")
@pytest.mark.parametrize("name", [one.__name__ for one in HEAVY])
def test_memory(name: str, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-B", "-m", "tests.unit.core.archives.heavy", name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert int(answer.stdout) <= MOST_MEGABYTES
    assert not list(tmp_path.iterdir())
