"""A watch over deployments on a real engine with a real gateway: what goes is found, and put back
with one click."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import docker
import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.deployment_watch.look import Looker
from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.deployment_watch.remedies import Remedies
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.jobs import CancelToken, Job
from tests.engine.releases.desk import RealDesk, real_desk
from tests.unit.core.deployment_watch.bench import FakeFollowed, no_swarm, problems

if TYPE_CHECKING:
    from modeldesk.core.release_events.model import ReleaseEvent


@pytest.fixture
def desk(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str, tmp_path: Path
) -> Iterator[RealDesk]:
    with real_desk(engine_url, engine_client, unique_name, tmp_path) as made:
        made.deploy(made.version("v1"))
        made.deploy(made.version("v2"))
        yield made


class Watcher:
    """Looks, and helps."""

    def __init__(self, desk: RealDesk) -> None:
        self.desk = desk
        self.told: list[ReleaseEvent] = []
        self.ticks = 0.0
        self._looker = Looker(desk.service, no_swarm, FakeFollowed(), lambda: self.ticks)
        self._remedies = Remedies(
            desk.service, self.told.append, lambda: "ana", lambda: datetime.now(UTC)
        )

    def look(self) -> tuple[Finding, ...]:
        # Each gateway is asked again.
        self.ticks += 60
        return self._looker.look(self.desk.engine, Changes(), CancelToken())

    def help(self, remedy: Remedy) -> None:
        [finding] = self.look()
        self._remedies.take(self.desk.engine, finding, remedy, Job())
        assert self.look() == ()


def test_what_somebody_took_away_is_found_and_put_back(desk: RealDesk) -> None:
    watcher, api = Watcher(desk), desk.client.api
    assert watcher.look() == ()
    api.stop(str(desk.deployment().container), timeout=1)
    assert problems(watcher.look()) == [Problem.STOPPED]
    watcher.help(Remedy.RUN_AGAIN)
    assert desk.ask() == "v2"
    api.remove_container(str(desk.deployment().container), force=True)
    assert problems(watcher.look()) == [Problem.GONE]
    watcher.help(Remedy.ROLL_BACK)
    assert desk.ask() == "v1"
    api.remove_container(desk.gateway_ids()[0], force=True)
    assert problems(watcher.look()) == [Problem.GATEWAY_GONE]
    watcher.help(Remedy.RUN_AGAIN)
    assert desk.ask() == "v1"
    desk.assert_agrees()
    assert [one.kind.value for one in watcher.told] == ["remedy.taken"] * 3


def test_what_somebody_took_from_its_network_is_found_and_put_back(desk: RealDesk) -> None:
    watcher, api = Watcher(desk), desk.client.api
    name = gateway_name(desk.deployment().name)
    api.disconnect_container_from_network(str(desk.deployment().container), name, force=True)
    assert problems(watcher.look()) == [Problem.GONE]
    watcher.help(Remedy.RUN_AGAIN)
    assert desk.ask() == "v2"
    for container in api.inspect_network(name)["Containers"]:
        api.disconnect_container_from_network(container, name, force=True)
    api.remove_network(name)
    assert problems(watcher.look()) == [Problem.GONE, Problem.GATEWAY_SILENT]
    (mended,) = desk.service.heal(desk.engine, Job()).mended
    assert mended.problem is None
    assert desk.ask() == "v2"
    # What was kept warm can't be reached either.
    assert (
        desk.service.rollback(desk.engine, desk.deployment().key, None, "", Job()).problem is None
    )
    assert desk.ask() == "v1"
    desk.assert_agrees()
