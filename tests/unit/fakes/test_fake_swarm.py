"""The swarm in memory keeps what every swarm promises."""

import itertools

import pytest

from modeldesk.core.errors import NoSwarm
from modeldesk.core.ids import ContainerId
from modeldesk.core.swarm.model import Membership, SwarmTask, TaskState
from tests.contracts.swarm_contract import NOWHERE, Kind, SwarmContract
from tests.fakes.swarm import Conduct, FakeSwarm

_CONDUCTS = {
    Kind.SERVER: Conduct(),
    Kind.CRASHER: Conduct(TaskState.FAILED, "task: non-zero exit (3)", 3, ("no weights",)),
    Kind.SICK: Conduct(
        TaskState.FAILED, "task: non-zero exit (143): dockerexec: unhealthy container", 143
    ),
}


class FakeSwarmBench:
    def __init__(self) -> None:
        self.engine = FakeSwarm()
        self.engine.conduct[NOWHERE] = Conduct(TaskState.REJECTED, f"No such image: {NOWHERE}")
        self._numbers = itertools.count(1)

    def name(self) -> str:
        return f"test-swarm-{next(self._numbers)}"

    def image(self, kind: Kind) -> str:
        made = f"sha256:{next(self._numbers):064x}"
        self.engine.conduct[made] = _CONDUCTS[kind]
        return made

    def container(self) -> ContainerId:
        return ContainerId(f"{next(self._numbers):064x}")

    def kill(self, task: SwarmTask) -> None:
        self.engine.kill(task.id)


class TestFakeSwarm(SwarmContract):
    @pytest.fixture
    def swarm(self) -> FakeSwarmBench:
        return FakeSwarmBench()


def test_an_engine_that_left_manages_none() -> None:
    swarm = FakeSwarm()
    swarm.leave()
    assert swarm.membership() is Membership.NONE
    with pytest.raises(NoSwarm):
        swarm.nodes()
