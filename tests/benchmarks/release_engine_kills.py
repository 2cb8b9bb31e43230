"""The engine is killed, or started anew, in the middle of releases and canaries: one of its own, in
a network of its own. ``MODELDESK_TEST_ENGINE=unix:///var/run/docker.sock python -m
tests.benchmarks.release_engine_kills [KILLS [SEED]]``, as root; that engine gives the images."""

import os
import random
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

import docker

from tests.benchmarks.release_kills import run
from tests.engine.releases.killing import Harm
from tests.engine.restarting_engine import APART, restarting_engine
from tests.support.engine import NGINX_NEW, PYTHON, URL

_INSIDE = "inside"


def main(kills: int, seed: int) -> int:
    """Kill so often; 0 when nothing was lost."""
    chance = random.Random(seed)
    with (
        restarting_engine(os.environ[URL], (NGINX_NEW, PYTHON)) as engine,
        tempfile.TemporaryDirectory() as folder,
    ):
        client, name = docker.DockerClient(base_url=engine.url), f"mdb-{secrets.token_hex(4)}"
        try:
            return run(
                engine.url,
                client,
                name,
                Path(folder),
                kills,
                seed,
                (Harm.ENGINE,),
                lambda: engine.restart(politely=chance.random() < 0.5),
            )
        finally:
            client.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == [_INSIDE]:
        sys.exit(main(int(given[1]), int(given[2])))
    program = [sys.executable, "-m", "tests.benchmarks.release_engine_kills", _INSIDE]
    numbers = [*given, *("20", "1")[len(given) :]]
    sys.exit(subprocess.run([*APART, *program, *numbers], check=False).returncode)
