"""How long going back takes on a real engine, from the call until callers get the earlier version,
warm and cold, beside that version's own cold start: ``MODELDESK_TEST_ENGINE=… python -m
tests.benchmarks.release_speed [RUNS]``."""

import os
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import docker

from modeldesk.core.containers.model import ContainerSpec, PortBinding
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import VersionTarget
from tests.engine.releases.desk import RealDesk, real_desk
from tests.engine.releases.models import PORT, Kind
from tests.support.engine import URL, remove_named
from tests.support.ports import free_port

_STARTS_S = 1.0


def main(runs: int) -> None:
    """Print medians and the longest, in seconds."""
    url = os.environ[URL]
    client, name = docker.DockerClient(base_url=url), f"mdb-{secrets.token_hex(4)}"
    took: dict[str, list[float]] = {"deploy": [], "warm": [], "cold": [], "cold start alone": []}
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            real_desk(url, client, name, Path(folder)) as desk,
        ):
            targets = {one: desk.version(one, Kind(starts_s=_STARTS_S)) for one in ("v1", "v2")}
            desk.deploy(targets["v1"])
            for _ in range(runs):
                now = desk.ask()
                other = targets["v2" if now == "v1" else "v1"]
                back = targets[now]
                took["deploy"].append(_until(desk, other.reference, partial(desk.deploy, other)))
                took["warm"].append(_until(desk, now, partial(_go_back, desk, back)))
                kept = desk.deployment().kept[0].version
                client.api.stop(kept.container)
                took["cold"].append(_until(desk, other.reference, partial(_go_back, desk, other)))
                took["cold start alone"].append(_cold_start(desk, other.image))
    finally:
        remove_named(client, name)
        client.close()
    for what, seconds in took.items():
        middle, longest = statistics.median(seconds), max(seconds)
        print(f"{what:>17}: median {middle:.2f} s, longest {longest:.2f} s, of {len(seconds)}")


def _go_back(desk: RealDesk, target: VersionTarget) -> None:
    desk.service.rollback(desk.engine, desk.key, target, "", Job())


def _until(desk: RealDesk, reference: str, act: Callable[[], object]) -> float:
    """From the call of `act` to the first answer of the version."""
    wanted = reference.rpartition(":")[2] or reference
    thread = threading.Thread(target=act)
    began = time.monotonic()
    thread.start()
    while desk.ask() != wanted:
        time.sleep(0.005)
    seconds = time.monotonic() - began
    thread.join()
    return seconds


def _cold_start(desk: RealDesk, image: str) -> float:
    """From the start of a container that is there to its first answer, without a gateway."""
    port = free_port()
    ports = (PortBinding(PORT, port),)
    container = desk.engine.create_container(ContainerSpec(image, f"{desk.name}-alone", ports))
    gateway_port, desk.port = desk.port, port
    try:
        began = time.monotonic()
        desk.engine.start_container(container)
        while not desk.ask():
            time.sleep(0.005)
        return time.monotonic() - began
    finally:
        desk.port = gateway_port
        desk.engine.remove_container(container)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
