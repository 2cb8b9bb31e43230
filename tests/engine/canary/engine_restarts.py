"""An engine of one's own is killed, or started anew, in the middle of a canary, and who watches
goes on. A program for `test_engine_restarts`, as it has to live in a network of its own: says how
the rollout ended, as JSON."""

import json
import os
import sys
import tempfile
import threading
from pathlib import Path

import docker

from modeldesk.core.canary.model import Limits, RolloutPlan
from modeldesk.core.errors import EngineError
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.jobs import Job
from tests.engine.bench import connected
from tests.engine.canary.bench import CanaryBench, canary_bench_on
from tests.engine.restarting_engine import restarting_engine
from tests.support.engine import NGINX, PYTHON, URL

PLAN = RolloutPlan(
    (3_000, 10_000), 8.0, 20, limits=Limits(p95_over_stable=None), key=SplitKey.HEADER,
    field="X-User",
)  # fmt: skip
_BETWEEN_LOOKS_S = 0.5


def main(politely: bool) -> None:
    """Deploy, begin a canary, restart the engine in its first window, and see it end."""
    with (
        restarting_engine(os.environ[URL], (NGINX, PYTHON)) as engine,
        tempfile.TemporaryDirectory() as folder,
        connected(engine.url) as connection,
    ):
        client = docker.DockerClient(base_url=engine.url)
        try:
            with canary_bench_on(connection, client, "mdt-restart", Path(folder)) as bench:
                bench.deploy()
                bench.start("good-2", PLAN)
                bench.watch.start()
                bench.until(lambda: bench.answered[f"r{bench.rollout.release}", 200] > 20)
                engine.restart(politely=politely)
                _end(bench)
        finally:
            client.close()


def _end(bench: CanaryBench) -> None:
    """As who watches deployments does beside: puts back what is gone."""
    over = threading.Event()

    def heal() -> None:
        while not over.wait(_BETWEEN_LOOKS_S):
            try:
                bench.releases.heal(bench.engine, Job())
            except EngineError as error:
                sys.stderr.write(f"{error}\n")

    thread = threading.Thread(target=heal, name="healing")
    thread.start()
    try:
        ended = bench.ended()
    finally:
        over.set()
        thread.join()
    before = sum(count for (_, status), count in bench.answered.items() if status == 200)
    bench.until(lambda: sum(bench.answered.values()) > before + 50)
    history = bench.releases.history(bench.key)
    said = {
        "phase": ended.phase.value,
        "why": ended.why,
        "changes": [one.why for one in bench.rollouts.changes(ended.id)],
        "releases": [f"{one.kind.value} {one.state.value}" for one in history],
    }
    sys.stdout.write(f"{json.dumps(said)}\n")


if __name__ == "__main__":
    main(sys.argv[1] == "politely")
