"""Looks at a swarm in memory need no pause."""

import pytest

from modeldesk.core.swarm import following
from tests.unit.core.swarm.desk import SwarmDesk


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_PAUSE_S", 0.001)


@pytest.fixture
def desk() -> SwarmDesk:
    return SwarmDesk()
