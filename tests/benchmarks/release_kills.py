"""Two hundred kills in the middle of releases and canaries, on a real engine, while clients send:
of the program, of gateways, of containers of versions; and, on an engine of its own, of that:
``MODELDESK_TEST_ENGINE=unix:///var/run/docker.sock python -m tests.benchmarks.release_kills
[KILLS [SEED [HARM …]]]``. Prints what was lost, which should be nothing."""

import os
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import docker

from tests.engine.releases.desk import real_desk
from tests.engine.releases.killing import VERSIONS, Found, Harm, Killing
from tests.support.engine import URL, remove_named
from tests.support.load import Load, Phase

_EVERY = (Harm.PROGRAM, Harm.PROGRAM, Harm.GATEWAY, Harm.VERSION)
"""In turns."""


def main(kills: int, seed: int, harms: tuple[Harm, ...]) -> int:
    """Kill so often; 0 when nothing was lost."""
    url = os.environ[URL]
    client, name = docker.DockerClient(base_url=url), f"mdb-{secrets.token_hex(4)}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            return run(url, client, name, Path(folder), kills, seed, harms)
    finally:
        remove_named(client, name)
        client.close()


def run(
    url: str,
    client: docker.DockerClient,
    name: str,
    folder: Path,
    kills: int,
    seed: int,
    harms: tuple[Harm, ...],
    restart_engine: Callable[[], None] | None = None,
) -> int:
    """With a deployment of that name."""
    began = time.monotonic()
    with real_desk(url, client, name, folder) as desk:
        for version in VERSIONS:
            desk.version(version)
        killing = Killing(url, desk, folder, seed, restart_engine)
        killing.measure()
        with Load(desk.port, clients=4, pause_s=0.05) as load:
            number = 0
            while killing.found.kills < kills:
                harm = harms[number % len(harms)]
                number += 1
                load.phase(f"{harm.value} {number}")
                killing.kill_once(harm)
                say(f"{killing.found.kills} kills", killing.found)
            phases = load.finish()
        killing.end()
    return told(killing.found, phases, time.monotonic() - began)


def say(done: str, found: Found) -> None:
    """How it goes."""
    bad = (found.lost, found.orphans, found.unanswered, found.wrong)
    print(f"{time.strftime('%H:%M:%S')} {done}: {bad}", file=sys.stderr, flush=True)


def told(found: Found, phases: Mapping[str, Phase], seconds: float) -> int:
    """Print the figures; 1 when anything was lost. Where the gateway itself is killed its callers
    feel that; where the program is, nobody may."""
    sent, failed = Counter[str](), Counter[str]()
    problems: list[str] = []
    for name, phase in phases.items():
        harm = name.partition(" ")[0]
        sent[harm] += phase.sent
        failed[harm] += phase.failed
        problems += phase.problems if harm == Harm.PROGRAM.value else []
    for one in fields(found):
        value = getattr(found, one.name)
        print(f"{one.name:>12}: {dict(value) if isinstance(value, Counter) else value}")
    for harm, count in sent.items():
        print(f"{'requests':>12}: {count}, of which {failed[harm]} failed ({harm} killed)")
    print(f"{'seconds':>12}: {seconds:.0f}  {problems[:5]}")
    lost = found.lost or found.orphans or found.unanswered or found.wrong
    return int(bool(lost or problems))


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(
        main(
            int(given[0]) if given else 200,
            int(given[1]) if given[1:] else 1,
            tuple(map(Harm, given[2:])) or _EVERY,
        )
    )
