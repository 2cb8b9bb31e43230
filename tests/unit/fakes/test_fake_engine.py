"""The engine in memory keeps what every engine promises."""

import itertools

import pytest

from modeldesk.core.containers.model import CommandResult, Health, LogLine, Process
from modeldesk.core.errors import EngineError
from modeldesk.core.ids import ContainerId, ImageId
from tests.contracts.engine_contract import TEST_LABEL, EngineContract, Kind
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour

_BEHAVIOURS = {
    Kind.SLEEPER: Behaviour(
        results={"echo": CommandResult(0, "one two"), "false": CommandResult(1), "sleep": None},
        processes=(Process(17, "sleep 3600"),),
    ),
    Kind.CRASHER: Behaviour(
        exit_code=3, prints=(LogLine("loading"), LogLine("no such model", error=True))
    ),
    Kind.PRINTER: Behaviour(prints_every_s=0.02),
    Kind.HEALTHY: Behaviour(health=(Health.STARTING, Health.STARTING, Health.HEALTHY)),
    Kind.SICK: Behaviour(health=(Health.STARTING, Health.UNHEALTHY), health_output="not yet"),
    Kind.STUCK: Behaviour(health=(Health.STARTING,), check_hangs=True),
    Kind.UNSTARTABLE: Behaviour(
        start_error=EngineError("It could not be started.", "", "no such file: /nowhere")
    ),
}


class FakeBench:
    def __init__(self) -> None:
        self.engine = FakeEngine()
        self._numbers = itertools.count(1)

    def name(self) -> str:
        return f"test-engine-{next(self._numbers)}"

    def image(self, kind: Kind, *tags: str) -> ImageId:
        label = tags[0].partition(":")[0] if tags else self.name()
        return self.engine.add_image(
            *tags,
            steps=[("COPY serve.py /app/", 1000), ('CMD ["serve"]', 0)],
            labels={TEST_LABEL: label},
            behaviour=_BEHAVIOURS[kind],
        )

    def file(self, container: ContainerId, path: str) -> bytes:
        (mount,) = self.engine.container(container).mounts
        files = self.engine.volumes.by_name[mount.source].files
        return files[path.removeprefix(f"{mount.target}/")]


class TestFakeEngine(EngineContract):
    @pytest.fixture
    def bench(self) -> FakeBench:
        return FakeBench()
