"""What happened is told whatever kills the program that did it."""

import random
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.core.ids import DeploymentName, EngineId
from modeldesk.core.releases.model import DeploymentKey, ReleaseState
from tests.support.event_receiver import Reply, Site, receiving

ROUNDS = 6
KEY = DeploymentKey(EngineId("E"), DeploymentName("shop"))


def have_come(site: Site, count: int) -> bool:
    return len(site.got) >= count


def test_nothing_is_lost_by_kills_and_each_id_is_one_event(tmp_path: Path) -> None:
    chance = random.Random(7)
    command = [sys.executable, "-m", "tests.support.event_program", str(tmp_path)]
    with receiving() as site:
        for number in range(ROUNDS):
            site.replies = [Reply(500), Reply(drop=True)]
            before = len(site.got)
            with subprocess.Popen([*command, site.address]) as program:
                site.wait_for(partial(have_come, site, before + 4), 60)
                time.sleep(chance.uniform(0, 0.05))
                program.kill()
            assert program.returncode == -9, number
        site.replies = []
        subprocess.run([*command, site.address, "drain"], check=True, timeout=60)
    database = open_database(tmp_path / "records.sqlite").database
    releases = SqliteReleaseRecords(database).releases(KEY)
    left = database.read("SELECT count(*) FROM event_note UNION ALL "
                         "SELECT count(*) FROM event_delivery")  # fmt: skip
    database.close()
    assert left == [(0,), (0,)]
    wanted = []
    for release in reversed(releases):
        wanted.append((release.id, "started"))
        if release.state is ReleaseState.SUCCEEDED:
            wanted.append((release.id, "succeeded"))
    seen: dict[str, tuple[int, str]] = {}
    for got in site.got:
        told = (got.event["data"]["release"], got.event["type"].rpartition(".")[2])
        assert seen.setdefault(got.event["id"], told) == told
    assert len(releases) >= ROUNDS
    # In their order, each once for whoever passes over ids that came before.
    assert list(seen.values()) == wanted
