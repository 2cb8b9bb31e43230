"""What a killed program had begun in a gateway ends, or begins, after the next one has looked."""

from collections.abc import Iterator, Sequence
from typing import Any

import docker
import pytest

from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.core.containers.model import CommandResult
from modeldesk.core.gateway.model import Routing
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from tests.engine.bench import connected
from tests.engine.gateway.bench import NginxBench, gateway_bench_on
from tests.support.engine import NGINX, NGINX_NEW
from tests.support.waiting import until


class _Killed(BaseException):
    """The program ends here."""


class _Ends:
    """An engine for a program that is killed when it has asked for a command that writes: the
    command is begun later."""

    def __init__(self, engine: ImageEngine) -> None:
        self._engine = engine
        self.begun: list[tuple[str, ...]] = []

    def run_command(
        self,
        container: ContainerId,
        command: Sequence[str],
        token: CancelToken,
        longest_s: float = 30.0,
    ) -> CommandResult:
        if "nginx -t" in " ".join(command):
            self.begun.append(tuple(command))
            raise _Killed
        return self._engine.run_command(container, command, token, longest_s)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@pytest.fixture(params=[NGINX, NGINX_NEW])
def bench(
    request: pytest.FixtureRequest, engine_url: str, unique_name: str
) -> Iterator[NginxBench]:
    with (
        connected(engine_url) as engine,
        gateway_bench_on(engine, request.param, unique_name) as made,
    ):
        yield made


@pytest.mark.parametrize("next_start", ["recovers", "goes on"])
def test_it_changes_nothing(
    bench: NginxBench, engine_client: docker.DockerClient, next_start: str
) -> None:
    both = bench.backend("r1"), bench.backend("r2")
    old, new = Routing("r1", both), Routing("r2", both)
    bench.gateway.ensure(bench.spec, old, CancelToken())
    killed = _Ends(bench.engine)
    with pytest.raises(_Killed):
        NginxGateway(killed).apply(bench.spec, new, CancelToken())
    gateway = bench.gateway.ensure(bench.spec, old, CancelToken())
    if next_start == "goes on":
        bench.gateway.apply(bench.spec, Routing("r1", both[:1]), CancelToken())
        bench.gateway.apply(bench.spec, old, CancelToken())
    [late] = killed.begun
    assert bench.engine.run_command(gateway, late, CancelToken()).exit_code != 0
    # What it reads when it is started anew is in the file.
    engine_client.api.restart(gateway, timeout=1)
    until(lambda: bench.gateway.applied(bench.spec) is not None)
    assert bench.gateway.applied(bench.spec) == revision_of(bench.spec, old)
