"""Docker keeps what every engine promises."""

from collections.abc import Iterator

import pytest

from tests.contracts.engine_contract import EngineContract
from tests.engine.bench import DockerBench, connected


class TestDockerEngine(EngineContract):
    @pytest.fixture
    def bench(self, engine_url: str) -> Iterator[DockerBench]:
        with connected(engine_url) as engine, DockerBench(engine) as bench:
            yield bench
