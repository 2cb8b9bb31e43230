"""A canary is not blamed for its engine: it goes on where that was started anew."""

import json
import subprocess
import sys

import pytest

from modeldesk.core.canary.model import Phase
from tests.engine.private_daemon import can_start
from tests.engine.restarting_engine import APART

pytestmark = pytest.mark.skipif(not can_start(), reason="no engine can be started here")

_LONGEST_S = 280


@pytest.mark.parametrize("how", ["politely", "killed"])
def test_one_goes_on_when_its_engine_was_started_anew(engine_url: str, how: str) -> None:
    program = [sys.executable, "-m", "tests.engine.canary.engine_restarts", how]
    done = subprocess.run(
        [*APART, *program], capture_output=True, text=True, check=False, timeout=_LONGEST_S
    )
    assert done.returncode == 0, done.stderr[-5000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["phase"] == Phase.PROMOTED.value, (said, done.stderr[-2000:])
    assert "The engine was started anew: its window begins again." in said["changes"]
