"""The program is killed at many moments of its releases and canaries; the next start puts it right.
`tests.benchmarks.release_kills` does it two hundred times."""

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.engine.releases.desk import RealDesk, real_desk
from tests.engine.releases.killing import VERSIONS, Killing
from tests.support.load import Load

_KILLS = 5
"""In each run; a run is as long as a test may be."""


@pytest.fixture
def desk(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str, tmp_path: Path
) -> Iterator[RealDesk]:
    with real_desk(engine_url, engine_client, unique_name, tmp_path) as made:
        yield made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_any_moment_the_next_start_puts_it_right(
    desk: RealDesk, engine_url: str, tmp_path: Path, seed: int
) -> None:
    for version in VERSIONS:
        desk.version(version)
    killing = Killing(engine_url, desk, tmp_path, seed)
    killing.measure()
    with Load(desk.port, clients=4, pause_s=0.05) as load:
        for _ in range(_KILLS):
            killing.kill_once()
        sent = load.finish()["steady"]
    found = killing.found
    assert found.kills >= _KILLS // 2, found
    assert (found.lost, found.orphans, found.unanswered, found.wrong) == (0, 0, 0, []), found
    # Callers never hear of it.
    assert sent.failed == 0, sent.problems
