"""Fifty clients send without pause, half of them over kept connections, through a deploy, each step
of a canary, its promotion, another canary that is taken back, and a rollback: how many requests
fail, and how long they take beside a steady time: ``MODELDESK_TEST_ENGINE=… python -m
tests.benchmarks.release_load [REQUESTS]``."""

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import docker

from tests.engine.releases.desk import real_desk
from tests.engine.releases.journey import AFTER, STEADY, journey
from tests.support.engine import URL, remove_named
from tests.support.load import Load, Phase, p99_of

_ALLOWED = 2.0
"""Times the steady 99th percentile."""
_STEADY_S, _BETWEEN_S = 8.0, 2.0


def main(requests: int) -> int:
    """Print the figures; 1 when a request failed, or they took too long."""
    url = os.environ[URL]
    client, name = docker.DockerClient(base_url=url), f"mdb-{secrets.token_hex(4)}"
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            real_desk(url, client, name, Path(folder)) as desk,
        ):
            versions = [desk.version(one) for one in ("v1", "v2", "v3", "v4")]
            desk.deploy(versions[0])
            with Load(desk.port) as load:
                time.sleep(_STEADY_S)
                for step, act in journey(desk, versions):
                    load.phase(step)
                    act()
                    time.sleep(_BETWEEN_S)
                load.phase(AFTER)
                time.sleep(_STEADY_S)
                phases = load.finish()
    finally:
        remove_named(client, name)
        client.close()
    return _told(phases, requests)


def _told(phases: Mapping[str, Phase], requests: int) -> int:
    steady = max(phases[STEADY].p99_ms, phases[AFTER].p99_ms)
    sent = sum(one.sent for one in phases.values())
    failed = sum(one.failed for one in phases.values())
    for name, one in phases.items():
        print(
            f"{name:>22}: {one.sent:6} sent, {one.failed} failed, {one.sent / one.seconds:5.0f}/s, "
            f"p50 {one.p50_ms:6.1f}, p99 {one.p99_ms:6.1f} ms ({one.p99_ms / steady:.2f} × steady) "
            f"{one.problems[:2] or ''}"
        )
    between = [one for name, one in phases.items() if name not in (STEADY, AFTER)]
    worst = max(one.p99_ms for one in between) / steady
    quiet, busy = p99_of([phases[STEADY], phases[AFTER]]), p99_of(between)
    print(
        f"{failed} of {sent} failed; p99 through all of it {busy:.0f} ms, steady {quiet:.0f} ms "
        f"({busy / quiet:.2f} ×); the worst two seconds after a change: {worst:.2f} ×"
    )
    return int(failed > 0 or sent < requests or busy / quiet > _ALLOWED)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
